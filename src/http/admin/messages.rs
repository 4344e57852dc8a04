//! Writing to people, as the API does.

use axum::Json;
use axum::extract::State;
use axum::http::{HeaderMap, StatusCode};

use crate::http::Shared;
use crate::http::body::Body;
use crate::http::error::Problem;
use crate::http::messages_api::letter::Letter;
use crate::http::messages_api::{Sent, key, say};

pub(super) async fn send(
    State(shared): State<Shared>,
    headers: HeaderMap,
    Body(letter): Body<Letter>,
) -> Result<(StatusCode, Json<Sent>), Problem> {
    say(&shared, None, &letter, key(&headers)?).await
}
