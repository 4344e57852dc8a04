//! All of a store in one file: a line that names the form, then frames of
//! `kind | length | payload | digest of all before`. So what is cut off,
//! changed or put in another order is noticed at the frame where it happens.
//! For people: `docs/backup.md`.

mod file;
mod reading;
#[cfg(test)]
mod tests;

use std::collections::BTreeMap;

use jiff::Timestamp;
use serde::{Deserialize, Serialize};
use sha2::{Digest, Sha256};

use super::StoreError;

pub use file::{FileError, Part};
pub use reading::{Broken, Reader};

/// What every backup begins with; then the version and the end of the line.
const MAGIC: &str = "olifant backup ";

/// The version of the form.
const VERSION: u32 = 1;

/// The frame that says where a backup comes from: JSON.
const ABOUT: u8 = b'A';

/// A frame of rows: `length of the key (2) | of the value (4) | key | value`.
const ROWS: u8 = b'R';

/// The last frame, which counts the rows: JSON.
const END: u8 = b'E';

/// The kind and the length.
const FRAME: usize = 5;

/// What stands behind each payload.
const DIGEST: usize = 32;

/// The table of the key file: its header under this byte alone, its slots
/// under this byte and their numbers.
pub const KEYS: u8 = 0;

/// Where a backup comes from.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct About {
    /// The version of the olifant that wrote it.
    pub olifant: String,
    /// The kind of store.
    pub store: String,
    /// The version of the store's keys and records.
    pub format: u32,
    /// The point that it is of.
    pub at: Timestamp,
    /// Whether the keys in it are wrapped under a `store.key`.
    pub wrapped: bool,
}

/// A key and what stands there.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Row {
    /// The key: a table byte, then ids.
    pub key: Vec<u8>,
    /// A piece of a record, sealed; or a slot of the key file.
    pub value: Vec<u8>,
}

/// Rows in the order of their keys, bit by bit. Each step may wait for the
/// disk.
pub type Rows = Box<dyn Iterator<Item = Result<Vec<Row>, StoreError>> + Send>;

/// All that a store holds at one point.
pub struct Dump {
    /// Where it comes from.
    pub about: About,
    /// What it holds.
    pub rows: Rows,
}

/// How many rows a backup holds.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Totals {
    /// In all.
    pub rows: u64,
    /// By table.
    pub tables: BTreeMap<String, u64>,
}

impl Totals {
    fn count(&mut self, row: &Row) {
        self.rows += 1;
        let table = match row.key.first() {
            Some(&KEYS) | None => "keys".to_owned(),
            Some(byte) => char::from(*byte).to_string(),
        };
        *self.tables.entry(table).or_default() += 1;
    }
}

/// The bytes of a backup, some at a time. After an error there are no more,
/// and what came before it is no backup.
pub struct Bytes {
    hash: Sha256,
    totals: Totals,
    next: Next,
}

enum Next {
    About(Dump),
    Rows(Rows),
    Nothing,
}

impl Bytes {
    /// Of what was dumped.
    pub fn of(dump: Dump) -> Self {
        Self { hash: Sha256::new(), totals: Totals::default(), next: Next::About(dump) }
    }

    fn beginning(&mut self, about: &About) -> Result<Vec<u8>, StoreError> {
        let line = format!("{MAGIC}{VERSION}\n").into_bytes();
        self.hash.update(&line);
        Ok([line, self.frame(ABOUT, &json(about)?)].concat())
    }

    fn rows(&mut self, rows: &[Row]) -> Result<Vec<u8>, StoreError> {
        let mut payload = Vec::new();
        for row in rows {
            self.totals.count(row);
            let too_long = || StoreError::Damaged("a row is too long for a backup".into());
            let key = u16::try_from(row.key.len()).map_err(|_| too_long())?;
            let value = u32::try_from(row.value.len()).map_err(|_| too_long())?;
            payload.extend(key.to_be_bytes());
            payload.extend(value.to_be_bytes());
            payload.extend(&row.key);
            payload.extend(&row.value);
        }
        Ok(self.frame(ROWS, &payload))
    }

    fn frame(&mut self, kind: u8, payload: &[u8]) -> Vec<u8> {
        let length = u32::try_from(payload.len()).unwrap_or(u32::MAX);
        let mut frame = Vec::with_capacity(FRAME + payload.len() + DIGEST);
        frame.push(kind);
        frame.extend(length.to_be_bytes());
        frame.extend(payload);
        self.hash.update(&frame);
        let digest = self.hash.clone().finalize();
        self.hash.update(digest);
        frame.extend(digest);
        frame
    }
}

impl Iterator for Bytes {
    type Item = Result<Vec<u8>, StoreError>;

    fn next(&mut self) -> Option<Self::Item> {
        match std::mem::replace(&mut self.next, Next::Nothing) {
            Next::About(Dump { about, rows }) => {
                self.next = Next::Rows(rows);
                Some(self.beginning(&about))
            }
            Next::Rows(mut rows) => match rows.next() {
                Some(Ok(some)) => {
                    self.next = Next::Rows(rows);
                    Some(self.rows(&some))
                }
                Some(Err(error)) => Some(Err(error)),
                None => {
                    let totals = json(&self.totals);
                    Some(totals.map(|totals| self.frame(END, &totals)))
                }
            },
            Next::Nothing => None,
        }
    }
}

fn json(value: &impl Serialize) -> Result<Vec<u8>, StoreError> {
    serde_json::to_vec(value).map_err(|error| StoreError::Damaged(error.to_string()))
}
