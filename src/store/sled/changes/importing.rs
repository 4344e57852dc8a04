//! What was said elsewhere is brought in, into a conversation of its own that
//! nobody writes in any more.

use std::collections::HashSet;

use crate::domain::conversation::Conversation;
use crate::domain::id::{Number, NumberName, PersonId, Position};
use crate::domain::memory::Imported;
use crate::domain::message::{Attached, Message, Role, Status};
use crate::domain::person::{Address, Person};
use crate::store::StoreError;
use crate::store::sled::keys;
use crate::store::sled::tx::{Tx, block};

impl Tx<'_> {
    /// Turns in order; how many are new.
    pub(super) fn import(
        &mut self,
        id: PersonId,
        archive: &str,
        turns: &[Imported],
    ) -> Result<u64, StoreError> {
        let mut person = self.person(id)?;
        let mut conversation = self.archive(&mut person, archive)?;
        let mut known = self.brought_in(&person)?;
        let mut new = Vec::new();
        for turn in turns {
            let id = self.hasher.brought(&turn.id);
            if known.insert(id) {
                new.push((block(self.bring_in(&mut conversation, turn)?), id));
            }
        }
        self.note_brought(&conversation, &new)?;
        conversation.answered_to = conversation.next_seq;
        self.put_conversation(&conversation)?;
        Ok(new.len() as u64)
    }

    /// What stands for the ids of all that was brought in for somebody.
    fn brought_in(&self, person: &Person) -> Result<HashSet<u64>, StoreError> {
        let mut known = HashSet::new();
        for archive in &person.archives {
            let prefix = keys::all_brought(*archive);
            for key in self.keys(&prefix, &prefix)? {
                known.extend(self.get::<Vec<u64>>(&key)?.into_iter().flatten());
            }
        }
        Ok(known)
    }

    /// A record for 32 of them, not one for each: the store keeps something of
    /// every record in memory. They are in blocks, in order.
    fn note_brought(
        &mut self,
        archive: &Conversation,
        new: &[(u64, u64)],
    ) -> Result<(), StoreError> {
        for some in new.chunk_by(|(one, _), (next, _)| one == next) {
            let key = keys::brought(archive.id, some[0].0);
            let mut ids: Vec<u64> = self.get(&key)?.unwrap_or_default();
            ids.extend(some.iter().map(|(_, id)| *id));
            self.put_under(archive.key, key, &ids)?;
        }
        Ok(())
    }

    /// The archive of this name, made if it is not there.
    fn archive(&mut self, person: &mut Person, name: &str) -> Result<Conversation, StoreError> {
        let name = NumberName::from(name);
        for id in &person.archives {
            let known = self.conversation(*id)?;
            if known.number.name == name {
                return Ok(known);
            }
        }
        let number = Number { name, business: person.business.clone() };
        let address = person.aliases.iter().find_map(|link| link.alias.address());
        let address = address.unwrap_or(Address::Group("nowhere".to_owned()));
        let (id, key) = (self.new_id().into(), self.new_key()?);
        let archive =
            Conversation { gone: true, ..Conversation::new(id, person.id, key, number, address) };
        person.archives.push(archive.id);
        self.put_person(person)?;
        Ok(archive)
    }

    /// Where it stands from now on.
    fn bring_in(
        &mut self,
        conversation: &mut Conversation,
        turn: &Imported,
    ) -> Result<u64, StoreError> {
        let position = Position { seq: self.next_seq(conversation), part: 0 };
        let row = Message {
            position,
            role: turn.role,
            content: turn.content.clone(),
            at: turn.at,
            stored_at: self.now,
            provider_id: Some(turn.id.clone()),
            attached: Attached { speaker: turn.speaker.clone(), ..Attached::default() },
            status: if turn.role == Role::Person { Status::Received } else { Status::Sent },
            failure: None,
            resent: None,
            otherwise: None,
            pricing: None,
            reaction: None,
            tokens: turn.tokens,
            terms: turn.terms.clone(),
            turn: None,
        };
        self.put_words(conversation, &row)?;
        Ok(position.seq)
    }
}
