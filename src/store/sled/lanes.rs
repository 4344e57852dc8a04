//! What the writer keeps in memory: which lanes are due, and the claims of
//! turns (sled has one opener, so they need no disk). Rebuilt at open.

use std::collections::{BTreeSet, HashMap};
use std::hash::Hash;

use jiff::Timestamp;

use super::keys::LaneKind;
use crate::domain::conversation::Conversation;
use crate::domain::id::{ConversationId, JobId};
use crate::domain::lane::Lane;

/// Lanes of both kinds.
#[derive(Default)]
pub struct Lanes {
    turns: Due<ConversationId>,
    deliveries: Due<ConversationId>,
    jobs: Due<JobId>,
    /// Turn lanes as they are while claimed; the disk knows them unclaimed.
    held: HashMap<ConversationId, Lane>,
    /// The lane of each job.
    job_lanes: HashMap<JobId, Lane>,
}

/// Lanes of one kind by the time they are ready.
struct Due<I> {
    order: BTreeSet<(Timestamp, I)>,
    lanes: HashMap<I, (Timestamp, bool)>,
}

impl<I> Default for Due<I> {
    fn default() -> Self {
        Self { order: BTreeSet::new(), lanes: HashMap::new() }
    }
}

/// When the next lane of a kind is due.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Next {
    /// Of all, leases that run out included.
    pub any: Option<Timestamp>,
    /// Of those that nobody holds.
    pub free: Option<Timestamp>,
}

impl Lanes {
    /// Takes over the lanes of a conversation that was just written or read.
    pub fn note(&mut self, conversation: &Conversation) {
        self.turns.set(conversation.id, &conversation.turns);
        self.deliveries.set(conversation.id, &conversation.deliveries);
        if conversation.turns.is_claimed() {
            self.held.insert(conversation.id, conversation.turns.clone());
        } else {
            self.held.remove(&conversation.id);
        }
    }

    /// Takes over the lane of a job; an empty one is that of a job that is over.
    pub fn note_job(&mut self, id: JobId, lane: Lane) {
        self.jobs.set(id, &lane);
        match lane.ready_at {
            Some(_) => self.job_lanes.insert(id, lane),
            None => self.job_lanes.remove(&id),
        };
    }

    /// The lane of a job that is not over.
    pub fn job(&self, id: JobId) -> Option<&Lane> {
        self.job_lanes.get(&id)
    }

    /// Up to `max` jobs that are due, oldest first.
    pub fn due_jobs(&self, now: Timestamp, max: usize) -> Vec<JobId> {
        self.jobs.due(now, max)
    }

    /// When the next job is due.
    pub fn next_job(&self) -> Next {
        self.jobs.next()
    }

    /// Leaves a lane out until its conversation is written again.
    pub fn forget(&mut self, kind: LaneKind, id: ConversationId) {
        match kind {
            LaneKind::Turns => self.turns.set(id, &Lane::default()),
            LaneKind::Deliveries => self.deliveries.set(id, &Lane::default()),
        }
    }

    /// How many lanes of a kind are not empty, and of `most` of them which:
    /// those that are ready first.
    pub fn waiting(&self, kind: LaneKind, most: usize) -> (usize, Vec<ConversationId>) {
        let due = self.of(kind);
        (due.order.len(), due.order.iter().take(most).map(|(_, id)| *id).collect())
    }

    /// How many jobs are not over.
    pub fn jobs(&self) -> usize {
        self.jobs.order.len()
    }

    /// The turn lane as claimed, if somebody holds it.
    pub fn held(&self, id: ConversationId) -> Option<&Lane> {
        self.held.get(&id)
    }

    /// Up to `max` lanes that are due, oldest first.
    pub fn due(&self, kind: LaneKind, now: Timestamp, max: usize) -> Vec<ConversationId> {
        self.of(kind).due(now, max)
    }

    /// See [`Next`].
    pub fn next(&self, kind: LaneKind) -> Next {
        self.of(kind).next()
    }

    fn of(&self, kind: LaneKind) -> &Due<ConversationId> {
        match kind {
            LaneKind::Turns => &self.turns,
            LaneKind::Deliveries => &self.deliveries,
        }
    }
}

impl<I: Copy + Ord + Hash> Due<I> {
    fn due(&self, now: Timestamp, max: usize) -> Vec<I> {
        let ready = self.order.iter().take_while(|(at, _)| *at <= now);
        ready.take(max).map(|(_, id)| *id).collect()
    }

    fn next(&self) -> Next {
        let is_free = |id| self.lanes.get(id).is_some_and(|(_, held)| !held);
        let free = self.order.iter().find(|(_, id)| is_free(id));
        Next { any: self.order.first().map(|(at, _)| *at), free: free.map(|(at, _)| *at) }
    }

    fn set(&mut self, id: I, lane: &Lane) {
        if let Some((at, _)) = self.lanes.remove(&id) {
            self.order.remove(&(at, id));
        }
        if let Some(at) = lane.ready_at {
            self.lanes.insert(id, (at, lane.is_claimed()));
            self.order.insert((at, id));
        }
    }
}
