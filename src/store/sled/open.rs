//! Opening: what sled needs before and after, learnt by killing it.

use std::fs::{self, File, OpenOptions};
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::path::Path;
use std::sync::Arc;

use jiff::Timestamp;
use serde::de::DeserializeOwned;

use super::hasher::Hasher;
use super::keys::{self, LaneKind};
use super::lanes::Lanes;
use super::load;
use super::migrate::{Old, STEPS};
use super::tx::{self, Layer, Tx};
use super::writer::Disk;
use crate::clock::Clock;
use crate::domain::conversation::Conversation;
use crate::domain::id::{ConversationId, KeyId};
use crate::domain::job::NewsKind;
use crate::store::seal::{self, Keys, Missing};
use crate::store::{Config, StoreError, make_folder, record};
use crate::{lock, os};

/// The version of keys and records in the folder.
pub const FORMAT: u32 = 2;

/// Makes the folder and takes it for this process.
pub fn lock(folder: &Path) -> Result<File, StoreError> {
    make_folder(folder).map_err(|error| failed(folder, &error))?;
    let file =
        OpenOptions::new().create(true).truncate(false).write(true).open(folder.join("lock"));
    let file = file.map_err(|error| failed(folder, &error))?;
    let lock = lock::hold(file).map_err(|_| {
        StoreError::Held(format!(
            "another olifant has the store in {} open; stop it, or choose another store.url",
            folder.display()
        ))
    })?;
    load::tidy(folder).map_err(|error| failed(folder, &error))?;
    Ok(lock)
}

/// Opens sled and rebuilds what lives in memory. The folder must be locked.
pub fn disk(
    folder: &Path,
    config: &Config,
    wanted: &[NewsKind],
    clock: Clock,
) -> Result<Disk, StoreError> {
    let data = folder.join("data");
    let cache_mb = config.cache_mb;
    drop_unfinished_snapshots(&data).map_err(|error| failed(folder, &error))?;
    wait_for_last_owner(&data).map_err(|error| failed(folder, &error))?;
    let tree = self::tree(&data, cache_mb).or_else(|_| open_from_log(&data, cache_mb))?;
    // Windows syncs only what is open for writing.
    let file = File::options().read(true).write(true).open(data.join("db"));
    let file = file.map_err(|error| failed(folder, &error))?;
    sync_folders(folder, &data).map_err(|error| failed(folder, &error))?;
    let format = format(folder, &tree)?;
    let seals = Arc::new(seals(folder, config, format)?);
    let hasher = hasher(&tree, &seals)?;
    let (now, wrapped) = (clock.now(), config.key.is_some());
    Old { folder, tree: &tree, file: &file, seals: &seals, hasher: &hasher, wrapped, now }
        .forward(format.unwrap_or(FORMAT), FORMAT, STEPS)?;
    let wanted = wanted.to_vec();
    let (lanes, snapshots) = Default::default();
    let mut disk = Disk { tree, file, hasher, seals, snapshots, lanes, wanted, clock };
    recover(&mut disk)?;
    disk.tree.flush().map_err(tx::unavailable)?;
    disk.file.sync_data().map_err(|error| failed(folder, &error))?;
    Ok(disk)
}

/// A store of this very process that was dropped a moment ago lets go of
/// sled's own lock a little later (our lock says there is no other process).
pub fn wait_for_last_owner(data: &Path) -> std::io::Result<()> {
    match File::open(data.join("db")) {
        // Letting it go can fail only where closing it does the same.
        Ok(file) => file.lock().map(|()| drop(file.unlock())),
        Err(error) if error.kind() == std::io::ErrorKind::NotFound => Ok(()),
        Err(error) => Err(error),
    }
}

/// sled takes a snapshot that a crash left half-written for its newest.
fn drop_unfinished_snapshots(data: &Path) -> std::io::Result<()> {
    remove_where(data, |name| name.starts_with("snap.") && name.ends_with(".generating"))
}

/// A damaged snapshot is only a lost shortcut: the log holds everything. The
/// folder is copied before anything is removed.
fn open_from_log(data: &Path, cache_mb: u64) -> Result<sled::Db, StoreError> {
    tracing::warn!("The store did not open; trying again from its log alone");
    let rescue = data.with_file_name("data.before-repair");
    copy_files(data, &rescue).map_err(|error| failed(data, &error))?;
    remove_where(data, |name| name.starts_with("snap.")).map_err(|error| failed(data, &error))?;
    tree(data, cache_mb)
}

/// The one tree of the database there.
pub fn tree(data: &Path, cache_mb: u64) -> Result<sled::Db, StoreError> {
    let config = sled::Config::new()
        .path(data)
        .cache_capacity(cache_mb * 1024 * 1024)
        .flush_every_ms(Some(500))
        .use_compression(false);
    // sled panics on some damage.
    let opened = catch_unwind(AssertUnwindSafe(|| config.open()));
    let reason = match opened {
        Ok(Ok(tree)) => return Ok(tree),
        Ok(Err(error)) => error.to_string(),
        Err(_) => "its files are damaged".to_owned(),
    };
    Err(StoreError::Unavailable(format!(
        "the store in {} does not open: {reason}; restore a backup into a fresh folder (nothing was deleted)",
        data.display()
    )))
}

/// The names of new files must survive a power cut as well.
fn sync_folders(folder: &Path, data: &Path) -> std::io::Result<()> {
    os::sync_folder(data)?;
    os::sync_folder(folder)?;
    os::sync_name(folder)
}

/// The version of keys and records, which is read before the keys of people;
/// `None` = the store is new.
fn format(folder: &Path, tree: &sled::Db) -> Result<Option<u32>, StoreError> {
    let format = plain(tree, &keys::meta("format"))?;
    match format {
        Some(newer) if newer > FORMAT => Err(StoreError::Unavailable(format!(
            "the store in {} has format {newer}, this olifant ({}) reads {FORMAT}: a later version \
             wrote it; use that one, or restore a backup from before into a fresh folder",
            folder.display(),
            env!("CARGO_PKG_VERSION")
        ))),
        format => Ok(format),
    }
}

/// The keys of people, in a file beside the database.
fn seals(folder: &Path, config: &Config, format: Option<u32>) -> Result<Keys, StoreError> {
    let missing = if format.is_some() { Missing::Refuse } else { Missing::Make };
    let (key, previous) = (config.key.as_ref(), config.key_previous.as_ref());
    Ok(Keys::open(&seal::path(folder), key, previous, missing)?)
}

/// The key of all hashes, made at first start together with the format.
fn hasher(tree: &sled::Db, seals: &Keys) -> Result<Hasher, StoreError> {
    let secret = keys::meta("hash_key");
    let raw = |key: &[u8]| Ok(tree.get(key).map_err(tx::unavailable)?.map(|v| v.to_vec()));
    if plain::<u32>(tree, &keys::meta("format"))?.is_none() {
        let house = seals.get(KeyId::HOUSE)?.ok_or_else(no_hash_key)?;
        insert(tree, &secret, record::encode(&rand::random::<[u8; 32]>(), &secret, &house)?)?;
        insert(tree, &keys::meta("format"), record::encode_plain(&FORMAT)?)?;
    }
    let key = tx::read::<[u8; 32]>(raw, &secret, seals)?;
    key.map(|key| Hasher::new(&key)).ok_or_else(no_hash_key)
}

fn no_hash_key() -> StoreError {
    StoreError::Damaged("the store's hash key is gone".into())
}

/// What stands there unsealed.
fn plain<T: DeserializeOwned>(tree: &sled::Db, key: &[u8]) -> Result<Option<T>, StoreError> {
    let raw = tree.get(key).map_err(tx::unavailable)?;
    raw.map(|raw| record::decode_plain(vec![raw.to_vec()])).transpose()
}

fn insert(tree: &sled::Db, key: &[u8], pieces: Vec<Vec<u8>>) -> Result<(), StoreError> {
    for piece in pieces {
        tree.insert(key, piece).map_err(tx::unavailable)?;
    }
    Ok(())
}

/// Work that a crash left behind: claims of the last process are void.
fn recover(disk: &mut Disk) -> Result<(), StoreError> {
    let now = disk.clock.now();
    let (round, mut tokens) = (Layer::new(), 0);
    let lanes = Lanes::default();
    let mut tx = Tx::new(now, disk.ground(&[]), &lanes, &round, &mut tokens);
    void_claims(&mut tx, now)?;
    tx.recall_jobs()?;
    let left = tx.left();
    disk.seals.erase(&left.erased)?;
    disk.tree.apply_batch(tx::batch(left.layer)).map_err(tx::unavailable)?;
    left.touched.iter().for_each(|conversation| disk.lanes.note(conversation));
    left.jobs.into_iter().for_each(|(id, lane)| disk.lanes.note_job(id, lane));
    Ok(())
}

fn void_claims(tx: &mut Tx<'_>, now: Timestamp) -> Result<(), StoreError> {
    for kind in LaneKind::ALL {
        let prefix = keys::busy_all(kind);
        for id in tx.keys(&prefix, &prefix)?.iter().filter_map(|key| keys::busy_conversation(key)) {
            if let Err(error) = void_claim(tx, id, now) {
                tx.leave_out(kind, id, &error);
            }
        }
    }
    Ok(())
}

fn void_claim(tx: &mut Tx<'_>, id: ConversationId, now: Timestamp) -> Result<(), StoreError> {
    let mut conversation = tx.conversation(id)?;
    for lane in [&mut conversation.turns, &mut conversation.deliveries] {
        if lane.is_claimed() {
            lane.take_away(Some(now));
        }
    }
    settle(tx, &mut conversation)?;
    tx.put_conversation(&conversation)
}

/// A lane waits exactly while it has rows.
fn settle(tx: &Tx<'_>, conversation: &mut Conversation) -> Result<(), StoreError> {
    if tx.unanswered(conversation)?.is_empty() {
        conversation.turns.take_away(None);
    }
    if tx.deliveries(conversation.id)?.is_empty() {
        conversation.deliveries.take_away(None);
    }
    Ok(())
}

fn remove_where(folder: &Path, unwanted: impl Fn(&str) -> bool) -> std::io::Result<()> {
    if !folder.exists() {
        return Ok(());
    }
    for entry in fs::read_dir(folder)? {
        let entry = entry?;
        if entry.file_name().to_str().is_some_and(&unwanted) {
            fs::remove_file(entry.path())?;
        }
    }
    Ok(())
}

fn copy_files(from: &Path, to: &Path) -> std::io::Result<()> {
    fs::create_dir_all(to)?;
    for entry in fs::read_dir(from)? {
        let entry = entry?;
        let target = to.join(entry.file_name());
        if entry.file_type()?.is_dir() {
            copy_files(&entry.path(), &target)?;
        } else {
            fs::copy(entry.path(), target)?;
        }
    }
    Ok(())
}

fn failed(folder: &Path, error: &std::io::Error) -> StoreError {
    StoreError::Unavailable(format!("the store's folder {}: {error}", folder.display()))
}
