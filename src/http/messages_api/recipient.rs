//! To whom a message goes, and from which number of ours.

use std::collections::BTreeSet;

use super::letter::Letter;
use crate::domain::change::Subject;
use crate::domain::conversation::Conversation;
use crate::domain::id::{Business, ConversationId, Number, PersonId};
use crate::domain::person::{Address, Alias, Person, Phone, Sender, UserId};
use crate::http::Shared;
use crate::http::error::Problem;

/// A person and a number of ours.
pub struct Recipient {
    /// From where.
    pub number: Number,
    /// What they have said to each other; `None` = nothing yet.
    pub conversation: Option<Conversation>,
    /// Who it is; `None` = a stranger.
    pub person: Option<Person>,
    sender: Option<Sender>,
}

impl Recipient {
    /// Whom the saying concerns.
    pub fn subject(&self) -> Result<Subject, Problem> {
        match (&self.conversation, &self.sender) {
            (Some(conversation), _) => Ok(Subject::Conversation(conversation.id)),
            (None, Some(sender)) => Ok(Subject::Address(self.number.clone(), sender.clone())),
            (None, None) => Err(unknown()),
        }
    }
}

/// The numbers that may be meant: of this business (`None` = of any), and of
/// this name if one is given.
pub fn numbers(
    shared: &Shared,
    business: Option<&Business>,
    name: Option<&str>,
) -> Result<Vec<Number>, Problem> {
    let all = shared.providers.names().filter_map(|name| shared.providers.number(name));
    let ours = all.filter(|number| business.is_none_or(|business| number.business == *business));
    let named = ours.filter(|number| name.is_none_or(|name| number.name.as_str() == name));
    match named.collect::<Vec<_>>() {
        none if none.is_empty() => Err(no_number()),
        numbers => Ok(numbers),
    }
}

/// Whom the letter is for, on one of these numbers.
pub async fn find(
    shared: &Shared,
    numbers: &[Number],
    letter: &Letter,
) -> Result<Recipient, Problem> {
    let to = letter.to.as_str();
    if let Some((alias, address)) = alias(to) {
        let business = only_business(numbers)?;
        let person = shared.store.find(&business, &alias).await?;
        let sender = Sender { aliases: vec![alias], address, name: None };
        return met(shared, numbers, person, Some(sender)).await;
    }
    if !is_id(to) {
        let message = "write a phone number with country code (+15550100), a user id (US.1349…), \
                       or the id of a person or a conversation";
        return Err(Problem::invalid("to", message));
    }
    match by_conversation(shared, numbers, to).await? {
        Some(recipient) => Ok(recipient),
        None => by_person(shared, numbers, to).await,
    }
}

async fn by_conversation(
    shared: &Shared,
    numbers: &[Number],
    id: &str,
) -> Result<Option<Recipient>, Problem> {
    let id: ConversationId = id.parse().map_err(|_| unknown())?;
    let Some(conversation) = shared.store.conversation(id).await? else { return Ok(None) };
    let number = conversation.number.clone();
    if !numbers.contains(&number) {
        return Err(unknown());
    }
    let person = shared.store.person(conversation.person).await?;
    Ok(Some(Recipient { number, conversation: Some(conversation), person, sender: None }))
}

async fn by_person(shared: &Shared, numbers: &[Number], id: &str) -> Result<Recipient, Problem> {
    let id: PersonId = id.parse().map_err(|_| unknown())?;
    let person = shared.store.person(id).await?.ok_or_else(unknown)?;
    let numbers: Vec<Number> =
        numbers.iter().filter(|number| number.business == person.business).cloned().collect();
    if numbers.is_empty() {
        return Err(unknown());
    }
    let sender = sender(&person);
    met(shared, &numbers, Some(person), sender).await
}

/// On the number that the person last wrote to, or on the only one.
async fn met(
    shared: &Shared,
    numbers: &[Number],
    person: Option<Person>,
    sender: Option<Sender>,
) -> Result<Recipient, Problem> {
    let mut last: Option<Conversation> = None;
    for (name, id) in person.iter().flat_map(|person| &person.conversations) {
        if numbers.iter().any(|number| number.name == *name) {
            let found = shared.store.conversation(*id).await?;
            last = last.into_iter().chain(found).max_by_key(|conversation| conversation.heard_at);
        }
    }
    let number = match (&last, numbers) {
        (Some(conversation), _) => conversation.number.clone(),
        (None, [only]) => only.clone(),
        (None, _) => return Err(number_needed(numbers)),
    };
    Ok(Recipient { number, conversation: last, person, sender })
}

/// A phone number or a user id, and how to write to it.
fn alias(to: &str) -> Option<(Alias, Address)> {
    let digits = to.strip_prefix('+').unwrap_or(to);
    if digits.bytes().all(|b| b.is_ascii_digit()) {
        return Phone::parse(digits)
            .map(|phone| (Alias::Phone(phone.clone()), Address::Phone(phone)));
    }
    UserId::parse(to).map(|id| (Alias::UserId(id.clone()), Address::UserId(id)))
}

/// Somebody known, on a number that they have not written to.
fn sender(person: &Person) -> Option<Sender> {
    let aliases: Vec<Alias> = person.aliases.iter().map(|link| link.alias.clone()).collect();
    let address = aliases.iter().rev().find_map(|alias| match alias {
        Alias::Phone(phone) => Some(Address::Phone(phone.clone())),
        Alias::UserId(id) => Some(Address::UserId(id.clone())),
        Alias::ParentUserId(_) | Alias::Group(_) => None,
    })?;
    Some(Sender { aliases, address, name: None })
}

fn is_id(to: &str) -> bool {
    to.len() == 32 && to.bytes().all(|b| matches!(b, b'0'..=b'9' | b'a'..=b'f'))
}

/// The same phone number is somebody else in another business.
fn only_business(numbers: &[Number]) -> Result<Business, Problem> {
    let businesses: BTreeSet<&Business> = numbers.iter().map(|number| &number.business).collect();
    match businesses.into_iter().collect::<Vec<_>>().as_slice() {
        [only] => Ok((*only).clone()),
        _ => Err(number_needed(numbers)),
    }
}

/// It is not clear from which of these.
pub fn number_needed(numbers: &[Number]) -> Problem {
    let names: Vec<&str> = numbers.iter().map(|number| number.name.as_str()).collect();
    let message = format!("it could go out from several numbers; name one of {}", names.join(", "));
    Problem::conflict("number_needed", message).at("number")
}

/// None of this business is called so.
pub fn no_number() -> Problem {
    let message = "there is no such number; use the NAME of a [numbers.NAME] of this business";
    Problem::not_found("unknown_number", message).at("number")
}

fn unknown() -> Problem {
    let message = "there is no such person or conversation in this business";
    Problem::not_found("unknown_person", message).at("to")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_person_is_named_by_phone_number_by_user_id_or_by_our_own_id() {
        assert!(matches!(alias("+15550100"), Some((Alias::Phone(_), Address::Phone(_)))));
        assert!(matches!(alias("15550100"), Some((Alias::Phone(_), Address::Phone(_)))));
        assert!(matches!(alias("US.1349"), Some((Alias::UserId(_), Address::UserId(_)))));
        for other in ["", "+", "++15550100", "+1 555 0100", "1234", "Ana"] {
            assert!(alias(other).is_none() && !is_id(other), "{other}");
        }
        let id = "0123456789abcdef0123456789abcdef";
        assert!(is_id(id) && alias(id).is_none());
        assert!(!is_id("0123456789ABCDEF0123456789ABCDEF"));
    }
}
