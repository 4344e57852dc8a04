//! How much is kept of what was said with somebody.

use jiff::Timestamp;

use super::{Shelves, index};
use crate::domain::content::Content;
use crate::domain::id::{ConversationId, MessageId, Position};
use crate::domain::message::Message;
use crate::domain::person::Person;
use crate::recall::{Block, Entry};
use crate::store::StoreError;

/// So many messages, the oldest of then.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Kept {
    /// How many, without those that were taken back.
    pub messages: usize,
    /// When the oldest of them was said.
    pub since: Option<Timestamp>,
}

/// All that is kept of what was said with a person. The index counts; only
/// what it knows nothing of is looked at: it may have been taken back.
pub async fn kept(shelves: Shelves<'_>, person: &Person) -> Result<Kept, StoreError> {
    let mut kept = Kept::default();
    for conversation in person.all_conversations() {
        match index::read(shelves.derived, conversation, Seen::of).await? {
            Some(seen) => {
                kept.add(seen.kept);
                kept.look_at(shelves, conversation, &seen.wordless).await?;
            }
            None => kept.look_at_all(shelves, conversation).await?,
        }
    }
    Ok(kept)
}

/// What an index says of it.
#[derive(Default)]
struct Seen {
    kept: Kept,
    wordless: Vec<Position>,
}

impl Seen {
    fn of(blocks: &[Block<'_>]) -> Self {
        let mut seen = Self::default();
        for entry in blocks.iter().flat_map(|block| &block.entries) {
            match entry.terms.length() {
                0 => seen.wordless.push(entry.position),
                _ => seen.kept.add(Kept { messages: 1, since: at(entry) }),
            }
        }
        seen
    }
}

fn at(entry: &Entry<'_>) -> Option<Timestamp> {
    Timestamp::from_second(entry.at).ok()
}

impl Kept {
    fn add(&mut self, more: Self) {
        self.messages += more.messages;
        self.since = self.since.into_iter().chain(more.since).min();
    }

    fn count(&mut self, row: &Message) {
        if row.content != Content::Revoked {
            self.add(Self { messages: 1, since: Some(row.at) });
        }
    }

    async fn look_at(
        &mut self,
        shelves: Shelves<'_>,
        conversation: ConversationId,
        positions: &[Position],
    ) -> Result<(), StoreError> {
        for position in positions {
            let id = MessageId { conversation, position: *position };
            shelves.transcript.message(id).await?.iter().for_each(|row| self.count(row));
        }
        Ok(())
    }

    async fn look_at_all(
        &mut self,
        shelves: Shelves<'_>,
        conversation: ConversationId,
    ) -> Result<(), StoreError> {
        if let Some(whole) = shelves.transcript.conversation(conversation).await? {
            shelves.messages_of(whole, |row| self.count(row)).await?;
        }
        Ok(())
    }
}
