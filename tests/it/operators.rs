//! The operators' terminal: who waits, answering, handing back; what did not
//! arrive, tried once more or given up.

use std::sync::Arc;

use olifant::sandbox::Receipts;
use olifant::sandbox::gate::Fault;
use serde_json::{Value, json};

use crate::harness::{ANA, BEN, Story};
use crate::listener::{Listener, SECRET};
use crate::model::Say;
use crate::remembering_cli::Shell;

const UNDELIVERABLE: Fault = Fault::Error { status: 400, code: 131_026, retry_after: None };

fn handoff(reason: &str) -> Say {
    Say::Call("handoff", json!({ "reason": reason, "summary": "paid twice" }))
}

/// A field of each line of a list.
fn each<'a>(list: &'a Value, field: &str) -> Vec<&'a str> {
    let lines = list.as_array().unwrap().iter();
    lines.map(|line| line[field].as_str().unwrap_or_default()).collect()
}

fn text(value: &Value) -> &str {
    value.as_str().unwrap()
}

#[tokio::test]
async fn who_was_handed_over_is_seen_answered_and_handed_back() {
    let story = Story::new().await;
    let (ana, ben) = (story.meta().person("Ana", ANA), story.twilio().person("Ben", BEN));
    ben.says("hi").await;
    story.settle().await;
    story.advance(5);
    story.model.will([handoff("wants a refund")]);
    ana.says("I paid twice").await;
    story.settle().await;

    let shell = Shell::of(&story).await;
    let all = shell.json(&["conversations", "list"]);
    assert_eq!(each(&all, "called"), ["Ana", "Ben"], "the newest first");
    assert_eq!(each(&all, "answers"), ["human", "assistant"]);
    let waiting = shell.json(&["conversations", "list", "--waiting"]);
    assert_eq!(each(&waiting, "called"), ["Ana"]);
    assert_eq!(
        (&waiting[0]["handover"]["reason"], &waiting[0]["unanswered"]),
        (&json!("wants a refund"), &json!(1))
    );
    let table = shell.run(&["conversations", "list", "--waiting"]).ok().out;
    for words in ["a human, waited for since 2027-01-15", "wants a refund", "Ana", "meta"] {
        assert!(table.contains(words), "{table}");
    }

    let id = text(&waiting[0]["short"]);
    let shown = shell.json(&["conversations", "show", id]);
    assert_eq!(each(&shown["messages"], "speaker"), ["person", "assistant"]);
    let reply = ["conversations", "reply", id, "I'll look at it.", "--key", "refund"];
    let said = shell.json(&reply);
    assert_eq!(shell.json(&reply)["id"], said["id"], "the same key is the same message");
    let other = ["conversations", "reply", id, "Something else.", "--key", "refund"];
    shell.run(&other).failed("another message was written under this key");
    story.settle().await;
    assert_eq!(ana.texts().last().unwrap(), "I'll look at it.");
    assert_eq!(ana.texts().len(), 2, "once");
    assert!(each(&shell.json(&["conversations", "list", "--waiting"]), "id").is_empty());

    ana.says("thank you").await;
    story.settle().await;
    assert_eq!(ana.texts().len(), 2, "the assistant is silent");
    assert_eq!(each(&shell.json(&["conversations", "list", "--waiting"]), "called"), ["Ana"]);
    let transcript =
        shell.run(&["conversations", "show", &format!("+{ANA}"), "--business", "main"]);
    let transcript = transcript.ok().out;
    for words in ["operator  (read)\n    I'll look at it.", "no answer: ", "person"] {
        assert!(transcript.contains(words), "{transcript}");
    }

    let resumed = shell.json(&["conversations", "resume", id]);
    assert_eq!((&resumed["answers"], &resumed["handover"]), (&json!("assistant"), &Value::Null));
    ana.says("one more thing").await;
    story.settle().await;
    assert_eq!(ana.texts().last().unwrap(), "You said: thank you | one more thing");
    let shown = shell.json(&["conversations", "show", id, "--last", "1"]);
    assert_eq!(each(&shown["messages"], "speaker"), ["assistant"]);
    story.assert_done().await;
}

#[tokio::test]
async fn a_conversation_is_a_humans_for_a_while_or_until_it_is_resumed() {
    let story = Story::new().await;
    let ana = story.meta().person("Ana", ANA);
    ana.says("hello").await;
    story.settle().await;
    let shell = Shell::of(&story).await;
    let id = shell.json(&["conversations", "list"])[0]["id"].as_str().unwrap().to_owned();
    story.advance(60);
    let paused = shell.json(&["conversations", "pause", &id, "--minutes", "30"]);
    let until = story.clock.now() + std::time::Duration::from_secs(1800);
    assert_eq!((&paused["answers"], &paused["until"]), (&json!("human"), &json!(until)));
    assert_eq!(paused["waits"], false, "nothing was said since the assistant's answer");
    ana.says("anybody there?").await;
    story.settle().await;
    assert_eq!(ana.texts().len(), 1);
    story.advance(1800);
    ana.says("hello again").await;
    story.settle().await;
    assert_eq!(ana.texts().len(), 2, "the pause is over");
    assert_eq!(shell.json(&["conversations", "pause", &id])["until"], Value::Null);
    story.advance(25 * 3600);
    let late = shell.run(&["conversations", "reply", &id, "Still there?"]);
    late.failed("the person has not written in the last 24 hours");
    assert_eq!(shell.json(&["conversations", "list"])[0]["window_until"], Value::Null);
    assert_eq!(shell.json(&["conversations", "resume", &id])["answers"], "assistant");
}

#[tokio::test]
async fn conversations_are_found_by_name_by_number_and_by_what_was_said() {
    let story = Story::new().await;
    let (ana, ben) = (story.meta().person("Ana", ANA), story.twilio().person("Ben", BEN));
    ana.says("do you mend blue bicycles?").await;
    ben.says("hi").await;
    story.settle().await;
    let shell = Shell::of(&story).await;
    let found = |more: &[&str]| {
        let list = shell.json(&[&["conversations", "list"], more].concat());
        each(&list, "called").into_iter().map(str::to_owned).collect::<Vec<_>>()
    };
    assert_eq!(found(&["--search", "bicycle blue"]), ["Ana"], "in whatever order and form");
    assert_eq!(found(&["--search", "ben"]), ["Ben"]);
    assert_eq!(found(&["--search", "555 010 0001"]), ["Ana"]);
    assert!(found(&["--search", "red bicycle"]).is_empty());
    assert_eq!(found(&["--number", "twilio"]), ["Ben"]);
    assert_eq!(found(&["--limit", "1"]).len(), 1);
    assert!(found(&["--since", "2030-01-01"]).is_empty());
    shell.run(&["conversations", "list", "--number", "shop"]).failed("there is no number shop");
    let found = shell.json(&["conversations", "list", "--search", "bicycle"]);
    assert_eq!(found[0]["found"]["text"], "You said: do you mend blue bicycles?", "the newest");

    let (id, short) = (text(&found[0]["id"]), text(&found[0]["short"]));
    assert!(short.len() < id.len() && id.starts_with(short));
    assert_eq!(shell.json(&["turns", "list", "--conversation", short])[0]["number"], "meta");
    shell.run(&["conversations", "show", &id[..4]]).failed("write more of the id");
    shell.run(&["conversations", "show", "ffff"]).failed("there is no such conversation");
}

#[tokio::test]
async fn what_failed_is_listed_with_its_reason_and_goes_once_more() {
    let story = Story::new().await;
    let ana = story.meta().person("Ana", ANA);
    story.meta().fault(UNDELIVERABLE);
    ana.says("one").await;
    story.settle().await;
    let shell = Shell::of(&story).await;
    let failed = shell.json(&["deliveries", "list", "--failed"]);
    assert_eq!(
        (&failed[0]["called"], &failed[0]["stage"], &failed[0]["code"], &failed[0]["text"]),
        (&json!("Ana"), &json!("failed"), &json!(131_026), &json!("You said: one"))
    );
    assert_eq!(each(&shell.json(&["conversations", "list", "--waiting"]), "called"), ["Ana"]);
    let table = shell.run(&["deliveries", "list"]).ok().out;
    assert!(table.contains(text(&failed[0]["reason"])) && table.contains("(131026)"), "{table}");

    // What is said later waits behind it.
    shell.run(&["numbers", "pause", "meta"]).ok();
    ana.says("two").await;
    story.advance(2);
    story.work().await;
    let waiting = shell.json(&["deliveries", "list", "--waiting"]);
    assert_eq!(each(&waiting, "reason"), ["the number is paused: an operator paused it"]);
    let id = text(&failed[0]["short"]);
    assert_eq!(shell.json(&["deliveries", "retry", id])["status"], "queued");
    assert_eq!(each(&shell.json(&["deliveries", "list"]), "stage"), ["waiting", "waiting"]);
    shell.run(&["deliveries", "retry", id]).failed("it has not failed");
    shell.run(&["numbers", "resume", "meta"]).ok();
    story.settle().await;
    assert_eq!(ana.texts(), ["You said: one", "You said: one | two"], "in the order of the talk");
    shell.run(&["deliveries", "drop", id]).failed("it does not wait");
    assert!(each(&shell.json(&["deliveries", "list"]), "id").is_empty());
    story.assert_done().await;
}

#[tokio::test]
async fn what_is_still_told_of_the_first_send_does_not_fail_the_second() {
    let story = Story::new().await;
    let ana = story.meta().person("Ana", ANA);
    story.meta().receipts(Receipts::Manual);
    ana.says("one").await;
    story.settle().await;
    let first = ana.inbox().pop().unwrap().id;
    let errors = json!([{ "code": 131_026, "title": "Message undeliverable" }]);
    story.meta().send_status(&first, "failed", Some(errors.clone())).await;
    let shell = Shell::of(&story).await;
    let failed = shell.json(&["deliveries", "list", "--failed"]);
    shell.run(&["deliveries", "retry", text(&failed[0]["id"])]).ok();
    story.meta().send_status(&first, "failed", Some(errors)).await;
    story.settle().await;
    let second = ana.inbox().pop().unwrap().id;
    assert_ne!(first, second, "it was sent once more");
    story.meta().send_status(&second, "delivered", None).await;
    let shown = shell.json(&["conversations", "list"]);
    assert_eq!(shown[0]["last"]["status"], "delivered");
}

#[tokio::test]
async fn a_dropped_delivery_is_not_sent_and_everybody_is_told() {
    let listener = Arc::new(Listener::default());
    let mut story = Story::asleep("", "").await;
    let url = story.serve(listener.router()).await;
    let kinds = "kinds = [\"delivery.failed\"]";
    story.configure(&format!("[events]\nurl = \"{url}/hear\"\nsecret = \"{SECRET}\"\n{kinds}"));
    story.start().await;
    let ana = story.meta().person("Ana", ANA);
    let shell = Shell::of(&story).await;
    shell.run(&["numbers", "pause", "meta"]).ok();
    ana.says("one").await;
    story.advance(2);
    story.work().await;
    let waiting = shell.json(&["deliveries", "list"]);
    let id = text(&waiting[0]["short"]);
    assert_eq!(shell.json(&["deliveries", "drop", id])["status"], "dropped");
    shell.run(&["deliveries", "drop", id]).failed("it does not wait");
    shell.run(&["numbers", "resume", "meta"]).ok();
    story.settle().await;
    assert!(ana.texts().is_empty());
    assert_eq!(listener.heard()[0].1["data"]["reason"], "an operator dropped it");
    let conversation = text(&shell.json(&["conversations", "list"])[0]["short"]).to_owned();
    let transcript = shell.run(&["conversations", "show", &conversation]).ok().out;
    assert!(transcript.contains("assistant  (not sent)"), "{transcript}");
    story.assert_done().await;
}

#[tokio::test]
async fn what_is_on_its_way_can_not_be_dropped_and_who_opted_out_gets_nothing() {
    let story = Story::new().await;
    let ana = story.meta().person("Ana", ANA);
    story.meta().fault(Fault::LoseAnswer);
    ana.says("one").await;
    story.advance(2);
    story.meta().receipts(Receipts::Manual);
    story.work().await;
    let shell = Shell::of(&story).await;
    let unsure = shell.json(&["deliveries", "list", "--waiting"]);
    assert_eq!(each(&unsure, "stage"), ["uncertain"]);
    shell.run(&["deliveries", "drop", text(&unsure[0]["id"])]).failed("on its way");
    story.meta().receipts(Receipts::Automatic);
    story.settle().await;

    story.meta().fault(UNDELIVERABLE);
    ana.says("two").await;
    story.settle().await;
    ana.says("STOP").await;
    story.settle().await;
    let failed = shell.json(&["deliveries", "list", "--failed"]);
    let retry = ["deliveries", "retry", text(&failed[0]["id"])];
    shell.run(&retry).failed("the person wants no messages");
}

#[tokio::test]
async fn the_same_commands_work_on_a_stopped_store() {
    let mut story = Story::new().await;
    let ana = story.meta().person("Ana", ANA);
    story.meta().fault(UNDELIVERABLE);
    ana.says("one").await;
    story.settle().await;
    let shell = Shell::of(&story).await;
    let lists: [&[&str]; 2] = [&["conversations", "list"], &["deliveries", "list"]];
    let running = lists.map(|list| shell.json(list));
    story.kill().await;
    let stopped = lists.map(|list| shell.json(list));
    assert_eq!(stopped[1], running[1]);
    assert_eq!(stopped[0][0]["id"], running[0][0]["id"]);
    shell.run(&["deliveries", "retry", text(&stopped[1][0]["short"])]).ok();
    let id = text(&stopped[0][0]["short"]);
    shell.run(&["conversations", "reply", id, "Sorry for the wait."]).ok();
    story.start().await;
    story.settle().await;
    assert_eq!(ana.texts(), ["Sorry for the wait."], "a human's answer gives up the assistant's");
}
