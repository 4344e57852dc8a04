//! All of it: out, and looked through.

use std::sync::Arc;

use async_trait::async_trait;
use jiff::Timestamp;

use super::SledStore;
use super::open::FORMAT;
use super::snapshot::{BEGINNING, END, ROOM, Snapshot, next_key};
use super::verify;
use crate::domain::id::KeyId;
use crate::store::backup::{About, Dump, Row};
use crate::store::{StoreError, Transfer, Verified};

/// So many bytes are read at once.
const PIECE: usize = 1024 * 1024;

/// So many slots of the key file.
const SLOTS: u32 = 8192;

#[async_trait]
impl Transfer for SledStore {
    async fn dump(&self) -> Result<Dump, StoreError> {
        let (snapshot, at) = self.snapshot().await?;
        Ok(dump(snapshot, FORMAT, at, self.wrapped))
    }

    async fn verify(&self) -> Result<Verified, StoreError> {
        let (snapshot, _) = self.snapshot().await?;
        let (hasher, asked) = (self.hasher.clone(), Arc::new(()));
        let wanted = Arc::downgrade(&asked);
        // Whoever asked may go away.
        let look = move || verify::all(&snapshot, &hasher, || wanted.strong_count() > 0);
        let looked = tokio::task::spawn_blocking(look).await;
        drop(asked);
        looked.map_err(|error| StoreError::Unavailable(error.to_string()))?
    }
}

impl SledStore {
    /// This point, and when it is.
    pub(super) async fn snapshot(&self) -> Result<(Snapshot, Timestamp), StoreError> {
        let snapshots = self.snapshots.clone();
        let begin = move |tx: &mut super::tx::Tx<'_>| Ok((snapshots.begin(ROOM), tx.now));
        let (images, at) = self.writer()?.write(begin).await?;
        let (tree, seals) = (self.reading.tree.clone(), self.reading.seals.clone());
        Ok((Snapshot::new(tree, seals, images), at))
    }
}

/// The keys that were given out, then the tree. Keys made ahead stay here: in
/// a backup they would outlive whoever gets them and is forgotten.
pub fn dump(snapshot: Snapshot, format: u32, at: Timestamp, wrapped: bool) -> Dump {
    let olifant = env!("CARGO_PKG_VERSION").to_owned();
    let about = About { olifant, store: "sled".to_owned(), format, at, wrapped };
    Dump { about, rows: Box::new(Walk::over(snapshot, PIECE)) }
}

/// Everything of a point, about so many bytes at a time.
pub struct Walk {
    snapshot: Snapshot,
    place: Place,
    piece: usize,
}

/// What comes next.
enum Place {
    Header,
    Slots { from: KeyId, below: KeyId },
    Tree(Vec<u8>),
    Nothing,
}

impl Iterator for Walk {
    type Item = Result<Vec<Row>, StoreError>;

    fn next(&mut self) -> Option<Self::Item> {
        let read = match std::mem::replace(&mut self.place, Place::Nothing) {
            Place::Header => self.header(),
            Place::Slots { from, below } => self.slots(from, below),
            Place::Tree(from) => self.tree(&from),
            Place::Nothing => return None,
        };
        Some(read)
    }
}

impl Walk {
    /// From the beginning on.
    pub fn over(snapshot: Snapshot, piece: usize) -> Self {
        Self { snapshot, place: Place::Header, piece }
    }

    fn header(&mut self) -> Result<Vec<Row>, StoreError> {
        self.place = Place::Slots { from: KeyId::HOUSE, below: next_key(&self.snapshot)? };
        Ok(vec![self.snapshot.key_header()?])
    }

    fn slots(&mut self, from: KeyId, below: KeyId) -> Result<Vec<Row>, StoreError> {
        let upto = KeyId(from.0.saturating_add(SLOTS)).min(below);
        let rows = self.snapshot.slots(from, upto)?;
        self.place = match upto == below {
            true => Place::Tree(BEGINNING.to_vec()),
            false => Place::Slots { from: upto, below },
        };
        Ok(rows)
    }

    fn tree(&mut self, from: &[u8]) -> Result<Vec<Row>, StoreError> {
        let chunk = self.snapshot.rows(from, END, self.piece)?;
        if let Some(next) = chunk.next {
            self.snapshot.release(&next);
            self.place = Place::Tree(next);
        }
        Ok(chunk.rows)
    }
}
