//! What a provider does: verify, parse, send, signal, look up, and say what
//! its limits are. One value speaks for all numbers of its kind.
//!
//! To add a provider: one file with one folder for its wire format, and one
//! entry in `config.rs` where `numbers.NAME.provider` is read.

mod exchange;
mod identity;
mod lenient;
pub mod meta;
mod signature;
#[cfg(test)]
mod stand_in;
pub mod twilio;
pub mod webhook;

use async_trait::async_trait;

use crate::domain::event::{Event, Receipt};
use crate::domain::failure::SendError;
use crate::domain::id::{MessageId, NumberName, ProviderId};
use crate::domain::message::Message;
use crate::domain::pace::Rate;
use crate::domain::person::Address;
use webhook::{Rejected, Verified, WebhookRequest};

/// A way to reach people.
#[async_trait]
pub trait Provider: Send + Sync {
    /// Checks the signature over the raw bytes. The secret that matched
    /// decides which numbers the body may speak for.
    fn verify(&self, request: &WebhookRequest) -> Result<Verified, Rejected>;

    /// Reads a verified body element by element.
    fn parse(&self, verified: Verified) -> Parsed;

    /// Sends one message. The delivery's id travels with it.
    async fn send(&self, parcel: &Parcel<'_>) -> Result<ProviderId, SendError>;

    /// Shows the person that their message was read, and typing dots. Best
    /// effort: a failure is nobody's business.
    async fn signal(&self, number: &NumberName, message: &ProviderId);

    /// Whether a delivery that nobody answered for went out after all.
    async fn lookup(&self, parcel: &Parcel<'_>) -> Lookup;

    /// What fits, and how fast, on this number.
    fn limits(&self, number: &NumberName) -> Limits;
}

/// A message addressed and numbered.
#[derive(Clone, Debug)]
pub struct Parcel<'a> {
    /// From which number of ours.
    pub number: &'a NumberName,
    /// To whom.
    pub to: &'a Address,
    /// What.
    pub message: &'a Message,
    /// Comes back in the receipts.
    pub delivery: MessageId,
    /// When the first attempt to send it began.
    pub since: jiff::Timestamp,
}

/// What a webhook's body held.
#[derive(Debug, Default)]
pub struct Parsed {
    /// What can be read, with the number each element is for, in order.
    pub events: Vec<(NumberName, Event)>,
    /// Elements for numbers that the secret does not speak for, or that are
    /// not configured.
    pub foreign: usize,
    /// Signed, but not readable.
    pub unreadable: usize,
    /// Kinds that we knowingly do nothing with.
    pub ignored: usize,
}

/// What a provider knows of a delivery.
#[derive(Clone, Debug, PartialEq)]
pub enum Lookup {
    /// It has it; what became of it so far.
    Found(Receipt),
    /// It has no trace of it.
    Absent,
    /// It can't be asked, or did not answer.
    Unknown,
}

/// What fits into a message of a number, and how fast they may go.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Limits {
    /// The longest text, in UTF-16 units.
    pub text: usize,
    /// Whether a reply can quote.
    pub quotes: bool,
    /// To one person.
    pub pair: Rate,
    /// In all.
    pub number: Rate,
}
