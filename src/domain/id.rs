//! Identifiers. Internal ones are random and safe to log; what providers call
//! things ([`ProviderId`]) can hold a phone number and must not be logged.

use std::fmt;
use std::str::FromStr;
use std::sync::Arc;

use serde::{Deserialize, Serialize};
use uuid::Uuid;

macro_rules! internal_id {
    ($(#[$doc:meta])* $name:ident) => {
        $(#[$doc])*
        #[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize)]
        #[serde(transparent)]
        pub struct $name(Uuid);

        impl $name {
            /// The id with these 16 bytes.
            pub const fn from_bytes(bytes: [u8; 16]) -> Self {
                Self(Uuid::from_bytes(bytes))
            }

            /// The 16 bytes that stand for it in a key.
            pub const fn as_bytes(&self) -> &[u8; 16] {
                self.0.as_bytes()
            }
        }

        impl From<Uuid> for $name {
            fn from(id: Uuid) -> Self {
                Self(id)
            }
        }

        impl fmt::Display for $name {
            fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                write!(f, "{}", self.0.simple())
            }
        }

        impl FromStr for $name {
            type Err = BadId;

            fn from_str(text: &str) -> Result<Self, BadId> {
                Uuid::try_parse(text).map(Self).map_err(|_| BadId)
            }
        }
    };
}

internal_id! {
    /// A person, inside one business.
    PersonId
}
internal_id! {
    /// What one person and one number say to each other.
    ConversationId
}

internal_id! {
    /// Something to be done besides turns and deliveries.
    JobId
}

/// The text is not an id of ours.
#[derive(Debug, PartialEq, Eq, thiserror::Error)]
#[error("not an id")]
pub struct BadId;

macro_rules! name {
    ($(#[$doc:meta])* $name:ident) => {
        $(#[$doc])*
        #[derive(Clone, Debug, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize)]
        #[serde(transparent)]
        pub struct $name(Arc<str>);

        impl $name {
            /// The name as text.
            pub fn as_str(&self) -> &str {
                &self.0
            }
        }

        impl From<&str> for $name {
            fn from(text: &str) -> Self {
                Self(text.into())
            }
        }

        impl fmt::Display for $name {
            fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                f.write_str(&self.0)
            }
        }
    };
}

/// What the names of those begin with whom only `olifant chat` reaches: no
/// configuration can name a business or a number so.
const CHAT: &str = "chat:";

impl Business {
    /// The same business, as somebody at a terminal reaches it: it answers
    /// alike, and nobody it knows is known here.
    pub fn in_chat(&self) -> Self {
        Self::from(format!("{CHAT}{}", self.configured()).as_str())
    }

    /// Whether only a terminal reaches it.
    pub fn is_in_chat(&self) -> bool {
        self.as_str().starts_with(CHAT)
    }

    /// As the configuration calls it.
    pub fn configured(&self) -> &str {
        self.as_str().strip_prefix(CHAT).unwrap_or(self.as_str())
    }
}

impl NumberName {
    /// Whether only a terminal reaches it.
    pub fn is_in_chat(&self) -> bool {
        self.as_str().starts_with(CHAT)
    }
}

impl Default for Business {
    /// `main`, as in the configuration.
    fn default() -> Self {
        Self::from("main")
    }
}

name! {
    /// `numbers.NAME.business`: the outermost scope; no memory crosses it.
    Business
}
name! {
    /// The NAME in `[numbers.NAME]`.
    NumberName
}

/// A number of ours and the business it speaks for.
#[derive(Clone, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
pub struct Number {
    /// Its name in the configuration.
    pub name: NumberName,
    /// Whose it is.
    pub business: Business,
}

impl Number {
    /// The one that a terminal writes to, of a business.
    pub fn in_chat(business: &Business) -> Self {
        let business = business.in_chat();
        Self { name: NumberName::from(business.as_str()), business }
    }
}

/// What the provider calls a message (a wamid, a SID). It can hold the
/// person's phone number in base64: never log it, never put it into a key.
#[derive(Clone, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(transparent)]
pub struct ProviderId(String);

impl ProviderId {
    /// The id as the provider writes it.
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

impl<T: Into<String>> From<T> for ProviderId {
    fn from(text: T) -> Self {
        Self(text.into())
    }
}

impl fmt::Debug for ProviderId {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("ProviderId(…)")
    }
}

/// Where a message stands in its conversation. A reply is `(upto, part ≥ 1)`:
/// it sorts right behind the last message it answers, whatever came since.
#[derive(
    Clone, Copy, Debug, Default, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize,
)]
pub struct Position {
    /// Rises with each message accepted; gaps are normal.
    pub seq: u64,
    /// 0 for what came in, 1… for the parts of a reply to it.
    pub part: u16,
}

/// One message, and the delivery of it if it goes out. As text
/// (`conversation.seq.part`) it travels through the provider and comes back
/// in receipts.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize)]
pub struct MessageId {
    /// The conversation it belongs to.
    pub conversation: ConversationId,
    /// Its place there.
    pub position: Position,
}

impl fmt::Display for MessageId {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Position { seq, part } = self.position;
        write!(f, "{}.{seq}.{part}", self.conversation)
    }
}

impl FromStr for MessageId {
    type Err = BadId;

    fn from_str(text: &str) -> Result<Self, BadId> {
        let mut pieces = text.split('.');
        let mut next = || pieces.next().ok_or(BadId);
        let conversation = next()?.parse()?;
        let seq = next()?.parse().map_err(|_| BadId)?;
        let part = next()?.parse().map_err(|_| BadId)?;
        match pieces.next() {
            Some(_) => Err(BadId),
            None => Ok(Self { conversation, position: Position { seq, part } }),
        }
    }
}

/// Which key seals a value: a slot of the store's key file. 0 is the house's
/// own, for what is nobody's.
#[derive(
    Clone, Copy, Debug, Default, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize,
)]
#[serde(transparent)]
pub struct KeyId(pub u32);

impl KeyId {
    /// The house's own key, for what belongs to nobody.
    pub const HOUSE: Self = Self(0);

    /// The first one that somebody can have.
    pub const FIRST: Self = Self(1);

    /// The one after it.
    pub fn next(self) -> Self {
        Self(self.0 + 1)
    }
}

/// Says which claim a worker holds; a finish with an old one is `ClaimLost`.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(transparent)]
pub struct Token(pub u64);

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_message_id_survives_the_journey_through_a_provider() {
        let id = MessageId {
            conversation: ConversationId::from_bytes([7; 16]),
            position: Position { seq: 41, part: 2 },
        };
        assert_eq!(id.to_string().parse(), Ok(id));
        for bad in ["", "x", "0.0.0", "07070707070707070707070707070707.1", "a.b.c.d"] {
            assert_eq!(bad.parse::<MessageId>(), Err(BadId), "{bad}");
        }
    }

    #[test]
    fn a_terminal_reaches_a_business_of_its_own() {
        let number = Number::in_chat(&Business::from("shop"));
        assert_eq!((number.name.as_str(), number.business.configured()), ("chat:shop", "shop"));
        assert!(number.name.is_in_chat() && number.business.is_in_chat());
        assert_eq!(number.business.in_chat(), number.business);
        assert!(!Business::from("shop").is_in_chat());
    }

    #[test]
    fn a_reply_sorts_behind_what_it_answers_and_before_what_came_since() {
        let asked = Position { seq: 3, part: 0 };
        let reply = Position { seq: 3, part: 1 };
        let later = Position { seq: 4, part: 0 };
        assert!(asked < reply && reply < later);
    }
}
