//! Our webhooks, on their way to the app.

use std::fmt;
use std::sync::Arc;
use std::time::Duration;

use super::Sandbox;

/// What the app answered to a webhook. Compares with its status:
/// `assert_eq!(answer, 200)`.
#[derive(Clone)]
pub struct Answer {
    /// The HTTP status; 0 = it could not be reached, or gave no answer.
    pub status: u16,
    /// The body.
    pub body: String,
    /// Its type, if the app said so.
    pub content_type: Option<String>,
}

impl Answer {
    /// Nobody was there.
    pub(super) fn none() -> Self {
        Self { status: 0, body: String::new(), content_type: None }
    }
}

impl PartialEq<u16> for Answer {
    fn eq(&self, status: &u16) -> bool {
        self.status == *status
    }
}

impl fmt::Debug for Answer {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "Answer({})", self.status)
    }
}

/// A client for the app only: no proxy, no redirects, no certificates.
pub(super) fn client() -> reqwest::Client {
    reqwest::Client::builder()
        .no_proxy()
        .redirect(reqwest::redirect::Policy::none())
        .tls_certs_only([])
        .connect_timeout(Duration::from_secs(5))
        .timeout(Duration::from_secs(30))
        .build()
        .expect("nothing is loaded that could be missing")
}

/// While one lives, the sandbox isn't settled.
pub(super) struct UnderWay(Arc<Sandbox>);

impl UnderWay {
    pub(super) fn new(sandbox: &Arc<Sandbox>) -> Self {
        sandbox.under_way.send_modify(|count| *count += 1);
        Self(sandbox.clone())
    }
}

impl Drop for UnderWay {
    fn drop(&mut self) {
        self.0.under_way.send_modify(|count| *count -= 1);
    }
}

/// Calls the app.
pub(super) async fn post(sandbox: &Arc<Sandbox>, request: reqwest::RequestBuilder) -> Answer {
    let _under_way = UnderWay::new(sandbox);
    match request.send().await {
        Ok(response) => read(response).await,
        Err(_) => Answer::none(),
    }
}

async fn read(response: reqwest::Response) -> Answer {
    let kind = response.headers().get("content-type").and_then(|kind| kind.to_str().ok());
    let content_type = kind.map(str::to_owned);
    let status = response.status().as_u16();
    Answer { status, body: response.text().await.unwrap_or_default(), content_type }
}
