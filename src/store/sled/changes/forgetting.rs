//! Forgetting: words of a message, or all of a person. What a person's keys
//! seal is lost the moment the commit is over; the records go bit by bit.

use crate::domain::change::Changed;
use crate::domain::content::Content;
use crate::domain::conversation::{Conversation, Mode};
use crate::domain::id::{ConversationId, KeyId, MessageId, PersonId};
use crate::domain::job::{Erasure, Task};
use crate::domain::memory::Space;
use crate::domain::person::{Alias, Person};
use crate::domain::terms::Packed;
use crate::store::StoreError;
use crate::store::sled::keys::{self, LaneKind};
use crate::store::sled::tx::Tx;
use crate::tokens;

impl Tx<'_> {
    /// The words of these messages go, and with them what they are found by.
    /// Without a message only what was made goes: a note is forgotten that came
    /// from none.
    pub(super) fn redact(
        &mut self,
        conversation: &mut Conversation,
        ids: &[MessageId],
    ) -> Result<Changed, StoreError> {
        let mut count = 0;
        let person = self.person(conversation.person)?;
        for id in ids.iter().filter(|id| person.has(id.conversation)) {
            let Some(mut row) = self.message(*id)? else { continue };
            if row.content == Content::Revoked {
                continue;
            }
            row.content = Content::Revoked;
            row.terms = Packed::default();
            row.tokens = tokens::count(&row.content.as_text());
            (row.reaction, row.otherwise, row.attached.speaker) = (None, None, None);
            match id.conversation == conversation.id {
                true => self.put_words(conversation, &row)?,
                false => {
                    let other = self.conversation(id.conversation)?;
                    self.put_words(&other, &row)?;
                }
            }
            self.drop_delivery(*id)?;
            count += 1;
        }
        if count > 0 || ids.is_empty() {
            self.forget_what_was_made(conversation, &person)?;
        }
        Ok(Changed::Count(count))
    }

    /// Summaries and traces may hold what was redacted, and so may an answer
    /// that somebody is working on elsewhere: all are made again from what is
    /// left.
    fn forget_what_was_made(
        &mut self,
        conversation: &mut Conversation,
        person: &Person,
    ) -> Result<(), StoreError> {
        conversation.redacted += 1;
        for id in person.all_conversations() {
            self.delete(keys::summary(id))?;
            self.delete_all(&keys::traces(id), usize::MAX)?;
            if id != conversation.id {
                let mut other = self.conversation(id)?;
                other.redacted += 1;
                if other.turns.is_claimed() {
                    self.ask_again(&mut other, None)?;
                }
                self.put_conversation(&other)?;
            }
        }
        Ok(())
    }

    /// Everything of a person's, at once. What stays are ids that were seen, as
    /// keyed hashes, for as long as repetitions may come, and that they want
    /// no messages.
    pub(in crate::store::sled) fn forget_person(&mut self, id: PersonId) -> Result<(), StoreError> {
        let person = self.person(id)?;
        self.forget_space(&Space::Person(id))?;
        let mut left = Erasure {
            person: id,
            conversations: person.all_conversations().collect(),
            keys: vec![person.key],
        };
        for conversation in left.conversations.clone() {
            left.keys.extend(self.let_go(conversation)?);
        }
        for link in &person.aliases {
            self.forget_alias(&person, &link.alias)?;
        }
        self.forget_links(id, &mut left)?;
        self.delete(keys::person(id))?;
        self.erase_keys(left.keys.iter().copied());
        tracing::info!(person.id = %id, "A person is forgotten");
        self.queue_job(Task::Erase(left))
    }

    /// The conversation, its lanes and what waits in them; gives back its keys.
    fn let_go(&mut self, id: ConversationId) -> Result<Vec<KeyId>, StoreError> {
        let mut conversation = self.conversation(id)?;
        for (delivery, _) in self.deliveries(id)? {
            self.delete(keys::delivery(delivery))?;
        }
        (conversation.turns, conversation.deliveries) = Default::default();
        for kind in LaneKind::ALL {
            self.delete(keys::busy(kind, id))?;
        }
        self.delete(keys::summary(id))?;
        self.delete(keys::conversation(id))?;
        self.hold_in_memory(&conversation);
        Ok([&[conversation.key][..], &conversation.shared].concat())
    }

    fn forget_alias(&mut self, person: &Person, alias: &Alias) -> Result<(), StoreError> {
        let key = self.hasher.alias(&person.business, alias);
        if self.get::<PersonId>(&key)? == Some(person.id) {
            self.delete(key)?;
        }
        let mark = self.hasher.opted_out(&person.business, alias);
        match person.opted_out {
            true => self.put(mark, &()),
            false => self.delete(mark),
        }
    }

    /// The last line to somebody who has just been forgotten, in a
    /// conversation that knows nothing else, under a key of its own.
    pub fn farewell(&mut self, to: &Conversation) -> Result<Conversation, StoreError> {
        let mut person = self.stranger(&to.number)?;
        let id = self.new_id().into();
        person.conversations.push((to.number.name.clone(), id));
        person.introduced = true;
        self.put_person(&person)?;
        Ok(Conversation {
            id,
            person: person.id,
            key: self.new_key()?,
            mode: Mode::Assistant,
            shared: Vec::new(),
            handoff: None,
            asked: None,
            farewell: true,
            turns: Default::default(),
            deliveries: Default::default(),
            ..to.clone()
        })
    }

    /// The farewell is said: nothing is left to keep its conversation for.
    pub fn end_farewell(&mut self, conversation: &Conversation) -> Result<bool, StoreError> {
        let over = conversation.farewell && self.deliveries(conversation.id)?.is_empty();
        if over {
            self.forget_person(conversation.person)?;
        }
        Ok(over)
    }
}
