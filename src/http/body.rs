//! A request's JSON, read strictly: an unknown field, a missing one or a wrong
//! type is an answer that names it.

use axum::body::Bytes;
use axum::extract::{FromRequest, Request};
use axum::http::StatusCode;
use axum::http::header::CONTENT_TYPE;
use serde::de::DeserializeOwned;

use super::error::Problem;

/// The body, read as a `T`.
pub struct Body<T>(pub T);

impl<S: Send + Sync, T: DeserializeOwned> FromRequest<S> for Body<T> {
    type Rejection = Problem;

    async fn from_request(request: Request, state: &S) -> Result<Self, Problem> {
        if content_type(&request) != "application/json" {
            let message = "send the body with Content-Type: application/json";
            return Err(Problem::new(StatusCode::UNSUPPORTED_MEDIA_TYPE, "content_type", message));
        }
        parse(&bytes(request, state).await?).map(Self)
    }
}

/// The type of a request's body, without parameters.
pub fn content_type(request: &Request) -> String {
    let given = request.headers().get(CONTENT_TYPE).and_then(|value| value.to_str().ok());
    let essence = given.and_then(|given| given.split(';').next()).unwrap_or_default();
    essence.trim().to_ascii_lowercase()
}

/// All of the body; the router sets the limit.
pub async fn bytes<S: Send + Sync>(request: Request, state: &S) -> Result<Bytes, Problem> {
    Bytes::from_request(request, state).await.map_err(|e| match e.status() {
        StatusCode::PAYLOAD_TOO_LARGE => {
            let message = "the body is too large; send less";
            Problem::new(StatusCode::PAYLOAD_TOO_LARGE, "too_large", message)
        }
        _ => Problem::new(StatusCode::BAD_REQUEST, "incomplete", "the body is not complete"),
    })
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
