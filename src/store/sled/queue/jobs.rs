//! Jobs: each a row and a lane of its own. Claims live in memory: one lost in
//! a crash is a job done again, which every job has to bear.

use std::time::Duration;

use jiff::Timestamp;
use serde::{Deserialize, Serialize};

use crate::domain::id::JobId;
use crate::domain::job::{Job, JobOutcome, Task};
use crate::domain::lane::{Lane, Quiet};
use crate::store::sled::keys;
use crate::store::sled::tx::Tx;
use crate::store::{Claim, StoreError};

/// A new job waits for nothing.
const AT_ONCE: Quiet = Quiet { settle: Duration::ZERO, cap: Duration::ZERO };

/// What stands at `j|job`.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct JobRow {
    /// What is to be done.
    pub task: Task,
    /// Tries so far.
    attempt: u16,
    /// Nobody touches it before then.
    ready_at: Timestamp,
}

impl Tx<'_> {
    /// A job that is to be done.
    pub fn queue_job(&mut self, task: Task) -> Result<(), StoreError> {
        let id = self.job_id(&task);
        self.put(keys::job(id), &JobRow { task, attempt: 0, ready_at: self.now })?;
        let mut lane = Lane::default();
        lane.push(self.now, AT_ONCE);
        self.hold_job(id, lane);
        Ok(())
    }

    /// Of a conversation there is one job of a kind: more of them coalesce.
    fn job_id(&self, task: &Task) -> JobId {
        let (kind, conversation) = match task {
            Task::Summarise(id) => (1, id),
            Task::Embed(id) => (2, id),
            Task::Tell(_) | Task::Alert(_) | Task::Erase(_) => return self.new_id().into(),
        };
        let mut id = *conversation.as_bytes();
        id[0] ^= kind;
        JobId::from_bytes(id)
    }

    /// The lanes of all jobs, as they are on disk.
    pub fn recall_jobs(&mut self) -> Result<(), StoreError> {
        let prefix = keys::jobs();
        for id in self.keys(&prefix, &prefix)?.iter().filter_map(|key| keys::job_of(key)) {
            match self.get::<JobRow>(&keys::job(id)) {
                Ok(row) => {
                    if let Some(JobRow { task: Task::Erase(left), .. }) = &row {
                        // A crash may have come before their end.
                        self.erase_keys(left.keys.iter().copied());
                    }
                    let mut lane = Lane::default();
                    lane.ready_at = row.map(|row| row.ready_at);
                    self.hold_job(id, lane);
                }
                Err(error) => self.leave_job_out(id, &error),
            }
        }
        Ok(())
    }

    /// Those that are due. One that can't be read holds up no other.
    pub fn claim_jobs(&mut self, due: Vec<JobId>, lease: Duration) -> Vec<Claim<Job>> {
        let mut claims = Vec::with_capacity(due.len());
        for id in due {
            match self.claim_job(id, lease) {
                Ok(claimed) => claims.extend(claimed),
                Err(error) => self.leave_job_out(id, &error),
            }
        }
        claims
    }

    fn leave_job_out(&mut self, id: JobId, error: &StoreError) {
        tracing::error!(job.id = %id, %error, "A job can't be read; it is left out");
        self.hold_job(id, Lane::default());
    }

    fn claim_job(&mut self, id: JobId, lease: Duration) -> Result<Option<Claim<Job>>, StoreError> {
        let (mut lane, token) = (self.job_lane(id), self.token());
        if lane.claim(self.now, lease, token).is_none() {
            return Ok(None);
        }
        let row: JobRow = self.get(&keys::job(id))?.ok_or(StoreError::NotFound("job"))?;
        self.hold_job(id, lane);
        let work = Job { id, task: row.task, attempt: row.attempt.saturating_add(1) };
        Ok(Some(Claim { work, lane: id, token }))
    }

    pub fn finish_job(
        &mut self,
        claim: &Claim<Job>,
        outcome: &JobOutcome,
    ) -> Result<(), StoreError> {
        let mut lane = self.job_lane(claim.lane);
        let held = match outcome {
            JobOutcome::Done => lane.finish(claim.token),
            JobOutcome::Retry { at } => lane.retry(claim.token, *at),
        };
        if !held {
            return Err(StoreError::ClaimLost);
        }
        match outcome {
            JobOutcome::Done => self.delete(keys::job(claim.lane))?,
            JobOutcome::Retry { at } => {
                let Job { task, attempt, .. } = claim.work.clone();
                self.put(keys::job(claim.lane), &JobRow { task, attempt, ready_at: *at })?;
            }
        }
        self.hold_job(claim.lane, lane);
        Ok(())
    }
}
