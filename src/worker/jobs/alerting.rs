//! Alerts to operators: to a URL, and by WhatsApp from a number that works.

use serde::Serialize;

use super::Jobs;
use super::hook::Told;
use crate::domain::change::{Change, Saying, Subject};
use crate::domain::id::{Business, Number, NumberName};
use crate::domain::job::{Alert, Job};
use crate::domain::message::{Outgoing, Role};
use crate::domain::person::{Address, Phone, Sender};
use crate::store::StoreError;

/// What is posted.
#[derive(Debug, Serialize)]
struct Posted<'a> {
    r#type: &'static str,
    timestamp: jiff::Timestamp,
    data: &'a Alert,
}

impl Jobs {
    /// Tells the operators. Who was told at an earlier try is not told again
    /// by WhatsApp; a URL sees the same id.
    pub(super) async fn alert(&self, job: &Job, alert: &Alert) -> Told {
        let written = self.write_to_operators(job, alert).await;
        let posted = match &self.alerts {
            Some(hook) => {
                let posted = Posted { r#type: "alert", timestamp: alert.at, data: alert };
                hook.post(&self.http, &self.clock, job.id, &posted).await
            }
            None => Told::Yes,
        };
        match (written, posted) {
            (Err(error), _) => Told::later(error.to_string()),
            (Ok(false), Told::Yes) => Told::later("no number works that could tell the operators"),
            (Ok(_), posted) => posted,
        }
    }

    /// `false` = there are operators, and no number that reaches them.
    async fn write_to_operators(&self, job: &Job, alert: &Alert) -> Result<bool, StoreError> {
        let phones = self.alerting.to.iter().filter_map(|phone| Phone::parse(phone));
        let phones: Vec<Phone> = phones.collect();
        if phones.is_empty() {
            return Ok(true);
        }
        let Some(number) = self.working_number(&alert.about).await? else { return Ok(false) };
        for phone in phones {
            self.write_to(&number, phone, job, alert).await?;
        }
        Ok(true)
    }

    async fn write_to(
        &self,
        number: &Number,
        phone: Phone,
        job: &Job,
        alert: &Alert,
    ) -> Result<(), StoreError> {
        let text = format!("⚠️ Olifant: {} ({}): {}", alert.kind, alert.about, alert.reason);
        // A key names one message of a number, and each operator gets one.
        let key = Some(format!("alert {} {}", job.id, phone.canonical()));
        let otherwise = self.alerting.template.clone();
        let message = Outgoing { otherwise, ..Outgoing::text(text) };
        let say = Change::Say(Box::new(Saying { role: Role::Business, message, key }));
        let sender = Sender::from(Address::Phone(phone));
        self.store.apply(Subject::Address(number.clone(), sender), vec![say]).await.map(drop)
    }

    /// The number that it is about, unless that is stopped; else one of the
    /// same business, else any.
    async fn working_number(&self, about: &str) -> Result<Option<Number>, StoreError> {
        let mut working = Vec::new();
        for name in self.providers.names() {
            if self.store.number(name).await?.paused.is_none() {
                working.extend(self.providers.number(name));
            }
        }
        let business = self.providers.number(&NumberName::from(about)).map(|n| n.business);
        let business = business.unwrap_or_else(|| Business::from(about));
        let rank = |number: &Number| (number.name.as_str() != about, number.business != business);
        working.sort_by_key(rank);
        Ok(working.into_iter().next())
    }
}
