//! All that is kept, on its way out; and whether it fits together.

use axum::Json;
use axum::body::Body;
use axum::extract::State;
use axum::http::header::CONTENT_TYPE;
use axum::response::{IntoResponse, Response};
use futures_util::stream;
use tokio::sync::mpsc;

use crate::http::Shared;
use crate::http::error::Problem;
use crate::store::backup::{Bytes, Dump};
use crate::store::{StoreError, Verified};

/// Pieces of a megabyte that wait for a slow reader.
const WAITING: usize = 2;

type Pieces = mpsc::Sender<Result<Vec<u8>, StoreError>>;

/// A body that ends early is no backup: its last frame is missing.
pub(super) async fn take(State(shared): State<Shared>) -> Result<Response, Problem> {
    let dump = shared.store.dump().await?;
    let (pieces, reader) = mpsc::channel(WAITING);
    tokio::task::spawn_blocking(move || give(dump, &pieces));
    let next = |mut reader: mpsc::Receiver<_>| async { reader.recv().await.map(|p| (p, reader)) };
    let body = Body::from_stream(stream::unfold(reader, next));
    Ok(([(CONTENT_TYPE, "application/octet-stream")], body).into_response())
}

fn give(dump: Dump, pieces: &Pieces) {
    for piece in Bytes::of(dump) {
        if let Err(error) = &piece {
            tracing::error!(%error, "A backup broke off");
        }
        if pieces.blocking_send(piece).is_err() {
            // Nobody reads it any more.
            return;
        }
    }
}

pub(super) async fn verify(State(shared): State<Shared>) -> Result<Json<Verified>, Problem> {
    Ok(Json(shared.store.verify().await?))
}
