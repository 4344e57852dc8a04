//! Stories of one adapter: what Twilio sends, and what it is sent.

use std::sync::LazyLock;
use std::time::Duration;

use axum::http::HeaderMap;
use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use hmac::digest::KeyInit;
use hmac::{Hmac, Mac};
use proptest::prelude::*;
use serde_json::json;
use sha1::Sha1;
use sha2::{Digest, Sha256};

use super::*;
use crate::domain::event::{Event, Inbound, Receipt};
use crate::domain::failure::{Class, Failure, Scope};
use crate::domain::message::{Content, MediaKind, Message, Status};
use crate::domain::person::{Address, Alias, Phone, UserId};
use crate::provider::stand_in::{self, RETRY_AFTER, StandIn, delivery, now, reply};

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
    Twilio::new(numbers, public_url, stand_in::http(), Clock::manual(now()))
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

// --- verify

#[test]
fn the_token_that_matched_decides_which_numbers_a_body_speaks_for() {
    let numbers = |token| {
        let verified = OFFLINE.verify(&signed(token, HOOK, b"Body=&Tag=b&Tag=a&Tag=b"));
        verified.map(|v| v.numbers().iter().map(ToString::to_string).collect::<Vec<_>>())
    };
    assert_eq!(numbers("token"), Ok(vec!["shop".into(), "clinic".into()]));
    assert_eq!(numbers("bank token"), Ok(vec!["bank".into()]));
    assert_eq!(numbers("guess"), Err(Rejected::Forged));
}

#[test]
fn what_is_not_a_signed_form_is_rejected() {
    let mut unsigned = signed("token", HOOK, b"a=1");
    unsigned.headers.remove("x-twilio-signature");
    assert_eq!(OFFLINE.verify(&unsigned).err(), Some(Rejected::Unsigned));
    let mut text = signed("token", HOOK, b"a=1");
    text.headers.insert("content-type", "text/plain".parse().expect("a value"));
    assert_eq!(OFFLINE.verify(&text).err(), Some(Rejected::ContentType));
    let mut changed = signed("token", HOOK, b"a=1");
    changed.body = b"a=2".to_vec().into();
    assert_eq!(OFFLINE.verify(&changed).err(), Some(Rejected::Forged));
}

#[test]
fn json_counts_only_with_its_digest_in_the_signed_url() {
    let body = br#"{"a":1}"#;
    let verify = |url: &str, body: &[u8], kind| {
        OFFLINE.verify(&request("token", url, body, kind, url)).map(|v| OFFLINE.parse(v).ignored)
    };
    let url = format!("{HOOK}?bodySHA256={}", hex::encode(Sha256::digest(body)));
    assert_eq!(verify(&url, body, "application/json"), Ok(1));
    assert_eq!(verify(&url, b"{}", "application/json"), Err(Rejected::Forged));
    assert_eq!(verify(HOOK, body, "application/json"), Err(Rejected::Unsigned));
    // A form is signed with its fields, whatever the query claims.
    let form = "application/x-www-form-urlencoded";
    assert_eq!(verify(&url, b"Body=hi", form), Err(Rejected::Forged));
}

// --- parse: who and for whom

#[test]
fn a_text_comes_with_its_sender_its_time_and_what_it_quotes() {
    let inbound = only_message(from_ana(&[
        ("Body", " hello "),
        ("OriginalRepliedMessageSid", "MM0"),
        ("ReferralSourceUrl", "https://example.com/ad"),
        ("ReferralCtwaClid", "c1"),
    ]));
    assert_eq!(inbound.provider_id.as_str(), "SM1");
    assert_eq!(inbound.at, now());
    assert_eq!(inbound.content, Content::Text(" hello ".into()));
    assert_eq!(inbound.sender.aliases, [Alias::Phone(phone("15550100101"))]);
    assert_eq!(inbound.sender.address, Address::Phone(phone("15550100101")));
    assert_eq!(inbound.sender.name.as_deref(), Some("Ana"));
    assert_eq!(inbound.attached.quotes, Some("MM0".into()));
    assert_eq!(inbound.attached.referral.and_then(|r| r.click_id), Some("c1".into()));
}

#[test]
fn people_without_a_visible_number_are_known_and_answered_by_their_user_id() {
    let message = |ids: &[(&str, &str)]| {
        let common = [
            ("SmsSid", "SM1"),
            ("AccountSid", "AC1"),
            ("To", "whatsapp:+15550100001"),
            ("Body", "hi"),
            ("ProfileUsername", "@bea"),
        ];
        only_message(parse(&[&common, ids].concat())).sender
    };
    let parent = ("ParentExternalUserId", "whatsapp:US.ENT.1");
    for ids in [
        [("From", "whatsapp:US.1"), ("ExternalUserId", "whatsapp:US.1"), parent],
        [("From", "whatsapp:US.1"), ("ExternalUserId", ""), parent],
        [("From", "whatsapp:"), ("ExternalUserIdentifier", "US.1"), parent],
    ] {
        let sender = message(&ids);
        assert_eq!(sender.address, Address::UserId(user("US.1")));
        let aliases = [Alias::UserId(user("US.1")), Alias::ParentUserId(user("US.ENT.1"))];
        assert_eq!(sender.aliases, aliases);
        assert_eq!(sender.name.as_deref(), Some("bea"));
    }
    let from = ("From", "whatsapp:+15550100102");
    let both = message(&[from, ("ExternalUserId", "whatsapp:US.1"), parent]);
    assert_eq!(both.address, Address::Phone(phone("15550100102")));
    assert_eq!(both.aliases.len(), 3);
}

#[test]
fn a_message_for_a_number_that_the_token_does_not_speak_for_is_dropped_and_counted() {
    for (account, to) in [
        ("AC3", "whatsapp:+15550100003"),
        ("AC3", "whatsapp:+15550100001"),
        ("AC1", "whatsapp:+15550100009"),
        ("AC1", ""),
    ] {
        let fields = [
            ("MessageSid", "SM1"),
            ("AccountSid", account),
            ("From", "whatsapp:+15550100101"),
            ("To", to),
            ("Body", "hi"),
        ];
        let parsed = parse(&fields);
        assert_eq!((parsed.events.len(), parsed.foreign), (0, 1), "{account} {to}");
    }
}

#[test]
fn an_sms_is_ignored_and_what_has_no_id_or_sender_is_unreadable() {
    let with = |sid, from| {
        let to = ("To", "whatsapp:+15550100001");
        let parsed = parse(&[("MessageSid", sid), ("From", from), to, ("Body", "hi")]);
        (parsed.events.len(), parsed.ignored, parsed.unreadable)
    };
    assert_eq!(with("SM1", "whatsapp:+15550100101"), (1, 0, 0));
    assert_eq!(with("SM1", "+15550100101"), (0, 1, 0));
    assert_eq!(with("SM1", "whatsapp:nobody"), (0, 0, 1));
    assert_eq!(with("", "whatsapp:+15550100101"), (0, 0, 1));
}

// --- parse: what

#[test]
fn every_kind_of_message_reads_as_words() {
    let media = |mime| ("MediaContentType0", mime);
    let url = ("MediaUrl0", "https://api.example.com/1");
    for (fields, text) in [
        (vec![url, media("image/jpeg"), ("Body", "my dog")], "[picture] my dog"),
        (vec![url, media("video/mp4")], "[video]"),
        (vec![url, media("audio/ogg; codecs=opus")], "[voice note]"),
        (vec![url, media("audio/mpeg")], "[audio]"),
        (vec![url, media("application/pdf")], "[document]"),
        (vec![url, media("text/vcard")], "[document]"),
        (vec![url, media("image/webp")], "[sticker]"),
        (
            vec![("Latitude", "12.5"), ("Longitude", "77"), ("Label", "Shop"), ("Body", "")],
            "[location 12.5, 77 Shop]",
        ),
        (vec![("Body", "Yes"), ("ButtonPayload", "y"), ("ButtonText", "Yes")], "Yes"),
        (vec![("Body", "No"), ("ButtonText", "No")], "No"),
        (vec![("Body", "Row"), ("ListId", "r")], "Row"),
        (vec![("FlowData", "{\"a\":1}")], "[form flow: {\"a\":1}]"),
        (vec![("Latitude", "north"), ("Longitude", "77"), ("Body", "here")], "here"),
        (vec![("MessageType", "poll")], "[poll: this kind of message can't be read]"),
        (vec![], "[empty: this kind of message can't be read]"),
    ] {
        assert_eq!(only_message(from_ana(&fields)).content.as_text(), text);
    }
}

#[test]
fn a_file_keeps_its_reference() {
    let url = ("MediaUrl0", "https://api.example.com/1");
    match only_message(from_ana(&[url, ("MediaContentType0", "image/jpeg")])).content {
        Content::Media(media) => {
            assert_eq!((media.kind, media.reference.as_str()), (MediaKind::Picture, url.1));
            assert_eq!(media.mime, "image/jpeg");
        }
        other => panic!("{other:?}"),
    }
}

#[test]
fn forwarded_words_are_marked_as_somebody_elses() {
    for mark in ["Forwarded", "FrequentlyForwarded"] {
        assert!(only_message(from_ana(&[("Body", "hi"), (mark, "true")])).attached.forwarded);
        assert!(!only_message(from_ana(&[("Body", "hi"), (mark, "false")])).attached.forwarded);
    }
}

// --- parse: receipts

#[test]
fn a_status_carries_our_own_id_back() {
    let url = format!("https://bot.example.com/webhooks/twilio/status?delivery={}", delivery());
    let status = |status| {
        let ids = [("MessageSid", "SM9"), ("AccountSid", "AC1"), ("From", "whatsapp:+15550100001")];
        parse_at(&url, &[&ids[..], &[("SmsStatus", status), ("MessageStatus", status)]].concat())
    };
    for (text, expected) in [
        ("queued", Status::Sent),
        ("sent", Status::Sent),
        ("delivered", Status::Delivered),
        ("read", Status::Read),
    ] {
        let receipt = only_receipt(status(text));
        assert_eq!((receipt.delivery, receipt.status), (Some(delivery()), expected));
        assert_eq!(receipt.provider_id.as_str(), "SM9");
        assert_eq!(receipt.failure, None);
    }
    assert_eq!(status("partially_delivered").ignored, 1);
}

#[test]
fn a_failed_status_is_classed_like_a_refused_send() {
    let failed = |fields: &[(&str, &str)]| {
        let common = [("MessageSid", "SM9"), ("MessageStatus", "undelivered")];
        only_receipt(parse(&[&common, fields].concat()))
    };
    let receipt = failed(&[("ErrorCode", "63016"), ("From", "whatsapp:+15550100001")]);
    assert_eq!((receipt.delivery, receipt.status), (None, Status::Failed));
    assert_eq!(receipt.failure.map(|failure| failure.class), Some(Class::WindowClosed));
    assert_eq!(failed(&[]).failure.map(|failure| failure.class), Some(Class::Refused));
}

// --- calls

async fn send_to(api_url: &str, to: &Address, message: &Message) -> Result<ProviderId, SendError> {
    let number = "shop".into();
    let parcel = Parcel { number: &number, to, message, delivery: delivery(), since: now() };
    twilio(api_url).send(&parcel).await
}

async fn send(api_url: &str) -> Result<ProviderId, SendError> {
    send_to(api_url, &Address::Phone(phone("15550100101")), &reply("hello")).await
}

fn failure(result: Result<ProviderId, SendError>) -> Failure {
    match result {
        Err(SendError::NotSent(failure)) => failure,
        other => panic!("{other:?}"),
    }
}

fn fields(form: &str) -> Vec<(String, String)> {
    form_urlencoded::parse(form.as_bytes()).into_owned().collect()
}

fn pairs(fields: &[(&str, &str)]) -> Vec<(String, String)> {
    fields.iter().map(|(name, value)| ((*name).to_owned(), (*value).to_owned())).collect()
}

#[tokio::test]
async fn a_reply_goes_to_exactly_the_address_received() {
    let mut api = StandIn::answering(201, r#"{"sid":"SM9","status":"queued"}"#).await;
    assert_eq!(send(&api.url).await, Ok("SM9".into()));
    let asked = api.asked().await;
    let path = "/base/2010-04-01/Accounts/AC1/Messages.json";
    assert_eq!((asked.method.as_str(), asked.uri.path()), ("POST", path));
    assert_eq!(asked.headers["authorization"], format!("Basic {}", STANDARD.encode("AC1:token")));
    let status = "https://bot.example.com/olifant/webhooks/twilio/status";
    let callback = format!("{status}?delivery={}", delivery());
    let expected = pairs(&[
        ("To", "whatsapp:+15550100101"),
        ("From", "whatsapp:+15550100001"),
        ("Body", "hello"),
        ("StatusCallback", &callback),
    ]);
    assert_eq!(fields(&asked.body), expected);

    send_to(&api.url, &Address::UserId(user("US.1")), &reply("hello")).await.expect("sent");
    let to = fields(&api.asked().await.body).remove(0).1;
    assert_eq!(to, "whatsapp:US.1");
    let group = send_to(&api.url, &Address::Group("g1".into()), &reply("hello")).await;
    assert_eq!(failure(group).class, Class::Refused);
}

#[tokio::test]
async fn a_refusal_in_twilios_words_is_surely_not_sent_whatever_the_status() {
    let code = |status, body| async move {
        failure(send(&StandIn::answering(status, body).await.url).await)
    };
    let wait = |scope| Class::Transient { after: Some(RETRY_AFTER), scope };
    let body = r#"{"code":20429,"message":"Too many","status":429}"#;
    assert_eq!(code(429, body).await.class, wait(Scope::Number));
    assert_eq!(code(503, r#"{"code":20503}"#).await.class, wait(Scope::Pair));
    assert_eq!(code(401, r#"{"code":20003}"#).await.class, Class::StopNumber);
    assert_eq!(code(400, r#"{"code":21211}"#).await.class, Class::Refused);
    let failed = r#"{"sid":"SM9","status":"failed","error_code":"63016"}"#;
    assert_eq!(code(201, failed).await.class, Class::WindowClosed);
    assert_eq!(
        code(404, "<html>").await.class,
        wait(Scope::Number),
        "a proxy's word, not the last"
    );
}

#[tokio::test]
async fn without_a_readable_answer_nobody_knows() {
    for (status, body) in [(201, "{}"), (201, ""), (502, "<html>"), (500, "{}")] {
        let api = StandIn::answering(status, body).await;
        assert_eq!(send(&api.url).await, Err(SendError::Uncertain), "{status} {body}");
    }
}

#[tokio::test]
async fn no_connection_means_not_sent() {
    let failure = failure(send(&stand_in::nobody().await).await);
    assert_eq!(failure.class, Class::Transient { after: None, scope: Scope::Pair });
}

#[tokio::test]
async fn the_person_sees_that_they_were_read() {
    let mut api = StandIn::answering(200, r#"{"success":true}"#).await;
    twilio(&api.url).signal(&"shop".into(), &"SM1".into()).await;
    let asked = api.asked().await;
    assert_eq!(asked.uri.path(), "/base/v2/Indicators/Typing.json");
    assert_eq!(fields(&asked.body), pairs(&[("channel", "whatsapp"), ("messageId", "SM1")]));
}

async fn look_up(status: u16, list: &'static str) -> (Lookup, String) {
    let mut api = StandIn::answering(status, list).await;
    let (number, message) = ("shop".into(), reply("hello"));
    let to = Address::Phone(phone("15550100101"));
    let parcel =
        Parcel { number: &number, to: &to, message: &message, delivery: delivery(), since: now() };
    let found = twilio(&api.url).lookup(&parcel).await;
    (found, api.asked().await.uri.query().unwrap_or_default().to_owned())
}

#[tokio::test]
async fn a_delivery_in_doubt_is_found_among_what_went_to_the_person_since() {
    let list = r#"{"next_page_uri":null,"messages":[
        {"sid":"SM7","status":"read","direction":"inbound","body":"hello",
         "date_created":"Sun, 22 Nov 2026 09:00:03 +0000"},
        {"sid":"SM8","status":"read","direction":"outbound-api","body":"hello",
         "date_created":"Sun, 22 Nov 2026 08:59:00 +0000"},
        {"sid":"SM9","status":"delivered","direction":"outbound-api","body":"hello",
         "date_created":"Sun, 22 Nov 2026 09:00:00 +0000","error_code":null}]}"#;
    let (found, query) = look_up(200, list).await;
    let receipt = Receipt {
        delivery: Some(delivery()),
        provider_id: "SM9".into(),
        status: Status::Delivered,
        failure: None,
        pricing: None,
    };
    assert_eq!(found, Lookup::Found(vec![receipt]));
    let expected = pairs(&[
        ("To", "whatsapp:+15550100101"),
        ("From", "whatsapp:+15550100001"),
        ("DateSent>", "2026-11-22"),
        ("PageSize", "200"),
    ]);
    assert_eq!(fields(&query), expected);
}

#[tokio::test]
async fn an_equal_text_of_before_is_no_trace_and_a_bad_answer_says_nothing() {
    let before = r#"{"messages":[{"sid":"SM8","status":"read","direction":"outbound-api",
        "body":"hello","date_created":"Sun, 22 Nov 2026 08:59:56 +0000"}]}"#;
    assert_eq!(look_up(200, before).await.0, Lookup::Absent);
    assert_eq!(look_up(200, r#"{"messages":[]}"#).await.0, Lookup::Absent);
    let more = r#"{"messages":[],"next_page_uri":"/2"}"#;
    for (status, list) in [(200, more), (200, "{}"), (500, ""), (401, r#"{"code":20003}"#)] {
        assert_eq!(look_up(status, list).await.0, Lookup::Unknown, "{status} {list}");
    }
}

#[test]
fn limits_are_twilios() {
    let limits = OFFLINE.limits(&"shop".into());
    assert_eq!((limits.text, limits.quotes, limits.pair.burst), (1600, false, 45));
    assert_eq!(limits.number.every, Duration::from_millis(25));
}

// --- anything at all

fn anything() -> impl Strategy<Value = Vec<(&'static str, String)>> {
    let name = prop::sample::select(vec![
        "MessageSid",
        "SmsSid",
        "AccountSid",
        "From",
        "To",
        "Body",
        "WaId",
        "MessageStatus",
        "SmsStatus",
        "ErrorCode",
        "Latitude",
        "Longitude",
        "MediaUrl0",
        "MediaContentType0",
        "ButtonText",
        "ListId",
        "ExternalUserId",
        "Of_Tomorrow",
        "",
    ]);
    let value = prop_oneof![
        prop::sample::select(vec![
            "whatsapp:+15550100101",
            "whatsapp:+15550100001",
            "AC1",
            "failed",
            "received",
            "NaN",
            "whatsapp:US.1",
            "",
        ])
        .prop_map(str::to_owned),
        any::<String>(),
    ];
    prop::collection::vec((name, value), 0..12)
}

proptest! {
    /// Whatever is signed: its signature holds, and nothing panics.
    #[test]
    fn parsing_survives_any_form(fields in anything()) {
        let fields: Vec<_> = fields.iter().map(|(name, value)| (*name, value.as_str())).collect();
        let parsed = parse(&fields);
        let count = parsed.events.len() + parsed.foreign + parsed.ignored + parsed.unreadable;
        prop_assert_eq!(count, 1);
    }

    /// Not even a form.
    #[test]
    fn parsing_survives_any_bytes(body in prop::collection::vec(any::<u8>(), 0..200)) {
        prop_assert!(parse_bytes(HOOK, &body).events.is_empty());
    }
}
