//! What answering a person has taken on a day.

use jiff::civil::Date;
use serde::{Deserialize, Serialize};

use super::money::Money;

/// One day's.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Spending {
    /// Which day of the business's; `None` = nothing was ever counted.
    pub day: Option<Date>,
    /// Turns that a model was asked in.
    pub turns: u32,
    /// Tokens, read and written.
    pub tokens: u64,
    /// What they cost, as far as prices are known.
    pub cost: Money,
    /// The person knows that the day's limit is reached.
    pub told: bool,
}

impl Spending {
    /// What counts on this day: yesterday's does not.
    pub fn on(self, day: Date) -> Self {
        match self.day == Some(day) {
            true => self,
            false => Self { day: Some(day), ..Self::default() },
        }
    }

    /// Both together, if they are of one day; else the later one's.
    pub fn plus(self, other: Self) -> Self {
        if self.day != other.day {
            return if self.day > other.day { self } else { other };
        }
        Self {
            day: self.day,
            turns: self.turns.saturating_add(other.turns),
            tokens: self.tokens.saturating_add(other.tokens),
            cost: self.cost + other.cost,
            told: self.told || other.told,
        }
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    fn some() -> impl Strategy<Value = Spending> {
        (0i8..3, 0u32..9, 0u64..99, 0u64..99, any::<bool>()).prop_map(
            |(day, turns, tokens, cost, told)| match day {
                0 => Spending::default(),
                day => Spending {
                    day: Some(jiff::civil::date(2026, 11, day)),
                    turns,
                    tokens,
                    cost: Money(cost),
                    told,
                },
            },
        )
    }

    proptest! {
        #[test]
        fn in_whatever_order_days_are_added_the_sum_is_the_last_days(
            all in prop::collection::vec(some(), 1..6),
        ) {
            let sum = |all: &[Spending]| all.iter().copied().fold(Spending::default(), Spending::plus);
            let backwards: Vec<Spending> = all.iter().rev().copied().collect();
            prop_assert_eq!(sum(&all), sum(&backwards));
            let last = all.iter().filter_map(|one| one.day).max();
            let turns = all.iter().filter(|one| one.day == last).map(|one| one.turns).sum::<u32>();
            prop_assert_eq!((sum(&all).day, sum(&all).turns), (last, turns));
        }

        #[test]
        fn a_new_day_begins_with_nothing(one in some()) {
            let day = jiff::civil::date(2026, 11, 9);
            prop_assert_eq!(one.on(day), Spending { day: Some(day), ..Spending::default() });
        }
    }
}
