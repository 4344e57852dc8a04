//! What is told to the business's other programs and to its operators.

use std::sync::Arc;

use olifant::domain::change::{Change, Subject};
use olifant::sandbox::Receipts;
use olifant::sandbox::gate::Fault;
use olifant::sandbox::meta::Pricing;
use serde_json::json;

use crate::harness::{ANA, Story};
use crate::listener::{Listener, SECRET};
use crate::model::Say;

const ALERT: &str = "template = { name = \"alert\", language = \"en\", variables = [\"{text}\"] }";

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

#[tokio::test]
async fn two_operators_are_both_told() {
    let story =
        Story::with(&format!("[alerts]\nto = [\"+15550190\", \"+15550191\"]\n{ALERT}")).await;
    let (a, b) = (story.meta().person("Olga", "15550190"), story.meta().person("Otto", "15550191"));
    story.model.will([Say::Status(401, None)]);
    story.meta().person("Ana", ANA).says("hello").await;
    story.settle().await;
    assert_eq!((a.inbox().len(), b.inbox().len()), (1, 1));
}

#[tokio::test]
async fn a_stopped_number_is_one_piece_of_news() {
    let listener = Arc::new(Listener::default());
    let mut story = Story::asleep("", "").await;
    let url = story.serve(listener.router()).await;
    story.configure(&format!(
        "[events]\nurl = \"{url}/hear\"\nsecret = \"{SECRET}\"\nkinds = [\"number.stopped\"]"
    ));
    story.start().await;
    for _ in 0..30 {
        story.meta().fault(Fault::Error { status: 401, code: 190, retry_after: None });
    }
    story.meta().person("Ana", ANA).says("hello").await;
    for _ in 0..13 {
        story.advance(301);
        story.work().await;
    }
    assert_eq!(listener.types().len(), 1);
}

#[tokio::test]
async fn an_alert_waits_for_a_number_that_works() {
    let story = Story::with(&format!("[alerts]\nto = [\"+15550190\"]\n{ALERT}")).await;
    let olga = story.meta().person("Olga", "15550190");
    let until = Some(story.clock.now() + std::time::Duration::from_secs(300));
    for name in ["meta", "second", "twilio"] {
        story
            .store()
            .apply(Subject::Number(name.into()), vec![Change::PauseNumber { until }])
            .await
            .unwrap();
    }
    story.model.will([Say::Status(401, None)]);
    story.meta().person("Ana", ANA).says("hello").await;
    story.settle().await;
    story.advance(4000);
    story.settle().await;
    let twilio = story.twilio().person("Olga", "15550190").inbox().len();
    assert_eq!(olga.inbox().len() + twilio, 1);
}

#[tokio::test]
async fn an_address_of_news_may_have_a_query() {
    let mut story = Story::asleep("", "").await;
    story.configure(&format!(
        "[events]\nurl = \"https://example.com/hook?code=abc\"\nsecret = \"{SECRET}\"\n"
    ));
    story.start().await;
}

#[tokio::test]
async fn eighty_and_a_hundred_percent_of_the_free_messages_are_told_once_each() {
    let (mut story, listener) = heard("alerts", "").await;
    story.kill().await;
    story.configure_number("meta", "free_service_messages = 5");
    story.start().await;
    for _ in 0..6 {
        story.meta().person("Ana", ANA).says("hello").await;
        story.settle().await;
    }
    let told: Vec<_> = listener.heard().into_iter().map(|(_, body)| body["data"].clone()).collect();
    let about: Vec<_> = told.iter().map(|alert| alert["about"].as_str().unwrap()).collect();
    assert_eq!(about, ["meta (80 %)", "meta (100 %)"]);
    assert!(told.iter().all(|alert| alert["reason"].as_str().unwrap().contains("Payment")));
}

#[tokio::test]
async fn a_message_billed_as_a_general_assistants_is_an_alert() {
    let (story, listener) = heard("alerts", "").await;
    let ana = story.meta().person("Ana", ANA);
    story.meta().receipts(Receipts::Manual);
    ana.says("hello").await;
    story.settle().await;
    let wamid = ana.inbox()[0].id.clone();
    story.meta().send_priced_status(&wamid, "delivered", Pricing::GeneralPurposeAi).await;
    story.settle().await;
    assert_eq!(listener.heard()[0].1["data"]["kind"], "classified");
}
