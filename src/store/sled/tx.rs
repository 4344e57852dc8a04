//! One request's view of the store: what is on disk, under what earlier
//! requests of the same round wrote, under what it writes itself. A request
//! that fails drops only its own layer.

mod raw;
mod rows;

use std::collections::{BTreeMap, BTreeSet};
use std::ops::Bound;

use jiff::Timestamp;
use serde::Serialize;
use serde::de::DeserializeOwned;

use super::hasher::Hasher;
use super::keys::{self, LaneKind};
use super::lanes::Lanes;
use crate::domain::conversation::Conversation;
use crate::domain::id::{ConversationId, JobId, KeyId, Token};
use crate::domain::job::NewsKind;
use crate::domain::lane::Lane;
use crate::store::StoreError;
use crate::store::record;
use crate::store::seal::{Keys, Sealer};

pub use raw::{batch, read, read_bytes, unavailable};
pub use rows::{DeliveryRow, Seen, block, block_of_next, is_question};

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

    /// Sets a key to bytes that are no record.
    #[cfg(test)]
    pub fn put_raw(&mut self, key: Vec<u8>, bytes: &[u8]) {
        self.own.insert(key, Some(bytes.to_vec()));
    }

    /// The bytes at a key.
    #[cfg(test)]
    pub fn peek(&self, key: &[u8]) -> Vec<u8> {
        self.raw(key).ok().flatten().unwrap_or_default()
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
