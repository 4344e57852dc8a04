//! Records in pieces, and the error that sled gives.

use serde::de::DeserializeOwned;

use super::{Layer, Read};
use crate::store::seal::KeyRing;
use crate::store::{StoreError, record};

/// Reads the value at `key`, piece by piece.
pub fn read<T: DeserializeOwned>(
    raw: impl Fn(&[u8]) -> Read<Option<Vec<u8>>>,
    key: &[u8],
    seals: &dyn KeyRing,
) -> Read<Option<T>> {
    match pieces(raw, key)? {
        Some(pieces) => record::decode(pieces, key, seals),
        None => Ok(None),
    }
}

/// The same for bytes.
pub fn read_bytes(
    raw: impl Fn(&[u8]) -> Read<Option<Vec<u8>>>,
    key: &[u8],
    seals: &dyn KeyRing,
) -> Read<Option<Vec<u8>>> {
    match pieces(raw, key)? {
        Some(pieces) => record::decode_bytes(pieces, key, seals),
        None => Ok(None),
    }
}

/// The pieces of the record at `key`.
pub fn pieces(
    raw: impl Fn(&[u8]) -> Read<Option<Vec<u8>>>,
    key: &[u8],
) -> Read<Option<Vec<Vec<u8>>>> {
    let Some(head) = raw(key)? else { return Ok(None) };
    let parts = record::parts(&head)?;
    let mut pieces = vec![head];
    for n in 1..parts {
        pieces.extend(raw(&record::continuation(key, n))?);
    }
    Ok(Some(pieces))
}

/// A layer as sled takes it.
pub fn batch(layer: Layer) -> sled::Batch {
    let mut batch = sled::Batch::default();
    for (key, value) in layer {
        match value {
            Some(value) => batch.insert(key, value),
            None => batch.remove(key),
        }
    }
    batch
}

/// A sled error in our words.
pub fn unavailable(error: sled::Error) -> StoreError {
    StoreError::Unavailable(format!("the store failed: {error}"))
}
