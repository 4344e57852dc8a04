//! Stories of one adapter: what Meta sends, and what it is sent.

mod anything;
mod business;
mod calls;
mod errors;
mod kinds;
mod letters;
mod moves;
mod receipts;
mod senders;
mod verifying;

use std::sync::LazyLock;

use axum::http::HeaderMap;
use hmac::digest::KeyInit;
use hmac::{Hmac, Mac};
use serde_json::{Value, json};
use sha2::Sha256;

use super::*;
use crate::domain::event::{Event, Inbound};
use crate::domain::person::{Phone, UserId};
use crate::provider::stand_in::{self, now};

fn config(phone_number_id: &str, app_secret: &str, graph_url: &str) -> Config {
    let config = json!({
        "provider": "meta", "phone_number_id": phone_number_id, "access_token": "token",
        "app_secret": app_secret, "verify_token": "open sesame", "graph_url": graph_url,
        "app_secret_previous": "old secret",
    });
    serde_json::from_value(config).expect("a configuration")
}

/// The shop and the clinic share an app; the bank has its own.
fn meta(graph_url: &str) -> Meta {
    let numbers = vec![
        ("shop".into(), config("101", "secret", graph_url)),
        ("clinic".into(), config("102", "secret", graph_url)),
        ("bank".into(), config("103", "bank secret", graph_url)),
    ];
    Meta::new(numbers, stand_in::http(), Clock::manual(now()))
}

fn signed(secret: &str, body: &[u8]) -> WebhookRequest {
    let mut mac: Hmac<Sha256> = KeyInit::new_from_slice(secret.as_bytes()).expect("any key");
    mac.update(body);
    let signature = format!("sha256={}", hex::encode(mac.finalize().into_bytes()));
    let mut headers = HeaderMap::new();
    headers.insert("content-type", "application/json; charset=utf-8".parse().expect("a value"));
    headers.insert("x-hub-signature-256", signature.parse().expect("a value"));
    let url = "https://bot.example.com/webhooks/meta".to_owned();
    WebhookRequest { url, headers, body: body.to_vec().into() }
}

/// For what makes no calls: a client is slow to build.
static OFFLINE: LazyLock<Meta> = LazyLock::new(|| meta("http://127.0.0.1:1"));

fn parse_bytes(body: &[u8]) -> Parsed {
    OFFLINE.parse(OFFLINE.verify(&signed("secret", body)).expect("signed"))
}

fn parse(body: &Value) -> Parsed {
    parse_bytes(body.to_string().as_bytes())
}

fn change(field: &str, mut value: Value) -> Value {
    value["metadata"] = json!({ "phone_number_id": "101" });
    json!({ "field": field, "value": value })
}

fn envelope(changes: Value) -> Value {
    json!({ "object": "whatsapp_business_account", "entry": [{ "id": "1", "changes": changes }] })
}

/// A body with one field that says this of the shop.
fn told(field: &str, value: Value) -> Parsed {
    parse(&envelope(json!([change(field, value)])))
}

/// The object with these fields laid over.
fn with(mut object: Value, fields: Value) -> Value {
    for (name, value) in fields.as_object().expect("an object") {
        object[name] = value.clone();
    }
    object
}

/// One message of Ana's, with these fields beside the common ones.
fn anas(fields: Value) -> Value {
    let common = json!({ "from": "15550100101", "id": "wamid.1", "timestamp": "1790000000" });
    let contacts = json!([{ "wa_id": "15550100101", "profile": { "name": "Ana" } }]);
    json!({ "contacts": contacts, "messages": [with(common, fields)] })
}

fn from_ana(fields: Value) -> Parsed {
    told("messages", anas(fields))
}

fn only(parsed: Parsed) -> Event {
    let [(number, event)]: [_; 1] = parsed.events.try_into().expect("one event");
    assert_eq!(number.as_str(), "shop");
    event
}

fn only_message(parsed: Parsed) -> Inbound {
    match only(parsed) {
        Event::Message(inbound) => inbound,
        other => panic!("{other:?}"),
    }
}

/// Knowingly nothing came of it.
fn assert_ignored(parsed: &Parsed, count: usize, what: &str) {
    let Parsed { events, foreign, unreadable, ignored, notices } = parsed;
    assert_eq!((events.len(), *foreign, *unreadable, *ignored), (0, 0, 0, count), "{what}");
    assert!(notices.is_empty(), "{what}");
}

fn phone(text: &str) -> Phone {
    Phone::parse(text).expect("a phone number")
}

fn user(text: &str) -> UserId {
    UserId::parse(text).expect("a user id")
}
