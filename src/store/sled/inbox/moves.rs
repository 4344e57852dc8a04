//! A person gets another name from the provider: the memory stays, in one
//! commit.

use std::mem::discriminant;

use crate::domain::event::Moved;
use crate::domain::id::Number;
use crate::domain::person::{Alias, Link, Person};
use crate::store::sled::tx::Tx;
use crate::store::{Accepted, StoreError};

impl Tx<'_> {
    /// Known by what they were called before; a name that somebody else has by
    /// now is taken from them, since the provider says whose it is.
    pub(super) fn accept_move(
        &mut self,
        number: &Number,
        moved: &Moved,
    ) -> Result<Accepted, StoreError> {
        let owners = moved.before.iter().map(|alias| self.owner(number, alias));
        let owners = owners.collect::<Result<Vec<_>, _>>()?;
        let Some(mut person) = owners.into_iter().flatten().next() else {
            return Ok(Accepted::Ignored);
        };
        for alias in moved.before.iter().chain(&outdated(&person, number, moved)) {
            if moved.after.iter().any(|new| discriminant(new) == discriminant(alias))
                || !moved.before.contains(alias)
            {
                self.unlink(&mut person, number, alias)?;
            }
        }
        for alias in &moved.after {
            self.relink(&mut person, number, alias)?;
        }
        self.put_person(&person)?;
        self.readdress(&person, number, moved)?;
        tracing::info!(person.id = %person.id, number.name = %number.name, "A person has a new name with the provider");
        Ok(Accepted::Applied)
    }

    fn unlink(
        &mut self,
        person: &mut Person,
        number: &Number,
        alias: &Alias,
    ) -> Result<(), StoreError> {
        if self.owner(number, alias)?.is_some_and(|owner| owner.id == person.id) {
            self.delete(self.hasher.alias(&number.business, alias))?;
        }
        person.aliases.retain(|link| link.alias.canonical() != alias.canonical());
        Ok(())
    }

    fn relink(
        &mut self,
        person: &mut Person,
        number: &Number,
        alias: &Alias,
    ) -> Result<(), StoreError> {
        let others = self.owner(number, alias)?.filter(|owner| owner.id != person.id);
        if let Some(other) = others {
            self.take_from(other, alias, person)?;
        }
        self.put(self.hasher.alias(&number.business, alias), &person.id)?;
        person.aliases.retain(|link| link.alias.canonical() != alias.canonical());
        let (alias, number, since) = (alias.clone(), number.name.clone(), self.now);
        person.aliases.push(Link { alias, number, since });
        Ok(())
    }

    /// What waits to go out goes to the new address.
    fn readdress(
        &mut self,
        person: &Person,
        number: &Number,
        moved: &Moved,
    ) -> Result<(), StoreError> {
        let here = person.conversations.iter().find(|(name, _)| *name == number.name);
        if let (Some((_, id)), Some(address)) = (here, &moved.address) {
            let mut conversation = self.conversation(*id)?;
            (conversation.address, conversation.gone) = (address.clone(), false);
            self.put_conversation(&conversation)?;
        }
        Ok(())
    }
}

/// A user id changes with the phone number, and the provider does not always
/// tell the new one: the one of before would make a stranger of the person.
fn outdated(person: &Person, number: &Number, moved: &Moved) -> Vec<Alias> {
    let is_phone = |alias: &Alias| matches!(alias, Alias::Phone(_));
    let is_id = |alias: &Alias| matches!(alias, Alias::UserId(_) | Alias::ParentUserId(_));
    if !moved.after.iter().any(is_phone) || moved.after.iter().any(is_id) {
        return Vec::new();
    }
    let here = person.aliases.iter().filter(|link| link.number == number.name);
    here.map(|link| link.alias.clone()).filter(is_id).collect()
}
