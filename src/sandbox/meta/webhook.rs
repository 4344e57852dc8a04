//! Bodies of Meta's webhooks.

use jiff::Timestamp;
use serde_json::{Map, Value, json};

use super::super::MetaAccount;
use super::super::phones::{Bubble, Contact};
use super::Pricing;

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
    if !body.is_null() {
        message.insert(kind.to_owned(), body);
    }
    Value::Object(message)
}

/// What became of a message, and when.
pub(super) struct Outcome<'a> {
    pub(super) status: &'a str,
    pub(super) errors: Option<Value>,
    pub(super) pricing: Pricing,
    pub(super) at: Timestamp,
}

/// What became of a message. Of one that nobody knows only the id is told.
pub(super) fn status(
    account: &MetaAccount,
    known: Option<(Contact, Bubble)>,
    wamid: &str,
    outcome: Outcome<'_>,
) -> Value {
    let Outcome { status, errors, pricing, at } = outcome;
    let mut report = Map::new();
    report.insert("id".into(), wamid.into());
    report.insert("status".into(), status.into());
    report.insert("timestamp".into(), at.as_second().to_string().into());
    let failed = errors.is_some() || status == "failed";
    if !failed {
        let of_template =
            known.as_ref().is_some_and(|(_, bubble)| bubble.raw["type"] == "template");
        let pricing = if of_template { Pricing::Template } else { pricing };
        report.insert("pricing".into(), pricing.object());
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

/// The `errors` of a failed status.
pub(super) fn errors(code: u32) -> Value {
    let title = match code {
        131_042 => "Business eligibility payment issue",
        131_047 => "Re-engagement message",
        _ => "Message undeliverable",
    };
    json!([{
        "code": code,
        "title": title,
        "message": title,
        "error_data": { "details": format!("The message failed: {title}") },
        "href": "/documentation/business-messaging/whatsapp/support/error-codes/",
    }])
}

/// What somebody of the business wrote in the Business app.
pub(super) fn echo(
    account: &MetaAccount,
    contact: &Contact,
    id: &str,
    text: &str,
    at: Timestamp,
) -> Value {
    let mut echo = Map::new();
    echo.insert("from".into(), account.display_number.as_str().into());
    insert(&mut echo, "to", contact.phone.as_deref());
    insert(&mut echo, "to_user_id", contact.user_id.as_deref());
    echo.insert("id".into(), id.into());
    echo.insert("timestamp".into(), at.as_second().to_string().into());
    echo.insert("type".into(), "text".into());
    echo.insert("text".into(), json!({ "body": text }));
    let mut value = value(account);
    value.insert("contacts".into(), json!([card(contact)]));
    value.insert("message_echoes".into(), json!([echo]));
    Value::Object(value)
}

/// The person has another id now.
pub(super) fn user_id_update(
    account: &MetaAccount,
    contact: &Contact,
    user_id: &str,
    at: Timestamp,
) -> Value {
    let mut update = Map::new();
    insert(&mut update, "wa_id", contact.phone.as_deref());
    update
        .insert("detail".into(), format!("User id for {} has been updated.", contact.name).into());
    update.insert("user_id".into(), json!({ "previous": contact.user_id, "current": user_id }));
    update.insert("timestamp".into(), at.as_second().to_string().into());
    let mut value = value(account);
    value.insert("contacts".into(), json!([card(contact)]));
    value.insert("user_id_update".into(), json!([update]));
    Value::Object(value)
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
