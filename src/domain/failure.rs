//! Why a message did not arrive. The class decides what happens next; a send
//! that failed and a failed receipt share it, so both are decided alike.

use std::time::Duration;

use serde::{Deserialize, Serialize};

use super::pause::Wait;

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

/// The answers to a failure.
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
    /// The person has told the provider that they want no messages.
    Unsubscribed,
    /// Nothing from this number goes through until an operator acts; it is
    /// tried again by itself every few minutes.
    StopNumber,
    /// As before, but trying costs messages that are taken and never
    /// delivered: the number waits until an operator says that it is paid.
    Unpaid,
}

/// How long a number that only an operator can mend is left alone between
/// tries: it recovers by itself soon after, and nothing is lost meanwhile.
const STOPPED: Duration = Duration::from_secs(5 * 60);

/// A pause of a number that an operator has to know of.
const LONG_PAUSE: Duration = Duration::from_secs(60 * 60);

/// How long a number waits that was told to slow down, unless told how long.
const SLOWED: Duration = Duration::from_secs(30);

impl Class {
    /// How long to wait before the next try, if the provider said so.
    pub fn after(self) -> Option<Duration> {
        match self {
            Self::Transient { after, .. } => after,
            Self::WindowClosed
            | Self::Refused
            | Self::Unsubscribed
            | Self::StopNumber
            | Self::Unpaid => None,
        }
    }

    /// How long nothing at all may be sent from the number.
    pub fn number_waits(self) -> Option<Wait> {
        match self {
            Self::Transient { after, scope: Scope::Number } => {
                Some(Wait::For(after.unwrap_or(SLOWED)))
            }
            Self::StopNumber => Some(Wait::For(STOPPED)),
            Self::Unpaid => Some(Wait::UntilResumed),
            Self::Transient { scope: Scope::Pair, .. }
            | Self::WindowClosed
            | Self::Refused
            | Self::Unsubscribed => None,
        }
    }

    /// Whether somebody has to act before the number sends again, or has to
    /// know that it won't for long.
    pub fn stops_number(self) -> bool {
        match self {
            Self::StopNumber | Self::Unpaid => true,
            Self::Transient { after, scope: Scope::Number } => after >= Some(LONG_PAUSE),
            Self::Transient { scope: Scope::Pair, .. }
            | Self::WindowClosed
            | Self::Refused
            | Self::Unsubscribed => false,
        }
    }
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

/// The first wait after a failure; it grows fourfold with each, as WhatsApp
/// asks for where a person gets too many messages.
const BACKOFF: Duration = Duration::from_secs(1);

/// The longest wait between two tries.
const BACKOFF_MAX: Duration = Duration::from_secs(5 * 60);

/// 1, 4, 16 … seconds, at most five minutes, and up to half as much again by
/// `jitter` (0 to 1) so that many lanes don't come back at once.
pub fn backoff(attempt: u16, jitter: f64) -> Duration {
    let wait = BACKOFF.saturating_mul(1 << (2 * attempt.min(8))).min(BACKOFF_MAX);
    wait + wait.mul_f64(jitter / 2.0)
}

/// What became of an attempt to send.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum SendError {
    /// The provider did not take it: no connection was made, or it said no.
    NotSent(Failure),
    /// It was written and no answer came: it may have gone out.
    Uncertain,
}
