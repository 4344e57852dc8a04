//! What is sent, and what Twilio says to it.

use super::*;
use crate::domain::content::{Choice, Choices, Contact, Media, MediaKind};
use crate::provider::stand_in::RETRY_AFTER;

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

fn message(content: Content) -> Message {
    Message { content, ..reply("") }
}

/// The fields of a message beside its addresses, as they are on the wire.
async fn said(content: Content) -> Vec<(String, String)> {
    let mut api = StandIn::answering(201, r#"{"sid":"SM9","status":"queued"}"#).await;
    let ana = Address::Phone(phone("15550100101"));
    send_to(&api.url, &ana, &message(content)).await.expect("sent");
    let mut fields = fields(&api.asked().await.body);
    fields.retain(|(name, _)| !["To", "From", "StatusCallback"].contains(&name.as_str()));
    fields
}

fn file(reference: &str, caption: Option<&str>) -> Content {
    Content::Media(Media {
        kind: MediaKind::Picture,
        reference: reference.into(),
        mime: "image/png".into(),
        caption: caption.map(Into::into),
        filename: None,
        sha256: None,
    })
}

fn template(variables: &[&str], components: Option<serde_json::Value>) -> Content {
    let variables = variables.iter().map(|text| (*text).to_owned()).collect();
    let (name, language) = ("HX1".into(), "pt_BR".into());
    Content::Template(Template { name, language, variables, components })
}

fn place(name: Option<&str>) -> Content {
    Content::Location { latitude: 12.5, longitude: -77.0, name: name.map(Into::into) }
}

fn card(name: &str, phones: &[&str]) -> Contact {
    Contact { name: name.into(), phones: phones.iter().map(|phone| (*phone).into()).collect() }
}

#[tokio::test]
async fn what_twilio_has_no_fields_for_goes_as_words() {
    let option = |id: &str, title: &str, description: Option<&str>| Choice {
        id: id.into(),
        title: title.into(),
        description: description.map(Into::into),
    };
    let options = vec![option("a", "Tea", Some("green")), option("b", "Coffee", None)];
    let choices = Choices { text: "What may it be?".into(), options };
    let link = Content::Link {
        text: "Book here".into(),
        title: "Book".into(),
        url: "https://example.com/book".into(),
    };
    let cards = vec![card("Ana", &["+1 555 0101"]), card("Ben", &["+1 555 0102", "+1 555 0103"])];
    for (content, words) in [
        (Content::Choices(choices), "What may it be?\n\n1. Tea (green)\n2. Coffee"),
        (link, "Book here\n\nBook: https://example.com/book"),
        (Content::LocationRequest("Where are you?".into()), "Where are you?"),
        (Content::Contacts(cards), "Ana: +1 555 0101\nBen: +1 555 0102, +1 555 0103"),
    ] {
        assert_eq!(said(content).await, pairs(&[("Body", words)]));
    }
}

#[tokio::test]
async fn places_files_and_templates_have_fields_of_their_own() {
    let link = "https://example.com/a.png";
    for (content, expected) in [
        (
            place(Some("Our shop")),
            vec![("Body", "Our shop"), ("PersistentAction", "geo:12.5,-77|Our shop")],
        ),
        (place(None), vec![("Body", "12.5,-77"), ("PersistentAction", "geo:12.5,-77")]),
        (file(link, Some("a dog")), vec![("Body", "a dog"), ("MediaUrl", link)]),
        (file(link, None), vec![("MediaUrl", link)]),
        (
            template(&["Ana", "9 \"am\""], None),
            vec![("ContentSid", "HX1"), ("ContentVariables", r#"{"1":"Ana","2":"9 \"am\""}"#)],
        ),
        (template(&[], None), vec![("ContentSid", "HX1")]),
        (
            template(&["unused"], Some(json!({"name": "Ana"}))),
            vec![("ContentSid", "HX1"), ("ContentVariables", r#"{"name":"Ana"}"#)],
        ),
    ] {
        assert_eq!(said(content).await, pairs(&expected));
    }
}

#[tokio::test]
async fn what_cannot_be_said_is_refused_with_the_reason() {
    let ana = Address::Phone(phone("15550100101"));
    let reaction = Content::Reaction { to: "SM1".into(), emoji: "👍".into() };
    for (content, reason) in [
        (reaction, "Twilio can't send reactions"),
        (file("106540352242922", None), "Twilio takes files by link"),
        (file("ftp://example.com/a.png", None), "Twilio takes files by link"),
        (Content::Revoked, "only people send this kind of message"),
    ] {
        let failure = failure(send_to("http://127.0.0.1:1", &ana, &message(content)).await);
        assert_eq!(failure.class, Class::Refused);
        assert!(failure.reason.starts_with(reason), "{}", failure.reason);
    }
}

#[tokio::test]
async fn a_quote_is_left_out() {
    let mut quoting = message(Content::Text("hello".into()));
    quoting.attached.quotes = Some("SM1".into());
    let mut api = StandIn::answering(201, r#"{"sid":"SM9"}"#).await;
    send_to(&api.url, &Address::Phone(phone("15550100101")), &quoting).await.expect("sent");
    assert!(!api.asked().await.body.contains("SM1"));
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
    assert_eq!(code(403, r#"{"code":77}"#).await.class, Class::StopNumber);
    assert_eq!(code(400, r#"{"code":21211}"#).await.class, Class::Refused);
    assert_eq!(code(400, r#"{"code":21610}"#).await.class, Class::Unsubscribed);
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
    look_for(&reply("hello"), status, list).await
}

async fn look_for(message: &Message, status: u16, list: &'static str) -> (Lookup, String) {
    let mut api = StandIn::answering(status, list).await;
    let number = "shop".into();
    let to = Address::Phone(phone("15550100101"));
    let parcel = Parcel { number: &number, to: &to, message, delivery: delivery(), since: now() };
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
async fn what_has_no_words_of_ours_is_found_by_its_time() {
    let list = r#"{"messages":[{"sid":"SM9","status":"sent","direction":"outbound-api",
        "body":"Dear Ana, come back","date_created":"Sun, 22 Nov 2026 09:00:03 +0000"}]}"#;
    for content in [template(&["Ana"], None), file("https://example.com/a.png", None)] {
        let (found, _) = look_for(&message(content), 200, list).await;
        assert!(matches!(found, Lookup::Found(_)), "{found:?}");
    }
    assert_eq!(look_up(200, list).await.0, Lookup::Absent);
}

#[tokio::test]
async fn an_answer_to_a_webhook_is_found_as_well() {
    let list = r#"{"messages":[{"sid":"SM9","status":"sent","direction":"outbound-reply",
        "body":"hello","date_created":"Sun, 22 Nov 2026 09:00:03 +0000"}]}"#;
    assert!(matches!(look_up(200, list).await.0, Lookup::Found(_)));
}

#[tokio::test]
async fn an_equal_text_of_before_is_no_trace_and_a_bad_answer_says_nothing() {
    let before = r#"{"messages":[{"sid":"SM8","status":"read","direction":"outbound-api",
        "body":"hello","date_created":"Sun, 22 Nov 2026 08:59:56 +0000"}]}"#;
    assert_eq!(look_up(200, before).await.0, Lookup::Absent);
    assert_eq!(look_up(200, r#"{"messages":[]}"#).await.0, Lookup::Absent);
    let more = r#"{"messages":[],"next_page_uri":"/2"}"#;
    assert_eq!(look_up(200, more).await.0, Lookup::Unknown);
    for (status, list) in [(200, "{}"), (500, ""), (401, r#"{"code":20003}"#)] {
        assert_eq!(look_up(status, list).await.0, Lookup::Unanswered, "{status} {list}");
    }
}

#[test]
fn limits_are_twilios() {
    let limits = OFFLINE.limits(&"shop".into());
    assert_eq!((limits.text, limits.quotes, limits.pair.burst), (1600, false, 45));
    assert_eq!(limits.number.every, Duration::from_millis(25));
}
