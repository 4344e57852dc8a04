//! A delivery: one message on its way to the person, and how it is sent once.

use jiff::Timestamp;
use serde::{Deserialize, Serialize};

use super::conversation::Conversation;
use super::failure::Failure;
use super::id::{MessageId, ProviderId};
use super::message::Message;

/// Work: send this message, or find out whether it went.
#[derive(Clone, Debug, PartialEq)]
pub struct Delivery {
    /// The id that travels with it and comes back in receipts.
    pub id: MessageId,
    /// The conversation when the claim was taken.
    pub conversation: Conversation,
    /// What to send.
    pub message: Message,
    /// Where it stands.
    pub state: DeliveryState,
    /// Tries so far that surely did not arrive.
    pub attempt: u16,
    /// Times that nobody knew whether it arrived.
    pub doubts: u8,
}

/// Where a delivery stands. `InFlight` is on disk before the provider is
/// called: a crash in between leaves a doubt, never a silence or a double.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum DeliveryState {
    /// Surely not sent.
    Waiting,
    /// Being sent since.
    InFlight(Timestamp),
    /// Written to the provider then, and no answer came.
    Uncertain(Timestamp),
}

/// How an attempt ended.
#[derive(Clone, Debug, PartialEq)]
pub enum DeliveryOutcome {
    /// The provider has it.
    Sent(ProviderId),
    /// Surely not sent; somebody tries again then.
    Retry {
        /// Not before.
        at: Timestamp,
        /// Why; `None` = it was only not its time (it counts as no try).
        failure: Option<Failure>,
    },
    /// Nobody knows; ask again then.
    Uncertain {
        /// When the time for a receipt is over.
        ask_at: Timestamp,
    },
    /// It left no trace: mark it in flight once more and hand it back.
    Resend,
    /// It will not arrive.
    Failed(Failure),
}
