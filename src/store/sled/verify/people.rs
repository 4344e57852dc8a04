//! People and the names they are known by.

use super::{Look, Looking};
use crate::domain::conversation::Conversation;
use crate::domain::id::{ConversationId, PersonId};
use crate::domain::person::Person;
use crate::store::sled::keys;
use crate::store::{Flaw, StoreError};

impl Looking<'_> {
    pub(super) fn person(&mut self, key: &[u8]) -> Look {
        let Some(person) = self.value::<Person>(key)? else {
            self.erased_only(key);
            return Ok(());
        };
        self.own_key(person.key, key);
        for link in &person.aliases {
            let owner =
                self.beside::<PersonId>(&self.hasher.alias(&person.business, &link.alias))?;
            self.check(owner == Some(person.id), Flaw::Alias, key);
        }
        for id in person.all_conversations() {
            let theirs = self.is_theirs(&person, id)?;
            self.check(theirs, Flaw::Orphan, key);
        }
        Ok(())
    }

    /// A conversation of theirs is there, under the number they have it with.
    fn is_theirs(&self, person: &Person, id: ConversationId) -> Result<bool, StoreError> {
        // One that can't be read is found where it stands.
        let conversation: Conversation = match self.snapshot.value(&keys::conversation(id)) {
            Ok(Some(conversation)) => conversation,
            Ok(None) => return Ok(false),
            Err(StoreError::Damaged(_)) => return Ok(true),
            Err(error) => return Err(error),
        };
        let mut named = person.conversations.iter().filter(|(_, known)| *known == id);
        let number = named.all(|(name, _)| *name == conversation.number.name);
        Ok(conversation.person == person.id && number)
    }

    /// Whoever an alias leads to is called so.
    pub(super) fn alias(&mut self, key: &[u8]) -> Look {
        let Some(id) = self.value::<PersonId>(key)? else { return Ok(()) };
        let person = match self.snapshot.value::<Person>(&keys::person(id)) {
            Err(StoreError::Damaged(_)) => return Ok(()),
            read => read?,
        };
        let called = person.is_some_and(|person| {
            let mut aliases = person.aliases.iter();
            aliases.any(|link| self.hasher.alias(&person.business, &link.alias) == key)
        });
        self.check(called, Flaw::Alias, key);
        Ok(())
    }
}
