//! Sends a request once, and keeps what the library would lose of an error:
//! status, `Retry-After` and body. (The library alone would also try again by
//! itself, and log bodies that it can't read.)

use std::future::Future;
use std::pin::Pin;
use std::task::{Context, Poll};
use std::time::Duration;

use async_openai::error::OpenAIError;
use async_openai::middleware::HttpRequestFactory;
use reqwest::header::{HeaderMap, RETRY_AFTER};
use secrecy::{ExposeSecret, SecretString};
use tower::Service;

use super::wire;
use crate::llm::{ModelError, Prompt, answer};

/// Longer than this no server makes a person wait.
const MAX_RETRY_AFTER: Duration = Duration::from_secs(60);
/// What is read of an answer, in bytes.
const MAX_BODY: usize = 8 << 20;
/// What an operator reads of a server's sentence, in characters.
const MAX_MESSAGE: usize = 200;

/// The way out.
#[derive(Clone)]
pub(super) struct Transport {
    http: reqwest::Client,
}

impl Transport {
    pub fn new(http: reqwest::Client) -> Self {
        Self { http }
    }
}

impl Service<HttpRequestFactory> for Transport {
    type Response = reqwest::Response;
    type Error = OpenAIError;
    type Future = Pin<Box<dyn Future<Output = Result<reqwest::Response, OpenAIError>> + Send>>;

    fn poll_ready(&mut self, _: &mut Context<'_>) -> Poll<Result<(), OpenAIError>> {
        Poll::Ready(Ok(()))
    }

    fn call(&mut self, request: HttpRequestFactory) -> Self::Future {
        let http = self.http.clone();
        Box::pin(async move {
            let request = request.build().await?;
            send(&http, request).await.map_err(|upstream| OpenAIError::Boxed(Box::new(upstream)))
        })
    }
}

/// A successful answer that surely is JSON, or the reason why not.
pub(super) async fn send(
    http: &reqwest::Client,
    request: reqwest::Request,
) -> Result<reqwest::Response, Upstream> {
    let answer =
        http.execute(request).await.map_err(|e| Upstream::unreachable(answer::broken(&e)))?;
    let status = answer.status();
    let after = retry_after(answer.headers());
    let body = answer::body(answer, MAX_BODY).await.map_err(Upstream::unreachable)?;
    if !status.is_success() {
        let body = String::from_utf8_lossy(&body).into_owned();
        return Err(Upstream {
            status: Some(status.as_u16()),
            after,
            message: wire::error_message(&body),
            body,
        });
    }
    match serde_json::from_slice::<serde::de::IgnoredAny>(&body) {
        Ok(_) => Ok(axum::http::Response::new(body).into()),
        Err(_) => Err(Upstream::unreachable("the answer is not JSON".to_owned())),
    }
}

/// Seconds; the form with a date is rare and counts as absent.
fn retry_after(headers: &HeaderMap) -> Option<Duration> {
    let seconds: f64 = headers.get(RETRY_AFTER)?.to_str().ok()?.trim().parse().ok()?;
    Duration::try_from_secs_f64(seconds).ok().map(|wait| wait.min(MAX_RETRY_AFTER))
}

/// An answer that is none.
#[derive(Debug, thiserror::Error)]
#[error("the model's server did not answer the question")]
pub(super) struct Upstream {
    /// `None` = there was no readable answer at all.
    pub status: Option<u16>,
    after: Option<Duration>,
    message: String,
    /// As it came: it can repeat what was said, so it is never shown.
    pub body: String,
}

impl Upstream {
    /// There was no readable answer.
    pub fn unreachable(message: String) -> Self {
        Self { status: None, after: None, message, body: String::new() }
    }

    /// An error that came as a success.
    pub fn in_disguise(status: Option<u16>, message: String) -> Self {
        Self { status, after: None, body: message.clone(), message }
    }

    /// What it means, in words for the operator.
    pub fn error(&self, prompt: &Prompt, key: &SecretString) -> ModelError {
        let message = presentable(&self.message, prompt, key);
        let reason = match (self.status, message.is_empty()) {
            (Some(status), true) => format!("the model's server answered {status}"),
            (Some(status), false) => format!("the model's server answered {status}: {message}"),
            (None, _) => format!("the model's server: {message}"),
        };
        match self.status {
            None | Some(408 | 409 | 425 | 429 | 500..) => {
                ModelError::Transient { after: self.after, reason }
            }
            Some(_) => ModelError::Refused(reason),
        }
    }
}

/// One short line, unless it repeats the key or the conversation.
fn presentable(message: &str, prompt: &Prompt, key: &SecretString) -> String {
    let message = message.split_whitespace().collect::<Vec<_>>().join(" ");
    let key = key.expose_secret();
    let tells = (!key.is_empty() && message.contains(key)) || repeats(&message, prompt);
    match (tells, message.char_indices().nth(MAX_MESSAGE)) {
        (true, _) => "(its message is withheld: it repeats private words)".to_owned(),
        (false, Some((end, _))) => format!("{}…", &message[..end]),
        (false, None) => message,
    }
}

/// Whether four words in a row, or a whole shorter line, were said or told.
fn repeats(message: &str, prompt: &Prompt) -> bool {
    let said = prompt.dialog.iter().map(|line| line.text.as_str());
    let told = prompt.system.iter().map(String::as_str);
    let results = prompt.steps.iter().map(|step| step.result.as_str());
    said.chain(told).chain(results).any(|text| {
        let words: Vec<&str> = text.split_whitespace().collect();
        let few = words.len().clamp(1, 4);
        words
            .windows(few)
            .map(|few| few.join(" "))
            .any(|few| few.len() >= 6 && message.contains(&few))
    })
}
