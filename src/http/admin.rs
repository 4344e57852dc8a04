//! What operators do, as one router. A running program answers it on a socket
//! in the store's folder, which only its own user can open; on a stopped store
//! the command line calls the same router in its own process.

mod backup;
pub mod chat;
pub mod conversations;
pub mod deliveries;
pub mod ids;
pub mod memory;
mod messages;
pub mod numbers;
pub mod people;
pub mod recall;
pub mod server;
pub mod tokens;
pub mod transfer;
pub mod turns;
pub mod whom;

use std::path::{Path, PathBuf};
use std::sync::Arc;

use axum::Router;
use axum::extract::FromRef;
use axum::routing::{delete, get, post};
use tokio::sync::watch;

use super::Shared;
use crate::assistant::{Mind, Minds};
use crate::domain::id::Business;
use crate::worker::Workers;

/// The socket's name in the store's folder.
const SOCKET: &str = "admin.sock";

/// Where the program that has this store open (`store.url`) answers operators.
pub fn socket(store_url: &str) -> PathBuf {
    let (_, folder) = store_url.split_once(':').unwrap_or_default();
    Path::new(folder).join(SOCKET)
}

/// What the commands share.
#[derive(Clone)]
pub struct Operators {
    /// What everybody shares.
    pub shared: Shared,
    /// How each business answers: only operators may ask a model from here.
    pub minds: watch::Receiver<Arc<Minds>>,
    /// Who works on a conversation whose person waits at a terminal.
    pub workers: Arc<Workers>,
}

impl FromRef<Operators> for Shared {
    fn from_ref(operators: &Operators) -> Self {
        operators.shared.clone()
    }
}

impl Operators {
    /// How a business answers, as of now.
    fn mind(&self, business: &Business) -> Option<Arc<Mind>> {
        self.minds.borrow().get(business).cloned()
    }
}

/// All commands. Those about a person take `?business=NAME`, which is needed
/// if there are several.
pub fn router(operators: Operators) -> Router {
    Router::new()
        .route("/numbers", get(numbers::list))
        .route("/numbers/{name}/pause", post(numbers::pause))
        .route("/numbers/{name}/resume", post(numbers::resume))
        .route("/server", get(server::show))
        .route("/tokens", get(tokens::list).post(tokens::make))
        .route("/tokens/{id}", delete(tokens::revoke))
        .route("/messages", post(messages::send))
        .route("/chat", post(chat::talk))
        .route("/people", get(people::list))
        .route("/people/{person}", get(people::show).delete(people::forget))
        .route("/people/{person}/merge", post(people::merge))
        .route("/people/{person}/split", post(people::split))
        .route("/links", get(people::links))
        .route("/people/{person}/memory", get(memory::list))
        .route(
            "/people/{person}/memory/entry",
            get(memory::entry).post(memory::set).delete(memory::delete),
        )
        .route("/people/{person}/memory/history", get(memory::history))
        .route("/accesses", get(memory::accesses))
        .route("/people/{person}/recall", post(recall::find))
        .route("/people/{person}/export", get(transfer::export_all))
        .route("/people/{person}/facts", post(transfer::import_facts))
        .route("/people/{person}/turns", get(turns::of_person).post(transfer::import_turns))
        .route("/conversations", get(conversations::list))
        .route("/conversations/{id}", get(conversations::show))
        .route("/conversations/{id}/pause", post(conversations::pause))
        .route("/conversations/{id}/resume", post(conversations::resume))
        .route("/conversations/{id}/reply", post(conversations::reply))
        .route("/conversations/{id}/turns", get(turns::of_conversation))
        .route("/deliveries", get(deliveries::list))
        .route("/deliveries/{id}/retry", post(deliveries::retry))
        .route("/deliveries/{id}/drop", post(deliveries::drop))
        .route("/turns/{id}", get(turns::show))
        .route("/turns/{id}/replay", post(turns::replay))
        .route("/backup", get(backup::take))
        .route("/verify", get(backup::verify))
        .with_state(operators)
}
