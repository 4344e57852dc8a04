//! From a signed body to events, element by element: what can't be read is
//! counted, and its neighbours go on.

use jiff::Timestamp;
use serde_json::value::RawValue;

use super::content::{Body, attached};
use super::sender::{Party, addressee, author};
use super::{Config, codes, wire};
use crate::domain::event::{Event, Inbound, Receipt};
use crate::domain::failure::{Class, Failure};
use crate::domain::id::NumberName;
use crate::domain::message::{Content, Status};
use crate::provider::Parsed;
use crate::provider::identity::given;
use crate::provider::lenient::Skipped::{self, Ignored, Unreadable};
use crate::provider::webhook::Verified;

type Element = Result<Event, Skipped>;

/// Reads a whole body.
pub(super) fn parse(numbers: &[(NumberName, Config)], verified: &Verified) -> Parsed {
    let mut reader = Reader { numbers, verified, parsed: Parsed::default() };
    reader.body(verified.body());
    reader.parsed
}

struct Reader<'a> {
    numbers: &'a [(NumberName, Config)],
    verified: &'a Verified,
    parsed: Parsed,
}

impl Reader<'_> {
    fn body(&mut self, body: &[u8]) {
        match serde_json::from_slice::<wire::Envelope>(body) {
            Ok(envelope) if envelope.object == "whatsapp_business_account" => {
                envelope.entry.iter().for_each(|entry| self.entry(entry));
            }
            Ok(_) => self.parsed.ignored += 1,
            Err(_) => self.parsed.unreadable += 1,
        }
    }

    fn entry(&mut self, entry: &RawValue) {
        match wire::read::<wire::Entry>(entry) {
            Some(entry) => entry.changes.iter().for_each(|change| self.change(change)),
            None => self.parsed.unreadable += 1,
        }
    }

    /// Of the many fields two hold what people write. `standby` and all others
    /// wait for somebody who acts on them.
    fn change(&mut self, change: &RawValue) {
        let Some(change) = wire::read::<wire::Change>(change) else {
            self.parsed.unreadable += 1;
            return;
        };
        match change.field.as_str() {
            "messages" | "smb_message_echoes" => self.value(&change.value),
            _ => self.parsed.ignored += 1,
        }
    }

    fn value(&mut self, value: &RawValue) {
        let Some(value) = wire::read::<wire::Value>(value) else {
            self.parsed.unreadable += 1;
            return;
        };
        let Some(number) = self.number(&value.metadata.phone_number_id.0) else {
            let elements = value.messages.len() + value.statuses.len() + value.message_echoes.len();
            self.parsed.foreign += elements.max(1);
            return;
        };
        let contacts: Vec<_> = value.contacts.iter().filter_map(|raw| wire::read(raw)).collect();
        value.messages.iter().for_each(|raw| self.take(&number, message(raw, &contacts)));
        value.statuses.iter().for_each(|raw| self.take(&number, status(raw)));
        value.message_echoes.iter().for_each(|raw| self.take(&number, echo(raw, &contacts)));
        value.errors.iter().for_each(|raw| self.complaint(&number, raw));
    }

    /// By the phone number id, and only if the secret speaks for it: the id
    /// of an entry names an account, which may have several numbers.
    fn number(&self, phone_number_id: &str) -> Option<NumberName> {
        let signed = |name: &&NumberName| self.verified.numbers().contains(name);
        let ours = self.numbers.iter().filter(|(_, c)| c.phone_number_id == phone_number_id);
        ours.map(|(name, _)| name).find(signed).cloned()
    }

    fn take(&mut self, number: &NumberName, element: Element) {
        self.parsed.take(element.map(|event| (number.clone(), event)));
    }

    /// Errors outside of messages and statuses concern the operator.
    fn complaint(&mut self, number: &NumberName, error: &RawValue) {
        match wire::read::<wire::Error>(error) {
            Some(error) => {
                self.parsed.ignored += 1;
                tracing::warn!(number.name = %number, meta.code = error.code, "Meta reports an error");
            }
            None => self.parsed.unreadable += 1,
        }
    }
}

fn message(raw: &RawValue, contacts: &[wire::Contact]) -> Element {
    let message: wire::Message = wire::read(raw).ok_or(Unreadable)?;
    let body = Body::of(raw).ok_or(Unreadable)?;
    match message.kind.as_str() {
        // Reactions ask for no answer; a welcome is only that a chat was
        // opened; a system message moves aliases, which events can't yet.
        "reaction" | "request_welcome" | "system" => Err(Ignored),
        "edit" => edit(&body).ok_or(Unreadable),
        "revoke" => revoke(&body).ok_or(Unreadable),
        kind => {
            let content = body.content(kind).ok_or(Unreadable)?;
            let party = author(&message, contacts).ok_or(Unreadable)?;
            inbound(&message, party, content).map(Event::Message).ok_or(Unreadable)
        }
    }
}

/// What a human of the business did on their own phone. Only what they said
/// is an answer; their edits and reactions are not.
fn echo(raw: &RawValue, contacts: &[wire::Contact]) -> Element {
    let message: wire::Message = wire::read(raw).ok_or(Unreadable)?;
    let body = Body::of(raw).ok_or(Unreadable)?;
    match body.content(&message.kind).ok_or(Unreadable)? {
        Content::Unsupported(_) => Err(Ignored),
        content => {
            let party = addressee(&message, contacts).ok_or(Unreadable)?;
            inbound(&message, party, content).map(Event::HumanReply).ok_or(Unreadable)
        }
    }
}

fn inbound(message: &wire::Message, party: Party, content: Content) -> Option<Inbound> {
    let seconds = message.timestamp.0.parse().ok()?;
    Some(Inbound {
        provider_id: given(&message.id)?.into(),
        sender: party.sender,
        at: Timestamp::from_second(seconds).ok()?,
        content,
        attached: attached(message, party.speaker),
    })
}

fn edit(body: &Body) -> Option<Event> {
    let edit: wire::Edit = body.object("edit")?;
    let kind = wire::read::<wire::Edited>(&edit.message)?.kind;
    let content = Body::of(&edit.message)?.content(&kind)?;
    Some(Event::Edit { message: edit.original_message_id.into(), content })
}

fn revoke(body: &Body) -> Option<Event> {
    let revoke: wire::Revoke = body.object("revoke")?;
    Some(Event::Revoke { message: revoke.original_message_id.into() })
}

fn status(raw: &RawValue) -> Element {
    let element: wire::Status = wire::read(raw).ok_or(Unreadable)?;
    let status = match element.status.as_str() {
        "sent" => Status::Sent,
        "delivered" => Status::Delivered,
        "read" => Status::Read,
        "played" => Status::Played,
        "failed" => Status::Failed,
        // `deleted` of old, and whatever comes next.
        _ => return Err(Ignored),
    };
    Ok(Event::Receipt(Receipt {
        delivery: element.biz_opaque_callback_data.and_then(|id| id.parse().ok()),
        provider_id: element.id.into(),
        status,
        failure: (status == Status::Failed).then(|| failure(&element.errors)),
        pricing: None,
    }))
}

fn failure(errors: &[wire::Error]) -> Failure {
    match errors.first() {
        Some(error) => codes::failure(error.code, error.is_transient),
        None => Failure::new(Class::Refused, "it failed, and Meta does not say why"),
    }
}
