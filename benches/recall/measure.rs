//! How many of the turns that answer were found.

use std::collections::{BTreeMap, HashSet};

use serde::Deserialize;

/// Among the first so many.
pub const DEPTHS: [usize; 3] = [5, 10, 20];
/// Among those that fit into so many tokens.
pub const BUDGETS: [u32; 4] = [250, 500, 1000, 2000];

/// The names of what is measured, as the columns of a table.
pub const COLUMNS: [&str; 8] = ["@5", "@10", "@20", "250t", "500t", "1000t", "2000t", "mrr"];

/// The measures of one question, or the mean of several.
pub type Measures = BTreeMap<String, f64>;

/// All questions, those of each kind, and those of each language.
#[derive(Clone, Debug, Default, Deserialize)]
pub struct Report {
    /// All.
    pub overall: Measures,
    /// By what is asked.
    pub by_kind: BTreeMap<String, Measures>,
    /// By what it is asked in.
    pub by_language: BTreeMap<String, Measures>,
}

/// What was found (ids and their sizes, best first) for a question.
pub fn measure(found: &[(&str, u32)], gold: &[String]) -> Measures {
    let gold: HashSet<&str> = gold.iter().map(String::as_str).collect();
    let share = |count: usize| {
        let hits = found.iter().take(count).filter(|(id, _)| gold.contains(id)).count();
        100.0 * hits as f64 / gold.len() as f64
    };
    let first = found.iter().position(|(id, _)| gold.contains(id));
    let rank = first.map_or(0.0, |place| 100.0 / (place + 1) as f64);
    let depths = DEPTHS.map(share);
    let budgets = BUDGETS.map(|budget| share(fitting(found, budget)));
    let values = depths.into_iter().chain(budgets).chain([rank]);
    COLUMNS.iter().map(|name| (*name).to_owned()).zip(values).collect()
}

/// The best turns, in order, until one no longer fits.
fn fitting(found: &[(&str, u32)], budget: u32) -> usize {
    let sums = found.iter().scan(0_u32, |sum, (_, size)| {
        *sum = sum.saturating_add(*size);
        Some(*sum)
    });
    sums.take_while(|sum| *sum <= budget).count()
}

impl Report {
    /// Of questions with their language and kind.
    pub fn of(questions: &[(&str, &str, Measures)]) -> Self {
        let all: Vec<&Measures> = questions.iter().map(|(.., measures)| measures).collect();
        Self {
            overall: mean(&all),
            by_kind: grouped(questions.iter().map(|(_, kind, measures)| (*kind, measures))),
            by_language: grouped(questions.iter().map(|(language, _, m)| (*language, m))),
        }
    }
}

fn grouped<'a>(
    questions: impl Iterator<Item = (&'a str, &'a Measures)>,
) -> BTreeMap<String, Measures> {
    let mut groups: BTreeMap<String, Vec<&Measures>> = BTreeMap::new();
    for (name, measures) in questions {
        groups.entry(name.to_owned()).or_default().push(measures);
    }
    groups.into_iter().map(|(name, group)| (name, mean(&group))).collect()
}

fn mean(measures: &[&Measures]) -> Measures {
    let mut means = Measures::from([("questions".to_owned(), measures.len() as f64)]);
    for name in COLUMNS {
        let sum: f64 = measures.iter().filter_map(|one| one.get(name)).sum();
        means.insert(name.to_owned(), sum / measures.len().max(1) as f64);
    }
    means
}
