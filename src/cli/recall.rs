//! `olifant recall`: what was once said, found again.

use std::io::Read;
use std::path::{Path, PathBuf};

use anyhow::Context;
use jiff::civil::{Date, DateTime};
use jiff::tz::TimeZone;
use jiff::{Timestamp, ToSpan};

use super::admin_client::Reach;
use super::person::Of;
use super::{Failure, minute, say, say_json, short, under};
use crate::domain::message::Role;
use crate::http::admin::recall::{Hit, Looking};

const AFTER_HELP: &str = "\
Examples:
  olifant recall +15550100 \"the name of the dog\" --config my.toml
  olifant recall +15550100 invoice --from 2026-03-01 --to 2026-03-31 --config my.toml
  olifant recall +15550100 --file queries.txt --json --config my.toml

With --file each line is a query; with --json each gets one line, a list of hits
(the best first), in the same order. The id is the one that a message was
imported under, or else Olifant's own.";

/// Find again what a person and the business said to each other.
#[derive(Debug, clap::Args)]
#[command(after_help = AFTER_HELP)]
pub struct Args {
    #[command(flatten)]
    of: Of,
    /// What is looked for, in words that were said or a question.
    #[arg(required_unless_present = "file")]
    query: Option<String>,
    /// Many queries at once, one a line; - is the standard input.
    #[arg(long, value_name = "QUERIES", conflicts_with = "query")]
    file: Option<PathBuf>,
    /// At most so many hits for each query.
    #[arg(long, value_name = "N", default_value_t = 10)]
    limit: usize,
    /// Said on this day or later: 2026-03-01, or a time (2026-03-01T12:00:00Z).
    #[arg(long, value_name = "DATE", value_parser = first)]
    from: Option<Timestamp>,
    /// Said on this day or before, or before this time.
    #[arg(long, value_name = "DATE", value_parser = last)]
    to: Option<Timestamp>,
    #[command(flatten)]
    reach: Reach,
}

/// Looks, once for all queries.
pub async fn run(args: Args) -> Result<(), Failure> {
    let Args { of, query, file, limit, from, to, reach } = args;
    let many = file.is_some();
    let queries = match file {
        Some(file) => lines(&file)?,
        None => query.into_iter().collect(),
    };
    let looking = Looking { queries, limit, from, to };
    let hits: Vec<Vec<Hit>> =
        reach.ask(of.post("/recall", &looking)?.of_what_is_there().at_leisure()).await?;
    for (query, hits) in looking.queries.iter().zip(&hits) {
        match (reach.json, many) {
            (true, true) => say(&serde_json::to_string(hits).unwrap_or_default()),
            (true, false) => say_json(hits),
            (false, true) => say(&format!("# {}\n{}\n", short(query, TEXT), table(hits))),
            (false, false) => say(&table(hits)),
        }
    }
    Ok(())
}

fn lines(file: &Path) -> anyhow::Result<Vec<String>> {
    let mut text = String::new();
    let read = match file.as_os_str() == "-" {
        true => std::io::stdin().read_to_string(&mut text),
        false => std::fs::File::open(file).and_then(|mut file| file.read_to_string(&mut text)),
    };
    read.with_context(|| format!("{} can't be read; name a text file", file.display()))?;
    Ok(text.lines().map(str::to_owned).collect())
}

/// When a day begins, or a time.
fn first(text: &str) -> Result<Timestamp, String> {
    time(text, 0)
}

/// When a day is over, or a time.
fn last(text: &str) -> Result<Timestamp, String> {
    time(text, 1)
}

fn time(text: &str, later: i64) -> Result<Timestamp, String> {
    let day = || {
        let day: Date = Some(text).filter(|text| text.len() <= 10)?.parse().ok()?;
        day.checked_add(later.days()).ok()?.to_zoned(TimeZone::UTC).ok()
    };
    let local = || text.parse::<DateTime>().ok()?.to_zoned(TimeZone::UTC).ok();
    let time = || day().or_else(local).map(|at| at.timestamp());
    text.parse().ok().or_else(time).ok_or_else(|| {
        "write a day such as 2026-03-01, or a time such as 2026-03-01T12:00:00Z".to_owned()
    })
}

/// The longest text in a table, in characters.
const TEXT: usize = 100;

fn table(hits: &[Hit]) -> String {
    if hits.is_empty() {
        return "nothing was found".to_owned();
    }
    let rows = hits.iter().map(|hit| {
        let (score, text) = (format!("{:.2}", hit.score), short(&hit.text, TEXT));
        [score, minute(hit.at), role(hit.role).to_owned(), text, hit.id.clone()]
    });
    under(["SCORE", "SAID", "BY", "WORDS", "ID"], rows)
}

fn role(role: Role) -> &'static str {
    match role {
        Role::Person => "person",
        Role::Assistant => "assistant",
        Role::Business => "business",
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_day_is_whole_and_a_time_is_exact() {
        let at = |text: &str| text.parse::<Timestamp>().unwrap();
        assert_eq!(first("2026-03-01"), Ok(at("2026-03-01T00:00:00Z")));
        assert_eq!(last("2026-03-31"), Ok(at("2026-04-01T00:00:00Z")));
        for time in ["2026-03-01T12:00:00Z", "2026-03-01T12:00", "2026-03-01T13:00:00+01:00"] {
            assert_eq!(first(time), Ok(at("2026-03-01T12:00:00Z")), "{time}");
            assert_eq!(last(time), first(time), "{time}");
        }
        for text in ["", "yesterday", "2026-02-30", "9999-12-31T99"] {
            assert!(last(text).is_err_and(|error| error.contains("2026-03-01")), "{text}");
        }
    }
}
