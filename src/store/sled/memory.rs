//! Reading what is remembered, and what finds it again.

use async_trait::async_trait;

use super::SledStore;
use super::{index, keys, vectors};
use crate::domain::id::{Business, ConversationId, MessageId};
use crate::domain::memory::{Cursor, Entry, Page, Space, SpaceInfo, Summary, Vectors};
use crate::store::{Memory, StoreError};

#[async_trait]
impl Memory for SledStore {
    async fn entry(&self, space: &Space, key: &str) -> Result<Option<Entry>, StoreError> {
        let space = self.hasher.space(space);
        let entry: Option<Entry> =
            self.read(&keys::entry(&space, &self.hasher.entry(&space, key)))?;
        Ok(entry.filter(|entry| entry.is_there(self.clock.now())))
    }

    async fn entries(
        &self,
        space: &Space,
        page: &Page,
    ) -> Result<(Vec<Entry>, Option<Cursor>), StoreError> {
        let (space, now) = (self.hasher.space(space), self.clock.now());
        let from = page.after.as_ref().map_or(&[][..], |Cursor(bytes)| bytes);
        let start = [&keys::written_in(&space)[..], from].concat();
        let mut found = Vec::new();
        let mut last = None;
        for key in
            self.reading.tree.range(start.clone()..keys::end_of(&keys::written_in(&space))).keys()
        {
            let key = key.map_err(super::tx::unavailable)?;
            if page.after.is_some() && key == start {
                continue;
            }
            let Some(entry) = self.written(&space, &key)? else { continue };
            if !entry.is_there(now) || !entry.key.starts_with(&page.prefix) {
                continue;
            }
            if found.len() == page.limit {
                return Ok((found, last));
            }
            last = key.get(keys::SPACE_KEY..).map(|tail| Cursor(tail.to_vec()));
            found.push(entry);
        }
        Ok((found, None))
    }

    async fn history(&self, space: &Space, key: &str) -> Result<Vec<Entry>, StoreError> {
        let space = self.hasher.space(space);
        let prefix = keys::befores(&space, &self.hasher.entry(&space, key));
        let mut found = Vec::new();
        for key in self.reading.tree.scan_prefix(prefix).keys().rev() {
            let key = key.map_err(super::tx::unavailable)?;
            if key.len() == keys::BEFORE_KEY {
                found.extend(self.read::<Entry>(&key)?);
            }
        }
        Ok(found)
    }

    async fn spaces(&self, business: &Business) -> Result<Vec<SpaceInfo>, StoreError> {
        let mut found = Vec::new();
        for key in self.reading.tree.scan_prefix(keys::spaces()).keys() {
            let key = key.map_err(super::tx::unavailable)?;
            if key.len() == keys::SPACE_KEY {
                let info = self.read::<SpaceInfo>(&key)?;
                found.extend(info.filter(|info| info.business == *business && info.entries > 0));
            }
        }
        Ok(found)
    }

    async fn index(&self, id: ConversationId) -> Result<Vec<Vec<u8>>, StoreError> {
        let reading = self.reading.clone();
        let blocks = tokio::task::spawn_blocking(move || index::blocks(&reading, id)).await;
        blocks.map_err(|error| StoreError::Unavailable(error.to_string()))?
    }

    async fn vectors(&self, id: ConversationId, model: &str) -> Result<Vec<Vectors>, StoreError> {
        let mut found = Vec::new();
        for key in self.reading.tree.scan_prefix(keys::all_vectors(id)).keys() {
            let key = key.map_err(super::tx::unavailable)?;
            let Some(block) = keys::block_of(&key) else { continue };
            let Some(bytes) = self.reading.bytes(&key)? else { continue };
            found.push(vectors::unpack(block, &bytes)?);
        }
        found.retain(|vectors| vectors.model == model);
        Ok(found)
    }

    async fn summary(&self, id: ConversationId) -> Result<Option<Summary>, StoreError> {
        self.read(&keys::summary(id))
    }

    async fn trace(&self, id: MessageId) -> Result<Option<serde_json::Value>, StoreError> {
        self.read(&keys::trace(id))
    }
}

impl SledStore {
    /// The entry that a key of the order of writing points to.
    fn written(&self, space: &keys::SpaceKey, key: &[u8]) -> Result<Option<Entry>, StoreError> {
        match keys::written_entry(key) {
            Some(entry) => self.read(&keys::entry(space, &entry)),
            None => Ok(None),
        }
    }
}
