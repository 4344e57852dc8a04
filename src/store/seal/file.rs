//! The key file: `header | slot 0 | slot 1 | …`, all of fixed length. The
//! header and each slot hold 32 sealed bytes; a slot of zeros is free.

use std::fs::{self, File, OpenOptions};
use std::io::{self, ErrorKind, Read, Write};
use std::path::{Path, PathBuf};

use zeroize::Zeroizing;

use super::cipher::{Cipher, KEY, NONCE, TAG};
use super::{KeyId, KeysError, Slot, StoreKey};
use crate::os;

/// What every key file of this form begins with.
const MAGIC: [u8; 16] = *b"olifant keys 1\n\0";

/// The length of a slot: a key, sealed.
pub const SLOT: usize = NONCE + KEY + TAG;

/// The header: the magic, and 32 zeros sealed under the same key as the slots.
pub const HEADER: usize = MAGIC.len() + SLOT;

/// Slots that stand open are sealed all the same, under a key that everybody
/// knows: one form, and damage to a slot is noticed.
const OPEN: [u8; KEY] = [0; KEY];

/// What is read as a key that can't be opened.
const DAMAGED: [u8; SLOT] = [0xFF; SLOT];

/// The open file, and what its slots are wrapped under.
pub struct KeyFile {
    path: PathBuf,
    file: File,
    wrapping: Cipher,
}

/// A key file as it was found.
pub struct Found {
    file: KeyFile,
    slots: Vec<Slot>,
    /// It has to be wrapped anew, under the key that is configured now.
    outdated: bool,
}

impl Found {
    /// The file and its slots, wrapped under `key`.
    pub fn under(self, key: Option<&StoreKey>) -> Result<(KeyFile, Vec<Slot>), KeysError> {
        let Self { mut file, slots, outdated } = self;
        if outdated {
            file.rewrap(&slots, key)?;
        }
        Ok((file, slots))
    }
}

impl KeyFile {
    /// A new one with these slots. It is whole or not there.
    pub fn create(path: &Path, slots: &[Slot], key: Option<&StoreKey>) -> Result<Self, KeysError> {
        let wrapping = wrapping(key);
        let file = write_whole(path, slots, &wrapping).map_err(|e| KeysError::disk(path, e))?;
        Ok(Self { path: path.to_owned(), file, wrapping })
    }

    /// The one at `path`; `None` = there is none.
    pub fn find(
        path: &Path,
        key: Option<&StoreKey>,
        previous: Option<&StoreKey>,
    ) -> Result<Option<Found>, KeysError> {
        let failed = |error| KeysError::disk(path, error);
        drop_unfinished(path).map_err(failed)?;
        let mut file = match OpenOptions::new().read(true).write(true).open(path) {
            Ok(file) => file,
            Err(error) if error.kind() == ErrorKind::NotFound => return Ok(None),
            Err(error) => return Err(failed(error)),
        };
        let mut bytes = Zeroizing::new(Vec::new());
        file.read_to_end(&mut bytes).map_err(failed)?;
        let (header, slots) = bytes.split_at_mut_checked(HEADER).ok_or(foreign(path))?;
        let (wrapping, outdated) = unlock(path, header, key, previous)?;
        let slots = read_slots(slots, &wrapping);
        let file = Self { path: path.to_owned(), file, wrapping };
        Ok(Some(Found { file, slots, outdated }))
    }

    /// Writes slots over those from `first` on; on disk on return.
    pub fn write(&self, first: KeyId, slots: &[Slot]) -> Result<(), KeysError> {
        let bytes = sealed_slots(first, slots, &self.wrapping);
        let written = os::write_all_at(&self.file, &bytes, place(first));
        written.and_then(|()| self.file.sync_data()).map_err(|e| KeysError::disk(&self.path, e))
    }

    /// Overwrites slots with zeros; on disk on return.
    pub fn erase(&self, ids: &[KeyId]) -> Result<(), KeysError> {
        let erase = |id: &KeyId| os::write_all_at(&self.file, &[0; SLOT], place(*id));
        let erased = ids.iter().try_for_each(erase).and_then(|()| self.file.sync_data());
        erased.map_err(|e| KeysError::disk(&self.path, e))
    }

    /// Wraps all slots under another key, in a new file that takes the place
    /// of this one.
    pub fn rewrap(&mut self, slots: &[Slot], key: Option<&StoreKey>) -> Result<(), KeysError> {
        let next = Self::create(&self.path, slots, key)?;
        let before = std::mem::replace(self, next);
        scrub(&before.file).map_err(|e| KeysError::disk(&before.path, e))
    }

    /// Bytes as they lie there.
    pub fn raw(&self, from: u64, length: usize) -> Result<Vec<u8>, KeysError> {
        let mut bytes = vec![0; length];
        let read = os::read_exact_at(&self.file, &mut bytes, from);
        read.map(|()| bytes).map_err(|e| KeysError::disk(&self.path, e))
    }

    /// What is in a slot that lay there so.
    pub fn slot(&self, id: KeyId, raw: &[u8]) -> Slot {
        read_slot(id, &mut raw.to_vec(), &self.wrapping)
    }

    /// Where it is.
    pub fn path(&self) -> &Path {
        &self.path
    }
}

/// Which of the keys opens the file, and whether that is not the one it is to
/// be under.
fn unlock(
    path: &Path,
    header: &[u8],
    key: Option<&StoreKey>,
    previous: Option<&StoreKey>,
) -> Result<(Cipher, bool), KeysError> {
    if header[..MAGIC.len()] != MAGIC {
        return Err(foreign(path));
    }
    let opens = |cipher: &Cipher| cipher.open(&MAGIC, &mut header[MAGIC.len()..].to_vec()).is_ok();
    if let Some(cipher) = Some(wrapping(key)).filter(opens) {
        return Ok((cipher, false));
    }
    let Some(_) = key else { return Err(KeysError::NoStoreKey(path.to_owned())) };
    let mut others = previous.map(StoreKey::cipher).into_iter().chain([Cipher::new(&OPEN)]);
    match others.find(opens) {
        Some(cipher) => Ok((cipher, true)),
        None => Err(KeysError::OtherStoreKey(path.to_owned())),
    }
}

fn wrapping(key: Option<&StoreKey>) -> Cipher {
    key.map_or_else(|| Cipher::new(&OPEN), StoreKey::cipher)
}

/// A slot that a crash cut off at the end was never used.
fn read_slots(bytes: &mut [u8], wrapping: &Cipher) -> Vec<Slot> {
    let slots = (0..).zip(bytes.chunks_exact_mut(SLOT));
    slots.map(|(id, bytes)| read_slot(KeyId(id), bytes, wrapping)).collect()
}

fn read_slot(id: KeyId, bytes: &mut [u8], wrapping: &Cipher) -> Slot {
    if bytes.iter().all(|byte| *byte == 0) {
        return Slot::Free;
    }
    let key = wrapping.open(&context(id), bytes).ok();
    key.and_then(|key| <[u8; KEY]>::try_from(&*key).ok())
        .map_or(Slot::Damaged, |key| Slot::Key(Zeroizing::new(key)))
}

fn sealed_slots(first: KeyId, slots: &[Slot], wrapping: &Cipher) -> Zeroizing<Vec<u8>> {
    let mut bytes = Zeroizing::new(Vec::with_capacity(slots.len() * SLOT));
    for (id, slot) in (first.0..).zip(slots) {
        bytes.extend_from_slice(&match slot {
            Slot::Free => [0; SLOT],
            Slot::Damaged => DAMAGED,
            Slot::Key(key) => sealed(&context(KeyId(id)), key, wrapping),
        });
    }
    bytes
}

fn sealed(context: &[u8], key: &[u8; KEY], wrapping: &Cipher) -> [u8; SLOT] {
    let mut room = [0; SLOT];
    room[NONCE..NONCE + KEY].copy_from_slice(key);
    wrapping.seal(context, &mut room).expect("32 bytes can be sealed");
    room
}

/// A slot opens only where it stands.
fn context(id: KeyId) -> Vec<u8> {
    [&MAGIC[..], &id.0.to_be_bytes()].concat()
}

/// Where a slot begins.
pub fn place(id: KeyId) -> u64 {
    HEADER as u64 + u64::from(id.0) * SLOT as u64
}

fn write_whole(path: &Path, slots: &[Slot], wrapping: &Cipher) -> io::Result<File> {
    let next = unfinished(path);
    let mut options = OpenOptions::new();
    let options = options.read(true).write(true).create(true).truncate(true);
    let mut file = os::private(options).open(&next)?;
    file.write_all(&MAGIC)?;
    file.write_all(&sealed(&MAGIC, &OPEN, wrapping))?;
    file.write_all(&sealed_slots(KeyId(0), slots, wrapping))?;
    file.sync_all()?;
    fs::rename(&next, path)?;
    os::sync_name(path)?;
    Ok(file)
}

/// What a crash left of a new file holds keys that are not erased with ours.
fn drop_unfinished(path: &Path) -> io::Result<()> {
    discard(&unfinished(path))
}

/// Removes a key file, if it is there, and overwrites it.
pub fn discard(path: &Path) -> io::Result<()> {
    match OpenOptions::new().write(true).open(path) {
        Ok(file) => fs::remove_file(path).and_then(|()| scrub(&file)),
        Err(error) if error.kind() == ErrorKind::NotFound => Ok(()),
        Err(error) => Err(error),
    }
}

/// Overwrites a file that has no name any more: its keys must not outlive
/// their erasure. One that has another name is somebody's copy.
fn scrub(file: &File) -> io::Result<()> {
    if os::has_name(file)? {
        return Ok(());
    }
    let end = file.metadata()?.len();
    let zeros = vec![0; 64 * 1024];
    let mut at = 0;
    while at < end {
        let length = usize::try_from(end - at).map_or(zeros.len(), |n| n.min(zeros.len()));
        os::write_all_at(file, &zeros[..length], at)?;
        at += length as u64;
    }
    file.sync_data()
}

fn unfinished(path: &Path) -> PathBuf {
    path.with_extension("next")
}

fn foreign(path: &Path) -> KeysError {
    KeysError::Unreadable(path.to_owned())
}
