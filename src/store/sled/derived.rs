//! Reading what is made of what was said, and what finds it again.

use async_trait::async_trait;

use super::SledStore;
use super::{index, keys, vectors};
use crate::domain::id::{ConversationId, MessageId};
use crate::domain::memory::{Summary, Vectors};
use crate::store::{Derived, StoreError};

#[async_trait]
impl Derived for SledStore {
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
