//! The JSON of a message. What its schema says is checked in `content`, and the
//! other way round.

mod content;
mod schema;

use serde::{Deserialize, Deserializer, Serialize};
use utoipa::ToSchema;

pub use schema::OneLetter;
use schema::OneMedia;

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
