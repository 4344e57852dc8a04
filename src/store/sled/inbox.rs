//! Step 4: what came in, on disk before anybody is told so.

use async_trait::async_trait;

use super::SledStore;
use super::keys;
use super::tx::{DeliveryRow, Tx};
use crate::domain::conversation::{Conversation, Mode};
use crate::domain::event::{Event, Inbound, Receipt, Received};
use crate::domain::failure::Class;
use crate::domain::id::{MessageId, Number, Position, ProviderId};
use crate::domain::lane::Quiet;
use crate::domain::message::{Content, Message, Role, Status};
use crate::domain::person::{Person, Sender};
use crate::store::{Accepted, Inbox, StoreError};
use crate::tokens;

#[async_trait]
impl Inbox for SledStore {
    async fn accept(&self, events: Vec<Received>) -> Result<Vec<Accepted>, StoreError> {
        self.check_space()?;
        let events =
            tokio::task::spawn_blocking(|| events.into_iter().map(weigh).collect::<Vec<_>>());
        let events = events.await.map_err(|error| StoreError::Damaged(error.to_string()))?;
        let accept = |tx: &mut Tx<'_>| events.into_iter().map(|event| tx.accept(event)).collect();
        self.writer()?.try_write(accept).await
    }
}

impl SledStore {
    fn check_space(&self) -> Result<(), StoreError> {
        let free = fs2::available_space(&self.folder);
        let free_mb = free.map_err(|e| StoreError::Unavailable(e.to_string()))? / (1024 * 1024);
        match free_mb < self.min_free_mb {
            true => Err(StoreError::NoSpace { free_mb, min_mb: self.min_free_mb }),
            false => Ok(()),
        }
    }
}

/// An event and the tokens of its words: counted outside the writer thread.
fn weigh(received: Received) -> (Received, u32) {
    let tokens = match &received.event {
        Event::Message(inbound) | Event::HumanReply(inbound) => count(&inbound.content),
        Event::Edit { content, .. } => count(content),
        Event::Revoke { .. } => count(&Content::Revoked),
        Event::Receipt(_) => 0,
    };
    (received, tokens)
}

fn count(content: &Content) -> u32 {
    tokens::count(&content.as_text())
}

impl Tx<'_> {
    fn accept(&mut self, (received, tokens): (Received, u32)) -> Result<Accepted, StoreError> {
        let Received { number, quiet, event } = received;
        match event {
            Event::Message(inbound) => self.accept_message(number, quiet, inbound, tokens),
            Event::HumanReply(inbound) => self.accept_human_reply(number, inbound, tokens),
            Event::Edit { message, content } => {
                self.replace(&number, quiet, &message, content, tokens)
            }
            Event::Revoke { message } => {
                self.replace(&number, quiet, &message, Content::Revoked, tokens)
            }
            Event::Receipt(receipt) => self.accept_receipt(&number, receipt),
        }
    }

    fn accept_message(
        &mut self,
        number: Number,
        quiet: Quiet,
        inbound: Inbound,
        tokens: u32,
    ) -> Result<Accepted, StoreError> {
        if self.is_known(&number, &inbound.provider_id)? {
            return Ok(Accepted::Duplicate);
        }
        let mut conversation = self.conversation_with(&number, &inbound)?;
        conversation.address = inbound.sender.address.clone();
        conversation.heard_at = conversation.heard_at.max(inbound.at);
        conversation.turns.push(self.now, quiet);
        self.append(&mut conversation, Role::Person, inbound, tokens)?;
        self.put_conversation(&conversation)?;
        Ok(Accepted::New(conversation.id))
    }

    /// A human of the business was faster: what was asked is answered.
    fn accept_human_reply(
        &mut self,
        number: Number,
        inbound: Inbound,
        tokens: u32,
    ) -> Result<Accepted, StoreError> {
        if self.is_known(&number, &inbound.provider_id)? {
            return Ok(Accepted::Duplicate);
        }
        let mut conversation = self.conversation_with(&number, &inbound)?;
        self.append(&mut conversation, Role::Business, inbound, tokens)?;
        conversation.answered_to = conversation.next_seq;
        conversation.turns.take_away(None);
        self.drop_waiting(&mut conversation)?;
        self.put_conversation(&conversation)?;
        Ok(Accepted::New(conversation.id))
    }

    /// An edit or a revoke. Of a question that is still open, it takes the
    /// claim away; a lane that it empties is not answered.
    fn replace(
        &mut self,
        number: &Number,
        quiet: Quiet,
        message: &ProviderId,
        content: Content,
        tokens: u32,
    ) -> Result<Accepted, StoreError> {
        let Some((mut row, mut conversation)) = self.known(number, message)? else {
            return Ok(Accepted::Ignored);
        };
        if row.role != Role::Person || row.content == Content::Revoked || row.content == content {
            return Ok(Accepted::Ignored);
        }
        (row.content, row.tokens) = (content, tokens);
        self.put_message(conversation.id, &row)?;
        if row.position.seq >= conversation.answered_to {
            self.ask_again(&mut conversation, Some(quiet))?;
            self.put_conversation(&conversation)?;
        }
        Ok(Accepted::Applied)
    }

    fn accept_receipt(
        &mut self,
        number: &Number,
        receipt: Receipt,
    ) -> Result<Accepted, StoreError> {
        let Some(id) = self.delivery_of(number, &receipt)? else { return Ok(Accepted::Ignored) };
        let Some(mut row) = self.message(id)? else { return Ok(Accepted::Ignored) };
        let mut conversation = self.conversation(id.conversation)?;
        if conversation.number != *number || row.role == Role::Person {
            return Ok(Accepted::Ignored);
        }
        let again = self.wants_again(&row, &receipt);
        if !again && receipt.status <= row.status {
            return Ok(Accepted::Ignored);
        }
        if again {
            self.requeue(&mut conversation, &mut row, &receipt)?;
        } else {
            self.advance(&mut conversation, &mut row, receipt)?;
        }
        self.put_message(id.conversation, &row)?;
        self.put_conversation(&conversation)?;
        Ok(Accepted::Applied)
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
        if open.is_some() {
            self.delete(keys::delivery(id))?;
            // Whoever still waits for the provider's answer has it here.
            let more = !self.deliveries(conversation.id)?.is_empty();
            conversation.deliveries.take_away(more.then_some(self.now));
        }
        Ok(())
    }

    /// A transient failure reported after a good send: once more, and first.
    fn requeue(
        &mut self,
        conversation: &mut Conversation,
        row: &mut Message,
        receipt: &Receipt,
    ) -> Result<(), StoreError> {
        let id = MessageId { conversation: conversation.id, position: row.position };
        let in_flight = self.get::<DeliveryRow>(&keys::delivery(id))?.is_some();
        (row.requeued, row.status, row.provider_id) = (true, Status::Queued, None);
        self.put(keys::delivery(id), &DeliveryRow::NEW)?;
        let class = receipt.failure.as_ref().map(|failure| failure.class);
        if let Some(class) = class {
            self.pause_number(&conversation.number.name, class)?;
        }
        let after = class.and_then(Class::after).unwrap_or_default();
        if in_flight || !conversation.deliveries.is_claimed() {
            conversation.deliveries.take_away(Some(self.now + after));
        }
        Ok(())
    }

    fn wants_again(&self, row: &Message, receipt: &Receipt) -> bool {
        let class = receipt.failure.as_ref().map(|failure| failure.class);
        let transient = matches!(class, Some(Class::Transient { .. } | Class::StopNumber));
        transient && receipt.status == Status::Failed && row.status <= Status::Sent && !row.requeued
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

    fn is_known(&self, number: &Number, id: &ProviderId) -> Result<bool, StoreError> {
        Ok(self.get::<MessageId>(&self.hasher.seen(&number.name, id))?.is_some())
    }

    fn known(
        &self,
        number: &Number,
        id: &ProviderId,
    ) -> Result<Option<(Message, Conversation)>, StoreError> {
        let Some(id) = self.get::<MessageId>(&self.hasher.seen(&number.name, id))? else {
            return Ok(None);
        };
        let Some(row) = self.message(id)? else { return Ok(None) };
        Ok(Some((row, self.conversation(id.conversation)?)))
    }

    /// The row and the id that it is known by: all that a message leaves.
    fn append(
        &mut self,
        conversation: &mut Conversation,
        role: Role,
        inbound: Inbound,
        tokens: u32,
    ) -> Result<(), StoreError> {
        let position = Position { seq: conversation.next_seq, part: 0 };
        conversation.next_seq += 1;
        let id = MessageId { conversation: conversation.id, position };
        self.put(self.hasher.seen(&conversation.number.name, &inbound.provider_id), &id)?;
        let row = Message {
            position,
            role,
            content: inbound.content,
            at: inbound.at,
            stored_at: self.now,
            provider_id: Some(inbound.provider_id),
            attached: inbound.attached,
            status: if role == Role::Person { Status::Received } else { Status::Sent },
            failure: None,
            requeued: false,
            tokens,
            turn: None,
        };
        self.put_message(conversation.id, &row)
    }

    /// The conversation with whoever wrote; both are made at first sight.
    fn conversation_with(
        &mut self,
        number: &Number,
        inbound: &Inbound,
    ) -> Result<Conversation, StoreError> {
        let mut person = self.whoever(number, &inbound.sender)?;
        let known = person.conversations.iter().find(|(name, _)| *name == number.name);
        if let Some((_, id)) = known {
            let id = *id;
            return self.conversation(id);
        }
        let id = self.new_id().into();
        person.conversations.push((number.name.clone(), id));
        self.put(keys::person(person.id), &person)?;
        Ok(Conversation {
            id,
            person: person.id,
            number: number.clone(),
            address: inbound.sender.address.clone(),
            mode: Mode::Assistant,
            heard_at: inbound.at,
            next_seq: 1,
            answered_to: 1,
            window_from: 1,
            turns: Default::default(),
            deliveries: Default::default(),
        })
    }

    /// The person behind a sender, with every alias that is new of them. The
    /// first alias that is known decides; nothing is matched by a name.
    fn whoever(&mut self, number: &Number, sender: &Sender) -> Result<Person, StoreError> {
        let mut known = None;
        for alias in &sender.aliases {
            known = known.or(self.get(&self.hasher.alias(&number.business, alias))?);
        }
        let mut person = match known {
            Some(id) => self.person(id)?,
            None => self.stranger(number),
        };
        let before = person.clone();
        for alias in &sender.aliases {
            let key = self.hasher.alias(&number.business, alias);
            if self.get::<crate::domain::id::PersonId>(&key)?.is_none() {
                self.put(key, &person.id)?;
                person.aliases.push(alias.clone());
            }
        }
        person.name = sender.name.clone().or(person.name);
        if person != before || known.is_none() {
            self.put(keys::person(person.id), &person)?;
        }
        Ok(person)
    }

    fn stranger(&self, number: &Number) -> Person {
        Person {
            id: self.new_id().into(),
            business: number.business.clone(),
            aliases: Vec::new(),
            name: None,
            opted_out: false,
            conversations: Vec::new(),
            since: self.now,
        }
    }

    /// Random, and ordered by time so that neighbours lie together.
    fn new_id(&self) -> uuid::Uuid {
        let ms = u64::try_from(self.now.as_millisecond()).unwrap_or_default();
        uuid::Builder::from_unix_timestamp_millis(ms, &rand::random()).into_uuid()
    }
}
