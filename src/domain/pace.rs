//! How fast a number may send, to one person and in all: the generic cell
//! rate algorithm as a value.

use std::time::Duration;

use jiff::Timestamp;

/// A rate with a burst: one every `every`, and `burst` of them at once.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Rate {
    /// The steady distance.
    pub every: Duration,
    /// How many may go without waiting.
    pub burst: u32,
}

/// How far ahead places are booked at the most, behind the burst.
const SLACK: Duration = Duration::from_secs(60);

/// What one sender has used of its rate.
#[derive(Clone, Copy, Debug, Default)]
pub struct Pace {
    /// When the last booked place is paid back.
    paid: Option<Timestamp>,
}

impl Pace {
    /// Books the next place and says when it is.
    pub fn book(&mut self, now: Timestamp, rate: Rate) -> Timestamp {
        // A clock that was set back must not make anybody wait for it.
        let most = now + rate.every * rate.burst.max(1) + SLACK;
        let paid = self.paid.unwrap_or(now).max(now).min(most) + rate.every;
        self.paid = Some(paid);
        (paid - rate.every * rate.burst.max(1)).max(now)
    }

    /// When the next place is, without taking it.
    pub fn free_at(&self, now: Timestamp, rate: Rate) -> Timestamp {
        let mut copy = *self;
        copy.book(now, rate)
    }

    /// Nothing is owed any more: the value can be forgotten.
    pub fn is_idle(&self, now: Timestamp) -> bool {
        self.paid.is_none_or(|paid| paid <= now)
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    const RATE: Rate = Rate { every: Duration::from_secs(6), burst: 10 };

    proptest! {
        /// However the calls come, no stretch of time holds more than the
        /// burst and what the rate pays back in it; and places are in order.
        #[test]
        fn the_rate_is_never_exceeded(waits in prop::collection::vec(0i64..20_000, 1..60)) {
            let mut pace = Pace::default();
            let mut now = 1_700_000_000_000i64;
            let mut places: Vec<i64> = Vec::new();
            for wait in waits {
                now += wait;
                let at = Timestamp::from_millisecond(now).expect("in range");
                places.push(pace.book(at, RATE).as_millisecond());
            }
            prop_assert!(places.is_sorted());
            for (i, first) in places.iter().enumerate() {
                for (j, last) in places.iter().enumerate().skip(i) {
                    let allowed = 10 + (last - first) / 6000;
                    prop_assert!((j - i + 1) as i64 <= allowed);
                }
            }
        }
    }
}
