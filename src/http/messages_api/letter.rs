//! The JSON of a message, and what it may say. What stands in the schema is
//! checked here, and the other way round.

use std::borrow::Cow;
use std::collections::HashSet;

use serde::{Deserialize, Deserializer, Serialize};
use utoipa::openapi::schema::{AllOfBuilder, ObjectBuilder, OneOfBuilder, Schema};
use utoipa::openapi::{Ref, RefOr};
use utoipa::{PartialSchema, ToSchema};

use crate::domain::message::{self, Content, MediaKind};
use crate::http::error::Problem;

/// What a message can be: exactly one of these fields is there.
const KINDS: [&str; 7] =
    ["text", "template", "media", "choices", "link", "location", "location_request"];

/// A message to somebody.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize, ToSchema)]
#[schema(as = LetterFields)]
#[serde(deny_unknown_fields)]
pub struct Letter {
    /// To whom: a phone number with country code, a user id (`US.1349…`), or
    /// the id of a person or a conversation.
    #[schema(
        pattern = "^(\\+?[0-9]{5,20}|[A-Za-z]{2}\\.[A-Za-z0-9.]{1,140}|[0-9a-f]{32})$",
        example = "+15550100"
    )]
    pub to: String,
    /// From which of your numbers, by its name in the configuration. If it is
    /// left out: from the one that the person last wrote to, or the only one.
    #[serde(default, deserialize_with = "there", skip_serializing_if = "Option::is_none")]
    #[schema(nullable = false, pattern = "^[a-z0-9_-]+$", max_length = 100)]
    pub number: Option<String>,
    /// The id of the message that this one quotes.
    #[serde(default, deserialize_with = "there", skip_serializing_if = "Option::is_none")]
    #[schema(nullable = false, pattern = "^[0-9a-f]{32}\\.[0-9]{1,20}\\.[0-9]{1,5}$")]
    pub reply_to: Option<String>,
    /// Words.
    #[serde(default, deserialize_with = "there", skip_serializing_if = "Option::is_none")]
    #[schema(nullable = false, min_length = 1, max_length = 4096, pattern = "\\S")]
    pub text: Option<String>,
    /// A text that the provider has approved beforehand.
    #[serde(default, deserialize_with = "there", skip_serializing_if = "Option::is_none")]
    #[schema(nullable = false)]
    pub template: Option<Template>,
    /// A file.
    #[serde(default, deserialize_with = "there", skip_serializing_if = "Option::is_none")]
    #[schema(nullable = false, value_type = OneMedia)]
    pub media: Option<Media>,
    /// Something to choose from: buttons, or a list, or numbers in the text.
    #[serde(default, deserialize_with = "there", skip_serializing_if = "Option::is_none")]
    #[schema(nullable = false)]
    pub choices: Option<Choices>,
    /// Words with one link, shown as a button.
    #[serde(default, deserialize_with = "there", skip_serializing_if = "Option::is_none")]
    #[schema(nullable = false)]
    pub link: Option<Link>,
    /// A place.
    #[serde(default, deserialize_with = "there", skip_serializing_if = "Option::is_none")]
    #[schema(nullable = false)]
    pub location: Option<Location>,
    /// Words that ask for a place.
    #[serde(default, deserialize_with = "there", skip_serializing_if = "Option::is_none")]
    #[schema(nullable = false, min_length = 1, max_length = 1024, pattern = "\\S")]
    pub location_request: Option<String>,
}

/// A template and what fills it.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize, ToSchema)]
#[schema(as = MessageTemplate)]
#[serde(deny_unknown_fields)]
pub struct Template {
    /// How the provider calls it.
    #[schema(min_length = 1, max_length = 512, pattern = "\\S")]
    pub name: String,
    /// Its language (`pt_BR`), where the provider asks for one.
    #[serde(default)]
    #[schema(max_length = 20)]
    pub language: String,
    /// What stands for `{{1}}`, `{{2}}` … in its text.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    #[schema(max_items = 100)]
    pub variables: Vec<String>,
    /// The provider's own form of all parameters, instead of `variables`.
    #[serde(default, deserialize_with = "there", skip_serializing_if = "Option::is_none")]
    #[schema(nullable = false, value_type = Vec<Object>)]
    pub components: Option<Vec<serde_json::Map<String, serde_json::Value>>>,
}

/// A file: a link to it, or the id of one that was uploaded.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, ToSchema)]
#[schema(as = MediaFields)]
#[serde(deny_unknown_fields)]
pub struct Media {
    /// What it is.
    pub kind: Kind,
    /// Where the provider fetches it.
    #[serde(default, deserialize_with = "there", skip_serializing_if = "Option::is_none")]
    #[schema(nullable = false, pattern = "^https://[!-~]{1,2000}$")]
    pub link: Option<String>,
    /// What an upload gave.
    #[serde(default, deserialize_with = "there", skip_serializing_if = "Option::is_none")]
    #[schema(nullable = false, pattern = "^[A-Za-z0-9_-]{1,200}$")]
    pub id: Option<String>,
    /// The words with it.
    #[serde(default, deserialize_with = "there", skip_serializing_if = "Option::is_none")]
    #[schema(nullable = false, min_length = 1, max_length = 1024, pattern = "\\S")]
    pub caption: Option<String>,
    /// What a document is called.
    #[serde(default, deserialize_with = "there", skip_serializing_if = "Option::is_none")]
    #[schema(nullable = false, min_length = 1, max_length = 240, pattern = "\\S")]
    pub filename: Option<String>,
}

/// The kinds of files.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema, clap::ValueEnum)]
#[schema(as = MediaKind)]
#[serde(rename_all = "snake_case")]
#[value(rename_all = "snake_case")]
pub enum Kind {
    /// A picture.
    Picture,
    /// A film.
    Video,
    /// A sound file.
    Audio,
    /// Shown as if it were spoken into a phone.
    VoiceNote,
    /// A document.
    Document,
    /// A sticker.
    Sticker,
}

/// Words and what can be chosen.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct Choices {
    /// The words above the options.
    #[schema(min_length = 1, max_length = 1024, pattern = "\\S")]
    pub text: String,
    /// Up to three short ones are buttons. Ids and titles must differ.
    #[schema(min_items = 1, max_items = 10)]
    pub options: Vec<Choice>,
}

/// One option.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct Choice {
    /// What comes back; the title if it is left out.
    #[serde(default, deserialize_with = "there", skip_serializing_if = "Option::is_none")]
    #[schema(nullable = false, min_length = 1, max_length = 200, pattern = "\\S")]
    pub id: Option<String>,
    /// What the person sees.
    #[schema(min_length = 1, max_length = 24, pattern = "\\S")]
    pub title: String,
    /// More about it.
    #[serde(default, deserialize_with = "there", skip_serializing_if = "Option::is_none")]
    #[schema(nullable = false, min_length = 1, max_length = 72, pattern = "\\S")]
    pub description: Option<String>,
}

/// Words with one link.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct Link {
    /// The words.
    #[schema(min_length = 1, max_length = 1024, pattern = "\\S")]
    pub text: String,
    /// What stands on the button.
    #[schema(min_length = 1, max_length = 20, pattern = "\\S")]
    pub title: String,
    /// Where it leads.
    #[schema(pattern = "^https?://[!-~]{1,2000}$")]
    pub url: String,
}

/// A place.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct Location {
    /// Degrees north.
    #[schema(minimum = -90, maximum = 90)]
    pub latitude: f64,
    /// Degrees east.
    #[schema(minimum = -180, maximum = 180)]
    pub longitude: f64,
    /// What it is called.
    #[serde(default, deserialize_with = "there", skip_serializing_if = "Option::is_none")]
    #[schema(nullable = false, min_length = 1, max_length = 1000, pattern = "\\S")]
    pub name: Option<String>,
}

/// A field is there or it is not: `null` is neither.
fn there<'de, T: Deserialize<'de>, D: Deserializer<'de>>(from: D) -> Result<Option<T>, D::Error> {
    T::deserialize(from).map(Some)
}

/// A [`Letter`] as its schema has it: exactly one kind of content is there.
pub struct OneLetter;

impl PartialSchema for OneLetter {
    fn schema() -> RefOr<Schema> {
        one_of("LetterFields", &KINDS)
    }
}

impl ToSchema for OneLetter {
    fn name() -> Cow<'static, str> {
        "Letter".into()
    }

    fn schemas(schemas: &mut Vec<(String, RefOr<Schema>)>) {
        schemas.push((Letter::name().into(), Letter::schema()));
        Letter::schemas(schemas);
    }
}

/// A [`Media`] as its schema has it: either a link or an id is there.
struct OneMedia;

impl PartialSchema for OneMedia {
    fn schema() -> RefOr<Schema> {
        one_of("MediaFields", &["link", "id"])
    }
}

impl ToSchema for OneMedia {
    fn name() -> Cow<'static, str> {
        "Media".into()
    }

    fn schemas(schemas: &mut Vec<(String, RefOr<Schema>)>) {
        schemas.push((Media::name().into(), Media::schema()));
        Media::schemas(schemas);
    }
}

/// The fields of a schema, of which exactly one of these is there.
fn one_of(fields: &str, names: &[&str]) -> RefOr<Schema> {
    let only = |name: &&str| ObjectBuilder::new().required(*name).build();
    let one = names.iter().fold(OneOfBuilder::new(), |one, name| one.item(only(name)));
    let all =
        AllOfBuilder::new().item(Ref::from_schema_name(fields)).item(Schema::OneOf(one.build()));
    Schema::AllOf(all.build()).into()
}

impl Letter {
    /// What it says, checked.
    pub fn content(&self) -> Result<Content, Problem> {
        let mut found = [
            self.text.as_ref().map(|text| text_of(text)),
            self.template.as_ref().map(Template::content),
            self.media.as_ref().map(Media::content),
            self.choices.as_ref().map(Choices::content),
            self.link.as_ref().map(Link::content),
            self.location.as_ref().map(Location::content),
            self.location_request.as_ref().map(|text| request(text)),
        ]
        .into_iter()
        .flatten();
        match (found.next(), found.next()) {
            (Some(content), None) => content,
            _ => {
                let message = format!("write exactly one of {}", KINDS.join(", "));
                Err(Problem::invalid("text", message))
            }
        }
    }
}

fn text_of(text: &str) -> Result<Content, Problem> {
    words("text", text, 4096)?;
    Ok(Content::Text(text.to_owned()))
}

fn request(text: &str) -> Result<Content, Problem> {
    words("location_request", text, 1024)?;
    Ok(Content::LocationRequest(text.to_owned()))
}

impl Template {
    fn content(&self) -> Result<Content, Problem> {
        words("template.name", &self.name, 512)?;
        at_most("template.language", self.language.chars().count(), 20, "characters")?;
        at_most("template.variables", self.variables.len(), 100, "items")?;
        let components = self.components.clone().map(|all| {
            serde_json::Value::Array(all.into_iter().map(serde_json::Value::Object).collect())
        });
        Ok(Content::Template(message::Template {
            name: self.name.clone(),
            language: self.language.clone(),
            variables: self.variables.clone(),
            components,
        }))
    }
}

impl Media {
    fn content(&self) -> Result<Content, Problem> {
        let reference = match (&self.link, &self.id) {
            (Some(link), None) if is_link(link, &["https://"]) => link,
            (None, Some(id)) if is_upload(id) => id,
            _ => {
                let message = "write either a link (https://…) or the id that an upload gave";
                return Err(Problem::invalid("media", message));
            }
        };
        maybe_words("media.caption", &self.caption, 1024)?;
        maybe_words("media.filename", &self.filename, 240)?;
        Ok(Content::Media(message::Media {
            kind: self.kind.into(),
            reference: reference.clone(),
            mime: String::new(),
            caption: self.caption.clone(),
            filename: self.filename.clone(),
            sha256: None,
        }))
    }
}

impl From<Kind> for MediaKind {
    fn from(kind: Kind) -> Self {
        match kind {
            Kind::Picture => Self::Picture,
            Kind::Video => Self::Video,
            Kind::Audio => Self::Audio,
            Kind::VoiceNote => Self::VoiceNote,
            Kind::Document => Self::Document,
            Kind::Sticker => Self::Sticker,
        }
    }
}

impl Choices {
    fn content(&self) -> Result<Content, Problem> {
        words("choices.text", &self.text, 1024)?;
        if self.options.is_empty() {
            return Err(Problem::invalid("choices.options", "offer at least one option"));
        }
        at_most("choices.options", self.options.len(), 10, "items")?;
        let options = (0..).zip(&self.options).map(|(n, option)| option.checked(n));
        let options: Vec<message::Choice> = options.collect::<Result<_, Problem>>()?;
        all_differ(options.iter().map(|option| &option.id))?;
        all_differ(options.iter().map(|option| &option.title))?;
        Ok(Content::Choices(message::Choices { text: self.text.clone(), options }))
    }
}

impl Choice {
    fn checked(&self, n: usize) -> Result<message::Choice, Problem> {
        let field = |name| format!("choices.options[{n}].{name}");
        words(&field("title"), &self.title, 24)?;
        maybe_words(&field("id"), &self.id, 200)?;
        maybe_words(&field("description"), &self.description, 72)?;
        Ok(message::Choice {
            id: self.id.clone().unwrap_or_else(|| self.title.clone()),
            title: self.title.clone(),
            description: self.description.clone(),
        })
    }
}

impl Link {
    fn content(&self) -> Result<Content, Problem> {
        words("link.text", &self.text, 1024)?;
        words("link.title", &self.title, 20)?;
        if !is_link(&self.url, &["https://", "http://"]) {
            return Err(Problem::invalid("link.url", "write https://… and what follows"));
        }
        let Self { text, title, url } = self.clone();
        Ok(Content::Link { text, title, url })
    }
}

impl Location {
    fn content(&self) -> Result<Content, Problem> {
        degrees("location.latitude", self.latitude, 90.0)?;
        degrees("location.longitude", self.longitude, 180.0)?;
        maybe_words("location.name", &self.name, 1000)?;
        let Self { latitude, longitude, name } = self.clone();
        Ok(Content::Location { latitude, longitude, name })
    }
}

fn words(field: &str, text: &str, longest: usize) -> Result<(), Problem> {
    if text.chars().all(is_blank) {
        return Err(Problem::invalid(field, "it says nothing; write something, or leave it out"));
    }
    at_most(field, text.chars().count(), longest, "characters")
}

/// What `\s` means in a schema.
fn is_blank(c: char) -> bool {
    (c.is_whitespace() && c != '\u{85}') || c == '\u{feff}'
}

fn maybe_words(field: &str, text: &Option<String>, longest: usize) -> Result<(), Problem> {
    text.as_deref().map_or(Ok(()), |text| words(field, text, longest))
}

fn at_most(field: &str, count: usize, most: usize, of: &str) -> Result<(), Problem> {
    match count > most {
        true => {
            Err(Problem::invalid(field, format!("{count} {of} are too many; send {most} at most")))
        }
        false => Ok(()),
    }
}

fn degrees(field: &str, degrees: f64, most: f64) -> Result<(), Problem> {
    match degrees.abs() <= most {
        true => Ok(()),
        false => Err(Problem::invalid(field, format!("write a number from -{most} to {most}"))),
    }
}

fn all_differ<'a>(mut names: impl Iterator<Item = &'a String>) -> Result<(), Problem> {
    let mut seen = HashSet::new();
    match names.all(|name| seen.insert(name)) {
        true => Ok(()),
        false => {
            let message = "two options are alike; give each an id and a title of its own";
            Err(Problem::conflict("alike", message).at("choices.options"))
        }
    }
}

fn is_link(text: &str, schemes: &[&str]) -> bool {
    let rest = schemes.iter().find_map(|scheme| text.strip_prefix(scheme)).unwrap_or_default();
    (1..=2000).contains(&rest.len()) && rest.bytes().all(|b| b.is_ascii_graphic())
}

fn is_upload(text: &str) -> bool {
    let plain = |b: u8| b.is_ascii_alphanumeric() || b == b'_' || b == b'-';
    (1..=200).contains(&text.len()) && text.bytes().all(plain)
}
