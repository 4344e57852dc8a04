//! To come.
use super::{Config, StoreError};
use std::path::Path;
/// The embedded store.
pub struct SledStore;
impl SledStore {
    /// Opens it.
    pub fn open(_: &Path, _: &Config, _: crate::clock::Clock) -> Result<Self, StoreError> {
        Err(StoreError::Busy)
    }
}
