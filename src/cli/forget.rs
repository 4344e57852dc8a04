//! `olifant forget`: everything of a person's goes, for good.

use std::io::{self, BufRead, IsTerminal, Write};

use anyhow::{Context, anyhow};

use super::admin_client::{Missing, Reach};
use super::person::Of;
use super::{Failure, counted, say, say_json};
use crate::http::admin::people::PersonLine;

const AFTER_HELP: &str = "\
Examples:
  olifant forget \"+1 555 0100\" --config my.toml
  olifant forget +15550100 --yes --config my.toml

What was said, what is known, summaries and what waits to go out can be read no
more from this moment. It can't be undone; export before, if you need it.";

/// Forget a person: all that was said and all that is known.
#[derive(Debug, clap::Args)]
#[command(after_help = AFTER_HELP)]
pub struct Args {
    #[command(flatten)]
    of: Of,
    /// Don't ask back.
    #[arg(long)]
    yes: bool,
    #[command(flatten)]
    reach: Reach,
}

const DONE: &str = "is forgotten. Nothing of theirs can be read any more; the records go bit by \
    bit while olifant runs.\nBackups made before still hold it until you delete them.";

/// Asks back, and does it.
pub async fn run(args: Args) -> Result<(), Failure> {
    let Args { of, yes, reach } = args;
    let line = reach.connect(Missing::Refuse).await?;
    let forgotten = async {
        let person: PersonLine = line.ask(of.get("")).await?;
        if !yes {
            confirm(&of, &person)?;
        }
        let () = line.ask(of.delete("")).await?;
        Ok::<_, Failure>(person)
    };
    let forgotten = forgotten.await;
    line.hang_up().await?;
    let person = forgotten?;
    match reach.json {
        true => say_json(&serde_json::json!({ "forgotten": person.id })),
        false => say(&format!("{} {DONE}", of.name())),
    }
    Ok(())
}

fn confirm(of: &Of, person: &PersonLine) -> anyhow::Result<()> {
    if !io::stdin().is_terminal() {
        return Err(anyhow!("nobody is here to confirm it; say --yes"));
    }
    let question = question(of, person);
    let mut out = io::stderr();
    write!(out, "{question}").and_then(|()| out.flush()).context("asking back")?;
    let mut answer = String::new();
    io::stdin().lock().read_line(&mut answer).context("asking back")?;
    match means_it(&answer, of.name()) {
        true => Ok(()),
        false => Err(anyhow!("nothing was forgotten")),
    }
}

fn question(of: &Of, person: &PersonLine) -> String {
    let (one, many) = (person.conversations.len(), person.aliases.len());
    format!(
        "All of {} ({}, {}) will be gone for good.\nType the number again, or yes: ",
        of.name(),
        counted(one, "conversation", "conversations"),
        counted(many, "number or id", "numbers or ids")
    )
}

/// The number in whatever spelling, or `yes`.
fn means_it(answer: &str, name: &str) -> bool {
    let answer = answer.trim();
    answer.eq_ignore_ascii_case("yes")
        || super::person::named(answer).is_ok_and(|named| named == name)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_yes_or_the_number_means_it() {
        for answer in ["yes\n", "YES", "+1 555 0100", "15550100\n"] {
            assert!(means_it(answer, "+15550100"), "{answer}");
        }
        for answer in ["", "y", "no", "+15550101", "yes please"] {
            assert!(!means_it(answer, "+15550100"), "{answer}");
        }
    }
}
