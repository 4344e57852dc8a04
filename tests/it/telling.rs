//! What is told to the business's other programs and to its operators.

use std::sync::Arc;

use olifant::domain::change::{Change, Subject};
use olifant::sandbox::gate::Fault;
use serde_json::json;

use crate::harness::{ANA, Story};
use crate::listener::{Listener, SECRET};
use crate::model::Say;

/// A story whose news, or alerts, are heard.
async fn heard(section: &str, more: &str) -> (Story, Arc<Listener>) {
    let listener = Arc::new(Listener::default());
    let mut story = Story::asleep("", "").await;
    let url = story.serve(listener.router()).await;
    story.configure(&format!("[{section}]\nurl = \"{url}/hear\"\nsecret = \"{SECRET}\"\n{more}"));
    story.start().await;
    (story, listener)
}

#[tokio::test]
async fn what_happens_is_told_in_order_and_without_words() {
    let (story, listener) = heard("events", "").await;
    story.meta().person("Ana", ANA).says("my secret is plum").await;
    story.settle().await;
    assert_eq!(listener.types(), ["message.received", "reply.sent"]);
    let (_, body) = &listener.heard()[0];
    let person = story.person("main", ANA).await.unwrap();
    assert_eq!(body["data"]["person"], person.id.to_string());
    assert_eq!(
        (&body["data"]["business"], &body["data"]["number"]),
        (&"main".into(), &"meta".into())
    );
    assert!(!body.to_string().contains("plum") && !body.to_string().contains(ANA));
}

#[tokio::test]
async fn with_content_who_and_what_is_told_too() {
    let (story, listener) = heard("events", "content = true\nkinds = [\"message.received\"]").await;
    story.meta().person("Ana", ANA).says("a table for two").await;
    story.settle().await;
    assert_eq!(listener.types(), ["message.received"]);
    let content = listener.heard()[0].1["data"]["content"].clone();
    let expected = json!({
        "address": format!("+{ANA}"), "name": "Ana", "role": "person", "text": "a table for two",
    });
    assert_eq!(content, expected);
}

#[tokio::test]
async fn news_that_nobody_took_are_told_again_even_after_a_restart_under_the_same_id() {
    let (mut story, listener) = heard("events", "kinds = [\"message.received\"]").await;
    listener.will([500, 503]);
    story.meta().person("Ana", ANA).says("hello").await;
    story.work().await;
    assert_eq!(listener.heard().len(), 1);
    story.restart().await;
    story.settle().await;
    let ids: Vec<String> = listener.heard().into_iter().map(|(id, _)| id).collect();
    assert_eq!(ids.len(), 3, "until it was heard, and not once more");
    assert!(ids.iter().all(|id| *id == ids[0]));
}

#[tokio::test]
async fn a_listener_that_is_gone_is_asked_once() {
    let (story, listener) = heard("events", "").await;
    listener.will([410, 410]);
    story.meta().person("Ana", ANA).says("hello").await;
    story.settle().await;
    assert_eq!(listener.types(), ["message.received", "reply.sent"]);
}

#[tokio::test]
async fn a_stopped_number_a_failed_delivery_and_an_opt_out_are_news() {
    let kinds = "kinds = [\"number.stopped\", \"delivery.failed\", \"person.opted_out\"]";
    let (story, listener) = heard("events", kinds).await;
    let ana = story.meta().person("Ana", ANA);
    story.meta().fault(Fault::Error { status: 401, code: 190, retry_after: None });
    ana.says("one").await;
    story.settle().await;
    story.meta().fault(Fault::Error { status: 400, code: 131_026, retry_after: None });
    ana.says("two").await;
    story.settle().await;
    let id = story.conversation(ANA, "meta").await.id;
    story.store().apply(Subject::Conversation(id), vec![Change::OptOut]).await.unwrap();
    story.settle().await;
    assert_eq!(listener.types(), ["number.stopped", "delivery.failed", "person.opted_out"]);
    assert!(listener.heard()[1].1["data"]["reason"].as_str().unwrap().contains("can't get"));
}

#[tokio::test]
async fn an_alert_is_posted_and_written_to_operators_once_an_hour() {
    let (story, listener) = heard("alerts", "to = [\"+15550190\"]\ntemplate = { name = \"alert\", language = \"en\", variables = [\"{text}\"] }").await;
    let operator = story.meta().person("Olga", "15550190");
    story.model.will([Say::Status(401, None), Say::Status(401, None)]);
    let ana = story.meta().person("Ana", ANA);
    ana.says("hello").await;
    story.settle().await;
    ana.says("hello?").await;
    story.settle().await;
    assert_eq!(listener.types(), ["alert"]);
    assert_eq!(listener.heard()[0].1["data"]["kind"], "turn_failed");
    assert_eq!(operator.inbox().len(), 1, "{:?}", operator.texts());
    assert_eq!(operator.inbox()[0].raw["type"], "template", "she has not written for a day");
}
