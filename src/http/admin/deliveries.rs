//! What waits to go out, and what did not arrive: tried once more, or given
//! up.

mod line;
mod look;

use axum::Json;
use axum::extract::{Path as Segment, State};
use jiff::Timestamp;
use serde::Deserialize;

use super::whom::Asked;
use super::{ids, numbers};
use crate::domain::change::{Change, Subject};
use crate::domain::id::{MessageId, NumberName};
use crate::http::Shared;
use crate::http::error::Problem;
use crate::http::messages_api::Sent;
use crate::store::StoreError;
pub use line::{DeliveryLine, Stage};

/// Which deliveries.
#[derive(Clone, Debug, Deserialize)]
pub struct Which {
    /// Those that wait to go out.
    waiting: bool,
    /// Those that failed.
    failed: bool,
    /// Said since then.
    since: Option<Timestamp>,
    /// Only from this number of ours.
    number: Option<NumberName>,
    limit: usize,
}

/// The newest first.
pub(super) async fn list(
    State(shared): State<Shared>,
    Asked(which): Asked<Which>,
) -> Result<Json<Vec<DeliveryLine>>, Problem> {
    if let Some(number) = &which.number {
        numbers::known(&shared, number)?;
    }
    let mut lines = look::newest(&shared, &which).await?;
    line::name_all(&shared, &mut lines).await?;
    Ok(Json(lines))
}

/// A failed one goes to its place in the lane once more.
pub(super) async fn retry(
    State(shared): State<Shared>,
    Segment(id): Segment<String>,
) -> Result<Json<Sent>, Problem> {
    let id = ids::message(&shared, &id).await?;
    shared.store.message(id).await?.ok_or_else(unknown)?;
    apply(&shared, id, Change::Requeue(id)).await.map_err(|error| match error {
        StoreError::NotFound(_) => {
            let message = "it has not failed; olifant deliveries list --failed shows what has";
            Problem::conflict("not_failed", message).at("id")
        }
        error => error.into(),
    })?;
    sent(&shared, id).await
}

/// A waiting one is not sent any more.
pub(super) async fn drop(
    State(shared): State<Shared>,
    Segment(id): Segment<String>,
) -> Result<Json<Sent>, Problem> {
    let id = ids::message(&shared, &id).await?;
    shared.store.message(id).await?.ok_or_else(unknown)?;
    apply(&shared, id, Change::Drop(id)).await.map_err(|error| match error {
        StoreError::NotFound(_) => {
            let message = "it does not wait: it has gone out, is on its way at this moment, or is \
                           over; olifant deliveries list shows what waits";
            Problem::conflict("not_waiting", message).at("id")
        }
        error => error.into(),
    })?;
    sent(&shared, id).await
}

async fn apply(shared: &Shared, id: MessageId, change: Change) -> Result<(), StoreError> {
    let subject = Subject::Conversation(id.conversation);
    shared.store.apply(subject, vec![change]).await.map(|_| ())
}

async fn sent(shared: &Shared, id: MessageId) -> Result<Json<Sent>, Problem> {
    let row = shared.store.message(id).await?.ok_or_else(unknown)?;
    Sent::of(id, &row).map(Json).ok_or_else(unknown)
}

fn unknown() -> Problem {
    let message = "there is no such delivery; olifant deliveries list shows them";
    Problem::not_found("unknown_delivery", message).at("id")
}
