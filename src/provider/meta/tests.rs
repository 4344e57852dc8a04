//! Stories of one adapter: what Meta sends, and what it is sent.

use std::sync::LazyLock;
use std::time::Duration;

use axum::http::HeaderMap;
use hmac::digest::KeyInit;
use hmac::{Hmac, Mac};
use proptest::prelude::*;
use serde_json::{Value, json};
use sha2::Sha256;

use super::*;
use crate::domain::event::{Event, Inbound, Receipt};
use crate::domain::failure::{Class, Failure, Scope};
use crate::domain::message::{Content, MediaKind, Message, Status};
use crate::domain::person::{Address, Alias, Phone, UserId};
use crate::provider::stand_in::{self, RETRY_AFTER, StandIn, delivery, now, reply};

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

/// Parses one message of Ana's, with these fields beside the common ones.
fn from_ana(mut fields: Value) -> Parsed {
    fields["from"] = "15550100101".into();
    fields["id"] = "wamid.1".into();
    fields["timestamp"] = "1790000000".into();
    let contacts = json!([{ "wa_id": "15550100101", "profile": { "name": "Ana" } }]);
    let value = json!({ "contacts": contacts, "messages": [fields] });
    parse(&envelope(json!([change("messages", value)])))
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

// --- verify

#[test]
fn the_secret_that_matched_decides_which_numbers_a_body_speaks_for() {
    let numbers = |secret| {
        let verified = OFFLINE.verify(&signed(secret, b"{}"));
        verified.map(|v| v.numbers().iter().map(ToString::to_string).collect::<Vec<_>>())
    };
    assert_eq!(numbers("secret"), Ok(vec!["shop".into(), "clinic".into()]));
    assert_eq!(numbers("bank secret"), Ok(vec!["bank".into()]));
    assert_eq!(numbers("old secret").map(|numbers| numbers.len()), Ok(3));
    assert_eq!(numbers("guess"), Err(Rejected::Forged));
}

#[test]
fn what_is_not_signed_json_is_rejected() {
    let mut unsigned = signed("secret", b"{}");
    unsigned.headers.remove("x-hub-signature-256");
    assert_eq!(OFFLINE.verify(&unsigned).err(), Some(Rejected::Unsigned));
    let mut form = signed("secret", b"{}");
    form.headers.insert("content-type", "text/plain".parse().expect("a value"));
    assert_eq!(OFFLINE.verify(&form).err(), Some(Rejected::ContentType));
    let mut changed = signed("secret", b"{}");
    changed.body = b"{} ".to_vec().into();
    assert_eq!(OFFLINE.verify(&changed).err(), Some(Rejected::Forged));
}

#[test]
fn the_handshake_echoes_the_challenge_to_who_knows_the_token() {
    let right = "hub.mode=subscribe&hub.challenge=%3C42%3E&hub.verify_token=open+sesame";
    assert_eq!(OFFLINE.handshake(right), Some("<42>".into()));
    for wrong in [
        "",
        "hub.mode=subscribe&hub.challenge=42&hub.verify_token=",
        "hub.mode=subscribe&hub.challenge=42&hub.verify_token=open",
        "hub.mode=unsubscribe&hub.challenge=42&hub.verify_token=open+sesame",
        "hub.mode=subscribe&hub.verify_token=open+sesame",
    ] {
        assert_eq!(OFFLINE.handshake(wrong), None, "{wrong}");
    }
}

// --- parse: who and for whom

#[test]
fn a_text_comes_with_its_sender_its_time_and_what_it_quotes() {
    let inbound = only_message(from_ana(json!({
        "type": "text", "text": { "body": "hello" }, "context": { "id": "wamid.0" },
        "referral": { "source_url": "https://example.com/ad", "ctwa_clid": "c1" },
    })));
    assert_eq!(inbound.provider_id.as_str(), "wamid.1");
    assert_eq!(inbound.at.as_second(), 1_790_000_000);
    assert_eq!(inbound.content, Content::Text("hello".into()));
    assert_eq!(inbound.sender.aliases, [Alias::Phone(phone("15550100101"))]);
    assert_eq!(inbound.sender.address, Address::Phone(phone("15550100101")));
    assert_eq!(inbound.sender.name.as_deref(), Some("Ana"));
    assert_eq!(inbound.attached.quotes, Some("wamid.0".into()));
    assert_eq!(inbound.attached.referral.and_then(|r| r.click_id), Some("c1".into()));
}

#[test]
fn people_without_a_visible_number_are_known_and_answered_by_their_user_id() {
    let message = |ids: Value| {
        let mut message = json!({ "id": "wamid.1", "timestamp": 1_790_000_000, "type": "text",
            "text": { "body": "hi" } });
        for (name, id) in ids.as_object().expect("an object") {
            message[name] = id.clone();
        }
        let contacts = json!([{ "user_id": "US.1", "parent_user_id": "US.ENT.1",
            "profile": { "username": "@bea" } }]);
        let value = json!({ "contacts": contacts, "messages": [message] });
        only_message(parse(&envelope(json!([change("messages", value)])))).sender
    };
    for ids in [json!({ "from_user_id": "US.1" }), json!({ "from": "US.1" })] {
        let sender = message(ids);
        assert_eq!(sender.address, Address::UserId(user("US.1")));
        let aliases = [Alias::UserId(user("US.1")), Alias::ParentUserId(user("US.ENT.1"))];
        assert_eq!(sender.aliases, aliases);
        assert_eq!(sender.name.as_deref(), Some("bea"));
    }
    let both = message(json!({ "from": "15550100102", "from_user_id": "US.1" }));
    assert_eq!(both.address, Address::Phone(phone("15550100102")));
    assert_eq!(both.aliases.len(), 3);
}

#[test]
fn a_contact_that_names_somebody_else_never_lends_its_ids() {
    let value = json!({
        "contacts": [{ "wa_id": "15550100109", "user_id": "US.9", "profile": { "name": "Zoe" } }],
        "messages": [{ "from": "15550100101", "id": "wamid.1", "timestamp": "1", "type": "text",
            "text": { "body": "hi" } }],
    });
    let sender = only_message(parse(&envelope(json!([change("messages", value)])))).sender;
    assert_eq!(sender.aliases, [Alias::Phone(phone("15550100101"))]);
    assert_eq!(sender.name, None);
}

#[test]
fn a_group_is_one_sender_and_says_who_spoke() {
    let inbound = only_message(from_ana(json!({
        "type": "text", "text": { "body": "all of you" }, "group_id": "g1",
    })));
    assert_eq!(inbound.sender.aliases, [Alias::Group("g1".into())]);
    assert_eq!(inbound.sender.address, Address::Group("g1".into()));
    assert_eq!(inbound.sender.name, None);
    assert_eq!(inbound.attached.speaker.as_deref(), Some("Ana"));
}

#[test]
fn elements_for_numbers_that_the_secret_does_not_speak_for_are_dropped_and_counted() {
    let message = json!({ "from": "15550100101", "id": "wamid.1", "timestamp": "1",
        "type": "text", "text": { "body": "hi" } });
    let to = |id: Value| {
        json!({ "field": "messages",
            "value": { "metadata": { "phone_number_id": id }, "messages": [message, message] } })
    };
    let parsed = parse(&envelope(json!([to(json!("103")), to(json!("999")), to(json!(102))])));
    assert_eq!(parsed.foreign, 4);
    assert_eq!(parsed.events.len(), 2);
    assert!(parsed.events.iter().all(|(number, _)| number.as_str() == "clinic"));
}

#[test]
fn one_bad_element_does_not_sink_the_rest() {
    let good = json!({ "from": "15550100101", "id": "wamid.1", "timestamp": "1", "type": "text",
        "text": { "body": "hi" } });
    let mut no_sender = good.clone();
    no_sender["from"] = Value::Null;
    let mut no_time = good.clone();
    no_time["timestamp"] = "soon".into();
    let mut bad_text = good.clone();
    bad_text["text"] = json!("hi");
    let mut bad_trimmings = good.clone();
    bad_trimmings["context"] = json!([]);
    bad_trimmings["referral"] = json!(7);
    let messages = json!([7, null, no_sender, no_time, bad_text, bad_trimmings, good]);
    let statuses = json!([{}, { "id": "wamid.2", "status": "read" }]);
    let value = json!({ "contacts": [7], "messages": messages, "statuses": statuses });
    let mut body = envelope(json!([7, change("messages", value)]));
    body["entry"].as_array_mut().expect("a list").push(json!("nonsense"));
    let parsed = parse(&body);
    assert_eq!((parsed.events.len(), parsed.unreadable), (3, 8));
}

#[test]
fn what_nobody_acts_on_is_counted_as_ignored() {
    for field in ["standby", "history", "account_update", "user_preferences", "of_tomorrow"] {
        let parsed = parse(&envelope(json!([change(field, json!({ "messages": [{}] }))])));
        assert_eq!((parsed.events.len(), parsed.ignored, parsed.unreadable), (0, 1, 0), "{field}");
    }
    for kind in ["reaction", "request_welcome", "system"] {
        let parsed = from_ana(json!({ "type": kind }));
        assert_eq!((parsed.events.len(), parsed.ignored, parsed.unreadable), (0, 1, 0), "{kind}");
    }
    assert_eq!(parse(&json!({ "object": "page", "entry": [] })).ignored, 1);
}

// --- parse: what

#[test]
fn every_kind_of_message_reads_as_words() {
    let media = |extra: Value| {
        let mut media = json!({ "id": "7", "mime_type": "x/y", "sha256": "z" });
        for (name, value) in extra.as_object().expect("an object") {
            media[name] = value.clone();
        }
        media
    };
    let card = json!([{ "name": { "formatted_name": "Bea" }, "phones": [{ "phone": "+1 555" }] },
        { "phones": [{ "wa_id": 15550100102u64 }], "vcard": "BEGIN:VCARD" }]);
    let place =
        json!({ "latitude": 12.5, "longitude": 77, "name": "Shop", "address": "1 High St" });
    let button = json!({ "type": "button_reply", "button_reply": { "id": "y", "title": "Yes" } });
    let row = json!({ "type": "list_reply",
        "list_reply": { "id": "r", "title": "Row", "description": "d" } });
    let form = json!({ "type": "nfm_reply",
        "nfm_reply": { "response_json": "{\"a\":1}", "name": "flow", "body": "Sent" } });
    let call = json!({ "type": "call_permission_reply",
        "call_permission_reply": { "response": "accept" } });
    let order = json!({ "catalog_id": "c", "text": "please",
        "product_items": [{ "product_retailer_id": "sku", "quantity": 2 }] });
    for (kind, object, text) in [
        ("image", media(json!({ "caption": "my dog" })), "[picture] my dog"),
        ("video", media(json!({ "caption": null })), "[video]"),
        ("audio", media(json!({ "voice": true })), "[voice note]"),
        ("audio", media(json!({ "voice": false })), "[audio]"),
        ("document", media(json!({ "filename": "a.pdf" })), "[document a.pdf]"),
        ("sticker", media(json!({ "animated": true })), "[sticker]"),
        ("location", place, "[location 12.5, 77 Shop, 1 High St]"),
        ("contacts", card, "[contact Bea +1 555; 15550100102]"),
        ("interactive", button, "Yes"),
        ("interactive", row, "Row"),
        ("interactive", form, "[form flow: {\"a\":1}]"),
        ("interactive", call, "accept"),
        ("button", json!({ "text": "No" }), "No"),
        ("order", order, "[order 2 × sku] please"),
        ("unsupported", json!({ "type": "poll" }), "[poll: this kind of message can't be read]"),
        ("hologram", json!({}), "[hologram: this kind of message can't be read]"),
    ] {
        let inbound = only_message(from_ana(json!({ "type": kind, kind: object })));
        assert_eq!(inbound.content.as_text(), text);
    }
}

#[test]
fn a_file_keeps_its_reference() {
    let image = json!({ "id": 7, "mime_type": "image/jpeg", "sha256": "z", "url": "https://x" });
    match only_message(from_ana(json!({ "type": "image", "image": image }))).content {
        Content::Media(media) => {
            assert_eq!((media.kind, media.reference.as_str()), (MediaKind::Picture, "7"));
            assert_eq!((media.mime.as_str(), media.sha256.as_deref()), ("image/jpeg", Some("z")));
        }
        other => panic!("{other:?}"),
    }
}

#[test]
fn an_answer_that_meta_could_not_read_is_still_a_message() {
    for kind in ["interactive", "unsupported"] {
        let content = only_message(from_ana(json!({ "type": kind }))).content;
        assert_eq!(content, Content::Unsupported(kind.into()));
    }
}

#[test]
fn forwarded_words_are_marked_as_somebody_elses() {
    for mark in ["forwarded", "frequently_forwarded"] {
        let text = json!({ "type": "text", "text": { "body": "hi" }, "context": { mark: true } });
        assert!(only_message(from_ana(text)).attached.forwarded);
    }
}

#[test]
fn edits_and_revokes_name_the_message_they_change() {
    let edit = json!({ "original_message_id": "wamid.0",
        "message": { "type": "text", "text": { "body": "at nine" } } });
    let content = Content::Text("at nine".into());
    let edited = Event::Edit { message: "wamid.0".into(), content };
    assert_eq!(only(from_ana(json!({ "type": "edit", "edit": edit }))), edited);
    let revoke = json!({ "type": "revoke", "revoke": { "original_message_id": "wamid.0" } });
    assert_eq!(only(from_ana(revoke)), Event::Revoke { message: "wamid.0".into() });
}

#[test]
fn a_humans_own_answer_belongs_to_the_person_answered() {
    let echo = |fields: Value| {
        let mut echo = json!({ "from": "15550100000", "to": "15550100101", "to_user_id": "US.1",
            "id": "wamid.1", "timestamp": "1" });
        for (name, value) in fields.as_object().expect("an object") {
            echo[name] = value.clone();
        }
        let value = json!({ "message_echoes": [echo] });
        parse(&envelope(json!([change("smb_message_echoes", value)])))
    };
    match only(echo(json!({ "type": "text", "text": { "body": "I'll call you" } }))) {
        Event::HumanReply(inbound) => {
            assert_eq!(inbound.sender.address, Address::Phone(phone("15550100101")));
            assert_eq!(inbound.sender.aliases.len(), 2);
            assert_eq!(inbound.content, Content::Text("I'll call you".into()));
        }
        other => panic!("{other:?}"),
    }
    for kind in ["revoke", "edit", "reaction"] {
        assert_eq!(echo(json!({ "type": kind, kind: {} })).ignored, 1);
    }
}

// --- parse: receipts

#[test]
fn a_status_carries_our_own_id_back() {
    let status = |status: &str| {
        let status = json!({ "id": "wamid.9", "status": status, "timestamp": "1",
            "biz_opaque_callback_data": delivery().to_string() });
        parse(&envelope(json!([change("messages", json!({ "statuses": [status] }))])))
    };
    for (text, expected) in [
        ("sent", Status::Sent),
        ("delivered", Status::Delivered),
        ("read", Status::Read),
        ("played", Status::Played),
    ] {
        let receipt = only_receipt(status(text));
        assert_eq!((receipt.delivery, receipt.status), (Some(delivery()), expected));
        assert_eq!(receipt.provider_id.as_str(), "wamid.9");
        assert_eq!(receipt.failure, None);
    }
    assert_eq!(status("deleted").ignored, 1);
}

#[test]
fn a_failed_status_is_classed_like_a_refused_send() {
    let failed = |errors: Value| {
        let status = json!({ "id": "wamid.9", "status": "failed", "errors": errors,
            "biz_opaque_callback_data": "somebody else's" });
        let value = json!({ "statuses": [status] });
        only_receipt(parse(&envelope(json!([change("messages", value)]))))
    };
    let receipt = failed(json!([{ "code": 131047, "title": "Re-engagement message" }]));
    assert_eq!((receipt.delivery, receipt.status), (None, Status::Failed));
    assert_eq!(receipt.failure.map(|failure| failure.class), Some(Class::WindowClosed));
    assert_eq!(failed(json!([])).failure.map(|failure| failure.class), Some(Class::Refused));
}

// --- calls

async fn send_to(
    graph_url: &str,
    to: &Address,
    message: &Message,
) -> Result<ProviderId, SendError> {
    let number = "shop".into();
    let parcel = Parcel { number: &number, to, message, delivery: delivery(), since: now() };
    meta(graph_url).send(&parcel).await
}

async fn send(graph_url: &str) -> Result<ProviderId, SendError> {
    send_to(graph_url, &Address::Phone(phone("15550100101")), &reply("hello")).await
}

fn failure(result: Result<ProviderId, SendError>) -> Failure {
    match result {
        Err(SendError::NotSent(failure)) => failure,
        other => panic!("{other:?}"),
    }
}

#[tokio::test]
async fn a_reply_goes_to_exactly_the_address_received() {
    let mut graph = StandIn::answering(200, r#"{"messages":[{"id":"wamid.9"}]}"#).await;
    let mut quoting = reply("hello");
    quoting.attached.quotes = Some("wamid.1".into());
    let sent = send_to(&graph.url, &Address::Phone(phone("15550100101")), &quoting).await;
    assert_eq!(sent, Ok("wamid.9".into()));
    let asked = graph.asked().await;
    assert_eq!((asked.method.as_str(), asked.uri.path()), ("POST", "/base/v25.0/101/messages"));
    assert_eq!(asked.headers["authorization"], "Bearer token");
    let expected = json!({
        "messaging_product": "whatsapp", "recipient_type": "individual", "to": "+15550100101",
        "type": "text", "text": { "body": "hello", "preview_url": false },
        "context": { "message_id": "wamid.1" },
        "biz_opaque_callback_data": delivery().to_string(),
    });
    assert_eq!(serde_json::from_str::<Value>(&asked.body).expect("JSON"), expected);

    let to_user = Address::UserId(user("US.1"));
    let to_group = Address::Group("g1".into());
    for (to, kind, names) in [
        (to_user, "individual", [("recipient", json!("US.1")), ("to", Value::Null)]),
        (to_group, "group", [("to", json!("g1")), ("recipient", Value::Null)]),
    ] {
        send_to(&graph.url, &to, &reply("hello")).await.expect("sent");
        let body: Value = serde_json::from_str(&graph.asked().await.body).expect("JSON");
        assert_eq!(body["recipient_type"], kind);
        assert!(names.iter().all(|(name, id)| body[*name] == *id), "{body}");
    }
}

#[tokio::test]
async fn a_refusal_in_metas_words_is_surely_not_sent_whatever_the_status() {
    let code = |status, body| async move {
        failure(send(&StandIn::answering(status, body).await.url).await)
    };
    let pair = Class::Transient { after: Some(RETRY_AFTER), scope: Scope::Pair };
    assert_eq!(code(400, r#"{"error":{"code":131056}}"#).await.class, pair);
    assert_eq!(code(500, r#"{"error":{"code":131000}}"#).await.class, pair);
    assert_eq!(code(401, r#"{"error":{"code":190}}"#).await.class, Class::StopNumber);
    assert_eq!(code(400, r#"{"error":{"code":131047}}"#).await.class, Class::WindowClosed);
    let number = Class::Transient { after: Some(RETRY_AFTER), scope: Scope::Number };
    assert_eq!(code(404, "<html>").await.class, number, "a proxy's word is not the last");
}

#[tokio::test]
async fn without_a_readable_answer_nobody_knows() {
    for (status, body) in [(200, "{}"), (200, ""), (502, "<html>"), (500, "{}")] {
        let graph = StandIn::answering(status, body).await;
        assert_eq!(send(&graph.url).await, Err(SendError::Uncertain), "{status} {body}");
    }
}

#[tokio::test]
async fn a_silent_meta_leaves_us_in_doubt_after_twenty_seconds() {
    let mut graph = StandIn::hanging().await;
    let clock = Clock::manual(now());
    let numbers = vec![("shop".into(), config("101", "secret", &graph.url))];
    let meta = Meta::new(numbers, stand_in::http(), clock.clone());
    let (number, message) = ("shop".into(), reply("hello"));
    let to = Address::Phone(phone("15550100101"));
    let parcel =
        Parcel { number: &number, to: &to, message: &message, delivery: delivery(), since: now() };
    let (sent, ()) = tokio::join!(meta.send(&parcel), async {
        graph.asked().await;
        clock.advance(Duration::from_secs(20));
    });
    assert_eq!(sent, Err(SendError::Uncertain));
    assert_eq!(meta.lookup(&parcel).await, Lookup::Unknown);
}

#[tokio::test]
async fn no_connection_means_not_sent() {
    let failure = failure(send(&stand_in::nobody().await).await);
    assert_eq!(failure.class, Class::Transient { after: None, scope: Scope::Pair });
}

#[tokio::test]
async fn the_person_sees_that_they_were_read() {
    let mut graph = StandIn::answering(200, r#"{"success":true}"#).await;
    meta(&graph.url).signal(&"shop".into(), &"wamid.1".into()).await;
    let expected = json!({ "messaging_product": "whatsapp", "status": "read",
        "message_id": "wamid.1", "typing_indicator": { "type": "text" } });
    let body: Value = serde_json::from_str(&graph.asked().await.body).expect("JSON");
    assert_eq!(body, expected);
}

#[test]
fn limits_are_metas() {
    let limits = OFFLINE.limits(&"shop".into());
    assert_eq!((limits.text, limits.quotes, limits.pair.burst), (4096, true, 45));
    assert_eq!(limits.number.every, Duration::from_millis(25));
}

// --- anything at all

fn anything() -> impl Strategy<Value = Value> {
    let key = prop::sample::select(vec![
        "object",
        "entry",
        "changes",
        "field",
        "value",
        "metadata",
        "phone_number_id",
        "contacts",
        "messages",
        "statuses",
        "message_echoes",
        "errors",
        "id",
        "from",
        "type",
        "text",
        "body",
        "image",
        "interactive",
        "context",
        "timestamp",
        "edit",
        "message",
        "status",
    ]);
    let text = prop::sample::select(vec![
        "whatsapp_business_account",
        "messages",
        "smb_message_echoes",
        "101",
        "15550100101",
        "US.1",
        "text",
        "image",
        "edit",
        "interactive",
        "failed",
        "",
        "ü",
        "99999999999999999999",
    ]);
    let leaf = prop_oneof![
        text.prop_map(Value::from),
        any::<f64>().prop_map(Value::from),
        any::<i64>().prop_map(Value::from),
        any::<bool>().prop_map(Value::from),
        Just(Value::Null),
    ];
    leaf.prop_recursive(7, 64, 6, move |inner| {
        prop_oneof![
            prop::collection::vec(inner.clone(), 0..4).prop_map(Value::from),
            prop::collection::btree_map(key.clone(), inner, 0..6).prop_map(|map| json!(map)),
        ]
    })
}

proptest! {
    /// Whatever is signed: no panic, and a message is never made of nothing.
    #[test]
    fn parsing_survives_any_json(part in anything(), depth in 0..4) {
        let body = match depth {
            0 => part,
            1 => envelope(part),
            2 => envelope(json!([{ "field": "messages", "value": part }])),
            _ => envelope(json!([change("messages", json!({ "messages": [part] }))])),
        };
        let parsed = parse(&body);
        prop_assert!(parsed.events.iter().all(|(number, _)| number.as_str() != "bank"));
    }

    /// Not even JSON.
    #[test]
    fn parsing_survives_any_bytes(body in prop::collection::vec(any::<u8>(), 0..200)) {
        prop_assert!(parse_bytes(&body).events.is_empty());
    }
}
