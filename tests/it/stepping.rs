//! The app is stopped between every two steps of a message's way, as by a
//! power cut, and started again: each accepted message is in exactly one
//! finished turn, and each reply arrives once.

use olifant::sandbox::Receipts;
use olifant::sandbox::gate::Fault;

use crate::harness::{ANA, Story};
use crate::model::Say;
use crate::stops::Stop;

/// Stops the app there, starts it again, and looks at what Ana has.
async fn stopped_at(stop: Stop, skip: usize) {
    let mut story = Story::asleep("", "").await;
    let mut reached = story.start_stopping(stop, skip).await;
    let ana = story.meta().person("Ana", ANA);
    let webhook = {
        let ana = ana.clone();
        tokio::spawn(async move { ana.says("hello").await.status })
    };
    let taken = tokio::select! {
        status = webhook => status.unwrap() == 200,
        _ = reached.wait_for(|reached| *reached) => false,
    };
    if taken {
        let _work = story.begin();
        reached.wait_for(|reached| *reached).await.unwrap();
        story.sandbox.settled().await;
    }
    story.kill().await;
    story.start().await;
    if !taken {
        // The provider has no 200, so it delivers again.
        assert_eq!(story.meta().replay_last().await.status, 200);
    }
    story.settle().await;
    assert_eq!(ana.texts(), ["You said: hello"], "stopped at {stop:?}, after {skip}");
    story.assert_done().await;
}

#[tokio::test]
async fn around_the_inbox() {
    stopped_at(Stop::BeforeAccept, 0).await;
    stopped_at(Stop::AfterAccept, 0).await;
}

#[tokio::test]
async fn around_the_claim_of_a_turn() {
    stopped_at(Stop::BeforeClaimOfTurn, 0).await;
    stopped_at(Stop::AfterClaimOfTurn, 0).await;
    stopped_at(Stop::BeforeContext, 0).await;
}

#[tokio::test]
async fn around_the_end_of_a_turn() {
    stopped_at(Stop::BeforeFinishOfTurn, 0).await;
    stopped_at(Stop::AfterFinishOfTurn, 0).await;
}

#[tokio::test]
async fn around_the_end_of_a_delivery() {
    stopped_at(Stop::BeforeFinishOfDelivery, 0).await;
    stopped_at(Stop::AfterFinishOfDelivery, 0).await;
}

/// A delivery is claimed when it is tried again: the first try is refused.
#[tokio::test]
async fn around_the_claim_of_a_delivery() {
    for stop in [Stop::BeforeClaimOfDelivery, Stop::AfterClaimOfDelivery] {
        let mut story = Story::asleep("", "").await;
        let reached = story.start_stopping(stop, 0).await;
        let ana = story.meta().person("Ana", ANA);
        story.meta().fault(Fault::Error { status: 500, code: 131_000, retry_after: None });
        ana.says("hello").await;
        story.go_on_after(reached).await;
        assert_eq!(ana.texts(), ["You said: hello"], "stopped at {stop:?}");
        story.assert_done().await;
    }
}

#[tokio::test]
async fn between_the_parts_of_a_reply() {
    let long: &'static str = Box::leak("a sentence of words. ".repeat(200).into_boxed_str());
    for (stop, skip) in [
        (Stop::AfterFinishOfTurn, 0),
        (Stop::BeforeFinishOfDelivery, 0),
        (Stop::AfterFinishOfDelivery, 0),
        (Stop::BeforeFinishOfDelivery, 1),
        (Stop::AfterFinishOfDelivery, 2),
    ] {
        let mut story = Story::asleep("", "").await;
        let mut reached = story.start_stopping(stop, skip).await;
        let ana = story.twilio().person("Ana", ANA);
        story.model.will([Say::Text(long)]);
        ana.says("tell me").await;
        let _work = story.begin();
        reached.wait_for(|reached| *reached).await.unwrap();
        story.sandbox.settled().await;
        story.kill().await;
        story.start().await;
        story.settle().await;
        let texts = ana.texts();
        assert_eq!(texts.len(), 3, "stopped at {stop:?}, after {skip}");
        assert_eq!(texts.join(" "), long.trim(), "in order, each once");
    }
}

/// A doubt outlives a long stop, and its time counts from the new start:
/// receipts could not come in meanwhile.
#[tokio::test]
async fn while_a_delivery_is_in_doubt() {
    let mut story = Story::new().await;
    let ana = story.meta().person("Ana", ANA);
    story.meta().receipts(Receipts::Manual);
    story.meta().fault(Fault::LoseAnswer);
    ana.says("hello").await;
    story.advance(1);
    story.work().await;
    story.kill().await;
    story.advance(3600);
    story.start().await;
    story.work().await;
    assert_eq!(ana.texts().len(), 1, "it is not sent again at once");
    let wamid = ana.inbox()[0].id.clone();
    assert_eq!(story.meta().send_status(&wamid, "delivered", None).await, 200);
    story.settle().await;
    assert_eq!(ana.texts(), ["You said: hello"]);
    story.assert_done().await;
}

#[tokio::test]
async fn around_a_receipt() {
    // The first accept is the message; then come sent, delivered, read.
    for receipt in 1..=3 {
        stopped_at_receipt(Stop::BeforeAccept, receipt).await;
        stopped_at_receipt(Stop::AfterAccept, receipt).await;
    }
}

/// A receipt whose webhook the app did not answer: the reply stays one.
async fn stopped_at_receipt(stop: Stop, skip: usize) {
    let mut story = Story::asleep("", "").await;
    let reached = story.start_stopping(stop, skip).await;
    let ana = story.meta().person("Ana", ANA);
    assert_eq!(ana.says("hello").await.status, 200);
    story.go_on_after(reached).await;
    assert_eq!(ana.texts(), ["You said: hello"], "stopped at {stop:?}, receipt {skip}");
    story.assert_done().await;
}

#[tokio::test]
async fn while_the_model_thinks() {
    let mut story = Story::new().await;
    let ana = story.meta().person("Ana", ANA);
    let door = story.model.door();
    ana.says("hello").await;
    let _work = story.begin();
    door.reached().await;
    story.kill().await;
    door.open();
    story.start().await;
    story.settle().await;
    assert_eq!(ana.texts(), ["You said: hello"]);
    story.assert_done().await;
}

#[tokio::test]
async fn while_the_provider_takes_the_message() {
    let mut story = Story::new().await;
    let ana = story.meta().person("Ana", ANA);
    let door = story.meta().door();
    ana.says("hello").await;
    let _work = story.begin();
    door.reached().await;
    story.kill().await;
    door.open();
    story.start().await;
    story.settle().await;
    assert_eq!(ana.texts(), ["You said: hello"]);
    story.assert_done().await;
}
