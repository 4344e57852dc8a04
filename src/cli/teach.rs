//! `olifant teach`: mends an answer for good, in a file that the assistant
//! reads with the others.

use std::path::PathBuf;

use anyhow::anyhow;
use jiff::tz::TimeZone;
use serde::Serialize;

use super::knowledge::Whose;
use super::{Failure, say, say_json};
use crate::clock::Clock;
use crate::knowledge::answers;

const AFTER_HELP: &str = "\
Examples:
  olifant teach \"Do you cut children's hair?\" \"Yes, from two years on.\" --config my.toml

The answer is written to knowledge/answers.md where you start this (of another
business than main: knowledge/NAME/answers.md; assistant.answers_file names
another file), so start it where the assistant was started. The same question
again replaces its answer. Nothing needs a restart.";

/// Answer a question better from now on.
#[derive(Debug, clap::Args)]
#[command(after_help = AFTER_HELP)]
pub struct Args {
    /// The question, as people ask it.
    question: String,
    /// What is right, in Markdown or plain words.
    answer: String,
    #[command(flatten)]
    whose: Whose,
}

/// What was written where.
#[derive(Debug, Serialize)]
struct Taught {
    file: PathBuf,
    question: String,
    answer: String,
    /// What the answer was before.
    replaced: Option<String>,
}

/// Writes it.
pub fn run(args: Args) -> Result<(), Failure> {
    let Args { question, answer, whose } = args;
    let file = whose.config()?.assistant.answers_file;
    let file = file.ok_or_else(|| anyhow!("assistant.answers_file names no file; name one"))?;
    let today = Clock::system().now().to_zoned(TimeZone::UTC).date();
    let replaced = answers::teach(&file, &question, &answer, today).map_err(|e| anyhow!(e))?;
    let file = std::path::absolute(&file).unwrap_or(file);
    let taught = Taught { file, question, answer, replaced };
    match whose.reach.json {
        true => say_json(&taught),
        false => say(&told(&taught)),
    }
    Ok(())
}

fn told(Taught { file, question, answer, replaced }: &Taught) -> String {
    let before = match replaced {
        Some(before) if before == answer.trim() => "\nIt stood there already.".to_owned(),
        Some(before) => format!("\nBefore, it was answered: {before}"),
        None => String::new(),
    };
    format!(
        "{question} {answer}\nIt stands in {} now; an olifant that runs there reads it by itself, \
         within seconds.{before}",
        file.display()
    )
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn it_says_what_changed() {
        let taught = |replaced: Option<&str>| {
            let replaced = replaced.map(str::to_owned);
            let (question, answer) = ("Open on Sundays?".into(), "No.".into());
            told(&Taught { file: "/shop/knowledge/answers.md".into(), question, answer, replaced })
        };
        let new = taught(None);
        assert!(new.starts_with("Open on Sundays? No.\nIt stands in /shop/knowledge/answers.md"));
        assert!(new.ends_with("within seconds."), "{new}");
        assert!(taught(Some("Yes.")).ends_with("\nBefore, it was answered: Yes."));
        assert!(taught(Some("No.")).ends_with("\nIt stood there already."));
    }
}
