//! `olifant turns`: how turns went, and the same asked again.

mod sheet;

use std::path::PathBuf;

use anyhow::{Context, anyhow};

use super::admin_client::{Ask, Reach};
use super::person::named;
use super::which::delivery;
use super::{Failure, minute, say, say_json, short, under};
use crate::http::admin::ids::is_beginning;
use crate::http::admin::turns::{Replay, Replayed, TurnLine, TurnShown};

const AFTER_HELP: &str = "\
Examples:
  olifant turns list +15550100 --config my.toml
  olifant turns show 019a....7.1 --config my.toml
  olifant turns replay 019a....7.1 --instructions new.md --config my.toml

A turn is the answer to what a person wrote in one go. Its id is that of any of
its messages. What the model was told is kept for memory.trace_days. A replay
asks again what was asked last, with what the tools answered then; it sends
nothing and keeps nothing.";

/// How turns went: what the model was told and said; ask it again.
#[derive(Debug, clap::Args)]
#[command(after_help = AFTER_HELP)]
pub struct Args {
    #[command(subcommand)]
    command: Command,
}

#[derive(Debug, clap::Subcommand)]
enum Command {
    /// The last turns of a person or a conversation, the newest first.
    List {
        /// A phone number, a user id, or the id of a person.
        #[arg(value_parser = named, required_unless_present = "conversation")]
        person: Option<String>,
        /// Only of this conversation, by its id.
        #[arg(long, value_name = "ID", value_parser = conversation, conflicts_with = "person")]
        conversation: Option<String>,
        /// Whose customer; may be left out if there is one business.
        #[arg(long, value_name = "NAME")]
        business: Option<String>,
        /// At most so many.
        #[arg(long, value_name = "N", default_value_t = 20)]
        limit: usize,
        #[command(flatten)]
        reach: Reach,
    },
    /// All of one turn: prompt, what was found again, tools, answer,
    /// deliveries, tokens.
    Show {
        /// A message of the turn.
        #[arg(value_parser = message)]
        id: String,
        #[command(flatten)]
        reach: Reach,
    },
    /// Ask the model the same again, and show both answers.
    Replay {
        /// A message of the turn.
        #[arg(value_parser = message)]
        id: String,
        /// A file with other instructions than assistant.instructions.
        #[arg(long, value_name = "FILE")]
        instructions: Option<PathBuf>,
        /// Another model of the same server than llm.model.
        #[arg(long, value_name = "NAME")]
        model: Option<String>,
        #[command(flatten)]
        reach: Reach,
    },
}

/// Does it.
pub async fn run(args: Args) -> Result<(), Failure> {
    match args.command {
        Command::List { person, conversation, business, limit, reach } => {
            let path = match (conversation, person) {
                (Some(id), _) => format!("/conversations/{id}/turns"),
                (None, Some(person)) => format!("/people/{person}/turns"),
                (None, None) => return Err(anyhow!("name a person or a conversation").into()),
            };
            let ask = Ask::get(&path).with("limit", Some(limit)).with("business", business);
            let lines: Vec<TurnLine> = reach.ask(ask.at_leisure()).await?;
            match reach.json {
                true => say_json(&lines),
                false => say(&table(&lines)),
            }
        }
        Command::Show { id, reach } => {
            let shown: TurnShown = reach.ask(Ask::get(&format!("/turns/{id}"))).await?;
            match reach.json {
                true => say_json(&shown),
                false => say(&sheet::words(&shown)),
            }
        }
        Command::Replay { id, instructions, model, reach } => {
            let instructions = instructions.map(|file| {
                let text = std::fs::read_to_string(&file);
                text.with_context(|| format!("{} can't be read; name a file", file.display()))
            });
            let replay = Replay { instructions: instructions.transpose()?, model };
            let ask = Ask::post(&format!("/turns/{id}/replay"), &replay)?.of_what_is_there();
            let replayed: Replayed = reach.ask(ask.of_the_model().at_leisure()).await?;
            match reach.json {
                true => say_json(&replayed),
                false => say(&sheet::both(&replayed)),
            }
        }
    }
    Ok(())
}

fn message(text: &str) -> Result<String, String> {
    delivery(text).map_err(|_| {
        "write the id of a message (CONVERSATION.7.1); olifant turns list PERSON shows them"
            .to_owned()
    })
}

fn conversation(text: &str) -> Result<String, String> {
    Some(text.to_lowercase()).filter(|_| is_beginning(text)).ok_or_else(|| {
        "write the id of a conversation; olifant conversations list shows them".to_owned()
    })
}

/// The longest words in a table, in characters.
const WORDS: usize = 40;

fn table(lines: &[TurnLine]) -> String {
    if lines.is_empty() {
        return "no turns yet".to_owned();
    }
    let rows = lines.iter().map(|line| {
        let verdict = line.record.verdict.as_str();
        let outcome = line.record.verdict.reason().unwrap_or(&line.answered);
        [
            line.id.clone(),
            minute(line.at),
            short(&line.asked, WORDS),
            verdict.to_owned(),
            short(outcome, WORDS),
        ]
    });
    under(["ID", "OVER", "ASKED", "VERDICT", "ANSWER"], rows)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn ids_are_of_messages_and_of_conversations() {
        let id = "0a".repeat(16);
        assert!(conversation(&id).is_ok());
        assert!(message(&format!("{id}.7.1")).is_ok());
        assert!(message("0a0a0a0a.7.1").is_ok() && conversation("0a0a0a0a").is_ok());
        for text in ["", "7", &id] {
            assert!(message(text).is_err_and(|error| error.contains("olifant turns list")));
        }
        for text in ["", "+15550100"] {
            assert!(conversation(text).is_err_and(|error| error.contains("conversations list")));
        }
    }
}
