//! What waits, and what becomes of it when something changes.

use crate::domain::conversation::Conversation;
use crate::domain::delivery::DeliveryState;
use crate::domain::id::{MessageId, NumberName};
use crate::domain::job::NewsKind;
use crate::domain::lane::Quiet;
use crate::domain::message::{Role, Status};
use crate::store::StoreError;
use crate::store::sled::keys;
use crate::store::sled::tx::{DeliveryRow, Tx};

/// Why a delivery will not arrive that was given up by hand.
const GIVEN_UP: &str = "an operator dropped it";

impl Tx<'_> {
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

    /// Gives up what was said in these roles and has not been handed to the
    /// provider.
    pub fn drop_waiting(
        &mut self,
        conversation: &mut Conversation,
        whose: &[Role],
    ) -> Result<(), StoreError> {
        conversation.given_up_to = conversation.answered_to;
        let mut left = false;
        for (id, row) in self.deliveries(conversation.id)? {
            let said_by = self.message(id)?.map(|message| message.role);
            let wanted = said_by.is_some_and(|role| !whose.contains(&role));
            match row.state {
                DeliveryState::Waiting if !wanted => self.drop_delivery(id)?,
                DeliveryState::Waiting
                | DeliveryState::InFlight(_)
                | DeliveryState::Uncertain(_) => left = true,
            }
        }
        if !left {
            conversation.deliveries.take_away(None);
        }
        Ok(())
    }

    /// If it has not been handed to the provider.
    pub(super) fn drop_delivery(&mut self, id: MessageId) -> Result<(), StoreError> {
        let waiting: Option<DeliveryRow> = self.get(&keys::delivery(id))?;
        if waiting.is_some_and(|row| row.state == DeliveryState::Waiting) {
            self.delete(keys::delivery(id))?;
            if let Some(mut row) = self.message(id)? {
                let conversation = self.conversation(id.conversation)?;
                row.status = Status::Dropped;
                self.put_message(&conversation, &row)?;
                self.never_arrived(&conversation, &row)?;
            }
        }
        Ok(())
    }

    pub(super) fn requeue_failed(
        &mut self,
        conversation: &mut Conversation,
        id: MessageId,
    ) -> Result<(), StoreError> {
        let mut row = self.message(id)?.ok_or(StoreError::NotFound("delivery"))?;
        if row.status != Status::Failed || id.conversation != conversation.id {
            return Err(StoreError::NotFound("failed delivery"));
        }
        if conversation.gone || self.person(conversation.person)?.opted_out {
            return Err(StoreError::Unfit(
                "the person wants no messages, or is not there any more",
            ));
        }
        // What is still told of the send before is no news of this one.
        row.resent = row.provider_id.take().or(row.resent.take());
        row.status = Status::Queued;
        conversation.given_up_to = conversation.given_up_to.min(id.position.seq);
        self.put_message(conversation, &row)?;
        self.put(keys::delivery(id), &DeliveryRow::NEW)?;
        if !conversation.deliveries.is_claimed() {
            conversation.deliveries.wake_at(self.now);
        }
        Ok(())
    }

    pub(super) fn drop_one(
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
                self.tell(NewsKind::DeliveryFailed, conversation, Some(id), Some(GIVEN_UP))?;
                self.leave_lane(conversation, row)?;
                self.end_farewell(conversation).map(|_| ())
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

    /// What waits to go out from a number goes now. A conversation that can't
    /// be read holds up no other.
    pub fn wake_deliveries_of(&mut self, name: &NumberName) -> Result<(), StoreError> {
        let prefix = keys::busy_all(keys::LaneKind::Deliveries);
        for id in self.keys(&prefix, &prefix)?.iter().filter_map(|key| keys::busy_conversation(key))
        {
            match self.conversation(id) {
                Ok(conversation) if conversation.number.name == *name => {
                    self.wake_delivery(conversation)?;
                }
                Ok(_) => {}
                Err(error) => self.leave_out(keys::LaneKind::Deliveries, id, &error),
            }
        }
        Ok(())
    }

    fn wake_delivery(&mut self, mut conversation: Conversation) -> Result<(), StoreError> {
        if !conversation.deliveries.is_claimed() {
            conversation.deliveries.wake_at(self.now);
            self.put_conversation(&conversation)?;
        }
        Ok(())
    }
}
