//! Two programs that answer each other: how one is told from a person.

use jiff::{SignedDuration, Timestamp};
use serde::{Deserialize, Serialize};

/// The same words once more weigh as much as so many new ones: no person
/// repeats themselves at once, answer after answer; an automatic reply does.
const REPEATED: u16 = 3;

/// How long answer has followed answer without a pause for reading.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Rally {
    /// When we answered last; `None` = never yet.
    pub answered_at: Option<Timestamp>,
    /// Turns in a row that came at once after our answer, repetitions
    /// weighed more.
    pub turns: u16,
    /// Tells whether the words are those of the turn before.
    pub words: u64,
}

impl Rally {
    /// With a turn whose first message came `at`; within this time of our
    /// answer nobody can have read it and written another.
    pub fn hit(self, at: Timestamp, words: u64, within: SignedDuration) -> Self {
        let gap = self.answered_at.map(|answered| at.duration_since(answered));
        let turns = match gap {
            Some(gap) if gap <= within => {
                let weight = if words == self.words { REPEATED } else { 1 };
                self.turns.saturating_add(weight)
            }
            _ => 0,
        };
        Self { turns, words, ..self }
    }

    /// And our answer to it.
    pub fn answered(self, at: Timestamp) -> Self {
        Self { answered_at: Some(at), ..self }
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    const WITHIN: SignedDuration = SignedDuration::from_secs(4);

    /// Turns so many milliseconds after our answer to the one before, which
    /// takes a second.
    fn rally(turns: impl IntoIterator<Item = (i64, u64)>) -> u16 {
        let (mut rally, mut now) = (Rally::default(), Timestamp::UNIX_EPOCH);
        for (after, words) in turns {
            now += SignedDuration::from_millis(after);
            rally = rally.hit(now, words, WITHIN);
            now += SignedDuration::from_secs(1);
            rally = rally.answered(now);
        }
        rally.turns
    }

    #[test]
    fn an_automatic_reply_is_seen_soon_and_a_talking_program_later() {
        assert_eq!(rally([(500, 7); 5]), 12, "the first time nobody had answered yet");
        assert_eq!(rally((0..13).map(|n| (500, n))), 12);
    }

    proptest! {
        #[test]
        fn who_reads_before_writing_is_a_person(
            turns in prop::collection::vec((4001i64..100_000, 0u64..3), 0..100),
        ) {
            prop_assert_eq!(rally(turns), 0);
        }

        #[test]
        fn one_pause_for_reading_ends_it(
            before in prop::collection::vec((0i64..4000, 0u64..3), 0..30), pause in 4001i64..10_000,
        ) {
            prop_assert_eq!(rally(before.into_iter().chain([(pause, 1)])), 0);
        }

        #[test]
        fn every_turn_at_once_counts(turns in prop::collection::vec((0i64..4000, any::<u64>()), 1..50)) {
            let at_least = turns.len() as u16 - 1;
            let found = rally(turns);
            prop_assert!(found >= at_least && found <= at_least * REPEATED);
        }
    }
}
