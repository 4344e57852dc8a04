//! Recorded webhooks, posted again as their provider would: signed on the fly,
//! for the numbers of the program that gets them.

pub mod golden;
mod meta;
mod twilio;

use std::fmt;

use reqwest::RequestBuilder;
use reqwest::header::CONTENT_TYPE;

use super::{MetaAccount, TwilioAccount, post, trimmed};

/// The header in which the program says what came of a webhook's elements.
const OUTCOME: &str = "olifant-outcome";

/// Who posts, to whom, and how the bodies are changed before.
pub struct Replay {
    /// Where the program listens.
    pub url: String,
    /// Where providers reach it: the URL that is signed.
    pub public_url: String,
    /// The number of the Cloud API that the bodies are for.
    pub meta: Option<MetaAccount>,
    /// The sender of Twilio that the bodies are for.
    pub twilio: Option<TwilioAccount>,
    /// Bodies go as they are, whatever number they name.
    pub as_is: bool,
    /// Messages get new ids with this in them, so that none of them is known.
    pub fresh: Option<String>,
}

/// What a program made of a webhook.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Came {
    /// The HTTP status.
    pub status: u16,
    /// How many of its elements ended how, without those that are none:
    /// `new=1 duplicate=2`.
    pub outcome: String,
}

impl fmt::Display for Came {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}  {}", self.status, self.outcome)
    }
}

/// Why a body was not posted.
#[derive(Debug, thiserror::Error)]
pub enum NotPosted {
    /// There is no secret to sign it with.
    #[error("no number of its provider is configured")]
    NoNumber,
    /// Nobody answered.
    #[error("nothing answers at {0}; start it, or name another --url")]
    Unreachable(String),
}

/// Whether the signature is the provider's.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Signed {
    /// As it should be.
    Rightly,
    /// By somebody who does not know the secret.
    Falsely,
}

impl Replay {
    /// Posts one body. Its content says whose it is: JSON is the Cloud API's,
    /// a form is Twilio's.
    pub async fn post(&self, body: &[u8], signed: Signed) -> Result<Came, NotPosted> {
        let http = post::client();
        let request = match body.trim_ascii_start().first() {
            Some(b'{' | b'[') => self.post_json(&http, body, signed),
            _ => self.post_form(&http, body, signed),
        };
        let answer = request.ok_or(NotPosted::NoNumber)?.send().await;
        let answer = answer.map_err(|_| NotPosted::Unreachable(self.url.clone()))?;
        let outcome = answer.headers().get(OUTCOME).and_then(|value| value.to_str().ok());
        let outcome = counts(outcome.unwrap_or_default());
        Ok(Came { status: answer.status().as_u16(), outcome })
    }

    fn post_json(
        &self,
        http: &reqwest::Client,
        body: &[u8],
        signed: Signed,
    ) -> Option<RequestBuilder> {
        let account = self.meta.as_ref()?;
        let number = (!self.as_is).then_some(account.phone_number_id.as_str());
        let body = meta::adapt(body, number, self.fresh.as_deref());
        let (name, signature) = meta::signature(account, &body, signed);
        let url = format!("{}{}", trimmed(&self.url), meta::PATH);
        let request = http.post(url).header(CONTENT_TYPE, "application/json");
        Some(request.header(name, signature).body(body))
    }

    fn post_form(
        &self,
        http: &reqwest::Client,
        body: &[u8],
        signed: Signed,
    ) -> Option<RequestBuilder> {
        let account = self.twilio.as_ref()?;
        let ours = (!self.as_is).then_some(account);
        let form = twilio::adapt(body, ours, self.fresh.as_deref());
        let path = twilio::path(&form);
        let public = format!("{}{path}", trimmed(&self.public_url));
        let (name, signature) = twilio::signature(account, &public, &form, signed);
        let request = http.post(format!("{}{path}", trimmed(&self.url))).form(&form);
        Some(request.header(name, signature))
    }
}

/// Only what there is.
fn counts(outcome: &str) -> String {
    let some = outcome.split_whitespace().filter(|count| !count.ends_with("=0"));
    some.collect::<Vec<_>>().join(" ")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_did_not_happen_is_not_told() {
        assert_eq!(counts("new=1 duplicate=0 ignored=10"), "new=1 ignored=10");
        assert_eq!(counts(""), "");
    }
}
