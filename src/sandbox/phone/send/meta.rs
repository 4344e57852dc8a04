//! Messages as Meta's Cloud API tells them.

use std::sync::Arc;

use serde_json::{Value, json};

use super::super::super::identifiers;
use super::super::super::meta::Person;
use super::super::Sandbox;
use super::{Manner, Media, Medium, Place, What};

/// Writes the messages of one person.
pub(super) struct Writer<'a> {
    sandbox: &'a Arc<Sandbox>,
    person: &'a Person,
    manner: &'a Manner,
}

impl<'a> Writer<'a> {
    pub(super) fn new(sandbox: &'a Arc<Sandbox>, person: &'a Person, manner: &'a Manner) -> Self {
        Self { sandbox, person, manner }
    }

    /// Elements of `messages`, in order.
    pub(super) fn messages(&self, what: &What) -> Vec<Value> {
        match what {
            What::Burst { texts } => texts.iter().map(|text| self.text(text)).collect(),
            what => vec![self.message(what)],
        }
    }

    fn message(&self, what: &What) -> Value {
        match what {
            What::Text { text } => self.text(text),
            // Only a burst of one gets here.
            What::Burst { texts } => self.text(&texts.concat()),
            What::Media(medium) => self.media(medium),
            What::Location(place) => self.write("location", location(place)),
            What::Contact { name, phone } => self.write("contacts", contacts(name, phone)),
            What::Button { id, title } => {
                self.interactive("button_reply", json!({ "id": id, "title": title }))
            }
            What::Row { id, title, description } => {
                let row = json!({ "id": id, "title": title, "description": description });
                self.interactive("list_reply", without_nulls(row))
            }
            What::QuickReply { payload, title } => {
                self.write("button", json!({ "payload": payload, "text": title }))
            }
            What::Reaction { message, emoji } => self.reaction(message, emoji),
            What::Edit { message, text } => self.edit(message, text),
            What::Delete { message } => {
                self.person.any("revoke", json!({ "original_message_id": message }))
            }
        }
    }

    /// A message with its context.
    fn write(&self, kind: &str, body: Value) -> Value {
        let mut message = self.person.any(kind, body);
        if let Some(context) = self.context() {
            message["context"] = context;
        }
        message
    }

    fn text(&self, text: &str) -> Value {
        self.write("text", json!({ "body": text }))
    }

    fn interactive(&self, kind: &str, choice: Value) -> Value {
        self.write("interactive", json!({ "type": kind, kind: choice }))
    }

    fn media(&self, medium: &Medium) -> Value {
        let (kind, mime, name) = match medium.media {
            Media::Image => ("image", "image/jpeg", None),
            Media::Video => ("video", "video/mp4", None),
            Media::Voice => ("audio", "audio/ogg; codecs=opus", None),
            Media::Document => ("document", "application/pdf", Some("document.pdf")),
            Media::Sticker => ("sticker", "image/webp", None),
        };
        self.write(
            kind,
            without_nulls(json!({
                "id": identifiers::token(),
                "mime_type": mime,
                "sha256": "47DEQpj8HBSa+/TImW+5JCeuQeRkm5NMpJWZG3hSuFU=",
                "caption": medium.caption,
                "filename": name,
                "voice": matches!(medium.media, Media::Voice).then_some(true),
                "animated": matches!(medium.media, Media::Sticker).then_some(false),
            })),
        )
    }

    /// A reaction has no context, and taken back it has no emoji.
    fn reaction(&self, message: &str, emoji: &str) -> Value {
        let emoji = (!emoji.is_empty()).then_some(emoji);
        let reaction = json!({ "message_id": message, "emoji": emoji });
        self.person.any("reaction", without_nulls(reaction))
    }

    fn edit(&self, message: &str, text: &str) -> Value {
        let new = json!({ "type": "text", "text": { "body": text } });
        self.person.any("edit", json!({ "original_message_id": message, "message": new }))
    }

    /// What is forwarded quotes nothing.
    fn context(&self) -> Option<Value> {
        if self.manner.forwarded {
            return Some(json!({ "forwarded": true }));
        }
        let quoted = self.manner.quotes.as_deref()?;
        Some(json!({ "from": self.writer_of(quoted), "id": quoted }))
    }

    /// The address of whoever wrote the message: people quote themselves, too.
    fn writer_of(&self, id: &str) -> Option<String> {
        let account = &self.sandbox.meta.first()?.account;
        let person = super::who_wrote(self.sandbox, &account.phone_number_id, id);
        Some(person.map_or(account.display_number.clone(), |person| person.address().to_owned()))
    }
}

fn location(place: &Place) -> Value {
    without_nulls(json!({
        "latitude": place.latitude,
        "longitude": place.longitude,
        "name": place.name,
        "address": place.address,
    }))
}

fn contacts(name: &str, phone: &str) -> Value {
    let first = name.split_whitespace().next();
    json!([{
        "name": { "formatted_name": name, "first_name": first },
        "phones": [{ "phone": phone, "wa_id": identifiers::phone(phone), "type": "CELL" }],
    }])
}

/// What isn't there is left out, as Meta leaves it out.
fn without_nulls(mut object: Value) -> Value {
    if let Some(fields) = object.as_object_mut() {
        fields.retain(|_, value| !value.is_null());
    }
    object
}
