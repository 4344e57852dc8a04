//! The keys of the one tree: a table byte, then internal ids and numbers,
//! big-endian. What came from outside stands in a key only as a keyed hash.

mod memory;

use crate::domain::id::{ConversationId, JobId, MessageId, PersonId, Position};

pub use memory::*;

/// `m|name` → meta.
pub const META: u8 = b'm';
pub(super) const ALIAS: u8 = b'a';
const PERSON: u8 = b'p';
const CONVERSATION: u8 = b'c';
const MESSAGE: u8 = b't';
pub(super) const SEEN: u8 = b's';
const DELIVERY: u8 = b'd';
const BUSY: u8 = b'b';
pub(super) const NUMBER: u8 = b'n';
const JOB: u8 = b'j';
const GRANT: u8 = b'g';
pub(super) const SPACE: u8 = b'y';
pub(super) const ENTRY: u8 = b'k';
const WRITTEN: u8 = b'u';
const BEFORE: u8 = b'v';
const EXPIRES: u8 = b'e';
const BLOCK: u8 = b'x';
const VECTORS: u8 = b'w';
pub(super) const BROUGHT: u8 = b'i';
const SUMMARY: u8 = b'z';
const TRACE: u8 = b'r';
const LINK: u8 = b'l';
pub(super) const OPTED_OUT: u8 = b'q';
pub(super) const LOOK: u8 = b'o';

/// The length of `t|conv|seq|part` and `d|conv|seq|part`; longer keys in
/// their range are continuations.
pub const POSITION_KEY: usize = 1 + 16 + 8 + 2;

/// The length of `g|hash`, the hash in hex.
pub const GRANT_KEY: usize = 1 + 64;

/// Which lanes: the byte behind `b|`.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum LaneKind {
    /// Turns.
    Turns,
    /// Deliveries.
    Deliveries,
}

impl LaneKind {
    /// Both.
    pub const ALL: [Self; 2] = [Self::Turns, Self::Deliveries];

    fn byte(self) -> u8 {
        match self {
            Self::Turns => b't',
            Self::Deliveries => b'd',
        }
    }
}

/// `m|name`.
pub fn meta(name: &str) -> Vec<u8> {
    [&[META], name.as_bytes()].concat()
}

/// `p|person`.
pub fn person(id: PersonId) -> Vec<u8> {
    [&[PERSON][..], id.as_bytes()].concat()
}

/// `c|conv`.
pub fn conversation(id: ConversationId) -> Vec<u8> {
    [&[CONVERSATION][..], id.as_bytes()].concat()
}

/// `t|conv|seq|part`.
pub fn message(id: MessageId) -> Vec<u8> {
    position(MESSAGE, id)
}

/// `t|conv`: all messages of a conversation.
pub fn messages(id: ConversationId) -> Vec<u8> {
    [&[MESSAGE][..], id.as_bytes()].concat()
}

/// `d|conv|seq|part`.
pub fn delivery(id: MessageId) -> Vec<u8> {
    position(DELIVERY, id)
}

/// `d|conv`: all deliveries of a conversation.
pub fn deliveries(id: ConversationId) -> Vec<u8> {
    [&[DELIVERY][..], id.as_bytes()].concat()
}

/// `d`: all deliveries.
pub fn all_deliveries() -> Vec<u8> {
    vec![DELIVERY]
}

/// The delivery of a `delivery` key; `None` for a continuation.
pub fn delivery_of(key: &[u8]) -> Option<MessageId> {
    let conversation = key.get(1..17)?.try_into().ok().map(ConversationId::from_bytes)?;
    position_of(key).map(|position| MessageId { conversation, position })
}

/// `b|lanes|conv`: work waits.
pub fn busy(kind: LaneKind, id: ConversationId) -> Vec<u8> {
    [&[BUSY, kind.byte()][..], id.as_bytes()].concat()
}

/// `b|lanes`: all conversations where work waits.
pub fn busy_all(kind: LaneKind) -> Vec<u8> {
    vec![BUSY, kind.byte()]
}

/// The conversation at the end of a `busy` key.
pub fn busy_conversation(key: &[u8]) -> Option<ConversationId> {
    key.get(2..)?.try_into().ok().map(ConversationId::from_bytes)
}

/// `j|job`.
pub fn job(id: JobId) -> Vec<u8> {
    [&[JOB][..], id.as_bytes()].concat()
}

/// `j`: all jobs.
pub fn jobs() -> Vec<u8> {
    vec![JOB]
}

/// The job at the end of its key; `None` for a continuation.
pub fn job_of(key: &[u8]) -> Option<JobId> {
    key.get(1..)?.try_into().ok().map(JobId::from_bytes)
}

/// `g|hash`: what a token allows. The hash is of 256 random bits, so it says
/// nothing.
pub fn grant(hash: &str) -> Vec<u8> {
    [&[GRANT], hash.as_bytes()].concat()
}

/// `g`: all tokens.
pub fn grants() -> Vec<u8> {
    vec![GRANT]
}

/// `s`: all ids that were seen.
pub fn all_seen() -> Vec<u8> {
    vec![SEEN]
}

/// `c`: all conversations.
pub fn conversations() -> Vec<u8> {
    vec![CONVERSATION]
}

/// The conversation at the end of its key; `None` for a continuation.
pub fn conversation_of(key: &[u8]) -> Option<ConversationId> {
    key.get(1..)?.try_into().ok().map(ConversationId::from_bytes)
}

/// `p`: all people.
pub fn people() -> Vec<u8> {
    vec![PERSON]
}

/// The length of `p|person` and `c|conv`.
pub const ID_KEY: usize = 1 + 16;

/// Time in a key: before 1970 is no time.
fn micros(at: jiff::Timestamp) -> [u8; 8] {
    u64::try_from(at.as_microsecond()).unwrap_or_default().to_be_bytes()
}

/// The position at the end of a `message` or `delivery` key; `None` for a
/// continuation.
pub fn position_of(key: &[u8]) -> Option<Position> {
    let tail = key.get(17..POSITION_KEY).filter(|_| key.len() == POSITION_KEY)?;
    let seq = u64::from_be_bytes(tail[..8].try_into().ok()?);
    let part = u16::from_be_bytes(tail[8..].try_into().ok()?);
    Some(Position { seq, part })
}

/// The conversation in a key that begins with one.
pub fn owner_of(key: &[u8]) -> Option<ConversationId> {
    key.get(1..17)?.try_into().ok().map(ConversationId::from_bytes)
}

/// The message of a `message`, `delivery` or `trace` key; `None` for a
/// continuation.
pub fn message_of(key: &[u8]) -> Option<MessageId> {
    Some(MessageId { conversation: owner_of(key)?, position: position_of(key)? })
}

/// The first key behind all keys that begin with `prefix`.
pub fn end_of(prefix: &[u8]) -> Vec<u8> {
    let mut end = prefix.to_vec();
    while let Some(last) = end.pop() {
        if last < u8::MAX {
            end.push(last + 1);
            break;
        }
    }
    end
}

fn position(table: u8, id: MessageId) -> Vec<u8> {
    let Position { seq, part } = id.position;
    [&[table][..], id.conversation.as_bytes(), &seq.to_be_bytes(), &part.to_be_bytes()].concat()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn positions_sort_in_keys_as_they_sort_in_conversations() {
        let conversation = ConversationId::from_bytes([255; 16]);
        let id = |seq, part| MessageId { conversation, position: Position { seq, part } };
        let keys = [id(1, 0), id(1, 1), id(1, 300), id(2, 0), id(300, 0)].map(message);
        assert!(keys.is_sorted());
        assert_eq!(position_of(&keys[2]), Some(Position { seq: 1, part: 300 }));
        assert!(keys.iter().all(|key| *key < end_of(&messages(conversation))));
    }
}
