//! Reading values as of the last round, from any thread.

use std::sync::Arc;

use serde::de::DeserializeOwned;

use super::tx;
use crate::store::StoreError;
use crate::store::record;
use crate::store::seal::Keys;

/// How often a value is read before what looks torn counts as damaged.
const READS: usize = 1000;

/// What reading needs.
#[derive(Clone)]
pub struct Reading {
    /// Where everything lies.
    pub tree: sled::Db,
    /// What it is sealed under.
    pub seals: Arc<Keys>,
}

type Raw<'a> = &'a dyn Fn(&[u8]) -> Result<Option<Vec<u8>>, StoreError>;

impl Reading {
    /// The value at a key.
    pub fn value<T: DeserializeOwned>(&self, key: &[u8]) -> Result<Option<T>, StoreError> {
        self.whole(|raw| tx::read(raw, key, &self.seals))
    }

    /// The bytes at a key.
    pub fn bytes(&self, key: &[u8]) -> Result<Option<Vec<u8>>, StoreError> {
        self.whole(|raw| tx::read_bytes(raw, key, &self.seals))
    }

    /// The bytes of all records whose keys begin so and have this length, in
    /// order: one walk, since there may be thousands.
    pub fn all_bytes(&self, prefix: &[u8], length: usize) -> Result<Vec<Vec<u8>>, StoreError> {
        let mut all = Vec::new();
        let mut record: Option<(Vec<u8>, Vec<Vec<u8>>)> = None;
        for pair in self.tree.scan_prefix(prefix) {
            let (key, piece) = pair.map_err(tx::unavailable)?;
            match &mut record {
                Some((_, pieces)) if key.len() > length => pieces.push(piece.to_vec()),
                _ => {
                    let next = Some((key.to_vec(), vec![piece.to_vec()]));
                    all.extend(self.opened(std::mem::replace(&mut record, next))?);
                }
            }
        }
        all.extend(self.opened(record)?);
        Ok(all)
    }

    /// One that was written meanwhile is read again.
    fn opened(
        &self,
        record: Option<(Vec<u8>, Vec<Vec<u8>>)>,
    ) -> Result<Option<Vec<u8>>, StoreError> {
        let Some((key, pieces)) = record else { return Ok(None) };
        match record::decode_bytes(pieces, &key, &self.seals) {
            Err(StoreError::Damaged(_)) => self.bytes(&key),
            opened => opened,
        }
    }

    /// A long value lies under several keys; a round may come in between.
    fn whole<T>(&self, read: impl Fn(Raw<'_>) -> Result<T, StoreError>) -> Result<T, StoreError> {
        let raw = |key: &[u8]| Ok(self.tree.get(key).map_err(tx::unavailable)?.map(|v| v.to_vec()));
        let torn = |read: &Result<T, StoreError>| matches!(read, Err(StoreError::Damaged(_)));
        let mut reads = std::iter::repeat_with(|| read(&raw)).take(READS);
        reads.find(|read| !torn(read)).unwrap_or_else(|| read(&raw))
    }
}
