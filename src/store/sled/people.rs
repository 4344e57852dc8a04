//! Reading who is who.

use async_trait::async_trait;

use super::SledStore;
use super::keys;
use crate::domain::id::{Business, PersonId};
use crate::domain::person::{Alias, Person};
use crate::store::{People, StoreError};

#[async_trait]
impl People for SledStore {
    async fn find(&self, business: &Business, alias: &Alias) -> Result<Option<Person>, StoreError> {
        match self.read::<PersonId>(&self.hasher.alias(business, alias))? {
            Some(id) => self.person(id).await,
            None => Ok(None),
        }
    }

    async fn person(&self, id: PersonId) -> Result<Option<Person>, StoreError> {
        self.read(&keys::person(id))
    }
}
