//! What messages are found by: each row has its own terms, and those of 32
//! `seq` stand together in a block, so that a search reads few records. Blocks
//! are made of rows alone: they can be made anew at any time.

use super::keys;
use super::reading::Reading;
#[cfg(test)]
use super::tx::block;
use super::tx::{Tx, block_of_next};
use crate::domain::conversation::Conversation;
use crate::domain::id::{ConversationId, MessageId, Position};
use crate::domain::message::Message;
use crate::recall::{self, BLOCK, Entry, Terms};
use crate::store::StoreError;

/// All blocks of a conversation, the one that still grows made on the spot.
pub fn blocks(reading: &Reading, id: ConversationId) -> Result<Vec<Vec<u8>>, StoreError> {
    let conversation: Option<Conversation> = reading.value(&keys::conversation(id))?;
    let Some(conversation) = conversation else { return Ok(Vec::new()) };
    let mut blocks = reading.all_bytes(&keys::blocks(id), keys::BLOCK_KEY)?;
    let from = block_of_next(&conversation) * BLOCK;
    let mut rows = Vec::new();
    for key in reading.tree.range(first(id, from)..keys::end_of(&keys::messages(id))).keys() {
        let key = key.map_err(super::tx::unavailable)?;
        if keys::position_of(&key).is_some() {
            rows.extend(reading.value::<Message>(&key)?);
        }
    }
    blocks.push(pack(&rows));
    Ok(blocks)
}

/// The same, made of rows alone.
#[cfg(test)]
pub fn rebuilt(reading: &Reading, id: ConversationId) -> Result<Vec<Vec<u8>>, StoreError> {
    let mut rows: Vec<Message> = Vec::new();
    for key in reading.tree.scan_prefix(keys::messages(id)).keys() {
        let key = key.map_err(super::tx::unavailable)?;
        if keys::position_of(&key).is_some() {
            rows.extend(reading.value::<Message>(&key)?);
        }
    }
    Ok(rows.chunk_by(|a, b| block(a.position.seq) == block(b.position.seq)).map(pack).collect())
}

impl Tx<'_> {
    /// Packs the blocks whose messages have changed.
    pub fn pack_index(&mut self) -> Result<(), StoreError> {
        for (id, block) in self.touched_blocks() {
            self.pack_block(id, block)?;
        }
        Ok(())
    }

    fn pack_block(&mut self, id: ConversationId, block: u64) -> Result<(), StoreError> {
        // A person who is forgotten has no index.
        let Some(conversation) = self.if_there(id)? else { return Ok(()) };
        let rows = self.messages_between(id, block * BLOCK, (block + 1) * BLOCK)?;
        let key = keys::block(id, block);
        match rows.is_empty() {
            true => self.delete(key).and_then(|()| self.delete(keys::brought(id, block))),
            false => self.put_bytes(conversation.key, key, &pack(&rows)),
        }
    }
}

/// The block of these rows.
fn pack(rows: &[Message]) -> Vec<u8> {
    let terms: Vec<Option<Terms>> =
        rows.iter().map(|row| Terms::from_bytes(row.terms.0.clone())).collect();
    let entries: Vec<Entry<'_>> = rows
        .iter()
        .zip(&terms)
        .filter_map(|(row, terms)| Some(entry(row, terms.as_ref()?)))
        .collect();
    recall::encode(&entries)
}

/// What a block says of a row.
pub fn entry<'a>(row: &Message, terms: &'a Terms) -> Entry<'a> {
    Entry {
        conversation: 0,
        position: row.position,
        at: row.at.as_second(),
        role: row.role,
        speaker: row.attached.speaker.as_deref().map_or(0, recall::speaker),
        terms: terms.packed(),
    }
}

fn first(conversation: ConversationId, seq: u64) -> Vec<u8> {
    keys::message(MessageId { conversation, position: Position { seq, part: 0 } })
}
