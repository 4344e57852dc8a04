//! Why a request is not done. A webhook's answer tells a stranger nothing:
//! what an operator needs is in the log. A [`Problem`] is for programs that
//! have shown a token, and for operators: it names the field and the remedy.

use axum::Json;
use axum::http::header::{RETRY_AFTER, WWW_AUTHENTICATE};
use axum::http::{HeaderMap, HeaderValue, StatusCode};
use axum::response::{IntoResponse, Response};
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

use crate::provider::webhook::Rejected;
use crate::store::StoreError;

/// When a provider may try again, in seconds. Meta and Twilio choose their own
/// pace; proxies and tests look at it.
const RETRY_AFTER_S: &str = "5";

/// Why a body was not read to its end.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Cut {
    /// It has more bytes than it may have.
    TooLarge,
    /// The connection broke inside it.
    Incomplete,
}

/// Why a webhook is not taken.
#[derive(Debug, thiserror::Error)]
pub enum Error {
    /// No number of this provider is configured.
    #[error("nothing is here")]
    NotHere,
    /// The handshake's token is not ours.
    #[error("the verify token is not the configured one")]
    Handshake,
    /// Not from the provider.
    #[error(transparent)]
    Rejected(#[from] Rejected),
    /// More bytes than a provider sends.
    #[error("the body is too large")]
    TooLarge,
    /// The body did not come in time.
    #[error("the body took too long")]
    TooSlow,
    /// The connection broke inside the body.
    #[error("the body is not complete")]
    Incomplete,
    /// It could not be kept: the provider has to deliver it again.
    #[error("{0}")]
    NotKept(#[from] StoreError),
}

impl From<Cut> for Error {
    fn from(cut: Cut) -> Self {
        match cut {
            Cut::TooLarge => Self::TooLarge,
            Cut::Incomplete => Self::Incomplete,
        }
    }
}

impl Error {
    fn status(&self) -> StatusCode {
        match self {
            Self::NotHere => StatusCode::NOT_FOUND,
            Self::Handshake => StatusCode::FORBIDDEN,
            Self::Rejected(Rejected::ContentType) => StatusCode::UNSUPPORTED_MEDIA_TYPE,
            Self::Rejected(Rejected::Unsigned | Rejected::Forged) => StatusCode::UNAUTHORIZED,
            Self::TooLarge => StatusCode::PAYLOAD_TOO_LARGE,
            Self::TooSlow => StatusCode::REQUEST_TIMEOUT,
            Self::Incomplete => StatusCode::BAD_REQUEST,
            Self::NotKept(_) => StatusCode::SERVICE_UNAVAILABLE,
        }
    }
}

impl IntoResponse for Error {
    fn into_response(self) -> Response {
        let status = self.status();
        let words = status.canonical_reason().unwrap_or_default();
        match status {
            StatusCode::SERVICE_UNAVAILABLE => {
                (status, [(RETRY_AFTER, RETRY_AFTER_S)], words).into_response()
            }
            _ => (status, words).into_response(),
        }
    }
}

/// Why a call of the API is not done, as its caller reads it.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error, Serialize, Deserialize, ToSchema)]
#[error("{}", error.message)]
pub struct Problem {
    /// What is wrong.
    pub error: Wrong,
    #[serde(skip)]
    status: StatusCode,
}

/// What is wrong with a call.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct Wrong {
    /// For programs: it stays the same.
    pub code: String,
    /// For people: what is wrong, and what to do.
    pub message: String,
    /// Which field of the request.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[schema(nullable = false)]
    pub field: Option<String>,
}

impl Problem {
    /// With a code for programs and a sentence for people.
    pub fn new(status: StatusCode, code: &str, message: impl Into<String>) -> Self {
        let error = Wrong { code: code.to_owned(), message: message.into(), field: None };
        Self { error, status }
    }

    /// The request can be read, and can't be done as it is.
    pub fn invalid(field: &str, message: impl Into<String>) -> Self {
        Self::new(StatusCode::UNPROCESSABLE_ENTITY, "invalid", message).at(field)
    }

    /// There is no such thing, or it is another business's.
    pub fn not_found(code: &str, message: impl Into<String>) -> Self {
        Self::new(StatusCode::NOT_FOUND, code, message)
    }

    /// It contradicts how things stand.
    pub fn conflict(code: &str, message: impl Into<String>) -> Self {
        Self::new(StatusCode::CONFLICT, code, message)
    }

    /// For people.
    pub fn message(&self) -> &str {
        &self.error.message
    }

    /// What HTTP says.
    pub fn status(&self) -> StatusCode {
        self.status
    }

    /// What else HTTP says.
    pub fn headers(&self) -> HeaderMap {
        let header = match self.status {
            StatusCode::UNAUTHORIZED => Some((WWW_AUTHENTICATE, "Bearer")),
            StatusCode::SERVICE_UNAVAILABLE => Some((RETRY_AFTER, RETRY_AFTER_S)),
            _ => None,
        };
        let header = header.map(|(name, value)| (name, HeaderValue::from_static(value)));
        header.into_iter().collect()
    }

    /// Which field of the request is meant.
    pub fn at(mut self, field: &str) -> Self {
        self.error.field = Some(field.to_owned());
        self
    }
}

impl From<Cut> for Problem {
    fn from(cut: Cut) -> Self {
        match cut {
            Cut::TooLarge => {
                let message = "the body is too large; send less";
                Self::new(StatusCode::PAYLOAD_TOO_LARGE, "too_large", message)
            }
            Cut::Incomplete => {
                Self::new(StatusCode::BAD_REQUEST, "incomplete", "the body is not complete")
            }
        }
    }
}

impl From<StoreError> for Problem {
    fn from(error: StoreError) -> Self {
        let message = error.to_string();
        match error {
            StoreError::NotFound(_) => Self::not_found("not_found", message),
            StoreError::Damaged(_) => {
                Self::new(StatusCode::INTERNAL_SERVER_ERROR, "damaged", message)
            }
            StoreError::Changed { .. } => {
                Self::new(StatusCode::PRECONDITION_FAILED, "conflict", message)
            }
            StoreError::Unfit(_) => Self::new(StatusCode::UNPROCESSABLE_ENTITY, "unfit", message),
            StoreError::Full(_) => Self::conflict(
                "quota",
                format!("{message} (section memory_api of the configuration)"),
            ),
            StoreError::Busy
            | StoreError::NoSpace { .. }
            | StoreError::ClaimLost
            | StoreError::Misconfigured(_)
            | StoreError::Held(_)
            | StoreError::Unavailable(_) => {
                let message = format!("{message}; nothing was done, try again later");
                Self::new(StatusCode::SERVICE_UNAVAILABLE, "unavailable", message)
            }
        }
    }
}

impl IntoResponse for Problem {
    fn into_response(self) -> Response {
        (self.status, self.headers(), Json(self)).into_response()
    }
}
