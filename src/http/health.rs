//! Whether the process lives, and whether work should be sent to it.

use axum::Json;
use axum::extract::State;
use axum::http::StatusCode;
use serde::Serialize;
use utoipa::ToSchema;

use super::Shared;

/// What a health check answers.
#[derive(Debug, PartialEq, Eq, Serialize, ToSchema)]
pub struct Health {
    /// Whether it is well.
    ok: bool,
    /// Why not.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(nullable = false)]
    reason: Option<String>,
}

/// The process lives: 200, always.
#[utoipa::path(get, path = "/healthz", tag = "health",
    responses((status = 200, description = "It lives.", body = Health)))]
pub async fn alive() -> Json<Health> {
    Json(Health { ok: true, reason: None })
}

/// Webhooks are taken: 200; if not, 503 with a reason.
#[utoipa::path(get, path = "/readyz", tag = "health",
    responses(
        (status = 200, description = "Webhooks are taken.", body = Health),
        (status = 503, description = "They are not, and why.", body = Health),
    ))]
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
