//! Steps 5, 9, 10 and 12: claims taken, work finished.

use std::time::Duration;

use async_trait::async_trait;
use jiff::Timestamp;

use super::SledStore;
use super::keys::{self, LaneKind};
use super::tx::{DeliveryRow, Tx};
use crate::domain::conversation::Conversation;
use crate::domain::delivery::{Delivery, DeliveryOutcome, DeliveryState};
use crate::domain::failure::Failure;
use crate::domain::id::{ConversationId, MessageId, Position, Token};
use crate::domain::message::{Attached, Message, Role, Status};
use crate::domain::turn::{Finished, Outgoing, Turn, TurnOutcome};
use crate::store::{Claim, Pick, Queue, StoreError, WakeUp};
use crate::tokens;

/// How long a delivery that `finish` hands over is held.
const HANDED_OVER: Duration = Duration::from_secs(120);

#[async_trait]
impl Queue<Turn> for SledStore {
    async fn claim(
        &self,
        pick: Pick,
        lease: Duration,
        max: usize,
    ) -> Result<Vec<Claim<Turn>>, StoreError> {
        let claim = move |tx: &mut Tx<'_>| {
            Ok(tx.claim_each(LaneKind::Turns, pick, max, |tx, id| tx.claim_turn(id, lease)))
        };
        self.writer()?.write(claim).await
    }

    async fn renew(&self, claim: &Claim<Turn>, until: Timestamp) -> Result<(), StoreError> {
        let (id, token) = (claim.conversation, claim.token);
        let renew = move |tx: &mut Tx<'_>| {
            let mut conversation = tx.conversation(id)?;
            let held = conversation.turns.renew(token, until);
            tx.hold_in_memory(&conversation);
            held.then_some(()).ok_or(StoreError::ClaimLost)
        };
        self.writer()?.write(renew).await
    }

    async fn finish(
        &self,
        claim: Claim<Turn>,
        outcome: TurnOutcome,
    ) -> Result<Option<Claim<Delivery>>, StoreError> {
        self.writer()?.write(move |tx| tx.finish_turn(claim, outcome)).await
    }

    fn wake_up(&self) -> WakeUp {
        self.wake_up_for(LaneKind::Turns)
    }

    async fn next_due(&self) -> Result<Option<Timestamp>, StoreError> {
        Ok(self.writer()?.next().borrow()[LaneKind::Turns as usize].free)
    }
}

#[async_trait]
impl Queue<Delivery> for SledStore {
    async fn claim(
        &self,
        pick: Pick,
        lease: Duration,
        max: usize,
    ) -> Result<Vec<Claim<Delivery>>, StoreError> {
        let claim = move |tx: &mut Tx<'_>| {
            Ok(tx
                .claim_each(LaneKind::Deliveries, pick, max, |tx, id| tx.claim_delivery(id, lease)))
        };
        self.writer()?.write(claim).await
    }

    async fn renew(&self, claim: &Claim<Delivery>, until: Timestamp) -> Result<(), StoreError> {
        let (id, token) = (claim.conversation, claim.token);
        let renew = move |tx: &mut Tx<'_>| {
            let mut conversation = tx.conversation(id)?;
            let held = conversation.deliveries.renew(token, until);
            tx.put_conversation(&conversation)?;
            held.then_some(()).ok_or(StoreError::ClaimLost)
        };
        self.writer()?.write(renew).await
    }

    async fn finish(
        &self,
        claim: Claim<Delivery>,
        outcome: DeliveryOutcome,
    ) -> Result<Option<Claim<Delivery>>, StoreError> {
        self.writer()?.write(move |tx| tx.finish_delivery(claim, outcome)).await
    }

    fn wake_up(&self) -> WakeUp {
        self.wake_up_for(LaneKind::Deliveries)
    }

    async fn next_due(&self) -> Result<Option<Timestamp>, StoreError> {
        Ok(self.writer()?.next().borrow()[LaneKind::Deliveries as usize].free)
    }
}

impl SledStore {
    fn wake_up_for(&self, kind: LaneKind) -> WakeUp {
        let Ok(writer) = self.writer() else { return Box::pin(std::future::pending()) };
        let (mut next, clock) = (writer.next(), self.clock.clone());
        let due = next.borrow_and_update()[kind as usize].any;
        Box::pin(async move {
            let due = due.unwrap_or(Timestamp::MAX);
            tokio::select! {
                changed = next.changed() => if changed.is_err() { std::future::pending().await },
                () = clock.reached(due) => {}
            }
        })
    }
}

impl Tx<'_> {
    fn due(&self, kind: LaneKind, pick: Pick, max: usize) -> Vec<ConversationId> {
        match pick {
            Pick::Due => self.lanes.due(kind, self.now, max),
            Pick::Lane(id) => vec![id],
        }
    }

    fn claim_each<W>(
        &mut self,
        kind: LaneKind,
        pick: Pick,
        max: usize,
        claim: impl Fn(&mut Self, ConversationId) -> Result<Option<Claim<W>>, StoreError>,
    ) -> Vec<Claim<W>> {
        let mut claims = Vec::new();
        for id in self.due(kind, pick, max) {
            match claim(self, id) {
                Ok(claimed) => claims.extend(claimed),
                Err(error) => self.leave_out(kind, id, &error),
            }
        }
        claims
    }

    fn claim_turn(
        &mut self,
        id: ConversationId,
        lease: Duration,
    ) -> Result<Option<Claim<Turn>>, StoreError> {
        let mut conversation = self.conversation(id)?;
        let token = self.token();
        let Some(attempt) = conversation.turns.claim(self.now, lease, token) else {
            return Ok(None);
        };
        let mut inbound = self.unanswered(&conversation)?;
        let Some(since) = inbound.iter().map(|row| row.stored_at).min() else {
            self.ask_again(&mut conversation, None)?;
            self.put_conversation(&conversation)?;
            return Ok(None);
        };
        self.hold_in_memory(&conversation);
        inbound.sort_by_key(|row| (row.at, row.position));
        let person = self.person(conversation.person)?;
        let work = Turn { conversation, person, inbound, attempt, since };
        Ok(Some(Claim { work, conversation: id, token }))
    }

    /// Transcript, changes and outbox: one commit.
    fn finish_turn(
        &mut self,
        claim: Claim<Turn>,
        outcome: TurnOutcome,
    ) -> Result<Option<Claim<Delivery>>, StoreError> {
        let mut conversation = self.conversation(claim.conversation)?;
        let finished = match outcome {
            TurnOutcome::Retry { at } => {
                let held = conversation.turns.retry(claim.token, at);
                self.put_conversation(&conversation)?;
                return held.then_some(None).ok_or(StoreError::ClaimLost);
            }
            TurnOutcome::Finished(finished) => finished,
        };
        if !conversation.turns.finish(claim.token) {
            return Err(StoreError::ClaimLost);
        }
        let upto = claim.work.inbound.iter().map(|row| row.position).max().unwrap_or_default();
        conversation.answered_to = conversation.answered_to.max(upto.seq + 1);
        for change in &finished.changes {
            self.change(&mut conversation, change)?;
        }
        self.append_reply(&conversation, upto, finished)?;
        let first = self.next_delivery(&mut conversation)?;
        self.put_conversation(&conversation)?;
        Ok(first)
    }

    /// The reply's rows and deliveries. The record of the turn stands in the
    /// first, or with the last message that got no answer.
    fn append_reply(
        &mut self,
        conversation: &Conversation,
        upto: Position,
        finished: Finished,
    ) -> Result<(), StoreError> {
        let mut record = Some(finished.record);
        for (part, outgoing) in (1u16..).zip(finished.messages) {
            let position = Position { seq: upto.seq, part };
            let row = Message { turn: record.take(), ..self.outgoing_row(position, outgoing) };
            self.put_message(conversation.id, &row)?;
            let id = MessageId { conversation: conversation.id, position };
            self.put(keys::delivery(id), &DeliveryRow::NEW)?;
        }
        let last = MessageId { conversation: conversation.id, position: upto };
        if let (Some(record), Some(mut row)) = (record, self.message(last)?) {
            row.turn = Some(record);
            self.put_message(conversation.id, &row)?;
        }
        Ok(())
    }

    fn outgoing_row(&self, position: Position, outgoing: Outgoing) -> Message {
        Message {
            position,
            role: Role::Assistant,
            tokens: tokens::count(&outgoing.content.as_text()),
            content: outgoing.content,
            at: self.now,
            stored_at: self.now,
            provider_id: None,
            attached: Attached { quotes: outgoing.quotes, ..Attached::default() },
            status: Status::Queued,
            failure: None,
            requeued: false,
            turn: None,
        }
    }

    fn claim_delivery(
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

    /// Claims the next delivery if nobody holds the lane.
    fn next_delivery(
        &mut self,
        conversation: &mut Conversation,
    ) -> Result<Option<Claim<Delivery>>, StoreError> {
        let idle = conversation.deliveries.ready_at.is_none();
        if idle { self.take_head(conversation, HANDED_OVER) } else { Ok(None) }
    }

    /// The head of the lane. What surely wasn't sent is marked in flight now,
    /// on disk before the provider is called.
    fn take_head(
        &mut self,
        conversation: &mut Conversation,
        lease: Duration,
    ) -> Result<Option<Claim<Delivery>>, StoreError> {
        let Some((id, row)) = self.deliveries(conversation.id)?.into_iter().next() else {
            conversation.deliveries.take_away(None);
            return Ok(None);
        };
        let paused = self.paused_until(&conversation.number.name)?;
        if let (Some(until), DeliveryState::Waiting) = (paused, row.state) {
            conversation.deliveries.take_away(Some(until));
            return Ok(None);
        }
        if row.state == DeliveryState::Waiting {
            let marked = DeliveryRow { state: DeliveryState::InFlight(self.now), ..row };
            self.put(keys::delivery(id), &marked)?;
        }
        let token = self.token();
        conversation.deliveries.wake_at(self.now);
        conversation.deliveries.claim(self.now, lease, token);
        self.delivery(conversation, id, row, token).map(Some)
    }

    fn delivery(
        &self,
        conversation: &Conversation,
        id: MessageId,
        row: DeliveryRow,
        token: Token,
    ) -> Result<Claim<Delivery>, StoreError> {
        let message = self.message(id)?.ok_or(StoreError::NotFound("message of a delivery"))?;
        let DeliveryRow { state, attempt, doubts } = row;
        let conversation = conversation.clone();
        let work = Delivery { id, conversation, message, state, attempt, doubts };
        Ok(Claim { conversation: id.conversation, token, work })
    }

    fn finish_delivery(
        &mut self,
        claim: Claim<Delivery>,
        outcome: DeliveryOutcome,
    ) -> Result<Option<Claim<Delivery>>, StoreError> {
        let mut conversation = self.conversation(claim.conversation)?;
        if !conversation.deliveries.is_held_by(claim.token) {
            return Err(StoreError::ClaimLost);
        }
        let id = claim.work.id;
        let row: DeliveryRow =
            self.get(&keys::delivery(id))?.ok_or(StoreError::NotFound("delivery"))?;
        let next = match outcome {
            DeliveryOutcome::Sent(provider_id) => {
                self.close(&conversation, id, |tx, message, number| {
                    message.status = message.status.max(Status::Sent);
                    tx.remember_sent(number, id, message, provider_id)
                })?;
                conversation.deliveries.take_away(None);
                self.next_delivery(&mut conversation)?
            }
            DeliveryOutcome::Failed(failure) => {
                self.fail(&conversation, id, failure)?;
                conversation.deliveries.take_away(None);
                self.next_delivery(&mut conversation)?
            }
            DeliveryOutcome::Retry { at, failure } => {
                if let Some(failure) = &failure {
                    self.pause_number(&conversation.number.name, failure.class)?;
                }
                let attempt = row.attempt.saturating_add(u16::from(failure.is_some()));
                let row = DeliveryRow { state: DeliveryState::Waiting, attempt, ..row };
                self.put(keys::delivery(id), &row)?;
                conversation.deliveries.take_away(Some(at));
                None
            }
            DeliveryOutcome::Uncertain { ask_at } => {
                self.put(keys::delivery(id), &in_doubt(row, self.now))?;
                conversation.deliveries.take_away(Some(ask_at));
                None
            }
            DeliveryOutcome::Resend => {
                self.put(
                    keys::delivery(id),
                    &DeliveryRow { state: DeliveryState::Waiting, ..row },
                )?;
                conversation.deliveries.take_away(None);
                self.next_delivery(&mut conversation)?
            }
        };
        self.put_conversation(&conversation)?;
        Ok(next)
    }

    fn fail(
        &mut self,
        conversation: &Conversation,
        id: MessageId,
        failure: Failure,
    ) -> Result<(), StoreError> {
        self.close(conversation, id, |_, message, _| {
            message.status = Status::Failed;
            message.failure = Some(failure);
            Ok(())
        })
    }

    /// The delivery is over; what became of it stands with the message.
    fn close(
        &mut self,
        conversation: &Conversation,
        id: MessageId,
        settle: impl FnOnce(
            &mut Self,
            &mut Message,
            &crate::domain::id::Number,
        ) -> Result<(), StoreError>,
    ) -> Result<(), StoreError> {
        self.delete(keys::delivery(id))?;
        let mut message = self.message(id)?.ok_or(StoreError::NotFound("message of a delivery"))?;
        settle(self, &mut message, &conversation.number)?;
        self.put_message(conversation.id, &message)
    }
}

fn in_doubt(row: DeliveryRow, now: Timestamp) -> DeliveryRow {
    let since = match row.state {
        DeliveryState::InFlight(since) | DeliveryState::Uncertain(since) => since,
        DeliveryState::Waiting => now,
    };
    DeliveryRow { state: DeliveryState::Uncertain(since), doubts: row.doubts + 1, ..row }
}
