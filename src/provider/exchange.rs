//! One call of a provider's API, and what its end says about the message: it
//! was taken, it was not, or nobody knows.

use std::time::Duration;

use axum::body::Bytes;
use jiff::Timestamp;
use jiff::fmt::rfc2822;
use reqwest::header::RETRY_AFTER;
use reqwest::{RequestBuilder, Response, StatusCode};
use serde::de::DeserializeOwned;
use url::Url;

use crate::clock::Clock;
use crate::domain::failure::{Class, Failure, Scope, SendError};

/// A provider that has not answered by then has left us in doubt.
const ANSWER_WITHIN: Duration = Duration::from_secs(20);

/// The longest a provider can make us wait by asking for it.
const LONGEST_WAIT: Duration = Duration::from_secs(3600);

/// What a provider answered.
pub(super) struct Answer {
    pub(super) status: StatusCode,
    retry_after: Option<Duration>,
    body: Bytes,
}

impl Answer {
    /// The body, if it has this shape.
    pub(super) fn read<T: DeserializeOwned>(&self) -> Option<T> {
        serde_json::from_slice(&self.body).ok()
    }

    /// A provider's refusal, with the longer of its wait and the one it stands for.
    pub(super) fn refusal(&self, mut failure: Failure) -> SendError {
        if let Class::Transient { after, .. } = &mut failure.class {
            *after = self.retry_after.max(*after);
        }
        SendError::NotSent(failure)
    }

    /// What remains to be said when the body is neither the provider's success
    /// nor its error: a proxy's page, or nothing.
    pub(super) fn wordless(&self) -> SendError {
        let (class, reason) = match self.status.as_u16() {
            429 => (SLOW_DOWN, "too many requests"),
            // Somebody in between, who may be gone in a minute.
            300..=407 | 409..=499 => (SLOW_DOWN, "refused without the provider's error body"),
            _ => return SendError::Uncertain,
        };
        self.refusal(Failure::new(class, format!("{reason} (HTTP {})", self.status.as_u16())))
    }
}

/// Nothing is lost, and nothing else is sent meanwhile.
const SLOW_DOWN: Class = Class::Transient { after: None, scope: Scope::Number };

/// Calls, and waits for the whole answer.
pub(super) async fn call(clock: &Clock, request: RequestBuilder) -> Result<Answer, SendError> {
    call_within(clock, ANSWER_WITHIN, request).await
}

/// The same for a request that takes its time.
pub(super) async fn call_within(
    clock: &Clock,
    patience: Duration,
    request: RequestBuilder,
) -> Result<Answer, SendError> {
    let answer = async { Ok(read(clock.now(), request.send().await?).await) };
    match clock.timeout(patience, answer).await {
        Ok(answer) => answer.map_err(unanswered),
        Err(_) => Err(SendError::Uncertain),
    }
}

/// `base` with these segments behind its path, percent-encoded.
pub(super) fn endpoint(base: &str, segments: &[&str]) -> Result<Url, SendError> {
    let joined = Url::parse(base).ok().and_then(|mut url| {
        url.path_segments_mut().ok()?.pop_if_empty().extend(segments);
        Some(url)
    });
    let failure =
        || Failure::new(Class::StopNumber, "the configured API address is no web address");
    joined.ok_or_else(|| SendError::NotSent(failure()))
}

/// The number is not one of this provider's.
pub(super) fn unknown_number() -> SendError {
    SendError::NotSent(Failure::new(Class::StopNumber, "the number is not configured"))
}

async fn read(now: Timestamp, response: Response) -> Answer {
    let header = response.headers().get(RETRY_AFTER).and_then(|value| value.to_str().ok());
    Answer {
        status: response.status(),
        retry_after: header.and_then(|text| wait(now, text)),
        // A body that breaks off can't be read, which the status then decides.
        body: response.bytes().await.unwrap_or_default(),
    }
}

/// `Retry-After` is a number of seconds or a date.
fn wait(now: Timestamp, text: &str) -> Option<Duration> {
    let seconds = text.trim().parse().ok().map(Duration::from_secs);
    let date = || {
        let at = rfc2822::parse(text.trim()).ok()?.timestamp();
        Some(Duration::try_from(at.duration_since(now)).unwrap_or_default())
    };
    seconds.or_else(date).map(|wait| wait.min(LONGEST_WAIT))
}

fn unanswered(error: reqwest::Error) -> SendError {
    let transient = Class::Transient { after: None, scope: Scope::Pair };
    if error.is_connect() {
        SendError::NotSent(Failure::new(transient, "no connection to the provider was made"))
    } else if error.is_builder() {
        SendError::NotSent(Failure::new(Class::Refused, "the request could not be built"))
    } else {
        SendError::Uncertain
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_wait_is_seconds_or_a_date_and_never_longer_than_an_hour() {
        let now = "2026-11-22T09:00:00Z".parse().expect("a time");
        let second = Duration::from_secs(1);
        for (text, expected) in [
            ("7", Some(7 * second)),
            ("86400", Some(LONGEST_WAIT)),
            ("Sun, 22 Nov 2026 09:00:30 GMT", Some(30 * second)),
            ("Sun, 22 Nov 2026 08:00:00 GMT", Some(Duration::ZERO)),
            ("soon", None),
        ] {
            assert_eq!(wait(now, text), expected, "{text}");
        }
    }

    #[test]
    fn an_address_keeps_its_path_and_nothing_escapes_a_segment() {
        for (base, expected) in [
            ("https://api.example.com", "https://api.example.com/v1/a%2Fb%3F"),
            ("http://127.0.0.1:9/meta/", "http://127.0.0.1:9/meta/v1/a%2Fb%3F"),
        ] {
            let url = endpoint(base, &["v1", "a/b?"]).expect("an address");
            assert_eq!(url.as_str(), expected);
        }
        assert!(endpoint("nonsense", &["v1"]).is_err());
    }
}
