//! A server for tests that speaks the protocol: it gives the answers it was
//! told to give, in order, and keeps what it was asked.

use std::collections::VecDeque;
use std::sync::{Arc, Mutex};

use axum::Router;
use axum::extract::State;
use axum::http::{HeaderMap, Uri};
use axum::response::{IntoResponse, Response};
use serde_json::{Value, json};
use tokio::sync::Notify;

use super::{Config, TokenParam};

/// One answer.
pub(crate) enum Answer {
    Json(u16, Value),
    Raw(u16, &'static str),
    RetryAfter(u16, &'static str),
    Never,
}

/// A request as it came.
#[derive(Clone, Debug)]
pub(crate) struct Asked {
    pub uri: Uri,
    pub headers: HeaderMap,
    pub body: Value,
}

/// The server.
#[derive(Clone)]
pub(crate) struct StandIn {
    pub url: String,
    shared: Arc<Shared>,
}

#[derive(Default)]
struct Shared {
    answers: Mutex<VecDeque<Answer>>,
    asked: Mutex<Vec<Asked>>,
    arrived: Notify,
}

impl StandIn {
    /// Starts it on a free port of this machine.
    pub async fn start(answers: impl IntoIterator<Item = Answer>) -> Self {
        let shared = Arc::new(Shared::default());
        shared.answers.lock().expect("lock").extend(answers);
        let app = Router::new().fallback(answer).with_state(shared.clone());
        let listener = tokio::net::TcpListener::bind("127.0.0.1:0").await.expect("a port");
        let url = format!("http://{}/v1", listener.local_addr().expect("an address"));
        tokio::spawn(async move { axum::serve(listener, app).await });
        Self { url, shared }
    }

    /// What it was asked so far.
    pub fn asked(&self) -> Vec<Asked> {
        self.shared.asked.lock().expect("lock").clone()
    }

    /// The models it was asked for, in order.
    pub fn models(&self) -> Vec<String> {
        let asked = self.asked();
        asked.iter().filter_map(|asked| asked.body["model"].as_str().map(Into::into)).collect()
    }

    /// Resolves when a request has come in.
    pub async fn arrived(&self) {
        self.shared.arrived.notified().await;
    }

    /// A configuration that asks it.
    pub fn config(&self) -> Config {
        Config {
            provider: "openai".into(),
            base_url: self.url.clone(),
            api_key: "sk-test-1234".into(),
            model: "first".into(),
            fallback_models: vec!["second".into()],
            timeout_s: 30,
            max_output_tokens: 100,
            max_steps: 3,
            token_param: TokenParam::Auto,
            temperature: None,
            reasoning_effort: None,
            extra: serde_json::Map::new(),
        }
    }
}

/// A completion that says this.
pub(crate) fn says(text: &str) -> Answer {
    let message = json!({ "role": "assistant", "content": text });
    let choice = json!({ "index": 0, "finish_reason": "stop", "message": message });
    let usage = json!({ "prompt_tokens": 10, "completion_tokens": 5 });
    Answer::Json(200, json!({ "choices": [choice], "usage": usage }))
}

/// An empty completion that ran out of room.
pub(crate) fn ran_out() -> Answer {
    let choice = json!({ "finish_reason": "length", "message": { "content": "" } });
    Answer::Json(200, json!({ "choices": [choice], "usage": { "completion_tokens": 100 } }))
}

/// A completion that calls a tool.
pub(crate) fn calls(tool: &str, arguments: &str) -> Answer {
    let function = json!({ "name": tool, "arguments": arguments });
    let call = json!({ "id": "c1", "type": "function", "function": function });
    let message = json!({ "content": null, "tool_calls": [call] });
    Answer::Json(200, json!({ "choices": [{ "finish_reason": "tool_calls", "message": message }] }))
}

/// An error with this sentence.
pub(crate) fn refuses(status: u16, message: &str) -> Answer {
    Answer::Json(status, json!({ "error": { "message": message, "code": status } }))
}

/// A client without a proxy and with the time in the clock's hands.
pub(crate) fn http() -> reqwest::Client {
    reqwest::Client::builder().no_proxy().build().expect("a client")
}

async fn answer(
    State(shared): State<Arc<Shared>>,
    uri: Uri,
    headers: HeaderMap,
    body: String,
) -> Response {
    let body = serde_json::from_str(&body).unwrap_or(Value::Null);
    shared.asked.lock().expect("lock").push(Asked { uri, headers, body });
    shared.arrived.notify_one();
    let next = shared.answers.lock().expect("lock").pop_front();
    let status = |status: u16| axum::http::StatusCode::from_u16(status).expect("a status");
    match next {
        Some(Answer::Json(code, body)) => (status(code), axum::Json(body)).into_response(),
        Some(Answer::Raw(code, body)) => (status(code), body).into_response(),
        Some(Answer::RetryAfter(code, after)) => {
            (status(code), [("retry-after", after)], "{}").into_response()
        }
        Some(Answer::Never) => std::future::pending().await,
        None => (status(500), "nothing is left to say").into_response(),
    }
}
