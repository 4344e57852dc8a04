//! The keys of the one tree: a table byte, then internal ids and numbers,
//! big-endian. What came from outside stands in a key only as a keyed hash.

use hmac::{Hmac, KeyInit, Mac};
use sha2::Sha256;

use crate::domain::id::{
    Business, ConversationId, JobId, MessageId, NumberName, PersonId, Position, ProviderId,
};
use crate::domain::memory::Space;
use crate::domain::person::Alias;

/// `m|name` → meta.
pub const META: u8 = b'm';
const ALIAS: u8 = b'a';
const PERSON: u8 = b'p';
const CONVERSATION: u8 = b'c';
const MESSAGE: u8 = b't';
const SEEN: u8 = b's';
const DELIVERY: u8 = b'd';
const BUSY: u8 = b'b';
const NUMBER: u8 = b'n';
const JOB: u8 = b'j';
const GRANT: u8 = b'g';
const SPACE: u8 = b'y';
const ENTRY: u8 = b'k';
const WRITTEN: u8 = b'u';
const BEFORE: u8 = b'v';
const EXPIRES: u8 = b'e';
const BLOCK: u8 = b'x';
const VECTORS: u8 = b'w';
const SUMMARY: u8 = b'z';
const TRACE: u8 = b'r';
const LINK: u8 = b'l';
const OPTED_OUT: u8 = b'q';
const LOOK: u8 = b'o';

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

/// Makes keys out of what must not be readable in them.
#[derive(Clone)]
pub struct Hasher(Hmac<Sha256>);

impl Hasher {
    /// With the key made at first start.
    pub fn new(key: &[u8; 32]) -> Self {
        // HMAC takes a key of any length; 32 bytes never fail.
        Self(Hmac::new_from_slice(key).unwrap_or_else(|_| unreachable!("any key length is taken")))
    }

    /// `a|H(business, alias)` → person.
    pub fn alias(&self, business: &Business, alias: &Alias) -> Vec<u8> {
        self.key(ALIAS, &[business.as_str(), &alias.canonical()])
    }

    /// `s|H(number, provider's id)` → position: dedupe, quotes, receipts.
    pub fn seen(&self, number: &NumberName, id: &ProviderId) -> Vec<u8> {
        self.key(SEEN, &[number.as_str(), id.as_str()])
    }

    /// Where the message of a caller's own key stands: among the ids that
    /// providers give, which never begin so.
    pub fn said(&self, number: &NumberName, key: &str) -> Vec<u8> {
        self.seen(number, &format!("key {key}").into())
    }

    /// `s|H(number, "revoked", provider's id)`: taken back before it came.
    pub fn revoked(&self, number: &NumberName, id: &ProviderId) -> Vec<u8> {
        self.key(SEEN, &[number.as_str(), "revoked", id.as_str()])
    }

    /// `n|H(number)` → until when it is paused.
    pub fn number(&self, number: &NumberName) -> Vec<u8> {
        self.key(NUMBER, &[number.as_str()])
    }

    /// `n|H(number, "month")` → how many messages have arrived this month.
    pub fn month(&self, number: &NumberName) -> Vec<u8> {
        self.key(NUMBER, &[number.as_str(), "month"])
    }

    /// `n|H(number, "caught up")` → up to when all that came in is here.
    pub fn caught_up(&self, number: &NumberName) -> Vec<u8> {
        self.key(NUMBER, &[number.as_str(), "caught up"])
    }

    /// The 16 bytes that stand for a space.
    pub fn space(&self, space: &Space) -> SpaceKey {
        match space {
            Space::Person(id) => *id.as_bytes(),
            Space::Named(business, name) => self.hash(SPACE, &[business.as_str(), name]),
        }
    }

    /// The 16 bytes that stand for the key of an entry, in its space alone.
    pub fn entry(&self, space: &SpaceKey, key: &str) -> EntryKey {
        self.hash(ENTRY, &[&hex::encode(space), key])
    }

    /// `q|H(business, alias)`: wants no messages; stays when a person is
    /// forgotten.
    pub fn opted_out(&self, business: &Business, alias: &Alias) -> Vec<u8> {
        self.key(OPTED_OUT, &[business.as_str(), &alias.canonical()])
    }

    /// The 16 bytes that stand for a token's id in an audit.
    pub fn token(&self, id: &str) -> [u8; 16] {
        self.hash(LOOK, &[id])
    }

    /// The lengths are hashed too, so that no two lists of parts meet.
    fn key(&self, table: u8, parts: &[&str]) -> Vec<u8> {
        [&[table][..], &self.hash(table, parts)].concat()
    }

    fn hash(&self, table: u8, parts: &[&str]) -> [u8; 16] {
        let mut mac = self.0.clone();
        mac.update(&[table]);
        for part in parts {
            mac.update(&(part.len() as u64).to_be_bytes());
            mac.update(part.as_bytes());
        }
        let hash: [u8; 32] = mac.finalize().into_bytes().into();
        std::array::from_fn(|at| hash[at])
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

    #[test]
    fn nothing_from_outside_can_be_read_in_a_key() {
        let hasher = Hasher::new(&[1; 32]);
        let number = NumberName::from("main");
        let key = hasher.seen(&number, &ProviderId::from("wamid.15550100001"));
        assert_eq!(key.len(), 17);
        assert_ne!(key, hasher.seen(&NumberName::from("other"), &"wamid.15550100001".into()));
        assert_ne!(key, Hasher::new(&[2; 32]).seen(&number, &"wamid.15550100001".into()));
        assert_ne!(
            hasher.key(SEEN, &["ab", "c"]),
            hasher.key(SEEN, &["a", "bc"]),
            "parts don't run into each other"
        );
    }
}
