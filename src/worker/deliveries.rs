//! Steps 10 to 12: from a claimed delivery to the provider, once.

mod exports;
mod pacing;

use std::borrow::Cow;
use std::sync::Arc;
use std::time::Duration;

use jiff::Timestamp;

use super::Watch;
use crate::alert::{Alerts, Kind};
use crate::clock::Clock;
use crate::domain::content::{Content, Template};
use crate::domain::delivery::{Delivery, DeliveryOutcome, DeliveryState};
use crate::domain::event::Receipt;
use crate::domain::failure::{Class, Failure, SendError, backoff};
use crate::domain::id::{MessageId, NumberName};
use crate::domain::message::Message;
use crate::metrics::Metrics;
use crate::provider::{Lookup, Parcel, Provider, Providers};
use crate::store::{Claim, Queue, Store, StoreError};
use pacing::Pacing;

/// Between two looks for a number that is not configured (any more).
const MISSING: Duration = Duration::from_secs(60);

/// After a day nobody waits for the answer, and no provider takes it.
const GIVE_UP: Duration = Duration::from_secs(24 * 60 * 60);

/// So long a provider that could tell is asked whether it has a message.
const ASK_FOR: Duration = Duration::from_secs(60 * 60);

/// How often nobody may know whether a message went out.
const DOUBTS: u8 = 2;

/// `[sending]`.
#[derive(Clone, Debug, serde::Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Config {
    /// How long a receipt is waited for when nobody knows whether a message
    /// went out, in seconds.
    pub grace_s: u64,
    /// What then.
    pub uncertain: Uncertain,
}

/// `sending.uncertain`.
#[derive(Clone, Copy, Debug, PartialEq, Eq, serde::Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Uncertain {
    /// Send once more.
    Resend,
    /// Leave it to the operator.
    Hold,
}

/// Sends deliveries.
pub struct Deliveries {
    store: Arc<dyn Store>,
    providers: Arc<Providers>,
    config: Config,
    alerts: Arc<Alerts>,
    metrics: Arc<Metrics>,
    clock: Clock,
    /// Receipts can reach us since then.
    ready: Timestamp,
    pacing: Pacing,
}

impl Deliveries {
    /// A worker over these parts.
    pub fn new(
        store: Arc<dyn Store>,
        providers: Arc<Providers>,
        config: Config,
        Watch { alerts, metrics }: Watch,
        clock: Clock,
    ) -> Self {
        let (ready, pacing) = (clock.now(), Pacing::default());
        Self { store, providers, config, alerts, metrics, clock, ready, pacing }
    }

    /// Sends a delivery, then those behind it, as far as the lane goes.
    pub async fn work(&self, claim: Claim<Delivery>) {
        let mut next = Some(claim);
        while let Some(claim) = next {
            let id = claim.lane();
            let outcome = self.attempt(&claim.work).await;
            let tried = Tried::of(&claim.work, &outcome);
            let finished = Queue::finish(&*self.store, claim, outcome).await;
            if finished.is_ok() {
                self.report(&tried);
            }
            next = finished.unwrap_or_else(|error| {
                match error {
                    // A receipt has settled it already.
                    StoreError::ClaimLost => {}
                    error => tracing::error!(conversation.id = %id, %error, "A delivery could not be stored"),
                }
                None
            });
        }
    }

    async fn attempt(&self, delivery: &Delivery) -> DeliveryOutcome {
        let number = &delivery.conversation.number.name;
        let Some(provider) = self.providers.of(number) else {
            return self.without_number(delivery);
        };
        let (DeliveryState::InFlight(since) | DeliveryState::Uncertain(since)) = delivery.state
        else {
            return self.send(&**provider, delivery).await;
        };
        // Until then a receipt may come, and nobody could have received one
        // before this process was ready.
        let ask_at = since.max(self.ready) + self.grace();
        let asked_before = matches!(delivery.state, DeliveryState::Uncertain(_));
        if asked_before && ask_at <= self.clock.now() {
            self.clear_up(&**provider, delivery, since).await
        } else {
            DeliveryOutcome::Uncertain { ask_at }
        }
    }

    /// Configured again, it goes; the operator knows.
    fn without_number(&self, delivery: &Delivery) -> DeliveryOutcome {
        let (number, reason) = (&delivery.conversation.number.name, "the number is not configured");
        self.alerts.raise(Kind::NumberStopped, number.as_str(), reason);
        if self.is_too_old(delivery) {
            return failed(reason);
        }
        let at = self.clock.now() + MISSING;
        match delivery.state {
            DeliveryState::Waiting => DeliveryOutcome::Retry { at, failure: None },
            // What was on its way is as doubtful as before.
            DeliveryState::InFlight(_) | DeliveryState::Uncertain(_) => {
                DeliveryOutcome::Uncertain { ask_at: at }
            }
        }
    }

    fn is_too_old(&self, delivery: &Delivery) -> bool {
        delivery.message.stored_at + GIVE_UP < self.clock.now()
    }

    async fn send(&self, provider: &dyn Provider, delivery: &Delivery) -> DeliveryOutcome {
        let Some(message) = self.reaching(delivery) else {
            return DeliveryOutcome::Failed(closed(&delivery.message));
        };
        let limits = provider.limits(&delivery.conversation.number.name);
        if let Err(at) = self.pacing.take_place(delivery, limits, &self.clock).await {
            return DeliveryOutcome::Retry { at, failure: None };
        }
        let message = match self.with_file(provider, delivery, message).await {
            Ok(message) => message,
            Err(failure) => return self.decide(delivery, failure),
        };
        let now = self.clock.now();
        match provider.send(&Parcel { message: &message, ..parcel(delivery, now) }).await {
            Ok(id) => DeliveryOutcome::Sent(id),
            Err(SendError::Uncertain) => {
                DeliveryOutcome::Uncertain { ask_at: self.clock.now() + self.grace() }
            }
            Err(SendError::NotSent(failure)) => self.decide(delivery, failure),
        }
    }

    /// The message, or what goes out instead if the person has not written for
    /// too long; `None` = nothing reaches them.
    fn reaching<'a>(&self, delivery: &'a Delivery) -> Option<Cow<'a, Message>> {
        let message = &delivery.message;
        let template = matches!(message.content, Content::Template(_));
        let anytime = template || delivery.conversation.number.name.is_in_chat();
        if anytime || delivery.conversation.window_is_open(self.clock.now()) {
            return Some(Cow::Borrowed(message));
        }
        let content = Content::Template(self.instead(delivery)?);
        Some(Cow::Owned(Message { content, ..message.clone() }))
    }

    /// The message's own template, or its number's.
    fn instead(&self, delivery: &Delivery) -> Option<Template> {
        let terms = self.providers.terms(&delivery.conversation.number.name);
        let general = || terms?.window_template.as_ref();
        let template = delivery.message.otherwise.as_ref().or_else(general)?;
        Some(template.filled(&[("text", &delivery.message.content.as_text())]))
    }

    fn decide(&self, delivery: &Delivery, failure: Failure) -> DeliveryOutcome {
        let too_old = self.is_too_old(delivery);
        let text = !matches!(delivery.message.content, Content::Template(_));
        // Closed before, so that it was the template that did not get through.
        let open = delivery.conversation.window_is_open(self.clock.now());
        match failure.class {
            // Known from now on: the next try is the template.
            Class::WindowClosed if text && open && self.instead(delivery).is_some() => {
                DeliveryOutcome::Retry { at: self.clock.now(), failure: Some(failure) }
            }
            Class::WindowClosed | Class::Refused | Class::Unsubscribed => {
                DeliveryOutcome::Failed(failure)
            }
            Class::Transient { .. } | Class::StopNumber | Class::Unpaid if too_old => {
                DeliveryOutcome::Failed(failure)
            }
            Class::Transient { .. } | Class::StopNumber | Class::Unpaid => {
                let own = || backoff(delivery.attempt, rand::random());
                let wait = failure.class.after().unwrap_or_else(own);
                DeliveryOutcome::Retry { at: self.clock.now() + wait, failure: Some(failure) }
            }
        }
    }

    /// The time for a receipt is over: ask, then act.
    async fn clear_up(
        &self,
        provider: &dyn Provider,
        delivery: &Delivery,
        since: Timestamp,
    ) -> DeliveryOutcome {
        let receipts = match provider.lookup(&parcel(delivery, since)).await {
            Lookup::Found(receipts) => receipts,
            Lookup::Unanswered if since + ASK_FOR > self.clock.now() => {
                return DeliveryOutcome::Uncertain { ask_at: self.clock.now() + self.grace() };
            }
            Lookup::Absent | Lookup::Unknown | Lookup::Unanswered => Vec::new(),
        };
        match self.nobodys(delivery, receipts).await {
            Some(Receipt { failure: Some(failure), .. }) => self.decide(delivery, failure),
            Some(Receipt { provider_id, failure: None, .. }) => DeliveryOutcome::Sent(provider_id),
            None => self.without_trace(delivery),
        }
    }

    /// The first that is not known to be another message of ours.
    async fn nobodys(&self, delivery: &Delivery, receipts: Vec<Receipt>) -> Option<Receipt> {
        let number = &delivery.conversation.number.name;
        for receipt in receipts {
            if let Ok(None) = self.store.by_provider_id(number, &receipt.provider_id).await {
                return Some(receipt);
            }
        }
        None
    }

    fn without_trace(&self, delivery: &Delivery) -> DeliveryOutcome {
        match self.config.uncertain {
            _ if delivery.doubts >= DOUBTS => {
                failed("sent twice without an answer; it may or may not have arrived")
            }
            Uncertain::Resend => DeliveryOutcome::Resend,
            Uncertain::Hold => {
                failed("sent without an answer; it may have arrived (sending.uncertain = \"hold\")")
            }
        }
    }

    fn grace(&self) -> Duration {
        Duration::from_secs(self.config.grace_s)
    }

    fn report(&self, tried: &Tried) {
        let failure = tried.failure.as_ref();
        if let Some(terms) = self.providers.terms(&tried.number) {
            self.metrics.delivery_was_tried(&terms.provider, tried.outcome);
        }
        tracing::info!(
            conversation.id = %tried.id.conversation,
            delivery.id = %tried.id,
            number.name = %tried.number,
            delivery.outcome = tried.outcome,
            failure.code = failure.and_then(|failure| failure.code),
            failure.reason = failure.map(|failure| failure.reason.as_str()),
            "A delivery was tried"
        );
        let told = (tried.over || tried.stops_number()) && !tried.number.is_in_chat();
        if let Some(failure) = failure.filter(|_| told) {
            self.alerts.undelivered(&tried.number, failure);
        }
    }
}

/// What is told of an attempt.
struct Tried {
    id: MessageId,
    number: NumberName,
    outcome: &'static str,
    over: bool,
    failure: Option<Failure>,
}

impl Tried {
    fn of(delivery: &Delivery, outcome: &DeliveryOutcome) -> Self {
        let (outcome, failure) = match outcome {
            DeliveryOutcome::Sent(_) => ("sent", None),
            DeliveryOutcome::Retry { failure, .. } => ("retry", failure.clone()),
            DeliveryOutcome::Uncertain { .. } => ("uncertain", None),
            DeliveryOutcome::Resend => ("resend", None),
            DeliveryOutcome::Failed(failure) => ("failed", Some(failure.clone())),
        };
        let (id, number) = (delivery.id, delivery.conversation.number.name.clone());
        Self { id, number, outcome, over: outcome == "failed", failure }
    }

    fn stops_number(&self) -> bool {
        self.failure.as_ref().is_some_and(|failure| failure.class.stops_number())
    }
}

/// Said by the provider, or known beforehand.
fn closed(message: &Message) -> Failure {
    let said = message.failure.clone().filter(|said| said.class == Class::WindowClosed);
    said.unwrap_or_else(|| {
        Failure::new(
            Class::WindowClosed,
            "more than 24 hours since the person last wrote, and the number has no window_template",
        )
    })
}

fn failed(reason: &str) -> DeliveryOutcome {
    DeliveryOutcome::Failed(Failure::new(Class::Refused, reason))
}

fn parcel(delivery: &Delivery, since: Timestamp) -> Parcel<'_> {
    Parcel {
        number: &delivery.conversation.number.name,
        to: &delivery.conversation.address,
        message: &delivery.message,
        delivery: delivery.id,
        since,
    }
}
