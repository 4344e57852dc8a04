//! `olifant chat`: the same assistant at a terminal, with people of its own,
//! and nothing that leaves the machine.

use std::io::Write;
use std::path::Path;
use std::process::{Output, Stdio};

use reqwest::Method;
use serde_json::{Value, json};

use crate::binary::olifant;
use crate::harness::{ANA, Story};
use crate::listener::{Listener, SECRET};
use crate::model::Say;
use crate::operating::operate;
use crate::stops::Stop;

const OLGA: &str = "+15550100190";
const DESK: &str = "[handoff]\noperators = [\"+1 555 010 0190\"]\n";

/// `olifant chat` in a folder with an `olifant.toml`; what it prints.
pub fn chat(folder: &Path, more: &[&str], lines: &str) -> String {
    let (out, err) = told(folder, more, lines);
    assert!(!out.is_empty(), "{err}");
    out
}

fn told(folder: &Path, more: &[&str], lines: &str) -> (String, String) {
    let mut command = olifant(&[&["chat", "--config", "olifant.toml"], more].concat());
    let command = command.current_dir(folder).stdin(Stdio::piped());
    let mut child = command.stdout(Stdio::piped()).stderr(Stdio::piped()).spawn().unwrap();
    child.stdin.take().unwrap().write_all(lines.as_bytes()).unwrap();
    let Output { status, stdout, stderr } = child.wait_with_output().unwrap();
    let text = |bytes| String::from_utf8(bytes).unwrap();
    let (out, err) = (text(stdout), text(stderr));
    assert_eq!(status.code(), Some(0), "{out}{err}");
    (out, err)
}

/// A configuration without a number.
fn configured(more: &str) -> tempfile::TempDir {
    let folder = tempfile::tempdir().unwrap();
    let text = format!(
        "[store]\nurl = \"sled:store\"\ncache_mb = 16\nmin_free_mb = 0\n[assistant]\n\
         introduce = false\n{more}"
    );
    std::fs::write(folder.path().join("olifant.toml"), text).unwrap();
    folder
}

#[test]
fn it_remembers_between_two_chats_until_it_is_told_to_forget() {
    let folder = configured("");
    let said = chat(folder.path(), &[], "Hello! My name is Mariana.\n");
    assert!(said.contains("Mariana"), "{said}");
    let said = chat(folder.path(), &["--as", "+15550124"], "What is my name?\n");
    assert!(!said.contains("Mariana"), "somebody else: {said}");
    let said = chat(folder.path(), &[], "What is my name?\n/memory\n");
    assert_eq!(said.matches("Mariana").count(), 2, "{said}");

    let said = chat(folder.path(), &[], "/forget all\n1\nWhat is my name?\n");
    let (asked, after) = said.split_once("\n1. ").expect("something to choose");
    assert!(asked.contains("delete"), "{said}");
    assert!(after.contains("Everything is deleted") && !after.contains("Mariana"), "{said}");
}

#[test]
fn a_script_gets_json_a_line_and_silence_has_its_reason() {
    let folder = configured("");
    let (out, err) = told(folder.path(), &[], "STOP\nhello?\n");
    assert_eq!(out.lines().filter(|line| !line.is_empty()).count(), 1, "{out}");
    assert!(err.contains("(the person wants no messages)"), "{err}");
    let out = chat(folder.path(), &["--json"], "/start\nhello\n");
    let heard: Vec<Value> = out.lines().map(|line| serde_json::from_str(line).unwrap()).collect();
    assert_eq!(heard.len(), 2, "{out}");
    assert_eq!((&heard[1]["assistant"], &heard[1]["reason"]), (&json!("Olifant"), &Value::Null));
    assert!(heard[1]["told"][0]["text"].is_string(), "{out}");
}

#[test]
fn a_model_that_is_named_and_has_no_key_is_told_of() {
    let folder = configured("[llm]\nmodel = \"gpt-5-mini\"\n");
    let (out, err) = told(folder.path(), &[], "hello\n");
    assert!(!out.is_empty() && err.contains("the demo answers"), "{err}");
}

/// What somebody at a terminal hears, on the running program.
async fn hears(story: &Story, person: &str, said: Value) -> Value {
    let mut line = json!({ "person": person, "business": "main" });
    line.as_object_mut().unwrap().extend(said.as_object().unwrap().clone());
    let (status, heard) = operate(story, Method::POST, "/chat", line).await;
    assert_eq!(status, 200, "{heard}");
    heard
}

async fn says(story: &Story, person: &str, text: &str) -> Value {
    hears(story, person, json!({ "text": text })).await
}

fn texts(heard: &Value) -> Vec<&str> {
    let told = heard["told"].as_array().unwrap();
    told.iter().map(|content| content["text"].as_str().unwrap()).collect()
}

#[tokio::test]
async fn a_customer_with_the_same_number_is_somebody_else() {
    let story = Story::new().await;
    story.meta().person("Ana", ANA).says("my dog is Rex").await;
    story.settle().await;
    let person = format!("+{ANA}");
    assert_eq!(texts(&says(&story, &person, "hello").await), ["You said: hello"]);
    assert_eq!(story.meta().person("Ana", ANA).texts().len(), 1, "she is not written to");
    let prompt = story.model.asked().pop().unwrap().to_string();
    assert!(!prompt.contains("Rex") && !prompt.contains("chat:main"), "{prompt}");

    let known = story.person("main", ANA).await.unwrap();
    assert_eq!(known.conversations.len(), 1);
    let path = format!("/people/{person}/turns?business=chat:main&limit=5");
    let (_, turns) = operate(&story, Method::GET, &path, Value::Null).await;
    assert_eq!((&turns[0]["number"], &turns[1]), (&json!("chat:main"), &Value::Null));
    let (_, numbers) = operate(&story, Method::GET, "/numbers", Value::Null).await;
    assert!(!numbers.to_string().contains("chat:"), "{numbers}");
}

#[tokio::test]
async fn the_operator_of_a_chat_is_told_and_answers_at_another_terminal() {
    let story = Story::with(DESK).await;
    let asked = says(&story, "+15550123", "a person please").await;
    assert_eq!(texts(&asked), ["A person from our team will answer you here."]);
    let told = hears(&story, OLGA, json!({})).await;
    assert!(texts(&told)[0].starts_with("+15550123 asks for a person"), "{told}");
    hears(&story, OLGA, json!({ "text": "Come at nine.", "quotes": true })).await;
    let heard = hears(&story, "+15550123", json!({})).await;
    assert_eq!(texts(&heard), ["Come at nine."]);
    let silent = says(&story, "+15550123", "thanks").await;
    assert_eq!(
        (texts(&silent).len(), &silent["reason"]),
        (0, &json!("a human answers, and was told"))
    );
    assert!(story.sandbox.calls().is_empty(), "nobody is written to");
}

#[tokio::test]
async fn what_a_dead_program_was_saying_reaches_no_provider_either() {
    let mut story = Story::asleep("", "").await;
    let stopped = story.start_stopping(Stop::BeforeFinishOfDelivery, 0).await;
    let line = json!({ "person": format!("+{ANA}"), "business": "main", "text": "hello" });
    let asking = operate(&story, Method::POST, "/chat", line);
    let mut reached = stopped.clone();
    tokio::select! {
        answer = asking => panic!("it was answered: {answer:?}"),
        reached = reached.wait_for(|reached| *reached) => drop(reached.unwrap()),
    }
    story.go_on_after(stopped).await;
    assert!(story.sandbox.calls().is_empty());
    let heard = hears(&story, &format!("+{ANA}"), json!({})).await;
    assert_eq!(texts(&heard), ["You said: hello"]);
}

#[tokio::test]
async fn nobody_else_is_told_of_what_is_tried() {
    let listener = std::sync::Arc::new(Listener::default());
    let mut story = Story::asleep("", DESK).await;
    let url = story.serve(listener.router()).await;
    for section in ["events", "alerts"] {
        story.configure(&format!("[{section}]\nurl = \"{url}/hear\"\nsecret = \"{SECRET}\"\n"));
    }
    story.start().await;
    story.model.will((0..9).map(|_| Say::Status(400, None)));
    let heard = says(&story, "+15550123", "hello").await;
    assert!(heard["reason"].as_str().unwrap().contains("400"), "{heard}");
    says(&story, "+15550123", "a person please").await;
    says(&story, "+15550123", "stop").await;
    story.settle().await;
    assert!(listener.heard().is_empty(), "{:?}", listener.types());
}

#[tokio::test]
async fn who_and_which_business_have_to_be_known() {
    let story = Story::new().await;
    let line = |person: &str| json!({ "person": person, "text": "hello" });
    let (status, _) = operate(&story, Method::POST, "/chat", line("+15550123")).await;
    assert_eq!(status, 409, "there are two businesses");
    let other = json!({ "person": "+15550123", "text": "hello", "business": "shop" });
    assert_eq!(operate(&story, Method::POST, "/chat", other).await.0, 404);
    let nobody = json!({ "person": "Ana", "text": "hello", "business": "main" });
    assert_eq!(operate(&story, Method::POST, "/chat", nobody).await.0, 422);
}
