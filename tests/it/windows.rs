//! What reaches a person whose 24 hours are over, what a number may still send
//! for free, and what happens when there is no money left.

use olifant::domain::change::{Change, Saying, Subject};
use olifant::domain::failure::Class;
use olifant::domain::message::{Message, Outgoing, Role, Status};
use olifant::sandbox::gate::Fault;
use olifant::sandbox::{Call, Receipts};
use serde_json::json;

use crate::harness::{ANA, BEN, Story};

const DAY: u64 = 24 * 3600;

const TEMPLATE: &str = "[numbers.meta.window_template]\nname = \"come_back\"\nlanguage = \"en\"\n\
    variables = [\"{text}\"]";

/// A program of the business's writes to Ana.
async fn remind(story: &Story, text: &str) {
    let id = story.conversation(ANA, "meta").await.id;
    let message = Outgoing::text(text);
    let saying = Box::new(Saying { role: Role::Business, message, key: None });
    story.store().apply(Subject::Conversation(id), vec![Change::Say(saying)]).await.unwrap();
    story.settle().await;
}

async fn last(story: &Story) -> Message {
    story.transcript().await.pop().unwrap()
}

fn sends(story: &Story) -> Vec<Call> {
    let sent = |call: &Call| call.body["type"].is_string();
    story.sandbox.calls().into_iter().filter(sent).collect()
}

#[tokio::test]
async fn a_closed_window_is_known_before_sending_and_the_failure_can_be_seen() {
    let story = Story::new().await;
    story.meta().person("Ana", ANA).says("hello").await;
    story.settle().await;
    let before = sends(&story).len();
    story.advance(DAY);
    remind(&story, "your order is ready").await;
    let row = last(&story).await;
    assert_eq!((row.status, row.failure.unwrap().class), (Status::Failed, Class::WindowClosed));
    assert_eq!(sends(&story).len(), before, "the provider was not even asked");
    story.assert_done().await;
}

#[tokio::test]
async fn with_a_template_the_words_go_out_inside_it_in_one_line() {
    let story = Story::with(TEMPLATE).await;
    let ana = story.meta().person("Ana", ANA);
    ana.says("hello").await;
    story.settle().await;
    story.advance(DAY);
    remind(&story, "Your order\n\nis ready").await;
    let sent = sends(&story).pop().unwrap().body;
    assert_eq!(
        (&sent["type"], &sent["template"]["name"]),
        (&json!("template"), &json!("come_back"))
    );
    let parameter = &sent["template"]["components"][0]["parameters"][0]["text"];
    assert_eq!(parameter, "Your order is ready");
    let row = last(&story).await;
    assert_eq!(
        (row.status, row.content.as_text().as_str()),
        (Status::Read, "Your order\n\nis ready")
    );
    assert_eq!(ana.inbox().len(), 2);
}

#[tokio::test]
async fn a_window_that_the_provider_closed_early_is_met_with_the_template_too() {
    for late in [false, true] {
        let story = Story::with(TEMPLATE).await;
        let ana = story.meta().person("Ana", ANA);
        if late {
            story.meta().receipts(Receipts::Manual);
        } else {
            story.meta().fault(Fault::Error { status: 400, code: 131_047, retry_after: None });
        }
        ana.says("hello").await;
        story.settle().await;
        if late {
            let errors = Some(json!([{ "code": 131_047, "title": "Re-engagement message" }]));
            story.meta().send_status(&ana.inbox()[0].id, "failed", errors).await;
            story.settle().await;
        }
        let kinds: Vec<_> =
            sends(&story).into_iter().map(|call| call.body["type"].clone()).collect();
        assert_eq!(kinds, ["text", "template"], "late: {late}");
    }
}

#[tokio::test]
async fn an_unpaid_number_keeps_its_queue_until_it_is_resumed() {
    let story = Story::new().await;
    let (ana, ben) = (story.meta().person("Ana", ANA), story.meta().person("Ben", BEN));
    story.meta().fault(Fault::Error { status: 400, code: 131_042, retry_after: None });
    ana.says("one").await;
    story.advance(1);
    story.work().await;
    ben.says("two").await;
    for _ in 0..10 {
        story.advance(600);
        story.work().await;
    }
    assert!(ana.texts().is_empty() && ben.texts().is_empty(), "nothing is tried without money");
    let number = Subject::Number("meta".into());
    story.store().apply(number, vec![Change::ResumeNumber]).await.unwrap();
    story.settle().await;
    assert_eq!(
        (ana.texts(), ben.texts()),
        (vec!["You said: one".into()], vec!["You said: two".into()])
    );
}

#[tokio::test]
async fn messages_that_arrived_are_counted_and_templates_are_not() {
    let story = Story::with(TEMPLATE).await;
    let ana = story.meta().person("Ana", ANA);
    for text in ["one", "two"] {
        ana.says(text).await;
        story.settle().await;
    }
    story.advance(DAY);
    remind(&story, "come back").await;
    assert_eq!(story.store().number(&"meta".into()).await.unwrap().delivered, 2);
}

#[tokio::test]
async fn dots_are_shown_as_long_as_the_model_works_and_never_for_silence() {
    let story = Story::with("[policy]\ndeny = [\"+15550100002\"]").await;
    let (ana, ben) = (story.meta().person("Ana", ANA), story.meta().person("Ben", BEN));
    let dots = |story: &Story| {
        let typing = |call: &Call| call.body["typing_indicator"].is_object();
        story.sandbox.calls().into_iter().filter(typing).count()
    };
    let door = story.model.door();
    ana.says("hello").await;
    let work = story.begin();
    door.reached().await;
    for shown in 1..=3 {
        story.advance(20);
        story.sandbox.called(|_| dots(&story) >= shown).await;
    }
    door.open();
    work.await.unwrap();
    let before = dots(&story);
    ben.says("hello").await;
    story.settle().await;
    assert_eq!(dots(&story), before);
}

#[tokio::test]
async fn a_template_that_meets_a_closed_window_is_not_sent_for_ever() {
    let story = Story::with(TEMPLATE).await;
    let ana = story.meta().person("Ana", ANA);
    ana.says("hello").await;
    story.settle().await;
    let before = sends(&story).len();
    story.advance(DAY);
    for _ in 0..12 {
        story.meta().fault(Fault::Error { status: 400, code: 131_047, retry_after: None });
    }
    remind(&story, "your order is ready").await;
    assert_eq!(sends(&story).len() - before, 1, "tried again and again");
}

#[tokio::test]
async fn the_introduction_is_said_if_the_first_answer_never_arrived() {
    let story = Story::with("[assistant]\nintroduce = true\nname = \"Nina\"").await;
    let ana = story.meta().person("Ana", ANA);
    story.meta().fault(Fault::Error { status: 400, code: 131_051, retry_after: None });
    ana.says("hello").await;
    story.settle().await;
    assert_eq!(ana.inbox().len(), 0);
    ana.says("are you there?").await;
    story.settle().await;
    let text = ana.texts().join("/");
    assert!(text.contains("virtual assistant"), "{text}");
}
