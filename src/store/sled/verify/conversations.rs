//! Conversations, their lanes, what waits in them; jobs.

use serde_json::Value;

use super::{Look, Looking};
use crate::domain::conversation::Conversation;
use crate::domain::grant::Grant;
use crate::domain::id::{ConversationId, MessageId, Position};
use crate::domain::memory::Summary;
use crate::domain::message::{Message, Status};
use crate::domain::person::Person;
use crate::store::sled::keys::{self, LaneKind};
use crate::store::sled::queue::jobs::JobRow;
use crate::store::sled::tx::{DeliveryRow, is_question};
use crate::store::{Flaw, StoreError};

impl Looking<'_> {
    pub(super) fn whole_conversation(&mut self, key: &[u8]) -> Look {
        let Some(conversation) = self.value::<Conversation>(key)? else {
            // Its key is erased with it, so that it goes at once.
            self.erased_only(key);
            return Ok(());
        };
        self.own_key(conversation.key, key);
        let Conversation { next_seq, answered_to, given_up_to, window_from, .. } = conversation;
        let ends = answered_to.max(given_up_to).max(window_from) <= next_seq;
        self.check(ends, Flaw::Beyond, key);
        let person: Option<Person> = self.beside(&keys::person(conversation.person))?;
        let known = person.is_some_and(|person| person.has(conversation.id));
        self.check(known, Flaw::Orphan, key);
        self.lanes(&conversation, key)
    }

    /// A record whose key is erased, where no such record can be.
    pub(super) fn erased_only(&mut self, key: &[u8]) {
        let named = self.verified.found.last().map(|found| found.at.clone());
        // One that can't be read was named already.
        if named != Some(super::place(key)) {
            self.flaw(Flaw::Orphan, key);
        }
    }

    fn lanes(&mut self, conversation: &Conversation, key: &[u8]) -> Look {
        let lanes = [&conversation.turns, &conversation.deliveries];
        for (kind, lane) in LaneKind::ALL.into_iter().zip(lanes) {
            let marked = self.is_there(&keys::busy(kind, conversation.id))?;
            self.check(marked == lane.ready_at.is_some(), Flaw::Mark, key);
        }
        let asked = conversation.turns.ready_at.is_none() && self.has_questions(conversation)?;
        let to_go = conversation.deliveries.ready_at.is_none()
            && !self.keys_in(&keys::deliveries(conversation.id))?.is_empty();
        self.check(!asked && !to_go, Flaw::Stuck, key);
        Ok(())
    }

    fn has_questions(&self, conversation: &Conversation) -> Result<bool, StoreError> {
        let position = Position { seq: conversation.answered_to, part: 0 };
        let from = keys::message(MessageId { conversation: conversation.id, position });
        let end = keys::end_of(&keys::messages(conversation.id));
        for key in self.keys_between(&from, &end)? {
            if keys::position_of(&key).is_some()
                && self.beside::<Message>(&key)?.is_some_and(|row| is_question(&row))
            {
                return Ok(true);
            }
        }
        Ok(false)
    }

    /// The mark that work waits: its conversation is there.
    pub(super) fn waiting(&mut self, key: &[u8]) -> Look {
        match keys::busy_conversation(key) {
            Some(id) => {
                let there = self.is_there(&keys::conversation(id))?;
                self.check(there, Flaw::Orphan, key);
            }
            None => self.flaw(Flaw::Stray, key),
        }
        Ok(())
    }

    pub(super) fn delivery(&mut self, key: &[u8]) -> Look {
        self.opens::<DeliveryRow>(key)?;
        let Some(id) = keys::message_of(key) else { return Ok(()) };
        let at = keys::message(id);
        let there = self.is_there(&at)? && self.is_there(&keys::conversation(id.conversation))?;
        self.check(there, Flaw::Orphan, key);
        let over = self.beside::<Message>(&at)?.is_some_and(|row| row.status != Status::Queued);
        self.check(!over, Flaw::Delivery, key);
        Ok(())
    }

    pub(super) fn summary(&mut self, key: &[u8]) -> Look {
        let summary: Option<Summary> = self.value(key)?;
        let Some(id) = keys::owner_of(key) else { return Ok(()) };
        self.of_a_conversation(id, key)?;
        if let (Some(summary), Some(conversation)) = (summary, self.conversation(id)?) {
            self.check(summary.upto <= conversation.next_seq, Flaw::Beyond, key);
        }
        Ok(())
    }

    pub(super) fn trace(&mut self, key: &[u8]) -> Look {
        self.opens::<Value>(key)?;
        let Some(id) = keys::message_of(key) else { return Ok(()) };
        let there = self.is_there(&keys::message(id))?;
        let erased = self.erased.conversations.contains(&id.conversation);
        self.check(there || erased, Flaw::Orphan, key);
        Ok(())
    }

    pub(super) fn job(&mut self, key: &[u8]) -> Look {
        self.opens::<JobRow>(key)
    }

    /// A token stands where its hash says.
    pub(super) fn grant(&mut self, key: &[u8]) -> Look {
        if let Some(grant) = self.value::<Grant>(key)? {
            self.check(keys::grant(&grant.hash) == key, Flaw::Unreadable, key);
        }
        Ok(())
    }

    pub(super) fn is_erased(&self, id: ConversationId) -> bool {
        self.erased.conversations.contains(&id)
    }
}
