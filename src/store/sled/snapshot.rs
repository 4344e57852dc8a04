//! The store as it stood at one point, read while it goes on: before the
//! writer changes a key that somebody has yet to read, it keeps what stands
//! there.

use std::collections::BTreeMap;
use std::ops::Bound;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError, Weak};

use serde::de::DeserializeOwned;

use super::keys;
use super::tx::{self, Layer};
use crate::domain::id::KeyId;
use crate::store::StoreError;
use crate::store::backup::{KEYS, Row};
use crate::store::seal::{KeyRing, Keys, SLOT, Sealer};

/// So much is kept for one reader at most, in bytes.
pub const ROOM: usize = 64 * 1024 * 1024;

/// What a kept key costs beside its bytes.
const COST: usize = 64;

/// Where the tree begins, behind the key file: its table bytes are letters.
pub const BEGINNING: &[u8] = &[KEYS + 1];

/// Behind all keys.
pub const END: &[u8] = &[u8::MAX];

/// All who read the store as it stood at some point.
#[derive(Default)]
pub struct Snapshots(Mutex<Vec<Weak<Images>>>);

impl Snapshots {
    /// The point before the round that runs now: only the writer's thread can
    /// say so.
    pub fn begin(&self, room: usize) -> Arc<Images> {
        let images = Arc::new(Images(Mutex::new(State { room, ..State::default() })));
        lock(&self.0).push(Arc::downgrade(&images));
        images
    }

    /// How many read.
    #[cfg(test)]
    pub fn readers(&self) -> usize {
        lock(&self.0).iter().filter(|images| images.strong_count() > 0).count()
    }

    /// Before these keys are written and those slots erased. It fails nobody
    /// but the reader.
    pub fn keep(&self, tree: &sled::Tree, seals: &Keys, layer: &Layer, erased: &[KeyId]) {
        let mut open = lock(&self.0);
        open.retain(|images| images.strong_count() > 0);
        for images in open.iter().filter_map(Weak::upgrade) {
            for key in layer.keys() {
                images.keep(key, || {
                    Ok(tree.get(key).map_err(tx::unavailable)?.map(|value| value.to_vec()))
                });
            }
            for id in erased {
                images.keep(&slot(*id), || Ok(Some(seals.raw_slots(*id, id.next())?)));
            }
        }
    }
}

/// What stood at keys that were written since, for one reader.
#[derive(Default)]
pub struct Images(Mutex<State>);

#[derive(Default)]
struct State {
    images: BTreeMap<Vec<u8>, Option<Vec<u8>>>,
    bytes: usize,
    /// So many can be kept.
    room: usize,
    /// Nobody needs what lies below.
    read_to: Vec<u8>,
    /// Why the point can't be read any more.
    lost: Option<StoreError>,
}

impl Images {
    fn keep(&self, key: &[u8], read: impl FnOnce() -> Result<Option<Vec<u8>>, StoreError>) {
        let mut state = lock(&self.0);
        let known = state.images.contains_key(key) || key < state.read_to.as_slice();
        if known || state.lost.is_some() {
            return;
        }
        match read() {
            Ok(image) => state.put(key, image),
            Err(error) => state.lose(error),
        }
    }
}

impl State {
    fn put(&mut self, key: &[u8], image: Option<Vec<u8>>) {
        self.bytes += cost(key, image.as_ref());
        self.images.insert(key.to_vec(), image);
        if self.bytes > self.room {
            let too_much = "more was written meanwhile than is kept aside (64 MB); do it at a \
                            calmer hour, and a backup to a faster disk";
            self.lose(StoreError::Unavailable(too_much.into()));
        }
    }

    fn lose(&mut self, error: StoreError) {
        *self = Self { lost: Some(error), ..Self::default() };
    }

    /// What lies below was read.
    fn release(&mut self, below: &[u8]) {
        let kept = self.images.split_off(below);
        let gone = std::mem::replace(&mut self.images, kept);
        self.bytes -= gone.iter().map(|(key, image)| cost(key, image.as_ref())).sum::<usize>();
        self.read_to = below.to_vec();
    }
}

fn cost(key: &[u8], image: Option<&Vec<u8>>) -> usize {
    COST + key.len() + image.map_or(0, Vec::len)
}

/// A point of the store.
pub struct Snapshot {
    tree: sled::Db,
    seals: Arc<Keys>,
    images: Arc<Images>,
}

/// Some rows, and where it goes on; `None` = there are no more.
pub struct Chunk {
    /// In the order of their keys.
    pub rows: Vec<Row>,
    /// Where the next one begins.
    pub next: Option<Vec<u8>>,
}

impl Snapshot {
    /// The point that these images are of.
    pub fn new(tree: sled::Db, seals: Arc<Keys>, images: Arc<Images>) -> Self {
        Self { tree, seals, images }
    }

    /// Of a store that nobody writes.
    pub fn still(tree: sled::Db, seals: Arc<Keys>) -> Self {
        Self::new(tree, seals, Arc::default())
    }

    /// What stood at a key.
    pub fn raw(&self, key: &[u8]) -> Result<Option<Vec<u8>>, StoreError> {
        // Read first: what is not kept by then was not written by then.
        let now = self.tree.get(key).map_err(tx::unavailable)?.map(|value| value.to_vec());
        Ok(self.image(key)?.unwrap_or(now))
    }

    /// The value that stood at a key.
    pub fn value<T: DeserializeOwned>(&self, key: &[u8]) -> Result<Option<T>, StoreError> {
        tx::read(|key| self.raw(key), key, self)
    }

    /// The bytes that stood at a key.
    pub fn bytes(&self, key: &[u8]) -> Result<Option<Vec<u8>>, StoreError> {
        tx::read_bytes(|key| self.raw(key), key, self)
    }

    /// The rows from one key on and below another, about so many bytes.
    pub fn rows(&self, from: &[u8], below: &[u8], most: usize) -> Result<Chunk, StoreError> {
        let (mut found, mut size, mut last) = (BTreeMap::new(), 0, None);
        for pair in self.tree.range::<&[u8], _>(from..below) {
            let (key, value) = pair.map_err(tx::unavailable)?;
            size += key.len() + value.len();
            found.insert(key.to_vec(), value.to_vec());
            if size >= most {
                last = Some(key.to_vec());
                break;
            }
        }
        let upto = last.as_deref().map_or(Bound::Excluded(below), Bound::Included);
        self.put_back(&mut found, (Bound::Included(from), upto))?;
        let rows = found.into_iter().map(|(key, value)| Row { key, value });
        Ok(Chunk { rows: rows.collect(), next: last.map(|last| [&last[..], &[0]].concat()) })
    }

    /// The slots of the key file from one on and below another.
    pub fn slots(&self, from: KeyId, below: KeyId) -> Result<Vec<Row>, StoreError> {
        let raw = self.seals.raw_slots(from, below)?;
        let slots = (from.0..).zip(raw.chunks(SLOT));
        let mut found = slots.map(|(id, raw)| (slot(KeyId(id)), raw.to_vec())).collect();
        let range = [slot(from), slot(below)];
        self.put_back(&mut found, (Bound::Included(&range[0]), Bound::Excluded(&range[1])))?;
        Ok(found.into_iter().map(|(key, value)| Row { key, value }).collect())
    }

    /// The beginning of the key file, which never changes.
    pub fn key_header(&self) -> Result<Row, StoreError> {
        Ok(Row { key: vec![KEYS], value: self.seals.raw_header()? })
    }

    /// Nobody will ask for what lies below any more.
    pub fn release(&self, below: &[u8]) {
        lock(&self.images.0).release(below);
    }

    fn put_back(
        &self,
        found: &mut BTreeMap<Vec<u8>, Vec<u8>>,
        range: (Bound<&[u8]>, Bound<&[u8]>),
    ) -> Result<(), StoreError> {
        for (key, image) in self.state()?.images.range::<[u8], _>(range) {
            match image {
                Some(value) => found.insert(key.clone(), value.clone()),
                None => found.remove(key),
            };
        }
        Ok(())
    }

    fn image(&self, key: &[u8]) -> Result<Option<Option<Vec<u8>>>, StoreError> {
        Ok(self.state()?.images.get(key).cloned())
    }

    fn state(&self) -> Result<MutexGuard<'_, State>, StoreError> {
        let state = lock(&self.images.0);
        match &state.lost {
            Some(error) => Err(error.clone()),
            None => Ok(state),
        }
    }
}

/// The keys as they were.
impl KeyRing for Snapshot {
    fn get(&self, id: KeyId) -> Result<Option<Sealer>, StoreError> {
        let now = self.seals.get(id);
        match self.image(&slot(id))?.flatten() {
            Some(raw) => self.seals.of_slot(id, &raw),
            None => now,
        }
    }
}

/// Where a slot of the key file stands among all rows: before the tree.
fn slot(id: KeyId) -> Vec<u8> {
    [&[KEYS][..], &id.0.to_be_bytes()].concat()
}

/// The number of a slot.
pub fn slot_of(key: &[u8]) -> Option<KeyId> {
    let (table, id) = key.split_first()?;
    (*table == KEYS).then_some(())?;
    id.try_into().ok().map(u32::from_be_bytes).map(KeyId)
}

fn lock<T>(mutex: &Mutex<T>) -> MutexGuard<'_, T> {
    mutex.lock().unwrap_or_else(PoisonError::into_inner)
}

/// The first key that was not given out at that point.
pub fn next_key(snapshot: &Snapshot) -> Result<KeyId, StoreError> {
    Ok(snapshot.value(&keys::meta("next_key"))?.unwrap_or(KeyId::FIRST))
}
