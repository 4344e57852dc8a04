//! Effects: a turn's, an operator's, an API's. One code for all of them.

use async_trait::async_trait;

use super::SledStore;
use super::keys;
use super::tx::{DeliveryRow, Tx};
use crate::domain::change::{Change, Subject};
use crate::domain::conversation::Conversation;
use crate::domain::delivery::DeliveryState;
use crate::domain::failure::Class;
use crate::domain::id::{ConversationId, MessageId, Number, NumberName, ProviderId};
use crate::domain::lane::Quiet;
use crate::domain::message::{Message, Status};
use crate::store::{Changes, StoreError};

#[async_trait]
impl Changes for SledStore {
    async fn apply(&self, subject: Subject, changes: Vec<Change>) -> Result<(), StoreError> {
        self.writer()?.write(move |tx| tx.apply(&subject, &changes)).await
    }
}

impl Tx<'_> {
    fn apply(&mut self, subject: &Subject, changes: &[Change]) -> Result<(), StoreError> {
        match subject {
            Subject::Conversation(id) => self.change_conversation(*id, changes),
            Subject::Person(id) => {
                let conversations = self.person(*id)?.conversations;
                conversations.iter().try_for_each(|(_, id)| self.change_conversation(*id, changes))
            }
            Subject::Number(name) => {
                changes.iter().try_for_each(|change| self.change_number(name, change))
            }
        }
    }

    fn change_conversation(
        &mut self,
        id: ConversationId,
        changes: &[Change],
    ) -> Result<(), StoreError> {
        let mut conversation = self.conversation(id)?;
        for change in changes {
            self.change(&mut conversation, change)?;
            if matters(change) {
                self.ask_again(&mut conversation, None)?;
            }
        }
        self.put_conversation(&conversation)
    }

    /// One effect on a conversation that the caller writes afterwards. Claims
    /// are the caller's business too: a turn's own effects keep its claim.
    pub fn change(
        &mut self,
        conversation: &mut Conversation,
        change: &Change,
    ) -> Result<(), StoreError> {
        match change {
            Change::Pause { .. } | Change::Resume => {
                conversation.mode = change.mode().unwrap_or_default();
            }
            Change::OptOut => {
                self.set_opted_out(conversation, true)?;
                self.silence_elsewhere(conversation)?;
            }
            Change::OptIn => self.set_opted_out(conversation, false)?,
            Change::NewConversation => conversation.window_from = conversation.answered_to,
            Change::Requeue(id) => self.requeue_failed(conversation, *id)?,
            Change::Drop(id) => self.drop_one(conversation, *id)?,
            Change::PauseNumber { .. } | Change::ResumeNumber => {
                let name = conversation.number.name.clone();
                self.change_number(&name, change)?;
                let lane = &mut conversation.deliveries;
                if lane.ready_at.is_some() && !lane.is_claimed() {
                    lane.wake_at(self.now);
                }
            }
        }
        if matters(change) {
            self.drop_waiting(conversation)?;
        }
        Ok(())
    }

    /// The question has changed: whoever works on it has lost it.
    pub fn ask_again(
        &mut self,
        conversation: &mut Conversation,
        quiet: Option<Quiet>,
    ) -> Result<(), StoreError> {
        let open = !self.unanswered(conversation)?.is_empty();
        if !open {
            conversation.answered_to = conversation.next_seq;
        }
        let settle = quiet.map_or(std::time::Duration::ZERO, |quiet| quiet.settle);
        conversation.turns.take_away(open.then(|| self.now + settle));
        Ok(())
    }

    /// Gives up what has not been handed to the provider.
    pub fn drop_waiting(&mut self, conversation: &mut Conversation) -> Result<(), StoreError> {
        conversation.given_up_to = conversation.answered_to;
        let mut left = false;
        for (id, row) in self.deliveries(conversation.id)? {
            match row.state {
                DeliveryState::Waiting => self.drop_delivery(id)?,
                DeliveryState::InFlight(_) | DeliveryState::Uncertain(_) => left = true,
            }
        }
        if !left {
            conversation.deliveries.take_away(None);
        }
        Ok(())
    }

    /// Notes what the provider calls a message of ours.
    pub fn remember_sent(
        &mut self,
        number: &Number,
        id: MessageId,
        row: &mut Message,
        provider_id: ProviderId,
    ) -> Result<(), StoreError> {
        if row.provider_id.is_none() {
            self.put(self.hasher.seen(&number.name, &provider_id), &id)?;
            row.provider_id = Some(provider_id);
        }
        Ok(())
    }

    fn set_opted_out(&mut self, conversation: &Conversation, out: bool) -> Result<(), StoreError> {
        let mut person = self.person(conversation.person)?;
        person.opted_out = out;
        self.put(keys::person(person.id), &person)
    }

    /// The person's other conversations stop with this one.
    fn silence_elsewhere(&mut self, here: &Conversation) -> Result<(), StoreError> {
        for (_, id) in self.person(here.person)?.conversations {
            if id != here.id {
                let mut other = self.conversation(id)?;
                self.drop_waiting(&mut other)?;
                self.ask_again(&mut other, None)?;
                self.put_conversation(&other)?;
            }
        }
        Ok(())
    }

    fn requeue_failed(
        &mut self,
        conversation: &mut Conversation,
        id: MessageId,
    ) -> Result<(), StoreError> {
        let mut row = self.message(id)?.ok_or(StoreError::NotFound("delivery"))?;
        if row.status != Status::Failed || id.conversation != conversation.id {
            return Err(StoreError::NotFound("failed delivery"));
        }
        (row.status, row.failure, row.provider_id) = (Status::Queued, None, None);
        conversation.given_up_to = conversation.given_up_to.min(id.position.seq);
        self.put_message(conversation.id, &row)?;
        self.put(keys::delivery(id), &DeliveryRow::NEW)?;
        if !conversation.deliveries.is_claimed() {
            conversation.deliveries.wake_at(self.now);
        }
        Ok(())
    }

    fn drop_one(
        &mut self,
        conversation: &mut Conversation,
        id: MessageId,
    ) -> Result<(), StoreError> {
        let row: Option<DeliveryRow> = self.get(&keys::delivery(id))?;
        let waits = |row: &DeliveryRow| row.state == DeliveryState::Waiting;
        match row.filter(waits).filter(|_| id.conversation == conversation.id) {
            None => Err(StoreError::NotFound("waiting delivery")),
            Some(row) => {
                self.drop_delivery(id)?;
                self.leave_lane(conversation, row)
            }
        }
    }

    /// A delivery is gone from the lane. If it was the one somebody works on,
    /// the claim goes with it; another's claim stays.
    pub fn leave_lane(
        &self,
        conversation: &mut Conversation,
        row: DeliveryRow,
    ) -> Result<(), StoreError> {
        if row.state != DeliveryState::Waiting || !conversation.deliveries.is_claimed() {
            let more = !self.deliveries(conversation.id)?.is_empty();
            conversation.deliveries.take_away(more.then_some(self.now));
        }
        Ok(())
    }

    fn drop_delivery(&mut self, id: MessageId) -> Result<(), StoreError> {
        let waiting: Option<DeliveryRow> = self.get(&keys::delivery(id))?;
        if waiting.is_some_and(|row| row.state == DeliveryState::Waiting) {
            self.delete(keys::delivery(id))?;
            if let Some(mut row) = self.message(id)? {
                row.status = Status::Dropped;
                self.put_message(id.conversation, &row)?;
            }
        }
        Ok(())
    }

    fn change_number(&mut self, name: &NumberName, change: &Change) -> Result<(), StoreError> {
        let key = self.hasher.number(name);
        match change {
            Change::PauseNumber { until } => self.put(key, until),
            Change::ResumeNumber => {
                self.delete(key)?;
                self.wake_deliveries_of(name)
            }
            _ => Err(StoreError::NotFound("change of a number")),
        }
    }

    /// What a failure means for everything else that the number sends.
    pub fn pause_number(&mut self, name: &NumberName, class: Class) -> Result<(), StoreError> {
        let Some(wait) = class.number_waits() else { return Ok(()) };
        let until = self.paused_until(name)?.unwrap_or(self.now).max(self.now + wait);
        self.put(self.hasher.number(name), &until)
    }

    fn wake_deliveries_of(&mut self, name: &NumberName) -> Result<(), StoreError> {
        let prefix = keys::busy_all(keys::LaneKind::Deliveries);
        for id in self.keys(&prefix, &prefix)?.iter().filter_map(|key| keys::busy_conversation(key))
        {
            let mut conversation = self.conversation(id)?;
            if conversation.number.name == *name && !conversation.deliveries.is_claimed() {
                conversation.deliveries.wake_at(self.now);
                self.put_conversation(&conversation)?;
            }
        }
        Ok(())
    }
}

/// Whether an effect takes claims away and drops what waits.
fn matters(change: &Change) -> bool {
    match change {
        Change::Pause { .. } | Change::OptOut => true,
        Change::Resume
        | Change::OptIn
        | Change::NewConversation
        | Change::PauseNumber { .. }
        | Change::ResumeNumber
        | Change::Requeue(_)
        | Change::Drop(_) => false,
    }
}
