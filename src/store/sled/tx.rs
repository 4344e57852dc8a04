//! One request's view of the store: what is on disk, under what earlier
//! requests of the same round wrote, under what it writes itself. A request
//! that fails drops only its own layer.

use std::collections::{BTreeMap, BTreeSet};
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
use crate::store::seal::{Keys, Sealer};

/// Keys written (`Some`) or deleted (`None`).
pub type Layer = BTreeMap<Vec<u8>, Option<Vec<u8>>>;

/// See the module.
pub struct Tx<'a> {
    /// The time of the round.
    pub now: Timestamp,
    /// Makes keys.
    pub hasher: &'a Hasher,
    /// What values are sealed under.
    pub seals: &'a Keys,
    /// Lanes as the requests before this one left them.
    pub lanes: &'a Lanes,
    /// News that somebody wants to hear.
    pub wanted: &'a [NewsKind],
    tree: &'a sled::Tree,
    round: &'a Layer,
    tokens: &'a mut u64,
    own: Layer,
    /// Keys to erase once the round is on disk.
    erased: Vec<KeyId>,
    /// Blocks of the index whose messages have changed.
    dirty: BTreeSet<(ConversationId, u64)>,
    /// Jobs that this request made, claimed or ended.
    jobs: Vec<(JobId, Lane)>,
    /// Conversations whose lanes this request moved.
    touched: Vec<Conversation>,
    /// Lanes that could not be read.
    unreadable: Vec<(LaneKind, ConversationId)>,
}

/// What all requests stand on.
#[derive(Clone, Copy)]
pub struct Ground<'a> {
    /// Makes keys.
    pub hasher: &'a Hasher,
    /// What values are sealed under.
    pub seals: &'a Keys,
    /// News that somebody wants to hear.
    pub wanted: &'a [NewsKind],
    /// What is on disk.
    pub tree: &'a sled::Tree,
}

/// What a request leaves.
pub struct Left {
    /// What it wrote.
    pub layer: Layer,
    /// Keys that have to go with it.
    pub erased: Vec<KeyId>,
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

/// What stands at `s|H(…)`: it lives as long as its message, and a while.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, serde::Deserialize)]
pub struct Seen {
    /// The message; `None` = taken back before it came.
    pub id: Option<MessageId>,
    /// Since when.
    pub at: Timestamp,
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
        ground: Ground<'a>,
        lanes: &'a Lanes,
        round: &'a Layer,
        tokens: &'a mut u64,
    ) -> Self {
        let Ground { hasher, seals, wanted, tree } = ground;
        let (own, dirty) = (Layer::new(), BTreeSet::new());
        let (jobs, touched, unreadable) = (Vec::new(), Vec::new(), Vec::new());
        Self {
            now,
            hasher,
            seals,
            lanes,
            wanted,
            tree,
            round,
            tokens,
            own,
            erased: Vec::new(),
            dirty,
            jobs,
            touched,
            unreadable,
        }
    }

    /// What it leaves, for the round.
    pub fn left(self) -> Left {
        let Self { own: layer, erased, touched, jobs, unreadable, .. } = self;
        Left { layer, erased, touched, jobs, unreadable }
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

    /// The value at a key; `None` also for what was sealed under a key that is
    /// erased.
    pub fn get<T: DeserializeOwned>(&self, key: &[u8]) -> Read<Option<T>> {
        read(|key| self.raw(key), key, self.seals)
    }

    /// Writes a value that is nobody's, over as many keys as it needs.
    pub fn put<T: Serialize>(&mut self, key: Vec<u8>, value: &T) -> Read<()> {
        self.put_under(KeyId::HOUSE, key, value)
    }

    /// Writes a value that is somebody's, under their key.
    pub fn put_under<T: Serialize>(&mut self, under: KeyId, key: Vec<u8>, value: &T) -> Read<()> {
        let pieces = record::encode(value, &key, &self.sealer(under)?)?;
        self.put_pieces(key, pieces)
    }

    /// The same for bytes.
    pub fn put_bytes(&mut self, under: KeyId, key: Vec<u8>, bytes: &[u8]) -> Read<()> {
        let pieces = record::encode_bytes(bytes, &key, &self.sealer(under)?)?;
        self.put_pieces(key, pieces)
    }

    /// A key that nobody has had, for somebody new.
    pub fn new_key(&mut self) -> Read<KeyId> {
        let next = self.get(&keys::meta("next_key"))?.unwrap_or(KeyId::FIRST);
        self.seals.reserve(next)?;
        self.put(keys::meta("next_key"), &next.next())?;
        Ok(next)
    }

    /// Keys that go once this is on disk: what they seal is lost with them.
    pub fn erase_keys(&mut self, keys: impl IntoIterator<Item = KeyId>) {
        self.erased.extend(keys);
    }

    fn sealer(&self, id: KeyId) -> Read<Sealer> {
        self.seals.get(id)?.ok_or(StoreError::NotFound("person: it is forgotten"))
    }

    fn put_pieces(&mut self, key: Vec<u8>, pieces: Vec<Vec<u8>>) -> Read<()> {
        self.delete_continuations(&key)?;
        let mut pieces = pieces.into_iter();
        let head = pieces.next();
        for (n, piece) in (1u16..).zip(pieces) {
            self.own.insert(record::continuation(&key, n), Some(piece));
        }
        self.own.insert(key, head);
        Ok(())
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

    /// Deletes up to `max` keys that begin so, whatever stands there; how many
    /// there were.
    pub fn delete_all(&mut self, prefix: &[u8], max: usize) -> Read<usize> {
        let keys: Vec<Vec<u8>> = self.keys_up_to(prefix, prefix, max)?;
        let count = keys.len();
        self.own.extend(keys.into_iter().map(|key| (key, None)));
        Ok(count)
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
        self.keys_up_to(prefix, from, usize::MAX)
    }

    /// The same, not many more than `max`: those that are on disk are counted.
    pub fn keys_up_to(&self, prefix: &[u8], from: &[u8], max: usize) -> Read<Vec<Vec<u8>>> {
        self.keys_between(from, keys::end_of(prefix), max)
    }

    fn keys_between(&self, from: &[u8], below: Vec<u8>, max: usize) -> Read<Vec<Vec<u8>>> {
        let mut range = (Bound::Included(from.to_vec()), Bound::Excluded(below));
        let mut found: BTreeMap<Vec<u8>, bool> = BTreeMap::new();
        for key in self.tree.range::<Vec<u8>, _>(range.clone()).keys().take(max) {
            found.insert(key.map_err(unavailable)?.to_vec(), true);
        }
        if let Some((last, _)) = found.last_key_value().filter(|_| found.len() == max) {
            range.1 = Bound::Included(last.clone());
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

    /// The conversation, if its person has not been forgotten meanwhile.
    pub fn if_there(&self, id: ConversationId) -> Read<Option<Conversation>> {
        match self.conversation(id) {
            Err(StoreError::NotFound(_)) => Ok(None),
            found => found.map(Some),
        }
    }

    /// Writes a conversation and what its lanes imply.
    pub fn put_conversation(&mut self, conversation: &Conversation) -> Read<()> {
        self.put_under(conversation.key, keys::conversation(conversation.id), conversation)?;
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

    /// Writes a person.
    pub fn put_person(&mut self, person: &Person) -> Read<()> {
        self.put_under(person.key, keys::person(person.id), person)
    }

    /// Writes a message. Words about somebody else are sealed as theirs: they
    /// go when that person is forgotten.
    pub fn put_message(&mut self, conversation: &Conversation, message: &Message) -> Read<()> {
        let id = MessageId { conversation: conversation.id, position: message.position };
        let about = match message.attached.about.filter(|about| *about != conversation.id) {
            Some(about) => self.conversation(about).map_or(conversation.key, |about| about.key),
            None => conversation.key,
        };
        let key = message.attached.sealed.unwrap_or(about);
        self.put_under(key, keys::message(id), message)
    }

    /// Writes a message whose words are new or changed: it has to be found by
    /// them, and by what they mean no more.
    pub fn put_words(&mut self, conversation: &Conversation, message: &Message) -> Read<()> {
        self.put_message(conversation, message)?;
        let block = block(message.position.seq);
        if block < block_of_next(conversation) {
            self.touch_block(conversation.id, block);
            self.delete(keys::vectors(conversation.id, block))?;
        }
        Ok(())
    }

    /// The messages of a block have changed: it is packed anew.
    pub fn touch_block(&mut self, conversation: ConversationId, block: u64) {
        self.dirty.insert((conversation, block));
    }

    /// The place of the next message; a block that it leaves behind is packed.
    pub fn next_seq(&mut self, conversation: &mut Conversation) -> u64 {
        let seq = conversation.next_seq;
        conversation.next_seq += 1;
        if block_of_next(conversation) > block(seq) {
            self.touch_block(conversation.id, block(seq));
        }
        seq
    }

    /// The message that an id, or a key, was seen with.
    pub fn seen(&self, key: &[u8]) -> Read<Option<MessageId>> {
        Ok(self.get::<Seen>(key)?.and_then(|seen| seen.id))
    }

    /// Notes that an id, or a key, was seen.
    pub fn see(&mut self, key: Vec<u8>, id: Option<MessageId>) -> Read<()> {
        self.put(key, &Seen { id, at: self.now })
    }

    /// The messages of a conversation from `seq` on.
    pub fn messages(&self, conversation: ConversationId, seq: u64) -> Read<Vec<Message>> {
        let from = MessageId { conversation, position: Position { seq, part: 0 } };
        let keys = self.keys(&keys::messages(conversation), &keys::message(from))?;
        let heads = keys.iter().filter(|key| keys::position_of(key).is_some());
        heads.filter_map(|key| self.get(key).transpose()).collect()
    }

    /// The messages of a conversation from `seq` on and below another.
    pub fn messages_between(
        &self,
        conversation: ConversationId,
        from: u64,
        below: u64,
    ) -> Read<Vec<Message>> {
        let key =
            |seq| keys::message(MessageId { conversation, position: Position { seq, part: 0 } });
        let keys = self.keys_between(&key(from), key(below), usize::MAX)?;
        let heads = keys.iter().filter(|key| keys::position_of(key).is_some());
        heads.filter_map(|key| self.get(key).transpose()).collect()
    }

    /// The blocks whose messages have changed.
    pub fn touched_blocks(&mut self) -> BTreeSet<(ConversationId, u64)> {
        std::mem::take(&mut self.dirty)
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

    /// Whether there is anything at a key, readable or not.
    pub fn raw_is_there(&self, key: &[u8]) -> Read<bool> {
        Ok(self.raw(key)?.is_some())
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

/// So many `seq` are one block of the index.
pub const BLOCK: u64 = 32;

/// The block of a `seq`.
pub fn block(seq: u64) -> u64 {
    seq / BLOCK
}

/// The block that is still growing: those before it are packed.
pub fn block_of_next(conversation: &Conversation) -> u64 {
    block(conversation.next_seq)
}

/// Something of the person's that nobody else answers.
fn is_question(row: &Message) -> bool {
    row.role == Role::Person && row.content != Content::Revoked && !row.attached.answered_elsewhere
}

/// Reads the value at `key`, piece by piece.
pub fn read<T: DeserializeOwned>(
    raw: impl Fn(&[u8]) -> Read<Option<Vec<u8>>>,
    key: &[u8],
    seals: &Keys,
) -> Read<Option<T>> {
    match pieces(raw, key)? {
        Some(pieces) => record::decode(pieces, key, seals),
        None => Ok(None),
    }
}

/// The same for bytes.
pub fn read_bytes(
    raw: impl Fn(&[u8]) -> Read<Option<Vec<u8>>>,
    key: &[u8],
    seals: &Keys,
) -> Read<Option<Vec<u8>>> {
    match pieces(raw, key)? {
        Some(pieces) => record::decode_bytes(pieces, key, seals),
        None => Ok(None),
    }
}

/// The pieces of the record at `key`.
pub fn pieces(
    raw: impl Fn(&[u8]) -> Read<Option<Vec<u8>>>,
    key: &[u8],
) -> Read<Option<Vec<Vec<u8>>>> {
    let Some(head) = raw(key)? else { return Ok(None) };
    let parts = record::parts(&head)?;
    let mut pieces = vec![head];
    for n in 1..parts {
        pieces.extend(raw(&record::continuation(key, n))?);
    }
    Ok(Some(pieces))
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
