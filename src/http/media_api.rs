//! `POST /v1/media`: a file is left with the provider of a number, to be sent
//! from it. Nothing of it stays here.

use axum::Json;
use axum::extract::rejection::QueryRejection;
use axum::extract::{Query, Request, State};
use axum::http::StatusCode;
use serde::{Deserialize, Serialize};
use utoipa::{IntoParams, ToSchema};

use super::Shared;
use super::auth::Caller;
use super::body::{content_type, whole};
use super::error::Problem;
use super::messages_api::recipient;
use crate::domain::failure::{Class, Failure, SendError};
use crate::domain::grant::Scope;
use crate::domain::id::{Business, Number};
use crate::provider::Upload;

/// The largest of what people are sent, documents excepted: those that are
/// larger go by link.
const MAX_FILE: usize = 16 * 1024 * 1024;

/// What a file is called that has no name.
const NAMELESS: &str = "file";

/// The longest name of a file, in characters.
const LONGEST_NAME: usize = 240;

/// Where a file is to be sent from.
#[derive(Debug, Deserialize, IntoParams)]
#[into_params(parameter_in = Query)]
#[serde(deny_unknown_fields)]
pub struct Wanted {
    /// From which of your numbers it will be sent, by its name in the
    /// configuration; may be left out if there is one.
    #[param(nullable = false, pattern = "^[a-z0-9_-]+$", max_length = 100)]
    number: Option<String>,
    /// What the file is called.
    #[param(nullable = false, min_length = 1, max_length = 240)]
    name: Option<String>,
}

/// A file that the provider has.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, ToSchema)]
pub struct Uploaded {
    /// What `media.id` of a message takes.
    id: String,
}

/// Any bytes.
#[derive(ToSchema)]
#[schema(value_type = String, format = Binary)]
#[expect(dead_code, reason = "it only describes the body")]
struct File(Vec<u8>);

/// Leaves a file with the provider.
///
/// The body is the file itself, up to 16 MB, and `Content-Type` says what it
/// is. Larger documents are sent by link. The id is good for messages from the
/// same number; the provider keeps the file for about a month.
#[utoipa::path(
    post,
    path = "/v1/media",
    tag = "messages",
    params(Wanted),
    request_body(content = File, content_type = "*/*", description = "The file."),
    responses(
        (status = 200, description = "The provider has it.", body = Uploaded),
        (status = 400, description = "The file is not complete.", body = Problem),
        (status = 401, description = "No valid token.", body = Problem),
        (status = 403, description = "The token is for something else.", body = Problem),
        (status = 404, description = "No such number.", body = Problem),
        (status = 409, description = "The number must be named, or the provider does not take \
            the file.", body = Problem),
        (status = 413, description = "The file is too large.", body = Problem),
        (status = 415, description = "It is not said what the file is.", body = Problem),
        (status = 422, description = "The number takes files by link only, or a parameter is \
            wrong.", body = Problem),
        (status = 503, description = "The provider can't be reached now.", body = Problem),
    ),
    security(("token" = [])),
)]
pub async fn upload(
    caller: Caller,
    State(shared): State<Shared>,
    wanted: Result<Query<Wanted>, QueryRejection>,
    request: Request,
) -> Result<Json<Uploaded>, Problem> {
    let business = caller.business(Scope::Messages)?;
    let Query(wanted) = wanted.map_err(|e| Problem::invalid("query", e.body_text()))?;
    let number = number(&shared, &business, wanted.number.as_deref())?;
    let mime = content_type(&request);
    if mime.is_empty() {
        let message = "say with Content-Type what the file is, such as image/jpeg";
        return Err(Problem::new(StatusCode::UNSUPPORTED_MEDIA_TYPE, "content_type", message));
    }
    let name = wanted.name.unwrap_or_else(|| NAMELESS.into());
    if !(1..=LONGEST_NAME).contains(&name.chars().count()) {
        let message = format!("a name has 1 to {LONGEST_NAME} characters");
        return Err(Problem::invalid("name", message));
    }
    let bytes = whole(request, MAX_FILE).await?.to_vec();
    leave(&shared, &number, Upload { name, mime, bytes }).await.map(Json)
}

fn number(shared: &Shared, business: &Business, name: Option<&str>) -> Result<Number, Problem> {
    let numbers = recipient::numbers(shared, Some(business), name)?;
    match numbers.as_slice() {
        [only] => Ok(only.clone()),
        _ => Err(recipient::number_needed(&numbers)),
    }
}

async fn leave(shared: &Shared, number: &Number, file: Upload) -> Result<Uploaded, Problem> {
    let provider = shared.providers.of(&number.name).ok_or_else(recipient::no_number)?;
    if !provider.limits(&number.name).uploads {
        return Err(no_uploads().at("number"));
    }
    let id = provider.upload(&number.name, file).await.map_err(refused)?;
    Ok(Uploaded { id })
}

/// Doing it again costs nothing, so that a doubt is a reason to.
fn refused(error: SendError) -> Problem {
    let reason = match error {
        SendError::Uncertain => "the provider did not answer".to_owned(),
        SendError::NotSent(Failure { class, reason, .. }) => match class {
            Class::Refused | Class::WindowClosed | Class::Unsubscribed => {
                let message = format!("the provider does not take the file: {reason}");
                return Problem::conflict("refused", message);
            }
            Class::Transient { .. } | Class::StopNumber | Class::Unpaid => reason,
        },
    };
    let message = format!("{reason}; try again later");
    Problem::new(StatusCode::SERVICE_UNAVAILABLE, "unavailable", message)
}

/// The number's provider takes links only.
pub fn no_uploads() -> Problem {
    Problem::invalid("media", "this number carries files by link only; send media.link")
}
