//! Reading what is remembered.

use async_trait::async_trait;

use super::SledStore;
use super::keys;
use crate::domain::id::Business;
use crate::domain::memory::{Cursor, Entry, Page, Space, SpaceInfo};
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
