//! Which store there is, and how it is opened.

use std::io::Read;
use std::path::Path;
use std::sync::Arc;

use super::backup::{Broken, Reader};
use super::seal::StoreKey;
use super::sled;
use super::{Store, StoreError, Verified};
use crate::clock::Clock;
use crate::domain::job::NewsKind;
use crate::os;

/// `[store]`.
#[derive(Clone, Debug, serde::Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Config {
    /// `sled:PATH`.
    pub url: String,
    /// The page cache, in MB.
    pub cache_mb: u64,
    /// Below this much free disk nothing is accepted any more.
    pub min_free_mb: u64,
    /// What the keys are wrapped under; without it they stand open.
    pub key: Option<StoreKey>,
    /// What they were wrapped under before.
    pub key_previous: Option<StoreKey>,
}

/// Makes the store's folder, for this user alone, if it is not there.
pub fn make_folder(folder: &Path) -> std::io::Result<()> {
    os::make_private_folder(folder)
}

/// What `store.url` can begin with.
pub const KINDS: &[&str] = &["sled"];

/// Opens the store that `store.url` names. Each commit that makes news of the
/// wanted kinds also queues the job of telling them.
pub fn open(
    config: &Config,
    wanted: &[NewsKind],
    clock: Clock,
) -> Result<Arc<dyn Store>, StoreError> {
    match config.url.split_once(':') {
        Some(("sled", path)) => {
            Ok(Arc::new(sled::SledStore::open(path.as_ref(), config, wanted, clock)?))
        }
        _ => Err(no_such_kind(config)),
    }
}

/// Wraps the keys of a store that nobody has open under another `store.key`.
/// Doing it again does nothing.
pub fn rotate_key(config: &Config, new: &StoreKey) -> Result<(), StoreError> {
    match config.url.split_once(':') {
        Some(("sled", path)) => sled::rotate_key(path.as_ref(), config, new),
        _ => Err(no_such_kind(config)),
    }
}

/// Makes a store of a backup, where there is none yet. On an error nothing is
/// left of it.
pub fn restore<R: Read>(
    config: &Config,
    mut backup: Reader<R>,
    clock: Clock,
) -> Result<Verified, RestoreError> {
    let mut loading = match config.url.split_once(':') {
        Some(("sled", path)) => sled::Loading::begin(path.as_ref(), config, backup.about(), clock)?,
        _ => return Err(no_such_kind(config).into()),
    };
    while let Some(rows) = backup.rows()? {
        loading.put(rows)?;
    }
    Ok(loading.finish()?)
}

/// Why a backup is not restored.
#[derive(Debug, thiserror::Error)]
pub enum RestoreError {
    /// It can't be used.
    #[error(transparent)]
    Broken(#[from] Broken),
    /// The store can't take it.
    #[error(transparent)]
    Store(#[from] StoreError),
}

fn no_such_kind(config: &Config) -> StoreError {
    StoreError::Unavailable(format!(
        "store.url = \"{}\" is not understood; write \"sled:PATH\"",
        config.url
    ))
}
