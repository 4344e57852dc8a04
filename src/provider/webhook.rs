//! A webhook before and after its signature was checked.

use axum::body::Bytes;
use axum::http::HeaderMap;

use crate::domain::id::NumberName;

/// A request as it came in. Nothing of it may be parsed or logged.
#[derive(Debug)]
pub struct WebhookRequest {
    /// The public URL that was called: `server.public_url`, path, raw query.
    /// Never from the `Host` header alone.
    pub url: String,
    /// The headers.
    pub headers: HeaderMap,
    /// The raw bytes: what was signed.
    pub body: Bytes,
}

/// A body whose signature was right. Only a provider's check makes one.
#[derive(Debug)]
pub struct Verified {
    body: Bytes,
    query: String,
    numbers: Vec<NumberName>,
}

impl Verified {
    /// For a provider's check, after it succeeded.
    pub(in crate::provider) fn new(request: &WebhookRequest, numbers: Vec<NumberName>) -> Self {
        let query = request.url.split_once('?').map(|(_, query)| query.to_owned());
        Self { body: request.body.clone(), query: query.unwrap_or_default(), numbers }
    }

    /// The raw bytes.
    pub fn body(&self) -> &[u8] {
        &self.body
    }

    /// The raw query string, without `?`.
    pub fn query(&self) -> &str {
        &self.query
    }

    /// The numbers whose secret matched: the body may speak for no other.
    pub fn numbers(&self) -> &[NumberName] {
        &self.numbers
    }
}

/// The request is not from the provider. Says nothing of its content.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum Rejected {
    /// There is no signature.
    #[error("the signature header is missing")]
    Unsigned,
    /// There is one, and no secret of ours made it.
    #[error("the signature matches no configured secret")]
    Forged,
    /// Not the content type that the provider sends.
    #[error("the content type is not the provider's")]
    ContentType,
}
