//! Why something is not done, in BotWire's words.

use axum::Json;
use axum::http::header::ALLOW;
use axum::http::{HeaderValue, StatusCode};
use axum::response::{IntoResponse, Response};
use serde_json::{Value, json};

use crate::http::error::Problem;
use crate::store::StoreError;

/// BotWire's own limit, which its words name.
const ITS_MOST: u64 = 100_000;

/// Why something is not done.
pub enum Refusal {
    /// With a sentence.
    Said(StatusCode, String),
    /// With one thing that is wrong with the body or the query.
    Invalid(Value),
    /// Only these methods are.
    NotAllowed(&'static str),
    /// As the rest of the API has it.
    Problem(Problem),
}

impl Refusal {
    /// There is no such path.
    pub fn not_found() -> Self {
        Self::Said(StatusCode::NOT_FOUND, "Not Found".into())
    }

    /// The path is for other methods.
    pub fn not_allowed(methods: &'static str) -> Self {
        Self::NotAllowed(methods)
    }

    /// There is no such key.
    pub fn no_key(namespace: &str, key: &str) -> Self {
        Self::Said(StatusCode::NOT_FOUND, format!("Key not found: {namespace}/{key}"))
    }

    /// Nothing may be called so.
    pub fn bad_namespace() -> Self {
        Self::bad("Invalid namespace. Use 1-64 alphanumeric/underscore/dash chars.")
    }

    /// No key may be called so.
    pub fn bad_key() -> Self {
        Self::bad("Invalid key. Use 1-128 alphanumeric/underscore/dash/dot chars.")
    }

    /// More characters than may be.
    pub fn too_large(most: u64) -> Self {
        match most {
            0 | ITS_MOST => Self::bad("Value too large. Max 100KB."),
            most => Self::bad(&format!("Value too large. Max {most} characters.")),
        }
    }

    /// The body can't be read at all.
    pub fn unread() -> Self {
        Self::bad("There was an error parsing the body")
    }

    /// One thing that is wrong.
    pub fn invalid(kind: &str, place: Value, words: &str, input: &Value) -> Self {
        Self::Invalid(json!({ "type": kind, "loc": place, "msg": words, "input": input }))
    }

    /// The same, with what was expected.
    pub fn unlike(kind: &str, place: Value, words: &str, input: &Value, context: Value) -> Self {
        Self::Invalid(
            json!({ "type": kind, "loc": place, "msg": words, "input": input, "ctx": context }),
        )
    }

    fn bad(words: &str) -> Self {
        Self::Said(StatusCode::BAD_REQUEST, words.into())
    }
}

impl From<Problem> for Refusal {
    fn from(problem: Problem) -> Self {
        Self::Problem(problem)
    }
}

impl From<StoreError> for Refusal {
    fn from(error: StoreError) -> Self {
        Self::Problem(error.into())
    }
}

impl IntoResponse for Refusal {
    fn into_response(self) -> Response {
        let told = |status, detail: Value| (status, Json(json!({ "detail": detail })));
        match self {
            Self::Said(status, words) => told(status, words.into()).into_response(),
            Self::Invalid(wrong) => {
                told(StatusCode::UNPROCESSABLE_ENTITY, json!([wrong])).into_response()
            }
            Self::NotAllowed(methods) => {
                let allow = [(ALLOW, HeaderValue::from_static(methods))];
                let words = "Method Not Allowed".into();
                (allow, told(StatusCode::METHOD_NOT_ALLOWED, words)).into_response()
            }
            Self::Problem(problem) => {
                let told = told(problem.status(), problem.message().into());
                (problem.headers(), told).into_response()
            }
        }
    }
}
