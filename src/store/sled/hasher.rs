//! What came from outside stands in a key only as a keyed hash.

use hmac::{Hmac, KeyInit, Mac};
use sha2::Sha256;

use super::keys::{
    ALIAS, BROUGHT, ENTRY, EntryKey, LOOK, NUMBER, OPTED_OUT, SEEN, SPACE, SpaceKey,
};
use crate::domain::id::{Business, NumberName, ProviderId};
use crate::domain::memory::Space;
use crate::domain::person::Alias;

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

    /// What stands for the id of a message that is brought in, among those of
    /// its person.
    pub fn brought(&self, id: &ProviderId) -> u64 {
        let [a, b, c, d, e, f, g, h, ..] = self.hash(BROUGHT, &[id.as_str()]);
        u64::from_be_bytes([a, b, c, d, e, f, g, h])
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

#[cfg(test)]
mod tests {
    use super::*;

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
