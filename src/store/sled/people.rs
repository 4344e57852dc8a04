//! Reading who is who.

use async_trait::async_trait;

use super::SledStore;
use super::keys;
use crate::domain::id::{Business, PersonId};
use crate::domain::memory::Linked;
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

    async fn people(&self, after: Option<PersonId>, max: usize) -> Result<Vec<Person>, StoreError> {
        let from = after.map_or_else(keys::people, keys::person);
        let mut found = Vec::new();
        for key in self.reading.tree.range(from.clone()..keys::end_of(&keys::people())).keys() {
            let key = key.map_err(super::tx::unavailable)?;
            if key.len() != keys::ID_KEY || (after.is_some() && key == from) {
                continue;
            }
            found.extend(self.read::<Person>(&key)?);
            if found.len() >= max {
                break;
            }
        }
        Ok(found)
    }

    async fn links(&self, business: &Business) -> Result<Vec<Linked>, StoreError> {
        let mut found = Vec::new();
        for key in self.reading.tree.scan_prefix(keys::links()).keys().rev() {
            let key = key.map_err(super::tx::unavailable)?;
            if key.len() != keys::LINK_KEY {
                continue;
            }
            let Some(link) = self.read::<Linked>(&key)? else { continue };
            let person = self.person(link.into).await?;
            found.extend(person.filter(|one| one.business == *business).map(|_| link));
        }
        Ok(found)
    }
}
