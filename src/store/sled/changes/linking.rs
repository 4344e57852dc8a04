//! Two persons are one, or are two after all. Conversations keep the keys
//! they are sealed with, so that they change hands as they are.

use crate::domain::id::{ConversationId, KeyId, MessageId, PersonId};
use crate::domain::job::Erasure;
use crate::domain::memory::{Entry, Linked, Space};
use crate::domain::person::{Link, Person};
use crate::store::StoreError;
use crate::store::sled::keys::{self, SpaceKey};
use crate::store::sled::tx::Tx;

impl Tx<'_> {
    /// All that is the other's becomes this person's, in one commit; the name
    /// of the link undoes it.
    pub(super) fn merge(&mut self, into: PersonId, from: PersonId) -> Result<String, StoreError> {
        let (mut one, mut other) = (self.person(into)?, self.person(from)?);
        if into == from || one.business != other.business {
            return Err(StoreError::Unfit("these two are one already, or of two businesses"));
        }
        let conversations: Vec<ConversationId> = other.all_conversations().collect();
        let keys = self.move_entries(&other, &one)?;
        let id: [u8; 16] = rand::random();
        let link = Linked {
            id: hex::encode(id),
            at: self.now,
            into,
            from,
            conversations: conversations.clone(),
            aliases: other.aliases.clone(),
            keys,
            undone: false,
        };
        one.conversations.append(&mut other.conversations);
        one.archives.append(&mut other.archives);
        one.aliases.append(&mut other.aliases);
        one.opted_out |= other.opted_out;
        one.spent = one.spent.plus(other.spent);
        one.name = one.name.or_else(|| other.name.clone());
        one.since = one.since.min(other.since);
        self.give(&conversations, &link.aliases, &one)?;
        self.put_person(&other)?;
        self.put_person(&one)?;
        self.put_under(one.key, keys::link(self.now, &id), &link)?;
        tracing::info!(person.id = %into, former.id = %from, "Two persons are one");
        Ok(link.id)
    }

    /// What came over goes back.
    pub(super) fn split(&mut self, id: PersonId, name: &str) -> Result<(), StoreError> {
        let (key, mut link) = self.link_called(id, name)?;
        let (mut one, mut other) = (self.person(id)?, self.person(link.from)?);
        let theirs = |id: &ConversationId| link.conversations.contains(id);
        let (back, stay) = one.conversations.into_iter().partition(|(_, id)| theirs(id));
        (other.conversations, one.conversations) = (back, stay);
        let (back, stay) = one.archives.into_iter().partition(|id| theirs(id));
        (other.archives, one.archives) = (back, stay);
        let came = |known: &Link| {
            link.aliases.iter().any(|link| link.alias.canonical() == known.alias.canonical())
        };
        let (back, stay) = one.aliases.into_iter().partition(came);
        (other.aliases, one.aliases) = (back, stay);
        self.move_back(&link, &one, &other)?;
        let theirs: Vec<ConversationId> = other.all_conversations().collect();
        self.give(&theirs, &other.aliases.clone(), &other)?;
        self.put_person(&other)?;
        self.put_person(&one)?;
        link.undone = true;
        tracing::info!(person.id = %id, other.id = %link.from, "One person is two after all");
        self.put_under(one.key, key, &link)
    }

    /// These conversations and names are this person's from now on; whoever
    /// works on one of them has lost it.
    fn give(
        &mut self,
        conversations: &[ConversationId],
        aliases: &[Link],
        owner: &Person,
    ) -> Result<(), StoreError> {
        for id in conversations {
            let mut conversation = self.conversation(*id)?;
            conversation.person = owner.id;
            self.ask_again(&mut conversation, None)?;
            self.put_conversation(&conversation)?;
        }
        for link in aliases {
            self.put(self.hasher.alias(&owner.business, &link.alias), &owner.id)?;
        }
        Ok(())
    }

    /// The entries of one profile into another: of two values under one key
    /// the newer holds. Gives back which came over.
    fn move_entries(&mut self, from: &Person, into: &Person) -> Result<Vec<String>, StoreError> {
        let (source, target) = (Space::Person(from.id), Space::Person(into.id));
        let mut moved = Vec::new();
        // Oldest first, so that the order of writing stays.
        for entry in self.entries_of(&source)?.into_iter().rev() {
            let known = self.entry_of(&target, &entry.key)?;
            if known.is_none_or(|known| known.updated_at < entry.updated_at) {
                self.adopt(&target, &entry)?;
                moved.push(entry.key);
            }
        }
        self.forget_space(&source)?;
        self.delete(keys::space(&self.hasher.space(&source)))?;
        Ok(moved)
    }

    /// Each value that came over, and what was said since where it came from.
    /// What stood there before it, or was written since, stays.
    fn move_back(&mut self, link: &Linked, from: &Person, into: &Person) -> Result<(), StoreError> {
        let (source, target) = (Space::Person(from.id), Space::Person(into.id));
        for name in &link.keys {
            let values = self.values_of(&source, name)?;
            let came = values.iter().rposition(|entry| entry.updated_at <= link.at);
            self.drop_entry(&source, name)?;
            for (at, entry) in values.iter().enumerate() {
                let theirs = Some(at) == came || is_said_in(entry, &link.conversations);
                self.adopt(if theirs { &target } else { &source }, entry)?;
            }
        }
        Ok(())
    }

    fn link_called(&self, id: PersonId, name: &str) -> Result<(Vec<u8>, Linked), StoreError> {
        for key in self.link_keys()? {
            let link: Option<Linked> = self.get(&key)?;
            let wanted = link.filter(|link| link.into == id && link.id == name && !link.undone);
            if let Some(link) = wanted {
                return Ok((key, link));
            }
        }
        Err(StoreError::NotFound("link"))
    }

    /// Whoever became this person is forgotten with them, and whoever had
    /// become those.
    pub(super) fn forget_links(
        &mut self,
        id: PersonId,
        left: &mut Erasure,
    ) -> Result<(), StoreError> {
        let mut links = Vec::new();
        for key in self.link_keys()? {
            links.extend(self.get::<Linked>(&key)?.map(|link| (key, link)));
        }
        let mut gone = vec![id];
        let concerns = |link: &Linked, gone: &[PersonId]| {
            gone.contains(&link.into) || gone.contains(&link.from)
        };
        while let Some(at) = links.iter().position(|(_, link)| concerns(link, &gone)) {
            let (key, link) = links.swap_remove(at);
            self.delete(key)?;
            if !link.undone
                && gone.contains(&link.into)
                && let Some(key) = self.forget_former(link.from)?
            {
                left.keys.push(key);
                gone.push(link.from);
            }
        }
        Ok(())
    }

    /// The key of somebody who is nobody any more; whoever has come to new
    /// names since stays.
    fn forget_former(&mut self, id: PersonId) -> Result<Option<KeyId>, StoreError> {
        let former: Option<Person> = self.get(&keys::person(id))?;
        let Some(former) = former.filter(|one| one.aliases.is_empty()) else { return Ok(None) };
        self.delete(keys::person(id))?;
        Ok(Some(former.key))
    }

    fn link_keys(&self) -> Result<Vec<Vec<u8>>, StoreError> {
        let mut keys = self.keys(&keys::links(), &keys::links())?;
        keys.retain(|key| key.len() == keys::LINK_KEY);
        Ok(keys)
    }

    /// All entries of a space, the last written first.
    fn entries_of(&self, space: &Space) -> Result<Vec<Entry>, StoreError> {
        let at: SpaceKey = self.hasher.space(space);
        let prefix = keys::written_in(&at);
        let keys = self.keys(&prefix, &prefix)?;
        let entries = keys.iter().filter_map(|key| keys::written_entry(key));
        entries.filter_map(|key| self.get(&keys::entry(&at, &key)).transpose()).collect()
    }

    /// What stands under a key and what stood there before, the oldest first;
    /// nothing if nothing stands there.
    fn values_of(&self, space: &Space, name: &str) -> Result<Vec<Entry>, StoreError> {
        let Some(entry) = self.entry_of(space, name)? else { return Ok(Vec::new()) };
        let at = self.hasher.space(space);
        let prefix = keys::befores(&at, &self.hasher.entry(&at, name));
        let mut keys = self.keys(&prefix, &prefix)?;
        keys.retain(|key| key.len() == keys::BEFORE_KEY);
        let before = keys.iter().filter_map(|key| self.get(key).transpose());
        before.chain([Ok(entry)]).collect()
    }

    fn entry_of(&self, space: &Space, name: &str) -> Result<Option<Entry>, StoreError> {
        let at = self.hasher.space(space);
        self.get(&keys::entry(&at, &self.hasher.entry(&at, name)))
    }
}

/// Whether a note rests on what was said in these conversations alone.
fn is_said_in(entry: &Entry, conversations: &[ConversationId]) -> bool {
    let here = |id: &MessageId| conversations.contains(&id.conversation);
    !entry.cites.is_empty() && entry.cites.iter().all(here)
}
