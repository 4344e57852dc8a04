//! Deliveries: marked in flight on disk before anybody sends them.

use std::time::Duration;

use jiff::Timestamp;

use crate::domain::conversation::Conversation;
use crate::domain::delivery::{Delivery, DeliveryOutcome, DeliveryState};
use crate::domain::event::Receipt;
use crate::domain::failure::Failure;
use crate::domain::id::{ConversationId, MessageId, Number, ProviderId, Token};
use crate::domain::job::NewsKind;
use crate::domain::message::{Message, Role, Status};
use crate::store::sled::keys::{self, LaneKind};
use crate::store::sled::tx::{DeliveryRow, Tx};
use crate::store::{Claim, StoreError};

/// How long a delivery that `finish` hands over is held.
const HANDED_OVER: Duration = Duration::from_secs(120);

impl Tx<'_> {
    pub fn claim_delivery(
        &mut self,
        id: ConversationId,
        lease: Duration,
    ) -> Result<Option<Claim<Delivery>>, StoreError> {
        let mut conversation = self.conversation(id)?;
        let ready = conversation.deliveries.ready_at.is_some_and(|at| at <= self.now);
        if !ready {
            return Ok(None);
        }
        let claim = self.take_head(&mut conversation, lease)?;
        self.put_conversation(&conversation)?;
        Ok(claim)
    }

    /// Claims the next delivery if nobody holds the lane. One that can't be
    /// read is left out: what came before it is still over.
    pub fn next_delivery(&mut self, conversation: &mut Conversation) -> Option<Claim<Delivery>> {
        if conversation.deliveries.ready_at.is_some() {
            return None;
        }
        self.take_head(conversation, HANDED_OVER).unwrap_or_else(|error| {
            self.leave_out(LaneKind::Deliveries, conversation.id, &error);
            None
        })
    }

    /// The head of the lane. What surely wasn't sent is marked in flight now,
    /// on disk before the provider is called.
    fn take_head(
        &mut self,
        conversation: &mut Conversation,
        lease: Duration,
    ) -> Result<Option<Claim<Delivery>>, StoreError> {
        let Some((id, row)) = self.head(conversation.id)? else {
            conversation.deliveries.take_away(None);
            return Ok(None);
        };
        if let Some(at) = self.too_early(conversation, row)? {
            conversation.deliveries.take_away(Some(at));
            return Ok(None);
        }
        if row.state == DeliveryState::Waiting {
            let state = DeliveryState::InFlight(self.now);
            let marked = DeliveryRow { state, ready_at: None, ..row };
            self.put(keys::delivery(id), &marked)?;
            conversation.rally = conversation.rally.sent(self.now);
        }
        let token = self.token();
        conversation.deliveries.wake_at(self.now);
        conversation.deliveries.claim(self.now, lease, token);
        self.delivery(conversation, id, row, token).map(Some)
    }

    /// The first that still has words: what is sealed for ever, since whom it
    /// was about is forgotten, is said to nobody.
    fn head(&mut self, id: ConversationId) -> Result<Option<(MessageId, DeliveryRow)>, StoreError> {
        for (id, row) in self.deliveries(id)? {
            if self.message(id)?.is_some() {
                return Ok(Some((id, row)));
            }
            self.delete(keys::delivery(id))?;
        }
        Ok(None)
    }

    /// When it may be touched, if not now: its own time, its number's pause.
    fn too_early(
        &self,
        conversation: &Conversation,
        row: DeliveryRow,
    ) -> Result<Option<Timestamp>, StoreError> {
        let paused = match row.state {
            DeliveryState::Waiting => self.paused(&conversation.number.name)?,
            DeliveryState::InFlight(_) | DeliveryState::Uncertain(_) => None,
        };
        let paused = paused.map(|pause| pause.ready_at(self.now));
        Ok(row.ready_at.max(paused).filter(|at| *at > self.now))
    }

    fn delivery(
        &self,
        conversation: &Conversation,
        id: MessageId,
        row: DeliveryRow,
        token: Token,
    ) -> Result<Claim<Delivery>, StoreError> {
        let message = self.message(id)?.ok_or(StoreError::NotFound("message of a delivery"))?;
        let DeliveryRow { state, attempt, doubts, .. } = row;
        let conversation = conversation.clone();
        let work = Delivery { id, conversation, message, state, attempt, doubts };
        Ok(Claim { lane: id.conversation, token, work })
    }

    pub fn finish_delivery(
        &mut self,
        claim: Claim<Delivery>,
        outcome: DeliveryOutcome,
    ) -> Result<Option<Claim<Delivery>>, StoreError> {
        let Some(mut conversation) = self.if_there(claim.lane)? else {
            return Err(StoreError::ClaimLost);
        };
        let id = claim.work.id;
        if !conversation.deliveries.is_held_by(claim.token) {
            return self.late_answer(&conversation, id, outcome);
        }
        let row: DeliveryRow =
            self.get(&keys::delivery(id))?.ok_or(StoreError::NotFound("delivery"))?;
        let given_up = self.is_given_up(&conversation, &claim.work.message)?;
        let waits = |row: DeliveryRow, at| DeliveryRow { ready_at: Some(at), ..row };
        match outcome {
            DeliveryOutcome::Sent(provider_id) => self.sent(&conversation, id, provider_id)?,
            DeliveryOutcome::Failed(failure) => {
                self.fail(&mut conversation, id, failure, tried_at(row, self.now))?;
            }
            DeliveryOutcome::Retry { at, failure } => {
                let row = self.not_sent(&mut conversation, id, row, failure)?;
                match given_up {
                    true => self.give_up(&conversation, id)?,
                    false => self.put(keys::delivery(id), &waits(row, at))?,
                }
            }
            DeliveryOutcome::Uncertain { ask_at } => {
                self.put(keys::delivery(id), &waits(in_doubt(row, self.now), ask_at))?;
            }
            DeliveryOutcome::Resend if given_up => self.give_up(&conversation, id)?,
            DeliveryOutcome::Resend => {
                let state = DeliveryState::Waiting;
                self.put(keys::delivery(id), &DeliveryRow { state, ready_at: None, ..row })?;
            }
        }
        conversation.deliveries.take_away(None);
        let next = self.next_delivery(&mut conversation);
        self.put_conversation(&conversation)?;
        self.end_farewell(&conversation)?;
        Ok(next)
    }

    /// The claim was lost, but that it went is worth knowing.
    fn late_answer(
        &mut self,
        conversation: &Conversation,
        delivery: MessageId,
        outcome: DeliveryOutcome,
    ) -> Result<Option<Claim<Delivery>>, StoreError> {
        let DeliveryOutcome::Sent(provider_id) = outcome else {
            return Err(StoreError::ClaimLost);
        };
        let open: Option<DeliveryRow> = self.get(&keys::delivery(delivery))?;
        let known = self.hasher.seen(&conversation.number.name, &provider_id);
        if open.is_none() || self.seen(&known)?.is_some() {
            return Err(StoreError::ClaimLost);
        }
        let (status, failure) = (Status::Sent, None);
        let delivery = Some(delivery);
        let receipt = Receipt { delivery, provider_id, status, failure, pricing: None };
        self.accept_receipt(&conversation.number, receipt)?;
        Ok(None)
    }

    /// Whether it is not tried again: a human answered meanwhile, or the person
    /// wants no more messages.
    pub fn is_given_up(
        &self,
        conversation: &Conversation,
        message: &Message,
    ) -> Result<bool, StoreError> {
        match message.role {
            Role::Person | Role::Assistant => Ok(message.position.seq < conversation.given_up_to),
            Role::Business => Ok(self.person(conversation.person)?.opted_out),
        }
    }

    fn give_up(&mut self, conversation: &Conversation, id: MessageId) -> Result<(), StoreError> {
        self.close(conversation, id, |tx, message, _| {
            message.status = Status::Dropped;
            tx.never_arrived(conversation, message)
        })
    }

    fn sent(
        &mut self,
        conversation: &Conversation,
        id: MessageId,
        provider_id: ProviderId,
    ) -> Result<(), StoreError> {
        self.close(conversation, id, |tx, message, number| {
            message.status = message.status.max(Status::Sent);
            message.failure = None;
            tx.remember_sent(number, id, message, provider_id)
        })?;
        self.has_sent(&conversation.number.name)?;
        self.tell(NewsKind::ReplySent, conversation, Some(id), None)
    }

    fn not_sent(
        &mut self,
        conversation: &mut Conversation,
        id: MessageId,
        row: DeliveryRow,
        failure: Option<Failure>,
    ) -> Result<DeliveryRow, StoreError> {
        let tried = u16::from(failure.is_some());
        if let Some(failure) = failure {
            self.consequences(conversation, &failure, tried_at(row, self.now))?;
            self.note_failure(conversation, id, failure)?;
        }
        let (state, attempt) = (DeliveryState::Waiting, row.attempt.saturating_add(tried));
        Ok(DeliveryRow { state, attempt, ..row })
    }

    /// Why it waits stands with the message, for who asks.
    fn note_failure(
        &mut self,
        conversation: &Conversation,
        id: MessageId,
        failure: Failure,
    ) -> Result<(), StoreError> {
        let Some(mut message) = self.message(id)? else { return Ok(()) };
        message.failure = Some(failure);
        self.put_message(conversation, &message)
    }

    fn fail(
        &mut self,
        conversation: &mut Conversation,
        id: MessageId,
        failure: Failure,
        went_out: Timestamp,
    ) -> Result<(), StoreError> {
        self.consequences(conversation, &failure, went_out)?;
        self.tell(NewsKind::DeliveryFailed, conversation, Some(id), Some(&failure.reason))?;
        self.close(conversation, id, |tx, message, _| {
            message.status = Status::Failed;
            message.failure = Some(failure);
            tx.never_arrived(conversation, message)
        })
    }

    /// The delivery is over; what became of it stands with the message, unless
    /// that was forgotten meanwhile.
    fn close(
        &mut self,
        conversation: &Conversation,
        id: MessageId,
        settle: impl FnOnce(&mut Self, &mut Message, &Number) -> Result<(), StoreError>,
    ) -> Result<(), StoreError> {
        self.delete(keys::delivery(id))?;
        let Some(mut message) = self.message(id)? else { return Ok(()) };
        settle(self, &mut message, &conversation.number)?;
        self.put_message(conversation, &message)
    }
}

/// When the last try began.
fn tried_at(row: DeliveryRow, now: Timestamp) -> Timestamp {
    match row.state {
        DeliveryState::InFlight(since) | DeliveryState::Uncertain(since) => since,
        DeliveryState::Waiting => now,
    }
}

fn in_doubt(row: DeliveryRow, now: Timestamp) -> DeliveryRow {
    // Asked too early is no new doubt.
    let (since, doubt) = match row.state {
        DeliveryState::InFlight(since) => (since, 1),
        DeliveryState::Uncertain(since) => (since, 0),
        DeliveryState::Waiting => (now, 1),
    };
    DeliveryRow { state: DeliveryState::Uncertain(since), doubts: row.doubts + doubt, ..row }
}
