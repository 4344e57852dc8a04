//! Turns: claimed in memory, finished in one commit.

use std::time::Duration;

use crate::domain::change::Change;
use crate::domain::conversation::Conversation;
use crate::domain::delivery::Delivery;
use crate::domain::id::{ConversationId, KeyId, MessageId, Position};
use crate::domain::message::{Attached, Message, Outgoing, Role, Status};
use crate::domain::turn::{Finished, Turn, TurnOutcome};
use crate::recall::found_by;
use crate::store::sled::keys;
use crate::store::sled::tx::{DeliveryRow, Tx};
use crate::store::{Claim, StoreError};
use crate::tokens;

impl Tx<'_> {
    pub fn claim_turn(
        &mut self,
        id: ConversationId,
        lease: Duration,
    ) -> Result<Option<Claim<Turn>>, StoreError> {
        let mut conversation = self.conversation(id)?;
        let token = self.token();
        let Some(attempt) = conversation.turns.claim(self.now, lease, token) else {
            return Ok(None);
        };
        let mut inbound = self.unanswered(&conversation)?;
        let Some(since) = inbound.iter().map(|row| row.stored_at).min() else {
            self.ask_again(&mut conversation, None)?;
            self.put_conversation(&conversation)?;
            return Ok(None);
        };
        self.hold_in_memory(&conversation);
        inbound.sort_by_key(|row| (row.at, row.position));
        let person = self.person(conversation.person)?;
        let work = Turn { conversation, person, inbound, attempt, since };
        Ok(Some(Claim { work, lane: id, token }))
    }

    /// Transcript, changes and outbox: one commit.
    pub fn finish_turn(
        &mut self,
        claim: Claim<Turn>,
        outcome: TurnOutcome,
    ) -> Result<Option<Claim<Delivery>>, StoreError> {
        let Some(mut conversation) = self.if_there(claim.lane)? else {
            return Err(StoreError::ClaimLost);
        };
        let finished = match outcome {
            TurnOutcome::Retry { at } => {
                let held = conversation.turns.retry(claim.token, at);
                self.put_conversation(&conversation)?;
                return held.then_some(None).ok_or(StoreError::ClaimLost);
            }
            TurnOutcome::Finished(finished) => finished,
        };
        if !conversation.turns.finish(claim.token) {
            return Err(StoreError::ClaimLost);
        }
        if finished.changes.contains(&Change::ForgetAll) {
            return self.finish_forgetting(&conversation, &claim, finished);
        }
        let upto = claim.work.inbound.iter().map(|row| row.position).max().unwrap_or_default();
        let first = conversation.answered_to;
        conversation.answered_to = conversation.answered_to.max(upto.seq + 1);
        for change in &finished.changes {
            self.change(&mut conversation, change)?;
        }
        // Its own reply is not among what its changes give up.
        conversation.given_up_to = conversation.given_up_to.min(first);
        self.append_reply(&conversation, upto, finished)?;
        // What was said meanwhile by others of the business is no question.
        if self.unanswered(&conversation)?.is_empty() {
            conversation.answered_to = conversation.next_seq;
        }
        let next = self.next_delivery(&mut conversation);
        self.put_conversation(&conversation)?;
        Ok(next)
    }

    /// The person is forgotten: the reply is all that is left, until it is sent.
    fn finish_forgetting(
        &mut self,
        conversation: &Conversation,
        claim: &Claim<Turn>,
        finished: Finished,
    ) -> Result<Option<Claim<Delivery>>, StoreError> {
        let mut farewell = self.farewell(conversation)?;
        let upto = claim.work.inbound.iter().map(|row| row.position).max().unwrap_or_default();
        self.forget_person(conversation.person)?;
        let words = Finished { changes: Vec::new(), trace: None, ..finished };
        self.append_reply(&farewell, upto, words)?;
        farewell.answered_to = farewell.next_seq;
        let next = self.next_delivery(&mut farewell);
        self.put_conversation(&farewell)?;
        Ok(next)
    }

    /// The reply's rows and deliveries. The record of the turn stands in the
    /// first, or with the last message that got no answer.
    fn append_reply(
        &mut self,
        conversation: &Conversation,
        upto: Position,
        finished: Finished,
    ) -> Result<(), StoreError> {
        self.keep_trace(conversation, upto, &finished)?;
        let mut record = Some(finished.record);
        for (part, outgoing) in (1u16..).zip(finished.messages) {
            let position = Position { seq: upto.seq, part };
            let row = Message { turn: record.take(), ..self.outgoing_row(position, outgoing)? };
            self.put_words(conversation, &row)?;
            let id = MessageId { conversation: conversation.id, position };
            self.put(keys::delivery(id), &DeliveryRow::NEW)?;
        }
        let last = MessageId { conversation: conversation.id, position: upto };
        if let (Some(record), Some(mut row)) = (record, self.message(last)?) {
            row.turn = Some(record);
            self.put_message(conversation, &row)?;
        }
        Ok(())
    }

    /// What the turn was told stands with its first reply, or with the message
    /// that got none.
    fn keep_trace(
        &mut self,
        conversation: &Conversation,
        upto: Position,
        finished: &Finished,
    ) -> Result<(), StoreError> {
        let Some(trace) = &finished.trace else { return Ok(()) };
        let part = u16::from(!finished.messages.is_empty());
        let position = Position { part, ..upto };
        let id = MessageId { conversation: conversation.id, position };
        self.put_under(conversation.key, keys::trace(id), trace)
    }

    /// The row of a message of ours that waits to go out.
    pub fn outgoing_row(
        &mut self,
        position: Position,
        outgoing: Outgoing,
    ) -> Result<Message, StoreError> {
        let sealed = self.key_of_all(&outgoing.about_all)?;
        let terms = found_by(&outgoing.content, None);
        Ok(Message {
            position,
            role: Role::Assistant,
            tokens: tokens::count(&outgoing.content.as_text()),
            content: outgoing.content,
            at: self.now,
            stored_at: self.now,
            provider_id: None,
            attached: Attached {
                quotes: outgoing.quotes,
                introduces: outgoing.introduces,
                about: outgoing.about,
                sealed,
                ..Attached::default()
            },
            status: Status::Queued,
            failure: None,
            resent: None,
            terms,
            otherwise: outgoing.otherwise,
            pricing: None,
            reaction: None,
            turn: None,
        })
    }

    /// A key for words about several people: each of them takes it along, or
    /// has done so.
    fn key_of_all(&mut self, about: &[ConversationId]) -> Result<Option<KeyId>, StoreError> {
        if about.len() < 2 {
            return Ok(None);
        }
        let key = self.new_key()?;
        for id in about {
            match self.if_there(*id)? {
                Some(mut conversation) => {
                    conversation.shared.push(key);
                    self.put_conversation(&conversation)?;
                }
                None => self.erase_keys([key]),
            }
        }
        Ok(Some(key))
    }
}
