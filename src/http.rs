//! The HTTP surface: the providers' webhooks, the API for the business's other
//! programs, the health checks, and the operators' commands on a socket of
//! their own. A handler extracts, calls and answers; what it calls lies a floor
//! down.

pub mod admin;
pub mod auth;
mod body;
pub mod error;
mod exports;
mod health;
mod media_api;
pub mod memory_api;
pub mod messages_api;
pub mod metrics;
mod openapi;
mod serve;
mod webhook;

use std::net::SocketAddr;
use std::path::PathBuf;
use std::sync::Arc;

use axum::Router;
use axum::routing::{get, post};
use tokio::sync::watch;
use tokio_util::sync::CancellationToken;
use url::Url;

use crate::clock::Clock;
use crate::intake::Intake;
use crate::metrics::Metrics;
use crate::provider::Providers;
use crate::store::Store;

pub use serve::{Doors, serve};

/// `[server]`.
#[derive(Clone, Debug, serde::Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Config {
    /// Where it listens.
    pub listen: SocketAddr,
    /// Where what is measured can be read without a token.
    pub metrics_listen: Option<SocketAddr>,
    /// The URL under which providers reach it.
    pub public_url: Option<Url>,
    /// How long work in progress may take to end after SIGTERM, in seconds.
    pub shutdown_s: u64,
    /// The user's own prompt and reply templates.
    pub templates_dir: Option<PathBuf>,
}

impl Config {
    /// Where providers reach it: `public_url`, or the address it listens on.
    pub fn public_base(&self) -> Result<Url, url::ParseError> {
        match &self.public_url {
            Some(url) => Ok(url.clone()),
            None => Url::parse(&format!("http://{}", self.listen)),
        }
    }
}

/// What the handlers share.
#[derive(Clone)]
pub struct Shared {
    /// The store.
    pub store: Arc<dyn Store>,
    /// Whose signature counts, for which numbers.
    pub providers: Arc<Providers>,
    /// Where what they tell goes.
    pub intake: Intake,
    /// Where the providers reach us; Twilio signs it.
    pub public_url: watch::Receiver<Url>,
    /// The time.
    pub clock: Clock,
    /// How much programs may keep.
    pub memory_api: memory_api::Config,
    /// What they read of people's memory.
    pub looks: Arc<memory_api::looks::Looks>,
    /// What is counted and measured.
    pub metrics: Arc<Metrics>,
    /// Cancelled when no more work is wanted.
    pub stopping: CancellationToken,
}

/// All routes but the operators'.
pub fn router(shared: Shared) -> Router {
    let state = webhook::Webhooks::new(shared.clone());
    let exports =
        Router::new().route("/exports/{secret}", get(exports::fetch)).with_state(shared.clone());
    let webhooks = Router::new()
        .route("/webhooks/meta", get(webhook::handshake).post(webhook::meta))
        .route("/webhooks/twilio", post(webhook::twilio))
        .route("/webhooks/twilio/status", post(webhook::twilio))
        .with_state(Arc::new(state));
    let botwire = memory_api::compat::router(shared.clone());
    let open = webhooks.merge(exports).merge(botwire);
    open.merge(metrics::guarded(shared.clone())).merge(openapi::router(shared))
}

#[cfg(test)]
mod tests;
