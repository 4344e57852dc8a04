//! Step 4: what came in, on disk before anybody is told so.

mod identity;
mod moves;
mod receipts;

use std::time::Duration;

use async_trait::async_trait;
use jiff::Timestamp;

use super::SledStore;
use super::tx::{Seen, Tx};
use crate::domain::content::Content;
use crate::domain::conversation::{Conversation, Mode};
use crate::domain::event::{Event, Inbound, Received};
use crate::domain::id::{MessageId, Number, Position, ProviderId};
use crate::domain::job::NewsKind;
use crate::domain::lane::Quiet;
use crate::domain::message::{Message, Role, Status};
use crate::domain::terms::Packed;
use crate::recall::found_by;
use crate::store::{Accepted, Inbox, StoreError};
use crate::tokens;

#[async_trait]
impl Inbox for SledStore {
    async fn accept(&self, events: Vec<Received>) -> Result<Vec<Accepted>, StoreError> {
        self.check_space()?;
        let events = weigh_all(events).await?;
        if events.is_empty() {
            // Nothing to write, but the thread has to be there.
            self.writer()?.try_write(|_| Ok(())).await?;
        }
        // A request each, so that one that fails takes no other with it; they
        // go in together and come out with one sync.
        let mut accepting = Vec::with_capacity(events.len());
        for event in events {
            accepting.push(self.writer()?.try_write(move |tx| tx.accept(event)));
        }
        let accepted = futures_util::future::join_all(accepting).await;
        accepted.into_iter().map(kept).collect()
    }
}

/// What can't be read today can't be read tomorrow: coming again helps nobody.
fn kept(accepted: Result<Accepted, StoreError>) -> Result<Accepted, StoreError> {
    if let Err(StoreError::Damaged(_) | StoreError::NotFound(_)) = &accepted {
        let error = accepted.as_ref().err().map(ToString::to_string);
        tracing::error!(error, "An event concerns a record that can't be read; it is left out");
        return Ok(Accepted::Ignored);
    }
    accepted
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

/// What a text weighs, and what it can be found by.
#[derive(Debug, Default)]
struct Weight {
    tokens: u32,
    terms: Packed,
}

/// So many events are weighed by one processor.
const SHARE: usize = 8;

/// In order, by all processors: after an outage events come in by hundreds.
async fn weigh_all(events: Vec<Received>) -> Result<Vec<(Received, Weight)>, StoreError> {
    let mut rest = events.into_iter();
    let share = || Some(rest.by_ref().take(SHARE).collect()).filter(|s: &Vec<_>| !s.is_empty());
    let weigh = |share: Vec<Received>| {
        tokio::task::spawn_blocking(|| share.into_iter().map(weigh).collect::<Vec<_>>())
    };
    let weighing: Vec<_> = std::iter::from_fn(share).map(weigh).collect();
    let mut weighed = Vec::new();
    for share in weighing {
        weighed.extend(share.await.map_err(|error| StoreError::Damaged(error.to_string()))?);
    }
    Ok(weighed)
}

/// An event and the weight of its words: taken outside the writer thread.
fn weigh(received: Received) -> (Received, Weight) {
    let size = match &received.event {
        Event::Message(inbound) | Event::HumanReply(inbound) | Event::Standby(inbound) => {
            weight(&inbound.content, inbound.attached.speaker.as_deref())
        }
        Event::Edit { content, .. } => weight(content, None),
        Event::Revoke { .. } => weight(&Content::Revoked, None),
        Event::Reaction { .. } | Event::Moved(_) | Event::Receipt(_) => Weight::default(),
    };
    (received, size)
}

fn weight(content: &Content, speaker: Option<&str>) -> Weight {
    let text = content.as_text();
    Weight { tokens: tokens::count(&text), terms: found_by(content, speaker) }
}

impl Tx<'_> {
    fn accept(&mut self, (received, size): (Received, Weight)) -> Result<Accepted, StoreError> {
        let Received { number, quiet, pause, event } = received;
        match event {
            Event::Message(inbound) | Event::HumanReply(inbound) | Event::Standby(inbound)
                if self.is_known(&number, &inbound.provider_id)? =>
            {
                Ok(Accepted::Duplicate)
            }
            Event::Message(inbound) => self.accept_message(number, quiet, inbound, size),
            Event::HumanReply(inbound) => {
                self.accept_human_reply(number, quiet, pause, inbound, size)
            }
            Event::Standby(inbound) => self.accept_standby(number, inbound, size),
            Event::Edit { message, content } => {
                self.replace(&number, quiet, &message, content, size)
            }
            Event::Revoke { message } => {
                self.replace(&number, quiet, &message, Content::Revoked, size)
            }
            Event::Reaction { message, emoji } => self.accept_reaction(&number, &message, emoji),
            Event::Moved(moved) => self.accept_move(&number, &moved),
            Event::Receipt(receipt) => self.accept_receipt(&number, receipt),
        }
    }

    fn accept_message(
        &mut self,
        number: Number,
        quiet: Quiet,
        mut inbound: Inbound,
        mut size: Weight,
    ) -> Result<Accepted, StoreError> {
        let mut conversation = self.conversation_heard(&number, &inbound)?;
        let revoked = self.hasher.revoked(&number.name, &inbound.provider_id);
        if self.get::<Seen>(&revoked)?.is_some() {
            // Taken back before it came.
            inbound.content = Content::Revoked;
            size = Weight::default();
        }
        conversation.turns.push(self.now, quiet);
        let id = self.append(&mut conversation, Role::Person, inbound, size)?;
        self.put_conversation(&conversation)?;
        self.tell(NewsKind::MessageReceived, &conversation, Some(id), None)?;
        Ok(Accepted::New(conversation.id))
    }

    /// The conversation with whoever wrote, who can be written to from now on.
    fn conversation_heard(
        &mut self,
        number: &Number,
        inbound: &Inbound,
    ) -> Result<Conversation, StoreError> {
        let mut conversation = self.conversation_with(number, &inbound.sender)?;
        (conversation.address, conversation.gone) = (inbound.sender.address.clone(), false);
        conversation.heard_at = conversation.heard_at.max(inbound.at);
        Ok(conversation)
    }

    /// Another program of the business answers: ours keeps what was said.
    fn accept_standby(
        &mut self,
        number: Number,
        mut inbound: Inbound,
        size: Weight,
    ) -> Result<Accepted, StoreError> {
        let mut conversation = self.conversation_heard(&number, &inbound)?;
        inbound.attached.answered_elsewhere = true;
        self.append(&mut conversation, Role::Person, inbound, size)?;
        if self.unanswered(&conversation)?.is_empty() {
            conversation.answered_to = conversation.next_seq;
        }
        self.put_conversation(&conversation)?;
        Ok(Accepted::New(conversation.id))
    }

    /// A human of the business was faster: what was asked by then is answered.
    fn accept_human_reply(
        &mut self,
        number: Number,
        quiet: Quiet,
        pause: Duration,
        inbound: Inbound,
        size: Weight,
    ) -> Result<Accepted, StoreError> {
        let mut conversation = self.conversation_with(&number, &inbound.sender)?;
        self.step_back(&mut conversation, inbound.at, pause);
        let asked_since =
            self.unanswered(&conversation)?.into_iter().find(|row| row.at > inbound.at);
        self.append(&mut conversation, Role::Business, inbound, size)?;
        let open = asked_since.map_or(conversation.next_seq, |row| row.position.seq);
        conversation.answered_to = conversation.answered_to.max(open);
        self.ask_again(&mut conversation, Some(quiet))?;
        self.drop_waiting(&mut conversation, &[Role::Assistant])?;
        self.put_conversation(&conversation)?;
        Ok(Accepted::New(conversation.id))
    }

    /// A human speaks for a while. An old answer that comes in late stops
    /// nobody.
    fn step_back(&self, conversation: &mut Conversation, at: Timestamp, pause: Duration) {
        let until = at.checked_add(pause).unwrap_or(Timestamp::MAX);
        let longer = match conversation.mode {
            Mode::Assistant => until > self.now,
            Mode::Human { until: known } => known.is_some_and(|known| until > known),
        };
        if longer {
            conversation.mode = Mode::Human { until: Some(until) };
        }
    }

    fn accept_reaction(
        &mut self,
        number: &Number,
        message: &ProviderId,
        emoji: Option<String>,
    ) -> Result<Accepted, StoreError> {
        let Some((mut row, conversation)) = self.known(number, message)? else {
            return Ok(Accepted::Ignored);
        };
        if row.reaction == emoji {
            return Ok(Accepted::Ignored);
        }
        row.reaction = emoji;
        self.put_message(&conversation, &row)?;
        Ok(Accepted::Applied)
    }

    /// An edit or a revoke. Of a question that is still open, it takes the
    /// claim away; a lane that it empties is not answered.
    fn replace(
        &mut self,
        number: &Number,
        quiet: Quiet,
        message: &ProviderId,
        content: Content,
        size: Weight,
    ) -> Result<Accepted, StoreError> {
        let Some((mut row, mut conversation)) = self.known(number, message)? else {
            if content == Content::Revoked {
                self.see(self.hasher.revoked(&number.name, message), None)?;
            }
            return Ok(Accepted::Ignored);
        };
        if row.role != Role::Person || row.content == Content::Revoked || row.content == content {
            return Ok(Accepted::Ignored);
        }
        (row.content, row.tokens, row.terms) = (content, size.tokens, size.terms);
        self.put_words(&conversation, &row)?;
        if row.position.seq >= conversation.answered_to {
            self.ask_again(&mut conversation, Some(quiet))?;
            self.put_conversation(&conversation)?;
        }
        Ok(Accepted::Applied)
    }

    fn is_known(&self, number: &Number, id: &ProviderId) -> Result<bool, StoreError> {
        Ok(self.seen(&self.hasher.seen(&number.name, id))?.is_some())
    }

    fn known(
        &self,
        number: &Number,
        id: &ProviderId,
    ) -> Result<Option<(Message, Conversation)>, StoreError> {
        let Some(id) = self.seen(&self.hasher.seen(&number.name, id))? else {
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
        size: Weight,
    ) -> Result<MessageId, StoreError> {
        let position = Position { seq: self.next_seq(conversation), part: 0 };
        let id = MessageId { conversation: conversation.id, position };
        self.see(self.hasher.seen(&conversation.number.name, &inbound.provider_id), Some(id))?;
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
            resent: None,
            terms: size.terms,
            otherwise: None,
            pricing: None,
            reaction: None,
            tokens: size.tokens,
            turn: None,
        };
        self.put_words(conversation, &row)?;
        Ok(id)
    }
}
