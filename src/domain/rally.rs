//! Two programs that answer each other: how one is told from a person.
//!
//! A program answers each of our answers, once it has it, sooner than anybody
//! could have read it and written that, many times in a row. A person who
//! writes on while we think is not waiting for us; one who taps or sends
//! pictures writes nothing that would take time; and people are slow.

use jiff::{SignedDuration, Timestamp};
use serde::{Deserialize, Serialize};

/// The same words again, so soon, weigh as much as so many new ones: a
/// program's automatic reply.
const REPEATED: u16 = 2;

/// From our server to the eyes, and from the fingers back.
const REACTION: SignedDuration = SignedDuration::from_secs(2);

/// Nobody types, or dictates, more letters in a second.
const SPEED: u64 = 12;

/// How long answer has followed answer at a machine's speed.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Rally {
    /// When our last answer was handed to the provider; `None` = it was not
    /// yet.
    #[serde(default)]
    pub sent_at: Option<Timestamp>,
    /// Answers in a row that nobody could have written so soon, repetitions
    /// weighed more.
    pub turns: u16,
    /// Tells whether the words are those of the turn before.
    pub words: u64,
}

/// What a person would have had to write.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Written {
    /// How much it is.
    pub letters: u64,
    /// Tells whether two are the same.
    pub words: u64,
}

impl Written {
    /// The least that it takes a person to read and to write this.
    pub fn takes(&self) -> SignedDuration {
        let typing = self.letters.saturating_mul(1000) / SPEED;
        REACTION.saturating_add(SignedDuration::from_millis(typing.try_into().unwrap_or(i64::MAX)))
    }
}

impl Rally {
    /// With a turn whose first message came `at`; after so long it is nobody's
    /// haste. What is not written by hand (`None`) says nothing either way.
    pub fn hit(self, at: Timestamp, written: Option<Written>, within: SignedDuration) -> Self {
        let words = written.map_or(self.words, |written| written.words);
        let gap = self.sent_at.map(|sent| at.duration_since(sent));
        let Some(gap) = gap.filter(|gap| !gap.is_negative() && *gap <= within) else {
            return Self { turns: 0, words, ..self };
        };
        let weight = match written {
            Some(written) if gap < written.takes() && words == self.words => REPEATED,
            Some(written) if gap < written.takes() => 1,
            _ => 0,
        };
        Self { turns: self.turns.saturating_add(weight), words, ..self }
    }

    /// And our answer to it, which has yet to go out.
    pub fn answered(self) -> Self {
        Self { sent_at: None, ..self }
    }

    /// Something of ours is handed to the provider; of an answer in several
    /// pieces the first counts.
    pub fn sent(self, at: Timestamp) -> Self {
        Self { sent_at: self.sent_at.or(Some(at)), ..self }
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    const WITHIN: SignedDuration = SignedDuration::from_secs(10);

    /// A turn: so many milliseconds after our answer to the one before.
    #[derive(Clone, Debug)]
    struct Said {
        after: i64,
        written: Option<Written>,
    }

    fn written(letters: u64, words: u64) -> Option<Written> {
        Some(Written { letters, words })
    }

    /// What turns come to, one after the other, if each is answered in three
    /// seconds.
    fn rally(said: impl IntoIterator<Item = Said>) -> Vec<u16> {
        let (mut rally, mut now) = (Rally::default(), Timestamp::UNIX_EPOCH);
        let turn = |Said { after, written }| {
            let came = now + SignedDuration::from_millis(after);
            rally = rally.hit(came, written, WITHIN);
            now = came.max(now) + SignedDuration::from_secs(3);
            let found = rally.turns;
            rally = rally.answered().sent(now);
            found
        };
        said.into_iter().map(turn).collect()
    }

    /// At a person's pace: whatever she reads before she writes.
    fn at_ease() -> impl Strategy<Value = Said> {
        (0u64..400, 0u64..3, 0i64..60_000).prop_map(|(letters, words, more)| {
            let written = written(letters, words);
            let takes = written.map_or(REACTION, |written| written.takes());
            Said { after: i64::try_from(takes.as_millis()).unwrap_or(i64::MAX) + more, written }
        })
    }

    /// Not written by hand, whenever it comes.
    fn shown() -> impl Strategy<Value = Said> {
        (-10_000i64..10_000).prop_map(|after| Said { after, written: None })
    }

    /// Before our answer was there.
    fn meanwhile() -> impl Strategy<Value = Said> {
        (-3000i64..0, 0u64..400, 0u64..3)
            .prop_map(|(after, letters, words)| Said { after, written: written(letters, words) })
    }

    /// Sooner than a person could.
    fn hasty() -> impl Strategy<Value = Said> {
        (0i64..10_000, 0u64..100, any::<u64>()).prop_map(|(after, more, words)| {
            let letters = u64::try_from(after - 2000).unwrap_or(0) * SPEED / 1000 + 2 + more;
            Said { after, written: written(letters, words) }
        })
    }

    #[test]
    fn an_automatic_reply_is_seen_soon_and_a_talking_program_later() {
        let same = Said { after: 500, written: written(60, 7) };
        let found = rally(std::iter::repeat_n(same, 7));
        assert_eq!(found[..2], [0, 2], "nobody had answered the first yet");
        assert_eq!(found[6], 12);
        let other = |words| Said { after: 6000, written: written(120, words) };
        assert_eq!(rally((0..13).map(other))[12], 12);
    }

    #[test]
    fn who_writes_to_a_rhythm_of_her_own_is_now_and_then_ahead_of_the_answer() {
        // A line every five seconds, answered after two to nine.
        let took = [4, 3, 6, 2, 9, 4, 5, 3, 7, 2];
        let mut rally = Rally::default();
        let (mut sent, mut highest) = (0, 0);
        for n in 0..100i64 {
            let at = |second| Timestamp::from_second(second).unwrap();
            rally = rally.hit(at(5 * n), written(25, n.unsigned_abs()), WITHIN);
            highest = highest.max(rally.turns);
            sent = sent.max(5 * n) + took[usize::try_from(n).unwrap() % took.len()];
            rally = rally.answered().sent(at(sent));
        }
        assert!(highest < 5, "{highest}");
    }

    #[test]
    fn an_answer_that_waits_was_answered_by_nobody() {
        let second = |second| Timestamp::from_second(second).unwrap();
        let rally = Rally { turns: 9, ..Rally::default() }.sent(second(0)).answered();
        assert_eq!(rally.hit(second(1), written(60, 1), WITHIN).turns, 0);
        let pieces = rally.sent(second(5)).sent(second(9));
        assert_eq!(
            pieces.hit(second(6), written(60, 1), WITHIN).turns,
            10,
            "after the first piece"
        );
    }

    proptest! {
        #[test]
        fn a_person_is_none_whatever_she_says_or_shows(
            turns in prop::collection::vec(prop_oneof![at_ease(), shown(), meanwhile()], 0..100),
        ) {
            prop_assert!(rally(turns).iter().all(|found| *found == 0));
        }

        #[test]
        fn what_comes_before_our_answer_ends_it(
            before in prop::collection::vec(hasty(), 0..30), ahead in meanwhile(),
        ) {
            let found = rally(before.into_iter().chain([ahead]));
            prop_assert_eq!(found.last(), Some(&0));
        }

        #[test]
        fn every_answer_that_nobody_could_write_counts(
            turns in prop::collection::vec(hasty(), 1..50),
        ) {
            let at_least = turns.len() as u16 - 1;
            let found = rally(turns).last().copied().unwrap_or_default();
            prop_assert!(found >= at_least && found <= at_least * REPEATED);
        }
    }
}
