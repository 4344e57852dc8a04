//! Step 4: what a provider told us goes into the store, and what an operator
//! has to know of it is said. Webhooks and the catch-up come in by this door.

use std::fmt;
use std::sync::Arc;
use std::time::Duration;

use tokio::sync::watch;

use crate::alert::{Alerts, Kind};
use crate::assistant::{Minds, policy};
use crate::domain::event::{Event, Received};
use crate::domain::id::NumberName;
use crate::domain::lane::Quiet;
use crate::metrics::{Metrics, Webhook};
use crate::provider::{Parsed, Providers};
use crate::store::{Accepted, Store, StoreError};

/// For a number whose business has no mind of its own, which can't be
/// configured.
const QUIET: Quiet = Quiet { settle: Duration::from_secs(1), cap: Duration::from_secs(6) };

/// Shares of the free messages at which an operator is told, in percent.
const WARN_AT: [u64; 2] = [80, 100];

/// The door to the store.
#[derive(Clone)]
pub struct Intake {
    store: Arc<dyn Store>,
    providers: Arc<Providers>,
    minds: watch::Receiver<Arc<Minds>>,
    alerts: Arc<Alerts>,
    metrics: Arc<Metrics>,
}

/// What came of a body: how many elements of it ended how.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Tally {
    /// Messages that were not known before.
    pub new: usize,
    /// Messages that were.
    pub duplicate: usize,
    /// Receipts, edits and the like that changed something.
    pub applied: usize,
    /// What concerns nothing we know, or means nothing to us.
    pub ignored: usize,
    /// For numbers that the secret does not speak for.
    pub foreign: usize,
    /// Signed, but not readable.
    pub unreadable: usize,
}

impl fmt::Display for Tally {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let outcomes = self.outcomes().map(|(outcome, count)| format!("{outcome}={count}"));
        f.write_str(&outcomes.join(" "))
    }
}

impl Intake {
    /// Into this store, by the rules of these minds.
    pub fn new(
        store: Arc<dyn Store>,
        providers: Arc<Providers>,
        minds: watch::Receiver<Arc<Minds>>,
        alerts: Arc<Alerts>,
        metrics: Arc<Metrics>,
    ) -> Self {
        Self { store, providers, minds, alerts, metrics }
    }

    /// Everything that can be read is on disk when it returns. `provider` is
    /// its name in the log.
    pub async fn take(&self, provider: &str, parsed: Parsed) -> Result<Tally, StoreError> {
        let tally = self.keep(provider, parsed).await?;
        for (outcome, count) in tally.outcomes() {
            self.metrics.events(provider, outcome, count);
        }
        Ok(tally)
    }

    async fn keep(&self, provider: &str, parsed: Parsed) -> Result<Tally, StoreError> {
        log_unread(provider, &parsed);
        for (number, reason) in &parsed.notices {
            self.alerts.raise(Kind::Account, number.as_str(), reason);
        }
        let Parsed { foreign, unreadable, ignored, events, .. } = parsed;
        let mut tally = Tally { foreign, unreadable, ignored, ..Tally::default() };
        let count = events.len();
        let received: Vec<Received> = events
            .into_iter()
            .filter_map(|(number, event)| self.received(&number, event))
            .collect();
        tally.ignored += count - received.len();
        if received.is_empty() {
            return Ok(tally);
        }
        let numbers: Vec<NumberName> = received.iter().map(|r| r.number.name.clone()).collect();
        let accepted = self.store.accept(received).await;
        let accepted = accepted.inspect_err(|error| self.not_kept(provider, error))?;
        for (number, accepted) in numbers.iter().zip(&accepted) {
            tally.count(accepted);
            self.report(number, accepted);
        }
        Ok(tally)
    }

    fn received(&self, number: &NumberName, event: Event) -> Option<Received> {
        let number = self.providers.number(number)?;
        let mind = self.minds.borrow().get(&number.business).cloned();
        let kept = mind.as_ref().is_none_or(|mind| policy::keeps(&mind.policy, &event));
        let quiet = mind.as_ref().map_or(QUIET, |mind| mind.quiet());
        let pause = mind.map_or(Duration::ZERO, |mind| mind.pause_after_human());
        self.note(&number.name, &event);
        kept.then_some(Received { number, quiet, pause, event })
    }

    /// What an event alone says to an operator.
    fn note(&self, number: &NumberName, event: &Event) {
        match event {
            Event::Standby(_) => {
                let reason = "another program of the business (Meta's own agent) answers people \
                              here; Olifant keeps what they write and is silent";
                self.alerts.raise(Kind::AnsweredElsewhere, number.as_str(), reason);
            }
            Event::Receipt(receipt) => {
                let category = receipt.pricing.as_ref().map(|pricing| pricing.category.as_str());
                if category == Some("general_purpose_ai") {
                    let reason = "the provider bills a message as a general-purpose assistant's; \
                                  such assistants are not allowed in most countries";
                    self.alerts.raise(Kind::Classified, number.as_str(), reason);
                }
            }
            Event::Message(_)
            | Event::HumanReply(_)
            | Event::Edit { .. }
            | Event::Revoke { .. }
            | Event::Reaction { .. }
            | Event::Moved(_) => {}
        }
    }

    fn report(&self, number: &NumberName, accepted: &Accepted) {
        match accepted {
            Accepted::Failed(failure) => {
                if let Some(terms) = self.providers.terms(number) {
                    self.metrics.delivery_was_tried(&terms.provider, "undelivered");
                }
                self.alerts.undelivered(number, failure);
            }
            Accepted::Counted(delivered) => self.warn_of_bill(number, *delivered),
            Accepted::New(_) | Accepted::Duplicate | Accepted::Applied | Accepted::Ignored => {}
        }
    }

    /// Each count is met once, so each share is told once a month.
    fn warn_of_bill(&self, number: &NumberName, delivered: u32) {
        let free = self.providers.terms(number).map_or(0, |terms| terms.free_service_messages);
        let reached = |percent: &u64| {
            u64::from(delivered) == (u64::from(free) * percent).div_ceil(100) && free > 0
        };
        if let Some(percent) = WARN_AT.into_iter().find(reached) {
            let reason = format!(
                "{percent} % of this month's {free} free messages are used; beyond them each is \
                 billed, and without a valid payment method none is delivered: see \
                 WhatsApp Manager > Account tools > Payment settings (Twilio: Billing)"
            );
            self.alerts.raise(Kind::FreeMessages, &format!("{number} ({percent} %)"), &reason);
        }
    }

    fn not_kept(&self, provider: &str, error: &StoreError) {
        tracing::error!(provider, %error, "What came in was not taken; the provider delivers it again");
        if let StoreError::NoSpace { .. } = error {
            self.alerts.raise(Kind::DiskFull, "store", &error.to_string());
        }
    }
}

impl Tally {
    /// How many ended how.
    fn outcomes(&self) -> [(&'static str, usize); 6] {
        let Self { new, duplicate, applied, ignored, foreign, unreadable } = *self;
        [
            ("new", new),
            ("duplicate", duplicate),
            ("applied", applied),
            ("ignored", ignored),
            ("foreign", foreign),
            ("unreadable", unreadable),
        ]
    }

    /// What the whole of it comes to.
    pub fn webhook(&self) -> Webhook {
        match self {
            Self { unreadable: 1.., .. } => Webhook::Unreadable,
            Self { new: 0, applied: 0, duplicate: 1.., .. } => Webhook::Duplicate,
            _ => Webhook::Accepted,
        }
    }

    fn count(&mut self, accepted: &Accepted) {
        match accepted {
            Accepted::New(_) => self.new += 1,
            Accepted::Duplicate => self.duplicate += 1,
            Accepted::Applied | Accepted::Counted(_) | Accepted::Failed(_) => self.applied += 1,
            Accepted::Ignored => self.ignored += 1,
        }
    }
}

fn log_unread(provider: &str, parsed: &Parsed) {
    let Parsed { foreign, unreadable, ignored, .. } = *parsed;
    if unreadable > 0 {
        tracing::error!(provider, unreadable, "signed elements of a webhook can't be read");
    }
    if foreign > 0 {
        tracing::warn!(provider, foreign, "webhook speaks for numbers it may not speak for");
    }
    if ignored > 0 {
        tracing::debug!(provider, ignored, "elements of a webhook that mean nothing to us");
    }
}
