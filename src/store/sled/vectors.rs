//! Vectors of messages: one record for each block of a conversation.

use super::keys;
use super::tx::Tx;
use crate::domain::content::Content;
use crate::domain::conversation::Conversation;
use crate::domain::id::{MessageId, Position};
use crate::domain::memory::{Embedded, Vectors};
use crate::store::StoreError;

impl Tx<'_> {
    /// Writes the vectors of a block over those of before, but none of what was
    /// redacted while they were made.
    pub fn put_vectors(
        &mut self,
        conversation: &Conversation,
        vectors: &Vectors,
    ) -> Result<(), StoreError> {
        let mut messages = Vec::with_capacity(vectors.messages.len());
        for one in &vectors.messages {
            let id = MessageId { conversation: conversation.id, position: one.position };
            let row = self.message(id)?.filter(|row| row.content != Content::Revoked);
            messages.extend(row.map(|_| one.clone()));
        }
        let vectors = Vectors { messages, ..vectors.clone() };
        let key = keys::vectors(conversation.id, vectors.block);
        self.put_bytes(conversation.key, key, &pack(&vectors))
    }
}

/// `length of the model's name | name`, then for each message `seq | part |
/// length | vector`.
fn pack(vectors: &Vectors) -> Vec<u8> {
    let mut bytes = Vec::new();
    put(&mut bytes, vectors.model.as_bytes());
    for Embedded { position, vector } in &vectors.messages {
        bytes.extend_from_slice(&position.seq.to_be_bytes());
        bytes.extend_from_slice(&position.part.to_be_bytes());
        put(&mut bytes, vector);
    }
    bytes
}

/// Nothing below 4 GB is cut.
fn put(bytes: &mut Vec<u8>, piece: &[u8]) {
    let length = u32::try_from(piece.len()).unwrap_or(u32::MAX);
    bytes.extend_from_slice(&length.to_be_bytes());
    bytes.extend_from_slice(piece);
}

/// What [`pack`] packed.
pub fn unpack(block: u64, mut bytes: &[u8]) -> Result<Vectors, StoreError> {
    let torn = || StoreError::Damaged("vectors are cut off".into());
    let model = String::from_utf8(piece(&mut bytes).ok_or_else(torn)?.to_vec());
    let mut messages = Vec::new();
    while !bytes.is_empty() {
        messages.push(embedded(&mut bytes).ok_or_else(torn)?);
    }
    Ok(Vectors { block, model: model.map_err(|_| torn())?, messages })
}

fn embedded(bytes: &mut &[u8]) -> Option<Embedded> {
    let (seq, rest) = bytes.split_first_chunk()?;
    let (part, rest) = rest.split_first_chunk()?;
    *bytes = rest;
    let position = Position { seq: u64::from_be_bytes(*seq), part: u16::from_be_bytes(*part) };
    Some(Embedded { position, vector: piece(bytes)?.to_vec() })
}

fn piece<'a>(bytes: &mut &'a [u8]) -> Option<&'a [u8]> {
    let (length, rest) = bytes.split_first_chunk()?;
    let length = usize::try_from(u32::from_be_bytes(*length)).ok()?;
    let (piece, rest) = rest.split_at_checked(length)?;
    *bytes = rest;
    Some(piece)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn vectors_come_back_and_a_torn_record_is_refused() {
        let message = |seq, vector: &[u8]| Embedded {
            position: Position { seq, part: 1 },
            vector: vector.to_vec(),
        };
        let messages = vec![message(64, &[1, 2, 3]), message(65, &[])];
        let vectors = Vectors { block: 2, model: "small".into(), messages };
        let packed = pack(&vectors);
        assert_eq!(unpack(2, &packed).ok(), Some(vectors));
        for length in 0..packed.len() {
            let cut = unpack(2, &packed[..length]);
            assert!(cut.is_err() || cut.is_ok_and(|cut| cut.messages.len() < 2), "{length}");
        }
    }
}
