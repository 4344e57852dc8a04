//! Our own export: one JSON document that holds everything kept of a person.
//! The person gets it on their phone, so it is meant for reading: indented,
//! in plain words, and without what only machines need. Fields are added to
//! it, never renamed; another form gets another number.

use jiff::Timestamp;
use serde::{Deserialize, Serialize};
use serde_json::Value;

use super::gather::Gather;
use super::{ReadError, Reason, Turn};
use crate::domain::content::{Content, MediaKind};
use crate::domain::message::{self, Role};
use crate::domain::person::{self, Link};
use crate::recollect::was_said;

/// The form of the document that this program writes.
pub const FORM: u32 = 1;

/// Everything kept of one person.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Document {
    /// The form, [`FORM`]: it also says that this is such a document.
    pub olifant_export: u32,
    /// When it was made.
    pub exported_at: Timestamp,
    /// Who.
    pub person: Person,
    /// What is known of them, a key each.
    #[serde(default)]
    pub profile: Vec<Fact>,
    /// How they want to be answered, in their own words.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub instructions: Option<String>,
    /// What was said, one conversation for each number of the business.
    #[serde(default)]
    pub conversations: Vec<Conversation>,
}

impl Document {
    /// An indented text that [`super::read`] reads.
    pub fn to_json(&self) -> String {
        serde_json::to_string_pretty(self).expect("texts, times and JSON values can be written")
    }
}

/// Who somebody is.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Person {
    /// The name they gave themselves.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub name: Option<String>,
    /// The numbers and ids they are known by.
    #[serde(default)]
    pub aliases: Vec<Alias>,
    /// When the first message came.
    pub since: Timestamp,
    /// They want no more messages.
    #[serde(default)]
    pub opted_out: bool,
}

impl From<&person::Person> for Person {
    fn from(person: &person::Person) -> Self {
        Self {
            name: person.name.clone(),
            aliases: person.aliases.iter().map(Alias::from).collect(),
            since: person.since,
            opted_out: person.opted_out,
        }
    }
}

/// A number or id.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Alias {
    /// `phone`, `user_id`, `parent_user_id` or `group`.
    pub kind: String,
    /// The number with `+`, or the id.
    pub value: String,
    /// When it was first seen.
    pub since: Timestamp,
}

impl From<&Link> for Alias {
    fn from(Link { alias, since, .. }: &Link) -> Self {
        let (kind, value) = match alias {
            person::Alias::Phone(phone) => ("phone", format!("+{}", phone.digits())),
            person::Alias::UserId(id) => ("user_id", id.as_str().to_owned()),
            person::Alias::ParentUserId(id) => ("parent_user_id", id.as_str().to_owned()),
            person::Alias::Group(id) => ("group", id.clone()),
        };
        Self { kind: kind.to_owned(), value, since: *since }
    }
}

/// Something known.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Fact {
    /// What it is about.
    pub key: String,
    /// What.
    pub value: Value,
    /// Who said so: `person`, `model`, `operator`, `api`, `import`.
    pub origin: String,
    /// Since when it stands so.
    pub at: Timestamp,
    /// It is gone from then on.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub expires: Option<Timestamp>,
    /// The ids of the messages that say so.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub cites: Vec<String>,
    /// What stood there before, the newest first.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub history: Vec<Before>,
}

/// What was known before.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Before {
    /// What.
    pub value: Value,
    /// Who said so.
    pub origin: String,
    /// Since when it stood so.
    pub at: Timestamp,
}

/// What was said on one number.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Conversation {
    /// The business's name for the number.
    pub number: String,
    /// Through whom it is connected.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub provider: Option<String>,
    /// What was said, the oldest first.
    #[serde(default)]
    pub messages: Vec<Message>,
    /// What the older part is for the model, in short. It is made of the
    /// messages, so that nobody reads it back.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub summary: Option<String>,
}

/// One message.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Message {
    /// Its name: the one it was imported under, or ours.
    pub id: String,
    /// `person`, `assistant` or `business`.
    pub role: Role,
    /// When.
    pub at: Timestamp,
    /// The words, or a line that stands for what isn't words: `[picture]`.
    pub text: String,
    /// What it is, if not words.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub kind: Option<String>,
    /// Who spoke, in a group.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub speaker: Option<String>,
    /// The id of the message that it answers to.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub quotes: Option<String>,
    /// The words are somebody else's.
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    pub forwarded: bool,
    /// It never reached the person: nobody reads it back.
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    pub never_arrived: bool,
}

impl Message {
    /// The row of a transcript, under these names for it and for what it
    /// quotes.
    pub fn new(id: String, quotes: Option<String>, row: &message::Message) -> Self {
        Self {
            id,
            role: row.role,
            at: row.at,
            text: row.content.as_text(),
            kind: kind(&row.content).map(str::to_owned),
            speaker: row.attached.speaker.clone(),
            quotes,
            forwarded: row.attached.forwarded,
            never_arrived: !was_said(row),
        }
    }

    pub(super) fn into_turn(self, number: &str) -> Turn {
        Turn {
            id: Some(self.id),
            role: self.role,
            speaker: self.speaker,
            at: self.at,
            text: self.text,
            number: Some(number.to_owned()),
            repetition: 0,
        }
    }
}

fn kind(content: &Content) -> Option<&'static str> {
    Some(match content {
        Content::Text(_) => return None,
        Content::Media(media) => match media.kind {
            MediaKind::Picture => "picture",
            MediaKind::Video => "video",
            MediaKind::Audio => "audio",
            MediaKind::VoiceNote => "voice_note",
            MediaKind::Document => "document",
            MediaKind::Sticker => "sticker",
        },
        Content::Location { .. } => "location",
        Content::Contacts(_) => "contacts",
        Content::Choice { .. } => "choice",
        Content::Form { .. } => "form",
        Content::Order { .. } => "order",
        Content::Choices(_) => "choices",
        Content::Link { .. } => "link",
        Content::LocationRequest(_) => "location_request",
        Content::Reaction { .. } => "reaction",
        Content::Template(_) => "template",
        Content::Unsupported(_) => "unsupported",
        Content::Revoked => "deleted",
    })
}

/// The document whole, or nothing of it.
pub(super) fn read(text: &str, gather: &mut Gather) -> Result<(), ReadError> {
    let document = parsed(text)?;
    for Conversation { number, messages, .. } in document.conversations {
        let (missing, said): (Vec<_>, Vec<_>) =
            messages.into_iter().partition(|message| message.never_arrived);
        gather.skip(Reason::NeverArrived, missing.len());
        for message in said {
            gather.take(1, Ok(message.into_turn(&number)))?;
        }
    }
    gather.imported.person = Some(document.person);
    gather.imported.profile = document.profile;
    gather.imported.instructions = document.instructions;
    Ok(())
}

/// All that is sure to stand in every form.
#[derive(Deserialize)]
struct Named {
    olifant_export: Option<u32>,
}

fn parsed(text: &str) -> Result<Document, ReadError> {
    let named: Named = deserialized(text)?;
    match named.olifant_export {
        Some(form) if form > FORM => Err(ReadError::TooNew(form)),
        Some(_) => deserialized(text),
        None => Err(ReadError::Unknown),
    }
}

fn deserialized<'a, T: Deserialize<'a>>(text: &'a str) -> Result<T, ReadError> {
    let mut json = serde_json::Deserializer::from_str(text);
    serde_path_to_error::deserialize(&mut json).map_err(|error| {
        let what = format!("{}: {}", error.path(), error.inner());
        ReadError::Line { line: error.inner().line(), what }
    })
}
