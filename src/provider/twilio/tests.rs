//! Stories of one adapter: what Twilio sends, and what it is sent.

mod codes;
mod inbound;
mod missed;
mod outbound;
mod statuses;
mod twiml;
mod verify;

use std::sync::LazyLock;
use std::time::Duration;

use axum::http::HeaderMap;
use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use hmac::digest::KeyInit;
use hmac::{Hmac, Mac};
use serde_json::json;
use sha1::Sha1;

use super::*;
use crate::domain::content::Content;
use crate::domain::event::{Event, Inbound, Receipt};
use crate::domain::failure::{Class, Failure, Scope};
use crate::domain::message::{Message, Status};
use crate::domain::person::{Address, Phone, UserId};
use crate::provider::stand_in::{self, StandIn, delivery, now, reply};

const HOOK: &str = "https://bot.example.com/webhooks/twilio";

fn config(account_sid: &str, auth_token: &str, from: &str, api_url: &str) -> Config {
    let config = json!({
        "provider": "twilio", "account_sid": account_sid, "auth_token": auth_token,
        "from": from, "api_url": api_url,
    });
    serde_json::from_value(config).expect("a configuration")
}

/// The shop and the clinic share an account; the bank has its own.
fn twilio(api_url: &str) -> Twilio {
    let numbers = vec![
        ("shop".into(), config("AC1", "token", "whatsapp:+15550100001", api_url)),
        ("clinic".into(), config("AC1", "token", "whatsapp:+15550100002", api_url)),
        ("bank".into(), config("AC3", "bank token", "whatsapp:+15550100003", api_url)),
    ];
    let public_url = Url::parse("https://bot.example.com/olifant/").expect("an address");
    Twilio::new(numbers, watch::channel(public_url).1, stand_in::http(), Clock::manual(now()))
}

fn signed(token: &str, url: &str, body: &[u8]) -> WebhookRequest {
    let mut fields: Vec<_> = form_urlencoded::parse(body).collect();
    fields.sort();
    fields.dedup();
    let mut text = url.to_owned();
    fields.iter().for_each(|(name, value)| text.extend([name.as_ref(), value.as_ref()]));
    request(token, url, body, "application/x-www-form-urlencoded; charset=utf-8", &text)
}

fn request(token: &str, url: &str, body: &[u8], kind: &str, signs: &str) -> WebhookRequest {
    let mut mac: Hmac<Sha1> = KeyInit::new_from_slice(token.as_bytes()).expect("any key");
    mac.update(signs.as_bytes());
    let signature = STANDARD.encode(mac.finalize().into_bytes());
    let mut headers = HeaderMap::new();
    headers.insert("content-type", kind.parse().expect("a value"));
    headers.insert("x-twilio-signature", signature.parse().expect("a value"));
    WebhookRequest { url: url.to_owned(), headers, body: body.to_vec().into() }
}

/// For what makes no calls: a client is slow to build.
static OFFLINE: LazyLock<Twilio> = LazyLock::new(|| twilio("http://127.0.0.1:1"));

fn parse_bytes(url: &str, body: &[u8]) -> Parsed {
    OFFLINE.parse(OFFLINE.verify(&signed("token", url, body)).expect("signed"))
}

fn parse_at(url: &str, fields: &[(&str, &str)]) -> Parsed {
    let body = form_urlencoded::Serializer::new(String::new()).extend_pairs(fields).finish();
    parse_bytes(url, body.as_bytes())
}

fn parse(fields: &[(&str, &str)]) -> Parsed {
    parse_at(HOOK, fields)
}

/// Parses one message of Ana's, with these fields beside the common ones.
fn from_ana(fields: &[(&str, &str)]) -> Parsed {
    let common = [
        ("MessageSid", "SM1"),
        ("AccountSid", "AC1"),
        ("From", "whatsapp:+15550100101"),
        ("To", "whatsapp:+15550100001"),
        ("WaId", "15550100101"),
        ("ProfileName", "Ana"),
        ("SmsStatus", "received"),
        ("NumMedia", "0"),
    ];
    parse(&[&common, fields].concat())
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

fn only_receipt(parsed: Parsed) -> Receipt {
    match only(parsed) {
        Event::Receipt(receipt) => receipt,
        other => panic!("{other:?}"),
    }
}

fn phone(text: &str) -> Phone {
    Phone::parse(text).expect("a phone number")
}

fn user(text: &str) -> UserId {
    UserId::parse(text).expect("a user id")
}
