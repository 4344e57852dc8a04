//! How the numbers stand; stopping one, letting it send again.

use std::time::Duration;

use axum::Json;
use axum::extract::{Path as Segment, State};
use jiff::Timestamp;
use serde::{Deserialize, Serialize};

use crate::domain::change::{Change, Subject};
use crate::domain::id::{Business, NumberName};
use crate::http::Shared;
use crate::http::body::Body;
use crate::http::error::Problem;
use crate::provider::Terms;

/// A number, and how it stands.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct NumberLine {
    /// Its name in the configuration.
    pub name: NumberName,
    /// How it is reached.
    pub provider: String,
    /// Whose it is.
    pub business: Business,
    /// Why nothing is sent from it, if it is paused.
    pub paused: Option<String>,
    /// When it sends again; without, when it is resumed.
    pub paused_until: Option<Timestamp>,
    /// Messages that arrived this month and count against the free ones.
    pub delivered: u32,
    /// So many arrive free each month.
    pub free: u32,
}

/// For how long a number or a conversation is to be paused.
#[derive(Clone, Copy, Debug, Default, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Pause {
    /// In minutes; without: until it is resumed.
    #[serde(default)]
    pub minutes: Option<u32>,
}

impl Pause {
    /// The longest pause that has an end: a year.
    const MINUTES: u32 = 366 * 24 * 60;

    /// When it is over; `None` = when it is ended.
    pub fn until(self, now: Timestamp) -> Result<Option<Timestamp>, Problem> {
        if self.minutes.is_some_and(|n| n > Self::MINUTES) {
            let message = "at most a year; leave it out to pause until it is resumed";
            return Err(Problem::invalid("minutes", message));
        }
        Ok(self.minutes.map(|n| now + Duration::from_secs(60 * u64::from(n))))
    }
}

pub(super) async fn list(State(shared): State<Shared>) -> Result<Json<Vec<NumberLine>>, Problem> {
    let mut lines = Vec::new();
    for name in shared.providers.names() {
        lines.push(number(&shared, name).await?);
    }
    Ok(Json(lines))
}

pub(super) async fn pause(
    State(shared): State<Shared>,
    Segment(name): Segment<String>,
    Body(pause): Body<Pause>,
) -> Result<Json<NumberLine>, Problem> {
    let until = pause.until(shared.clock.now())?;
    change(&shared, &name, Change::PauseNumber { until }).await
}

pub(super) async fn resume(
    State(shared): State<Shared>,
    Segment(name): Segment<String>,
) -> Result<Json<NumberLine>, Problem> {
    change(&shared, &name, Change::ResumeNumber).await
}

async fn change(shared: &Shared, name: &str, change: Change) -> Result<Json<NumberLine>, Problem> {
    let name = NumberName::from(name);
    // Known before it is changed.
    number(shared, &name).await?;
    shared.store.apply(Subject::Number(name.clone()), vec![change]).await?;
    number(shared, &name).await.map(Json)
}

async fn number(shared: &Shared, name: &NumberName) -> Result<NumberLine, Problem> {
    let terms = known(shared, name)?;
    let state = shared.store.number(name).await?;
    Ok(NumberLine {
        name: name.clone(),
        provider: terms.provider.clone(),
        business: terms.business.clone(),
        paused_until: state.paused.as_ref().and_then(|pause| pause.until),
        paused: state.paused.map(|pause| pause.reason),
        delivered: state.delivered,
        free: terms.free_service_messages,
    })
}

/// What an operator has said of a number; there has to be one of this name.
pub(super) fn known<'a>(shared: &'a Shared, name: &NumberName) -> Result<&'a Terms, Problem> {
    shared.providers.terms(name).ok_or_else(|| {
        let known: Vec<&str> = shared.providers.names().map(NumberName::as_str).collect();
        let message = format!("there is no number {name}; there are {}", known.join(", "));
        Problem::not_found("unknown_number", message)
    })
}
