//! What models cost, in the owner's currency, whichever that is. Amounts are
//! whole numbers, so that many small ones add up exactly.

use std::fmt;
use std::iter::Sum;
use std::ops::Add;

use serde::{Deserialize, Serialize};

use super::record::Usage;

/// So many parts make one unit of the currency: a token of the cheapest model
/// still costs a whole number of them.
const UNIT: u64 = 1_000_000_000_000;

/// Prices are told for so many tokens.
const TOKENS: u64 = 1_000_000;

/// An amount, in millionths of a millionth of the currency's unit.
#[derive(
    Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize,
)]
#[serde(transparent)]
pub struct Money(pub u64);

impl Money {
    /// From units of the currency, such as 0.25; `None` = below zero, or no
    /// amount at all.
    pub fn of(units: f64) -> Option<Self> {
        let parts = (units * UNIT as f64).round();
        // Far above any bill, and still exact enough.
        (0.0..1e19).contains(&parts).then_some(Self(parts as u64))
    }

    /// In units of the currency, for programs that read it.
    pub fn units(self) -> f64 {
        self.0 as f64 / UNIT as f64
    }
}

impl Add for Money {
    type Output = Self;

    fn add(self, other: Self) -> Self {
        Self(self.0.saturating_add(other.0))
    }
}

impl Sum for Money {
    fn sum<I: Iterator<Item = Self>>(all: I) -> Self {
        all.fold(Self::default(), Add::add)
    }
}

/// To a millionth of the unit, and no fewer than two places: `0.25`,
/// `0.000314`.
impl fmt::Display for Money {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let millionths = self.0.saturating_add(UNIT / TOKENS / 2) / (UNIT / TOKENS);
        let (whole, rest) = (millionths / TOKENS, millionths % TOKENS);
        let rest = format!("{rest:06}");
        let rest = rest.trim_end_matches('0');
        write!(f, "{whole}.{rest:0<2}")
    }
}

/// What a model's tokens cost.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Price {
    /// A million that it reads.
    pub input: Rate,
    /// A million that it has in its cache; the same as others if not said.
    pub cached_input: Option<Rate>,
    /// A million that it writes, thinking included.
    pub output: Rate,
}

/// Units of the currency for a million tokens, kept as parts for each.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Deserialize)]
#[serde(try_from = "f64")]
pub struct Rate(u64);

impl TryFrom<f64> for Rate {
    type Error = &'static str;

    fn try_from(units: f64) -> Result<Self, Self::Error> {
        let whole = Money::of(units).ok_or("a price is a number, 0 or more")?;
        Ok(Self(whole.0 / TOKENS))
    }
}

impl Rate {
    fn of(self, tokens: u64) -> Money {
        Money(self.0.saturating_mul(tokens))
    }
}

impl Price {
    /// What these tokens cost.
    pub fn cost(&self, usage: &Usage) -> Money {
        let cached = usage.cached.min(usage.input);
        self.input.of(usage.input - cached)
            + self.cached_input.unwrap_or(self.input).of(cached)
            + self.output.of(usage.output)
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    fn price(input: f64, cached: Option<f64>, output: f64) -> Price {
        let rate = |units: f64| Rate::try_from(units).expect("a price");
        Price { input: rate(input), cached_input: cached.map(rate), output: rate(output) }
    }

    #[test]
    fn a_turn_costs_what_its_tokens_cost() {
        let usage = Usage { input: 1200, cached: 1000, output: 100, reasoning: 60 };
        assert_eq!(price(0.25, Some(0.025), 2.0).cost(&usage).to_string(), "0.000275");
        assert_eq!(price(0.25, None, 2.0).cost(&usage).to_string(), "0.0005");
        assert_eq!(price(0.0, None, 0.0).cost(&usage), Money(0));
    }

    #[test]
    fn amounts_are_written_as_people_write_them() {
        for (units, text) in
            [(0.0, "0.00"), (0.25, "0.25"), (12.0, "12.00"), (0.000_314, "0.000314")]
        {
            assert_eq!(Money::of(units).expect("an amount").to_string(), text);
        }
        assert_eq!(Money(499_999).to_string(), "0.00");
        assert!([-0.01, f64::NAN, f64::INFINITY, 1e30].into_iter().all(|n| Money::of(n).is_none()));
    }

    proptest! {
        #[test]
        fn many_small_amounts_are_one_large_one(
            usages in prop::collection::vec((0u64..100_000, 0u64..100_000), 0..50),
            input in 0.0f64..100.0, output in 0.0f64..100.0,
        ) {
            let price = price(input, None, output);
            let usage = |(input, output): &(u64, u64)| Usage {
                input: *input, output: *output, ..Usage::default()
            };
            let apart: Money = usages.iter().map(usage).map(|one| price.cost(&one)).sum();
            let mut whole = Usage::default();
            usages.iter().map(usage).for_each(|one| whole += one);
            prop_assert_eq!(apart, price.cost(&whole));
        }

        #[test]
        fn more_tokens_never_cost_less(a in 0u64..1 << 40, b in 0u64..1 << 40, units in 0.0f64..1e6) {
            let price = price(units, Some(0.0), units);
            let cost = |input| price.cost(&Usage { input, ..Usage::default() });
            prop_assert!(cost(a.min(b)) <= cost(a.max(b)));
        }
    }
}
