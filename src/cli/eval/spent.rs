//! What it took to ask: tokens, money and time.

use std::collections::BTreeSet;
use std::ops::AddAssign;

use serde::{Deserialize, Serialize};

use crate::domain::money::{Money, Price};
use crate::domain::record::Usage;

/// What it took.
#[derive(Clone, Debug, Default, Serialize, Deserialize)]
pub struct Spent {
    /// Of the one that is tested.
    pub assistant: Tokens,
    /// Of the one that is asked how it did.
    pub judge: Tokens,
    /// Of both.
    #[serde(flatten)]
    pub cost: Cost,
    /// From the first question to the last answer.
    pub seconds: f64,
}

impl Spent {
    /// What it cost, as tables have it; of a server that counts no tokens
    /// nobody knows.
    pub fn price(&self) -> String {
        let none = Tokens::default();
        match (self.assistant == none, self.judge == none) {
            (true, true) => String::new(),
            _ => self.cost.to_string(),
        }
    }

    /// How long it took, as tables have it.
    pub fn time(&self) -> String {
        format!("{:.1} s", self.seconds)
    }
}

impl AddAssign<&Self> for Spent {
    fn add_assign(&mut self, other: &Self) {
        self.assistant += other.assistant;
        self.judge += other.judge;
        self.cost += other.cost.clone();
        self.seconds += other.seconds;
    }
}

/// Tokens that a model read and wrote.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Tokens {
    #[serde(rename = "tokens_in")]
    read: u64,
    #[serde(rename = "tokens_out")]
    written: u64,
}

impl From<Usage> for Tokens {
    fn from(usage: Usage) -> Self {
        Self { read: usage.input, written: usage.output }
    }
}

impl AddAssign for Tokens {
    fn add_assign(&mut self, other: Self) {
        self.read += other.read;
        self.written += other.written;
    }
}

impl std::fmt::Display for Tokens {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        match *self == Self::default() {
            true => Ok(()),
            false => write!(f, "{} in, {} out", self.read, self.written),
        }
    }
}

/// What tokens cost, as far as prices are known.
#[derive(Clone, Debug, Default, Serialize, Deserialize)]
#[serde(into = "Written", from = "Written")]
pub struct Cost {
    known: Money,
    /// The models whose price nobody wrote down.
    pub without_price: BTreeSet<String>,
}

/// In units of the currency.
#[derive(Serialize, Deserialize)]
struct Written {
    cost: Option<f64>,
    cost_at_least: f64,
    without_price: BTreeSet<String>,
}

impl Cost {
    /// Of these tokens of a model.
    pub fn of(model: &str, usage: &Usage, price: Option<&Price>) -> Self {
        match price {
            Some(price) => Self { known: price.cost(usage), ..Self::default() },
            None if *usage == Usage::default() => Self::default(),
            None => Self { without_price: [model.to_owned()].into(), ..Self::default() },
        }
    }
}

impl AddAssign for Cost {
    fn add_assign(&mut self, other: Self) {
        self.known = self.known + other.known;
        self.without_price.extend(other.without_price);
    }
}

impl From<Cost> for Written {
    fn from(Cost { known, without_price }: Cost) -> Self {
        let units = known.units();
        let cost = without_price.is_empty().then_some(units);
        Self { cost, cost_at_least: units, without_price }
    }
}

impl From<Written> for Cost {
    fn from(written: Written) -> Self {
        let known = Money::of(written.cost_at_least).unwrap_or_default();
        Self { known, without_price: written.without_price }
    }
}

impl std::fmt::Display for Cost {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        match (self.known == Money::default(), self.without_price.is_empty()) {
            (_, true) => write!(f, "{}", self.known),
            (false, false) => write!(f, "at least {}", self.known),
            (true, false) => write!(f, "unknown"),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_sum_of_some_prices_is_no_price() {
        let price: Price = serde_json::from_str("{\"input\": 1.0, \"output\": 2.0}").unwrap();
        let usage = Usage { input: 100, output: 10, ..Usage::default() };
        let mut cost = Cost::of("dear", &usage, Some(&price));
        cost += Cost::of("silent", &Usage::default(), None);
        assert_eq!(cost.to_string(), "0.00012");
        cost += Cost::of("new", &usage, None);
        assert_eq!(cost.to_string(), "at least 0.00012");
        let json = serde_json::to_value(&cost).unwrap();
        let told = serde_json::json!(
            { "cost": null, "cost_at_least": 0.00012, "without_price": ["new"] }
        );
        assert_eq!(json, told);
        let back: Cost = serde_json::from_value(json).unwrap();
        assert_eq!(back.to_string(), "at least 0.00012");
        assert_eq!(Cost::of("new", &usage, None).to_string(), "unknown");
    }
}
