//! Reading who waits, and for what.

use std::ops::Bound;

use async_trait::async_trait;
use jiff::Timestamp;

use super::SledStore;
use super::keys::{self, LaneKind};
use super::tx::{DeliveryRow, unavailable};
use crate::domain::conversation::Conversation;
use crate::domain::delivery::Delivery;
use crate::domain::id::{ConversationId, MessageId, Position};
use crate::domain::message::{Message, Role};
use crate::store::{Load, Overview, StoreError, Transcript, Waiting};

/// Among so many lanes the oldest message is looked for: with more of them,
/// their number says enough.
const LOOKED_AT: usize = 500;

#[async_trait]
impl Overview for SledStore {
    async fn conversations(
        &self,
        after: Option<ConversationId>,
        max: usize,
    ) -> Result<Vec<Conversation>, StoreError> {
        let mut found = Vec::new();
        let keys = self.behind(keys::conversations(), after.map(keys::conversation));
        for key in keys.filter(|key| key.as_ref().map_or(true, |key| key.len() == keys::ID_KEY)) {
            if found.len() >= max {
                break;
            }
            found.extend(spared(self.read(&key?))?);
        }
        Ok(found)
    }

    async fn newest(&self, id: ConversationId, max: usize) -> Result<Vec<Message>, StoreError> {
        let mut newest = Vec::new();
        for key in self.reading.tree.scan_prefix(keys::messages(id)).keys().rev() {
            if newest.len() >= max {
                break;
            }
            let key = key.map_err(unavailable)?;
            if keys::position_of(&key).is_some() {
                newest.extend(self.readable(&key)?);
            }
        }
        newest.reverse();
        Ok(newest)
    }

    async fn deliveries(
        &self,
        after: Option<MessageId>,
        max: usize,
    ) -> Result<Vec<Delivery>, StoreError> {
        let mut found = Vec::new();
        for key in self.behind(keys::all_deliveries(), after.map(keys::delivery)) {
            if found.len() >= max {
                break;
            }
            if let Some(id) = keys::delivery_of(&key?) {
                found.extend(spared(self.delivery(id).await)?);
            }
        }
        Ok(found)
    }

    async fn load(&self) -> Result<Load, StoreError> {
        let look = |tx: &mut super::tx::Tx<'_>| {
            let waiting = |kind| tx.lanes.waiting(kind, LOOKED_AT);
            Ok((waiting(LaneKind::Turns), waiting(LaneKind::Deliveries), tx.lanes.jobs()))
        };
        let ((turns, asked), (deliveries, told), jobs) = self.writer()?.write(look).await?;
        let since = oldest(asked.into_iter().map(|id| self.asked_at(id)))?;
        let turns = Waiting { lanes: turns, since };
        let since = oldest(told.into_iter().map(|id| self.said_at(id)))?;
        let deliveries = Waiting { lanes: deliveries, since };
        let bytes = self.reading.tree.size_on_disk().map_err(unavailable)?;
        let free = fs2::available_space(&self.folder).ok();
        Ok(Load { turns, deliveries, jobs, bytes, free })
    }
}

impl SledStore {
    /// The keys of a table, from the one behind `after` on.
    fn behind(
        &self,
        table: Vec<u8>,
        after: Option<Vec<u8>>,
    ) -> impl Iterator<Item = Result<Vec<u8>, StoreError>> + Send + use<> {
        let end = Bound::Excluded(keys::end_of(&table));
        let from = after.map_or(Bound::Included(table), Bound::Excluded);
        let keys = self.reading.tree.range((from, end)).keys();
        keys.map(|key| key.map(|key| key.to_vec()).map_err(unavailable))
    }

    async fn delivery(&self, id: MessageId) -> Result<Option<Delivery>, StoreError> {
        let conversation = self.conversation(id.conversation).await?;
        let row: Option<DeliveryRow> = self.read(&keys::delivery(id))?;
        let message: Option<Message> = self.read(&keys::message(id))?;
        let (Some(conversation), Some(row), Some(message)) = (conversation, row, message) else {
            return Ok(None);
        };
        let DeliveryRow { state, attempt, doubts, .. } = row;
        Ok(Some(Delivery { id, conversation, message, state, attempt, doubts }))
    }

    /// When the oldest unanswered message of a conversation was stored.
    fn asked_at(&self, id: ConversationId) -> Result<Option<Timestamp>, StoreError> {
        let Some(conversation) = self.read::<Conversation>(&keys::conversation(id))? else {
            return Ok(None);
        };
        let position = Position { seq: conversation.answered_to, part: 0 };
        let from = keys::message(MessageId { conversation: id, position });
        for key in self.reading.tree.range(from..keys::end_of(&keys::messages(id))).keys() {
            let key = key.map_err(unavailable)?;
            let head = keys::position_of(&key).is_some();
            let row = head.then(|| self.readable(&key)).transpose()?.flatten();
            if let Some(row) = row.filter(|row| row.role == Role::Person) {
                return Ok(Some(row.stored_at));
            }
        }
        Ok(None)
    }

    /// When the oldest message was said that waits to go out.
    fn said_at(&self, id: ConversationId) -> Result<Option<Timestamp>, StoreError> {
        let first = self.reading.tree.scan_prefix(keys::deliveries(id)).keys().next();
        let first = first.transpose().map_err(unavailable)?;
        let Some(id) = first.as_deref().and_then(keys::delivery_of) else { return Ok(None) };
        Ok(self.readable(&keys::message(id))?.map(|row| row.stored_at))
    }
}

/// What can't be read is left out: it must not hide the others.
fn oldest(
    times: impl Iterator<Item = Result<Option<Timestamp>, StoreError>>,
) -> Result<Option<Timestamp>, StoreError> {
    let mut oldest: Option<Timestamp> = None;
    for time in times {
        oldest = oldest.into_iter().chain(spared(time)?).min();
    }
    Ok(oldest)
}

/// Nothing of what is damaged.
fn spared<T>(read: Result<Option<T>, StoreError>) -> Result<Option<T>, StoreError> {
    match read {
        Err(StoreError::Damaged(error)) => {
            tracing::error!(error, "A record can't be read; it is left out");
            Ok(None)
        }
        read => read,
    }
}
