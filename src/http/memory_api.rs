//! `/v1/memory`: the business's other programs keep what they know, and read
//! and write what is known of a person. `compat` is the same for programs
//! written for BotWire.

pub mod compat;
pub mod looks;
pub mod place;
mod shown;
mod spot;
mod visit;

use axum::Json;
use axum::extract::rejection::QueryRejection;
use axum::extract::{Query, Request, State};
use axum::http::{HeaderMap, StatusCode};
use axum::response::{IntoResponse, Response};
use base64::Engine;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;

use super::Shared;
use super::body;
use super::error::Problem;
use crate::domain::memory::{Cursor, Op, Page, Quota};
use shown::{
    Append, Appended, At, Cleared, Form, Guard, In, Increase, Kept, Keys, MOST, Part, Put, Wanted,
    is_known, ttl,
};
use spot::{Spot, no_key};
use visit::Visit;

/// So many keys are listed if it is not said how many.
const PAGE: usize = 100;

/// No limit may be higher: a record of the store holds this many characters,
/// whichever they are.
pub const MOST_CHARS: u64 = 20_000_000;

/// What surrounds a value in a body, at most.
const AROUND: u64 = 64 * 1024;

/// `[memory_api]`.
#[derive(Clone, Copy, Debug, serde::Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Config {
    /// The most characters of a value.
    pub max_value_chars: u64,
    /// The most characters of a list.
    pub max_list_chars: u64,
    /// The most keys of a namespace; 0 = any number.
    pub max_keys: u64,
}

impl Config {
    /// What each write is held against.
    pub fn quota(&self) -> Quota {
        Quota {
            value_chars: self.max_value_chars,
            list_chars: self.max_list_chars,
            keys: self.max_keys,
        }
    }

    /// The longest body. JSON may take twelve bytes for one character; in a
    /// long list few are so.
    pub fn most_bytes(&self) -> usize {
        let most = (12 * self.max_value_chars).max(4 * self.max_list_chars) + AROUND;
        usize::try_from(most).unwrap_or(usize::MAX)
    }
}

/// What is under a key.
///
/// A long list is read in parts: with `from` or `limit` the answer has the
/// part, and the `length` of the whole.
#[utoipa::path(
    get,
    path = "/v1/memory/{namespace}/{key}",
    tag = "memory",
    params(At, Part),
    responses(
        (status = 200, description = "It.", body = Kept, headers(("ETag" = String))),
        (status = 304, description = "It is the version of `If-None-Match`."),
        (status = 401, description = "No valid token.", body = Problem),
        (status = 403, description = "The token is for something else.", body = Problem),
        (status = 404, description = "There is no such key.", body = Problem),
        (status = 422, description = "A name or a parameter is wrong, or it is no list.",
            body = Problem),
        (status = 503, description = "The store can't be read now.", body = Problem),
    ),
    security(("token" = []), ("basic" = [])),
)]
pub async fn read(
    spot: Spot,
    headers: HeaderMap,
    part: Result<Query<Part>, QueryRejection>,
) -> Result<Response, Problem> {
    let Query(part) = part.map_err(wrong_query)?;
    part.limit.map_or(Ok(0), within)?;
    let entry = spot.visit.entry(&spot.key).await?.ok_or_else(no_key)?;
    if is_known(&headers, &entry) {
        return Ok(StatusCode::NOT_MODIFIED.into_response());
    }
    match part {
        Part { from: None, limit: None } => Ok(Kept::from(entry).into_response()),
        part => Kept::part(entry, &part).map(IntoResponse::into_response).ok_or_else(no_list),
    }
}

/// Keeps a value under a key, for good or for a while.
#[utoipa::path(
    put,
    path = "/v1/memory/{namespace}/{key}",
    tag = "memory",
    params(At, Guard),
    request_body(content = Put, content_type = "application/json"),
    responses(
        (status = 200, description = "It is kept.", body = Kept, headers(("ETag" = String))),
        (status = 400, description = "No JSON.", body = Problem),
        (status = 401, description = "No valid token.", body = Problem),
        (status = 403, description = "The token is for something else.", body = Problem),
        (status = 409, description = "It is more than may be kept.", body = Problem),
        (status = 412, description = "The key does not stand as the guard says.", body = Problem),
        (status = 413, description = "The body is too large.", body = Problem),
        (status = 415, description = "The body is not said to be JSON.", body = Problem),
        (status = 422, description = "A name or a field is wrong.", body = Problem),
        (status = 503, description = "Nothing can be kept now.", body = Problem),
    ),
    security(("token" = []), ("basic" = [])),
)]
pub async fn write(
    spot: Spot,
    State(shared): State<Shared>,
    headers: HeaderMap,
    request: Request,
) -> Result<Kept, Problem> {
    let put: Put = body::read(request, shared.memory_api.most_bytes()).await?;
    let op = Op::Set { value: put.value, ttl: ttl(put.ttl)? };
    spot.put(op, &headers).await.map(Kept::from)
}

/// Deletes a key and what stood under it before.
#[utoipa::path(
    delete,
    path = "/v1/memory/{namespace}/{key}",
    tag = "memory",
    params(At, Guard),
    responses(
        (status = 204, description = "It is gone."),
        (status = 401, description = "No valid token.", body = Problem),
        (status = 403, description = "The token is for something else.", body = Problem),
        (status = 404, description = "There is no such key.", body = Problem),
        (status = 412, description = "The key does not stand as the guard says.", body = Problem),
        (status = 422, description = "A name is wrong.", body = Problem),
        (status = 503, description = "Nothing can be written now.", body = Problem),
    ),
    security(("token" = []), ("basic" = [])),
)]
pub async fn delete(spot: Spot, headers: HeaderMap) -> Result<StatusCode, Problem> {
    spot.write(Op::Delete, &headers).await?.ok_or_else(no_key)?;
    Ok(StatusCode::NO_CONTENT)
}

/// Adds to a number; of many at once none is lost.
///
/// What is not there counts as 0, a text that is a number as that.
#[utoipa::path(
    post,
    path = "/v1/memory/{namespace}/{key}/incr",
    tag = "memory",
    params(At, Guard),
    request_body(content = Increase, content_type = "application/json"),
    responses(
        (status = 200, description = "The new value.", body = Kept, headers(("ETag" = String))),
        (status = 400, description = "No JSON.", body = Problem),
        (status = 401, description = "No valid token.", body = Problem),
        (status = 403, description = "The token is for something else.", body = Problem),
        (status = 409, description = "It is more than may be kept.", body = Problem),
        (status = 412, description = "The key does not stand as the guard says.", body = Problem),
        (status = 413, description = "The body is too large.", body = Problem),
        (status = 415, description = "The body is not said to be JSON.", body = Problem),
        (status = 422, description = "It is no number, or a name or a field is wrong.",
            body = Problem),
        (status = 503, description = "Nothing can be kept now.", body = Problem),
    ),
    security(("token" = []), ("basic" = [])),
)]
pub async fn incr(
    spot: Spot,
    State(shared): State<Shared>,
    headers: HeaderMap,
    request: Request,
) -> Result<Kept, Problem> {
    let more: Increase = body::read(request, shared.memory_api.most_bytes()).await?;
    let op = Op::Add { by: more.by, ttl: ttl(more.ttl)? };
    spot.put(op, &headers).await.map(Kept::from)
}

/// Puts values behind a list; of many at once none is lost.
///
/// What is not there counts as an empty list, a text that is one in JSON as
/// that.
#[utoipa::path(
    post,
    path = "/v1/memory/{namespace}/{key}/append",
    tag = "memory",
    params(At, Guard),
    request_body(content = Append, content_type = "application/json"),
    responses(
        (status = 200, description = "How long the list is now.", body = Appended,
            headers(("ETag" = String))),
        (status = 400, description = "No JSON.", body = Problem),
        (status = 401, description = "No valid token.", body = Problem),
        (status = 403, description = "The token is for something else.", body = Problem),
        (status = 409, description = "It is more than may be kept.", body = Problem),
        (status = 412, description = "The key does not stand as the guard says.", body = Problem),
        (status = 413, description = "The body is too large.", body = Problem),
        (status = 415, description = "The body is not said to be JSON.", body = Problem),
        (status = 422, description = "It is no list, or a name or a field is wrong.",
            body = Problem),
        (status = 503, description = "Nothing can be kept now.", body = Problem),
    ),
    security(("token" = []), ("basic" = [])),
)]
pub async fn append(
    spot: Spot,
    State(shared): State<Shared>,
    headers: HeaderMap,
    request: Request,
) -> Result<Appended, Problem> {
    let more: Append = body::read(request, shared.memory_api.most_bytes()).await?;
    let op = Op::Append { values: more.values, ttl: ttl(more.ttl)? };
    spot.put(op, &headers).await.map(Appended::from)
}

/// The keys of a namespace, the last written first.
#[utoipa::path(
    get,
    path = "/v1/memory/{namespace}",
    tag = "memory",
    params(In, Wanted),
    responses(
        (status = 200, description = "Some of them, and where the next ones begin.", body = Keys),
        (status = 401, description = "No valid token.", body = Problem),
        (status = 403, description = "The token is for something else.", body = Problem),
        (status = 422, description = "A name or a parameter is wrong.", body = Problem),
        (status = 503, description = "The store can't be read now.", body = Problem),
    ),
    security(("token" = []), ("basic" = [])),
)]
pub async fn list(
    visit: Visit,
    wanted: Result<Query<Wanted>, QueryRejection>,
) -> Result<Json<Keys>, Problem> {
    let Query(wanted) = wanted.map_err(wrong_query)?;
    let limit = within(wanted.limit.unwrap_or(PAGE))?;
    let after = wanted.cursor.map(|cursor| cursor_of(&cursor)).transpose()?;
    let (entries, next) = visit.entries(&Page { prefix: wanted.prefix, after, limit }).await?;
    let keys = entries.iter().map(|entry| entry.key.clone()).collect();
    let entries = match wanted.keys {
        Form::Names => None,
        Form::Entries => Some(entries.into_iter().map(Kept::from).collect()),
    };
    let cursor = next.map(|Cursor(bytes)| URL_SAFE_NO_PAD.encode(bytes));
    Ok(Json(Keys { keys, entries, cursor }))
}

/// Deletes a namespace with all its keys.
#[utoipa::path(
    delete,
    path = "/v1/memory/{namespace}",
    tag = "memory",
    params(In),
    responses(
        (status = 200, description = "It is gone.", body = Cleared),
        (status = 401, description = "No valid token.", body = Problem),
        (status = 403, description = "The token is for something else.", body = Problem),
        (status = 422, description = "The name is wrong.", body = Problem),
        (status = 503, description = "Nothing can be written now.", body = Problem),
    ),
    security(("token" = []), ("basic" = [])),
)]
pub async fn clear(visit: Visit) -> Result<Json<Cleared>, Problem> {
    let deleted = visit.clear().await?;
    Ok(Json(Cleared { deleted }))
}

fn cursor_of(text: &str) -> Result<Cursor, Problem> {
    let bytes = URL_SAFE_NO_PAD.decode(text);
    let wrong = |_| Problem::invalid("cursor", "take it from the page before");
    bytes.map(Cursor).map_err(wrong)
}

fn within(limit: usize) -> Result<usize, Problem> {
    match limit {
        1..=MOST => Ok(limit),
        _ => Err(Problem::invalid("limit", format!("from 1 to {MOST}"))),
    }
}

fn wrong_query(wrong: QueryRejection) -> Problem {
    Problem::invalid("query", wrong.body_text())
}

fn no_list() -> Problem {
    let message = "what stands there is no list; read it without from and limit";
    Problem::new(StatusCode::UNPROCESSABLE_ENTITY, "unfit", message)
}
