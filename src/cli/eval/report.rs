//! How all cases went: as a table, and as JSON that a later run is held
//! against.

use serde::{Deserialize, Serialize};

use super::super::{columns, counted, short};
use super::spent::{Spent, Tokens};

/// So much of an answer is shown.
const EXCERPT: usize = 80;

/// All cases.
#[derive(Debug, Serialize, Deserialize)]
pub struct Report {
    /// Who was asked.
    pub model: String,
    /// How each case went, in the order of the file.
    pub cases: Vec<Outcome>,
    /// All of them together.
    pub total: Score,
}

/// How a case went, all of its tries together.
#[derive(Debug, Serialize, Deserialize)]
pub struct Outcome {
    /// What it is called.
    pub name: String,
    /// Of all tries.
    #[serde(flatten)]
    pub score: Score,
    /// Why the last try that failed did.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub why: Option<String>,
    /// What was answered then; the last answer if none failed.
    pub answer: String,
}

/// How many tries passed, and what they took.
#[derive(Clone, Debug, Default, Serialize, Deserialize)]
pub struct Score {
    /// So many passed,
    pub passed: u32,
    /// of so many.
    pub tried: u32,
    /// What they took.
    pub spent: Spent,
}

impl Score {
    /// All of these together.
    pub fn total<'a>(scores: impl Iterator<Item = &'a Self>) -> Self {
        scores.fold(Self::default(), |mut total, score| {
            total.passed += score.passed;
            total.tried += score.tried;
            total.spent += &score.spent;
            total
        })
    }

    /// `2/3`.
    pub fn rate(&self) -> String {
        format!("{}/{}", self.passed, self.tried)
    }
}

impl Report {
    /// Of these cases.
    pub fn new(model: String, cases: Vec<Outcome>) -> Self {
        let total = Score::total(cases.iter().map(|case| &case.score));
        Self { model, cases, total }
    }

    /// Whether every try passed.
    pub fn is_good(&self) -> bool {
        self.total.passed == self.total.tried
    }

    /// For people.
    pub fn table(&self) -> String {
        let judged = self.total.spent.judge != Tokens::default();
        let heading = ["CASE", "PASSED", "TOKENS", "JUDGE'S", "COST", "TIME", "WHY NOT"];
        let of_case = |case: &Outcome| row(&case.name, &case.score, case.failure());
        let rows = std::iter::once(heading.map(str::to_owned))
            .chain(self.cases.iter().map(of_case))
            .chain([row(&self.size(), &self.total, String::new())]);
        let shown = rows.map(|row| {
            let cells = row.into_iter().enumerate().filter(|(nth, _)| judged || *nth != JUDGE);
            cells.map(|(_, cell)| cell).collect()
        });
        let table = columns(&shown.collect::<Vec<_>>());
        std::iter::once(table).chain(self.unpriced()).collect::<Vec<_>>().join("\n")
    }

    /// `3 cases`.
    pub fn size(&self) -> String {
        counted(self.cases.len(), "case", "cases")
    }

    /// What to do to see what it costs, a line for each model.
    fn unpriced(&self) -> impl Iterator<Item = String> {
        self.total.spent.cost.without_price.iter().map(|model| {
            format!("The price of {model} is not known; write [limits.prices.\"{model}\"].")
        })
    }
}

impl Outcome {
    /// Why it failed, and what was answered.
    fn failure(&self) -> String {
        let Some(why) = &self.why else { return String::new() };
        format!("{}: {}", short(why, EXCERPT), short(&self.answer, EXCERPT))
    }
}

/// Shown only if there was a judge.
const JUDGE: usize = 3;

fn row(name: &str, score: &Score, why: String) -> [String; 7] {
    let spent = &score.spent;
    [
        name.to_owned(),
        score.rate(),
        spent.assistant.to_string(),
        spent.judge.to_string(),
        spent.price(),
        spent.time(),
        why,
    ]
}
