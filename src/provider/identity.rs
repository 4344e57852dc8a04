//! The ids under which a provider names one person, and the sender they make.

use crate::domain::person::{Address, Alias, Phone, Sender, UserId};

/// Whatever of a person's ids could be read.
#[derive(Default)]
pub(super) struct Identity {
    phone: Option<Phone>,
    user: Option<UserId>,
    parent: Option<UserId>,
}

impl Identity {
    /// A user id is accepted where a phone number belongs: some senders have
    /// nothing else to put there.
    pub(super) fn read(phone: Option<&str>, user: Option<&str>, parent: Option<&str>) -> Self {
        Self {
            phone: phone.and_then(Phone::parse),
            user: user.and_then(UserId::parse).or_else(|| phone.and_then(UserId::parse)),
            parent: parent.and_then(UserId::parse),
        }
    }

    /// These ids, and from the other what is missing.
    pub(super) fn or(self, other: Self) -> Self {
        Self {
            phone: self.phone.or(other.phone),
            user: self.user.or(other.user),
            parent: self.parent.or(other.parent),
        }
    }

    /// Both surely name the same person.
    pub(super) fn meets(&self, other: &Self) -> bool {
        self.phones(other) == Some(true) || self.users(other) == Some(true)
    }

    /// Both surely name two people.
    pub(super) fn contradicts(&self, other: &Self) -> bool {
        !self.meets(other) && (self.phones(other).is_some() || self.users(other).is_some())
    }

    /// Whom these ids name, answered at this address.
    pub(super) fn sender(self, address: Address, name: Option<String>) -> Sender {
        Sender { aliases: self.aliases(), address, name }
    }

    /// Where an answer goes; `None` if there is no id that can be answered to.
    pub(super) fn address(&self) -> Option<Address> {
        let phone = self.phone.clone().map(Address::Phone);
        phone.or_else(|| self.user.clone().map(Address::UserId))
    }

    /// All ids.
    pub(super) fn aliases(self) -> Vec<Alias> {
        let phone = self.phone.map(Alias::Phone);
        let user = self.user.map(Alias::UserId);
        let parent = self.parent.map(Alias::ParentUserId);
        [phone, user, parent].into_iter().flatten().collect()
    }

    fn phones(&self, other: &Self) -> Option<bool> {
        let (ours, theirs) = (self.phone.as_ref()?, other.phone.as_ref()?);
        Some(ours.canonical() == theirs.canonical())
    }

    fn users(&self, other: &Self) -> Option<bool> {
        Some(self.user.as_ref()? == other.user.as_ref()?)
    }
}

/// The text, unless it says nothing.
pub(super) fn given(text: &str) -> Option<&str> {
    Some(text.trim()).filter(|text| !text.is_empty())
}
