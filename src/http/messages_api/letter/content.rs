//! From the JSON to what is said: checked, since providers refuse what is too
//! long only when it is too late to tell the caller.

use std::collections::HashSet;

use super::{Choice, Choices, KINDS, Kind, Letter, Link, Location, Media, Template};
use crate::domain::content::{self, Content, MediaKind};

use crate::http::error::Problem;

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
        Ok(Content::Template(content::Template {
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
        Ok(Content::Media(content::Media {
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
        let options: Vec<content::Choice> = options.collect::<Result<_, Problem>>()?;
        all_differ(options.iter().map(|option| &option.id))?;
        all_differ(options.iter().map(|option| &option.title))?;
        Ok(Content::Choices(content::Choices { text: self.text.clone(), options }))
    }
}

impl Choice {
    fn checked(&self, n: usize) -> Result<content::Choice, Problem> {
        let field = |name| format!("choices.options[{n}].{name}");
        words(&field("title"), &self.title, 24)?;
        maybe_words(&field("id"), &self.id, 200)?;
        maybe_words(&field("description"), &self.description, 72)?;
        Ok(content::Choice {
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
