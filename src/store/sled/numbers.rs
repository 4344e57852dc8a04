//! How a number of ours stands: its pause, its month, how far it is caught up.

use async_trait::async_trait;
use jiff::Timestamp;
use jiff::tz::TimeZone;
use serde::{Deserialize, Serialize};

use super::SledStore;
use super::tx::Tx;
use crate::domain::change::Change;
use crate::domain::failure::Class;
use crate::domain::id::{Number, NumberName};
use crate::domain::job::{News, NewsKind, Task};
use crate::domain::pause::Pause;
use crate::store::{NumberState, Numbers, StoreError};

/// What has arrived in a calendar month.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
struct Month {
    /// `2026-11`, of UTC.
    month: String,
    delivered: u32,
}

impl Month {
    /// The count at `now`: a new month begins at 0.
    fn at(self, now: Timestamp) -> Self {
        let month = now.to_zoned(TimeZone::UTC).strftime("%Y-%m").to_string();
        let delivered = if self.month == month { self.delivered } else { 0 };
        Self { month, delivered }
    }
}

#[async_trait]
impl Numbers for SledStore {
    async fn number(&self, name: &NumberName) -> Result<NumberState, StoreError> {
        let paused: Option<Pause> = self.read(&self.hasher.number(name))?;
        let month: Month = self.read(&self.hasher.month(name))?.unwrap_or_default();
        let now = self.clock.now();
        Ok(NumberState {
            paused: paused.filter(|pause| pause.is_on(now)),
            delivered: month.at(now).delivered,
            caught_up: self.read(&self.hasher.caught_up(name))?,
        })
    }
}

impl Tx<'_> {
    pub fn change_number(&mut self, name: &NumberName, change: &Change) -> Result<(), StoreError> {
        let key = self.hasher.number(name);
        match change {
            Change::PauseNumber { until } => {
                let reason = "an operator paused it".to_owned();
                self.pause(name, Pause { until: *until, reason, stopped_at: None }).map(drop)
            }
            Change::ResumeNumber => {
                self.delete(key)?;
                self.wake_deliveries_of(name)
            }
            Change::CaughtUp(at) => self.put(self.hasher.caught_up(name), at),
            _ => Err(StoreError::NotFound("change of a number")),
        }
    }

    /// A number's pause, if it is still on.
    pub fn paused(&self, number: &NumberName) -> Result<Option<Pause>, StoreError> {
        let pause: Option<Pause> = self.get(&self.hasher.number(number))?;
        Ok(pause.filter(|pause| pause.is_on(self.now)))
    }

    /// What a failure means for everything else that the number sends. That
    /// somebody has to act is told once, until something was sent.
    pub fn pause_number(
        &mut self,
        number: &Number,
        class: Class,
        reason: &str,
    ) -> Result<(), StoreError> {
        let Some(wait) = class.number_waits() else { return Ok(()) };
        let stopped_at = class.stops_number().then_some(self.now);
        let pause = Pause { stopped_at, ..Pause::new(self.now, wait, reason) };
        let before = self.pause(&number.name, pause)?;
        let known = before.is_some_and(|before| before.stopped_at.is_some());
        match stopped_at.is_some() && !known && self.wants(NewsKind::NumberStopped) {
            true => self.queue_job(Task::Tell(stopped(number, self.now, reason))),
            false => Ok(()),
        }
    }

    /// The number works: a pause that is over is forgotten.
    pub fn has_sent(&mut self, name: &NumberName) -> Result<(), StoreError> {
        let key = self.hasher.number(name);
        let pause: Option<Pause> = self.get(&key)?;
        match pause.is_some_and(|pause| !pause.is_on(self.now)) {
            true => self.delete(key),
            false => Ok(()),
        }
    }

    /// No pause is made shorter by another. Gives back the one before.
    fn pause(&mut self, name: &NumberName, pause: Pause) -> Result<Option<Pause>, StoreError> {
        let key = self.hasher.number(name);
        let before: Option<Pause> = self.get(&key)?;
        let longer = match &before {
            Some(before) => before.clone().or_longer(pause),
            None => pause,
        };
        self.put(key, &longer)?;
        Ok(before)
    }

    /// One more message has arrived that counts against the free ones; how
    /// many that makes this month.
    pub fn count_delivered(&mut self, name: &NumberName) -> Result<u32, StoreError> {
        let key = self.hasher.month(name);
        let mut month = self.get::<Month>(&key)?.unwrap_or_default().at(self.now);
        month.delivered = month.delivered.saturating_add(1);
        self.put(key, &month)?;
        Ok(month.delivered)
    }
}

fn stopped(number: &Number, at: Timestamp, reason: &str) -> News {
    News {
        kind: NewsKind::NumberStopped,
        at,
        business: number.business.clone(),
        number: number.name.clone(),
        conversation: None,
        person: None,
        message: None,
        reason: Some(reason.to_owned()),
    }
}
