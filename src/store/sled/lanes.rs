//! What the writer keeps in memory: which lanes are due, and the claims of
//! turns (sled has one opener, so they need no disk). Rebuilt at open.

use std::collections::{BTreeSet, HashMap};

use jiff::Timestamp;

use super::keys::LaneKind;
use crate::domain::conversation::Conversation;
use crate::domain::id::ConversationId;
use crate::domain::lane::Lane;

/// Lanes of both kinds.
#[derive(Default)]
pub struct Lanes {
    turns: Due,
    deliveries: Due,
    /// Turn lanes as they are while claimed; the disk knows them unclaimed.
    held: HashMap<ConversationId, Lane>,
}

/// Lanes of one kind by the time they are ready.
#[derive(Default)]
struct Due {
    order: BTreeSet<(Timestamp, ConversationId)>,
    lanes: HashMap<ConversationId, (Timestamp, bool)>,
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

    /// Leaves a lane out until its conversation is written again.
    pub fn forget(&mut self, kind: LaneKind, id: ConversationId) {
        match kind {
            LaneKind::Turns => self.turns.set(id, &Lane::default()),
            LaneKind::Deliveries => self.deliveries.set(id, &Lane::default()),
        }
    }

    /// The turn lane as claimed, if somebody holds it.
    pub fn held(&self, id: ConversationId) -> Option<&Lane> {
        self.held.get(&id)
    }

    /// Up to `max` lanes that are due, oldest first.
    pub fn due(&self, kind: LaneKind, now: Timestamp, max: usize) -> Vec<ConversationId> {
        let ready = self.of(kind).order.iter().take_while(|(at, _)| *at <= now);
        ready.take(max).map(|(_, id)| *id).collect()
    }

    /// See [`Next`].
    pub fn next(&self, kind: LaneKind) -> Next {
        let due = self.of(kind);
        let free =
            due.order.iter().find(|(_, id)| due.lanes.get(id).is_some_and(|(_, held)| !held));
        Next { any: due.order.first().map(|(at, _)| *at), free: free.map(|(at, _)| *at) }
    }

    fn of(&self, kind: LaneKind) -> &Due {
        match kind {
            LaneKind::Turns => &self.turns,
            LaneKind::Deliveries => &self.deliveries,
        }
    }
}

impl Due {
    fn set(&mut self, id: ConversationId, lane: &Lane) {
        if let Some((at, _)) = self.lanes.remove(&id) {
            self.order.remove(&(at, id));
        }
        if let Some(at) = lane.ready_at {
            self.lanes.insert(id, (at, lane.is_claimed()));
            self.order.insert((at, id));
        }
    }
}
