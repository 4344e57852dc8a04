//! What concerns a person as a whole, whatever conversation it came from.

use crate::domain::change::{Change, Changed};
use crate::domain::id::PersonId;
use crate::domain::memory::{Access, Space};
use crate::store::StoreError;
use crate::store::sled::keys;
use crate::store::sled::tx::Tx;

impl Tx<'_> {
    /// `None` = it concerns each conversation.
    pub(super) fn change_whole_person(
        &mut self,
        id: PersonId,
        change: &Change,
    ) -> Result<Option<Changed>, StoreError> {
        Ok(Some(match change {
            Change::Remember(_) | Change::ForgetSpace => {
                self.change_space(&Space::Person(id), change)?
            }
            Change::ForgetAll => {
                self.forget_person(id)?;
                Changed::Done
            }
            Change::Import(archive, turns) => Changed::Count(self.import(id, archive, turns)?),
            Change::Merge(other) => Changed::Linked(self.merge(id, *other)?),
            Change::Split(link) => {
                self.split(id, link)?;
                Changed::Done
            }
            Change::Note(access) => {
                self.note_access(&Access { person: id, ..access.clone() })?;
                Changed::Done
            }
            _ => return Ok(None),
        }))
    }

    /// Counts are of the minute.
    pub(super) fn note_access(&mut self, access: &Access) -> Result<(), StoreError> {
        let token = self.hasher.token(&access.token);
        let key = keys::look(access.minute, &token, access.person);
        let known: Option<Access> = self.get(&key)?;
        let (reads, writes) = known.map_or((0, 0), |known| (known.reads, known.writes));
        let access = Access {
            reads: reads.saturating_add(access.reads),
            writes: writes.saturating_add(access.writes),
            ..access.clone()
        };
        self.put(key, &access)
    }
}
