//! What the calls share that set a number up, or look at how it is set up.
//! Nobody repeats them by itself: a person reads what went wrong.

use reqwest::RequestBuilder;
use secrecy::{ExposeSecret, SecretString};
use serde::de::DeserializeOwned;

use super::exchange::{Answer, call};
use crate::clock::Clock;
use crate::domain::failure::SendError;

/// Why such a call did not do what it was asked for.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum ManageError {
    /// The provider said no, in its own words.
    #[error(transparent)]
    Refused(#[from] Refusal),
    /// The provider was not reached, or did not answer.
    #[error("{0}")]
    Unreachable(String),
    /// Somebody else answered, or in a way that nobody documents.
    #[error("the answer can't be read (HTTP {status}): is this the address of the API?")]
    Unreadable {
        /// What it came with.
        status: u16,
    },
}

/// A provider's no. Secrets that it repeats are taken out.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("{message} (code {code})")]
pub struct Refusal {
    /// The HTTP status.
    pub status: u16,
    /// The provider's code.
    pub code: u32,
    /// The provider's finer code.
    pub subcode: Option<u32>,
    /// The provider's words.
    pub message: String,
}

impl ManageError {
    /// The provider's code, if it said no.
    pub fn code(&self) -> Option<u32> {
        match self {
            Self::Refused(refusal) => Some(refusal.code),
            Self::Unreachable(_) | Self::Unreadable { .. } => None,
        }
    }
}

impl From<SendError> for ManageError {
    fn from(error: SendError) -> Self {
        Self::Unreachable(match error {
            SendError::NotSent(failure) => failure.reason,
            SendError::Uncertain => "the provider did not answer".into(),
        })
    }
}

/// Calls and reads the answer, or what `refusal` makes of it.
pub(super) async fn ask<T: DeserializeOwned>(
    clock: &Clock,
    request: RequestBuilder,
    refusal: impl FnOnce(&Answer) -> Option<Refusal>,
) -> Result<T, ManageError> {
    let answer = call(clock, request).await?;
    let read = answer.status.is_success().then(|| answer.read()).flatten();
    read.ok_or_else(|| match refusal(&answer) {
        Some(refusal) => refusal.into(),
        None => ManageError::Unreadable { status: answer.status.as_u16() },
    })
}

/// Somebody's words without the secrets that they repeat: Meta quotes a token
/// that is none.
pub(super) fn without(secrets: &[&SecretString], words: &str) -> String {
    let secrets = secrets.iter().map(|secret| secret.expose_secret()).filter(|s| !s.is_empty());
    secrets.fold(words.to_owned(), |words, secret| words.replace(secret, "..."))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_a_provider_repeats_of_our_secrets_is_not_shown() {
        let (token, none) = (SecretString::from("EAAG123"), SecretString::from(""));
        let shown = without(&[&token, &none], "Malformed access token EAAG123");
        assert_eq!(shown, "Malformed access token ...");
    }
}
