//! The turns of one block as one value. A scan reads thousands of them, so
//! the terms stay where they lie.
//!
//! `format u8 | analyser u8 | languages u64 | turns varint`, then for each turn
//! `seq varint | part varint | at varint (zigzag) | role u8 | speaker u32 |
//! bytes of terms varint | terms`. `seq` and `at` count from the turn before.

use std::collections::BTreeMap;

use crate::domain::id::Position;
use crate::domain::message::Role;

use super::ANALYSER;
use super::language::{Language, Languages};
use super::terms::Packed;

/// How a block is written.
const FORMAT: u8 = 1;

/// A turn (or a section of a document) as search sees it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Entry<'a> {
    /// Its conversation (or document), as the caller numbers them.
    pub conversation: u32,
    /// Its place there.
    pub position: Position,
    /// When it was said, in seconds since 1970.
    pub at: i64,
    /// Who said it.
    pub role: Role,
    /// [`speaker`](super::speaker) of their name; 0 = no name is known.
    pub speaker: u32,
    /// What can be found of it.
    pub terms: Packed<'a>,
}

/// Some turns that stand in one value.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Block<'a> {
    /// The languages that their texts were taken for.
    pub languages: Languages,
    /// The turns, as they were written.
    pub entries: Vec<Entry<'a>>,
}

/// Why bytes are no block.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum BadBlock {
    /// An older or newer program wrote it: make it anew from the turns.
    #[error("the index was made by another version")]
    Outdated,
    /// It was never written so.
    #[error("the index is damaged")]
    Damaged,
}

/// The block of these turns.
pub fn encode(entries: &[Entry<'_>]) -> Vec<u8> {
    let mut bytes = vec![FORMAT, ANALYSER];
    bytes.extend(languages(entries).bits().to_le_bytes());
    put(&mut bytes, entries.len() as u64);
    let mut before = (0, 0);
    for entry in entries {
        encode_entry(&mut bytes, entry, before);
        before = (entry.position.seq, entry.at);
    }
    bytes
}

/// The languages met in these turns.
pub fn languages(entries: &[Entry<'_>]) -> Languages {
    let mut languages = Languages::default();
    for entry in entries.iter().filter(|entry| entry.terms.length() > 0) {
        languages.insert(entry.terms.language());
    }
    languages
}

/// The language that the person mostly writes, by what their words were taken
/// for.
pub fn usual<'a>(entries: impl IntoIterator<Item = Entry<'a>>) -> Option<Language> {
    let mut words: BTreeMap<Language, u64> = BTreeMap::new();
    for entry in entries.into_iter().filter(|entry| entry.role == Role::Person) {
        if let Some(language) = entry.terms.language() {
            *words.entry(language).or_default() += u64::from(entry.terms.length());
        }
    }
    words.into_iter().max_by_key(|(_, words)| *words).map(|(language, _)| language)
}

fn encode_entry(bytes: &mut Vec<u8>, entry: &Entry<'_>, (seq, at): (u64, i64)) {
    let later = entry.at.wrapping_sub(at);
    put(bytes, entry.position.seq.wrapping_sub(seq));
    put(bytes, u64::from(entry.position.part));
    put(bytes, ((later << 1) ^ (later >> 63)).cast_unsigned());
    bytes.push(match entry.role {
        Role::Person => 0,
        Role::Assistant => 1,
        Role::Business => 2,
    });
    bytes.extend(entry.speaker.to_le_bytes());
    put(bytes, entry.terms.bytes().len() as u64);
    bytes.extend(entry.terms.bytes());
}

fn put(bytes: &mut Vec<u8>, mut number: u64) {
    while number >= 0x80 {
        bytes.push(number as u8 | 0x80);
        number >>= 7;
    }
    bytes.push(number as u8);
}

impl<'a> Block<'a> {
    /// Reads what [`encode`] wrote, as turns of this conversation.
    pub fn decode(bytes: &'a [u8], conversation: u32) -> Result<Self, BadBlock> {
        match bytes {
            [FORMAT, ANALYSER, rest @ ..] => {
                Reader(rest).block(conversation).ok_or(BadBlock::Damaged)
            }
            [FORMAT, _, ..] => Err(BadBlock::Outdated),
            _ => Err(BadBlock::Damaged),
        }
    }
}

struct Reader<'a>(&'a [u8]);

/// No entry is shorter.
const SHORTEST_ENTRY: usize = 9;

impl<'a> Reader<'a> {
    fn block(mut self, conversation: u32) -> Option<Block<'a>> {
        let languages = Languages::from_bits(u64::from_le_bytes(*self.array()?));
        let count = usize::try_from(self.number()?).ok()?;
        if count > self.0.len() / SHORTEST_ENTRY {
            return None;
        }
        let mut entries = Vec::with_capacity(count);
        let mut before = (0, 0);
        for _ in 0..count {
            let entry = self.entry(conversation, before)?;
            before = (entry.position.seq, entry.at);
            entries.push(entry);
        }
        self.0.is_empty().then_some(Block { languages, entries })
    }

    fn entry(&mut self, conversation: u32, (seq, at): (u64, i64)) -> Option<Entry<'a>> {
        let seq = seq.wrapping_add(self.number()?);
        let part = u16::try_from(self.number()?).ok()?;
        let later = self.number()?;
        let later = (later >> 1).cast_signed() ^ -((later & 1).cast_signed());
        let role = match self.array::<1>()? {
            [0] => Role::Person,
            [1] => Role::Assistant,
            [2] => Role::Business,
            _ => return None,
        };
        let speaker = u32::from_le_bytes(*self.array()?);
        let length = usize::try_from(self.number()?).ok()?;
        let terms = Packed::new(self.take(length)?)?;
        let position = Position { seq, part };
        Some(Entry { conversation, position, at: at.wrapping_add(later), role, speaker, terms })
    }

    fn number(&mut self) -> Option<u64> {
        let mut number = 0;
        for shift in (0..64).step_by(7) {
            let [byte] = *self.array()?;
            number |= u64::from(byte & 0x7f) << shift;
            if byte < 0x80 {
                return Some(number);
            }
        }
        None
    }

    fn array<const N: usize>(&mut self) -> Option<&'a [u8; N]> {
        let (head, rest) = self.0.split_first_chunk()?;
        self.0 = rest;
        Some(head)
    }

    fn take(&mut self, length: usize) -> Option<&'a [u8]> {
        let (head, rest) = self.0.split_at_checked(length)?;
        self.0 = rest;
        Some(head)
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::super::{Terms, analyse};
    use super::*;

    fn turn() -> impl Strategy<Value = (u64, u16, i64, u8, u32, String)> {
        (any::<u64>(), any::<u16>(), any::<i64>(), 0..3_u8, any::<u32>(), "[a-zé 0-9]{0,40}")
    }

    fn entry<'a>(turn: &(u64, u16, i64, u8, u32, String), terms: &'a Terms) -> Entry<'a> {
        let role = [Role::Person, Role::Assistant, Role::Business][usize::from(turn.3)];
        Entry {
            conversation: 7,
            position: Position { seq: turn.0, part: turn.1 },
            at: turn.2,
            role,
            speaker: turn.4,
            terms: terms.packed(),
        }
    }

    proptest! {
        #[test]
        fn a_block_comes_back_as_it_was(turns in prop::collection::vec(turn(), 0..40)) {
            let terms: Vec<Terms> = turns.iter().map(|turn| analyse(&turn.5, None)).collect();
            let entries: Vec<Entry> =
                turns.iter().zip(&terms).map(|(turn, terms)| entry(turn, terms)).collect();
            let bytes = encode(&entries);
            let block = Block::decode(&bytes, 7).unwrap();
            prop_assert_eq!(block.languages, languages(&entries));
            prop_assert_eq!(block.entries, entries);
            for end in 0..bytes.len() {
                prop_assert!(Block::decode(&bytes[..end], 7).is_err());
            }
        }

        #[test]
        fn garbage_is_damaged(bytes in prop::collection::vec(any::<u8>(), 0..300)) {
            let bytes = [&[FORMAT, ANALYSER][..], &bytes].concat();
            if let Ok(block) = Block::decode(&bytes, 0) {
                prop_assert!(block.entries.len() < 300);
            }
        }
    }

    #[test]
    fn another_versions_block_is_outdated() {
        let mut bytes = encode(&[]);
        assert!(Block::decode(&bytes, 0).is_ok());
        bytes[1] += 1;
        assert_eq!(Block::decode(&bytes, 0), Err(BadBlock::Outdated));
        assert_eq!(Block::decode(&[], 0), Err(BadBlock::Damaged));
    }
}
