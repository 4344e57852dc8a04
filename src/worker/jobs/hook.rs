//! One signed POST, by the rules of Standard Webhooks
//! (standardwebhooks.com): `webhook-id`, `webhook-timestamp`, and
//! `webhook-signature` = `v1,` and base64 of HMAC-SHA256 over
//! `id.timestamp.body`.

use std::time::Duration;

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use hmac::{Hmac, KeyInit, Mac};
use reqwest::header::{CONTENT_TYPE, RETRY_AFTER};
use reqwest::{Response, StatusCode};
use secrecy::{ExposeSecret, SecretString};
use serde::Serialize;
use sha2::Sha256;
use url::Url;

use crate::clock::Clock;
use crate::domain::id::JobId;

/// Who takes longer to answer is asked again later.
const ANSWER_WITHIN: Duration = Duration::from_secs(20);

/// What stands before a secret.
const PREFIX: &str = "whsec_";

/// What a secret looks like.
const LOOKS: &str = "is no signing secret; write whsec_ and the base64 of 24 to 64 random bytes \
                     (openssl rand -base64 32)";

/// Where to post, and what signs it.
pub(super) struct Hook {
    url: Url,
    key: Vec<u8>,
}

/// What came of telling.
#[derive(Debug, PartialEq, Eq)]
pub(super) enum Told {
    /// It was heard.
    Yes,
    /// Try again, not before `after` if that is known.
    NotYet { reason: String, after: Option<Duration> },
    /// Nobody wants to hear it.
    Never(&'static str),
}

impl Told {
    pub(super) fn later(reason: impl Into<String>) -> Self {
        Self::NotYet { reason: reason.into(), after: None }
    }
}

impl Hook {
    /// `None` if there is no address, or no secret.
    pub(super) fn of(url: Option<&Url>, secret: Option<&SecretString>) -> Option<Self> {
        Some(Self { url: url?.clone(), key: key(secret?).ok()? })
    }

    /// Posts it. The id is the same at every try, so that a listener can tell
    /// repetitions.
    pub(super) async fn post(
        &self,
        http: &reqwest::Client,
        clock: &Clock,
        id: JobId,
        body: &impl Serialize,
    ) -> Told {
        let Ok(body) = serde_json::to_string(body) else { return Told::Never("it has no form") };
        let timestamp = clock.now().as_second();
        let request = http
            .post(self.url.clone())
            .header(CONTENT_TYPE, "application/json")
            .header("webhook-id", id.to_string())
            .header("webhook-timestamp", timestamp.to_string())
            .header("webhook-signature", self.signature(id, timestamp, &body))
            .body(body);
        match clock.timeout(ANSWER_WITHIN, request.send()).await {
            Ok(Ok(response)) => heard(&response),
            // The error names the address, which can hold a password.
            Ok(Err(error)) if error.is_connect() => Told::later("no connection was made"),
            Ok(Err(_)) => Told::later("the connection broke"),
            Err(_) => Told::later("no answer came in time"),
        }
    }

    fn signature(&self, id: JobId, timestamp: i64, body: &str) -> String {
        // HMAC takes a key of any length.
        let mac = Hmac::<Sha256>::new_from_slice(&self.key);
        let mut mac = mac.unwrap_or_else(|_| unreachable!("any key length is taken"));
        mac.update(format!("{id}.{timestamp}.{body}").as_bytes());
        format!("v1,{}", STANDARD.encode(mac.finalize().into_bytes()))
    }
}

/// The bytes of a secret.
pub(super) fn key(secret: &SecretString) -> Result<Vec<u8>, &'static str> {
    let encoded = secret.expose_secret().trim().strip_prefix(PREFIX).ok_or(LOOKS)?;
    let key = STANDARD.decode(encoded).map_err(|_| LOOKS)?;
    if (24..=64).contains(&key.len()) { Ok(key) } else { Err(LOOKS) }
}

fn heard(response: &Response) -> Told {
    let status = response.status();
    let header = response.headers().get(RETRY_AFTER).and_then(|value| value.to_str().ok());
    let after = header.and_then(|text| text.trim().parse().ok()).map(Duration::from_secs);
    match status {
        status if status.is_success() => Told::Yes,
        StatusCode::GONE => Told::Never("the listener is gone (HTTP 410)"),
        status => Told::NotYet { reason: format!("it answered HTTP {}", status.as_u16()), after },
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Computed with `openssl dgst -sha256 -mac HMAC` over the same text.
    #[test]
    fn it_is_signed_as_the_standard_says() {
        let secret = format!("whsec_{}", STANDARD.encode([7u8; 32])).into();
        let url = Url::parse("http://127.0.0.1:1/").expect("a URL");
        let hook = Hook::of(Some(&url), Some(&secret)).expect("a hook");
        let id = JobId::from_bytes([1; 16]);
        assert_eq!(
            hook.signature(id, 1_800_000_000, "{}"),
            "v1,bv09F4c6oimwdzyeGJpCf8X+rF1plCguBussewrmz/w="
        );
    }

    #[test]
    fn a_secret_has_its_prefix_and_enough_bytes() {
        for bad in ["", "x", "whsec_", "whsec_!!!", "whsec_c2hvcnQ="] {
            assert_eq!(key(&bad.into()), Err(LOOKS), "{bad}");
        }
        assert_eq!(key(&format!("whsec_{}", STANDARD.encode([7; 24])).into()), Ok(vec![7; 24]));
    }
}
