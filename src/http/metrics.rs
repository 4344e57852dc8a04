//! `GET /metrics`: what is counted and measured, for Prometheus. On the public
//! listener for whoever shows a token; on one of its own for whoever reaches it.

use axum::Router;
use axum::extract::State;
use axum::http::header::CONTENT_TYPE;
use axum::response::IntoResponse;
use axum::routing::get;

use super::Shared;
use super::auth::Watcher;
use super::error::Problem;
use crate::metrics::{NumberNow, Snapshot};
use crate::store::StoreError;

const OPEN_METRICS: &str = "application/openmetrics-text; version=1.0.0; charset=utf-8";

/// For a listener of its own: it asks nobody who they are.
pub fn router(shared: Shared) -> Router {
    Router::new().route("/metrics", get(page)).with_state(shared)
}

/// For the public listener.
pub(super) fn guarded(shared: Shared) -> Router {
    let page = async |_: Watcher, state: State<Shared>| page(state).await;
    Router::new().route("/metrics", get(page)).with_state(shared)
}

async fn page(State(shared): State<Shared>) -> Result<impl IntoResponse, Problem> {
    let snapshot = snapshot(&shared).await?;
    Ok(([(CONTENT_TYPE, OPEN_METRICS)], shared.metrics.page(&snapshot)))
}

async fn snapshot(shared: &Shared) -> Result<Snapshot, StoreError> {
    let mut numbers = Vec::new();
    for name in shared.providers.names() {
        let state = shared.store.number(name).await?;
        let free = shared.providers.terms(name).map_or(0, |terms| terms.free_service_messages);
        numbers.push(NumberNow { name: name.clone(), free, state });
    }
    Ok(Snapshot { load: shared.store.load().await?, numbers, now: shared.clock.now() })
}
