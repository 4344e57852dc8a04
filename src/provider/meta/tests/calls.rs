//! Calls, and how they end.

use std::time::Duration;

use super::*;
use crate::domain::failure::{Class, Failure, Scope};
use crate::domain::person::Address;
use crate::provider::stand_in::{RETRY_AFTER, StandIn, delivery, reply};

async fn send_by(meta: &Meta) -> Result<ProviderId, SendError> {
    let (number, message) = ("shop".into(), reply("hello"));
    let to = Address::Phone(phone("15550100101"));
    let (number, to, message) = (&number, &to, &message);
    let parcel = Parcel { number, to, message, delivery: delivery(), since: now() };
    meta.send(&parcel).await
}

async fn send(graph_url: &str) -> Result<ProviderId, SendError> {
    send_by(&meta(graph_url)).await
}

fn file(mime: &str) -> Upload {
    Upload { name: "a.png".into(), mime: mime.into(), bytes: b"pixels".to_vec() }
}

fn failure<T: std::fmt::Debug>(result: Result<T, SendError>) -> Failure {
    match result {
        Err(SendError::NotSent(failure)) => failure,
        other => panic!("{other:?}"),
    }
}

#[tokio::test]
async fn a_message_goes_to_the_numbers_own_address_with_its_token() {
    let mut graph = StandIn::answering(200, r#"{"messages":[{"id":"wamid.9"}]}"#).await;
    assert_eq!(send(&graph.url).await, Ok("wamid.9".into()));
    let asked = graph.asked().await;
    assert_eq!((asked.method.as_str(), asked.uri.path()), ("POST", "/base/v25.0/101/messages"));
    assert_eq!(asked.headers["authorization"], "Bearer token");
    assert_eq!(asked.headers["content-type"], "application/json");
    let body: Value = serde_json::from_str(&asked.body).expect("JSON");
    assert_eq!(body["text"]["body"], "hello");
}

#[tokio::test]
async fn a_template_that_is_held_back_is_taken_all_the_same() {
    let paced = r#"{"contacts":[{"input":"US.1","user_id":"US.1"}],
        "messages":[{"id":"wamid.9","message_status":"held_for_quality_assessment"}]}"#;
    assert_eq!(send(&StandIn::answering(200, paced).await.url).await, Ok("wamid.9".into()));
}

#[tokio::test]
async fn a_refusal_in_metas_words_is_surely_not_sent_whatever_the_status() {
    let code = |status, body| async move {
        failure(send(&StandIn::answering(status, body).await.url).await).class
    };
    let pair = Class::Transient { after: Some(RETRY_AFTER), scope: Scope::Pair };
    let number = Class::Transient { after: Some(RETRY_AFTER), scope: Scope::Number };
    let spam = Class::Transient { after: Some(Duration::from_secs(3600)), scope: Scope::Number };
    for (status, body, class) in [
        (400, r#"{"error":{"code":131056}}"#, pair),
        (500, r#"{"error":{"code":131000}}"#, pair),
        (400, r#"{"error":{"code":131048}}"#, spam),
        (401, r#"{"error":{"code":190,"type":"OAuthException"}}"#, Class::StopNumber),
        (400, r#"{"error":{"code":131047}}"#, Class::WindowClosed),
        (400, r#"{"error":{"code":"131042"}}"#, Class::Unpaid),
        (400, r#"{"error":{"code":139999}}"#, Class::Refused),
        (503, r#"{"error":{"code":139999}}"#, pair),
        (500, r#"{"error":{"code":100}}"#, Class::Refused),
        // A proxy's word is not the last.
        (404, "<html>", number),
    ] {
        assert_eq!(code(status, body).await, class, "{status} {body}");
    }
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
    let (sent, ()) = tokio::join!(send_by(&meta), async {
        graph.asked().await;
        clock.advance(Duration::from_secs(20));
    });
    assert_eq!(sent, Err(SendError::Uncertain));
    let (number, to, message) = ("shop".into(), Address::Group("g1".into()), reply("hello"));
    let (number, to, message) = (&number, &to, &message);
    let parcel = Parcel { number, to, message, delivery: delivery(), since: now() };
    assert_eq!(meta.lookup(&parcel).await, Lookup::Unknown);
}

#[tokio::test]
async fn no_connection_means_not_sent() {
    let failure = failure(send(&stand_in::nobody().await).await);
    assert_eq!(failure.class, Class::Transient { after: None, scope: Scope::Pair });
}

#[tokio::test]
async fn a_file_is_left_with_meta_under_an_id() {
    for answer in [r#"{"id":"77"}"#, r#"{"id":77}"#] {
        let mut graph = StandIn::answering(200, answer).await;
        let uploaded = meta(&graph.url).upload(&"shop".into(), file("image/png")).await;
        assert_eq!(uploaded, Ok("77".into()));
        let asked = graph.asked().await;
        assert_eq!((asked.method.as_str(), asked.uri.path()), ("POST", "/base/v25.0/101/media"));
        assert_eq!(asked.headers["authorization"], "Bearer token");
        for part in [
            "name=\"messaging_product\"\r\n\r\nwhatsapp\r\n",
            "name=\"type\"\r\n\r\nimage/png\r\n",
            "name=\"file\"; filename=\"a.png\"\r\nContent-Type: image/png\r\n\r\npixels\r\n",
        ] {
            assert!(asked.body.contains(part), "{part} in {}", asked.body);
        }
    }
}

#[tokio::test]
async fn a_file_that_can_not_be_left_says_why() {
    let graph = StandIn::answering(400, r#"{"error":{"code":131053}}"#).await;
    let refused = meta(&graph.url).upload(&"shop".into(), file("image/png")).await;
    assert_eq!(failure(refused).code, Some(131_053));
    let typeless = meta(&graph.url).upload(&"shop".into(), file("picture")).await;
    assert_eq!(failure(typeless).class, Class::Refused);
    let nobodys = meta(&graph.url).upload(&"elsewhere".into(), file("image/png")).await;
    assert_eq!(failure(nobodys).class, Class::StopNumber);
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
