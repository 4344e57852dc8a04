//! One request's view of the store: what is on disk, under what earlier
//! requests of the same round wrote, under what it writes itself. A request
//! that fails drops only its own layer.

use std::collections::BTreeMap;
use std::ops::Bound;

use jiff::Timestamp;
use serde::Serialize;
use serde::de::DeserializeOwned;

use super::keys::{self, Hasher, LaneKind};
use super::lanes::Lanes;
use crate::domain::content::Content;
use crate::domain::conversation::Conversation;
use crate::domain::delivery::DeliveryState;
use crate::domain::id::{ConversationId, JobId, KeyId, MessageId, PersonId, Position, Token};
use crate::domain::job::NewsKind;
use crate::domain::lane::Lane;
use crate::domain::message::{Message, Role};
use crate::domain::person::Person;
use crate::store::StoreError;
use crate::store::record;

/// Keys written (`Some`) or deleted (`None`).
pub type Layer = BTreeMap<Vec<u8>, Option<Vec<u8>>>;

/// See the module.
pub struct Tx<'a> {
    /// The time of the round.
    pub now: Timestamp,
    /// Makes keys.
    pub hasher: &'a Hasher,
    /// Lanes as the requests before this one left them.
    pub lanes: &'a Lanes,
    /// News that somebody wants to hear.
    pub wanted: &'a [NewsKind],
    tree: &'a sled::Tree,
    round: &'a Layer,
    tokens: &'a mut u64,
    own: Layer,
    /// Jobs that this request made, claimed or ended.
    jobs: Vec<(JobId, Lane)>,
    /// Conversations whose lanes this request moved.
    touched: Vec<Conversation>,
    /// Lanes that could not be read.
    unreadable: Vec<(LaneKind, ConversationId)>,
}

/// What a request leaves.
pub struct Left {
    /// What it wrote.
    pub layer: Layer,
    /// Conversations whose lanes it moved.
    pub touched: Vec<Conversation>,
    /// Jobs that it made, claimed or ended.
    pub jobs: Vec<(JobId, Lane)>,
    /// Lanes that it could not read.
    pub unreadable: Vec<(LaneKind, ConversationId)>,
}

/// What stands at `d|conv|position`; the message itself is in the transcript.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, serde::Deserialize)]
pub struct DeliveryRow {
    /// Where it stands.
    pub state: DeliveryState,
    /// Tries that surely did not arrive.
    pub attempt: u16,
    /// Times that nobody knew.
    pub doubts: u8,
    /// Nobody touches it before then, however the lane is woken.
    #[serde(default)]
    pub ready_at: Option<Timestamp>,
}

impl DeliveryRow {
    /// A delivery that nobody has tried.
    pub const NEW: Self =
        Self { state: DeliveryState::Waiting, attempt: 0, doubts: 0, ready_at: None };
}

type Read<T> = Result<T, StoreError>;

impl<'a> Tx<'a> {
    /// A view over the tree and the round's layer.
    pub fn new(
        now: Timestamp,
        hasher: &'a Hasher,
        lanes: &'a Lanes,
        wanted: &'a [NewsKind],
        tree: &'a sled::Tree,
        round: &'a Layer,
        tokens: &'a mut u64,
    ) -> Self {
        let (own, jobs, touched, unreadable) = (Layer::new(), Vec::new(), Vec::new(), Vec::new());
        Self { now, hasher, lanes, wanted, tree, round, tokens, own, jobs, touched, unreadable }
    }

    /// What it leaves, for the round.
    pub fn left(self) -> Left {
        let Self { own: layer, touched, jobs, unreadable, .. } = self;
        Left { layer, touched, jobs, unreadable }
    }

    /// One damaged conversation must not stop the others, nor be asked for
    /// again and again.
    pub fn leave_out(&mut self, kind: LaneKind, id: ConversationId, error: &StoreError) {
        tracing::error!(conversation.id = %id, %error, "A conversation can't be read; it is left out");
        self.unreadable.push((kind, id));
    }

    /// A token that no claim of this process has had.
    pub fn token(&mut self) -> Token {
        *self.tokens += 1;
        Token(*self.tokens)
    }

    /// The value at a key.
    pub fn get<T: DeserializeOwned>(&self, key: &[u8]) -> Read<Option<T>> {
        read(|key| self.raw(key), key)
    }

    /// Writes a value, over as many keys as it needs.
    pub fn put<T: Serialize>(&mut self, key: Vec<u8>, value: &T) -> Read<()> {
        self.delete_continuations(&key)?;
        let mut pieces = record::encode_plain(value)?.into_iter();
        let head = pieces.next();
        for (n, piece) in (1u16..).zip(pieces) {
            self.own.insert(record::continuation(&key, n), Some(piece));
        }
        self.own.insert(key, head);
        Ok(())
    }

    /// Writes a value that is somebody's, under their key.
    pub fn put_under<T: Serialize>(&mut self, _: KeyId, key: Vec<u8>, value: &T) -> Read<()> {
        self.put(key, value)
    }

    /// Sets a key without a value.
    pub fn put_mark(&mut self, key: Vec<u8>) {
        self.own.insert(key, Some(Vec::new()));
    }

    /// Deletes a value.
    pub fn delete(&mut self, key: Vec<u8>) -> Read<()> {
        self.delete_continuations(&key)?;
        self.own.insert(key, None);
        Ok(())
    }

    /// Sets or clears a key without a value.
    fn mark(&mut self, key: Vec<u8>, set: bool) -> Read<()> {
        let there = self.raw(&key)?.is_some();
        if there != set {
            self.own.insert(key, set.then(Vec::new));
        }
        Ok(())
    }

    /// The keys that begin with `prefix`, from `from` on, in order.
    pub fn keys(&self, prefix: &[u8], from: &[u8]) -> Read<Vec<Vec<u8>>> {
        let range = (Bound::Included(from.to_vec()), Bound::Excluded(keys::end_of(prefix)));
        let mut found: BTreeMap<Vec<u8>, bool> = BTreeMap::new();
        for key in self.tree.range::<Vec<u8>, _>(range.clone()).keys() {
            found.insert(key.map_err(unavailable)?.to_vec(), true);
        }
        for layer in [self.round, &self.own] {
            for (key, value) in layer.range(range.clone()) {
                found.insert(key.clone(), value.is_some());
            }
        }
        Ok(found.into_iter().filter_map(|(key, there)| there.then_some(key)).collect())
    }

    /// The conversation, its turn lane as it is in memory.
    pub fn conversation(&self, id: ConversationId) -> Read<Conversation> {
        let mut conversation: Conversation =
            self.get(&keys::conversation(id))?.ok_or(StoreError::NotFound("conversation"))?;
        if let Some(moved) = self.touched.iter().rev().find(|moved| moved.id == id) {
            conversation.turns = moved.turns.clone();
        } else if let Some(held) = self.lanes.held(id) {
            conversation.turns = held.clone();
        }
        Ok(conversation)
    }

    /// Writes a conversation and what its lanes imply.
    pub fn put_conversation(&mut self, conversation: &Conversation) -> Read<()> {
        self.put(keys::conversation(conversation.id), conversation)?;
        let lanes = [&conversation.turns, &conversation.deliveries];
        for (kind, lane) in LaneKind::ALL.into_iter().zip(lanes) {
            self.mark(keys::busy(kind, conversation.id), lane.ready_at.is_some())?;
        }
        self.hold_in_memory(conversation);
        Ok(())
    }

    /// Notes a claim or a lease of a turn, which needs no disk: lost in a
    /// crash, it is only a turn done again.
    pub fn hold_in_memory(&mut self, conversation: &Conversation) {
        self.touched.push(conversation.clone());
    }

    /// The lane of a job, as in memory; empty if there is no such job.
    pub fn job_lane(&self, id: JobId) -> Lane {
        let moved = self.jobs.iter().rev().find(|(moved, _)| *moved == id).map(|(_, lane)| lane);
        moved.or_else(|| self.lanes.job(id)).cloned().unwrap_or_default()
    }

    /// Notes where a job stands.
    pub fn hold_job(&mut self, id: JobId, lane: Lane) {
        self.jobs.push((id, lane));
    }

    /// A person.
    pub fn person(&self, id: PersonId) -> Read<Person> {
        self.get(&keys::person(id))?.ok_or(StoreError::NotFound("person"))
    }

    /// A message.
    pub fn message(&self, id: MessageId) -> Read<Option<Message>> {
        self.get(&keys::message(id))
    }

    /// Writes a message.
    pub fn put_message(&mut self, conversation: ConversationId, message: &Message) -> Read<()> {
        let id = MessageId { conversation, position: message.position };
        self.put(keys::message(id), message)
    }

    /// The messages of a conversation from `seq` on.
    pub fn messages(&self, conversation: ConversationId, seq: u64) -> Read<Vec<Message>> {
        let from = MessageId { conversation, position: Position { seq, part: 0 } };
        let keys = self.keys(&keys::messages(conversation), &keys::message(from))?;
        let heads = keys.iter().filter(|key| keys::position_of(key).is_some());
        heads.filter_map(|key| self.get(key).transpose()).collect()
    }

    /// What the person said that no finished turn covers, in order of arrival.
    pub fn unanswered(&self, conversation: &Conversation) -> Read<Vec<Message>> {
        let mut rows = self.messages(conversation.id, conversation.answered_to)?;
        rows.retain(is_question);
        Ok(rows)
    }

    /// The deliveries of a conversation that are not over, in order.
    pub fn deliveries(&self, conversation: ConversationId) -> Read<Vec<(MessageId, DeliveryRow)>> {
        let prefix = keys::deliveries(conversation);
        let mut rows = Vec::new();
        for key in self.keys(&prefix, &prefix)? {
            if let (Some(position), Some(row)) = (keys::position_of(&key), self.get(&key)?) {
                rows.push((MessageId { conversation, position }, row));
            }
        }
        Ok(rows)
    }

    fn raw(&self, key: &[u8]) -> Read<Option<Vec<u8>>> {
        for layer in [&self.own, self.round] {
            if let Some(value) = layer.get(key) {
                return Ok(value.clone());
            }
        }
        Ok(self.tree.get(key).map_err(unavailable)?.map(|value| value.to_vec()))
    }

    fn delete_continuations(&mut self, key: &[u8]) -> Read<()> {
        let head = self.raw(key)?.filter(|head| !head.is_empty());
        let parts = head.map_or(Ok(1), |head| record::parts(&head))?;
        for n in 1..parts {
            self.own.insert(record::continuation(key, n), None);
        }
        Ok(())
    }
}

/// Something of the person's that nobody else answers.
fn is_question(row: &Message) -> bool {
    row.role == Role::Person && row.content != Content::Revoked && !row.attached.answered_elsewhere
}

/// Reads the value at `key`, piece by piece.
pub fn read<T: DeserializeOwned>(
    raw: impl Fn(&[u8]) -> Read<Option<Vec<u8>>>,
    key: &[u8],
) -> Read<Option<T>> {
    let Some(head) = raw(key)? else { return Ok(None) };
    let parts = record::parts(&head)?;
    let mut pieces = vec![head];
    for n in 1..parts {
        pieces.extend(raw(&record::continuation(key, n))?);
    }
    record::decode_plain(pieces).map(Some)
}

/// A layer as sled takes it.
pub fn batch(layer: Layer) -> sled::Batch {
    let mut batch = sled::Batch::default();
    for (key, value) in layer {
        match value {
            Some(value) => batch.insert(key, value),
            None => batch.remove(key),
        }
    }
    batch
}

/// A sled error in our words.
pub fn unavailable(error: sled::Error) -> StoreError {
    StoreError::Unavailable(format!("the store failed: {error}"))
}
