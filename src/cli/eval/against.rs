//! Two runs side by side: what got better, what worse, and what it takes.

use std::path::Path;

use super::super::{Failure, columns};
use super::report::{Outcome, Report, Score};

/// What an earlier run printed with `--json`.
pub fn read(file: &Path) -> Result<Report, Failure> {
    let wrong = |what: String| {
        let remedy = "name a file that olifant eval --json wrote";
        Failure::Configuration(format!("{}: {what}; {remedy}", file.display()))
    };
    let text = std::fs::read_to_string(file).map_err(|e| wrong(format!("can't be read: {e}")))?;
    serde_json::from_str(&text).map_err(|e| wrong(e.to_string()))
}

/// Both of them. The sums are of the cases that are in both.
pub fn table(before: &Report, now: &Report) -> String {
    let heading = ["CASE", "BEFORE", "NOW", ""].map(str::to_owned);
    let of_now = now.cases.iter().map(|case| row(&case.name, find(before, case), Some(case)));
    let gone = before.cases.iter().filter(|case| find(now, case).is_none());
    let gone = gone.map(|case| row(&case.name, Some(case), None));
    let sums = sums(before, now)
        .into_iter()
        .filter(|[_, old, new, _]| !(old.is_empty() && new.is_empty()));
    let rows = std::iter::once(heading).chain(of_now).chain(gone).chain(sums);
    columns(&rows.map(Vec::from).collect::<Vec<_>>())
}

fn find<'a>(report: &'a Report, wanted: &Outcome) -> Option<&'a Outcome> {
    report.cases.iter().find(|case| case.name == wanted.name)
}

fn row(name: &str, before: Option<&Outcome>, now: Option<&Outcome>) -> [String; 4] {
    let rate = |case: Option<&Outcome>| case.map(|case| case.score.rate()).unwrap_or_default();
    let change = match (before, now) {
        (Some(before), Some(now)) => change(&before.score, &now.score),
        (None, _) => "new",
        (_, None) => "gone",
    };
    [name.to_owned(), rate(before), rate(now), change.to_owned()]
}

/// By the share of the tries, which may be of another number.
fn change(before: &Score, now: &Score) -> &'static str {
    let before_by = u64::from(before.passed) * u64::from(now.tried);
    let now_by = u64::from(now.passed) * u64::from(before.tried);
    match now_by.cmp(&before_by) {
        std::cmp::Ordering::Greater => "better",
        std::cmp::Ordering::Less => "worse",
        std::cmp::Ordering::Equal => "",
    }
}

fn sums(before: &Report, now: &Report) -> [[String; 4]; 6] {
    let of_both = |one: &Report, other: &Report| {
        let both = one.cases.iter().filter(|case| find(other, case).is_some());
        Score::total(both.map(|case| &case.score))
    };
    let (old, new) = (of_both(before, now), of_both(now, before));
    let line = |name: &str, told: fn(&Score) -> String| {
        [name.to_owned(), told(&old), told(&new), String::new()]
    };
    [
        ["in both".to_owned(), old.rate(), new.rate(), change(&old, &new).to_owned()],
        line("tokens", |score| score.spent.assistant.to_string()),
        line("judge's tokens", |score| score.spent.judge.to_string()),
        line("cost", |score| score.spent.price()),
        line("time", |score| score.spent.time()),
        ["model".to_owned(), before.model.clone(), now.model.clone(), String::new()],
    ]
}
