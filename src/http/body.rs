//! What requests carry. JSON is read strictly: an unknown field, a missing one
//! or a wrong type is an answer that names it.

use axum::body::Bytes;
use axum::extract::{FromRequest, Request};
use axum::http::StatusCode;
use axum::http::header::CONTENT_TYPE;
use futures_util::StreamExt;
use serde::de::DeserializeOwned;

use super::error::{Cut, Problem};

/// The longest JSON; the longest text in it has 4096 characters.
const MAX_JSON: usize = 128 * 1024;

/// The longest JSON of a command: only the machine's own user sends any.
const MAX_BULK: usize = 64 * 1024 * 1024;

/// The body, read as a `T`.
pub struct Body<T>(pub T);

/// The same for much at once, from whoever is trusted with it.
pub struct Bulk<T>(pub T);

impl<S: Send + Sync, T: DeserializeOwned> FromRequest<S> for Body<T> {
    type Rejection = Problem;

    async fn from_request(request: Request, _: &S) -> Result<Self, Problem> {
        read(request, MAX_JSON).await.map(Self)
    }
}

impl<S: Send + Sync, T: DeserializeOwned> FromRequest<S> for Bulk<T> {
    type Rejection = Problem;

    async fn from_request(request: Request, _: &S) -> Result<Self, Problem> {
        read(request, MAX_BULK).await.map(Self)
    }
}

/// The same, of at most so many bytes.
pub async fn read<T: DeserializeOwned>(request: Request, most: usize) -> Result<T, Problem> {
    if content_type(&request) != "application/json" {
        let message = "send the body with Content-Type: application/json";
        return Err(Problem::new(StatusCode::UNSUPPORTED_MEDIA_TYPE, "content_type", message));
    }
    parse(&whole(request, most).await?)
}

/// The type of a request's body, without parameters.
pub fn content_type(request: &Request) -> String {
    let given = request.headers().get(CONTENT_TYPE).and_then(|value| value.to_str().ok());
    let essence = given.and_then(|given| given.split(';').next()).unwrap_or_default();
    essence.trim().to_ascii_lowercase()
}

/// The whole body. Of one that is too large some more is read and thrown
/// away: whoever is cut off while still writing never sees the answer.
pub async fn whole(request: Request, most: usize) -> Result<Bytes, Cut> {
    let mut body = request.into_body().into_data_stream();
    let (mut kept, mut seen) = (Vec::new(), 0);
    while let Some(chunk) = body.next().await {
        let chunk = chunk.map_err(|_| Cut::Incomplete)?;
        seen += chunk.len();
        if seen > 4 * most {
            break;
        }
        if seen <= most {
            kept.extend_from_slice(&chunk);
        }
    }
    if seen <= most { Ok(kept.into()) } else { Err(Cut::TooLarge) }
}

fn parse<T: DeserializeOwned>(json: &[u8]) -> Result<T, Problem> {
    let mut reader = serde_json::Deserializer::from_slice(json);
    let read = serde_path_to_error::deserialize(&mut reader);
    let value = read.map_err(|e| wrong(&e.path().to_string(), e.inner()))?;
    reader.end().map_err(|e| wrong(".", &e))?;
    Ok(value)
}

/// serde's words for data that is wrong are plain enough.
fn wrong(path: &str, error: &serde_json::Error) -> Problem {
    if !error.is_data() {
        let message = format!("the body is no JSON: {error}");
        return Problem::new(StatusCode::BAD_REQUEST, "no_json", message);
    }
    match path {
        "." => Problem::new(StatusCode::UNPROCESSABLE_ENTITY, "invalid", error.to_string()),
        path => Problem::invalid(path, error.to_string()),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[derive(Debug, serde::Deserialize)]
    #[serde(deny_unknown_fields)]
    struct Plate {
        #[serde(rename = "food")]
        _food: Vec<u8>,
    }

    #[test]
    fn what_is_wrong_is_named() {
        let problem = |json: &str| parse::<Plate>(json.as_bytes()).unwrap_err();
        assert_eq!(problem("{\"food\":").error.code, "no_json");
        assert_eq!(problem("{\"food\":[]} x").error.code, "no_json");
        assert_eq!(problem("{\"food\":[1,\"a\"]}").error.field.as_deref(), Some("food[1]"));
        assert_eq!(problem("{\"fod\":[]}").error.field.as_deref(), Some("fod"));
        assert!(problem("{}").error.message.contains("food"));
    }
}
