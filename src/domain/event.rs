//! What a provider tells us, in our words.

use std::time::Duration;

use jiff::Timestamp;

use super::content::Content;
use super::failure::Failure;
use super::id::{MessageId, Number, ProviderId};
use super::lane::Quiet;
use super::message::{Attached, Pricing, Status};
use super::person::{Address, Alias, Sender};

/// An event together with the number of ours it was signed for.
#[derive(Clone, Debug, PartialEq)]
pub struct Received {
    /// The number that it concerns.
    pub number: Number,
    /// How long to wait for more before answering.
    pub quiet: Quiet,
    /// How long the assistant is silent after a human's own answer.
    pub pause: Duration,
    /// What happened.
    pub event: Event,
}

/// What can happen.
#[derive(Clone, Debug, PartialEq)]
pub enum Event {
    /// A person wrote.
    Message(Inbound),
    /// A human of the business answered from their own phone.
    HumanReply(Inbound),
    /// A person wrote, and another program of the business answers: kept, not
    /// answered.
    Standby(Inbound),
    /// The sender replaced the words of an earlier message.
    Edit {
        /// Which one.
        message: ProviderId,
        /// What it says now.
        content: Content,
    },
    /// The sender took an earlier message back.
    Revoke {
        /// Which one.
        message: ProviderId,
    },
    /// The person put an emoji on a message, or took it back (`None`).
    Reaction {
        /// On which one.
        message: ProviderId,
        /// Which.
        emoji: Option<String>,
    },
    /// A person is called otherwise from now on.
    Moved(Moved),
    /// News of something we sent.
    Receipt(Receipt),
}

/// A new name for a person, as the provider tells it: the memory stays theirs.
#[derive(Clone, Debug, PartialEq)]
pub struct Moved {
    /// How they were called; at least one.
    pub before: Vec<Alias>,
    /// What takes the place of the aliases of the same kind.
    pub after: Vec<Alias>,
    /// Where to write from now on, if that changed.
    pub address: Option<Address>,
}

/// A message as it came in. In a [`Event::HumanReply`] the sender is the
/// person who was answered.
#[derive(Clone, Debug, PartialEq)]
pub struct Inbound {
    /// The provider's id: the key of the dedupe.
    pub provider_id: ProviderId,
    /// Who wrote.
    pub sender: Sender,
    /// When, by the provider's clock.
    pub at: Timestamp,
    /// What was said.
    pub content: Content,
    /// What it quotes, forwards or came from.
    pub attached: Attached,
}

/// What became of something we sent. May overtake the answer to the send.
#[derive(Clone, Debug, PartialEq)]
pub struct Receipt {
    /// Our own id, if the provider gave it back.
    pub delivery: Option<MessageId>,
    /// The provider's id.
    pub provider_id: ProviderId,
    /// How far it got: `Sent` … `Played`, or `Failed`.
    pub status: Status,
    /// Why it failed.
    pub failure: Option<Failure>,
    /// What it costs.
    pub pricing: Option<Pricing>,
}
