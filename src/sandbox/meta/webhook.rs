//! Bodies of Meta's webhooks.

use jiff::Timestamp;
use serde::Deserialize;
use serde_json::{Map, Value, json};

use super::super::MetaAccount;
use super::super::phones::{Bubble, Contact};

pub(super) fn envelope(changes: Vec<Value>) -> Value {
    json!({
        "object": "whatsapp_business_account",
        "entry": [{ "id": "200000000000001", "changes": changes }],
    })
}

/// Messages of one person.
pub(super) fn change(account: &MetaAccount, contact: &Contact, messages: Vec<Value>) -> Value {
    let mut value = value(account);
    value.insert("contacts".into(), json!([card(contact)]));
    value.insert("messages".into(), messages.into());
    json!({ "field": "messages", "value": value })
}

/// One message: its sender is the number, or the id, or both.
pub(super) fn message(
    contact: &Contact,
    id: String,
    at: Timestamp,
    kind: &str,
    body: Value,
) -> Value {
    let mut message = Map::new();
    insert(&mut message, "from", contact.phone.as_deref());
    insert(&mut message, "from_user_id", contact.user_id.as_deref());
    message.insert("id".into(), id.into());
    message.insert("timestamp".into(), at.as_second().to_string().into());
    message.insert("type".into(), kind.into());
    message.insert(kind.to_owned(), body);
    Value::Object(message)
}

/// What became of a message. Of one that nobody knows only the id is told.
pub(super) fn status(
    account: &MetaAccount,
    known: Option<(Contact, Bubble)>,
    wamid: &str,
    status: &str,
    at: Timestamp,
    errors: Option<Value>,
) -> Value {
    let mut report = Map::new();
    report.insert("id".into(), wamid.into());
    report.insert("status".into(), status.into());
    report.insert("timestamp".into(), at.as_second().to_string().into());
    let failed = errors.is_some() || status == "failed";
    if !failed {
        report.insert("pricing".into(), pricing());
    }
    report.extend(errors.map(|errors| ("errors".to_owned(), errors)));
    let mut value = value(account);
    if let Some((contact, bubble)) = known {
        insert(&mut report, "recipient_id", contact.phone.as_deref());
        insert(&mut report, "recipient_user_id", contact.user_id.as_deref());
        insert(&mut report, DATA, bubble.raw[DATA].as_str());
        if !failed {
            value.insert("contacts".into(), json!([card(&contact)]));
        }
    }
    value.insert("statuses".into(), json!([report]));
    json!({ "field": "messages", "value": value })
}

/// What the app sends along and gets back.
const DATA: &str = "biz_opaque_callback_data";

/// Since October 2026 every message of ours is billed.
fn pricing() -> Value {
    json!({
        "billable": true,
        "pricing_model": "PMP",
        "type": "regular",
        "category": "service",
    })
}

fn value(account: &MetaAccount) -> Map<String, Value> {
    let mut value = Map::new();
    value.insert("messaging_product".into(), "whatsapp".into());
    let metadata = json!({
        "display_phone_number": account.display_number,
        "phone_number_id": account.phone_number_id,
    });
    value.insert("metadata".into(), metadata);
    value
}

fn card(contact: &Contact) -> Value {
    let mut card = Map::new();
    card.insert("profile".into(), json!({ "name": contact.name }));
    insert(&mut card, "wa_id", contact.phone.as_deref());
    insert(&mut card, "user_id", contact.user_id.as_deref());
    Value::Object(card)
}

fn insert(object: &mut Map<String, Value>, key: &str, value: Option<&str>) {
    object.extend(value.map(|value| (key.to_owned(), value.into())));
}

/// A message read back from a body, to show it on its writer's phone.
pub(super) struct Noted {
    pub(super) id: String,
    pub(super) contact: Contact,
    raw: Value,
    text: String,
    quotes: Option<String>,
}

impl Noted {
    pub(super) fn bubble(&self, at: Timestamp) -> Bubble {
        Bubble::written(self.id.clone(), at, self.text.clone(), self.raw.clone())
            .quoting(self.quotes.clone())
    }
}

/// The body's messages to this number; what can't be read has no phone.
pub(super) fn messages(body: &Value, phone_number_id: &str) -> Vec<Noted> {
    let body = Body::deserialize(body).unwrap_or_default();
    let changes = body.entry.into_iter().flat_map(|entry| entry.changes);
    let values = changes.map(|change| change.value);
    let ours = values.filter(|value| value.metadata.phone_number_id == phone_number_id);
    ours.flat_map(|value| value.messages).filter_map(noted).collect()
}

fn noted(raw: Value) -> Option<Noted> {
    let message = Message::deserialize(&raw).ok()?;
    let address = message.from.clone().or(message.from_user_id.clone())?;
    let contact = Contact { name: address, phone: message.from, user_id: message.from_user_id };
    let quotes = message.context.and_then(|context| context.id);
    let text = super::api::words(&message.kind, &raw);
    Some(Noted { id: message.id, contact, raw, text, quotes })
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
    value: ChangeValue,
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
    #[serde(rename = "type")]
    kind: String,
    context: Option<Context>,
}

#[derive(Deserialize)]
struct Context {
    id: Option<String>,
}
