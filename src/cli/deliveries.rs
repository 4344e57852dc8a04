//! `olifant deliveries`: what waits to go out and what did not arrive; try it
//! once more, or give it up.

use jiff::Timestamp;

use super::admin_client::{Ask, Reach};
use super::which::{delivery, since};
use super::{Failure, minute, say, say_json, short, under};
use crate::clock::Clock;
use crate::http::admin::deliveries::{DeliveryLine, Stage};
use crate::http::messages_api::Sent;

const AFTER_HELP: &str = "\
Examples:
  olifant deliveries list --config my.toml
  olifant deliveries list --failed --since 7d --number shop --config my.toml
  olifant deliveries retry 01a3185c.7.1 --config my.toml
  olifant deliveries drop 01a3185c.7.1 --config my.toml

What waits goes out by itself, in order. What failed is looked for among the
messages since --since (7d if it is left out). A retried one goes out at its
place in the conversation; of one that is on its way nobody knows whether it
arrives, so it can't be dropped.";

/// So far back failed ones are looked for.
const FAR: std::time::Duration = std::time::Duration::from_secs(7 * 24 * 60 * 60);

/// What waits to go out, and what did not arrive: retry it, drop it.
#[derive(Debug, clap::Args)]
#[command(after_help = AFTER_HELP)]
pub struct Args {
    #[command(subcommand)]
    command: Command,
}

#[derive(Debug, clap::Subcommand)]
enum Command {
    /// What waits and what failed, and why; the newest first.
    List {
        /// Only what failed.
        #[arg(long, conflicts_with = "waiting")]
        failed: bool,
        /// Only what waits.
        #[arg(long)]
        waiting: bool,
        /// Only from this number of yours, by its name in the configuration.
        #[arg(long, value_name = "NAME")]
        number: Option<String>,
        /// Only what was said since: 2d, 12h, 30m, or 2026-11-01.
        #[arg(long, value_name = "WHEN", value_parser = since)]
        since: Option<Timestamp>,
        /// At most so many.
        #[arg(long, value_name = "N", default_value_t = 100)]
        limit: usize,
        #[command(flatten)]
        reach: Reach,
    },
    /// A failed one is sent once more.
    Retry {
        /// Its id, as the list shows it.
        #[arg(value_parser = delivery)]
        id: String,
        #[command(flatten)]
        reach: Reach,
    },
    /// A waiting one is not sent any more.
    Drop {
        /// Its id, as the list shows it.
        #[arg(value_parser = delivery)]
        id: String,
        #[command(flatten)]
        reach: Reach,
    },
}

/// Does it.
pub async fn run(args: Args) -> Result<(), Failure> {
    match args.command {
        Command::List { failed, waiting, number, since, limit, reach } => {
            let far = || Clock::system().now() - FAR;
            let since = since.or_else(|| (!waiting).then(far));
            let ask = Ask::get("/deliveries").with("limit", Some(limit));
            let ask = ask.with("failed", Some(!waiting)).with("waiting", Some(!failed));
            list(&reach, ask.with("number", number).with("since", since)).await
        }
        Command::Retry { id, reach } => change(&reach, &id, "retry", "waits to go out").await,
        Command::Drop { id, reach } => change(&reach, &id, "drop", "will not be sent").await,
    }
}

async fn list(reach: &Reach, ask: Ask) -> Result<(), Failure> {
    let lines: Vec<DeliveryLine> = reach.ask(ask.at_leisure()).await?;
    match reach.json {
        true => say_json(&lines),
        false => say(&table(&lines)),
    }
    Ok(())
}

async fn change(reach: &Reach, id: &str, what: &str, done: &str) -> Result<(), Failure> {
    let ask = Ask::post(&format!("/deliveries/{id}/{what}"), &())?.of_what_is_there();
    let sent: Sent = reach.ask(ask).await?;
    match reach.json {
        true => say_json(&sent),
        false => say(&format!("{} {done}", sent.id)),
    }
    Ok(())
}

/// The longest words in a table, in characters.
const WORDS: usize = 40;

fn table(lines: &[DeliveryLine]) -> String {
    if lines.is_empty() {
        return "nothing waits, and nothing failed".to_owned();
    }
    let rows = lines.iter().map(|line| {
        [
            line.short.clone(),
            line.number.to_string(),
            short(&line.called, WORDS),
            minute(line.at),
            stage(line),
            why(line),
            short(&line.text, WORDS),
        ]
    });
    under(["ID", "NUMBER", "TO", "SAID", "STAGE", "WHY", "TEXT"], rows)
}

fn stage(line: &DeliveryLine) -> String {
    let stage = match line.stage {
        Stage::Waiting => "waits",
        Stage::InFlight => "being sent",
        Stage::Uncertain => "perhaps sent",
        Stage::Failed => "failed",
    };
    match line.attempts {
        None | Some(0) => stage.to_owned(),
        Some(n) => format!("{stage}, tried {n}x"),
    }
}

fn why(line: &DeliveryLine) -> String {
    let reason = line.reason.as_deref().unwrap_or_default();
    match line.code {
        Some(code) => format!("{reason} ({code})"),
        None => reason.to_owned(),
    }
}
