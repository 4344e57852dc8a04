//! Entries, the order they were written in, their ends, and what their spaces
//! count.

use super::{Look, Looking};
use crate::domain::id::PersonId;
use crate::domain::memory::{Entry, Space, SpaceInfo, chars};
use crate::store::sled::keys::{self, EntryKey, SpaceKey};
use crate::store::{Flaw, StoreError};

impl Looking<'_> {
    pub(super) fn entry(&mut self, key: &[u8]) -> Look {
        let Some((space, name)) = keys::entry_of(key) else { return Ok(()) };
        let there = self.is_there(&keys::space(&space))?;
        self.check(there, Flaw::Orphan, key);
        let Some(entry) = self.value::<Entry>(key)? else {
            self.erased_only(key);
            return Ok(());
        };
        self.check(self.hasher.entry(&space, &entry.key) == name, Flaw::Unreadable, key);
        let ordered = self.is_there(&keys::written(&space, entry.version, &name))?;
        self.check(ordered, Flaw::Order, key);
        if let Some(at) = entry.expires_at {
            let ends = self.is_there(&keys::expires(at, &space, &name))?;
            self.check(ends, Flaw::Expiry, key);
        }
        Ok(())
    }

    /// Its place in the order of writing is an entry's.
    pub(super) fn order(&mut self, key: &[u8]) -> Look {
        let Some((space, name)) = keys::written_of(key) else { return Ok(()) };
        let fits = |entry: &Entry| keys::written(&space, entry.version, &name) == key;
        let entry = self.entry_at(&space, &name)?;
        self.check(entry.is_none_or(|entry| entry.as_ref().is_some_and(fits)), Flaw::Order, key);
        Ok(())
    }

    pub(super) fn expiry(&mut self, key: &[u8]) -> Look {
        let Some((space, name)) = keys::expiring(key) else { return Ok(()) };
        let fits = |entry: &Entry| {
            entry.expires_at.is_some_and(|at| keys::expires(at, &space, &name) == key)
        };
        let entry = self.entry_at(&space, &name)?;
        self.check(entry.is_none_or(|entry| entry.as_ref().is_some_and(fits)), Flaw::Expiry, key);
        Ok(())
    }

    /// What stood there before has something that stands there now.
    pub(super) fn before(&mut self, key: &[u8]) -> Look {
        self.opens::<Entry>(key)?;
        let Some((space, name)) = keys::before_of(key) else { return Ok(()) };
        let there = self.is_there(&keys::entry(&space, &name))?;
        self.check(there || self.is_erased_space(&space), Flaw::Orphan, key);
        Ok(())
    }

    pub(super) fn space(&mut self, key: &[u8]) -> Look {
        let Some(info) = self.value::<SpaceInfo>(key)? else {
            let erased = keys::space_of(key).is_some_and(|space| self.is_erased_space(&space));
            if !erased {
                self.erased_only(key);
            }
            return Ok(());
        };
        let space = self.hasher.space(&info.space);
        self.check(keys::space(&space) == key, Flaw::Unreadable, key);
        if let Space::Person(id) = info.space {
            let there = self.is_there(&keys::person(id))? || self.erased.people.contains(&id);
            self.check(there, Flaw::Orphan, key);
        }
        self.counts(&space, &info, key)
    }

    fn counts(&mut self, space: &SpaceKey, info: &SpaceInfo, key: &[u8]) -> Look {
        let (mut entries, mut length, mut version) = (0, 0, 0);
        for at in self.keys_in(&keys::entries(space))? {
            if keys::entry_of(&at).is_none() {
                continue;
            }
            entries += 1;
            match self.snapshot.value::<Entry>(&at) {
                Ok(Some(entry)) => {
                    length += chars(&entry.value);
                    version = version.max(entry.version);
                }
                Ok(None) => {}
                // One that can't be read is found where it stands.
                Err(StoreError::Damaged(_)) => return Ok(()),
                Err(error) => return Err(error),
            }
        }
        let fits = (entries, length) == (info.entries, info.chars) && version <= info.version;
        self.check(fits, Flaw::Count, key);
        Ok(())
    }

    /// `None` = there is one, and it can't be read.
    fn entry_at(
        &self,
        space: &SpaceKey,
        name: &EntryKey,
    ) -> Result<Option<Option<Entry>>, StoreError> {
        match self.snapshot.value(&keys::entry(space, name)) {
            Err(StoreError::Damaged(_)) => Ok(None),
            read => read.map(Some),
        }
    }

    /// A person's profile lies under their id.
    fn is_erased_space(&self, space: &SpaceKey) -> bool {
        self.erased.people.contains(&PersonId::from_bytes(*space))
    }
}
