//! A turn: the unanswered messages of a conversation, and what came of them.

use super::change::Change;
use super::conversation::Conversation;

use super::message::{Message, Outgoing};
use super::person::Person;
use super::record::{TurnRecord, Verdict};
use jiff::Timestamp;

/// Work: answer these messages.
#[derive(Clone, Debug, PartialEq)]
pub struct Turn {
    /// The state of the conversation when the claim was taken.
    pub conversation: Conversation,
    /// The person.
    pub person: Person,
    /// What is unanswered, by provider time, then arrival.
    pub inbound: Vec<Message>,
    /// 1 for the first try.
    pub attempt: u16,
    /// When the first of the messages was stored: the deadline counts from it.
    pub since: Timestamp,
}

/// How a turn ended.
#[derive(Clone, Debug, PartialEq)]
pub enum TurnOutcome {
    /// It is over; transcript, changes and outbox are one commit.
    Finished(Finished),
    /// Nothing happened; somebody tries again then.
    Retry {
        /// Not before.
        at: Timestamp,
    },
}

/// A turn that is over.
#[derive(Clone, Debug, PartialEq)]
pub struct Finished {
    /// What the person gets, in order; empty = silence.
    pub messages: Vec<Outgoing>,
    /// What else it changed.
    pub changes: Vec<Change>,
    /// How it went.
    pub record: TurnRecord,
    /// Exactly what the model was told and said, as JSON, for `olifant turns`.
    pub trace: Option<serde_json::Value>,
}

impl Finished {
    /// Nobody is answered, and why.
    pub fn silent(reason: impl Into<String>) -> Self {
        Self {
            messages: Vec::new(),
            changes: Vec::new(),
            record: TurnRecord::new(Verdict::Silent(reason.into())),
            trace: None,
        }
    }
}
