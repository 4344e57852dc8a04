//! The rows that a request reads and writes, and what each implies.

use std::collections::BTreeSet;

use jiff::Timestamp;
use serde::{Deserialize, Serialize};

use super::{Read, Tx};
use crate::domain::content::Content;
use crate::domain::conversation::Conversation;
use crate::domain::delivery::DeliveryState;
use crate::domain::id::{ConversationId, JobId, KeyId, MessageId, PersonId, Position};
use crate::domain::lane::Lane;
use crate::domain::message::{Message, Role};
use crate::domain::person::Person;
use crate::recall::BLOCK;
use crate::store::StoreError;
use crate::store::sled::keys::{self, LaneKind};

/// What stands at `d|conv|position`; the message itself is in the transcript.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct DeliveryRow {
    /// Where it stands.
    pub state: DeliveryState,
    /// Tries that surely did not arrive.
    pub attempt: u16,
    /// Times that nobody knew.
    pub doubts: u8,
    /// Nobody touches it before then, however the lane is woken.
    #[serde(default)]
    pub ready_at: Option<Timestamp>,
}

/// What stands at `s|H(…)`: it lives as long as its message, and a while.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Seen {
    /// The message; `None` = taken back before it came.
    pub id: Option<MessageId>,
    /// Since when.
    pub at: Timestamp,
}

impl DeliveryRow {
    /// A delivery that nobody has tried.
    pub const NEW: Self =
        Self { state: DeliveryState::Waiting, attempt: 0, doubts: 0, ready_at: None };
}

impl Tx<'_> {
    /// The conversation, its turn lane as it is in memory.
    pub fn conversation(&self, id: ConversationId) -> Read<Conversation> {
        let mut conversation: Conversation =
            self.get(&keys::conversation(id))?.ok_or(StoreError::NotFound("conversation"))?;
        if let Some(moved) = self.touched.iter().rev().find(|moved| moved.id == id) {
            conversation.turns = moved.turns.clone();
        } else if let Some(held) = self.lanes.held(id) {
            conversation.turns = held.clone();
        }
        Ok(conversation)
    }

    /// The conversation, if its person has not been forgotten meanwhile.
    pub fn if_there(&self, id: ConversationId) -> Read<Option<Conversation>> {
        match self.conversation(id) {
            Err(StoreError::NotFound(_)) => Ok(None),
            found => found.map(Some),
        }
    }

    /// Writes a conversation and what its lanes imply.
    pub fn put_conversation(&mut self, conversation: &Conversation) -> Read<()> {
        self.put_under(conversation.key, keys::conversation(conversation.id), conversation)?;
        let lanes = [&conversation.turns, &conversation.deliveries];
        for (kind, lane) in LaneKind::ALL.into_iter().zip(lanes) {
            self.mark(keys::busy(kind, conversation.id), lane.ready_at.is_some())?;
        }
        self.hold_in_memory(conversation);
        Ok(())
    }

    /// Notes a claim or a lease of a turn, which needs no disk: lost in a
    /// crash, it is only a turn done again.
    pub fn hold_in_memory(&mut self, conversation: &Conversation) {
        self.touched.push(conversation.clone());
    }

    /// The lane of a job, as in memory; empty if there is no such job.
    pub fn job_lane(&self, id: JobId) -> Lane {
        let moved = self.jobs.iter().rev().find(|(moved, _)| *moved == id).map(|(_, lane)| lane);
        moved.or_else(|| self.lanes.job(id)).cloned().unwrap_or_default()
    }

    /// Notes where a job stands.
    pub fn hold_job(&mut self, id: JobId, lane: Lane) {
        self.jobs.push((id, lane));
    }

    /// A person.
    pub fn person(&self, id: PersonId) -> Read<Person> {
        self.get(&keys::person(id))?.ok_or(StoreError::NotFound("person"))
    }

    /// A message.
    pub fn message(&self, id: MessageId) -> Read<Option<Message>> {
        self.get(&keys::message(id))
    }

    /// Writes a person.
    pub fn put_person(&mut self, person: &Person) -> Read<()> {
        self.put_under(person.key, keys::person(person.id), person)
    }

    /// Writes a message. Words about somebody else are sealed as theirs: they
    /// go when that person is forgotten.
    pub fn put_message(&mut self, conversation: &Conversation, message: &Message) -> Read<()> {
        let id = MessageId { conversation: conversation.id, position: message.position };
        let key = match (message.attached.sealed, message.attached.about) {
            (Some(sealed), _) => sealed,
            (None, Some(about)) if about != conversation.id => self.key_about(about)?,
            (None, _) => conversation.key,
        };
        self.put_under(key, keys::message(id), message)
    }

    /// The key of words about somebody; about who is forgotten by now, one that
    /// goes at once.
    fn key_about(&mut self, id: ConversationId) -> Read<KeyId> {
        if let Some(about) = self.if_there(id)? {
            return Ok(about.key);
        }
        let key = self.new_key()?;
        self.erase_keys([key]);
        Ok(key)
    }

    /// Writes a message whose words are new or changed: it has to be found by
    /// them, and by what they meant no more.
    pub fn put_words(&mut self, conversation: &Conversation, message: &Message) -> Read<()> {
        self.put_message(conversation, message)?;
        let block = block(message.position.seq);
        if block < block_of_next(conversation) {
            self.touch_block(conversation.id, block);
            self.delete(keys::vectors(conversation.id, block))?;
        }
        Ok(())
    }

    /// The messages of a block have changed: it is packed anew.
    pub fn touch_block(&mut self, conversation: ConversationId, block: u64) {
        self.dirty.insert((conversation, block));
    }

    /// The place of the next message; a block that it leaves behind is packed.
    pub fn next_seq(&mut self, conversation: &mut Conversation) -> u64 {
        let seq = conversation.next_seq;
        conversation.next_seq += 1;
        if block_of_next(conversation) > block(seq) {
            self.touch_block(conversation.id, block(seq));
        }
        seq
    }

    /// The message that an id, or a key, was seen with.
    pub fn seen(&self, key: &[u8]) -> Read<Option<MessageId>> {
        Ok(self.get::<Seen>(key)?.and_then(|seen| seen.id))
    }

    /// Notes that an id, or a key, was seen.
    pub fn see(&mut self, key: Vec<u8>, id: Option<MessageId>) -> Read<()> {
        self.put(key, &Seen { id, at: self.now })
    }

    /// The messages of a conversation from `seq` on.
    pub fn messages(&self, conversation: ConversationId, seq: u64) -> Read<Vec<Message>> {
        let from = MessageId { conversation, position: Position { seq, part: 0 } };
        let keys = self.keys(&keys::messages(conversation), &keys::message(from))?;
        let heads = keys.iter().filter(|key| keys::position_of(key).is_some());
        heads.filter_map(|key| self.get(key).transpose()).collect()
    }

    /// The messages of a conversation from `seq` on and below another, as far as
    /// they can be read: an index without one must not keep others from coming in.
    pub fn messages_between(
        &self,
        conversation: ConversationId,
        from: u64,
        below: u64,
    ) -> Read<Vec<Message>> {
        let key =
            |seq| keys::message(MessageId { conversation, position: Position { seq, part: 0 } });
        let keys = self.keys_between(&key(from), key(below), usize::MAX)?;
        let heads = keys.iter().filter(|key| keys::position_of(key).is_some());
        heads.filter_map(|key| spared(self.get(key)).transpose()).collect()
    }

    /// The blocks whose messages have changed.
    pub fn touched_blocks(&mut self) -> BTreeSet<(ConversationId, u64)> {
        std::mem::take(&mut self.dirty)
    }

    /// What the person said that no finished turn covers, in order of arrival.
    pub fn unanswered(&self, conversation: &Conversation) -> Read<Vec<Message>> {
        let mut rows = self.messages(conversation.id, conversation.answered_to)?;
        rows.retain(is_question);
        Ok(rows)
    }

    /// The deliveries of a conversation that are not over, in order.
    pub fn deliveries(&self, conversation: ConversationId) -> Read<Vec<(MessageId, DeliveryRow)>> {
        let prefix = keys::deliveries(conversation);
        let mut rows = Vec::new();
        for key in self.keys(&prefix, &prefix)? {
            if let (Some(position), Some(row)) = (keys::position_of(&key), self.get(&key)?) {
                rows.push((MessageId { conversation, position }, row));
            }
        }
        Ok(rows)
    }
}

/// The block of a `seq`.
pub fn block(seq: u64) -> u64 {
    seq / BLOCK
}

/// The block that is still growing: those before it are packed.
pub fn block_of_next(conversation: &Conversation) -> u64 {
    block(conversation.next_seq)
}

/// Something of the person's that nobody else answers.
pub fn is_question(row: &Message) -> bool {
    row.role == Role::Person && row.content != Content::Revoked && !row.attached.answered_elsewhere
}

/// Nothing of what is damaged.
fn spared<T>(read: Read<Option<T>>) -> Read<Option<T>> {
    match read {
        Err(StoreError::Damaged(reason)) => {
            tracing::error!(reason, "A message can't be read; nothing finds it any more");
            Ok(None)
        }
        read => read,
    }
}
