//! A number that sends nothing for a while, and why.

use std::time::Duration;

use jiff::Timestamp;
use serde::{Deserialize, Serialize};

/// How long nothing is sent.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Wait {
    /// So long.
    For(Duration),
    /// Until an operator resumes the number.
    UntilResumed,
}

/// Who waits for an operator is looked at again so much later.
const LOOK_AGAIN: Duration = Duration::from_secs(365 * 24 * 60 * 60);

/// A pause of a number. It is kept beyond its end, until something was sent: a
/// trouble that comes back is still the same trouble.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Pause {
    /// When it sends again; `None` = when an operator resumes it.
    pub until: Option<Timestamp>,
    /// Why, in a sentence for operators.
    pub reason: String,
    /// Since when somebody has to act; `None` = it passes by itself.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub stopped_at: Option<Timestamp>,
}

impl Pause {
    /// So long from `now` on.
    pub fn new(now: Timestamp, wait: Wait, reason: impl Into<String>) -> Self {
        let until = match wait {
            Wait::For(wait) => Some(now.checked_add(wait).unwrap_or(Timestamp::MAX)),
            Wait::UntilResumed => None,
        };
        Self { until, reason: reason.into(), stopped_at: None }
    }

    /// Nothing is sent at `now`.
    pub fn is_on(&self, now: Timestamp) -> bool {
        self.until.is_none_or(|until| until > now)
    }

    /// When what waits is looked at again.
    pub fn ready_at(&self, now: Timestamp) -> Timestamp {
        self.until.unwrap_or(now + LOOK_AGAIN)
    }

    /// Whichever ends later, with its reason; what has to be acted on stays so.
    pub fn or_longer(self, other: Self) -> Self {
        let stopped_at = self.stopped_at.or(other.stopped_at);
        let longer = match (self.until, other.until) {
            (Some(until), Some(others)) => until >= others,
            (until, _) => until.is_none(),
        };
        Self { stopped_at, ..if longer { self } else { other } }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_longer_pause_holds_whoever_made_it() {
        let now = Timestamp::UNIX_EPOCH;
        let minutes =
            |n: u64| Pause::new(now, Wait::For(Duration::from_secs(60 * n)), n.to_string());
        let unpaid = Pause::new(now, Wait::UntilResumed, "unpaid");
        assert_eq!(minutes(5).or_longer(minutes(30)).reason, "30");
        assert_eq!(minutes(30).or_longer(minutes(5)).reason, "30");
        assert_eq!(minutes(30).or_longer(unpaid.clone()), unpaid);
        assert_eq!(unpaid.clone().or_longer(minutes(30)), unpaid);
        assert!(unpaid.is_on(Timestamp::MAX) && !minutes(5).is_on(now + Duration::from_secs(300)));
        let stopped = Pause { stopped_at: Some(now), ..minutes(5) };
        assert_eq!(stopped.or_longer(minutes(30)).stopped_at, Some(now), "still to be mended");
    }
}
