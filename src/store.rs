//! What the store does: state changes, not rows to read and write back. Each
//! method is one commit, durable when it returns.
//!
//! To add a store: a folder beside `sled` with the same files, and one entry
//! in `KINDS` and `open` of `opening.rs`.

pub mod backup;
mod error;
mod opening;
pub mod record;
pub mod seal;
pub mod sled;
mod verified;

use std::time::Duration;

use async_trait::async_trait;
use jiff::Timestamp;

use crate::domain::change::{Change, Changed, Subject};
use crate::domain::conversation::Conversation;
use crate::domain::delivery::{Delivery, DeliveryOutcome};
use crate::domain::event::Received;
use crate::domain::failure::Failure;
use crate::domain::grant::Grant;
use crate::domain::id::{
    Business, ConversationId, JobId, MessageId, NumberName, PersonId, ProviderId, Token,
};
use crate::domain::job::{Erasure, Job, JobOutcome};
use crate::domain::memory::{
    self, Cursor, Entry, Linked, Page, Space, SpaceInfo, Summary, Vectors,
};
use crate::domain::message::Message;
use crate::domain::pause::Pause;
use crate::domain::person::{Alias, Person};
use crate::domain::turn::{Turn, TurnOutcome};
use backup::Dump;

pub use error::StoreError;
pub use opening::{Config, KINDS, RestoreError, make_folder, open, restore, rotate_key};
pub use verified::{Flaw, Found, Verified};

/// Everything a store does.
pub trait Store:
    Inbox
    + Queue<Turn>
    + Queue<Delivery>
    + Queue<Job>
    + Changes
    + Transcript
    + People
    + Memory
    + Derived
    + Numbers
    + Overview
    + Access
    + Upkeep
    + Transfer
{
}

impl<S> Store for S where
    S: Inbox
        + Queue<Turn>
        + Queue<Delivery>
        + Queue<Job>
        + Changes
        + Transcript
        + People
        + Memory
        + Derived
        + Numbers
        + Overview
        + Access
        + Upkeep
        + Transfer
{
}

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
    /// A receipt says that a message that counts against the free ones has
    /// arrived: so many have this month, on this number.
    Counted(u32),
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
    /// What is first in, first out.
    type Lane: Copy + Send + Sync;
}

impl Work for Turn {
    type Outcome = TurnOutcome;
    type Lane = ConversationId;
}

impl Work for Delivery {
    type Outcome = DeliveryOutcome;
    type Lane = ConversationId;
}

/// Jobs don't wait for each other: each is a lane of its own.
impl Work for Job {
    type Outcome = JobOutcome;
    type Lane = JobId;
}

/// One lane's work, held until finished or until the lease runs out. Not
/// `Clone`: finishing consumes it.
#[derive(Debug)]
pub struct Claim<W: Work> {
    /// What to do.
    pub work: W,
    pub(crate) lane: W::Lane,
    pub(crate) token: Token,
}

impl<W: Work> Claim<W> {
    /// Whose lane is held.
    pub fn lane(&self) -> W::Lane {
        self.lane
    }
}

/// Which work.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Pick<L> {
    /// Whatever is due, oldest first.
    Due,
    /// This lane's, if it is due.
    Lane(L),
}

/// The queue of one kind of work.
#[async_trait]
pub trait Queue<W: Work>: Send + Sync {
    /// Takes up to `max` lanes whose time has come.
    async fn claim(
        &self,
        pick: Pick<W::Lane>,
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
    /// Applies all or none. One answer for each change, in order (of a
    /// person's several conversations, the last one's).
    async fn apply(
        &self,
        subject: Subject,
        changes: Vec<Change>,
    ) -> Result<Vec<Changed>, StoreError>;
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

    /// What was said from this number under this key ([`Saying::key`]).
    ///
    /// [`Saying::key`]: crate::domain::change::Saying
    async fn said(&self, number: &NumberName, key: &str) -> Result<Option<MessageId>, StoreError>;

    /// The state of a conversation.
    async fn conversation(&self, id: ConversationId) -> Result<Option<Conversation>, StoreError>;

    /// What still waits to go out in a conversation, in order.
    async fn outbox(&self, id: ConversationId) -> Result<Vec<Delivery>, StoreError>;
}

/// Reading what is remembered.
#[async_trait]
pub trait Memory: Send + Sync {
    /// What is remembered under a key, if it has not expired.
    async fn entry(&self, space: &Space, key: &str) -> Result<Option<Entry>, StoreError>;

    /// A page of a space, the last written first, and where it ended if there
    /// is more.
    async fn entries(
        &self,
        space: &Space,
        page: &Page,
    ) -> Result<(Vec<Entry>, Option<Cursor>), StoreError>;

    /// What stood under a key of a person's before, newest first.
    async fn history(&self, space: &Space, key: &str) -> Result<Vec<Entry>, StoreError>;

    /// The spaces of a business that hold anything.
    async fn spaces(&self, business: &Business) -> Result<Vec<SpaceInfo>, StoreError>;
}

/// Reading what is made of what was said, and what finds it again.
#[async_trait]
pub trait Derived: Send + Sync {
    /// The search index of a conversation: its blocks in order, the last one
    /// made on the spot, as `recall` packs them.
    async fn index(&self, id: ConversationId) -> Result<Vec<Vec<u8>>, StoreError>;

    /// The vectors of a conversation that this model made.
    async fn vectors(&self, id: ConversationId, model: &str) -> Result<Vec<Vectors>, StoreError>;

    /// What was said before the window, in short.
    async fn summary(&self, id: ConversationId) -> Result<Option<Summary>, StoreError>;

    /// What the turn was told that ended with this message, as JSON.
    async fn trace(&self, id: MessageId) -> Result<Option<serde_json::Value>, StoreError>;
}

/// Reading who is who.
#[async_trait]
pub trait People: Send + Sync {
    /// The person with this alias.
    async fn find(&self, business: &Business, alias: &Alias) -> Result<Option<Person>, StoreError>;

    /// The person with this id.
    async fn person(&self, id: PersonId) -> Result<Option<Person>, StoreError>;

    /// Up to `max` people behind this one, in the order in which they first
    /// came.
    async fn people(&self, after: Option<PersonId>, max: usize) -> Result<Vec<Person>, StoreError>;

    /// Who was made one with whom, newest first, of this business.
    async fn links(&self, business: &Business) -> Result<Vec<Linked>, StoreError>;
}

/// Reading how a number of ours stands.
#[async_trait]
pub trait Numbers: Send + Sync {
    /// How it stands.
    async fn number(&self, name: &NumberName) -> Result<NumberState, StoreError>;
}

/// How a number of ours stands.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct NumberState {
    /// Nothing is sent from it.
    pub paused: Option<Pause>,
    /// Messages that arrived this calendar month (UTC) and count against the
    /// free ones.
    pub delivered: u32,
    /// All that came in on it before then is here.
    pub caught_up: Option<Timestamp>,
}

/// Reading who waits, and for what: what operators look at.
#[async_trait]
pub trait Overview: Send + Sync {
    /// Up to `max` conversations behind this one, in the order of their ids.
    async fn conversations(
        &self,
        after: Option<ConversationId>,
        max: usize,
    ) -> Result<Vec<Conversation>, StoreError>;

    /// The newest `max` messages of a conversation, oldest first.
    async fn newest(&self, id: ConversationId, max: usize) -> Result<Vec<Message>, StoreError>;

    /// Up to `max` deliveries that are not over, behind this one, conversation
    /// by conversation.
    async fn deliveries(
        &self,
        after: Option<MessageId>,
        max: usize,
    ) -> Result<Vec<Delivery>, StoreError>;

    /// How much waits, and how much room there is.
    async fn load(&self) -> Result<Load, StoreError>;
}

/// How much waits, and how much room there is.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Load {
    /// Conversations with messages that nobody has answered yet.
    pub turns: Waiting,
    /// Conversations with messages that have not gone out yet.
    pub deliveries: Waiting,
    /// Jobs that are not over.
    pub jobs: usize,
    /// What the store takes on its disk, in bytes.
    pub bytes: u64,
    /// What its disk has left, in bytes; `None` = the store can't tell.
    pub free: Option<u64>,
}

/// Lanes that are not empty.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Waiting {
    /// So many.
    pub lanes: usize,
    /// When the oldest message in them was stored.
    pub since: Option<Timestamp>,
}

/// Reading who may use the API.
#[async_trait]
pub trait Access: Send + Sync {
    /// What the token with this SHA-256 (hex) allows.
    async fn grant(&self, hash: &str) -> Result<Option<Grant>, StoreError>;

    /// All tokens that are valid.
    async fn grants(&self) -> Result<Vec<Grant>, StoreError>;
}

/// What has had its time.
#[async_trait]
pub trait Upkeep: Send + Sync {
    /// Deletes up to `max` records that have had their time, from where the
    /// last sweep ended; where it ended this time, `None` = it is through.
    async fn sweep(
        &self,
        kept: &Kept,
        from: Option<Swept>,
        max: usize,
    ) -> Result<Swept, StoreError>;

    /// Deletes up to `max` records of somebody who is forgotten; `true` = none
    /// is left.
    async fn erase(&self, left: &Erasure, max: usize) -> Result<bool, StoreError>;

    /// Programs' looks into people's memory, newest first, at most so many.
    async fn accesses(&self, max: usize) -> Result<Vec<memory::Access>, StoreError>;
}

/// All of it: out, and looked through. The way in is [`restore`], since it
/// needs a place where nothing is.
#[async_trait]
pub trait Transfer: Send + Sync {
    /// All that is kept, as of one point: every commit that was answered when
    /// it was called is in it, and of later ones nothing. Reading it holds
    /// nobody up.
    async fn dump(&self) -> Result<Dump, StoreError>;

    /// Looks whether all that is kept fits together, as of one point.
    async fn verify(&self) -> Result<Verified, StoreError>;
}

/// How long things are kept.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Kept {
    /// Messages; businesses that are not here keep all.
    pub messages: std::collections::BTreeMap<Business, Duration>,
    /// What turns were told; the same.
    pub traces: std::collections::BTreeMap<Business, Duration>,
}

/// How far a sweep came.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Swept {
    /// Where it goes on; `None` = it is through.
    pub next: Option<Vec<u8>>,
    /// Records that it deleted.
    pub deleted: usize,
}
