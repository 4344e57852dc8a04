//! Effects that are not messages of a turn. A tool, an operator's command and
//! an API write make the same changes; the store applies them all or none.

use jiff::Timestamp;

use super::conversation::Mode;
use super::grant::Grant;
use super::id::{Business, ConversationId, MessageId, Number, NumberName, PersonId};
use super::job::Task;
use super::memory::{Access, Asked, Entry, Imported, Space, Summary, Vectors, Write};
use super::message::{Outgoing, Role};
use super::person::{Alias, Sender};
use super::rally::Rally;
use super::spending::Spending;

/// Whom changes concern.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Subject {
    /// A conversation (and, through it, its person as of the commit).
    Conversation(ConversationId),
    /// A person and all conversations of theirs.
    Person(PersonId),
    /// The conversation of whoever this is with that number; both are made if
    /// nobody has written yet.
    Address(Number, Sender),
    /// A number of ours.
    Number(NumberName),
    /// A business: what concerns no person and no number.
    Business(Business),
    /// A business's customer with this alias, who is made if nobody has it.
    Known(Business, Alias),
    /// A namespace of a business's programs, or a person's profile.
    Space(Space),
}

/// One effect.
#[derive(Clone, Debug, PartialEq)]
pub enum Change {
    /// A human answers from now on: claims are taken away, deliveries of the
    /// assistant not yet in flight are dropped.
    Pause {
        /// When the assistant takes over again; `None` = when told.
        until: Option<Timestamp>,
    },
    /// The assistant answers again; nobody waits for a human any more.
    Resume,
    /// The person waits for a human, who answers from now on. The turn's own
    /// reply goes out.
    Handoff {
        /// Why.
        reason: String,
        /// When the assistant takes over again.
        until: Timestamp,
    },
    /// The person wants no more messages: claims are taken away, deliveries
    /// not yet in flight are dropped.
    OptOut,
    /// The person wants messages again.
    OptIn,
    /// The person has been told that an assistant writes here.
    Introduce,
    /// Answering the person took this.
    Spend(Spending),
    /// How fast answers have followed each other.
    Rally(Rally),
    /// The window of the transcript begins after what was said so far.
    NewConversation,
    /// Something is said that answers no turn.
    Say(Box<Saying>),
    /// Nothing is sent from this number before then.
    PauseNumber {
        /// When it sends again; `None` = when told.
        until: Option<Timestamp>,
    },
    /// The number sends again.
    ResumeNumber,
    /// Everything that came in on the number before then is here.
    CaughtUp(Timestamp),
    /// A failed delivery is tried again.
    Requeue(MessageId),
    /// A waiting delivery is given up.
    Drop(MessageId),
    /// A job is to be done.
    Queue(Task),
    /// A token is valid from now on.
    Grant(Grant),
    /// The token with this id, or hash, is not valid any more.
    Revoke(String),
    /// Something is remembered, or not any more: of the person, or in the
    /// space that the changes concern.
    Remember(Box<Write>),
    /// Every key of the space goes.
    ForgetSpace,
    /// These messages' words go, and what was made of any; that something was
    /// said stays.
    Redact(Vec<MessageId>),
    /// The person is asked to confirm, or has answered (`None`).
    Ask(Option<Asked>),
    /// Everything that is known of the person goes, at once and for good;
    /// what the same turn says still goes out.
    ForgetAll,
    /// What was said before the window, in short.
    Summarise(Summary),
    /// Vectors of messages.
    Embed(Vectors),
    /// What was said elsewhere, in order; into the archive of this name.
    Import(String, Vec<Imported>),
    /// This other person is the same one.
    Merge(PersonId),
    /// They are two after all: undoes the link of this name.
    Split(String),
    /// A program looked at, or wrote, a person's memory: of the person that the
    /// changes concern, if they concern one.
    Note(Access),
    /// Effects on somebody else, in the same commit.
    Also(Box<Subject>, Vec<Change>),
}

/// A message that answers no turn.
#[derive(Clone, Debug, PartialEq)]
pub struct Saying {
    /// In whose name.
    pub role: Role,
    /// What.
    pub message: Outgoing,
    /// The same key on the same number is the same message: it is said once.
    pub key: Option<String>,
}

/// What an effect did.
#[derive(Clone, Debug, PartialEq)]
pub enum Changed {
    /// As asked.
    Done,
    /// This message waits to go out.
    Said(MessageId),
    /// It had been said before.
    Known(MessageId),
    /// This is remembered now; for what was deleted, what it was.
    Remembered(Box<Entry>),
    /// There was nothing to delete.
    Absent,
    /// So many were deleted, brought in, or redacted.
    Count(u64),
    /// The link that undoes it.
    Linked(String),
}

impl Change {
    /// The mode that a change of who answers leads to.
    pub fn mode(&self) -> Option<Mode> {
        match self {
            Self::Pause { until } => Some(Mode::Human { until: *until }),
            Self::Handoff { until, .. } => Some(Mode::Human { until: Some(*until) }),
            Self::Resume => Some(Mode::Assistant),
            Self::OptOut
            | Self::OptIn
            | Self::Introduce
            | Self::Spend(_)
            | Self::Rally(_)
            | Self::NewConversation
            | Self::Say(_)
            | Self::PauseNumber { .. }
            | Self::ResumeNumber
            | Self::CaughtUp(_)
            | Self::Requeue(_)
            | Self::Drop(_)
            | Self::Queue(_)
            | Self::Grant(_)
            | Self::Revoke(_)
            | Self::Remember(_)
            | Self::ForgetSpace
            | Self::Redact(_)
            | Self::Ask(_)
            | Self::ForgetAll
            | Self::Summarise(_)
            | Self::Embed(_)
            | Self::Import(..)
            | Self::Merge(_)
            | Self::Split(_)
            | Self::Note(_)
            | Self::Also(..) => None,
        }
    }
}
