//! `/v1/messages`: the business's other programs write to people, and ask what
//! became of it. A token speaks for its business and for no other.

pub mod letter;
pub mod recipient;
mod said;

use axum::Json;
use axum::extract::rejection::PathRejection;
use axum::extract::{Path, State};
use axum::http::{HeaderMap, StatusCode};
use serde::{Deserialize, Serialize};
use utoipa::{IntoParams, ToSchema};

use super::Shared;
use super::auth::Caller;
use super::body::Body;
use super::error::Problem;
use crate::domain::grant::Scope;
use crate::domain::id::{Business, MessageId};
use crate::domain::message::{Message, Status};
use letter::{Letter, OneLetter};
pub use said::{say, say_after};

/// Makes a repeated call harmless.
pub const KEY: &str = "idempotency-key";

/// The longest key.
const MAX_KEY: usize = 255;

/// A message of ours, and what became of it.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct Sent {
    /// Its id.
    #[schema(pattern = "^[0-9a-f]{32}\\.[0-9]{1,20}\\.[0-9]{1,5}$")]
    pub id: String,
    /// How far it came.
    pub status: Reached,
    /// Why it failed.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[schema(nullable = false)]
    pub reason: Option<String>,
}

/// How far a message came.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "snake_case")]
pub enum Reached {
    /// It waits to go out.
    Queued,
    /// The provider has it.
    Sent,
    /// The person's phone has it.
    Delivered,
    /// The person has seen it.
    Read,
    /// The person has played it.
    Played,
    /// It will not arrive.
    Failed,
    /// It was given up before it was sent: the person opted out meanwhile, or an
    /// operator dropped it.
    Dropped,
}

impl Sent {
    /// `None` for what a person wrote.
    pub fn of(id: MessageId, message: &Message) -> Option<Self> {
        let status = match message.status {
            Status::Received => return None,
            Status::Queued => Reached::Queued,
            Status::Sent => Reached::Sent,
            Status::Delivered => Reached::Delivered,
            Status::Read => Reached::Read,
            Status::Played => Reached::Played,
            Status::Failed => Reached::Failed,
            Status::Dropped => Reached::Dropped,
        };
        let reason = message.failure.as_ref().map(|failure| failure.reason.clone());
        Some(Self { id: id.to_string(), status, reason })
    }
}

/// Writes to a person.
///
/// The message is on disk when this answers, and goes out in order behind what
/// waits for the same person. Within 24 hours of the person's last message it
/// may be anything; later only a template, unless the number has a
/// `window_template`.
#[utoipa::path(
    post,
    path = "/v1/messages",
    tag = "messages",
    request_body(content = OneLetter, content_type = "application/json"),
    params(Once),
    responses(
        (status = 202, description = "It waits to go out.", body = Sent,
            links(("what became of it" =
                (operation_id = "status", parameters(("id" = "$response.body#/id")))))),
        (status = 200, description = "It was written before, under the same key.", body = Sent),
        (status = 400, description = "No JSON, or no key.", body = Problem),
        (status = 401, description = "No valid token.", body = Problem),
        (status = 403, description = "The token is for something else.", body = Problem),
        (status = 404, description = "No such person, number or message.", body = Problem),
        (status = 409, description = "The window is closed, the person opted out, the number \
            must be named, options are alike, or the key stands for another message.",
            body = Problem),
        (status = 413, description = "The body is too large.", body = Problem),
        (status = 415, description = "The body is not said to be JSON.", body = Problem),
        (status = 422, description = "A field is wrong.", body = Problem),
        (status = 503, description = "Nothing can be kept now.", body = Problem),
    ),
    security(("token" = [])),
)]
pub async fn send(
    caller: Caller,
    State(shared): State<Shared>,
    headers: HeaderMap,
    Body(letter): Body<Letter>,
) -> Result<(StatusCode, Json<Sent>), Problem> {
    let business = caller.business(Scope::Messages)?;
    say(&shared, Some(&business), &letter, key(&headers)?).await
}

/// What makes a call harmless to repeat.
#[derive(IntoParams)]
#[into_params(parameter_in = Header)]
#[expect(dead_code, reason = "it only describes the header")]
struct Once {
    /// A word of your own for this message: sent again with the same body, it
    /// is answered again and not written again.
    #[param(
        rename = "Idempotency-Key",
        nullable = false,
        min_length = 1,
        max_length = 255,
        pattern = "^[!-~]+$"
    )]
    key: Option<String>,
}

/// The key of a call, if it has one.
pub fn key(headers: &HeaderMap) -> Result<Option<&str>, Problem> {
    let Some(key) = headers.get(KEY) else { return Ok(None) };
    let plain = |key: &&str| {
        (1..=MAX_KEY).contains(&key.len()) && key.bytes().all(|b| b.is_ascii_graphic())
    };
    match key.to_str().ok().filter(plain) {
        Some(key) => Ok(Some(key)),
        None => {
            let message = "an Idempotency-Key is 1 to 255 visible ASCII characters";
            Err(Problem::new(StatusCode::BAD_REQUEST, "no_key", message).at("Idempotency-Key"))
        }
    }
}

/// What became of a message.
#[utoipa::path(
    get,
    path = "/v1/messages/{id}",
    tag = "messages",
    params(("id" = String, Path, description = "The id that writing it gave.",
        pattern = "^[0-9a-f]{32}\\.[0-9]{1,20}\\.[0-9]{1,5}$")),
    responses(
        (status = 200, description = "How far it came.", body = Sent),
        (status = 401, description = "No valid token.", body = Problem),
        (status = 403, description = "The token is for something else.", body = Problem),
        (status = 404, description = "There is no such message of this business.", body = Problem),
        (status = 503, description = "The store can't be read now.", body = Problem),
    ),
    security(("token" = [])),
)]
pub async fn status(
    caller: Caller,
    State(shared): State<Shared>,
    id: Result<Path<String>, PathRejection>,
) -> Result<Json<Sent>, Problem> {
    let business = caller.business(Scope::Messages)?;
    let found = match id.ok().and_then(|Path(id)| id.parse().ok()) {
        Some(id) => sent(&shared, &business, id).await?,
        None => None,
    };
    found.map(Json).ok_or_else(|| no_message("id"))
}

async fn sent(
    shared: &Shared,
    business: &Business,
    id: MessageId,
) -> Result<Option<Sent>, Problem> {
    let conversation = shared.store.conversation(id.conversation).await?;
    if conversation.is_none_or(|conversation| conversation.number.business != *business) {
        return Ok(None);
    }
    Ok(shared.store.message(id).await?.and_then(|message| Sent::of(id, &message)))
}

fn no_message(field: &str) -> Problem {
    let message = "there is no such message; ids come from POST /v1/messages and from events";
    Problem::not_found("unknown_message", message).at(field)
}
