//! Effects: a turn's, an operator's, an API's. One code for all of them.

mod consent;
mod forgetting;
mod importing;
mod linking;
mod remembering;
mod saying;
mod waiting;
mod whole;

use async_trait::async_trait;

use super::SledStore;
use super::keys;
use super::tx::Tx;
use crate::domain::change::{Change, Changed, Subject};
use crate::domain::conversation::{Conversation, Handoff};
use crate::domain::id::{ConversationId, PersonId};
use crate::domain::job::NewsKind;
use crate::domain::memory::Summary;
use crate::domain::message::Role;
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
            Subject::Person(id) => self.change_each_of(*id, changes),
            Subject::Known(business, alias) => {
                let id = self.known_or_made(business, alias)?;
                self.change_each_of(id, changes)
            }
            Subject::Space(space) => {
                changes.iter().map(|change| self.change_space(space, change)).collect()
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

    /// What concerns the person is done once, the rest in each conversation.
    fn change_each_of(
        &mut self,
        id: PersonId,
        changes: &[Change],
    ) -> Result<Vec<Changed>, StoreError> {
        let mut changed = Vec::with_capacity(changes.len());
        for change in changes {
            changed.push(match self.change_whole_person(id, change)? {
                Some(changed) => changed,
                None => self.change_conversations(id, change)?,
            });
        }
        Ok(changed)
    }

    fn change_conversations(
        &mut self,
        id: PersonId,
        change: &Change,
    ) -> Result<Changed, StoreError> {
        let mut changed = Changed::Done;
        for (_, id) in self.person(id)?.conversations {
            let last = self.change_conversation(id, std::slice::from_ref(change))?.pop();
            changed = last.unwrap_or(changed);
        }
        Ok(changed)
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
        // Who is forgotten has none any more.
        if self.if_there(id)?.is_some() {
            self.put_conversation(&conversation)?;
        }
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
            Change::Spend(spent) => {
                self.change_person(conversation, |p| p.spent = p.spent.plus(*spent))?;
            }
            Change::Rally(rally) => conversation.rally = *rally,
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
            Change::Queue(_) | Change::Grant(_) | Change::Revoke(_) | Change::Note(_) => {
                self.change_business(change)?;
            }
            Change::Ask(asked) => conversation.asked = *asked,
            Change::Redact(ids) => return self.redact(conversation, ids),
            Change::Summarise(summary) => self.put_summary(conversation, summary)?,
            Change::Embed(vectors) => self.put_vectors(conversation, vectors)?,
            Change::Remember(_)
            | Change::ForgetSpace
            | Change::ForgetAll
            | Change::Import(..)
            | Change::Merge(_)
            | Change::Split(_) => {
                let changed = self.change_whole_person(conversation.person, change)?;
                return Ok(changed.unwrap_or(Changed::Done));
            }
        }
        Ok(Changed::Done)
    }

    /// One that was begun before words were redacted may hold them.
    fn put_summary(
        &mut self,
        conversation: &Conversation,
        summary: &Summary,
    ) -> Result<(), StoreError> {
        match summary.redacted == conversation.redacted {
            true => self.put_under(conversation.key, keys::summary(conversation.id), summary),
            false => Err(StoreError::Unfit("words were redacted while it was made")),
        }
    }

    /// What concerns no person and no number.
    fn change_business(&mut self, change: &Change) -> Result<(), StoreError> {
        match change {
            Change::Queue(task) => self.queue_job(task.clone()),
            Change::Grant(grant) => self.put(keys::grant(&grant.hash), grant),
            Change::Revoke(id) => self.revoke(id),
            Change::Note(access) => self.note_access(access),
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
            Subject::Person(_)
            | Subject::Known(..)
            | Subject::Space(_)
            | Subject::Number(_)
            | Subject::Business(_) => {
                return self.apply(subject, changes).map(drop);
            }
        };
        match other == conversation.id {
            true => changes.iter().try_for_each(|one| self.change(conversation, one).map(drop)),
            false => self.change_conversation(other, changes).map(drop),
        }
    }
}

/// Whether an effect takes claims away.
fn matters(change: &Change) -> bool {
    match change {
        Change::Pause { .. } | Change::Handoff { .. } | Change::OptOut | Change::Redact(_) => true,
        Change::Resume
        | Change::OptIn
        | Change::Introduce
        | Change::Spend(_)
        | Change::Rally(_)
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
        | Change::Remember(_)
        | Change::ForgetSpace
        | Change::Ask(_)
        | Change::ForgetAll
        | Change::Summarise(_)
        | Change::Embed(_)
        | Change::Import(..)
        | Change::Merge(_)
        | Change::Split(_)
        | Change::Note(_)
        | Change::Also(..) => false,
    }
}
