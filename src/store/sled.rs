//! The embedded store: sled 0.34.7 behind one writer thread. How it is used,
//! and why: `docs/storage.md`.

mod access;
mod changes;
mod inbox;
mod index;
mod keys;
mod lanes;
mod memory;
mod news;
mod numbers;
mod open;
mod people;
mod queue;
mod transcript;
mod tx;
mod upkeep;
mod vectors;
mod writer;

#[cfg(test)]
mod tests;

use std::path::{Path, PathBuf};
use std::sync::Arc;

use keys::Hasher;
use writer::Writer;

use super::seal::{self, Keys, StoreKey};
use super::{Config, StoreError};
use crate::clock::Clock;
use crate::domain::id::MessageId;
use crate::domain::job::NewsKind;

/// How often a value is read before what looks torn counts as damaged.
const READS: usize = 1000;

/// See the module.
pub struct SledStore {
    /// `Some` until dropped: then the thread drains and ends.
    writer: Option<Writer>,
    thread: Option<std::thread::JoinHandle<()>>,
    tree: sled::Db,
    hasher: Hasher,
    seals: Arc<Keys>,
    folder: PathBuf,
    min_free_mb: u64,
    clock: Clock,
    /// Held for as long as the store is open, longer than sled's own.
    _lock: std::fs::File,
}

/// See [`super::rotate_key`].
pub fn rotate_key(folder: &Path, config: &Config, new: &StoreKey) -> Result<(), StoreError> {
    let keys = seal::path(folder);
    if !keys.exists() {
        return Err(StoreError::Unavailable(format!(
            "there is no store in {}; check store.url",
            folder.display()
        )));
    }
    let _lock = open::lock(folder)?;
    Ok(Keys::rewrap(&keys, config.key.as_ref(), config.key_previous.as_ref(), new)?)
}

impl SledStore {
    /// Opens or creates the store in `folder`. Errors name the folder and the
    /// remedy; nothing is ever deleted to make it open.
    pub fn open(
        folder: &Path,
        config: &Config,
        wanted: &[NewsKind],
        clock: Clock,
    ) -> Result<Self, StoreError> {
        let lock = open::lock(folder)?;
        let disk = open::disk(folder, config, wanted, clock.clone())?;
        let (tree, hasher) = (disk.tree.clone(), disk.hasher.clone());
        let seals = disk.seals.clone();
        let (writer, thread) = Writer::start(disk)
            .map_err(|error| StoreError::Unavailable(format!("no storage thread: {error}")))?;
        Ok(Self {
            writer: Some(writer),
            thread: Some(thread),
            tree,
            hasher,
            seals,
            folder: folder.to_owned(),
            min_free_mb: config.min_free_mb,
            clock,
            _lock: lock,
        })
    }

    fn writer(&self) -> Result<&Writer, StoreError> {
        self.writer
            .as_ref()
            .ok_or_else(|| StoreError::Unavailable("the store has shut down".into()))
    }

    /// Reads a value as of the last round.
    fn read<T: serde::de::DeserializeOwned>(&self, key: &[u8]) -> Result<Option<T>, StoreError> {
        self.whole(|raw| tx::read(raw, key, &self.seals))
    }

    /// A long value lies under several keys; a round may come in between.
    fn whole<T>(
        &self,
        read: impl Fn(&dyn Fn(&[u8]) -> Result<Option<Vec<u8>>, StoreError>) -> Result<T, StoreError>,
    ) -> Result<T, StoreError> {
        let raw = |key: &[u8]| Ok(self.tree.get(key).map_err(tx::unavailable)?.map(|v| v.to_vec()));
        let torn = |read: &Result<T, StoreError>| matches!(read, Err(StoreError::Damaged(_)));
        let mut reads = std::iter::repeat_with(|| read(&raw)).take(READS);
        reads.find(|read| !torn(read)).unwrap_or_else(|| read(&raw))
    }
}

impl SledStore {
    /// Reads bytes as of the last round.
    fn read_bytes(&self, key: &[u8]) -> Result<Option<Vec<u8>>, StoreError> {
        self.whole(|raw| tx::read_bytes(raw, key, &self.seals))
    }

    /// The message that an id, or a key, was seen with.
    fn seen(&self, key: &[u8]) -> Result<Option<MessageId>, StoreError> {
        Ok(self.read::<tx::Seen>(key)?.and_then(|seen| seen.id))
    }
}

impl Drop for SledStore {
    fn drop(&mut self) {
        self.writer = None;
        if let Some(thread) = self.thread.take() {
            // It only panics after it has ended the process.
            let _ = thread.join();
        }
    }
}
