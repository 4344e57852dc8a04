//! The embedded store: sled 0.34.7 behind one writer thread. How it is used,
//! and why: `docs/storage.md`.

mod access;
mod changes;
mod derived;
mod hasher;
mod inbox;
mod index;
mod keys;
mod lanes;
mod load;
mod memory;
mod migrate;
mod news;
mod numbers;
mod open;
mod overview;
mod people;
mod queue;
mod reading;
mod snapshot;
mod transcript;
mod transfer;
mod tx;
mod upkeep;
mod vectors;
mod verify;
mod writer;

#[cfg(test)]
mod tests;

use std::path::{Path, PathBuf};
use std::sync::Arc;

pub use load::Loading;

use hasher::Hasher;
use reading::Reading;
use snapshot::Snapshots;
use writer::Writer;

use super::seal::{self, Keys, StoreKey};
use super::{Config, StoreError};
use crate::clock::Clock;
use crate::domain::id::MessageId;
use crate::domain::job::NewsKind;

/// See the module.
pub struct SledStore {
    /// `Some` until dropped: then the thread drains and ends.
    writer: Option<Writer>,
    thread: Option<std::thread::JoinHandle<()>>,
    reading: Reading,
    hasher: Hasher,
    snapshots: Arc<Snapshots>,
    /// Whether the keys are wrapped under `store.key`.
    wrapped: bool,
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
        let reading = Reading { tree: disk.tree.clone(), seals: disk.seals.clone() };
        let (hasher, snapshots) = (disk.hasher.clone(), disk.snapshots.clone());
        let (writer, thread) = Writer::start(disk)
            .map_err(|error| StoreError::Unavailable(format!("no storage thread: {error}")))?;
        Ok(Self {
            writer: Some(writer),
            thread: Some(thread),
            reading,
            hasher,
            snapshots,
            wrapped: config.key.is_some(),
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
        self.reading.value(key)
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
