//! Reading what was said.

use async_trait::async_trait;

use super::SledStore;
use super::keys;
use super::tx::DeliveryRow;
use crate::domain::conversation::Conversation;
use crate::domain::delivery::Delivery;
use crate::domain::id::{ConversationId, MessageId, NumberName, Position, ProviderId};
use crate::domain::message::Message;
use crate::store::{StoreError, Transcript};

#[async_trait]
impl Transcript for SledStore {
    async fn window(
        &self,
        conversation: &Conversation,
        below: u64,
        tokens: u32,
    ) -> Result<Vec<Message>, StoreError> {
        let at = |seq| keys::message(id(conversation.id, seq));
        let range = at(conversation.window_from)..at(below);
        let mut left = tokens;
        let mut window = Vec::new();
        for key in self.reading.tree.range(range).keys().rev() {
            let key = key.map_err(super::tx::unavailable)?;
            let head = keys::position_of(&key).is_some();
            let Some(message) = head.then(|| self.readable(&key)).transpose()?.flatten() else {
                continue;
            };
            let Some(rest) = left.checked_sub(message.tokens) else { break };
            left = rest;
            window.push(message);
        }
        window.reverse();
        Ok(window)
    }

    async fn message(&self, id: MessageId) -> Result<Option<Message>, StoreError> {
        self.read(&keys::message(id))
    }

    async fn by_provider_id(
        &self,
        number: &NumberName,
        id: &ProviderId,
    ) -> Result<Option<Message>, StoreError> {
        match self.seen(&self.hasher.seen(number, id))? {
            Some(id) => self.read(&keys::message(id)),
            None => Ok(None),
        }
    }

    async fn said(&self, number: &NumberName, key: &str) -> Result<Option<MessageId>, StoreError> {
        self.seen(&self.hasher.said(number, key))
    }

    async fn conversation(&self, id: ConversationId) -> Result<Option<Conversation>, StoreError> {
        self.read(&keys::conversation(id))
    }

    async fn outbox(&self, id: ConversationId) -> Result<Vec<Delivery>, StoreError> {
        let Some(conversation) = self.conversation(id).await? else { return Ok(Vec::new()) };
        let mut waiting = Vec::new();
        for key in self.reading.tree.scan_prefix(keys::deliveries(id)).keys() {
            let key = key.map_err(super::tx::unavailable)?;
            let Some(position) = keys::position_of(&key) else { continue };
            let id = MessageId { conversation: id, position };
            let (row, message) = (self.read::<DeliveryRow>(&key)?, self.read(&keys::message(id))?);
            if let (Some(DeliveryRow { state, attempt, doubts, .. }), Some(message)) =
                (row, message)
            {
                let conversation = conversation.clone();
                waiting.push(Delivery { id, conversation, message, state, attempt, doubts });
            }
        }
        Ok(waiting)
    }
}

impl SledStore {
    /// One message that can't be read must not hide all others.
    pub(super) fn readable(&self, key: &[u8]) -> Result<Option<Message>, StoreError> {
        match self.read(key) {
            Err(StoreError::Damaged(error)) => {
                tracing::error!(error, "A message can't be read; it is left out");
                Ok(None)
            }
            read => read,
        }
    }
}

fn id(conversation: ConversationId, seq: u64) -> MessageId {
    MessageId { conversation, position: Position { seq, part: 0 } }
}
