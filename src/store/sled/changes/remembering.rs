//! Entries: written, superseded, deleted, expired.

use std::time::Duration;

use jiff::Timestamp;
use serde_json::{Number, Value};

use crate::domain::change::{Change, Changed};
use crate::domain::id::{Business, KeyId};
use crate::domain::memory::{Entry, Expect, Op, Space, SpaceInfo, Write};
use crate::store::StoreError;
use crate::store::sled::keys::{self, EntryKey, SpaceKey};
use crate::store::sled::tx::Tx;

/// So many values that stood under a key of a person's are kept.
const HISTORY: usize = 20;

/// Where entries lie, whose they are, and what seals them.
struct Shelf {
    space: Space,
    at: SpaceKey,
    business: Business,
    key: KeyId,
    info: SpaceInfo,
}

impl Tx<'_> {
    /// What concerns a space.
    pub(super) fn change_space(
        &mut self,
        space: &Space,
        change: &Change,
    ) -> Result<Changed, StoreError> {
        match change {
            Change::Remember(write) => self.remember(space, write),
            Change::ForgetSpace => self.forget_space(space).map(Changed::Count),
            _ => Err(StoreError::NotFound("change of a space")),
        }
    }

    /// One write, if the entry stands as it expects.
    pub(super) fn remember(&mut self, space: &Space, write: &Write) -> Result<Changed, StoreError> {
        let mut shelf = self.shelf(space)?;
        let key = self.hasher.entry(&shelf.at, &write.key);
        let before = self.still_there(&mut shelf, &key)?;
        as_expected(write.expect, before.as_ref())?;
        let Some((value, expires_at)) = self.outcome(write, before.as_ref())? else {
            return self.delete_entry(shelf, key, before);
        };
        shelf.info.version += 1;
        let entry = Entry {
            key: write.key.clone(),
            said: said(before.as_ref(), &value),
            value,
            version: shelf.info.version,
            created_at: before.as_ref().map_or(self.now, |before| before.created_at),
            updated_at: self.now,
            expires_at,
            origin: write.origin,
            cites: write.cites.clone(),
        };
        self.put_entry(&mut shelf, &key, before, &entry)?;
        self.put_shelf(&shelf)?;
        Ok(Changed::Remembered(Box::new(entry)))
    }

    /// Value and end after the write; `None` = it is to be deleted.
    fn outcome(
        &self,
        write: &Write,
        before: Option<&Entry>,
    ) -> Result<Option<(Value, Option<Timestamp>)>, StoreError> {
        let end = |ttl: &Option<Duration>| {
            ttl.map(|ttl| self.now.checked_add(ttl).unwrap_or(Timestamp::MAX))
        };
        let longer = |ttl| end(ttl).or(before.and_then(|before| before.expires_at));
        Ok(match &write.op {
            Op::Delete => None,
            Op::Set { value, ttl } => Some((value.clone(), end(ttl))),
            Op::Add { by, ttl } => Some((sum(before, by)?, longer(ttl))),
            Op::Append { values, ttl } => Some((longer_list(before, values)?, longer(ttl))),
        })
    }

    fn delete_entry(
        &mut self,
        mut shelf: Shelf,
        key: EntryKey,
        before: Option<Entry>,
    ) -> Result<Changed, StoreError> {
        let Some(before) = before else { return Ok(Changed::Absent) };
        self.take_out(&mut shelf, &key, &before)?;
        self.forget_history(&shelf.at, &key)?;
        self.put_shelf(&shelf)?;
        Ok(Changed::Remembered(Box::new(before)))
    }

    /// An entry as it stood elsewhere, with its times.
    pub(super) fn adopt(&mut self, space: &Space, entry: &Entry) -> Result<(), StoreError> {
        let mut shelf = self.shelf(space)?;
        let key = self.hasher.entry(&shelf.at, &entry.key);
        let before = self.still_there(&mut shelf, &key)?;
        shelf.info.version += 1;
        let entry = Entry { version: shelf.info.version, ..entry.clone() };
        self.put_entry(&mut shelf, &key, before, &entry)?;
        self.put_shelf(&shelf)
    }

    /// An entry goes, with its history.
    pub(super) fn drop_entry(&mut self, space: &Space, name: &str) -> Result<(), StoreError> {
        let shelf = self.shelf(space)?;
        let key = self.hasher.entry(&shelf.at, name);
        let before = self.get(&keys::entry(&shelf.at, &key))?;
        self.delete_entry(shelf, key, before).map(drop)
    }

    /// Every key of a space; how many there were.
    pub(in crate::store::sled) fn forget_space(
        &mut self,
        space: &Space,
    ) -> Result<u64, StoreError> {
        let mut shelf = self.shelf(space)?;
        let prefix = keys::written_in(&shelf.at);
        let mut count = 0;
        for key in self.keys(&prefix, &prefix)?.iter().filter_map(|key| keys::written_entry(key)) {
            if let Some(entry) = self.get::<Entry>(&keys::entry(&shelf.at, &key))? {
                self.take_out(&mut shelf, &key, &entry)?;
                self.forget_history(&shelf.at, &key)?;
                count += u64::from(entry.is_there(self.now));
            }
        }
        self.put_shelf(&shelf)?;
        Ok(count)
    }

    /// An entry whose time is over goes, if it is still the one of that time.
    pub(in crate::store::sled) fn expire(
        &mut self,
        at: SpaceKey,
        key: EntryKey,
    ) -> Result<(), StoreError> {
        let entry: Option<Entry> = self.get(&keys::entry(&at, &key))?;
        let info: Option<SpaceInfo> = self.get(&keys::space(&at))?;
        let (Some(entry), Some(info)) = (entry, info) else { return Ok(()) };
        if !entry.is_there(self.now) {
            let mut shelf = self.shelf(&info.space)?;
            self.take_out(&mut shelf, &key, &entry)?;
            self.forget_history(&at, &key)?;
            self.put_shelf(&shelf)?;
        }
        Ok(())
    }

    fn shelf(&self, space: &Space) -> Result<Shelf, StoreError> {
        let at = self.hasher.space(space);
        let (business, key) = match space {
            Space::Person(id) => {
                let person = self.person(*id)?;
                (person.business, person.key)
            }
            Space::Named(business, _) => (business.clone(), KeyId::default()),
        };
        let info = self.get(&keys::space(&at))?.unwrap_or_else(|| SpaceInfo {
            space: space.clone(),
            business: business.clone(),
            entries: 0,
            chars: 0,
            version: 0,
        });
        Ok(Shelf { space: space.clone(), at, business, key, info })
    }

    fn put_shelf(&mut self, shelf: &Shelf) -> Result<(), StoreError> {
        let Shelf { business, key, at, .. } = shelf;
        let info = SpaceInfo { business: business.clone(), ..shelf.info.clone() };
        self.put_under(*key, keys::space(at), &info)
    }

    /// The entry under a key; one whose time is over is taken out.
    fn still_there(
        &mut self,
        shelf: &mut Shelf,
        key: &EntryKey,
    ) -> Result<Option<Entry>, StoreError> {
        let entry: Option<Entry> = self.get(&keys::entry(&shelf.at, key))?;
        match entry {
            Some(entry) if !entry.is_there(self.now) => {
                self.take_out(shelf, key, &entry)?;
                self.forget_history(&shelf.at, key).map(|()| None)
            }
            entry => Ok(entry),
        }
    }

    /// Entry and order of writing; a person's value of before stays as history.
    fn put_entry(
        &mut self,
        shelf: &mut Shelf,
        key: &EntryKey,
        before: Option<Entry>,
        entry: &Entry,
    ) -> Result<(), StoreError> {
        if let Some(before) = before {
            self.take_out(shelf, key, &before)?;
            if before.value != entry.value && matches!(shelf.space, Space::Person(_)) {
                self.keep_before(shelf, key, &before)?;
            }
        }
        (shelf.info.entries, shelf.info.chars) =
            (shelf.info.entries + 1, shelf.info.chars + chars(entry));
        self.put_mark(keys::written(&shelf.at, entry.version, key));
        if let Some(at) = entry.expires_at {
            self.put_mark(keys::expires(at, &shelf.at, key));
        }
        self.put_under(shelf.key, keys::entry(&shelf.at, key), entry)
    }

    fn take_out(
        &mut self,
        shelf: &mut Shelf,
        key: &EntryKey,
        entry: &Entry,
    ) -> Result<(), StoreError> {
        shelf.info.entries = shelf.info.entries.saturating_sub(1);
        shelf.info.chars = shelf.info.chars.saturating_sub(chars(entry));
        self.delete(keys::written(&shelf.at, entry.version, key))?;
        if let Some(at) = entry.expires_at {
            self.delete(keys::expires(at, &shelf.at, key))?;
        }
        self.delete(keys::entry(&shelf.at, key))
    }

    fn keep_before(
        &mut self,
        shelf: &Shelf,
        key: &EntryKey,
        before: &Entry,
    ) -> Result<(), StoreError> {
        self.put_under(shelf.key, keys::before(&shelf.at, key, before.version), before)?;
        let prefix = keys::befores(&shelf.at, key);
        let mut all = self.keys(&prefix, &prefix)?;
        all.retain(|key| key.len() == keys::BEFORE_KEY);
        let too_many = all.len().saturating_sub(HISTORY);
        all.into_iter().take(too_many).try_for_each(|key| self.delete(key))
    }

    fn forget_history(&mut self, space: &SpaceKey, key: &EntryKey) -> Result<(), StoreError> {
        let prefix = keys::befores(space, key);
        let mut all = self.keys(&prefix, &prefix)?;
        all.retain(|key| key.len() == keys::BEFORE_KEY);
        all.into_iter().try_for_each(|key| self.delete(key))
    }
}

fn as_expected(expect: Expect, before: Option<&Entry>) -> Result<(), StoreError> {
    let version = before.map(|before| before.version);
    let fits = match expect {
        Expect::Any => true,
        Expect::Absent => version.is_none(),
        Expect::Version(wanted) => version == Some(wanted),
    };
    fits.then_some(()).ok_or(StoreError::Changed { version })
}

fn said(before: Option<&Entry>, value: &Value) -> u32 {
    before.filter(|before| before.value == *value).map_or(1, |before| before.said.saturating_add(1))
}

fn chars(entry: &Entry) -> u64 {
    entry.text().chars().count() as u64
}

/// Whole numbers stay whole.
fn sum(before: Option<&Entry>, by: &Number) -> Result<Value, StoreError> {
    let no_number = || StoreError::Unfit("what stands there is no number; write one first");
    let before = match before.map(|before| &before.value) {
        None => Number::from(0),
        Some(Value::Number(number)) => number.clone(),
        // BotWire's clients write each number as a text.
        Some(Value::String(text)) => text.trim().parse().map_err(|_| no_number())?,
        Some(_) => return Err(no_number()),
    };
    if let (Some(a), Some(b)) = (before.as_i64(), by.as_i64()) {
        let whole = a.checked_add(b).ok_or(StoreError::Unfit("the sum is too large"))?;
        return Ok(whole.into());
    }
    let sum = before.as_f64().unwrap_or_default() + by.as_f64().unwrap_or_default();
    Number::from_f64(sum).map(Value::Number).ok_or(StoreError::Unfit("the sum is too large"))
}

/// A list that BotWire's clients wrote as a text is one, too.
fn longer_list(before: Option<&Entry>, values: &[Value]) -> Result<Value, StoreError> {
    let no_list = || StoreError::Unfit("what stands there is no list; write one first");
    let mut list = match before.map(|before| &before.value) {
        None => Vec::new(),
        Some(Value::Array(list)) => list.clone(),
        Some(Value::String(text)) => serde_json::from_str(text).map_err(|_| no_list())?,
        Some(_) => return Err(no_list()),
    };
    list.extend(values.iter().cloned());
    Ok(Value::Array(list))
}
