//! How a value lies in a store: `format | key id | parts | sealed payload`,
//! cut over continuation keys, since large values are unsafe in sled. It opens
//! only under the key it was sealed with, at the place it was written to, and
//! only if all its pieces are of one writing.

use serde::Serialize;
use serde::de::DeserializeOwned;
use sha2::{Digest, Sha256};

use super::StoreError;
use super::seal::{KeyRing, NONCE, Sealer, TAG};
use crate::domain::id::KeyId;

/// JSON that is not sealed, with a check: `format | key id | parts | check |
/// payload`. Only what has to be read before the keys are.
const PLAIN_JSON: u8 = 1;

/// JSON, sealed.
const SEALED_JSON: u8 = 2;

/// Bytes, sealed.
const SEALED_BYTES: u8 = 3;

/// The longest piece under one key: sled writes pages of up to 16 records,
/// and pages above 128 KB leave its log for files that are never synced.
const PIECE: usize = 4096;

/// Format (1), key id (4), number of parts (2).
const HEADER: usize = 7;

/// How much of a digest tells whether a plain record is whole.
const CHECK: usize = 4;

/// The pieces of a record at `key`, the first for the key itself, the others
/// for its continuation keys in order.
pub fn encode<T: Serialize>(
    value: &T,
    key: &[u8],
    sealer: &Sealer,
) -> Result<Vec<Vec<u8>>, StoreError> {
    seal(SEALED_JSON, key, sealer, |room| serde_json::to_writer(room, value).map_err(damaged))
}

/// The same for bytes.
pub fn encode_bytes(bytes: &[u8], key: &[u8], sealer: &Sealer) -> Result<Vec<Vec<u8>>, StoreError> {
    seal(SEALED_BYTES, key, sealer, |room| {
        room.extend_from_slice(bytes);
        Ok(())
    })
}

/// The same for what has to be read before the keys are.
pub fn encode_plain<T: Serialize>(value: &T) -> Result<Vec<Vec<u8>>, StoreError> {
    let payload = serde_json::to_vec(value).map_err(damaged)?;
    let parts = count_parts(HEADER + CHECK + payload.len())?;
    let whole = [&header(PLAIN_JSON, KeyId::HOUSE, parts)[..], &check(&payload), &payload].concat();
    Ok(cut(&whole))
}

/// How many pieces belong to the record that begins with `head`.
pub fn parts(head: &[u8]) -> Result<u16, StoreError> {
    Ok(Head::read(head)?.parts)
}

/// What the record that begins with `head` is sealed under.
pub fn key_of(head: &[u8]) -> Result<KeyId, StoreError> {
    Ok(Head::read(head)?.id)
}

/// The value at `key` whose pieces these are; `None` = the key it was sealed
/// under is erased: it is as if it were not there.
pub fn decode<T: DeserializeOwned>(
    pieces: Vec<Vec<u8>>,
    key: &[u8],
    keys: &dyn KeyRing,
) -> Result<Option<T>, StoreError> {
    let Some(opened) = open(SEALED_JSON, pieces, key, keys)? else { return Ok(None) };
    serde_json::from_slice(opened.payload()).map(Some).map_err(|error| shape(&error))
}

/// The same for bytes.
pub fn decode_bytes(
    pieces: Vec<Vec<u8>>,
    key: &[u8],
    keys: &dyn KeyRing,
) -> Result<Option<Vec<u8>>, StoreError> {
    Ok(open(SEALED_BYTES, pieces, key, keys)?.map(Opened::into_payload))
}

/// The same for what has to be read before the keys are.
pub fn decode_plain<T: DeserializeOwned>(pieces: Vec<Vec<u8>>) -> Result<T, StoreError> {
    let head = Head::of(&pieces, PLAIN_JSON)?;
    let whole = join(&head, pieces)?;
    let (found, payload) =
        whole[HEADER..].split_at_checked(CHECK).ok_or_else(|| damaged("a record is cut off"))?;
    if *found != check(payload) {
        return Err(damaged("the pieces of a record don't fit together"));
    }
    serde_json::from_slice(payload).map_err(|error| shape(&error))
}

/// The key of piece `n` of the record at `key`.
pub fn continuation(key: &[u8], n: u16) -> Vec<u8> {
    [key, &n.to_be_bytes()].concat()
}

/// What the first piece says of the others.
struct Head {
    format: u8,
    id: KeyId,
    parts: u16,
}

impl Head {
    fn read(head: &[u8]) -> Result<Self, StoreError> {
        match *head {
            [format @ PLAIN_JSON..=SEALED_BYTES, a, b, c, d, high, low, ..] => Ok(Self {
                format,
                id: KeyId(u32::from_be_bytes([a, b, c, d])),
                parts: u16::from_be_bytes([high, low]),
            }),
            _ => Err(damaged("unknown record format")),
        }
    }

    /// The one of these pieces, if they are a record of this format.
    fn of(pieces: &[Vec<u8>], format: u8) -> Result<Self, StoreError> {
        let head = pieces.first().ok_or_else(|| damaged("a record without pieces"))?;
        let head = Self::read(head)?;
        if head.format == format { Ok(head) } else { Err(damaged("a record of another format")) }
    }
}

fn header(format: u8, id: KeyId, parts: u16) -> [u8; HEADER] {
    let ([a, b, c, d], [high, low]) = (id.0.to_be_bytes(), parts.to_be_bytes());
    [format, a, b, c, d, high, low]
}

fn seal(
    format: u8,
    key: &[u8],
    sealer: &Sealer,
    write: impl FnOnce(&mut Vec<u8>) -> Result<(), StoreError>,
) -> Result<Vec<Vec<u8>>, StoreError> {
    let mut whole = vec![0; HEADER + NONCE];
    write(&mut whole)?;
    whole.resize(whole.len() + TAG, 0);
    let header = header(format, sealer.id, count_parts(whole.len())?);
    whole[..HEADER].copy_from_slice(&header);
    let sealed = sealer.cipher.seal(&context(&header, key), &mut whole[HEADER..]);
    sealed.map_err(|_| damaged("a record can't be sealed"))?;
    Ok(if whole.len() > PIECE { cut(&whole) } else { vec![whole] })
}

/// A sealed record that was opened in place.
struct Opened(Vec<u8>);

impl Opened {
    fn payload(&self) -> &[u8] {
        &self.0[HEADER + NONCE..self.0.len() - TAG]
    }

    fn into_payload(self) -> Vec<u8> {
        let Self(mut whole) = self;
        whole.truncate(whole.len() - TAG);
        whole.drain(..HEADER + NONCE);
        whole
    }
}

fn open(
    format: u8,
    pieces: Vec<Vec<u8>>,
    key: &[u8],
    keys: &dyn KeyRing,
) -> Result<Option<Opened>, StoreError> {
    let head = Head::of(&pieces, format)?;
    let Some(sealer) = keys.get(head.id)? else { return Ok(None) };
    let mut whole = join(&head, pieces)?;
    let (header, sealed) = whole.split_at_mut(HEADER);
    let opened = sealer.cipher.open(&context(header, key), sealed);
    opened.map_err(|_| damaged("the pieces of a record don't fit together, or to its place"))?;
    Ok(Some(Opened(whole)))
}

/// A record opens only as what it is and where it stands.
fn context(header: &[u8], key: &[u8]) -> Vec<u8> {
    [header, key].concat()
}

fn count_parts(length: usize) -> Result<u16, StoreError> {
    u16::try_from(length.div_ceil(PIECE)).map_err(|_| damaged("a record is too long"))
}

fn cut(whole: &[u8]) -> Vec<Vec<u8>> {
    whole.chunks(PIECE).map(<[u8]>::to_vec).collect()
}

fn join(head: &Head, pieces: Vec<Vec<u8>>) -> Result<Vec<u8>, StoreError> {
    if pieces.len() != usize::from(head.parts) {
        return Err(damaged("a piece of a record is missing"));
    }
    let mut pieces = pieces.into_iter();
    let mut whole = pieces.next().unwrap_or_default();
    whole.extend(pieces.flatten());
    Ok(whole)
}

fn check(payload: &[u8]) -> [u8; CHECK] {
    let digest = Sha256::digest(payload);
    [digest[0], digest[1], digest[2], digest[3]]
}

/// Without the words of the error, which can quote what was said.
fn shape(error: &serde_json::Error) -> StoreError {
    damaged(format!("a record has another shape ({:?}, byte {})", error.classify(), error.column()))
}

fn damaged(why: impl ToString) -> StoreError {
    StoreError::Damaged(why.to_string())
}

#[cfg(test)]
mod tests;
