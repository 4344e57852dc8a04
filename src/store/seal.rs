//! The keys that values are sealed under, one for each person. They lie
//! outside the database, in a file whose slots can be overwritten: a deleted
//! record stays in the database's file for long, an erased key is gone at
//! once, and with it all that was sealed under it.

mod cipher;
mod file;
mod store_key;

#[cfg(test)]
mod tests;

use std::io;
use std::path::{Path, PathBuf};
use std::sync::{Arc, Mutex, PoisonError, RwLock};

use zeroize::Zeroizing;

use super::StoreError;
use crate::domain::id::KeyId;
pub use cipher::{Cipher, NONCE, TAG};
use file::KeyFile;
pub use file::{HEADER, SLOT, discard};
pub use store_key::StoreKey;

/// The key file's name in the store's folder.
const FILE: &str = "keys";

/// So many keys are made at once, with one wait for the disk.
const POOL: u32 = 256;

/// With fewer spare keys than these, more are made.
const FEW: usize = 32;

/// Seals and opens under one key.
#[derive(Clone)]
pub struct Sealer {
    /// The key's name.
    pub id: KeyId,
    /// The key.
    pub cipher: Cipher,
}

/// Whoever has keys: the file's as they are, or as they were at some point.
pub trait KeyRing {
    /// What seals and opens under a key; `None` = it was erased or never made.
    fn get(&self, id: KeyId) -> Result<Option<Sealer>, StoreError>;
}

impl KeyRing for Keys {
    fn get(&self, id: KeyId) -> Result<Option<Sealer>, StoreError> {
        Self::get(self, id)
    }
}

impl KeyRing for Arc<Keys> {
    fn get(&self, id: KeyId) -> Result<Option<Sealer>, StoreError> {
        Keys::get(self, id)
    }
}

/// Whether a key file that is not there may be made: only if the store is new,
/// too, or what it holds could never be read.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Missing {
    /// The store is new.
    Make,
    /// There is a store, so there was a file.
    Refuse,
}

/// What a slot holds.
enum Slot {
    /// No key was made yet, or it was erased.
    Free,
    /// It can't be read.
    Damaged,
    /// A key.
    Key(Zeroizing<[u8; cipher::KEY]>),
}

/// All keys of a store. Reading is cheap, from any thread.
pub struct Keys {
    slots: RwLock<Vec<Slot>>,
    /// Held by whoever writes, for as long as it takes the disk.
    file: Mutex<KeyFile>,
}

/// What is wrong with the key file, and the remedy.
#[derive(Debug, thiserror::Error)]
pub enum KeysError {
    /// It is wrapped, and there is nothing to open it with.
    #[error(
        "the keys in {} are wrapped and store.key is missing; set store.key or store.key_file to \
         the key that this store was begun with (without it nothing in it can be read)",
        .0.display()
    )]
    NoStoreKey(PathBuf),
    /// It is wrapped under another key.
    #[error(
        "store.key is not the key that {} is wrapped under; set the right one, or give the one \
         from before as store.key_previous; if olifant key rotate was interrupted, run it again",
        .0.display()
    )]
    OtherStoreKey(PathBuf),
    /// The store is there and its keys are not.
    #[error(
        "{} is gone; put it back from a backup (without it nothing in this store can be read)",
        .0.display()
    )]
    Gone(PathBuf),
    /// It is no key file, or has lost its beginning.
    #[error("{} is no key file that this olifant can read; put it back from a backup", .0.display())]
    Unreadable(PathBuf),
    /// It is older than the store.
    #[error(
        "{} has {has} keys and this store has given out {needs}; put back the one that belongs \
         to it from a backup",
        path.display()
    )]
    TooFew {
        /// Which file.
        path: PathBuf,
        /// Slots in it.
        has: usize,
        /// Slots in use.
        needs: u32,
    },
    /// The disk did not do it.
    #[error("the key file {}: {error}", path.display())]
    Disk {
        /// Which file.
        path: PathBuf,
        /// What it said.
        #[source]
        error: io::Error,
    },
}

/// The key file of the store in `folder`.
pub fn path(folder: &Path) -> PathBuf {
    folder.join(FILE)
}

impl KeysError {
    fn disk(path: &Path, error: io::Error) -> Self {
        Self::Disk { path: path.to_owned(), error }
    }
}

impl From<KeysError> for StoreError {
    fn from(error: KeysError) -> Self {
        match error {
            KeysError::NoStoreKey(_) | KeysError::OtherStoreKey(_) => {
                Self::Misconfigured(error.to_string())
            }
            error => Self::Unavailable(error.to_string()),
        }
    }
}

impl Keys {
    /// Opens the key file at `path`, or makes it. Afterwards its slots are
    /// wrapped under `key`, or stand open without one: a file that stood open,
    /// or was under `previous`, is wrapped anew.
    pub fn open(
        path: &Path,
        key: Option<&StoreKey>,
        previous: Option<&StoreKey>,
        missing: Missing,
    ) -> Result<Self, KeysError> {
        let (file, slots) = match (KeyFile::find(path, key, previous)?, missing) {
            (Some(found), _) => found.under(key)?,
            (None, Missing::Make) => {
                let slots = vec![Slot::new()];
                (KeyFile::create(path, &slots, key)?, slots)
            }
            (None, Missing::Refuse) => return Err(KeysError::Gone(path.to_owned())),
        };
        match slots.first() {
            Some(Slot::Key(_)) => Ok(Self { slots: RwLock::new(slots), file: Mutex::new(file) }),
            _ => Err(KeysError::Unreadable(path.to_owned())),
        }
    }

    /// What seals and opens under a key; `None` = it was erased or never made.
    pub fn get(&self, id: KeyId) -> Result<Option<Sealer>, StoreError> {
        let slots = self.slots.read().unwrap_or_else(PoisonError::into_inner);
        sealer(id, slots.get(index(id)))
    }

    /// The beginning of the file, as it lies there.
    pub fn raw_header(&self) -> Result<Vec<u8>, KeysError> {
        let file = self.file.lock().unwrap_or_else(PoisonError::into_inner);
        file.raw(0, HEADER)
    }

    /// Slots as they lie in the file, wrapped or of zeros, below `end`.
    pub fn raw_slots(&self, first: KeyId, end: KeyId) -> Result<Vec<u8>, KeysError> {
        let file = self.file.lock().unwrap_or_else(PoisonError::into_inner);
        let count = index(end).saturating_sub(index(first));
        file.raw(file::place(first), count * SLOT)
    }

    /// The key in a slot that lay in the file so.
    pub fn of_slot(&self, id: KeyId, raw: &[u8]) -> Result<Option<Sealer>, StoreError> {
        let file = self.file.lock().unwrap_or_else(PoisonError::into_inner);
        sealer(id, Some(&file.slot(id, raw)))
    }

    /// Makes sure that there are keys from `next` on, which the store will
    /// give out. What it has not given out yet may be made anew.
    pub fn reserve(&self, next: KeyId) -> Result<(), KeysError> {
        let (has, spare) = self.spare(next);
        if spare >= FEW {
            return Ok(());
        }
        let file = self.file.lock().unwrap_or_else(PoisonError::into_inner);
        if has < index(next) {
            let path = file.path().to_owned();
            return Err(KeysError::TooFew { path, has, needs: next.0 });
        }
        let fresh: Vec<Slot> = (0..POOL).map(|_| Slot::new()).collect();
        let first = index(next) + spare;
        file.write(KeyId(u32::try_from(first).unwrap_or(u32::MAX)), &fresh)?;
        let mut slots = self.slots.write().unwrap_or_else(PoisonError::into_inner);
        slots.truncate(first);
        slots.extend(fresh);
        Ok(())
    }

    /// Erases keys, on disk and in memory: what was sealed under them is lost.
    /// Doing it again does nothing. The house's own key stays.
    pub fn erase(&self, ids: &[KeyId]) -> Result<(), KeysError> {
        let file = self.file.lock().unwrap_or_else(PoisonError::into_inner);
        let has = self.spare(KeyId::HOUSE).0;
        let ids: Vec<KeyId> =
            ids.iter().copied().filter(|id| *id != KeyId::HOUSE && index(*id) < has).collect();
        file.erase(&ids)?;
        let mut slots = self.slots.write().unwrap_or_else(PoisonError::into_inner);
        ids.iter().for_each(|id| slots[index(*id)] = Slot::Free);
        Ok(())
    }

    /// Wraps the keys of a file that nobody has open under `new`, whatever of
    /// the three they are under. Doing it again does nothing.
    pub fn rewrap(
        path: &Path,
        key: Option<&StoreKey>,
        previous: Option<&StoreKey>,
        new: &StoreKey,
    ) -> Result<(), KeysError> {
        match Self::open(path, Some(new), key, Missing::Refuse) {
            // The error is to speak of what is configured.
            Err(KeysError::OtherStoreKey(_)) => {
                Self::open(path, key, previous, Missing::Refuse)?.rotate(new)
            }
            done => done.map(drop),
        }
    }

    /// Wraps all keys under a new `store.key`.
    pub fn rotate(&self, key: &StoreKey) -> Result<(), KeysError> {
        let mut file = self.file.lock().unwrap_or_else(PoisonError::into_inner);
        let slots = self.slots.read().unwrap_or_else(PoisonError::into_inner);
        file.rewrap(&slots, Some(key))
    }

    /// How many slots there are, and how many keys in a row from `next` on, as
    /// far as it matters.
    fn spare(&self, next: KeyId) -> (usize, usize) {
        let slots = self.slots.read().unwrap_or_else(PoisonError::into_inner);
        let after = slots.iter().skip(index(next)).take(FEW);
        (slots.len(), after.take_while(|slot| matches!(slot, Slot::Key(_))).count())
    }
}

impl Slot {
    fn new() -> Self {
        Self::Key(Zeroizing::new(rand::random()))
    }
}

fn sealer(id: KeyId, slot: Option<&Slot>) -> Result<Option<Sealer>, StoreError> {
    match slot {
        Some(Slot::Key(key)) => Ok(Some(Sealer { id, cipher: Cipher::new(key) })),
        Some(Slot::Damaged) => Err(StoreError::Damaged(format!(
            "key {} can't be read; put the key file back from a backup",
            id.0
        ))),
        Some(Slot::Free) | None => Ok(None),
    }
}

fn index(id: KeyId) -> usize {
    usize::try_from(id.0).unwrap_or(usize::MAX)
}
