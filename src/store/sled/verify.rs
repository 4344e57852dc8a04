//! Whether all that is kept fits together: one walk over every key, with looks
//! at what each belongs to. It names internal ids and hashes alone.

mod conversations;
mod entries;
mod messages;
mod people;
mod tables;

use std::collections::HashSet;

use serde::de::DeserializeOwned;

use super::hasher::Hasher;
use super::keys;
use super::queue::jobs::JobRow;
use super::snapshot::{BEGINNING, END, Snapshot, next_key};
use crate::domain::conversation::Conversation;
use crate::domain::id::{ConversationId, KeyId, PersonId};
use crate::domain::job::Task;
use crate::store::{Flaw, StoreError, Verified, record};
use tables::{Table, place};

/// So many bytes are read at once.
const PIECE: usize = 256 * 1024;

/// Looks through everything, for as long as it is wanted.
pub fn all(
    snapshot: &Snapshot,
    hasher: &Hasher,
    wanted: impl Fn() -> bool,
) -> Result<Verified, StoreError> {
    let mut looking = Looking::new(snapshot, hasher)?;
    let mut from = Some(BEGINNING.to_vec());
    while let Some(next) = from.take() {
        if !wanted() {
            return Err(StoreError::Unavailable("nobody waits for it any more".into()));
        }
        let chunk = snapshot.rows(&next, END, PIECE)?;
        for row in &chunk.rows {
            looking.see(&row.key, &row.value)?;
        }
        from = chunk.next;
    }
    looking.end_of_block()?;
    Ok(looking.verified)
}

type Look = Result<(), StoreError>;

/// A store that is looked through.
struct Looking<'a> {
    snapshot: &'a Snapshot,
    hasher: &'a Hasher,
    verified: Verified,
    /// Keys from here on were given to nobody.
    next_key: KeyId,
    /// Keys that people and conversations have.
    keys: HashSet<KeyId>,
    /// Whose records are being erased.
    erased: Erased,
    /// The record at hand and its number of pieces.
    head: (Vec<u8>, u16),
    /// The conversation last looked up.
    conversation: Option<(ConversationId, Option<messages::Place>)>,
    /// The messages of the block at hand.
    block: messages::Block,
}

/// What is forgotten, and not yet deleted.
#[derive(Default)]
struct Erased {
    people: HashSet<PersonId>,
    conversations: HashSet<ConversationId>,
}

impl Erased {
    /// Whether it is somebody's who goes bit by bit: of a record that has begun
    /// to go a piece may be left.
    fn has(&self, key: &[u8]) -> bool {
        let owner = key.get(1..17).and_then(|owner| <[u8; 16]>::try_from(owner).ok());
        owner.is_some_and(|owner| {
            self.conversations.contains(&ConversationId::from_bytes(owner))
                || self.people.contains(&PersonId::from_bytes(owner))
        })
    }
}

impl<'a> Looking<'a> {
    fn new(snapshot: &'a Snapshot, hasher: &'a Hasher) -> Result<Self, StoreError> {
        Ok(Self {
            snapshot,
            hasher,
            verified: Verified::default(),
            next_key: next_key(snapshot)?,
            keys: HashSet::new(),
            erased: erased(snapshot)?,
            head: (Vec::new(), 0),
            conversation: None,
            block: messages::Block::default(),
        })
    }

    /// One key after the other, in order.
    fn see(&mut self, key: &[u8], value: &[u8]) -> Look {
        let Some(table) = tables::of(key) else {
            self.flaw(Flaw::Stray, key);
            return Ok(());
        };
        if !table.has(key) {
            let fits = self.continues(key) || self.erased.has(key);
            self.check(fits, Flaw::Stray, key);
            return Ok(());
        }
        *self.verified.records.entry(table.name.to_owned()).or_default() += 1;
        self.head = (key.to_vec(), self.pieces(table, key, value));
        (table.look)(self, key)
    }

    /// How many there are; the key that seals them was given out.
    fn pieces(&mut self, table: &Table, key: &[u8], value: &[u8]) -> u16 {
        if table.is_mark {
            return 1;
        }
        if record::key_of(value).is_ok_and(|id| id >= self.next_key) {
            self.flaw(Flaw::KeyUnknown, key);
        }
        record::parts(value).unwrap_or(1)
    }

    /// A piece of the record at hand.
    fn continues(&self, key: &[u8]) -> bool {
        let (head, parts) = &self.head;
        let n = key.strip_prefix(&head[..]).and_then(|n| <[u8; 2]>::try_from(n).ok());
        n.is_some_and(|n| (1..*parts).contains(&u16::from_be_bytes(n)))
    }

    fn flaw(&mut self, flaw: Flaw, key: &[u8]) {
        self.verified.add(flaw, place(key));
    }

    fn check(&mut self, fits: bool, flaw: Flaw, key: &[u8]) {
        if !fits {
            self.flaw(flaw, key);
        }
    }

    /// The value at a key; what can't be read is a flaw of it.
    fn value<T: DeserializeOwned>(&mut self, key: &[u8]) -> Result<Option<T>, StoreError> {
        let read = self.snapshot.value(key);
        self.readable(read, key)
    }

    fn bytes(&mut self, key: &[u8]) -> Result<Option<Vec<u8>>, StoreError> {
        let read = self.snapshot.bytes(key);
        self.readable(read, key)
    }

    fn readable<T>(
        &mut self,
        read: Result<Option<T>, StoreError>,
        key: &[u8],
    ) -> Result<Option<T>, StoreError> {
        match read {
            Err(StoreError::Damaged(_)) => {
                self.flaw(Flaw::Unreadable, key);
                Ok(None)
            }
            read => read,
        }
    }

    /// The value at another key, whose own flaws are found where it stands.
    fn beside<T: DeserializeOwned>(&self, key: &[u8]) -> Result<Option<T>, StoreError> {
        match self.snapshot.value(key) {
            Err(StoreError::Damaged(_)) => Ok(None),
            read => read,
        }
    }

    fn is_there(&self, key: &[u8]) -> Result<bool, StoreError> {
        Ok(self.snapshot.raw(key)?.is_some())
    }

    /// The keys that begin so.
    fn keys_in(&self, prefix: &[u8]) -> Result<Vec<Vec<u8>>, StoreError> {
        self.keys_between(prefix, &keys::end_of(prefix))
    }

    fn keys_between(&self, from: &[u8], below: &[u8]) -> Result<Vec<Vec<u8>>, StoreError> {
        let (mut found, mut next) = (Vec::new(), Some(from.to_vec()));
        while let Some(from) = next.take() {
            let chunk = self.snapshot.rows(&from, below, PIECE)?;
            found.extend(chunk.rows.into_iter().map(|row| row.key));
            next = chunk.next;
        }
        Ok(found)
    }

    /// Nobody else has this key.
    fn own_key(&mut self, id: KeyId, key: &[u8]) {
        let fresh = self.keys.insert(id);
        self.check(fresh, Flaw::KeyShared, key);
    }

    /// The conversation is there, or is being erased.
    fn of_a_conversation(&mut self, id: ConversationId, key: &[u8]) -> Look {
        let there = self.is_there(&keys::conversation(id))?;
        let erased = self.erased.conversations.contains(&id);
        self.check(there || erased, Flaw::Orphan, key);
        Ok(())
    }

    fn conversation(&self, id: ConversationId) -> Result<Option<Conversation>, StoreError> {
        self.beside(&keys::conversation(id))
    }

    /// It opens; nothing else is known of it.
    fn opens<T: DeserializeOwned>(&mut self, key: &[u8]) -> Look {
        self.value::<T>(key).map(drop)
    }
}

/// What the jobs of erasing say.
fn erased(snapshot: &Snapshot) -> Result<Erased, StoreError> {
    let (mut erased, mut next) = (Erased::default(), Some(keys::jobs()));
    while let Some(from) = next.take() {
        let chunk = snapshot.rows(&from, &keys::end_of(&keys::jobs()), PIECE)?;
        for key in chunk.rows.iter().map(|row| &row.key).filter(|key| keys::job_of(key).is_some()) {
            if let Ok(Some(JobRow { task: Task::Erase(left), .. })) = snapshot.value(key) {
                erased.people.insert(left.person);
                erased.conversations.extend(left.conversations);
            }
        }
        next = chunk.next;
    }
    Ok(erased)
}
