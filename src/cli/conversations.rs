//! `olifant conversations`: who talks with whom, who waits; take over, answer,
//! hand back.

mod sheet;

use jiff::Timestamp;

use super::admin_client::{Ask, Reach};
use super::which::{Which, since};
use super::{Failure, say, say_json};
use crate::http::admin::conversations::{Reply, Shown, Standing};
use crate::http::admin::numbers::Pause;
use crate::http::messages_api::Sent;

const AFTER_HELP: &str = "\
Examples:
  olifant conversations list --waiting --config my.toml
  olifant conversations list --since 2d --search \"blue bicycle\" --config my.toml
  olifant conversations show 01a3185c --last 50 --config my.toml
  olifant conversations reply 01a3185c \"I'll call you at three.\" --config my.toml
  olifant conversations pause +15550100 --minutes 60 --config my.toml
  olifant conversations resume 01a3185c --config my.toml

An ID is as much of a conversation's id as no other begins with, or a person.
A reply is a human's: as when somebody of the business answers from their own
phone, the assistant is silent for policy.pause_after_human_s, or until the
conversation is resumed.";

/// Who talks with whom, and who waits for an answer; take over, answer.
#[derive(Debug, clap::Args)]
#[command(after_help = AFTER_HELP)]
pub struct Args {
    #[command(subcommand)]
    command: Command,
}

#[derive(Debug, clap::Subcommand)]
enum Command {
    /// Conversations, the one with the newest message first.
    List {
        /// Only where somebody waits: for a human who was promised, for an
        /// answer, or because the last one failed.
        #[arg(long)]
        waiting: bool,
        /// Only where something was said since: 2d, 12h, 30m, or 2026-11-01.
        #[arg(long, value_name = "WHEN", value_parser = since)]
        since: Option<Timestamp>,
        /// Of whom the name, number or id has this in it, or where somebody
        /// said all these words.
        #[arg(long, value_name = "WORDS")]
        search: Option<String>,
        /// Only on this number of yours, by its name in the configuration.
        #[arg(long, value_name = "NAME")]
        number: Option<String>,
        /// At most so many.
        #[arg(long, value_name = "N", default_value_t = 50)]
        limit: usize,
        #[command(flatten)]
        reach: Reach,
    },
    /// What was said, by whom, and what became of it.
    Show {
        #[command(flatten)]
        which: Which,
        /// Only so many messages, the newest.
        #[arg(long, value_name = "N", default_value_t = 20)]
        last: usize,
        #[command(flatten)]
        reach: Reach,
    },
    /// A human answers from now on, and the assistant is silent.
    Pause {
        #[command(flatten)]
        which: Which,
        /// For so long; without it until it is resumed.
        #[arg(long, value_name = "N", value_parser = clap::value_parser!(u32).range(1..))]
        minutes: Option<u32>,
        #[command(flatten)]
        reach: Reach,
    },
    /// The assistant answers again.
    Resume {
        #[command(flatten)]
        which: Which,
        #[command(flatten)]
        reach: Reach,
    },
    /// Answer as a human of the business; the assistant is silent then.
    Reply {
        #[command(flatten)]
        which: Which,
        /// What the person reads.
        text: String,
        /// A word of your own: the same again is said once.
        #[arg(long)]
        key: Option<String>,
        #[command(flatten)]
        reach: Reach,
    },
}

/// Does it.
pub async fn run(args: Args) -> Result<(), Failure> {
    match args.command {
        Command::List { waiting, since, search, number, limit, reach } => {
            let ask = Ask::get("/conversations").with("limit", Some(limit));
            let ask = ask.with("waiting", waiting.then_some(true)).with("since", since);
            list(&reach, ask.with("search", search).with("number", number)).await
        }
        Command::Show { which, last, reach } => {
            let ask = which.get("/conversations", "").with("last", Some(last));
            let shown: Shown = reach.ask(ask.at_leisure()).await?;
            match reach.json {
                true => say_json(&shown),
                false => say(&sheet::transcript(&shown)),
            }
            Ok(())
        }
        Command::Pause { which, minutes, reach } => {
            let ask = which.post("/conversations", "/pause", &Pause { minutes })?;
            change(&reach, ask).await
        }
        Command::Resume { which, reach } => {
            change(&reach, which.post("/conversations", "/resume", &())?).await
        }
        Command::Reply { which, text, key, reach } => {
            let ask = which.post("/conversations", "/reply", &Reply { text })?;
            reply(&reach, ask.once(key)).await
        }
    }
}

async fn list(reach: &Reach, ask: Ask) -> Result<(), Failure> {
    let all: Vec<Standing> = reach.ask(ask.at_leisure()).await?;
    match reach.json {
        true => say_json(&all),
        false => say(&sheet::table(&all)),
    }
    Ok(())
}

async fn change(reach: &Reach, ask: Ask) -> Result<(), Failure> {
    let standing: Standing = reach.ask(ask.of_what_is_there()).await?;
    match reach.json {
        true => say_json(&standing),
        false => say(&sheet::table(&[standing])),
    }
    Ok(())
}

async fn reply(reach: &Reach, ask: Ask) -> Result<(), Failure> {
    let sent: Sent = reach.ask(ask.of_what_is_there()).await?;
    match reach.json {
        true => say_json(&sent),
        false => say(&super::send::words(&sent)),
    }
    Ok(())
}
