//! One request, and what came of it. The words never hold the address: it may
//! carry a secret.

use std::error::Error;
use std::time::Duration;

use jiff::Timestamp;
use jiff::fmt::rfc2822;
use reqwest::RequestBuilder;
use reqwest::header::DATE;

use super::Look;

/// Providers wait no longer.
const PATIENCE: Duration = Duration::from_secs(10);

/// What somebody answered.
pub struct Answer {
    /// The HTTP status.
    pub status: u16,
    /// The text, as far as it came.
    pub body: String,
    /// The time, by the other's clock.
    pub date: Option<Timestamp>,
}

/// Nobody did.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum Closed {
    /// DNS knows no such name.
    #[error("its name is not known (DNS)")]
    NoName,
    /// Nobody listens there.
    #[error("no connection is made")]
    NoConnection,
    /// TLS.
    #[error("its certificate is not trusted")]
    Certificate,
    /// It takes too long.
    #[error("no answer within 10 s")]
    Late,
    /// It broke off.
    #[error("the connection breaks")]
    Broken,
}

/// Asks once.
pub async fn knock(look: &Look, request: RequestBuilder) -> Result<Answer, Closed> {
    let answer = async {
        let response = request.send().await?;
        let header = response.headers().get(DATE).and_then(|value| value.to_str().ok());
        let date = header.and_then(|text| Some(rfc2822::parse(text).ok()?.timestamp()));
        let status = response.status().as_u16();
        Ok(Answer { status, date, body: response.text().await.unwrap_or_default() })
    };
    let answer = look.clock.timeout(PATIENCE, answer).await.map_err(|_| Closed::Late)?;
    answer.map_err(|error: reqwest::Error| closed(&error))
}

/// The library says which of these it was in words only.
fn closed(error: &reqwest::Error) -> Closed {
    let words = causes(error);
    match error {
        _ if words.contains("certificate") => Closed::Certificate,
        _ if words.contains("dns error") => Closed::NoName,
        e if e.is_timeout() => Closed::Late,
        e if e.is_connect() => Closed::NoConnection,
        _ => Closed::Broken,
    }
}

fn causes(error: &dyn Error) -> String {
    let (mut words, mut cause) = (String::new(), error.source());
    while let Some(error) = cause {
        words += &error.to_string().to_lowercase();
        cause = error.source();
    }
    words
}
