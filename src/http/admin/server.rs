//! What the program says of itself.

use axum::Json;
use axum::extract::State;
use serde::{Deserialize, Serialize};

use crate::http::Shared;

/// A running program.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct ServerLine {
    /// Its version.
    pub version: String,
    /// Where providers reach it, by its own configuration.
    pub public_url: String,
}

pub(super) async fn show(State(shared): State<Shared>) -> Json<ServerLine> {
    let version = env!("CARGO_PKG_VERSION").to_owned();
    Json(ServerLine { version, public_url: shared.public_url.borrow().to_string() })
}
