//! Sent once, whatever the provider does.

use olifant::domain::message::Status;
use olifant::sandbox::Receipts;
use olifant::sandbox::gate::{Fault, Switches};
use serde_json::json;

use crate::harness::{ANA, BEN, Story};
use crate::model::Say;

#[tokio::test]
async fn a_refused_connection_or_a_slow_down_is_tried_again() {
    for fault in [
        Fault::Error { status: 400, code: 131_056, retry_after: None },
        Fault::Error { status: 500, code: 131_000, retry_after: None },
        Fault::Error { status: 400, code: 130_429, retry_after: Some(7) },
    ] {
        let story = Story::new().await;
        let ana = story.meta().person("Ana", ANA);
        story.meta().fault(fault);
        ana.says("hello").await;
        story.settle().await;
        assert_eq!(ana.texts(), ["You said: hello"]);
        story.assert_done().await;
    }
}

#[tokio::test]
async fn what_never_goes_through_is_kept_as_failed_and_the_next_message_goes() {
    let story = Story::new().await;
    let ana = story.meta().person("Ana", ANA);
    story.meta().fault(Fault::Error { status: 400, code: 131_026, retry_after: None });
    ana.says("one").await;
    story.settle().await;
    let reply = story.transcript().await.pop().unwrap();
    assert_eq!((reply.status, reply.failure.unwrap().code), (Status::Failed, Some(131_026)));
    ana.says("two").await;
    story.settle().await;
    assert_eq!(ana.texts(), ["You said: one | two"], "the model knows that one was not answered");
}

#[tokio::test]
async fn an_expired_token_stops_the_number_keeps_the_queue_and_recovers() {
    let story = Story::new().await;
    let (ana, ben) = (story.meta().person("Ana", ANA), story.meta().person("Ben", BEN));
    story.meta().fault(Fault::Error { status: 401, code: 190, retry_after: None });
    ana.says("one").await;
    story.advance(1);
    story.work().await;
    let sends = story.sandbox.calls().len();
    ben.says("two").await;
    story.advance(1);
    story.work().await;
    assert_eq!(story.sandbox.calls().len(), sends, "nothing is sent from a stopped number");
    story.settle().await;
    assert_eq!(
        (ana.texts(), ben.texts()),
        (vec!["You said: one".into()], vec!["You said: two".into()])
    );
}

#[tokio::test]
async fn a_lost_answer_is_settled_by_its_receipt() {
    let story = Story::new().await;
    let ana = story.meta().person("Ana", ANA);
    story.meta().fault(Fault::LoseAnswer);
    ana.says("hello").await;
    story.settle().await;
    assert_eq!(ana.texts(), ["You said: hello"]);
    assert_eq!(story.transcript().await.pop().unwrap().status, Status::Read);
    story.assert_done().await;
}

#[tokio::test]
async fn a_lost_request_is_sent_once_more_after_the_grace() {
    let story = Story::new().await;
    let ana = story.meta().person("Ana", ANA);
    story.meta().fault(Fault::DropRequest);
    ana.says("hello").await;
    story.advance(1);
    story.work().await;
    story.advance(59);
    story.work().await;
    assert!(ana.texts().is_empty(), "the grace is not over");
    story.settle().await;
    assert_eq!(ana.texts(), ["You said: hello"]);
}

#[tokio::test]
async fn with_hold_an_uncertain_message_waits_for_the_operator() {
    let story = Story::with("[sending]\nuncertain = \"hold\"").await;
    let ana = story.meta().person("Ana", ANA);
    story.meta().fault(Fault::DropRequest);
    ana.says("hello").await;
    story.settle().await;
    assert!(ana.texts().is_empty());
    assert_eq!(story.transcript().await.pop().unwrap().status, Status::Failed);
}

#[tokio::test]
async fn a_second_doubt_is_a_failed_delivery() {
    let story = Story::new().await;
    let ana = story.meta().person("Ana", ANA);
    for _ in 0..2 {
        story.meta().fault(Fault::DropRequest);
    }
    ana.says("hello").await;
    story.settle().await;
    assert!(ana.texts().is_empty());
    assert_eq!(story.transcript().await.pop().unwrap().status, Status::Failed);
    story.assert_done().await;
}

#[tokio::test]
async fn twilio_is_asked_whether_a_message_without_a_receipt_went_out() {
    let story = Story::new().await;
    let ana = story.twilio().person("Ana", ANA);
    story.twilio().receipts(Receipts::Manual);
    story.twilio().fault(Fault::LoseAnswer);
    ana.says("hello").await;
    story.settle().await;
    assert_eq!(ana.texts(), ["You said: hello"], "found in the list, not sent again");
    let lists = story.sandbox.calls().into_iter().filter(|call| call.method == "GET").count();
    assert_eq!(lists, 1);
}

#[tokio::test]
async fn a_twilio_that_can_not_tell_now_is_asked_again_before_anything_is_sent_twice() {
    let story = Story::new().await;
    let (twilio, ana) = (story.twilio(), story.twilio().person("Ana", ANA));
    twilio.receipts(Receipts::Manual);
    twilio.fault(Fault::LoseAnswer);
    ana.says("hello").await;
    story.advance(1);
    story.work().await;
    twilio.switch(Switches { token_revoked: true, ..Switches::default() });
    for _ in 0..3 {
        story.advance(60);
        story.work().await;
    }
    twilio.switch(Switches::default());
    story.settle().await;
    assert_eq!(ana.texts(), ["You said: hello"], "found at last, not sent again");
}

#[tokio::test]
async fn a_doubt_outlives_a_restart_with_and_without_a_receipt() {
    for processed in [true, false] {
        let mut story = Story::new().await;
        let ana = story.meta().person("Ana", ANA);
        let door = (!processed).then(|| story.meta().door());
        if processed {
            story.meta().fault(Fault::Hang { processed });
        }
        ana.says("hello").await;
        let _work = story.begin();
        match &door {
            Some(door) => door.reached().await,
            None => {
                ana.receives(1).await;
                story.sandbox.settled().await;
            }
        }
        story.kill().await;
        story.meta().release();
        story.start().await;
        story.settle().await;
        assert_eq!(ana.texts(), ["You said: hello"], "processed: {processed}");
        story.assert_done().await;
    }
}

#[tokio::test]
async fn receipts_out_of_order_and_twice_only_move_forward() {
    let story = Story::new().await;
    let ana = story.meta().person("Ana", ANA);
    story.meta().receipts(Receipts::Manual);
    ana.says("hello").await;
    story.settle().await;
    let wamid = ana.inbox()[0].id.clone();
    for (status, stands) in [
        ("delivered", Status::Delivered),
        ("sent", Status::Delivered),
        ("read", Status::Read),
        ("delivered", Status::Read),
        ("read", Status::Read),
        ("deleted", Status::Read),
    ] {
        assert_eq!(story.meta().send_status(&wamid, status, None).await.status, 200);
        assert_eq!(story.transcript().await.pop().unwrap().status, stands, "after {status}");
    }
}

#[tokio::test]
async fn a_failed_receipt_is_decided_like_a_failed_send() {
    let story = Story::new().await;
    let ana = story.meta().person("Ana", ANA);
    story.meta().receipts(Receipts::Manual);
    ana.says("one").await;
    story.settle().await;
    let error = |code: u32| Some(json!([{"code": code, "title": "x"}]));
    let first = ana.inbox()[0].id.clone();
    story.meta().send_status(&first, "failed", error(131_056)).await;
    story.settle().await;
    assert_eq!(ana.texts().len(), 2, "a passing failure: sent once more");
    let second = ana.inbox()[1].id.clone();
    story.meta().send_status(&second, "failed", error(131_056)).await;
    story.settle().await;
    assert_eq!(ana.texts().len(), 2, "but only once");
    assert_eq!(story.transcript().await.pop().unwrap().status, Status::Failed);
    ana.says("two").await;
    story.settle().await;
    let third = ana.inbox()[2].id.clone();
    story.meta().send_status(&third, "failed", error(131_047)).await;
    story.settle().await;
    assert_eq!(ana.texts().len(), 3, "the window is closed: nothing helps");
    let row = story.transcript().await.pop().unwrap();
    assert_eq!((row.status, row.failure.unwrap().code), (Status::Failed, Some(131_047)));
}

#[tokio::test]
async fn the_pair_rate_is_kept_by_waiting_not_by_failing() {
    let story = Story::new().await;
    let ana = story.twilio().person("Ana", ANA);
    let long: &'static str = Box::leak("words and more words. ".repeat(5000).into_boxed_str());
    story.model.will([Say::Text(long)]);
    ana.says("tell me everything").await;
    story.settle().await;
    let texts = ana.texts();
    assert!(texts.len() > 50, "{}", texts.len());
    assert_eq!(texts.join(" "), long.trim());
}
