//! A server that speaks OpenAI's protocol and says what a story wants.

use std::collections::VecDeque;
use std::sync::{Arc, Mutex};

use axum::extract::State;
use axum::http::StatusCode;
use axum::response::{Html, IntoResponse, Response};
use axum::routing::{get, post};
use axum::{Json, Router};
use serde_json::{Value, json};
use tokio::sync::{oneshot, watch};

/// What the model does with one question.
pub enum Say {
    /// Answers this.
    Text(&'static str),
    /// Calls this tool with these arguments.
    Call(&'static str, Value),
    /// Stops in the middle because its limit is reached.
    Cut(&'static str),
    /// Refuses with this status, and `Retry-After` if given.
    Status(u16, Option<u64>),
    /// Answers with a page that is no JSON.
    Garbage,
    /// Never answers.
    Hang,
}

/// The stand-in. Without a script it repeats what it was asked.
#[derive(Default)]
pub struct Model {
    script: Mutex<VecDeque<Say>>,
    asked: Mutex<Vec<Value>>,
    doors: Mutex<VecDeque<(watch::Sender<bool>, oneshot::Receiver<()>)>>,
}

/// Holds the next question until it is opened.
pub struct Door {
    reached: watch::Receiver<bool>,
    open: oneshot::Sender<()>,
}

impl Door {
    pub async fn reached(&self) {
        let _ = self.reached.clone().wait_for(|reached| *reached).await;
    }

    pub fn open(self) {
        let _ = self.open.send(());
    }
}

impl Model {
    pub fn router(self: &Arc<Self>) -> Router {
        let models = Json(json!({"object": "list", "data": [{"id": "stand-in"}]}));
        Router::new()
            .route("/v1/chat/completions", post(answer))
            .route("/v1/models", get(|| async { models }))
            .with_state(self.clone())
    }

    /// The next questions are treated so, then it repeats again.
    pub fn will(&self, script: impl IntoIterator<Item = Say>) {
        self.script.lock().unwrap().extend(script);
    }

    pub fn door(&self) -> Door {
        let (reached, see) = watch::channel(false);
        let (open, opened) = oneshot::channel();
        self.doors.lock().unwrap().push_back((reached, opened));
        Door { reached: see, open }
    }

    /// All requests so far.
    pub fn asked(&self) -> Vec<Value> {
        self.asked.lock().unwrap().clone()
    }

    /// All that was told in the last request, as one text.
    pub fn told(&self) -> String {
        let asked = self.asked();
        let messages =
            asked.last().expect("the model was asked")["messages"].as_array().unwrap().clone();
        let texts = messages.iter().map(|m| m["content"].as_str().unwrap_or_default().to_owned());
        texts.collect::<Vec<_>>().join("\n")
    }
}

async fn answer(State(model): State<Arc<Model>>, Json(request): Json<Value>) -> Response {
    let echo = format!("You said: {}", last_words(&request));
    model.asked.lock().unwrap().push(request);
    // Taken before the door: who stands there has its answer.
    let say = model.script.lock().unwrap().pop_front();
    let door = model.doors.lock().unwrap().pop_front();
    if let Some((reached, opened)) = door {
        reached.send_replace(true);
        let _ = opened.await;
    }
    match say {
        None => completion(&echo, "stop"),
        Some(Say::Text(text)) => completion(text, "stop"),
        Some(Say::Call(tool, arguments)) => call(tool, &arguments),
        Some(Say::Cut(text)) => completion(text, "length"),
        Some(Say::Status(status, after)) => refusal(status, after),
        Some(Say::Garbage) => Html("<html>It works!</html>").into_response(),
        Some(Say::Hang) => std::future::pending().await,
    }
}

/// All that the person said since the last answer, joined by " | ".
fn last_words(request: &Value) -> String {
    let messages = request["messages"].as_array().cloned().unwrap_or_default();
    let mut words: Vec<String> = Vec::new();
    for message in messages.iter().rev() {
        match message["role"].as_str() {
            Some("user") => words.push(message["content"].as_str().unwrap_or_default().to_owned()),
            Some("assistant") => break,
            _ => {}
        }
    }
    words.reverse();
    words.join(" | ")
}

fn completion(text: &str, finish: &str) -> Response {
    says(json!({"role": "assistant", "content": text}), finish)
}

fn call(tool: &str, arguments: &Value) -> Response {
    let function = json!({"name": tool, "arguments": arguments.to_string()});
    let call = json!({"id": "call1", "type": "function", "function": function});
    says(json!({"role": "assistant", "content": null, "tool_calls": [call]}), "tool_calls")
}

fn says(message: Value, finish: &str) -> Response {
    Json(json!({
        "id": "c1", "object": "chat.completion", "created": 1_800_000_000, "model": "stand-in",
        "choices": [{"index": 0, "finish_reason": finish, "message": message}],
        "usage": {"prompt_tokens": 100, "completion_tokens": 10, "total_tokens": 110},
    }))
    .into_response()
}

fn refusal(status: u16, after: Option<u64>) -> Response {
    let body = Json(json!({"error": {"message": "no", "type": "x", "code": status}}));
    let status = StatusCode::from_u16(status).unwrap();
    match after {
        Some(seconds) => (status, [("retry-after", seconds.to_string())], body).into_response(),
        None => (status, body).into_response(),
    }
}
