//! What is said that answers no turn, and what providers call what was sent.

use crate::domain::change::{Changed, Saying};
use crate::domain::conversation::Conversation;
use crate::domain::id::{MessageId, Number, Position, ProviderId};
use crate::domain::message::{Message, Status};
use crate::store::StoreError;
use crate::store::sled::keys;
use crate::store::sled::tx::{DeliveryRow, Tx};

impl Tx<'_> {
    /// A message that answers no turn, at the end of the transcript. Somebody
    /// who wants no messages, or can't be reached any more, gets none.
    pub(super) fn say(
        &mut self,
        conversation: &mut Conversation,
        saying: &Saying,
    ) -> Result<Changed, StoreError> {
        let key = saying.key.as_ref().map(|key| self.hasher.said(&conversation.number.name, key));
        if let Some(known) = key.as_ref().map(|key| self.seen(key)).transpose()?.flatten() {
            return Ok(Changed::Known(known));
        }
        let all_answered = self.unanswered(conversation)?.is_empty();
        let position = Position { seq: self.next_seq(conversation), part: 0 };
        let id = MessageId { conversation: conversation.id, position };
        if all_answered {
            conversation.answered_to = conversation.next_seq;
        }
        if let Some(key) = key {
            self.see(key, Some(id))?;
        }
        let mut row = self.outgoing_row(position, saying.message.clone())?;
        row.role = saying.role;
        if conversation.gone || self.person(conversation.person)?.opted_out {
            row.status = Status::Dropped;
        } else {
            self.put(keys::delivery(id), &DeliveryRow::NEW)?;
            if !conversation.deliveries.is_claimed() {
                conversation.deliveries.wake_at(self.now);
            }
        }
        self.put_words(conversation, &row)?;
        Ok(Changed::Said(id))
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
            self.see(self.hasher.seen(&number.name, &provider_id), Some(id))?;
            row.provider_id = Some(provider_id);
        }
        Ok(())
    }
}
