//! Why a message did not arrive. The class decides what happens next; a send
//! that failed and a failed receipt share it, so both are decided alike.

use std::time::Duration;

use serde::{Deserialize, Serialize};

/// What a provider's refusal means for us.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Failure {
    /// What to do about it.
    pub class: Class,
    /// The provider's code, if it gave one.
    pub code: Option<u32>,
    /// One sentence for the operator: no message text, no number, no token.
    pub reason: String,
}

impl Failure {
    /// A failure without a provider's code.
    pub fn new(class: Class, reason: impl Into<String>) -> Self {
        Self { class, code: None, reason: reason.into() }
    }

    /// With the provider's code.
    pub fn with_code(mut self, code: u32) -> Self {
        self.code = Some(code);
        self
    }
}

/// The four answers to a failure.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Class {
    /// Try again.
    Transient {
        /// Not before this long; `None` = by our own backoff.
        after: Option<Duration>,
        /// What else has to wait.
        scope: Scope,
    },
    /// The person has not written for 24 hours: free text can't reach them.
    WindowClosed,
    /// Never goes through as it is.
    Refused,
    /// Nothing from this number goes through until an operator acts.
    StopNumber,
}

/// How far a transient failure reaches.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Scope {
    /// This conversation only.
    Pair,
    /// Everything sent from this number.
    Number,
}

/// What became of an attempt to send.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum SendError {
    /// The provider did not take it: no connection was made, or it said no.
    NotSent(Failure),
    /// It was written and no answer came: it may have gone out.
    Uncertain,
}
