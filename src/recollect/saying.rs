//! Which of a person's messages have certain words. The index says which can
//! have them, so that of a long past few are read; the rows themselves decide.

use std::collections::BTreeSet;

use super::{Shelves, index};
use crate::domain::content::Content;
use crate::domain::id::{ConversationId, MessageId, Position};
use crate::domain::message::{Message, Role};
use crate::domain::person::Person;
use crate::recall::{Block, Languages, Needle, Sieve};
use crate::store::StoreError;

/// The messages that have all the words of one of these, and which of `known`
/// there are. What a human of the business said is the business's.
pub(super) async fn saying(
    shelves: Shelves<'_>,
    person: &Person,
    needles: &[Needle],
    known: BTreeSet<MessageId>,
) -> Result<BTreeSet<MessageId>, StoreError> {
    let mut ids = known.clone();
    for conversation in person.all_conversations().filter(|_| !needles.is_empty()) {
        ids.extend(candidates(shelves, conversation, needles).await?);
    }
    let mut said = BTreeSet::new();
    for id in ids {
        let row = shelves.transcript.message(id).await?.filter(may_go);
        let says = |row: Message| known.contains(&id) || is_in(needles, &row);
        said.extend(row.is_some_and(says).then_some(id));
    }
    Ok(said)
}

/// The newest message of a conversation that has all these words, whoever said
/// them.
pub async fn newest_with(
    shelves: Shelves<'_>,
    conversation: ConversationId,
    needle: &Needle,
) -> Result<Option<Message>, StoreError> {
    let mut ids = candidates(shelves, conversation, std::slice::from_ref(needle)).await?;
    ids.sort();
    for id in ids.into_iter().rev() {
        let row = shelves.transcript.message(id).await?;
        let row = row.filter(|row| row.content != Content::Revoked);
        if let Some(row) = row.filter(|row| needle.is_in(&row.content.as_text())) {
            return Ok(Some(row));
        }
    }
    Ok(None)
}

fn may_go(row: &Message) -> bool {
    let (Role::Person | Role::Assistant) = row.role else { return false };
    row.content != Content::Revoked
}

fn is_in(needles: &[Needle], row: &Message) -> bool {
    let text = row.content.as_text();
    needles.iter().any(|needle| needle.is_in(&text))
}

/// What the index lets through; all messages where it can't be read.
async fn candidates(
    shelves: Shelves<'_>,
    conversation: ConversationId,
    needles: &[Needle],
) -> Result<Vec<MessageId>, StoreError> {
    let needles = needles.to_vec();
    let sift = move |blocks: &[Block<'_>]| sifted(blocks, &needles);
    match index::read(shelves.derived, conversation, sift).await? {
        Some(positions) => {
            let id = |position| MessageId { conversation, position };
            Ok(positions.into_iter().map(id).collect())
        }
        None => all(shelves, conversation).await,
    }
}

fn sifted(blocks: &[Block<'_>], needles: &[Needle]) -> Vec<Position> {
    let mut met = Languages::default();
    blocks.iter().for_each(|block| met.extend(block.languages));
    let sieves: Vec<Sieve> = needles.iter().map(|needle| needle.sieve(met)).collect();
    let entries = blocks.iter().flat_map(|block| &block.entries);
    let can = entries.filter(|entry| sieves.iter().any(|sieve| sieve.may_have(entry.terms)));
    can.map(|entry| entry.position).collect()
}

async fn all(
    shelves: Shelves<'_>,
    conversation: ConversationId,
) -> Result<Vec<MessageId>, StoreError> {
    let mut ids = Vec::new();
    if let Some(whole) = shelves.transcript.conversation(conversation).await? {
        let id = |row: &Message| MessageId { conversation, position: row.position };
        shelves.messages_of(whole, |row| ids.push(id(row))).await?;
    }
    Ok(ids)
}
