//! Work that is neither a turn nor a delivery: told to other programs and to
//! operators, durable, done at least once.

use std::time::Duration;

use jiff::Timestamp;
use serde::{Deserialize, Serialize};

use super::id::{Business, ConversationId, JobId, KeyId, MessageId, NumberName, PersonId};

/// Work: do this.
#[derive(Clone, Debug, PartialEq)]
pub struct Job {
    /// Its id, the same at every try.
    pub id: JobId,
    /// What.
    pub task: Task,
    /// 1 for the first try.
    pub attempt: u16,
}

/// The kinds of jobs.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Task {
    /// Tell the business's other programs.
    Tell(News),
    /// Tell an operator.
    Alert(Alert),
    /// Tell in short what left the window of a conversation.
    Summarise(ConversationId),
    /// Make the vectors that a conversation lacks.
    Embed(ConversationId),
    /// Delete what is left of somebody who is forgotten: it can't be read any
    /// more.
    Erase(Erasure),
}

impl Task {
    /// What kind of job, for the log.
    pub fn kind(&self) -> &'static str {
        match self {
            Self::Tell(_) => "tell",
            Self::Alert(_) => "alert",
            Self::Summarise(_) => "summarise",
            Self::Embed(_) => "embed",
            Self::Erase(_) => "erase",
        }
    }
}

/// What is left of somebody who is forgotten.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Erasure {
    /// Who it was.
    pub person: PersonId,
    /// Their conversations.
    pub conversations: Vec<ConversationId>,
    /// The keys of all that, to be overwritten if they are not yet.
    pub keys: Vec<KeyId>,
}

/// How a job ended.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum JobOutcome {
    /// It is over, done or given up.
    Done,
    /// Somebody tries again then.
    Retry {
        /// Not before.
        at: Timestamp,
    },
}

/// Something that happened, for the business's other programs. It holds no
/// words: whoever tells it reads them from the transcript, if they are still
/// there.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct News {
    /// What happened.
    pub kind: NewsKind,
    /// When.
    pub at: Timestamp,
    /// Whose.
    pub business: Business,
    /// On which number.
    pub number: NumberName,
    /// In which conversation; `None` for a number's own news.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub conversation: Option<ConversationId>,
    /// Of whom.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub person: Option<PersonId>,
    /// Which message.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub message: Option<MessageId>,
    /// Why, without anybody's words.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub reason: Option<String>,
}

/// What can be told to other programs.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize)]
pub enum NewsKind {
    /// A person wrote.
    #[serde(rename = "message.received")]
    MessageReceived,
    /// The provider has taken a message of ours.
    #[serde(rename = "reply.sent")]
    ReplySent,
    /// A message of ours will not arrive.
    #[serde(rename = "delivery.failed")]
    DeliveryFailed,
    /// A person waits for a human.
    #[serde(rename = "handoff.requested")]
    HandoffRequested,
    /// A person wants no more messages.
    #[serde(rename = "person.opted_out")]
    PersonOptedOut,
    /// Nothing goes out from a number until somebody acts.
    #[serde(rename = "number.stopped")]
    NumberStopped,
}

impl NewsKind {
    /// All kinds.
    pub const ALL: [Self; 6] = [
        Self::MessageReceived,
        Self::ReplySent,
        Self::DeliveryFailed,
        Self::HandoffRequested,
        Self::PersonOptedOut,
        Self::NumberStopped,
    ];

    /// Its name, as in the configuration and on the wire.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::MessageReceived => "message.received",
            Self::ReplySent => "reply.sent",
            Self::DeliveryFailed => "delivery.failed",
            Self::HandoffRequested => "handoff.requested",
            Self::PersonOptedOut => "person.opted_out",
            Self::NumberStopped => "number.stopped",
        }
    }
}

/// What an operator must know, as it stands in the log.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Alert {
    /// The name of its kind.
    pub kind: String,
    /// The name of the number or business that it is about.
    pub about: String,
    /// Why, without anybody's words.
    pub reason: String,
    /// When it was raised.
    pub at: Timestamp,
}

/// The wait after a try that failed: 5 s, 30 s, 3 min, 18 min, then hours.
pub fn patience(attempt: u16) -> Duration {
    Duration::from_secs(5).saturating_mul(6u32.saturating_pow(u32::from(attempt.clamp(1, 6)) - 1))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn waits_grow_up_to_half_a_day() {
        let seconds = [1, 2, 3, 4, 6, 100].map(|attempt| patience(attempt).as_secs());
        assert_eq!(seconds, [5, 30, 180, 1080, 38_880, 38_880]);
    }

    #[test]
    fn news_are_called_on_the_wire_as_in_the_configuration() {
        for kind in NewsKind::ALL {
            let wire = serde_json::to_value(kind).expect("a text");
            assert_eq!(wire, kind.as_str());
        }
    }
}
