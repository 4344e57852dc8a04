//! A turn: the unanswered messages of a conversation, and what came of them.

use std::time::Duration;

use jiff::Timestamp;
use serde::{Deserialize, Serialize};

use super::change::Change;
use super::conversation::Conversation;
use super::id::ProviderId;
use super::message::{Content, Message};
use super::person::Person;

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
}

impl Finished {
    /// Nobody is answered, and why.
    pub fn silent(reason: impl Into<String>) -> Self {
        Self {
            messages: Vec::new(),
            changes: Vec::new(),
            record: TurnRecord::new(Verdict::Silent(reason.into())),
        }
    }
}

/// A message to send.
#[derive(Clone, Debug, PartialEq)]
pub struct Outgoing {
    /// What it says.
    pub content: Content,
    /// The message it quotes.
    pub quotes: Option<ProviderId>,
}

/// What is kept of a turn, in the row of its first reply.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct TurnRecord {
    /// How it ended.
    pub verdict: Verdict,
    /// SHA-256 (hex) of all that the model was told.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub told: Option<String>,
    /// The model that answered.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub model: Option<String>,
    /// Tokens used, all calls together.
    #[serde(default)]
    pub usage: Usage,
    /// From the claim to the finish.
    pub took: Duration,
}

impl TurnRecord {
    /// A turn that asked no model.
    pub fn new(verdict: Verdict) -> Self {
        Self { verdict, told: None, model: None, usage: Usage::default(), took: Duration::ZERO }
    }
}

/// How a turn ended.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Verdict {
    /// The assistant answered.
    Answered,
    /// A canned line answered (a command, a policy).
    Said,
    /// Nobody is to be answered, and why.
    Silent(String),
    /// No answer could be made; the person got an honest line.
    Failed(String),
}

impl Verdict {
    /// Its name in the log.
    pub fn as_str(&self) -> &'static str {
        match self {
            Self::Answered => "answered",
            Self::Said => "said",
            Self::Silent(_) => "silent",
            Self::Failed(_) => "failed",
        }
    }
}

/// Tokens, as the model's server counts them; 0 where it doesn't.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Usage {
    /// Read by the model.
    pub input: u64,
    /// Of these, from its cache.
    pub cached: u64,
    /// Written by the model.
    pub output: u64,
    /// Of these, thinking.
    pub reasoning: u64,
}

impl std::ops::AddAssign for Usage {
    fn add_assign(&mut self, other: Self) {
        self.input += other.input;
        self.cached += other.cached;
        self.output += other.output;
        self.reasoning += other.reasoning;
    }
}
