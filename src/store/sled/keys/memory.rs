//! The keys of what is remembered, and of what finds it again.

use super::{
    BEFORE, BLOCK, BROUGHT, ENTRY, EXPIRES, LINK, LOOK, SPACE, SUMMARY, TRACE, VECTORS, WRITTEN,
};
use super::{micros, position};
use crate::domain::id::{ConversationId, MessageId, PersonId};

/// What stands for a space in keys.
pub type SpaceKey = [u8; 16];

/// What stands for an entry's key in keys.
pub type EntryKey = [u8; 16];

/// `y|space`: how full it is.
pub fn space(space: &SpaceKey) -> Vec<u8> {
    [&[SPACE][..], space].concat()
}

/// `y`: all spaces.
pub fn spaces() -> Vec<u8> {
    vec![SPACE]
}

/// The length of `y|space`.
pub const SPACE_KEY: usize = 1 + 16;

/// `k|space|H(key)` → entry.
pub fn entry(space: &SpaceKey, key: &EntryKey) -> Vec<u8> {
    [&[ENTRY][..], space, key].concat()
}

/// `u|space|!version|H(key)`: entries, the last written first.
pub fn written(space: &SpaceKey, version: u64, key: &EntryKey) -> Vec<u8> {
    [&[WRITTEN][..], space, &(!version).to_be_bytes(), key].concat()
}

/// `u|space`.
pub fn written_in(space: &SpaceKey) -> Vec<u8> {
    [&[WRITTEN][..], space].concat()
}

/// The length of `k|space|H(key)`.
pub const ENTRY_KEY: usize = 1 + 16 + 16;

/// The space of a `space` key.
pub fn space_of(key: &[u8]) -> Option<SpaceKey> {
    key.get(1..)?.try_into().ok()
}

/// Space and key of an `entry` key; `None` for a continuation.
pub fn entry_of(key: &[u8]) -> Option<(SpaceKey, EntryKey)> {
    Some((key.get(1..17)?.try_into().ok()?, key.get(17..)?.try_into().ok()?))
}

/// Space and key of a `written` key.
pub fn written_of(key: &[u8]) -> Option<(SpaceKey, EntryKey)> {
    Some((key.get(1..17)?.try_into().ok()?, written_entry(key)?))
}

/// Space and key of a `before` key.
pub fn before_of(key: &[u8]) -> Option<(SpaceKey, EntryKey)> {
    entry_of(key.get(..ENTRY_KEY)?)
}

/// The key of the entry at the end of a `written` key.
pub fn written_entry(key: &[u8]) -> Option<EntryKey> {
    key.get(25..)?.try_into().ok()
}

/// `v|space|H(key)|version`: what stood there before.
pub fn before(space: &SpaceKey, key: &EntryKey, version: u64) -> Vec<u8> {
    [&befores(space, key)[..], &version.to_be_bytes()].concat()
}

/// `v|space|H(key)`.
pub fn befores(space: &SpaceKey, key: &EntryKey) -> Vec<u8> {
    [&[BEFORE][..], space, key].concat()
}

/// The length of a `before` key; longer ones are continuations.
pub const BEFORE_KEY: usize = 1 + 16 + 16 + 8;

/// `e|time|space|H(key)`: the entry is gone from then on.
pub fn expires(at: jiff::Timestamp, space: &SpaceKey, key: &EntryKey) -> Vec<u8> {
    [&expire_by(at)[..], space, key].concat()
}

/// `e|time`: what expires before then lies below.
pub fn expire_by(at: jiff::Timestamp) -> Vec<u8> {
    [&[EXPIRES][..], &micros(at)].concat()
}

/// `e`: all that expires.
pub fn all_expiring() -> Vec<u8> {
    vec![EXPIRES]
}

/// Space and key of the entry at the end of an `expires` key.
pub fn expiring(key: &[u8]) -> Option<(SpaceKey, EntryKey)> {
    Some((key.get(9..25)?.try_into().ok()?, key.get(25..)?.try_into().ok()?))
}

/// `x|conv|block` → terms of the messages of 32 `seq`.
pub fn block(id: ConversationId, block: u64) -> Vec<u8> {
    [&blocks(id)[..], &block.to_be_bytes()].concat()
}

/// `x|conv`.
pub fn blocks(id: ConversationId) -> Vec<u8> {
    [&[BLOCK][..], id.as_bytes()].concat()
}

/// The length of a `block` or `vectors` key; longer ones are continuations.
pub const BLOCK_KEY: usize = 1 + 16 + 8;

/// The block at the end of a `block` or `vectors` key.
pub fn block_of(key: &[u8]) -> Option<u64> {
    key.get(17..).and_then(|tail| tail.try_into().ok()).map(u64::from_be_bytes)
}

/// `i|conv|block` → what stands for the ids that messages of 32 `seq` were
/// brought in with.
pub fn brought(id: ConversationId, block: u64) -> Vec<u8> {
    [&all_brought(id)[..], &block.to_be_bytes()].concat()
}

/// `i|conv`.
pub fn all_brought(id: ConversationId) -> Vec<u8> {
    [&[BROUGHT][..], id.as_bytes()].concat()
}

/// `w|conv|block` → vectors.
pub fn vectors(id: ConversationId, block: u64) -> Vec<u8> {
    [&all_vectors(id)[..], &block.to_be_bytes()].concat()
}

/// `w|conv`.
pub fn all_vectors(id: ConversationId) -> Vec<u8> {
    [&[VECTORS][..], id.as_bytes()].concat()
}

/// `z|conv` → summary.
pub fn summary(id: ConversationId) -> Vec<u8> {
    [&[SUMMARY][..], id.as_bytes()].concat()
}

/// `r|conv|seq|part` → what the turn was told that ended there.
pub fn trace(id: MessageId) -> Vec<u8> {
    position(TRACE, id)
}

/// `r|conv`: all traces of a conversation.
pub fn traces(id: ConversationId) -> Vec<u8> {
    [&[TRACE][..], id.as_bytes()].concat()
}

/// `l|time|id` → who was made one with whom.
pub fn link(at: jiff::Timestamp, id: &[u8; 16]) -> Vec<u8> {
    [&[LINK][..], &micros(at), id].concat()
}

/// `l`: all links.
pub fn links() -> Vec<u8> {
    vec![LINK]
}

/// The length of a `link` key.
pub const LINK_KEY: usize = 1 + 8 + 16;

/// `o|minute|H(token)|person` → how often it was read and written.
pub fn look(minute: jiff::Timestamp, token: &[u8; 16], person: PersonId) -> Vec<u8> {
    [&[LOOK][..], &micros(minute), token, person.as_bytes()].concat()
}

/// `o`: all looks.
pub fn looks() -> Vec<u8> {
    vec![LOOK]
}

/// The length of a `look` key.
pub const LOOK_KEY: usize = 1 + 8 + 16 + 16;

/// `k|space`.
pub fn entries(space: &SpaceKey) -> Vec<u8> {
    [&[ENTRY][..], space].concat()
}

/// `v|space`.
pub fn all_before(space: &SpaceKey) -> Vec<u8> {
    [&[BEFORE][..], space].concat()
}
