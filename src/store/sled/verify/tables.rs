//! The tables, how their keys look and who looks at their records.

use serde_json::Value;

use super::{Look, Looking};
use crate::domain::id::ConversationId;
use crate::domain::memory::Linked;
use crate::store::sled::keys::{self, POSITION_KEY};

/// One table.
pub struct Table {
    byte: u8,
    /// What its records are, for people.
    pub name: &'static str,
    /// The lengths that its keys can have.
    length: Length,
    /// Nothing stands there: the key says it all.
    pub is_mark: bool,
    /// Looks at the record at a key.
    pub look: fn(&mut Looking<'_>, &[u8]) -> Look,
}

enum Length {
    Is(usize),
    /// Its keys are names.
    OneOf(&'static [&'static str]),
}

impl Table {
    /// Whether a key of the table is that of a record, not of a piece of one.
    pub fn has(&self, key: &[u8]) -> bool {
        match self.length {
            Length::Is(length) => key.len() == length,
            Length::OneOf(names) => names.iter().any(|name| key[1..] == *name.as_bytes()),
        }
    }
}

/// The one that a key belongs to.
pub fn of(key: &[u8]) -> Option<&'static Table> {
    TABLES.iter().find(|table| key.first() == Some(&table.byte))
}

const fn table(
    byte: u8,
    name: &'static str,
    length: usize,
    look: fn(&mut Looking<'_>, &[u8]) -> Look,
) -> Table {
    Table { byte, name, length: Length::Is(length), is_mark: false, look }
}

const fn marks(
    byte: u8,
    name: &'static str,
    length: usize,
    look: fn(&mut Looking<'_>, &[u8]) -> Look,
) -> Table {
    Table { is_mark: true, ..table(byte, name, length, look) }
}

/// All of them, as `keys.rs` has them.
const TABLES: &[Table] = &[
    Table {
        byte: b'm',
        name: "meta",
        length: Length::OneOf(&["format", "hash_key", "next_key"]),
        is_mark: false,
        look: |_, _| Ok(()),
    },
    table(b'a', "alias", 17, |l, key| l.alias(key)),
    table(b'p', "person", 17, |l, key| l.person(key)),
    table(b'c', "conversation", 17, |l, key| l.whole_conversation(key)),
    table(b't', "message", POSITION_KEY, |l, key| l.message(key)),
    table(b'x', "index", keys::BLOCK_KEY, |l, key| l.index(key)),
    table(b'i', "imported", keys::BLOCK_KEY, |l, key| l.imported(key)),
    table(b'w', "vectors", keys::BLOCK_KEY, |l, key| l.vectors(key)),
    table(b'z', "summary", 17, |l, key| l.summary(key)),
    table(b'r', "trace", POSITION_KEY, |l, key| l.trace(key)),
    table(b'd', "delivery", POSITION_KEY, |l, key| l.delivery(key)),
    marks(b'b', "waiting", 18, |l, key| l.waiting(key)),
    table(b's', "seen", 17, |l, key| l.seen(key)),
    table(b'k', "entry", keys::ENTRY_KEY, |l, key| l.entry(key)),
    marks(b'u', "order", 41, |l, key| l.order(key)),
    table(b'v', "before", keys::BEFORE_KEY, |l, key| l.before(key)),
    table(b'y', "space", keys::SPACE_KEY, |l, key| l.space(key)),
    marks(b'e', "expiry", 41, |l, key| l.expiry(key)),
    table(b'j', "job", 17, |l, key| l.job(key)),
    table(b'g', "token", keys::GRANT_KEY, |l, key| l.grant(key)),
    table(b'l', "link", keys::LINK_KEY, |l, key| l.opens::<Linked>(key)),
    table(b'n', "number", 17, |l, key| l.opens::<Value>(key)),
    table(b'o', "look", keys::LOOK_KEY, |l, key| l.opens::<Value>(key)),
    table(b'q', "opted out", 17, |l, key| l.opens::<()>(key)),
];

/// How a record is called: by internal ids and hashes.
pub fn place(key: &[u8]) -> String {
    let Some(table) = of(key) else { return format!("key {}", hex::encode(key)) };
    let rest = &key[1..];
    let id = match table.byte {
        b'm' => String::from_utf8_lossy(rest).into_owned(),
        b'g' => String::from_utf8_lossy(&rest[..rest.len().min(8)]).into_owned(),
        b't' | b'd' | b'r' => position(key).unwrap_or_else(|| hex::encode(rest)),
        b'b' => hex::encode(rest.get(1..).unwrap_or_default()),
        b'x' | b'i' | b'w' => block(key).unwrap_or_else(|| hex::encode(rest)),
        _ => hex::encode(rest),
    };
    format!("{} {id}", table.name)
}

/// Its message, as everywhere.
fn position(key: &[u8]) -> Option<String> {
    Some(keys::message_of(key)?.to_string())
}

fn block(key: &[u8]) -> Option<String> {
    let conversation = ConversationId::from_bytes(key.get(1..17)?.try_into().ok()?);
    Some(format!("{conversation} block {}", keys::block_of(key)?))
}
