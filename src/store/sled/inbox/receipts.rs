//! Step 13: what became of what we sent.

use crate::domain::conversation::Conversation;
use crate::domain::delivery::DeliveryState;
use crate::domain::event::Receipt;
use crate::domain::failure::{Class, backoff};
use crate::domain::id::{MessageId, Number};
use crate::domain::message::{Message, Role, Status};
use crate::store::sled::keys;
use crate::store::sled::tx::{DeliveryRow, Tx};
use crate::store::{Accepted, StoreError};

/// A failed receipt counts as this many tries when it is time to wait.
const TRIES: u16 = 2;

impl Tx<'_> {
    pub(in crate::store::sled) fn accept_receipt(
        &mut self,
        number: &Number,
        receipt: Receipt,
    ) -> Result<Accepted, StoreError> {
        let Some(id) = self.delivery_of(number, &receipt)? else { return Ok(Accepted::Ignored) };
        let Some(mut row) = self.message(id)? else { return Ok(Accepted::Ignored) };
        let mut conversation = self.conversation(id.conversation)?;
        let again = wants_again(&conversation, &row, &receipt);
        if conversation.number != *number || !(again || is_news(&row, &receipt)) {
            return Ok(Accepted::Ignored);
        }
        let failure = receipt.failure.clone();
        if let Some(failure) = &failure {
            self.pause_number(&number.name, failure.class)?;
        }
        if again {
            self.requeue(&mut conversation, &mut row, receipt)?;
        } else {
            self.advance(&mut conversation, &mut row, receipt)?;
        }
        self.put_message(id.conversation, &row)?;
        self.put_conversation(&conversation)?;
        Ok(failure.map_or(Accepted::Applied, Accepted::Failed))
    }

    /// The status moves forward; a delivery in doubt is settled by it.
    fn advance(
        &mut self,
        conversation: &mut Conversation,
        row: &mut Message,
        receipt: Receipt,
    ) -> Result<(), StoreError> {
        let id = MessageId { conversation: conversation.id, position: row.position };
        row.status = receipt.status;
        row.failure = receipt.failure;
        self.remember_sent(&conversation.number, id, row, receipt.provider_id)?;
        let open: Option<DeliveryRow> = self.get(&keys::delivery(id))?;
        if let Some(open) = open {
            self.delete(keys::delivery(id))?;
            self.leave_lane(conversation, open)?;
        }
        Ok(())
    }

    /// A transient failure reported after a good send: once more, and first.
    fn requeue(
        &mut self,
        conversation: &mut Conversation,
        row: &mut Message,
        receipt: Receipt,
    ) -> Result<(), StoreError> {
        let id = MessageId { conversation: conversation.id, position: row.position };
        let open = self.get::<DeliveryRow>(&keys::delivery(id))?;
        let in_flight = open.is_some_and(|open| open.state != DeliveryState::Waiting);
        row.resent = Some(receipt.provider_id);
        (row.status, row.provider_id) = (Status::Queued, None);
        let after = receipt.failure.and_then(|failure| failure.class.after());
        let wait = after.unwrap_or_else(|| backoff(TRIES, rand::random()));
        let ready_at = Some(self.now + wait);
        self.put(keys::delivery(id), &DeliveryRow { ready_at, ..DeliveryRow::NEW })?;
        if in_flight || !conversation.deliveries.is_claimed() {
            conversation.deliveries.take_away(ready_at);
        }
        Ok(())
    }

    /// Which delivery a receipt is about: by our id, else by the provider's.
    fn delivery_of(
        &self,
        number: &Number,
        receipt: &Receipt,
    ) -> Result<Option<MessageId>, StoreError> {
        match receipt.delivery {
            Some(id) => Ok(Some(id)),
            None => self.get(&self.hasher.seen(&number.name, &receipt.provider_id)),
        }
    }
}

/// Something not yet known. Of a first send that failed, only that it arrived
/// after all.
fn is_news(row: &Message, receipt: &Receipt) -> bool {
    let of_first = row.resent.as_ref() == Some(&receipt.provider_id);
    let counts = !of_first || !matches!(receipt.status, Status::Sent | Status::Failed);
    counts && row.role != Role::Person && row.status.moves_to(receipt.status)
}

/// A passing failure of a reply of ours that nobody has given up: once.
fn wants_again(conversation: &Conversation, row: &Message, receipt: &Receipt) -> bool {
    let class = receipt.failure.as_ref().map(|failure| failure.class);
    matches!(class, Some(Class::Transient { .. } | Class::StopNumber))
        && receipt.status == Status::Failed
        && matches!(row.status, Status::Queued | Status::Sent)
        && row.role == Role::Assistant
        && row.position.seq >= conversation.given_up_to
        && row.resent.is_none()
}
