//! Who wrote, or was written to.

use super::wire;
use crate::domain::content::Content;
use crate::domain::person::{Address, Alias, Phone, Sender};
use crate::provider::identity::{Identity, given};

/// One side of a message, and the name of who speaks if it is a group.
pub(super) struct Party {
    pub(super) sender: Sender,
    pub(super) speaker: Option<String>,
}

/// Who wrote a message. `None` if nothing names them.
pub(super) fn author(message: &wire::Message, contacts: &[wire::Contact]) -> Option<Party> {
    party(author_ids(message), message, contacts)
}

/// The ids that a message itself gives its author.
pub(super) fn author_ids(message: &wire::Message) -> Identity {
    let phone = message.from.as_ref().map(|from| from.0.as_str());
    let (user, parent) = (message.from_user_id.as_deref(), message.from_parent_user_id.as_deref());
    Identity::read(phone, user, parent)
}

/// Whom a human of the business answered.
pub(super) fn addressee(echo: &wire::Message, contacts: &[wire::Contact]) -> Option<Party> {
    let phone = echo.to.as_ref().map(|to| to.0.as_str());
    let (user, parent) = (echo.to_user_id.as_deref(), echo.to_parent_user_id.as_deref());
    party(Identity::read(phone, user, parent), echo, contacts)
}

/// Whoever hides their number and shares it when asked has told us their own:
/// from now on it is one of their names. They are still answered at their id.
pub(super) fn with_shared_number(mut party: Party, origin: &str, content: &Content) -> Party {
    let hidden = matches!(party.sender.address, Address::UserId(_));
    if let (true, "contact_request", Content::Contacts(cards)) = (hidden, origin, content)
        && let [card] = cards.as_slice()
        && let [number] = card.phones.as_slice()
    {
        party.sender.aliases.extend(Phone::parse(number).map(Alias::Phone));
    }
    party
}

fn party(ids: Identity, message: &wire::Message, contacts: &[wire::Contact]) -> Option<Party> {
    let contact = contact(&ids, contacts);
    let name = contact.and_then(name);
    if let Some(group) = message.group_id.as_ref().and_then(|id| given(&id.0)) {
        let sender = Sender {
            aliases: vec![Alias::Group(group.to_owned())],
            address: Address::Group(group.to_owned()),
            name: None,
        };
        return Some(Party { sender, speaker: name });
    }
    // Answered where the message came from, whatever else names the person.
    let own = ids.address();
    let ids = contact.map(identity).into_iter().fold(ids, Identity::or);
    let address = own.or_else(|| ids.address())?;
    Some(Party { sender: ids.sender(address, name), speaker: None })
}

/// The contact that names the same person; else the only one there is, unless
/// it names somebody else: taking it then would merge two people.
fn contact<'a>(ids: &Identity, contacts: &'a [wire::Contact]) -> Option<&'a wire::Contact> {
    let only = || match contacts {
        [only] => Some(only).filter(|only| !ids.contradicts(&identity(only))),
        _ => None,
    };
    contacts.iter().find(|contact| ids.meets(&identity(contact))).or_else(only)
}

fn identity(contact: &wire::Contact) -> Identity {
    Identity::read(
        contact.wa_id.as_ref().map(|id| id.0.as_str()),
        contact.user_id.as_deref(),
        contact.parent_user_id.as_deref(),
    )
}

/// The name people gave themselves, or their user name, with or without `@`.
fn name(contact: &wire::Contact) -> Option<String> {
    let profile = contact.profile.as_ref()?;
    let name = profile.name.as_deref().and_then(given);
    let username = || profile.username.as_deref().map(|name| name.trim_start_matches('@'));
    name.or_else(|| username().and_then(given)).map(str::to_owned)
}
