//! Whether the process lives, and whether work should be sent to it.

use axum::Json;
use axum::extract::State;
use axum::http::StatusCode;
use serde::Serialize;

use super::Shared;

/// What a health check answers.
#[derive(Debug, PartialEq, Eq, Serialize)]
pub struct Health {
    ok: bool,
    #[serde(skip_serializing_if = "Option::is_none")]
    reason: Option<String>,
}

/// `/healthz`: the process lives. 200, always.
pub async fn alive() -> Json<Health> {
    Json(Health { ok: true, reason: None })
}

/// `/readyz`: 200 if webhooks are taken, 503 with a reason if not.
pub async fn ready(State(shared): State<Shared>) -> (StatusCode, Json<Health>) {
    match obstacle(&shared).await {
        None => (StatusCode::OK, Json(Health { ok: true, reason: None })),
        reason => (StatusCode::SERVICE_UNAVAILABLE, Json(Health { ok: false, reason })),
    }
}

async fn obstacle(shared: &Shared) -> Option<String> {
    if shared.stopping.is_cancelled() {
        return Some("shutting down".into());
    }
    // Takes nothing, and says whether anything would be taken.
    shared.store.accept(Vec::new()).await.err().map(|e| e.to_string())
}
