//! The state of one conversation: everything a worker must know before it
//! reads a word.

use jiff::{SignedDuration, Timestamp};
use serde::{Deserialize, Serialize};

use super::id::{ConversationId, KeyId, Number, PersonId};
use super::lane::Lane;
use super::memory::Asked;
use super::person::Address;
use super::rally::Rally;

/// One person and one number.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Conversation {
    /// The internal id.
    pub id: ConversationId,
    /// With whom.
    pub person: PersonId,
    /// What its words are sealed with: its own, so that it can change hands.
    #[serde(default)]
    pub key: KeyId,
    /// Through which number of ours.
    pub number: Number,
    /// Keys of words about this person and others, that operators were told.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub shared: Vec<KeyId>,
    /// Where the person last wrote from: replies go exactly there.
    pub address: Address,
    /// Who answers.
    #[serde(default)]
    pub mode: Mode,
    /// The person waits for a human, since and why.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub handoff: Option<Handoff>,
    /// The newest message of the person, by the provider's clock. Free text
    /// may be sent for 24 hours after it.
    pub heard_at: Timestamp,
    /// The provider said then that the window is closed, whatever we think.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub closed_at: Option<Timestamp>,
    /// The address is somebody else's by now: nothing goes there.
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    pub gone: bool,
    /// The person has to confirm something.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub asked: Option<Asked>,
    /// It holds nothing but the last line to somebody who is forgotten, and
    /// goes when that is sent.
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    pub farewell: bool,
    /// The `seq` the next message gets.
    pub next_seq: u64,
    /// Messages below this `seq` are answered (or knowingly not).
    pub answered_to: u64,
    /// Replies below this `seq` were given up (a human answered, STOP): one
    /// that was in flight by then ends, and is not tried again.
    #[serde(default)]
    pub given_up_to: u64,
    /// The window of the transcript begins here (`/new` moves it).
    #[serde(default)]
    pub window_from: u64,
    /// How often words of the person's were redacted: what was begun before
    /// may hold them.
    #[serde(default)]
    pub redacted: u64,
    /// Whether another program seems to answer.
    #[serde(default)]
    pub rally: Rally,
    /// The lane of turns.
    pub turns: Lane,
    /// The lane of deliveries.
    pub deliveries: Lane,
}

/// How long after a person's message anything may be written to them.
const WINDOW: SignedDuration = SignedDuration::from_hours(24);

impl Conversation {
    /// Nothing is said yet.
    pub fn new(
        id: ConversationId,
        person: PersonId,
        key: KeyId,
        number: Number,
        address: Address,
    ) -> Self {
        Self {
            id,
            person,
            key,
            shared: Vec::new(),
            number,
            address,
            mode: Mode::Assistant,
            handoff: None,
            heard_at: Timestamp::UNIX_EPOCH,
            closed_at: None,
            gone: false,
            asked: None,
            farewell: false,
            next_seq: 1,
            answered_to: 1,
            given_up_to: 1,
            window_from: 1,
            redacted: 0,
            rally: Rally::default(),
            turns: Lane::default(),
            deliveries: Lane::default(),
        }
    }

    /// Whether anything but a template reaches the person at `now`. With
    /// nobody heard yet (`heard_at` before all time) it does not.
    pub fn window_is_open(&self, now: Timestamp) -> bool {
        let closed = self.closed_at.is_some_and(|closed| closed >= self.heard_at);
        !closed && now.duration_since(self.heard_at) < WINDOW
    }

    /// Until when anything may be written, if it may at `now`.
    pub fn window_until(&self, now: Timestamp) -> Option<Timestamp> {
        self.heard_at.checked_add(WINDOW).ok().filter(|_| self.window_is_open(now))
    }
}

/// A person was promised that a human answers.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Handoff {
    /// Since when.
    pub at: Timestamp,
    /// Why, in the model's or the person's words.
    pub reason: String,
}

/// Who answers in a conversation.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Mode {
    /// The assistant.
    #[default]
    Assistant,
    /// A human; the assistant is silent until then (`None` = until resumed).
    Human {
        /// When the assistant takes over again.
        until: Option<Timestamp>,
    },
}

impl Mode {
    /// Whether the assistant may speak at `now`.
    pub fn assistant_answers(self, now: Timestamp) -> bool {
        match self {
            Self::Assistant => true,
            Self::Human { until } => until.is_some_and(|until| until <= now),
        }
    }
}
