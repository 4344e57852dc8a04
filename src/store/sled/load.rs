//! A store made of a backup: in a folder of its own, which takes its place
//! once all of it is there and was looked through.

use std::fs::{self, File, OpenOptions};
use std::io::{self, Write};
use std::path::{Path, PathBuf};

use jiff::Timestamp;

use super::keys::{self, LaneKind};
use super::lanes::Lanes;
use super::open;
use super::snapshot::{Snapshot, slot_of};
use super::tx::{self, DeliveryRow, Layer, Tx};
use super::verify;
use super::writer::Disk;
use crate::clock::Clock;
use crate::domain::delivery::DeliveryState;
use crate::domain::id::{ConversationId, KeyId};
use crate::os;
use crate::store::backup::{About, KEYS, Row};
use crate::store::seal::{self, SLOT};
use crate::store::{Config, StoreError, Verified};

/// What is being loaded; a crash leaves it, and the next opening removes it.
const LOADING: &str = "restoring";

/// What is whole; a crash leaves it, and the next opening puts it in place.
const LOADED: &str = "restored";

/// What may be in a folder that counts as empty: our own, and what file
/// systems put there.
const NOTHING: &[&str] = &["lock", "admin.sock", "admin.new", "lost+found"];

/// A store that is being loaded. Dropped before its end, nothing is left.
pub struct Loading {
    folder: PathBuf,
    config: Config,
    about: About,
    clock: Clock,
    /// `Some` until all is loaded.
    tree: Option<sled::Db>,
    keys: File,
    next: KeyId,
    /// The folder was not there before.
    made: bool,
    done: bool,
    _lock: File,
}

impl Loading {
    /// Begins, in a folder where nothing is.
    pub fn begin(
        folder: &Path,
        config: &Config,
        about: &About,
        clock: Clock,
    ) -> Result<Self, StoreError> {
        fits(about)?;
        let made = !folder.exists();
        let lock = open::lock(folder)?;
        is_empty(folder)?;
        let loading = folder.join(LOADING);
        fs::create_dir(&loading).map_err(|error| failed(folder, &error))?;
        let mut options = OpenOptions::new();
        let options = os::private(options.write(true).create_new(true));
        let keys = options.open(seal::path(&loading));
        let keys = keys.map_err(|error| failed(folder, &error))?;
        let tree = Some(open::tree(&loading.join("data"), config.cache_mb)?);
        let (folder, config, about) = (folder.to_owned(), config.clone(), about.clone());
        let next = KeyId::HOUSE;
        let done = false;
        Ok(Self { folder, config, about, clock, tree, keys, next, made, done, _lock: lock })
    }

    /// Takes rows, in the order of their keys.
    pub fn put(&mut self, rows: Vec<Row>) -> Result<(), StoreError> {
        let mut batch = sled::Batch::default();
        for row in rows {
            match row.key.first() {
                Some(&KEYS) => self.put_key(&row)?,
                _ => batch.insert(row.key, row.value),
            }
        }
        match &self.tree {
            Some(tree) => tree.apply_batch(batch).map_err(tx::unavailable),
            None => Ok(()),
        }
    }

    /// The header, then slot after slot.
    fn put_key(&mut self, row: &Row) -> Result<(), StoreError> {
        if row.key.len() > 1 {
            if slot_of(&row.key) != Some(self.next) || row.value.len() != SLOT {
                return Err(StoreError::Damaged("a slot of the key file is missing".into()));
            }
            self.next = self.next.next();
        }
        self.keys.write_all(&row.value).map_err(|error| failed(&self.folder, &error))
    }

    /// All was there: makes a store of it, looks through it and puts it in its
    /// place.
    pub fn finish(mut self) -> Result<Verified, StoreError> {
        let loading = self.folder.join(LOADING);
        self.close(&loading)?;
        let disk = open::disk(&loading, &self.config, &[], self.clock.clone())?;
        doubt(&disk, self.about.at)?;
        let verified = look_through(&disk)?;
        drop(disk);
        settle(&loading).map_err(|error| failed(&self.folder, &error))?;
        let placed = fs::rename(&loading, self.folder.join(LOADED))
            .and_then(|()| os::sync_folder(&self.folder))
            .and_then(|()| {
                self.done = true;
                put_in_place(&self.folder)
            });
        placed.map(|()| verified).map_err(|error| failed(&self.folder, &error))
    }

    fn close(&mut self, loading: &Path) -> Result<(), StoreError> {
        if let Some(tree) = self.tree.take() {
            tree.flush().map_err(tx::unavailable)?;
        }
        let synced = self.keys.sync_all().and_then(|()| settle(loading));
        synced.map_err(|error| failed(&self.folder, &error))
    }
}

impl Drop for Loading {
    fn drop(&mut self) {
        if self.done {
            return;
        }
        self.tree = None;
        let left = discard(&self.folder);
        if left.is_ok() && self.made {
            // Only if nothing else is in it by now.
            let _ = fs::remove_file(self.folder.join("lock"));
            let _ = fs::remove_dir(&self.folder);
        }
    }
}

/// What a restore that was interrupted left: put in its place if it was whole,
/// removed if not. The folder must be locked.
pub fn tidy(folder: &Path) -> io::Result<()> {
    discard(folder)?;
    put_in_place(folder)
}

fn discard(folder: &Path) -> io::Result<()> {
    let loading = folder.join(LOADING);
    if !loading.exists() {
        return Ok(());
    }
    open::wait_for_last_owner(&loading.join("data"))?;
    seal::discard(&seal::path(&loading))?;
    fs::remove_dir_all(&loading)
}

fn put_in_place(folder: &Path) -> io::Result<()> {
    let loaded = folder.join(LOADED);
    if !loaded.exists() {
        return Ok(());
    }
    for name in ["keys", "data"] {
        if loaded.join(name).exists() {
            fs::rename(loaded.join(name), folder.join(name))?;
        }
    }
    os::sync_folder(folder)?;
    fs::remove_dir_all(&loaded)
}

/// Nobody has it open any more, and all of it is on disk.
fn settle(folder: &Path) -> io::Result<()> {
    let data = folder.join("data");
    open::wait_for_last_owner(&data)?;
    for entry in fs::read_dir(&data)? {
        let entry = entry?;
        if entry.file_type()?.is_file() {
            os::sync_file(&entry.path())?;
        }
    }
    os::sync_folder(&data)?;
    os::sync_folder(folder)
}

fn fits(about: &About) -> Result<(), StoreError> {
    let About { olifant, store, format, .. } = about;
    let why = match (store.as_str(), *format) {
        ("sled", format) if format > open::FORMAT => {
            format!("holds a store of format {format}, this olifant reads {}", open::FORMAT)
        }
        ("sled", _) => return Ok(()),
        (other, _) => format!("holds a store of the kind \"{other}\", this is one of sled"),
    };
    Err(StoreError::Unavailable(format!(
        "the backup {why}; restore it with the version that wrote it, {olifant}, or a later one"
    )))
}

fn is_empty(folder: &Path) -> Result<(), StoreError> {
    let entries = fs::read_dir(folder).map_err(|error| failed(folder, &error))?;
    let names = entries.filter_map(|entry| entry.ok()?.file_name().into_string().ok());
    let (mut other, shown) = (names.filter(|name| !NOTHING.contains(&&**name)), folder.display());
    match other.next() {
        None => Ok(()),
        Some(_) if folder.join("data").exists() => Err(StoreError::Unavailable(format!(
            "there is a store in {shown}; restore into a folder of its own (--into DIR), look at \
             it, and let store.url name it; nothing was changed"
        ))),
        Some(name) => Err(StoreError::Unavailable(format!(
            "{shown} is not empty ({name}); restore into a fresh folder (--into DIR)"
        ))),
    }
}

/// What was to go out may have gone out since: each delivery is in doubt, as
/// one in flight is after a crash.
fn doubt(disk: &Disk, since: Timestamp) -> Result<(), StoreError> {
    let (lanes, round, mut tokens) = (Lanes::default(), Layer::new(), 0);
    let now = disk.clock.now();
    let mut tx = Tx::new(now, disk.ground(&[]), &lanes, &round, &mut tokens);
    let prefix = keys::busy_all(LaneKind::Deliveries);
    for key in tx.keys(&prefix, &prefix)? {
        if let Some(id) = keys::busy_conversation(&key) {
            doubt_in(&mut tx, id, since)?;
        }
    }
    disk.tree.apply_batch(tx::batch(tx.left().layer)).map_err(tx::unavailable)?;
    disk.tree.flush().map_err(tx::unavailable)?;
    disk.file.sync_data().map_err(|error| StoreError::Unavailable(error.to_string()))
}

fn doubt_in(tx: &mut Tx<'_>, id: ConversationId, at: Timestamp) -> Result<(), StoreError> {
    // One that can't be read is found by looking through it.
    let Ok(Some(mut conversation)) = tx.if_there(id) else { return Ok(()) };
    for (id, row) in tx.deliveries(id)? {
        tx.put(keys::delivery(id), &doubted(row, at))?;
    }
    if conversation.deliveries.ready_at.is_some() {
        conversation.deliveries.take_away(Some(tx.now));
    }
    tx.put_conversation(&conversation)
}

fn doubted(row: DeliveryRow, at: Timestamp) -> DeliveryRow {
    let (since, doubt) = match row.state {
        DeliveryState::Waiting => (at, 1),
        DeliveryState::InFlight(since) => (since, 1),
        DeliveryState::Uncertain(since) => (since, 0),
    };
    let (state, doubts) = (DeliveryState::Uncertain(since), row.doubts.saturating_add(doubt));
    DeliveryRow { state, doubts, ready_at: None, ..row }
}

fn look_through(disk: &Disk) -> Result<Verified, StoreError> {
    let snapshot = Snapshot::still(disk.tree.clone(), disk.seals.clone());
    verify::all(&snapshot, &disk.hasher, || true)
}

fn failed(folder: &Path, error: &io::Error) -> StoreError {
    StoreError::Unavailable(format!("the folder {}: {error}", folder.display()))
}
