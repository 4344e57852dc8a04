//! A program of the business's that hears news and alerts, and checks their
//! signatures by its own arithmetic.

use std::collections::VecDeque;
use std::sync::{Arc, Mutex};

use axum::Router;
use axum::body::Bytes;
use axum::extract::State;
use axum::http::{HeaderMap, StatusCode};
use axum::routing::post;
use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use hmac::{Hmac, KeyInit, Mac};
use serde_json::Value;
use sha2::Sha256;

/// What signs, as in the configuration.
pub const SECRET: &str = "whsec_AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA=";

/// The program. It answers 200 unless told otherwise.
#[derive(Default)]
pub struct Listener {
    heard: Mutex<Vec<(String, Value)>>,
    answers: Mutex<VecDeque<u16>>,
}

impl Listener {
    pub fn router(self: &Arc<Self>) -> Router {
        Router::new().route("/hear", post(hear)).with_state(self.clone())
    }

    /// The next posts are answered so.
    pub fn will(&self, statuses: impl IntoIterator<Item = u16>) {
        self.answers.lock().unwrap().extend(statuses);
    }

    /// Ids and bodies, in order, of whatever answer.
    pub fn heard(&self) -> Vec<(String, Value)> {
        self.heard.lock().unwrap().clone()
    }

    /// The types, in order.
    pub fn types(&self) -> Vec<String> {
        self.heard().iter().map(|(_, body)| body["type"].as_str().unwrap().to_owned()).collect()
    }
}

async fn hear(
    State(listener): State<Arc<Listener>>,
    headers: HeaderMap,
    body: Bytes,
) -> StatusCode {
    let header = |name: &str| headers[name].to_str().unwrap().to_owned();
    let (id, timestamp) = (header("webhook-id"), header("webhook-timestamp"));
    let key = STANDARD.decode(SECRET.strip_prefix("whsec_").unwrap()).unwrap();
    let mut mac = Hmac::<Sha256>::new_from_slice(&key).unwrap();
    mac.update(format!("{id}.{timestamp}.").as_bytes());
    mac.update(&body);
    let signed = format!("v1,{}", STANDARD.encode(mac.finalize().into_bytes()));
    if header("webhook-signature") != signed {
        return StatusCode::UNAUTHORIZED;
    }
    listener.heard.lock().unwrap().push((id, serde_json::from_slice(&body).unwrap()));
    let answer = listener.answers.lock().unwrap().pop_front().unwrap_or(200);
    StatusCode::from_u16(answer).unwrap()
}
