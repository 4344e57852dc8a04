//! What is remembered besides the words themselves: entries under keys, a
//! summary of what was said, what a turn was told.

use std::time::Duration;

use jiff::Timestamp;
use serde::de::IgnoredAny;
use serde::{Deserialize, Serialize};
use serde_json::{Number, Value};

use super::content::Content;
use super::id::{Business, ConversationId, MessageId, PersonId, Position, ProviderId};
use super::message::Role;
use super::person::Link;
use super::terms::Packed;

/// The key of what a person wants of the assistant, in their own words.
pub const INSTRUCTIONS: &str = "instructions";

/// Where entries lie. Nothing of one space is ever seen in another.
#[derive(Clone, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Space {
    /// A person's profile.
    Person(PersonId),
    /// A namespace that a business's programs made, by their name for it.
    Named(Business, String),
}

/// What is remembered under one key.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Entry {
    /// The key, as it was written.
    pub key: String,
    /// What.
    pub value: Value,
    /// Rises with each write of the space's; never 0.
    pub version: u64,
    /// When the key was first written.
    pub created_at: Timestamp,
    /// When it was last written.
    pub updated_at: Timestamp,
    /// It is gone from then on.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub expires_at: Option<Timestamp>,
    /// Who wrote it last.
    pub origin: Origin,
    /// The messages that say so.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub cites: Vec<MessageId>,
    /// How often this very value was written.
    #[serde(default)]
    pub said: u32,
}

impl Entry {
    /// The value as the one text that BotWire's clients know: a text as it is,
    /// anything else as JSON.
    pub fn text(&self) -> String {
        match &self.value {
            Value::String(text) => text.clone(),
            other => other.to_string(),
        }
    }

    /// Whether it is still there at `now`.
    pub fn is_there(&self, now: Timestamp) -> bool {
        self.expires_at.is_none_or(|at| at > now)
    }
}

/// Who wrote an entry.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Origin {
    /// The person, by a command.
    Person,
    /// The model, from the person's words.
    Model,
    /// An operator.
    Operator,
    /// A program of the business.
    Api,
    /// It came in with an import.
    Import,
}

/// One write of one key.
#[derive(Clone, Debug, PartialEq)]
pub struct Write {
    /// Which.
    pub key: String,
    /// Only if it stands so.
    pub expect: Expect,
    /// What is done.
    pub op: Op,
    /// By whom.
    pub origin: Origin,
    /// The messages that say so.
    pub cites: Vec<MessageId>,
    /// Only within this.
    pub quota: Option<Quota>,
}

impl Write {
    /// This value, whatever was there.
    pub fn set(key: impl Into<String>, value: Value, origin: Origin) -> Self {
        let op = Op::Set { value, ttl: None };
        let (expect, cites) = (Expect::Any, Vec::new());
        Self { key: key.into(), expect, op, origin, cites, quota: None }
    }

    /// Nothing, whatever was there.
    pub fn delete(key: impl Into<String>, origin: Origin) -> Self {
        Self { op: Op::Delete, ..Self::set(key, Value::Null, origin) }
    }
}

/// How an entry has to stand for a write to be done.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Expect {
    /// However.
    #[default]
    Any,
    /// Not there.
    Absent,
    /// In this version.
    Version(u64),
}

/// What a write does.
#[derive(Clone, Debug, PartialEq)]
pub enum Op {
    /// The value from now on.
    Set {
        /// What.
        value: Value,
        /// For how long; `None` = until it is written again.
        ttl: Option<Duration>,
    },
    /// The key and its history are gone.
    Delete,
    /// So much is added to a number; what is not there counts as 0.
    Add {
        /// How much.
        by: Number,
        /// For how long from now; `None` = as before.
        ttl: Option<Duration>,
    },
    /// These are put behind a list; what is not there counts as an empty one.
    Append {
        /// What.
        values: Vec<Value>,
        /// For how long from now; `None` = as before.
        ttl: Option<Duration>,
    },
}

/// How much a program may have kept; a write that would make it more is
/// refused.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Quota {
    /// The most characters of a value, as [`Entry::text`].
    pub value_chars: u64,
    /// The most characters of a list, or of a text that is one in JSON.
    pub list_chars: u64,
    /// The most keys of a space; 0 = any number.
    pub keys: u64,
}

impl Quota {
    /// Whether a value is not too long.
    pub fn fits(&self, value: &Value) -> bool {
        let chars = chars(value);
        chars <= self.value_chars || (chars <= self.list_chars && is_list(value))
    }
}

/// How many characters a value has, as [`Entry::text`].
pub fn chars(value: &Value) -> u64 {
    let count = |text: &str| text.chars().count() as u64;
    match value {
        Value::String(text) => count(text),
        other => count(&other.to_string()),
    }
}

fn is_list(value: &Value) -> bool {
    match value {
        Value::Array(_) => true,
        Value::String(text) => serde_json::from_str::<Vec<IgnoredAny>>(text).is_ok(),
        _ => false,
    }
}

/// A page of a space, newest first.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Page {
    /// Only keys that begin so.
    pub prefix: String,
    /// Behind where the last page ended.
    pub after: Option<Cursor>,
    /// At most so many.
    pub limit: usize,
}

/// Where a page ended: it holds neither key nor value.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Cursor(pub Vec<u8>);

/// How full a space is.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct SpaceInfo {
    /// Which.
    pub space: Space,
    /// Whose.
    pub business: Business,
    /// How many keys.
    pub entries: u64,
    /// How many characters all values have, as [`Entry::text`].
    pub chars: u64,
    /// The last version that was given.
    pub version: u64,
}

/// What was said before the window, told in short by the model.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Summary {
    /// The words.
    pub text: String,
    /// Everything below this `seq` is in it.
    pub upto: u64,
    /// How often words had been redacted when it was begun.
    #[serde(default)]
    pub redacted: u64,
    /// When it was made.
    pub at: Timestamp,
}

/// The vector of one message, for finding it by its meaning.
#[derive(Clone, Debug, PartialEq)]
pub struct Embedded {
    /// Which message.
    pub position: Position,
    /// Scale and bytes, as `recall` packs them.
    pub vector: Vec<u8>,
}

/// All vectors of one block of a conversation, by one model.
#[derive(Clone, Debug, PartialEq)]
pub struct Vectors {
    /// The block: 32 `seq` each.
    pub block: u64,
    /// The model that made them: others don't compare.
    pub model: String,
    /// One for each message that has words.
    pub messages: Vec<Embedded>,
}

/// Something that was said elsewhere, and is brought in.
#[derive(Clone, Debug, PartialEq)]
pub struct Imported {
    /// The same id is the same message: it comes in once.
    pub id: ProviderId,
    /// Who said it.
    pub role: Role,
    /// Their name, where several spoke.
    pub speaker: Option<String>,
    /// When.
    pub at: Timestamp,
    /// What.
    pub content: Content,
    /// Its size for the model.
    pub tokens: u32,
    /// What it can be found by.
    pub terms: Packed,
}

/// The person was asked whether they mean it.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Asked {
    /// Whether everything is to be forgotten.
    ForgetAll {
        /// When they were asked: an answer counts for a while.
        at: Timestamp,
    },
}

/// Two persons that became one, or an alias that moved: kept for undoing it.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Linked {
    /// Names it for undoing.
    pub id: String,
    /// When.
    pub at: Timestamp,
    /// Who they are now.
    pub into: PersonId,
    /// Who they were.
    pub from: PersonId,
    /// What was theirs.
    pub conversations: Vec<ConversationId>,
    /// Their names.
    pub aliases: Vec<Link>,
    /// The keys that came over from their profile.
    pub keys: Vec<String>,
    /// It was undone.
    #[serde(default)]
    pub undone: bool,
}

/// Access to a person's memory by a program, in one minute.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Access {
    /// The minute it began.
    pub minute: Timestamp,
    /// The token's id, as operators see it.
    pub token: String,
    /// Whose memory.
    pub person: PersonId,
    /// How often it was read.
    pub reads: u32,
    /// How often it was written.
    pub writes: u32,
}
