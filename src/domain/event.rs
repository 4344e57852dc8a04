//! What a provider tells us, in our words.

use jiff::Timestamp;

use super::failure::Failure;
use super::id::{MessageId, Number, ProviderId};
use super::lane::Quiet;
use super::message::{Attached, Content, Status};
use super::person::Sender;

/// An event together with the number of ours it was signed for.
#[derive(Clone, Debug, PartialEq)]
pub struct Received {
    /// The number that it concerns.
    pub number: Number,
    /// How long to wait for more before answering.
    pub quiet: Quiet,
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
    /// News of something we sent.
    Receipt(Receipt),
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
}
