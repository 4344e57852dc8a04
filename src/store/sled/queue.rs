//! Steps 5, 9, 10 and 12: claims taken, work finished.

mod deliveries;
pub mod jobs;
mod turns;

use std::time::Duration;

use async_trait::async_trait;
use jiff::Timestamp;

use super::SledStore;
use super::keys::LaneKind;
use super::tx::Tx;
use super::writer::JOBS;
use crate::domain::delivery::{Delivery, DeliveryOutcome};
use crate::domain::id::{ConversationId, JobId};
use crate::domain::job::{Job, JobOutcome};
use crate::domain::turn::{Turn, TurnOutcome};
use crate::store::{Claim, Pick, Queue, StoreError, WakeUp, Work};

#[async_trait]
impl Queue<Turn> for SledStore {
    async fn claim(
        &self,
        pick: Pick<ConversationId>,
        lease: Duration,
        max: usize,
    ) -> Result<Vec<Claim<Turn>>, StoreError> {
        let claim = move |tx: &mut Tx<'_>| {
            Ok(tx.claim_each(LaneKind::Turns, pick, max, |tx, id| tx.claim_turn(id, lease)))
        };
        self.writer()?.write(claim).await
    }

    async fn renew(&self, claim: &Claim<Turn>, until: Timestamp) -> Result<(), StoreError> {
        let (id, token) = (claim.lane, claim.token);
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
        self.wake_up_for(LaneKind::Turns as usize)
    }

    async fn next_due(&self) -> Result<Option<Timestamp>, StoreError> {
        Ok(self.writer()?.next().borrow()[LaneKind::Turns as usize].free)
    }
}

#[async_trait]
impl Queue<Delivery> for SledStore {
    async fn claim(
        &self,
        pick: Pick<ConversationId>,
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
        let (id, token) = (claim.lane, claim.token);
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
        self.wake_up_for(LaneKind::Deliveries as usize)
    }

    async fn next_due(&self) -> Result<Option<Timestamp>, StoreError> {
        Ok(self.writer()?.next().borrow()[LaneKind::Deliveries as usize].free)
    }
}

#[async_trait]
impl Queue<Job> for SledStore {
    async fn claim(
        &self,
        pick: Pick<JobId>,
        lease: Duration,
        max: usize,
    ) -> Result<Vec<Claim<Job>>, StoreError> {
        let claim = move |tx: &mut Tx<'_>| {
            let due = match pick {
                Pick::Due => tx.lanes.due_jobs(tx.now, max),
                Pick::Lane(id) => vec![id],
            };
            Ok(tx.claim_jobs(due, lease))
        };
        self.writer()?.write(claim).await
    }

    async fn renew(&self, claim: &Claim<Job>, until: Timestamp) -> Result<(), StoreError> {
        let (id, token) = (claim.lane, claim.token);
        let renew = move |tx: &mut Tx<'_>| {
            let mut lane = tx.job_lane(id);
            let held = lane.renew(token, until);
            tx.hold_job(id, lane);
            held.then_some(()).ok_or(StoreError::ClaimLost)
        };
        self.writer()?.write(renew).await
    }

    async fn finish(
        &self,
        claim: Claim<Job>,
        outcome: JobOutcome,
    ) -> Result<Option<Claim<Delivery>>, StoreError> {
        self.writer()?.write(move |tx| tx.finish_job(&claim, &outcome)).await.map(|()| None)
    }

    fn wake_up(&self) -> WakeUp {
        self.wake_up_for(JOBS)
    }

    async fn next_due(&self) -> Result<Option<Timestamp>, StoreError> {
        Ok(self.writer()?.next().borrow()[JOBS].free)
    }
}

impl SledStore {
    fn wake_up_for(&self, kind: usize) -> WakeUp {
        let Ok(writer) = self.writer() else { return Box::pin(std::future::pending()) };
        let (mut next, clock) = (writer.next(), self.clock.clone());
        let due = next.borrow_and_update()[kind].any;
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
    fn due(&self, kind: LaneKind, pick: Pick<ConversationId>, max: usize) -> Vec<ConversationId> {
        match pick {
            Pick::Due => self.lanes.due(kind, self.now, max),
            Pick::Lane(id) => vec![id],
        }
    }

    fn claim_each<W>(
        &mut self,
        kind: LaneKind,
        pick: Pick<ConversationId>,
        max: usize,
        claim: impl Fn(&mut Self, ConversationId) -> Result<Option<Claim<W>>, StoreError>,
    ) -> Vec<Claim<W>>
    where
        W: Work,
    {
        let mut claims = Vec::new();
        for id in self.due(kind, pick, max) {
            match claim(self, id) {
                Ok(claimed) => claims.extend(claimed),
                Err(error) => self.leave_out(kind, id, &error),
            }
        }
        claims
    }
}
