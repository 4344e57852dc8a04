//! A lane: first in, first out for one conversation. Only its times and its
//! claim live here; what waits in it is the store's rows.

use std::time::Duration;

use jiff::Timestamp;
use serde::{Deserialize, Serialize};

use super::id::Token;

/// When a burst counts as over.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Quiet {
    /// This long without another message…
    pub settle: Duration,
    /// …but at most this long after the first.
    pub cap: Duration,
}

/// Idle, waiting, or claimed. A crashed worker needs no clean-up: a lease is
/// only a later `ready_at`.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Lane {
    /// When somebody may claim it; while claimed, the end of the lease;
    /// `None` = nothing waits.
    pub ready_at: Option<Timestamp>,
    /// When the oldest work that nobody has claimed came in.
    since: Option<Timestamp>,
    /// When work that came during a claim will be ready.
    next: Option<Timestamp>,
    /// Tries of what is claimed or waits.
    attempt: u16,
    /// Who works on it.
    token: Option<Token>,
}

impl Lane {
    /// More work came: ready once it has gone quiet, at the latest a cap after
    /// the oldest of it.
    pub fn push(&mut self, now: Timestamp, quiet: Quiet) {
        let since = *self.since.get_or_insert(now);
        let ready = later(now, quiet.settle).min(later(since, quiet.cap)).max(now);
        match self.token {
            Some(_) => self.next = Some(ready),
            None => self.ready_at = Some(ready),
        }
    }

    /// Takes the lane until the lease runs out. `None` = not ready, or empty.
    /// An expired lease is taken over.
    pub fn claim(&mut self, now: Timestamp, lease: Duration, token: Token) -> Option<u16> {
        self.ready_at.filter(|at| *at <= now)?;
        self.attempt = self.attempt.saturating_add(1);
        self.token = Some(token);
        self.since = None;
        self.next = None;
        self.ready_at = Some(later(now, lease));
        Some(self.attempt)
    }

    /// Whether this token still holds the lane.
    pub fn is_held_by(&self, token: Token) -> bool {
        self.token == Some(token)
    }

    /// Whether anybody holds the lane, however old the lease.
    pub fn is_claimed(&self) -> bool {
        self.token.is_some()
    }

    /// Longer lease. `false` = the claim is lost.
    #[must_use]
    pub fn renew(&mut self, token: Token, until: Timestamp) -> bool {
        let held = self.is_held_by(token);
        if held {
            self.ready_at = Some(until);
        }
        held
    }

    /// The claimed work is done. What came meanwhile becomes ready in its own
    /// time. `false` = the claim is lost and nothing changed.
    #[must_use]
    pub fn finish(&mut self, token: Token) -> bool {
        let held = self.is_held_by(token);
        if held {
            self.ready_at = self.next.take();
            self.token = None;
            self.attempt = 0;
        }
        held
    }

    /// The claimed work failed; it is ready again then. `false` = lost.
    #[must_use]
    pub fn retry(&mut self, token: Token, at: Timestamp) -> bool {
        let held = self.is_held_by(token);
        if held {
            self.token = None;
            self.next = None;
            self.ready_at = Some(at);
        }
        held
    }

    /// Something changed the question: whoever holds the lane has lost it, and
    /// the work is ready then as if new (`None` = nothing is left to do).
    pub fn take_away(&mut self, ready: Option<Timestamp>) {
        *self = Self { ready_at: ready, since: ready.and(self.since), ..Self::default() };
    }

    /// Nobody holds it and its work is ready then.
    pub fn wake_at(&mut self, at: Timestamp) {
        self.ready_at = Some(at);
    }
}

fn later(at: Timestamp, by: Duration) -> Timestamp {
    at.checked_add(by).unwrap_or(Timestamp::MAX)
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    const QUIET: Quiet = Quiet { settle: Duration::from_secs(1), cap: Duration::from_secs(6) };
    const LEASE: Duration = Duration::from_secs(60);

    fn at(ms: i64) -> Timestamp {
        Timestamp::from_millisecond(1_700_000_000_000 + ms).expect("in range")
    }

    #[test]
    fn a_burst_is_ready_a_second_after_its_last_message_but_never_after_the_cap() {
        let mut lane = Lane::default();
        lane.push(at(0), QUIET);
        lane.push(at(800), QUIET);
        assert_eq!(lane.ready_at, Some(at(1800)));
        for ms in (1600..9000).step_by(800) {
            lane.push(at(ms), QUIET);
        }
        assert_eq!(lane.ready_at, Some(at(8800)), "a late message is never ready in the past");
        assert_eq!(lane.claim(at(8800), LEASE, Token(1)), Some(1));
    }

    #[test]
    fn what_comes_during_a_claim_waits_for_the_next() {
        let mut lane = Lane::default();
        lane.push(at(0), QUIET);
        assert_eq!(lane.claim(at(999), LEASE, Token(1)), None, "still writing");
        assert_eq!(lane.claim(at(1000), LEASE, Token(1)), Some(1));
        lane.push(at(5000), QUIET);
        assert_eq!(lane.claim(at(7000), LEASE, Token(2)), None, "held");
        assert!(lane.finish(Token(1)));
        assert_eq!(lane.claim(at(7000), LEASE, Token(3)), Some(1));
        assert!(lane.finish(Token(3)));
        assert_eq!(lane.ready_at, None);
    }

    #[test]
    fn a_lost_claim_can_do_nothing_more() {
        let mut lane = Lane::default();
        lane.push(at(0), QUIET);
        lane.claim(at(1000), LEASE, Token(1)).expect("ready");
        lane.take_away(Some(at(1500)));
        assert!(!lane.finish(Token(1)));
        assert!(!lane.renew(Token(1), at(9000)));
        assert!(!lane.retry(Token(1), at(9000)));
        assert_eq!(lane.claim(at(1500), LEASE, Token(2)), Some(1));
    }

    #[test]
    fn an_expired_lease_is_taken_over_and_counts() {
        let mut lane = Lane::default();
        lane.push(at(0), QUIET);
        lane.claim(at(1000), LEASE, Token(1)).expect("ready");
        assert_eq!(lane.claim(at(60_999), LEASE, Token(2)), None);
        assert_eq!(lane.claim(at(61_000), LEASE, Token(2)), Some(2));
        assert!(!lane.finish(Token(1)));
    }

    #[derive(Clone, Debug)]
    enum Step {
        Push,
        Claim,
        Finish,
        Retry(i64),
        TakeAway,
        Renew,
    }

    fn steps() -> impl Strategy<Value = Vec<(i64, Step)>> {
        let step = prop_oneof![
            4 => Just(Step::Push),
            4 => Just(Step::Claim),
            3 => Just(Step::Finish),
            1 => (0i64..5000).prop_map(Step::Retry),
            1 => Just(Step::TakeAway),
            1 => Just(Step::Renew),
        ];
        prop::collection::vec((0i64..3000, step), 0..80)
    }

    proptest! {
        /// Against a model that only counts: work is claimed once at a time,
        /// never before it is quiet, and none is forgotten.
        #[test]
        fn nothing_is_lost_and_nothing_is_claimed_twice(steps in steps()) {
            let mut lane = Lane::default();
            let (mut now, mut tokens) = (0i64, 0u64);
            let (mut waiting, mut held) = (0u32, None::<(Token, u32)>);
            for (wait, step) in steps {
                now += wait;
                match step {
                    Step::Push => { lane.push(at(now), QUIET); waiting += 1; }
                    Step::Claim => {
                        tokens += 1;
                        let expired = held.is_some();
                        if lane.claim(at(now), LEASE, Token(tokens)).is_some() {
                            prop_assert!(waiting > 0 || expired, "claimed nothing");
                            let before = held.take().map_or(0, |(_, n)| n);
                            held = Some((Token(tokens), before + waiting));
                            waiting = 0;
                        }
                    }
                    Step::Finish => if let Some((token, _)) = held.take() {
                        prop_assert!(lane.finish(token));
                        prop_assert!(!lane.finish(token));
                    },
                    Step::Retry(ms) => if let Some((token, n)) = held.take() {
                        prop_assert!(lane.retry(token, at(now + ms)));
                        waiting += n;
                    },
                    Step::TakeAway => {
                        waiting += held.take().map_or(0, |(_, n)| n);
                        lane.take_away((waiting > 0).then(|| at(now)));
                    }
                    Step::Renew => if let Some((token, _)) = held {
                        prop_assert!(lane.renew(token, at(now + 60_000)));
                    },
                }
                let open = waiting > 0 || held.is_some();
                prop_assert_eq!(lane.ready_at.is_some(), open, "waits exactly while work does");
            }
        }
    }
}
