//! Effects that are not messages. A tool, an operator's command and an API
//! write make the same changes; the store applies them all or none.

use jiff::Timestamp;

use super::conversation::Mode;
use super::id::{ConversationId, MessageId, NumberName, PersonId};

/// Whom changes concern.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Subject {
    /// A conversation (and, through it, its person as of the commit).
    Conversation(ConversationId),
    /// A person and all conversations of theirs.
    Person(PersonId),
    /// A number of ours.
    Number(NumberName),
}

/// One effect.
#[derive(Clone, Debug, PartialEq)]
pub enum Change {
    /// A human answers from now on: claims are taken away, deliveries not yet
    /// in flight are dropped.
    Pause {
        /// When the assistant takes over again; `None` = when told.
        until: Option<Timestamp>,
    },
    /// The assistant answers again.
    Resume,
    /// The person wants no more messages: claims are taken away, deliveries
    /// not yet in flight are dropped.
    OptOut,
    /// The person wants messages again.
    OptIn,
    /// The window of the transcript begins after what was said so far.
    NewConversation,
    /// Nothing is sent from this number before then.
    PauseNumber {
        /// When it is tried again.
        until: Timestamp,
    },
    /// The number sends again.
    ResumeNumber,
    /// A failed delivery is tried again.
    Requeue(MessageId),
    /// A waiting delivery is given up.
    Drop(MessageId),
}

impl Change {
    /// The mode that a change of who answers leads to.
    pub fn mode(&self) -> Option<Mode> {
        match self {
            Self::Pause { until } => Some(Mode::Human { until: *until }),
            Self::Resume => Some(Mode::Assistant),
            Self::OptOut
            | Self::OptIn
            | Self::NewConversation
            | Self::PauseNumber { .. }
            | Self::ResumeNumber
            | Self::Requeue(_)
            | Self::Drop(_) => None,
        }
    }
}
