//! Who is who: a person has an internal id and any number of aliases.

use std::fmt;

use jiff::Timestamp;
use serde::{Deserialize, Serialize};

use super::id::{Business, ConversationId, KeyId, NumberName, PersonId};
use super::spending::Spending;

/// A phone number: its digits with country code, without `+`, exactly as the
/// provider wrote them.
#[derive(Clone, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(transparent)]
pub struct Phone(String);

impl Phone {
    /// Reads a number written with `+`, blanks, dashes or brackets.
    /// `None` unless 5 to 20 digits remain and nothing else was there.
    pub fn parse(text: &str) -> Option<Self> {
        let punctuation = |c: char| matches!(c, '+' | '-' | '(' | ')' | '.' | ' ');
        let digits: String = text.trim().chars().filter(|c| !punctuation(*c)).collect();
        let plausible = (5..=20).contains(&digits.len());
        (plausible && digits.bytes().all(|b| b.is_ascii_digit())).then_some(Self(digits))
    }

    /// The digits, without `+`.
    pub fn digits(&self) -> &str {
        &self.0
    }

    /// One spelling for all variants of a number, for comparing only: Mexico
    /// 521→52, Argentina 549→54, Brazil's ninth digit dropped where it was
    /// added to a mobile (before 6 to 9; landlines begin with 2 to 5). Replies
    /// go to the spelling received.
    pub fn canonical(&self) -> String {
        let d = &self.0;
        match (d.get(..2), d.get(2..3), d.len()) {
            (Some("52"), Some("1"), 13) => format!("52{}", &d[3..]),
            (Some("54"), Some("9"), 13) => format!("54{}", &d[3..]),
            (Some("55"), _, 13) if &d[4..5] == "9" && &d[5..6] >= "6" => {
                format!("{}{}", &d[..4], &d[5..])
            }
            _ => d.clone(),
        }
    }
}

impl fmt::Debug for Phone {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Phone(…)")
    }
}

/// A user id that the provider made for this business (`US.1349…`): it stands
/// in for the phone number of people who hide theirs.
#[derive(Clone, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(transparent)]
pub struct UserId(String);

impl UserId {
    /// Reads `CC.xxxx`: two letters, a dot, letters, digits and dots.
    pub fn parse(text: &str) -> Option<Self> {
        let (country, rest) = text.split_once('.')?;
        let letters = country.len() == 2 && country.bytes().all(|b| b.is_ascii_alphabetic());
        let body = (1..=140).contains(&rest.len())
            && rest.bytes().all(|b| b.is_ascii_alphanumeric() || b == b'.');
        (letters && body).then(|| Self(text.to_owned()))
    }

    /// The id as the provider writes it.
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

impl fmt::Debug for UserId {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("UserId(…)")
    }
}

/// A name under which a person is known to a provider.
#[derive(Clone, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Alias {
    /// A phone number; its variants are the same alias.
    Phone(Phone),
    /// The id of the person for one business portfolio.
    UserId(UserId),
    /// The id of the person for a group of linked portfolios.
    ParentUserId(UserId),
    /// A group chat: it has a memory of its own, never a member's.
    Group(String),
}

impl Alias {
    /// Which alias decides who wrote, smallest first: an id was made for one
    /// person, a phone number can have a new owner.
    pub fn rank(&self) -> u8 {
        match self {
            Self::UserId(_) => 0,
            Self::ParentUserId(_) => 1,
            Self::Phone(_) => 2,
            Self::Group(_) => 3,
        }
    }

    /// Where whoever is called so is written to; a parent id is no address.
    pub fn address(&self) -> Option<Address> {
        match self {
            Self::Phone(phone) => Some(Address::Phone(phone.clone())),
            Self::UserId(id) => Some(Address::UserId(id.clone())),
            Self::Group(id) => Some(Address::Group(id.clone())),
            Self::ParentUserId(_) => None,
        }
    }

    /// The text by which two aliases are the same, kind first.
    pub fn canonical(&self) -> String {
        match self {
            Self::Phone(phone) => format!("phone:{}", phone.canonical()),
            Self::UserId(id) => format!("user:{}", id.as_str()),
            Self::ParentUserId(id) => format!("parent:{}", id.as_str()),
            Self::Group(id) => format!("group:{id}"),
        }
    }
}

/// Where a reply goes: exactly what was received.
#[derive(Clone, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Address {
    /// A phone number as the provider spelt it.
    Phone(Phone),
    /// A user id, for people without a visible number.
    UserId(UserId),
    /// A group chat.
    Group(String),
}

/// Who wrote a message, as far as the provider told.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Sender {
    /// Everything that names this person; at least one.
    pub aliases: Vec<Alias>,
    /// Where to answer.
    pub address: Address,
    /// The name the person gave themselves. Never used for matching.
    pub name: Option<String>,
}

impl From<Address> for Sender {
    /// Whoever is reached there.
    fn from(address: Address) -> Self {
        let alias = match &address {
            Address::Phone(phone) => Alias::Phone(phone.clone()),
            Address::UserId(id) => Alias::UserId(id.clone()),
            Address::Group(id) => Alias::Group(id.clone()),
        };
        Self { aliases: vec![alias], address, name: None }
    }
}

/// An alias, and how it came to be this person's.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Link {
    /// The alias.
    pub alias: Alias,
    /// The number it was seen on.
    pub number: NumberName,
    /// When first.
    pub since: Timestamp,
}

/// What the store knows of a person.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Person {
    /// The internal id.
    pub id: PersonId,
    /// Whose customer this is; nothing of the person crosses it.
    pub business: Business,
    /// What the profile is sealed with.
    #[serde(default)]
    pub key: KeyId,
    /// Every name they are known by, in the order they came.
    pub aliases: Vec<Link>,
    /// The name last given by the provider.
    pub name: Option<String>,
    /// Wants no more messages.
    #[serde(default)]
    pub opted_out: bool,
    /// Has been told that an assistant writes here.
    #[serde(default)]
    pub introduced: bool,
    /// What answering them took on the last day that it was counted.
    #[serde(default)]
    pub spent: Spending,
    /// One conversation for each number written to.
    pub conversations: Vec<(NumberName, ConversationId)>,
    /// What was said elsewhere and brought in: nobody writes there any more.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub archives: Vec<ConversationId>,
    /// When the first message came.
    pub since: Timestamp,
}

impl Person {
    /// Everything that this person and the business said to each other,
    /// wherever, and what was brought in.
    pub fn all_conversations(&self) -> impl Iterator<Item = ConversationId> {
        let own = self.conversations.iter().map(|(_, id)| *id);
        own.chain(self.archives.iter().copied())
    }

    /// Whether it is one of theirs.
    pub fn has(&self, conversation: ConversationId) -> bool {
        self.all_conversations().any(|id| id == conversation)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn phone(text: &str) -> Phone {
        Phone::parse(text).expect("a phone number")
    }

    #[test]
    fn variants_of_a_number_are_one_person_and_keep_their_spelling() {
        for (a, b) in [
            ("+52 1 55 5010 0001", "525550100001"),
            ("+54 9 11 5010-0001", "541150100001"),
            ("+55 (11) 98501-0001", "551185010001"),
        ] {
            assert_eq!(phone(a).canonical(), phone(b).canonical());
            assert_ne!(phone(a).digits(), phone(b).digits());
        }
        assert_ne!(phone("+15550100001").canonical(), phone("+15550100002").canonical());
        let (mobile, landline) = (phone("+55 11 94123-4567"), phone("+55 11 4123-4567"));
        assert_ne!(mobile.canonical(), landline.canonical(), "somebody else's landline");
    }

    #[test]
    fn what_is_no_phone_number_is_refused() {
        for text in ["", "+", "1234", "US.1349", "+1555x0100", "１５５５０１００００１"]
        {
            assert_eq!(Phone::parse(text), None, "{text}");
        }
    }

    #[test]
    fn user_ids_are_two_letters_a_dot_and_more() {
        assert!(UserId::parse("US.10000000000000000001").is_some());
        assert!(UserId::parse("US.ENT.1").is_some());
        for text in ["", "US.", ".1", "USA.1", "15550100001", "U5.1", "US.a b"] {
            assert_eq!(UserId::parse(text), None, "{text}");
        }
    }

    #[test]
    fn nothing_personal_is_printed_by_accident() {
        let alias = Alias::Phone(phone("+15550100001"));
        assert!(!format!("{alias:?}").contains("555"));
    }
}
