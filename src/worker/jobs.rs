//! Jobs: what happened is told to the business's other programs, and what is
//! wrong to its operators. Each may be told twice, none is lost.

mod alerting;
mod embedding;
mod erasing;
mod hook;
mod summarising;
mod telling;

use std::sync::Arc;
use std::time::Duration;

use secrecy::SecretString;
use url::Url;

use super::while_held;
use crate::assistant::Assistant;
use crate::clock::Clock;
use crate::domain::content::Template;
use crate::domain::job::{Job, JobOutcome, NewsKind, Task, patience};
use crate::provider::Providers;
use crate::store::{Claim, Queue, Store, StoreError};
use hook::{Hook, Told};

/// How often a job is tried, over a day and a half.
const TRIES: u16 = 9;

/// `[events]`.
#[derive(Clone, Debug, serde::Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Events {
    /// Where news are posted.
    pub url: Option<Url>,
    /// Signs them: `whsec_` and base64.
    pub secret: Option<SecretString>,
    /// Which.
    pub kinds: Vec<NewsKind>,
    /// Whether they hold what was said, and by whom.
    pub content: bool,
}

impl Events {
    /// The kinds that are to be queued: none if nobody listens.
    pub fn wanted(&self) -> &[NewsKind] {
        if self.url.is_some() { &self.kinds } else { &[] }
    }
}

/// `[alerts]`.
#[derive(Clone, Debug, serde::Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Alerts {
    /// Where alerts are posted.
    pub url: Option<Url>,
    /// Signs them: `whsec_` and base64.
    pub secret: Option<SecretString>,
    /// The phone numbers of those who get them by WhatsApp.
    pub to: Vec<String>,
    /// How, if they have not written for 24 hours: `{text}` is the alert.
    pub template: Option<Template>,
}

impl Alerts {
    /// Whether anybody but the log is told.
    pub fn is_wanted(&self) -> bool {
        self.url.is_some() || !self.to.is_empty()
    }
}

/// Does jobs.
pub struct Jobs {
    store: Arc<dyn Store>,
    assistant: Arc<Assistant>,
    providers: Arc<Providers>,
    events: Option<Hook>,
    content: bool,
    alerts: Option<Hook>,
    alerting: Alerts,
    http: reqwest::Client,
    clock: Clock,
}

impl Jobs {
    /// A worker over these parts; the secrets have been checked.
    pub fn new(
        store: Arc<dyn Store>,
        assistant: Arc<Assistant>,
        providers: Arc<Providers>,
        events: &Events,
        alerts: Alerts,
        http: reqwest::Client,
        clock: Clock,
    ) -> Self {
        Self {
            store,
            assistant,
            providers,
            events: Hook::of(events.url.as_ref(), events.secret.as_ref()),
            content: events.content,
            alerts: Hook::of(alerts.url.as_ref(), alerts.secret.as_ref()),
            alerting: alerts,
            http,
            clock,
        }
    }

    /// Whether alerts are to be queued.
    pub fn tell_alerts(&self) -> bool {
        self.alerting.is_wanted()
    }

    /// Does one job.
    pub async fn work(&self, claim: Claim<Job>) {
        let id = claim.lane();
        let attempt = self.attempt(&claim.work);
        let Some(outcome) = while_held(&*self.store, &claim, &self.clock, attempt).await else {
            return;
        };
        match Queue::finish(&*self.store, claim, outcome).await {
            Ok(_) | Err(StoreError::ClaimLost) => {}
            Err(error) => tracing::error!(job.id = %id, %error, "A job could not be stored"),
        }
    }

    async fn attempt(&self, job: &Job) -> JobOutcome {
        let told = match &job.task {
            Task::Tell(news) => self.tell(job, news).await,
            Task::Alert(alert) => self.alert(job, alert).await,
            Task::Summarise(conversation) => self.summarise(*conversation).await,
            Task::Embed(conversation) => self.embed(*conversation).await,
            Task::Erase(left) => self.erase(left).await,
        };
        let kind = job.task.kind();
        match told {
            Told::Yes => JobOutcome::Done,
            Told::Never(reason) => {
                tracing::error!(job.id = %job.id, job.kind = kind, reason, "A job is given up");
                JobOutcome::Done
            }
            Told::NotYet { reason, .. } if job.attempt >= TRIES => {
                tracing::error!(job.id = %job.id, job.kind = kind, reason, tries = job.attempt, "A job is given up");
                JobOutcome::Done
            }
            Told::NotYet { reason, after } => {
                tracing::warn!(job.id = %job.id, job.kind = kind, reason, tries = job.attempt, "A job is tried again");
                JobOutcome::Retry { at: self.clock.now() + wait(job.attempt, after) }
            }
        }
    }
}

/// At least as long as the other side asks for, within reason.
fn wait(attempt: u16, after: Option<Duration>) -> Duration {
    patience(attempt).max(after.unwrap_or_default().min(patience(TRIES)))
}

/// Whether a secret can sign; the error says what one looks like.
pub fn check_secret(secret: &SecretString) -> Result<(), &'static str> {
    hook::key(secret).map(drop)
}
