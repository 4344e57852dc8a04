//! Why a webhook is not taken, as a status. The answers tell a stranger
//! nothing: what an operator needs is in the log.

use axum::http::{StatusCode, header::RETRY_AFTER};
use axum::response::{IntoResponse, Response};

use crate::provider::webhook::Rejected;
use crate::store::StoreError;

/// When a provider may try again, in seconds. Meta and Twilio choose their own
/// pace; proxies and tests look at it.
const RETRY_AFTER_S: &str = "5";

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
