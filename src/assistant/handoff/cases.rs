//! Of whom an operator has been told: read from what they were told.

use jiff::Timestamp;

use super::notice;
use crate::domain::conversation::Conversation;
use crate::domain::id::{ConversationId, MessageId, ProviderId};
use crate::domain::message::{Message, Role};
use crate::domain::turn::Turn;
use crate::store::{People, StoreError, Transcript};

/// So far back an operator's own conversation is searched, in tokens.
const FAR: u32 = 20_000;
/// An operator can quote a message of their own, and that another one.
const HOPS: usize = 5;

/// A person that the operator has been told of.
#[derive(Clone, Debug, PartialEq)]
pub(super) struct Case {
    /// Theirs with the number that the operator writes to.
    pub conversation: Conversation,
    /// What they are called.
    pub name: String,
    /// They want no more messages.
    pub opted_out: bool,
}

impl Case {
    /// The person was promised a human, and the assistant is silent.
    pub fn is_open(&self, now: Timestamp) -> bool {
        super::is_with_a_human(&self.conversation, now)
    }
}

/// Where cases are read from.
pub(in crate::assistant) struct Reads<'a> {
    pub transcript: &'a dyn Transcript,
    pub people: &'a dyn People,
}

impl Reads<'_> {
    /// Everybody that the operator was told of lately, in the order of the
    /// first telling, and those who are `quoted` now.
    pub(super) async fn cases(
        &self,
        turn: &Turn,
        quoted: impl Iterator<Item = ConversationId>,
    ) -> Result<Vec<Case>, StoreError> {
        let conversation = &turn.conversation;
        let told = self.transcript.window(conversation, conversation.next_seq, FAR).await?;
        let mut cases: Vec<Case> = Vec::new();
        for id in told.iter().filter_map(|row| row.attached.about).chain(quoted) {
            if !cases.iter().any(|case| case.conversation.id == id) {
                cases.extend(self.case(turn, id).await?);
            }
        }
        Ok(cases)
    }

    /// Only a conversation with the very number, and so the business, that the
    /// operator writes to.
    async fn case(&self, turn: &Turn, id: ConversationId) -> Result<Option<Case>, StoreError> {
        let found = self.transcript.conversation(id).await?;
        let here = |found: &Conversation| found.number == turn.conversation.number;
        let Some(conversation) = found.filter(here) else { return Ok(None) };
        let Some(person) = self.people.person(conversation.person).await? else { return Ok(None) };
        let name = notice::called(&person, &conversation);
        Ok(Some(Case { conversation, name, opted_out: person.opted_out }))
    }

    /// Whom the message is about that this one quotes.
    pub(super) async fn quoted(
        &self,
        turn: &Turn,
        row: &Message,
    ) -> Result<Option<ConversationId>, StoreError> {
        let mut quotes = row.attached.quotes.clone();
        for _ in 0..HOPS {
            let Some(id) = quotes else { return Ok(None) };
            let Some(found) = self.here(turn, &id).await? else { return Ok(None) };
            if found.role != Role::Person {
                return Ok(found.attached.about);
            }
            quotes = found.attached.quotes;
        }
        Ok(None)
    }

    /// A quoted message counts only if it stands in this very conversation:
    /// whoever knows the id of another one gains nothing.
    async fn here(&self, turn: &Turn, id: &ProviderId) -> Result<Option<Message>, StoreError> {
        let conversation = &turn.conversation;
        let found = self.transcript.by_provider_id(&conversation.number.name, id).await?;
        let Some(found) = found else { return Ok(None) };
        let here = MessageId { conversation: conversation.id, position: found.position };
        Ok(self.transcript.message(here).await?.filter(|row| *row == found))
    }
}
