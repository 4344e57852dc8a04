//! Step 13: what became of what we sent.

use crate::domain::content::Content;
use jiff::Timestamp;

use crate::domain::conversation::Conversation;
use crate::domain::delivery::DeliveryState;
use crate::domain::event::Receipt;
use crate::domain::failure::{Class, Failure, backoff};
use crate::domain::id::{MessageId, Number};
use crate::domain::job::NewsKind;
use crate::domain::message::{Message, Role, Status};
use crate::store::sled::keys;
use crate::store::sled::tx::{DeliveryRow, Tx};
use crate::store::{Accepted, StoreError};

/// A failed receipt counts as this many tries when it is time to wait.
const TRIES: u16 = 1;

impl Tx<'_> {
    pub(in crate::store::sled) fn accept_receipt(
        &mut self,
        number: &Number,
        receipt: Receipt,
    ) -> Result<Accepted, StoreError> {
        let Some(id) = self.delivery_of(number, &receipt)? else { return Ok(Accepted::Ignored) };
        let Some(mut row) = self.message(id)? else { return Ok(Accepted::Ignored) };
        let mut conversation = self.conversation(id.conversation)?;
        let again = wants_again(&row, &receipt) && !self.is_given_up(&conversation, &row)?;
        if conversation.number != *number || !(again || is_news(&row, &receipt)) {
            return Ok(Accepted::Ignored);
        }
        let (failure, counts) = (receipt.failure.clone(), counts(&row, &receipt));
        if let Some(failure) = &failure {
            self.consequences(&mut conversation, failure, row.at)?;
        }
        if again {
            self.requeue(&mut conversation, &mut row, receipt)?;
        } else {
            self.advance(&mut conversation, &mut row, receipt)?;
        }
        self.put_message(&conversation, &row)?;
        self.put_conversation(&conversation)?;
        self.end_farewell(&conversation)?;
        match failure {
            Some(failure) => Ok(Accepted::Failed(failure)),
            None if counts => Ok(Accepted::Counted(self.count_delivered(&number.name)?)),
            None => Ok(Accepted::Applied),
        }
    }

    /// What the failure of a message that went out then says beyond it. A
    /// window that was closed by then may have been opened since.
    pub(in crate::store::sled) fn consequences(
        &mut self,
        conversation: &mut Conversation,
        failure: &Failure,
        went_out: Timestamp,
    ) -> Result<(), StoreError> {
        match failure.class {
            Class::WindowClosed => conversation.closed_at = Some(went_out),
            Class::Unsubscribed => self.unsubscribe(conversation)?,
            Class::Transient { .. } | Class::Refused | Class::StopNumber | Class::Unpaid => {}
        }
        let number = conversation.number.clone();
        self.pause_number(&number, failure.class, &failure.reason)
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
        row.pricing = receipt.pricing.or(row.pricing.take());
        self.remember_sent(&conversation.number, id, row, receipt.provider_id)?;
        let open: Option<DeliveryRow> = self.get(&keys::delivery(id))?;
        let settled = open.is_some();
        if let Some(open) = open {
            self.delete(keys::delivery(id))?;
            self.leave_lane(conversation, open)?;
        }
        match &row.failure {
            Some(failure) => {
                let reason = failure.reason.clone();
                self.never_arrived(conversation, row)?;
                self.tell(NewsKind::DeliveryFailed, conversation, Some(id), Some(&reason))
            }
            None if settled => self.tell(NewsKind::ReplySent, conversation, Some(id), None),
            None => Ok(()),
        }
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
        let after = receipt.failure.as_ref().and_then(|failure| failure.class.after());
        row.failure = receipt.failure;
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
            None => self.seen(&self.hasher.seen(&number.name, &receipt.provider_id)),
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

/// A passing failure of something of ours: once.
fn wants_again(row: &Message, receipt: &Receipt) -> bool {
    let class = receipt.failure.as_ref().map(|failure| failure.class);
    let again = match class {
        // What goes out instead is the sender's to know.
        Some(Class::WindowClosed) => true,
        Some(Class::Transient { .. } | Class::StopNumber | Class::Unpaid) => true,
        Some(Class::Refused | Class::Unsubscribed) | None => false,
    };
    // Between two tries without money stands an operator.
    let first = row.resent.is_none()
        || (class == Some(Class::Unpaid) && row.resent.as_ref() != Some(&receipt.provider_id));
    again
        && receipt.status == Status::Failed
        && matches!(row.status, Status::Queued | Status::Sent)
        && row.role != Role::Person
        && first
}

/// Whether this is the news that a message has arrived which counts against
/// the free ones: an ordinary one, in no conversation that an advertisement
/// pays for. Without a word of the price it counts.
fn counts(row: &Message, receipt: &Receipt) -> bool {
    let arrived = |status| matches!(status, Status::Delivered | Status::Read | Status::Played);
    let ordinary = !matches!(row.content, Content::Template(_) | Content::Reaction { .. });
    let price = receipt.pricing.as_ref().or(row.pricing.as_ref());
    let service =
        price.is_none_or(|price| price.category == "service" && price.kind != "free_entry_point");
    ordinary && service && arrived(receipt.status) && !arrived(row.status)
}
