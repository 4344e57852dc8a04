//! What the store does: state changes, not rows to read and write back. Each
//! method is one commit, durable when it returns.
//!
//! To add a store: a folder beside `sled` with the same files, and one entry
//! in [`KINDS`] and [`open`].

pub mod record;
pub mod sled;

use std::sync::Arc;
use std::time::Duration;

use async_trait::async_trait;
use jiff::Timestamp;

use crate::domain::change::{Change, Subject};
use crate::domain::conversation::Conversation;
use crate::domain::delivery::{Delivery, DeliveryOutcome};
use crate::domain::event::Received;
use crate::domain::failure::Failure;
use crate::domain::id::{
    Business, ConversationId, MessageId, NumberName, PersonId, ProviderId, Token,
};
use crate::domain::message::Message;
use crate::domain::person::{Alias, Person};
use crate::domain::turn::{Turn, TurnOutcome};

/// Everything a store does.
pub trait Store: Inbox + Queue<Turn> + Queue<Delivery> + Changes + Transcript + People {}

impl<S: Inbox + Queue<Turn> + Queue<Delivery> + Changes + Transcript + People> Store for S {}

/// The durable inbox.
#[async_trait]
pub trait Inbox: Send + Sync {
    /// Identity, dedupe, append, receipts, edits, echoes; on disk on return.
    /// One answer for each event, in order. An empty list writes nothing and
    /// says whether events could be taken.
    async fn accept(&self, events: Vec<Received>) -> Result<Vec<Accepted>, StoreError>;
}

/// What accepting one event did.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Accepted {
    /// A new message, in this conversation.
    New(ConversationId),
    /// Known before; nothing changed.
    Duplicate,
    /// It changed something that was there (a receipt, an edit, a revoke).
    Applied,
    /// A receipt says that something we sent did not arrive; its class says
    /// whether it goes out once more. An operator has to know.
    Failed(Failure),
    /// It concerns nothing we know, or is older than what we know.
    Ignored,
}

/// Something to be done, once, by whoever claims it.
pub trait Work: Send + Sync + 'static {
    /// How it ended.
    type Outcome: Send;
}

impl Work for Turn {
    type Outcome = TurnOutcome;
}

impl Work for Delivery {
    type Outcome = DeliveryOutcome;
}

/// One lane's work, held until finished or until the lease runs out. Not
/// `Clone`: finishing consumes it.
#[derive(Debug)]
pub struct Claim<W> {
    /// What to do.
    pub work: W,
    pub(crate) conversation: ConversationId,
    pub(crate) token: Token,
}

impl<W> Claim<W> {
    /// The conversation whose lane is held.
    pub fn conversation(&self) -> ConversationId {
        self.conversation
    }
}

/// Which work.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Pick {
    /// Whatever is due, oldest first.
    Due,
    /// This conversation's, if it is due.
    Lane(ConversationId),
}

/// The queue of one kind of work.
#[async_trait]
pub trait Queue<W: Work>: Send + Sync {
    /// Takes up to `max` lanes whose time has come.
    async fn claim(
        &self,
        pick: Pick,
        lease: Duration,
        max: usize,
    ) -> Result<Vec<Claim<W>>, StoreError>;

    /// Holds it longer; [`StoreError::ClaimLost`] = stop working on it.
    async fn renew(&self, claim: &Claim<W>, until: Timestamp) -> Result<(), StoreError>;

    /// Ends it, all or nothing. Gives back the delivery that is now at the
    /// head of the conversation's lane, already marked in flight.
    async fn finish(
        &self,
        claim: Claim<W>,
        outcome: W::Outcome,
    ) -> Result<Option<Claim<Delivery>>, StoreError>;

    /// Resolves when [`Queue::claim`] may find something. Call it *before*
    /// looking, await it after finding nothing: no wake-up is missed.
    fn wake_up(&self) -> WakeUp;

    /// When the next lane is due, claimed ones excepted; `None` = all is done.
    async fn next_due(&self) -> Result<Option<Timestamp>, StoreError>;
}

/// See [`Queue::wake_up`].
pub type WakeUp = std::pin::Pin<Box<dyn Future<Output = ()> + Send>>;

/// Effects that come with no turn.
#[async_trait]
pub trait Changes: Send + Sync {
    /// Applies all or none.
    async fn apply(&self, subject: Subject, changes: Vec<Change>) -> Result<(), StoreError>;
}

/// Reading what was said.
#[async_trait]
pub trait Transcript: Send + Sync {
    /// The newest messages before `below` whose tokens fit, oldest first; at
    /// most back to where the conversation's window begins.
    async fn window(
        &self,
        conversation: &Conversation,
        below: u64,
        tokens: u32,
    ) -> Result<Vec<Message>, StoreError>;

    /// One message.
    async fn message(&self, id: MessageId) -> Result<Option<Message>, StoreError>;

    /// The message that the provider calls so, on this number.
    async fn by_provider_id(
        &self,
        number: &NumberName,
        id: &ProviderId,
    ) -> Result<Option<Message>, StoreError>;

    /// The state of a conversation.
    async fn conversation(&self, id: ConversationId) -> Result<Option<Conversation>, StoreError>;

    /// What still waits to go out in a conversation, in order.
    async fn outbox(&self, id: ConversationId) -> Result<Vec<Delivery>, StoreError>;
}

/// Reading who is who.
#[async_trait]
pub trait People: Send + Sync {
    /// The person with this alias.
    async fn find(&self, business: &Business, alias: &Alias) -> Result<Option<Person>, StoreError>;

    /// The person with this id.
    async fn person(&self, id: PersonId) -> Result<Option<Person>, StoreError>;
}

/// Why the store did not do it.
#[derive(Clone, Debug, thiserror::Error)]
pub enum StoreError {
    /// Too many writes wait; the caller may try again later.
    #[error("the store has too many writes waiting")]
    Busy,
    /// The disk is nearly full (`store.min_free_mb`).
    #[error("the disk has only {free_mb} MB left (store.min_free_mb = {min_mb})")]
    NoSpace {
        /// What is left.
        free_mb: u64,
        /// What must stay.
        min_mb: u64,
    },
    /// Somebody else holds the lane now, or the question has changed.
    #[error("the claim was lost")]
    ClaimLost,
    /// What the change concerns is not there.
    #[error("there is no such {0}")]
    NotFound(&'static str),
    /// The store could not be opened or has shut down.
    #[error("{0}")]
    Unavailable(String),
    /// A record can't be read.
    #[error("damaged record: {0}")]
    Damaged(String),
}

/// `[store]`.
#[derive(Clone, Debug, serde::Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Config {
    /// `sled:PATH`.
    pub url: String,
    /// The page cache, in MB.
    pub cache_mb: u64,
    /// Below this much free disk nothing is accepted any more.
    pub min_free_mb: u64,
}

/// What `store.url` can begin with.
pub const KINDS: &[&str] = &["sled"];

/// Opens the store that `store.url` names.
pub fn open(config: &Config, clock: crate::clock::Clock) -> Result<Arc<dyn Store>, StoreError> {
    match config.url.split_once(':') {
        Some(("sled", path)) => Ok(Arc::new(sled::SledStore::open(path.as_ref(), config, clock)?)),
        _ => Err(StoreError::Unavailable(format!(
            "store.url = \"{}\" is not understood; write \"sled:PATH\"",
            config.url
        ))),
    }
}
