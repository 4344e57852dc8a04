//! From an older format to this one: after a backup, step by step, going on
//! where a crash stopped it.

use std::path::{Path, PathBuf};
use std::sync::Arc;

use jiff::Timestamp;

use super::hasher::Hasher;
use super::keys;
use super::lanes::Lanes;
use super::snapshot::{END, Snapshot};
use super::transfer::dump;
use super::tx::{self, Ground, Layer, Tx};
use crate::store::backup::{Bytes, Part};
use crate::store::seal::Keys;
use crate::store::{StoreError, record};

/// Keys that one commit looks at.
const AT_ONCE: usize = 1000;

/// From one format to the next.
#[derive(Clone, Copy)]
pub struct Step {
    /// The format it begins with; it ends with the next one.
    pub from: u32,
    /// Is called once for each key that stood there when it began, in order;
    /// a key that it makes behind the one at hand comes up as well.
    pub change: fn(&mut Tx<'_>, &[u8]) -> Result<(), StoreError>,
}

/// All steps. Format 1 was never released, so none begins with it.
pub const STEPS: &[Step] = &[];

/// A store that is to be brought forward.
pub struct Old<'a> {
    /// Where it is.
    pub folder: &'a Path,
    /// Everything in it.
    pub tree: &'a sled::Db,
    /// Our own handle on sled's log.
    pub file: &'a std::fs::File,
    /// What it is sealed under.
    pub seals: &'a Arc<Keys>,
    /// Makes keys.
    pub hasher: &'a Hasher,
    /// Whether the keys are wrapped.
    pub wrapped: bool,
    /// Now.
    pub now: Timestamp,
}

/// How far a step is: stands beside the format until it is through.
type Progress = Option<Vec<u8>>;

impl Old<'_> {
    /// Brings it from one format to another.
    pub fn forward(&self, from: u32, to: u32, steps: &[Step]) -> Result<(), StoreError> {
        if from == to {
            return Ok(());
        }
        let steps = way(from, to, steps).ok_or_else(|| no_way(self.folder, from))?;
        let path = self.backed_up(from)?;
        tracing::warn!(from, to, backup = %path.display(), "The store's format is older; it is brought forward");
        steps.iter().try_for_each(|step| self.take(step))?;
        tracing::info!(format = to, "The store has this olifant's format");
        Ok(())
    }

    /// A step that a crash stopped has its backup: the store is between two
    /// formats.
    fn backed_up(&self, format: u32) -> Result<PathBuf, StoreError> {
        let path = self.folder.join(format!("before-format-{}.backup", format + 1));
        if self.progress()?.is_some() {
            return Ok(path);
        }
        let snapshot = Snapshot::still(self.tree.clone(), self.seals.clone());
        let mut part = Part::create(&path, 0).map_err(not_backed_up)?;
        for bytes in Bytes::of(dump(snapshot, format, self.now, self.wrapped)) {
            part.write(&bytes?).map_err(not_backed_up)?;
        }
        part.finish().map_err(not_backed_up)?;
        Ok(path)
    }

    /// One commit after the other; the last one says the new format.
    fn take(&self, step: &Step) -> Result<(), StoreError> {
        let mut next = Some(self.progress()?.unwrap_or_default());
        while let Some(from) = next.take() {
            let mut keys = Vec::with_capacity(AT_ONCE);
            for key in self.tree.range::<&[u8], _>(&from[..]..END).keys().take(AT_ONCE) {
                keys.push(key.map_err(tx::unavailable)?.to_vec());
            }
            let last = keys.last().filter(|_| keys.len() == AT_ONCE);
            next = last.map(|last| [&last[..], &[0]].concat());
            self.commit(self.changed(step, &keys)?, step, next.as_ref())?;
        }
        Ok(())
    }

    fn changed(&self, step: &Step, keys: &[Vec<u8>]) -> Result<Layer, StoreError> {
        let (lanes, round, mut tokens) = (Lanes::default(), Layer::new(), 0);
        let ground =
            Ground { hasher: self.hasher, seals: self.seals, wanted: &[], tree: self.tree };
        let mut tx = Tx::new(self.now, ground, &lanes, &round, &mut tokens);
        for key in keys.iter().filter(|key| key.first() != Some(&keys::META)) {
            (step.change)(&mut tx, key)?;
        }
        Ok(tx.left().layer)
    }

    fn commit(&self, layer: Layer, step: &Step, next: Option<&Vec<u8>>) -> Result<(), StoreError> {
        let mut batch = tx::batch(layer);
        match next {
            Some(next) => put(&mut batch, "migrated_to", next)?,
            None => {
                batch.remove(keys::meta("migrated_to"));
                put(&mut batch, "format", &(step.from + 1))?;
            }
        }
        self.tree.apply_batch(batch).map_err(tx::unavailable)?;
        self.tree.flush().map_err(tx::unavailable)?;
        self.file.sync_data().map_err(|error| StoreError::Unavailable(error.to_string()))
    }

    fn progress(&self) -> Result<Progress, StoreError> {
        let raw = self.tree.get(keys::meta("migrated_to")).map_err(tx::unavailable)?;
        raw.map(|raw| record::decode_plain(vec![raw.to_vec()])).transpose()
    }
}

/// The steps from one format to another, if there are all.
fn way(from: u32, to: u32, steps: &[Step]) -> Option<Vec<Step>> {
    (from..to).map(|format| steps.iter().find(|step| step.from == format).copied()).collect()
}

/// Short enough to be of one piece.
fn put<T: serde::Serialize>(
    batch: &mut sled::Batch,
    name: &str,
    value: &T,
) -> Result<(), StoreError> {
    for piece in record::encode_plain(value)? {
        batch.insert(keys::meta(name), piece);
    }
    Ok(())
}

fn no_way(folder: &Path, format: u32) -> StoreError {
    StoreError::Unavailable(format!(
        "the store in {} has format {format}, which this olifant can't bring forward; use a version \
         between the one that wrote it and this one ({})",
        folder.display(),
        env!("CARGO_PKG_VERSION")
    ))
}

fn not_backed_up(error: crate::store::backup::FileError) -> StoreError {
    StoreError::Unavailable(format!("the store is older and was not brought forward: {error}"))
}
