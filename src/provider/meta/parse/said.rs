//! Messages: of people, and of humans of the business.

use jiff::Timestamp;
use serde_json::value::RawValue;

use super::{Element, moved};
use crate::domain::content::Content;
use crate::domain::event::{Event, Inbound};
use crate::provider::identity::given;
use crate::provider::lenient::Skipped::{Ignored, Unreadable};
use crate::provider::meta::content::{Body, attached};
use crate::provider::meta::sender::{Party, addressee, author, with_shared_number};
use crate::provider::meta::wire::{self, content};

/// What a person wrote or did.
pub(super) fn message(raw: &RawValue, contacts: &[wire::Contact]) -> Element {
    let message: wire::Message = wire::read(raw).ok_or(Unreadable)?;
    let body = Body::of(raw).ok_or(Unreadable)?;
    match message.kind.as_str() {
        // A chat was opened and nothing said: an answer would be the first
        // word, and by Meta's word the news comes unreliably.
        "request_welcome" => Err(Ignored),
        "system" => moved::by_system(&message, &body),
        "reaction" => reaction(&body).ok_or(Unreadable),
        "edit" => edit(&body).ok_or(Unreadable),
        "revoke" => revoke(&body).ok_or(Unreadable),
        kind => {
            let content = body.content(kind).ok_or(Unreadable)?;
            let party = author(&message, contacts).ok_or(Unreadable)?;
            let origin = message.origin.as_deref().unwrap_or_default();
            let party = with_shared_number(party, origin, &content);
            inbound(&message, party, content).map(Event::Message).ok_or(Unreadable)
        }
    }
}

/// The same where another program of the business answers.
pub(super) fn overheard(raw: &RawValue, contacts: &[wire::Contact]) -> Element {
    message(raw, contacts).map(|event| match event {
        Event::Message(inbound) => Event::Standby(inbound),
        other => other,
    })
}

/// What a human of the business did on their own phone.
pub(super) fn echo(raw: &RawValue, contacts: &[wire::Contact]) -> Element {
    let message: wire::Message = wire::read(raw).ok_or(Unreadable)?;
    let body = Body::of(raw).ok_or(Unreadable)?;
    match message.kind.as_str() {
        // Only what they say is an answer. What they change or take back later
        // had been said when it was, and the person may have read it.
        "edit" | "revoke" | "reaction" | "system" => Err(Ignored),
        kind => {
            let content = body.content(kind).ok_or(Unreadable)?;
            let party = addressee(&message, contacts).ok_or(Unreadable)?;
            inbound(&message, party, content).map(Event::HumanReply).ok_or(Unreadable)
        }
    }
}

fn inbound(message: &wire::Message, party: Party, content: Content) -> Option<Inbound> {
    Some(Inbound {
        provider_id: given(&message.id)?.into(),
        sender: party.sender,
        at: Timestamp::from_second(message.timestamp).ok()?,
        content,
        attached: attached(message, party.speaker),
    })
}

/// Without an emoji it is taken back.
fn reaction(body: &Body) -> Option<Event> {
    let reaction: content::Reaction = body.object("reaction")?;
    let emoji = reaction.emoji.as_deref().and_then(given).map(str::to_owned);
    Some(Event::Reaction { message: reaction.message_id.into(), emoji })
}

fn edit(body: &Body) -> Option<Event> {
    let edit: content::Edit = body.object("edit")?;
    let kind = wire::read::<content::Edited>(&edit.message)?.kind;
    let content = Body::of(&edit.message)?.content(&kind)?;
    Some(Event::Edit { message: edit.original_message_id.into(), content })
}

fn revoke(body: &Body) -> Option<Event> {
    let revoke: content::Revoke = body.object("revoke")?;
    Some(Event::Revoke { message: revoke.original_message_id.into() })
}
