//! What an operator must know: one line a matter, not one a message.

use std::collections::HashMap;
use std::sync::{Mutex, PoisonError};
use std::time::Duration;

use jiff::Timestamp;
use tokio::sync::Notify;

use crate::clock::Clock;
use crate::domain::failure::Failure;
use crate::domain::id::{ConversationId, NumberName};
use crate::domain::job::Alert;
use crate::store::StoreError;

/// The same matter is not raised again for this long.
const SILENCE: Duration = Duration::from_secs(60 * 60);

/// What somebody has arranged so, and what was counted: once is enough.
const LONG_SILENCE: Duration = Duration::from_secs(31 * 24 * 60 * 60);

/// So many alerts wait at the most.
const WAITING: usize = 100;

/// Raises alerts, each matter once an hour.
#[derive(Debug)]
pub struct Alerts {
    clock: Clock,
    raised: Mutex<HashMap<(Kind, String), Timestamp>>,
    /// Raised, and not yet taken by whoever tells the operators.
    waiting: Mutex<Vec<Alert>>,
    wake: Notify,
}

/// What can be wrong.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Kind {
    /// No model answered; people get an honest line.
    TurnFailed,
    /// A message will not arrive.
    DeliveryFailed,
    /// Nothing goes out from a number until somebody acts.
    NumberStopped,
    /// A conversation can't be read or written.
    StoreFailed,
    /// The disk is too full to take messages.
    DiskFull,
    /// The messages that are free each month are (nearly) used up.
    FreeMessages,
    /// The provider counts our messages as those of a general assistant.
    Classified,
    /// Another program of the business answers people on this number.
    AnsweredElsewhere,
    /// A person has used what a day allows.
    LimitReached,
    /// Another program seems to answer the assistant.
    Looping,
    /// The provider tells of the account: a restriction, a violation.
    Account,
    /// The nightly backup did not come to be.
    BackupFailed,
}

impl Kind {
    /// Its name in the log.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::TurnFailed => "turn_failed",
            Self::DeliveryFailed => "delivery_failed",
            Self::NumberStopped => "number_stopped",
            Self::StoreFailed => "store_failed",
            Self::DiskFull => "disk_full",
            Self::FreeMessages => "free_messages",
            Self::Classified => "classified",
            Self::AnsweredElsewhere => "answered_elsewhere",
            Self::LimitReached => "limit_reached",
            Self::Looping => "looping",
            Self::Account => "account",
            Self::BackupFailed => "backup_failed",
        }
    }
}

impl Kind {
    fn silence(self) -> Duration {
        match self {
            Self::AnsweredElsewhere | Self::FreeMessages => LONG_SILENCE,
            Self::TurnFailed
            | Self::DeliveryFailed
            | Self::NumberStopped
            | Self::StoreFailed
            | Self::DiskFull
            | Self::Classified
            | Self::LimitReached
            | Self::Looping
            | Self::Account
            | Self::BackupFailed => SILENCE,
        }
    }
}

impl Alerts {
    /// Nothing raised yet.
    pub fn new(clock: Clock) -> Self {
        Self { clock, raised: Mutex::default(), waiting: Mutex::default(), wake: Notify::new() }
    }

    /// Tells the operator, unless told within the hour. `about` is a number's
    /// or business's name; neither it nor `reason` holds what people wrote.
    pub fn raise(&self, kind: Kind, about: &str, reason: &str) -> bool {
        // One trouble must not hide another of the same number.
        let fresh = match kind {
            Kind::Account | Kind::NumberStopped | Kind::DeliveryFailed => {
                self.is_fresh(kind, &format!("{about}: {reason}"))
            }
            _ => self.is_fresh(kind, about),
        };
        if fresh {
            tracing::error!(alert.kind = kind.as_str(), alert.about = about, reason, "Alert");
            self.keep(kind, about, reason);
        }
        fresh
    }

    /// What was raised since the last call.
    pub fn take(&self) -> Vec<Alert> {
        std::mem::take(&mut *self.waiting.lock().unwrap_or_else(PoisonError::into_inner))
    }

    /// Resolves when something was raised since the last time.
    pub async fn raised(&self) {
        self.wake.notified().await;
    }

    /// The log has it all; only so many wait for somebody to take them.
    fn keep(&self, kind: Kind, about: &str, reason: &str) {
        let mut waiting = self.waiting.lock().unwrap_or_else(PoisonError::into_inner);
        if waiting.len() < WAITING {
            let (kind, about) = (kind.as_str().to_owned(), about.to_owned());
            let (reason, at) = (reason.to_owned(), self.clock.now());
            waiting.push(Alert { kind, about, reason, at });
        }
        self.wake.notify_one();
    }

    /// Something that was to go out from this number did not arrive.
    pub fn undelivered(&self, number: &NumberName, failure: &Failure) {
        let kind = match failure.class {
            class if class.stops_number() => Kind::NumberStopped,
            _ => Kind::DeliveryFailed,
        };
        self.raise(kind, number.as_str(), &failure.reason);
    }

    /// The store can't read or write a conversation.
    pub fn unstored(&self, conversation: ConversationId, error: &StoreError) {
        tracing::error!(conversation.id = %conversation, %error, "A turn failed in the store; it is done again");
        self.raise(Kind::StoreFailed, "store", &error.to_string());
    }

    fn is_fresh(&self, kind: Kind, matter: &str) -> bool {
        let now = self.clock.now();
        let mut raised = self.raised.lock().unwrap_or_else(PoisonError::into_inner);
        raised.retain(|(kind, _), at| *at + kind.silence() > now);
        raised.insert((kind, matter.to_owned()), now).is_none_or(|at| {
            raised.insert((kind, matter.to_owned()), at);
            false
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_same_matter_is_raised_once_an_hour() {
        let clock = Clock::manual(Timestamp::UNIX_EPOCH);
        let alerts = Alerts::new(clock.clone());
        assert!(alerts.raise(Kind::TurnFailed, "main", "no model answered"));
        clock.advance(Duration::from_secs(3000));
        assert!(!alerts.raise(Kind::TurnFailed, "main", "no model answered"));
        assert!(alerts.raise(Kind::TurnFailed, "other", "no model answered"));
        clock.advance(Duration::from_secs(601));
        assert!(alerts.raise(Kind::TurnFailed, "main", "no model answered"));
    }
}
