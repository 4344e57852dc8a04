//! Reading who may use the API.

use async_trait::async_trait;

use super::SledStore;
use super::keys::{self, GRANT_KEY};
use crate::domain::grant::Grant;
use crate::store::{Access, StoreError};

#[async_trait]
impl Access for SledStore {
    async fn grant(&self, hash: &str) -> Result<Option<Grant>, StoreError> {
        self.read(&keys::grant(hash))
    }

    async fn grants(&self) -> Result<Vec<Grant>, StoreError> {
        let mut grants = Vec::new();
        for key in self.reading.tree.scan_prefix(keys::grants()).keys() {
            let key = key.map_err(super::tx::unavailable)?;
            // Longer keys are continuations.
            if key.len() > GRANT_KEY {
                continue;
            }
            grants.extend(self.read::<Grant>(&key)?);
        }
        Ok(grants)
    }
}
