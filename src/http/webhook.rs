//! The providers' webhooks: verified, read, and on disk before the answer.

use std::collections::HashMap;
use std::mem::Discriminant;
use std::sync::{Mutex, PoisonError};
use std::time::Duration;

use axum::extract::{Request, State};
use axum::http::HeaderName;
use axum::http::header::CONTENT_TYPE;
use axum::response::{IntoResponse, Response};
use jiff::Timestamp;
use url::Url;

use super::Shared;
use super::body::whole;
use super::error::Error;
use crate::intake::Tally;
use crate::metrics;
use crate::provider::twilio::twiml::{EMPTY, Place};
use crate::provider::webhook::{Rejected, WebhookRequest};
use crate::provider::{Parsed, Provider};

/// Meta's batches may be 3 MB long; nobody sends more.
pub const MAX_BODY: usize = 4 * 1024 * 1024;

/// Both providers give up after 15 s or less.
const BODY_TIMEOUT: Duration = Duration::from_secs(10);

/// Strangers can make rejections; they must not fill the disk with log lines,
/// nor hide the one that an operator has to see: counted by provider and reason.
const REJECTION_LINE_EVERY: Duration = Duration::from_secs(10);

/// How many elements of a signed webhook ended how, for whoever replays one;
/// providers don't look at it.
const OUTCOME: HeaderName = HeaderName::from_static("olifant-outcome");

type Webhook = State<std::sync::Arc<Webhooks>>;

/// What the webhooks share.
pub struct Webhooks {
    shared: Shared,
    rejections: Mutex<HashMap<Kind, Rejections>>,
}

/// Who rejects, and why.
type Kind = (&'static str, Discriminant<Rejected>);

#[derive(Debug, Default)]
struct Rejections {
    silent_until: Option<Timestamp>,
    unsaid: u64,
}

/// `GET /webhooks/meta`: Meta asks whether the URL is ours.
pub async fn handshake(State(webhooks): Webhook, request: Request) -> Result<String, Error> {
    let meta = webhooks.shared.providers.meta().ok_or(Error::NotHere)?;
    meta.handshake(request.uri().query().unwrap_or_default()).ok_or(Error::Handshake)
}

/// `POST /webhooks/meta`.
pub async fn meta(State(webhooks): Webhook, request: Request) -> Result<Response, Error> {
    let meta = webhooks.shared.providers.meta().ok_or(Error::NotHere)?;
    let ((), tally) = webhooks.take("meta", meta.as_ref(), request, |_| ()).await?;
    Ok(([(OUTCOME, tally.to_string())], "ok").into_response())
}

/// `POST /webhooks/twilio` and `/webhooks/twilio/status`.
pub async fn twilio(State(webhooks): Webhook, request: Request) -> Result<Response, Error> {
    let twilio = webhooks.shared.providers.twilio().ok_or(Error::NotHere)?;
    let place = |told: &Parsed| twilio.place(told);
    let (place, tally) = webhooks.take("twilio", twilio.as_ref(), request, place).await?;
    // What was known before is answered otherwise, or was.
    let place = place.filter(|_| tally.new > 0);
    let headers = [(CONTENT_TYPE, "text/xml".to_owned()), (OUTCOME, tally.to_string())];
    Ok((headers, webhooks.answer(place).await).into_response())
}

impl Webhooks {
    /// For all webhooks of one server.
    pub fn new(shared: Shared) -> Self {
        Self { shared, rejections: Mutex::default() }
    }

    /// What every webhook is: checked before it is read, durable before it is
    /// answered, and counted.
    async fn take<T>(
        &self,
        name: &'static str,
        provider: &dyn Provider,
        request: Request,
        look: impl FnOnce(&Parsed) -> T,
    ) -> Result<(T, Tally), Error> {
        let taken = async {
            let told = self.told(name, provider, request).await?;
            Ok((look(&told), self.shared.intake.take(name, told).await?))
        };
        let taken = taken.await;
        self.shared.metrics.webhook(name, ended(&taken));
        taken
    }

    async fn told(
        &self,
        name: &'static str,
        provider: &dyn Provider,
        request: Request,
    ) -> Result<Parsed, Error> {
        let request = self.read(request).await?;
        let verified = provider.verify(&request);
        let verified = verified.inspect_err(|reason| self.log_rejected(name, reason, &request))?;
        Ok(provider.parse(verified))
    }

    /// What stands in the response; nothing is waited for when the end is near.
    async fn answer(&self, place: Option<Place>) -> String {
        let waiting = async { Some(place?.answer(&self.shared.clock).await) };
        let answer = self.shared.stopping.run_until_cancelled(waiting).await.flatten();
        answer.unwrap_or_else(|| EMPTY.to_owned())
    }

    async fn read(&self, mut request: Request) -> Result<WebhookRequest, Error> {
        let called = request.uri().path_and_query().map_or("/", |called| called.as_str());
        let base = self.shared.public_url.borrow().to_string();
        let url = format!("{}{called}", base.trim_end_matches('/'));
        let headers = std::mem::take(request.headers_mut());
        let body = self.shared.clock.timeout(BODY_TIMEOUT, whole(request, MAX_BODY)).await;
        Ok(WebhookRequest { url, headers, body: body.map_err(|_| Error::TooSlow)?? })
    }

    fn log_rejected(&self, name: &'static str, reason: &Rejected, request: &WebhookRequest) {
        let mut all = self.rejections.lock().unwrap_or_else(PoisonError::into_inner);
        let rejections = all.entry((name, std::mem::discriminant(reason))).or_default();
        if let Some(unsaid) = rejections.next(self.shared.clock.now()) {
            let url = checked_url(&request.url);
            tracing::warn!(provider = name, %reason, url, unsaid, "webhook rejected");
        }
    }
}

impl Rejections {
    /// Counts one. When it is time for a line: how many had none.
    fn next(&mut self, now: Timestamp) -> Option<u64> {
        if self.silent_until.is_some_and(|until| now < until) {
            self.unsaid += 1;
            return None;
        }
        self.silent_until = Some(now + REJECTION_LINE_EVERY);
        Some(std::mem::take(&mut self.unsaid))
    }
}

fn ended<T>(taken: &Result<(T, Tally), Error>) -> metrics::Webhook {
    match taken {
        Ok((_, tally)) => tally.webhook(),
        Err(Error::NotKept(_)) => metrics::Webhook::Busy,
        Err(_) => metrics::Webhook::Rejected,
    }
}

/// The URL that a signature was checked against, for the operator who has to
/// compare it with the provider's: without query and password.
fn checked_url(called: &str) -> String {
    let Ok(mut url) = Url::parse(called) else { return String::new() };
    url.set_query(None);
    // Only URLs without a host refuse this, and they hold no password.
    let _ = url.set_username("").and_then(|()| url.set_password(None));
    url.into()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_flood_of_forgeries_is_a_line_every_ten_seconds() {
        let mut rejections = Rejections::default();
        let at = |seconds| Timestamp::UNIX_EPOCH + Duration::from_secs(seconds);
        assert_eq!(rejections.next(at(0)), Some(0));
        assert_eq!(rejections.next(at(1)), None);
        assert_eq!(rejections.next(at(9)), None);
        assert_eq!(rejections.next(at(10)), Some(2));
        assert_eq!(rejections.next(at(20)), Some(0));
    }

    #[test]
    fn the_checked_url_is_shown_without_query_and_password() {
        let shown = checked_url("https://me:pass@bot.example.com/base/webhooks/twilio?d=1&x=%20");
        assert_eq!(shown, "https://bot.example.com/base/webhooks/twilio");
        assert_eq!(checked_url("no url"), "");
    }
}
