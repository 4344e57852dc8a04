//! Messages, the ids they are known by and the index they are found by.

use std::collections::HashSet;

use super::{Look, Looking};
use crate::domain::conversation::Conversation;
use crate::domain::id::{ConversationId, MessageId, Position};
use crate::domain::message::{Message, Role, Status};
use crate::domain::person::Person;
use crate::recall::{self, BadBlock, Entry, Terms};
use crate::store::sled::tx::{Seen, block, block_of_next};
use crate::store::sled::{index, keys, vectors};
use crate::store::{Flaw, StoreError};

/// What messages need to know of their conversation.
#[derive(Clone)]
pub struct Place {
    conversation: Conversation,
    /// What is in it was brought in.
    archive: bool,
}

/// The messages of one block of the index, as far as they can be read.
#[derive(Default)]
pub struct Block {
    at: Option<(ConversationId, u64)>,
    rows: Vec<Message>,
    unread: HashSet<Position>,
}

impl Looking<'_> {
    pub(super) fn message(&mut self, key: &[u8]) -> Look {
        let row: Option<Message> = self.value(key)?;
        let Some(id) = keys::message_of(key) else { return Ok(()) };
        let at = (id.conversation, block(id.position.seq));
        if self.block.at != Some(at) {
            self.end_of_block()?;
            self.block.at = Some(at);
        }
        if let Some(place) = self.place_of(id.conversation)? {
            let within = id.position.seq < place.conversation.next_seq;
            self.check(within, Flaw::Beyond, key);
            if let Some(row) = &row {
                self.is_known(&place, row, id, key)?;
                let queued = row.role != Role::Person && row.status == Status::Queued;
                let waits = !queued || self.is_there(&keys::delivery(id))?;
                self.check(waits, Flaw::Delivery, key);
            }
        } else {
            self.of_a_conversation(id.conversation, key)?;
        }
        match row {
            Some(row) => self.block.rows.push(row),
            None => drop(self.block.unread.insert(id.position)),
        }
        Ok(())
    }

    /// It can't come in a second time.
    fn is_known(&mut self, place: &Place, row: &Message, id: MessageId, key: &[u8]) -> Look {
        let Some(provider_id) = &row.provider_id else { return Ok(()) };
        let known = match place.archive {
            true => {
                let at = keys::brought(id.conversation, block(id.position.seq));
                let ids: Vec<u64> = self.beside(&at)?.unwrap_or_default();
                ids.contains(&self.hasher.brought(provider_id))
            }
            false => {
                let at = self.hasher.seen(&place.conversation.number.name, provider_id);
                self.beside::<Seen>(&at)?.is_some_and(|seen| seen.id == Some(id))
            }
        };
        self.check(known, Flaw::Seen, key);
        Ok(())
    }

    fn place_of(&mut self, id: ConversationId) -> Result<Option<Place>, StoreError> {
        if let Some((known, place)) = &self.conversation
            && *known == id
        {
            return Ok(place.clone());
        }
        let place = match self.conversation(id)? {
            None => None,
            Some(conversation) => {
                let person: Option<Person> = self.beside(&keys::person(conversation.person))?;
                let archive = person.is_some_and(|person| person.archives.contains(&id));
                Some(Place { conversation, archive })
            }
        };
        self.conversation = Some((id, place.clone()));
        Ok(place)
    }

    /// The messages of a block have been seen: the index says the same.
    pub(super) fn end_of_block(&mut self) -> Look {
        let Block { at, rows, unread } = std::mem::take(&mut self.block);
        let Some((id, block)) = at else { return Ok(()) };
        let Some(Place { conversation, .. }) = self.place_of(id)? else { return Ok(()) };
        if block >= block_of_next(&conversation) {
            return Ok(());
        }
        let key = keys::block(id, block);
        let stored = match self.snapshot.bytes(&key) {
            Ok(Some(stored)) => stored,
            // What is damaged is found where it stands.
            Err(StoreError::Damaged(_)) => return Ok(()),
            Err(error) => return Err(error),
            Ok(None) => {
                self.flaw(Flaw::Index, &key);
                return Ok(());
            }
        };
        let fits = says(&stored, &rows, &unread);
        self.check(fits, Flaw::Index, &key);
        Ok(())
    }

    /// A block that is over, of messages that are there.
    pub(super) fn index(&mut self, key: &[u8]) -> Look {
        self.bytes(key)?;
        self.block_of_messages(key, true)
    }

    pub(super) fn imported(&mut self, key: &[u8]) -> Look {
        self.opens::<Vec<u64>>(key)?;
        // Of a block that still grows the ids outlive their messages.
        keys::owner_of(key).map_or(Ok(()), |id| self.of_a_conversation(id, key))
    }

    pub(super) fn vectors(&mut self, key: &[u8]) -> Look {
        if let (Some(bytes), Some(block)) = (self.bytes(key)?, keys::block_of(key)) {
            let readable = vectors::unpack(block, &bytes).is_ok();
            self.check(readable, Flaw::Unreadable, key);
        }
        self.block_of_messages(key, false)
    }

    fn block_of_messages(&mut self, key: &[u8], over: bool) -> Look {
        let (Some(id), Some(block)) = (keys::owner_of(key), keys::block_of(key)) else {
            return Ok(());
        };
        if self.is_erased(id) {
            return Ok(());
        }
        let Some(Place { conversation, .. }) = self.place_of(id)? else {
            return self.of_a_conversation(id, key);
        };
        let ended = !over || block < block_of_next(&conversation);
        self.check(ended, Flaw::Beyond, key);
        let first = |block| MessageId {
            conversation: id,
            position: Position { seq: block * recall::BLOCK, part: 0 },
        };
        let (from, below) = (keys::message(first(block)), keys::message(first(block + 1)));
        let empty = self.snapshot.rows(&from, &below, 1)?.rows.is_empty();
        self.check(!empty, Flaw::Index, key);
        Ok(())
    }

    /// What it leads to may be gone before it.
    pub(super) fn seen(&mut self, key: &[u8]) -> Look {
        self.opens::<Seen>(key)
    }
}

/// Whether a block says of these messages what they say themselves. What was
/// sealed for ever may still be in it; a block of another version is made anew
/// when it is read.
fn says(stored: &[u8], rows: &[Message], unread: &HashSet<Position>) -> bool {
    let stored = match recall::Block::decode(stored, 0) {
        Ok(block) => block.entries,
        Err(BadBlock::Outdated) => return true,
        Err(BadBlock::Damaged) => return false,
    };
    let terms: Vec<Option<Terms>> =
        rows.iter().map(|row| Terms::from_bytes(row.terms.0.clone())).collect();
    let rows = rows.iter().zip(&terms);
    let own = rows.filter_map(|(row, terms)| Some(index::entry(row, terms.as_ref()?)));
    let stored = stored.into_iter().filter(|entry: &Entry<'_>| !unread.contains(&entry.position));
    own.eq(stored)
}
