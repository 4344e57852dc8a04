//! Answers inside the response to Twilio's webhook (`reply = "twiml"`). Such a
//! webhook is under way until it is answered, so these stories look for what
//! has come in themselves.

use std::time::Duration;

use olifant::domain::message::Status;
use olifant::domain::turn::Turn;
use olifant::sandbox::{Answer, Call, twilio};
use olifant::store::Queue;
use tokio::task::JoinHandle;

use crate::harness::{ANA, BEN, Story};
use crate::model::Say;

async fn story() -> Story {
    // The last table of the harness is the number's.
    Story::with("reply = \"twiml\"").await
}

/// Writes in the background: the webhook waits for its answer.
fn says(person: &twilio::Person, text: &'static str) -> JoinHandle<Answer> {
    let person = person.clone();
    tokio::spawn(async move { person.says(text).await })
}

/// Resolves when this many messages of Ana's are kept.
async fn heard(story: &Story, count: u64) {
    loop {
        // Registered before looking.
        let wake_up = Queue::<Turn>::wake_up(&**story.store());
        if story.person("main", ANA).await.is_some()
            && story.conversation(ANA, "twilio").await.next_seq > count
        {
            // What the round that kept it says of the lanes is known behind it.
            story.store().accept(Vec::new()).await.unwrap();
            return;
        }
        wake_up.await;
    }
}

/// Moves the clock to where the burst is over, and answers it.
async fn answer(story: &Story) {
    // What is due is told a moment after a message can be seen.
    loop {
        if let Some(due) = Queue::<Turn>::next_due(&**story.store()).await.unwrap() {
            let wait = due.duration_since(story.clock.now());
            story.clock.advance(wait.try_into().unwrap_or_default());
        }
        if story.within(|app| async move { app.workers.drain().await.unwrap() }).await > 0 {
            return;
        }
    }
}

fn sends(story: &Story) -> usize {
    let is_send = |call: &Call| call.method == "POST" && call.path.ends_with("/Messages.json");
    story.sandbox.calls().iter().filter(|call| is_send(call)).count()
}

async fn last_status(story: &Story) -> Status {
    let conversation = story.conversation(ANA, "twilio").await;
    let rows = story.store().window(&conversation, conversation.next_seq, u32::MAX).await.unwrap();
    rows.last().expect("a row").status
}

#[tokio::test]
async fn an_answer_that_is_ready_in_time_goes_back_inside_and_its_receipts_settle_it() {
    let story = story().await;
    let ana = story.twilio().person("Ana", ANA);
    let said = says(&ana, "hello");
    heard(&story, 1).await;
    answer(&story).await;
    let inside = said.await.unwrap();
    assert_eq!(inside.status, 200);
    assert!(inside.body.contains("<Body>You said: hello</Body>"), "{}", inside.body);
    story.sandbox.settled().await;
    assert_eq!(last_status(&story).await, Status::Read);
    story.settle().await;
    assert_eq!((ana.texts(), sends(&story)), (vec!["You said: hello".into()], 0));
}

#[tokio::test]
async fn a_model_that_is_slower_than_twelve_seconds_is_heard_by_a_call() {
    let story = story().await;
    let ana = story.twilio().person("Ana", ANA);
    let door = story.model.door();
    let said = says(&ana, "hello");
    heard(&story, 1).await;
    let late = async {
        door.reached().await;
        story.advance(12);
        assert!(said.await.unwrap().body.contains("<Response/>"));
        door.open();
    };
    tokio::join!(answer(&story), late);
    story.settle().await;
    assert_eq!((ana.texts(), sends(&story)), (vec!["You said: hello".into()], 1));
}

#[tokio::test]
async fn the_last_webhook_of_a_burst_carries_the_answer() {
    let story = story().await;
    let ana = story.twilio().person("Ana", ANA);
    let first = says(&ana, "one");
    heard(&story, 1).await;
    story.clock.advance(Duration::from_millis(500));
    let second = says(&ana, "two");
    assert!(first.await.unwrap().body.contains("<Response/>"), "it is answered at once");
    heard(&story, 2).await;
    answer(&story).await;
    let body = second.await.unwrap().body;
    assert!(body.contains("<Body>You said: one | two</Body>"), "{body}");
    story.settle().await;
    assert_eq!((ana.texts(), sends(&story)), (vec!["You said: one | two".into()], 0));
}

#[tokio::test]
async fn an_answer_that_is_lost_on_its_way_is_sent_by_a_call_after_the_grace_and_only_once() {
    let story = story().await;
    let (twilio, ana) = (story.twilio(), story.twilio().person("Ana", ANA));
    // Twilio knows that she wrote, and nobody is there to take the answer.
    ana.says_while_down("hello");
    let form = ana.message("hello");
    let said = tokio::spawn(async move { twilio.post_signed_with("twilio-token", &form).await });
    heard(&story, 1).await;
    answer(&story).await;
    let lost = said.await.unwrap();
    assert!(lost.body.contains("<Body>You said: hello</Body>"), "nobody delivers it");
    story.advance(59);
    story.work().await;
    assert!(ana.texts().is_empty(), "the grace is not over");
    story.settle().await;
    assert_eq!((ana.texts(), sends(&story)), (vec!["You said: hello".into()], 1));
    assert_eq!(last_status(&story).await, Status::Read);
}

#[tokio::test]
async fn a_webhook_that_is_gone_before_the_answer_is_answered_by_a_call_at_once() {
    let story = story().await;
    let ana = story.twilio().person("Ana", ANA);
    let door = story.model.door();
    let said = says(&ana, "hello");
    heard(&story, 1).await;
    let gone = async {
        door.reached().await;
        said.abort();
        assert!(said.await.unwrap_err().is_cancelled());
        // Another webhook comes in after the connection is closed.
        story.twilio().send_status("SM0", "read", None).await;
        door.open();
    };
    tokio::join!(answer(&story), gone);
    story.settle().await;
    assert_eq!(ana.texts(), ["You said: hello"]);
}

#[tokio::test]
async fn what_does_not_fit_in_the_first_message_follows_by_calls() {
    let story = story().await;
    let ana = story.twilio().person("Ana", ANA);
    let long: &'static str = Box::leak("words and more words. ".repeat(150).into_boxed_str());
    story.model.will([Say::Text(long)]);
    let said = says(&ana, "tell me more");
    heard(&story, 1).await;
    answer(&story).await;
    assert!(said.await.unwrap().body.contains("<Body>words and more"));
    story.settle().await;
    let texts = ana.texts();
    assert_eq!(texts.join(" "), long.trim());
    assert_eq!(sends(&story), texts.len() - 1);
}

#[tokio::test]
async fn what_nobody_waits_for_is_answered_at_once() {
    let story = story().await;
    let (ana, ben) = (story.twilio().person("Ana", ANA), story.twilio().person("Ben", BEN));
    let said = says(&ana, "hello");
    heard(&story, 1).await;
    answer(&story).await;
    said.await.unwrap();
    story.settle().await;
    // The clock stands still: whoever waited would wait for ever.
    let status = story.twilio().send_status(&ana.inbox()[0].id, "read", None).await;
    let again = story.twilio().replay_last().await;
    let sms = ben.sends(ben.sms("hello")).await;
    for answer in [status, again, sms] {
        assert_eq!(answer.status, 200);
        assert!(answer.body.contains("<Response/>"), "{}", answer.body);
    }
}
