//! Webhooks read back, to show them on the phones of those who wrote.

use jiff::Timestamp;
use serde::Deserialize;
use serde_json::Value;

use super::super::phones::book::Book;
use super::super::phones::{Bubble, Contact, Side};
use super::api::words;

/// A message of somebody to this number.
pub(super) struct Noted {
    pub(super) id: String,
    contact: Contact,
    kind: String,
    raw: Value,
    quotes: Option<String>,
    at: Option<Timestamp>,
}

impl Noted {
    /// Does on the phone what the person did. Only the network speaks without
    /// the person having written.
    pub(super) fn enter(&self, book: &mut Book, account: &str, now: Timestamp) {
        let content = &self.raw[&self.kind];
        let of = |key: &str| content[key].as_str().unwrap_or_default();
        match self.kind.as_str() {
            "system" => return,
            "reaction" => book.react(account, of("message_id"), Side::Person, of("emoji")),
            "edit" => {
                let message = &content["message"];
                let words = words(message["type"].as_str().unwrap_or("text"), message);
                book.edit(account, of("original_message_id"), words);
            }
            "revoke" => book.revoke(account, of("original_message_id")),
            _ if book.bubble(account, &self.id).is_some() => {}
            _ => book.open(account, &self.contact).show(self.bubble(now)),
        }
        book.open(account, &self.contact).hear(self.at.unwrap_or(now).min(now));
    }

    fn bubble(&self, at: Timestamp) -> Bubble {
        let text = words(&self.kind, &self.raw);
        Bubble::written(self.id.clone(), at, text, self.raw.clone()).quoting(self.quotes.clone())
    }
}

/// The body's messages to this number; what can't be read has no phone.
pub(super) fn messages(body: &Value, phone_number_id: &str) -> Vec<Noted> {
    let body = Body::deserialize(body).unwrap_or_default();
    let changes = body.entry.into_iter().flat_map(|entry| entry.changes);
    let values = changes.filter_map(|change| ChangeValue::deserialize(change.value).ok());
    let ours = values.filter(|value| value.metadata.phone_number_id == phone_number_id);
    ours.flat_map(|value| value.messages).filter_map(noted).collect()
}

fn noted(raw: Value) -> Option<Noted> {
    let message = Message::deserialize(&raw).ok()?;
    let address = message.from.clone().or(message.from_user_id.clone())?;
    let contact = Contact { name: address, phone: message.from, user_id: message.from_user_id };
    let quotes = message.context.and_then(|context| context.id);
    let seconds = message.timestamp.as_deref().and_then(|seconds| seconds.parse().ok());
    let at = seconds.and_then(|seconds| Timestamp::from_second(seconds).ok());
    Some(Noted { id: message.id, contact, kind: message.kind, raw, quotes, at })
}

#[derive(Default, Deserialize)]
struct Body {
    #[serde(default)]
    entry: Vec<Entry>,
}

#[derive(Deserialize)]
struct Entry {
    #[serde(default)]
    changes: Vec<Change>,
}

#[derive(Deserialize)]
struct Change {
    #[serde(default)]
    value: Value,
}

#[derive(Deserialize)]
struct ChangeValue {
    metadata: Metadata,
    #[serde(default)]
    messages: Vec<Value>,
}

#[derive(Deserialize)]
struct Metadata {
    phone_number_id: String,
}

#[derive(Deserialize)]
struct Message {
    id: String,
    from: Option<String>,
    from_user_id: Option<String>,
    timestamp: Option<String>,
    #[serde(rename = "type")]
    kind: String,
    context: Option<Context>,
}

#[derive(Deserialize)]
struct Context {
    id: Option<String>,
}
