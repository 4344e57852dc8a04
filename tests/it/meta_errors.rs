//! Each of Meta's error codes, as a refused send and as a failed status.

use std::sync::Arc;

use olifant::domain::change::{Change, Subject};
use olifant::domain::message::{Message, Role, Status};
use olifant::sandbox::Receipts;
use olifant::sandbox::gate::Fault;
use olifant::sandbox::meta::Person;
use serde_json::json;

use crate::harness::{ANA, Story};
use crate::listener::{Listener, SECRET};

/// What comes of a code.
#[derive(Clone, Copy, Debug, PartialEq)]
enum Fate {
    /// The message fails; the operator is told.
    Fails,
    /// The message is tried again, and nothing else waits.
    Again,
    /// The whole number waits.
    Slows,
    /// The whole number waits, and the operator is told.
    Stops,
    /// The number waits for the operator.
    Unpaid,
}
use Fate::{Again, Fails, Slows, Stops, Unpaid};

/// The table of Meta's errors: code, HTTP status, fate.
const TABLE: [(u32, u16, Fate); 58] = [
    (0, 401, Stops),
    (190, 401, Stops),
    (3, 403, Stops),
    (10, 403, Stops),
    (200, 403, Stops),
    (299, 403, Stops),
    (368, 403, Stops),
    (131_031, 403, Stops),
    (130_497, 403, Fails),
    (131_042, 400, Unpaid),
    (131_037, 400, Stops),
    (131_045, 400, Stops),
    (133_010, 400, Stops),
    (4, 400, Slows),
    (80_007, 400, Slows),
    (130_429, 400, Slows),
    (131_056, 400, Again),
    (131_048, 400, Stops),
    (133_016, 400, Stops),
    (1, 400, Again),
    (2, 503, Again),
    (131_000, 500, Again),
    (131_016, 500, Again),
    (131_057, 500, Slows),
    (135_000, 400, Again),
    (33, 400, Fails),
    (100, 400, Fails),
    (131_008, 400, Fails),
    (131_009, 400, Fails),
    (131_021, 400, Fails),
    (131_005, 403, Stops),
    (131_026, 400, Fails),
    (131_030, 400, Fails),
    (131_047, 400, Fails),
    (131_049, 400, Fails),
    (131_050, 400, Fails),
    (130_472, 400, Fails),
    (131_051, 400, Fails),
    (131_052, 400, Fails),
    (131_053, 400, Fails),
    (131_062, 400, Fails),
    (131_063, 400, Fails),
    (131_064, 400, Stops),
    (137_000, 400, Fails),
    (132_000, 400, Fails),
    (132_001, 404, Fails),
    (132_005, 400, Fails),
    (132_007, 400, Fails),
    (132_008, 400, Fails),
    (132_012, 400, Fails),
    (132_015, 400, Fails),
    (132_016, 400, Fails),
    (132_068, 400, Fails),
    (132_069, 400, Again),
    (131_020, 400, Fails),
    (131_041, 400, Fails),
    (131_201, 400, Fails),
    (139_999, 400, Fails),
];

#[tokio::test]
async fn each_code_of_a_refused_send_has_its_consequence() {
    let (story, listener) = listening().await;
    let ana = story.meta().person("Ana", ANA);
    for (code, status, fate) in TABLE {
        let before = (ana.inbox().len(), listener.heard().len());
        story.meta().fault(Fault::Error { status, code, retry_after: None });
        ana.says("hello").await;
        story.advance(1);
        story.work().await;
        let row = reply(&story).await;
        assert_eq!(row.status == Status::Failed, fate == Fails, "{code}");
        assert_eq!(waits(&story).await, matches!(fate, Slows | Stops | Unpaid), "{code}");
        come_through(&story, fate).await;
        let arrived = ana.inbox().len() - before.0;
        assert_eq!(arrived, usize::from(fate != Fails), "{code}");
        assert_told(&listener, before.1, code, fate);
        if fate == Fails {
            assert_eq!(reply(&story).await.failure.unwrap().code, Some(code));
        }
    }
}

#[tokio::test]
async fn each_code_of_a_failed_status_has_the_same_consequence() {
    let (story, listener) = listening().await;
    let ana = story.meta().person("Ana", ANA);
    story.meta().receipts(Receipts::Manual);
    for (code, _, fate) in TABLE {
        let before = listener.heard().len();
        ana.says("hello").await;
        story.settle().await;
        let sent = ana.inbox().len();
        fail(&story, &ana, code).await;
        assert_eq!(waits(&story).await, matches!(fate, Slows | Stops | Unpaid), "{code}");
        come_through(&story, fate).await;
        assert_eq!(ana.inbox().len() - sent, usize::from(fate != Fails), "{code}");
        let stands = if fate == Fails { Status::Failed } else { Status::Sent };
        assert_eq!(reply(&story).await.status, stands, "{code}");
        assert!(listener.heard().len() > before, "a failed receipt is told: {code}");
    }
}

#[tokio::test]
async fn the_pairs_own_waits_hold_up_nobody_else() {
    let story = Story::new().await;
    let (ana, ben) = (story.meta().person("Ana", ANA), story.meta().person("Ben", "15550100002"));
    story.meta().fault(Fault::Error { status: 400, code: 131_056, retry_after: Some(30) });
    ana.says("hello").await;
    story.advance(1);
    story.work().await;
    ben.says("hello").await;
    story.advance(1);
    story.work().await;
    assert_eq!((ana.inbox().len(), ben.inbox().len()), (0, 1));
    story.advance(29);
    story.work().await;
    assert_eq!(ana.inbox().len(), 1, "not before Meta's own wait is over");
}

#[tokio::test]
async fn without_metas_words_a_number_slows_down_and_loses_nothing() {
    let story = Story::new().await;
    let ana = story.meta().person("Ana", ANA);
    story.meta().fault(Fault::Html500);
    ana.says("hello").await;
    story.settle().await;
    assert_eq!(ana.texts(), ["You said: hello"]);
    story.assert_done().await;
}

async fn fail(story: &Story, ana: &Person, code: u32) {
    let wamid = ana.inbox().last().unwrap().id.clone();
    let errors = json!([{ "code": code, "title": "x", "error_data": { "details": "y" } }]);
    assert_eq!(story.meta().send_status(&wamid, "failed", Some(errors)).await.status, 200);
}

/// Works on, with the operator's help if it needs any, until the next matter
/// is worth an alert of its own.
async fn come_through(story: &Story, fate: Fate) {
    if fate == Unpaid {
        let number = Subject::Number("meta".into());
        story.store().apply(number, vec![Change::ResumeNumber]).await.unwrap();
    }
    story.settle().await;
    story.advance(3601);
}

async fn waits(story: &Story) -> bool {
    story.store().number(&"meta".into()).await.unwrap().paused.is_some()
}

async fn reply(story: &Story) -> Message {
    let rows = story.transcript().await;
    rows.into_iter().rfind(|row| row.role == Role::Assistant).unwrap()
}

/// What stops a number or ends a message is told once, what passes is not.
fn assert_told(listener: &Listener, before: usize, code: u32, fate: Fate) {
    let heard = listener.heard();
    let kinds: Vec<_> = heard[before..].iter().map(|(_, body)| &body["data"]["kind"]).collect();
    match fate {
        Fails => assert_eq!(kinds, ["delivery_failed"], "{code}"),
        Stops | Unpaid => assert_eq!(kinds, ["number_stopped"], "{code}"),
        Again | Slows => assert!(kinds.is_empty(), "{code}: {kinds:?}"),
    }
}

/// A story whose alerts are heard.
async fn listening() -> (Story, Arc<Listener>) {
    let listener = Arc::new(Listener::default());
    let mut story = Story::asleep("", "").await;
    let url = story.serve(listener.router()).await;
    story.configure(&format!("[alerts]\nurl = \"{url}/hear\"\nsecret = \"{SECRET}\"\n"));
    story.start().await;
    (story, listener)
}
