//! Effects: a turn's, an operator's, an API's. One code for all of them.

use async_trait::async_trait;

use super::SledStore;
use super::keys;
use super::tx::{DeliveryRow, Tx};
use crate::domain::change::{Change, Changed, Saying, Subject};
use crate::domain::conversation::{Conversation, Handoff};
use crate::domain::delivery::DeliveryState;
use crate::domain::id::{ConversationId, MessageId, Number, NumberName, Position, ProviderId};
use crate::domain::job::NewsKind;
use crate::domain::lane::Quiet;
use crate::domain::message::{Message, Role, Status};
use crate::domain::person::Person;
use crate::store::{Changes, StoreError};

/// So many digits of a hash name a token.
const GRANT_ID: usize = 8;

#[async_trait]
impl Changes for SledStore {
    async fn apply(
        &self,
        subject: Subject,
        changes: Vec<Change>,
    ) -> Result<Vec<Changed>, StoreError> {
        self.writer()?.write(move |tx| tx.apply(&subject, &changes)).await
    }
}

impl Tx<'_> {
    fn apply(&mut self, subject: &Subject, changes: &[Change]) -> Result<Vec<Changed>, StoreError> {
        match subject {
            Subject::Conversation(id) => self.change_conversation(*id, changes),
            Subject::Person(id) => {
                let mut changed = Vec::new();
                for (_, id) in self.person(*id)?.conversations {
                    changed = self.change_conversation(id, changes)?;
                }
                Ok(changed)
            }
            Subject::Address(number, sender) => {
                let id = self.conversation_at(number, sender)?;
                self.change_conversation(id, changes)
            }
            Subject::Number(name) => changes
                .iter()
                .map(|change| self.change_number(name, change).map(|()| Changed::Done))
                .collect(),
            Subject::Business(_) => changes
                .iter()
                .map(|change| self.change_business(change).map(|()| Changed::Done))
                .collect(),
        }
    }

    fn change_conversation(
        &mut self,
        id: ConversationId,
        changes: &[Change],
    ) -> Result<Vec<Changed>, StoreError> {
        let mut conversation = self.conversation(id)?;
        let mut changed = Vec::with_capacity(changes.len());
        for change in changes {
            changed.push(self.change(&mut conversation, change)?);
            if matters(change) {
                self.ask_again(&mut conversation, None)?;
            }
        }
        self.put_conversation(&conversation)?;
        Ok(changed)
    }

    /// One effect on a conversation that the caller writes afterwards. Claims
    /// are the caller's business too: a turn's own effects keep its claim.
    pub fn change(
        &mut self,
        conversation: &mut Conversation,
        change: &Change,
    ) -> Result<Changed, StoreError> {
        match change {
            Change::Say(saying) => return self.say(conversation, saying),
            Change::Also(subject, changes) => self.also(conversation, subject, changes)?,
            Change::Pause { .. } => {
                conversation.mode = change.mode().unwrap_or_default();
                self.drop_waiting(conversation, &[Role::Assistant])?;
            }
            Change::Resume => (conversation.mode, conversation.handoff) = Default::default(),
            Change::Handoff { reason, .. } => {
                conversation.mode = change.mode().unwrap_or_default();
                conversation.handoff = Some(Handoff { at: self.now, reason: reason.clone() });
                self.tell(NewsKind::HandoffRequested, conversation, None, None)?;
            }
            Change::OptOut => self.opt_out(conversation)?,
            Change::OptIn => self.change_person(conversation, |p| p.opted_out = false)?,
            Change::Introduce => self.change_person(conversation, |p| p.introduced = true)?,
            Change::NewConversation => conversation.window_from = conversation.answered_to,
            Change::Requeue(id) => self.requeue_failed(conversation, *id)?,
            Change::Drop(id) => self.drop_one(conversation, *id)?,
            Change::PauseNumber { .. } | Change::ResumeNumber | Change::CaughtUp(_) => {
                let name = conversation.number.name.clone();
                self.change_number(&name, change)?;
                let lane = &mut conversation.deliveries;
                if lane.ready_at.is_some() && !lane.is_claimed() {
                    lane.wake_at(self.now);
                }
            }
            Change::Queue(_) | Change::Grant(_) | Change::Revoke(_) => {
                self.change_business(change)?;
            }
        }
        Ok(Changed::Done)
    }

    /// What concerns no person and no number.
    fn change_business(&mut self, change: &Change) -> Result<(), StoreError> {
        match change {
            Change::Queue(task) => self.queue_job(task.clone()),
            Change::Grant(grant) => self.put(keys::grant(&grant.hash), grant),
            Change::Revoke(id) => self.revoke(id),
            _ => Err(StoreError::NotFound("change of a business")),
        }
    }

    /// By its whole hash, or by as much of it as operators see.
    fn revoke(&mut self, id: &str) -> Result<(), StoreError> {
        let keys = self.keys(&keys::grants(), &keys::grant(id))?;
        let found = keys.into_iter().next().filter(|key| key.starts_with(&keys::grant(id)));
        match found.filter(|_| id.len() >= GRANT_ID) {
            Some(key) => self.delete(key),
            None => Err(StoreError::NotFound("token")),
        }
    }

    /// Effects on somebody else. The conversation in the caller's hand is
    /// changed there, since the caller writes it afterwards.
    fn also(
        &mut self,
        conversation: &mut Conversation,
        subject: &Subject,
        changes: &[Change],
    ) -> Result<(), StoreError> {
        let other = match subject {
            Subject::Conversation(id) => *id,
            Subject::Address(number, sender) => self.conversation_at(number, sender)?,
            Subject::Person(_) | Subject::Number(_) | Subject::Business(_) => {
                return self.apply(subject, changes).map(drop);
            }
        };
        match other == conversation.id {
            true => changes.iter().try_for_each(|one| self.change(conversation, one).map(drop)),
            false => self.change_conversation(other, changes).map(drop),
        }
    }

    /// A message that answers no turn, at the end of the transcript. Somebody
    /// who wants no messages gets none.
    fn say(
        &mut self,
        conversation: &mut Conversation,
        saying: &Saying,
    ) -> Result<Changed, StoreError> {
        let key = saying.key.as_ref().map(|key| self.hasher.said(&conversation.number.name, key));
        if let Some(known) = key.as_ref().map(|key| self.get(key)).transpose()?.flatten() {
            return Ok(Changed::Known(known));
        }
        let all_answered = self.unanswered(conversation)?.is_empty();
        let position = Position { seq: conversation.next_seq, part: 0 };
        let id = MessageId { conversation: conversation.id, position };
        conversation.next_seq += 1;
        if all_answered {
            conversation.answered_to = conversation.next_seq;
        }
        if let Some(key) = key {
            self.put(key, &id)?;
        }
        let mut row = self.outgoing_row(position, saying.message.clone());
        row.role = saying.role;
        if self.person(conversation.person)?.opted_out {
            row.status = Status::Dropped;
        } else {
            self.put(keys::delivery(id), &DeliveryRow::NEW)?;
            if !conversation.deliveries.is_claimed() {
                conversation.deliveries.wake_at(self.now);
            }
        }
        self.put_message(conversation.id, &row)?;
        Ok(Changed::Said(id))
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

    /// Nothing more is sent to this person, on any number of the business.
    fn opt_out(&mut self, conversation: &mut Conversation) -> Result<(), StoreError> {
        self.unsubscribe(conversation)?;
        self.drop_waiting(conversation, &[Role::Assistant, Role::Business])?;
        self.silence_elsewhere(conversation)
    }

    /// Notes that the person wants no more messages.
    pub fn unsubscribe(&mut self, conversation: &Conversation) -> Result<(), StoreError> {
        if self.person(conversation.person)?.opted_out {
            return Ok(());
        }
        self.change_person(conversation, |person| person.opted_out = true)?;
        self.tell(NewsKind::PersonOptedOut, conversation, None, None)
    }

    fn change_person(
        &mut self,
        conversation: &Conversation,
        change: impl FnOnce(&mut Person),
    ) -> Result<(), StoreError> {
        let mut person = self.person(conversation.person)?;
        change(&mut person);
        self.put(keys::person(person.id), &person)
    }

    /// The person's other conversations stop with this one.
    fn silence_elsewhere(&mut self, here: &Conversation) -> Result<(), StoreError> {
        for (_, id) in self.person(here.person)?.conversations {
            if id != here.id {
                let mut other = self.conversation(id)?;
                self.drop_waiting(&mut other, &[Role::Assistant, Role::Business])?;
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

    /// What waits to go out from a number goes now.
    pub fn wake_deliveries_of(&mut self, name: &NumberName) -> Result<(), StoreError> {
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

/// Whether an effect takes claims away.
fn matters(change: &Change) -> bool {
    match change {
        Change::Pause { .. } | Change::Handoff { .. } | Change::OptOut => true,
        Change::Resume
        | Change::OptIn
        | Change::Introduce
        | Change::NewConversation
        | Change::Say(_)
        | Change::PauseNumber { .. }
        | Change::ResumeNumber
        | Change::CaughtUp(_)
        | Change::Requeue(_)
        | Change::Drop(_)
        | Change::Queue(_)
        | Change::Grant(_)
        | Change::Revoke(_)
        | Change::Also(..) => false,
    }
}
