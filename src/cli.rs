//! The command line. A command is a file in `cli/`; its exit code says what
//! kind of trouble there was.

mod admin_client;
mod backup;
mod chat;
mod connect;
mod conversations;
mod deliveries;
mod dev;
mod doctor;
mod eval;
mod export;
mod forget;
mod import;
mod init;
mod key;
mod knowledge;
mod memory;
mod numbers;
mod people;
mod person;
mod recall;
mod restore;
mod send;
mod serve;
mod simulate;
mod teach;
mod token;
mod tunnel;
mod turns;
mod verify;
mod which;

use std::io::Write;
use std::process::ExitCode;

use clap::{Parser, Subcommand};
use jiff::Timestamp;

use crate::app::StartError;
use crate::config::Settings;
use crate::store;
use crate::telemetry::{self, Format};

/// The configuration is at fault (`EX_CONFIG` of sysexits.h): starting again
/// does not help.
const BAD_CONFIGURATION: u8 = 78;

const AFTER_HELP: &str = "\
Examples:
  olifant init                       write a configuration for a business of yours
  olifant chat --config olifant.toml
                                     talk to it in the terminal
  olifant dev                        chat with it in the browser; needs nothing
  OPENAI_API_KEY=... olifant dev     the same with a real model
  olifant serve --config my.toml     answer real people
  olifant connect meta shop --config my.toml
                                     set up a number: token, callback, PIN
  olifant doctor --config my.toml    what stands in the way of an answer
  olifant teach QUESTION ANSWER --config my.toml
                                     answer a question better from now on
  olifant conversations list --waiting --config my.toml
                                     who waits for an answer
  olifant numbers list --config my.toml
                                     how the numbers stand
  olifant recall +15550100 \"name of the dog\" --config my.toml
                                     what somebody once said

Environment:
  OLIFANT__SECTION__KEY    any key of the configuration (see config/default.toml)
  OPENAI_API_KEY           used as llm.api_key at OpenAI's own server, if that is not set
  OLIFANT_LOG, RUST_LOG    what to log: error, warn, info, debug, olifant=debug ...

Exit codes:
  0   ended as asked
  1   failed while running
  2   wrong usage of the command line
  74  the disk failed; what was acknowledged before is kept
  78  bad configuration: one line says which key, where it is, and what to do";

/// A self-hosted WhatsApp assistant that remembers.
#[derive(Debug, Parser)]
#[command(name = "olifant", version, after_help = AFTER_HELP)]
struct Cli {
    #[command(subcommand)]
    command: Command,
}

#[derive(Debug, Subcommand)]
enum Command {
    Init(Box<init::Args>),
    Dev(dev::Args),
    Serve(serve::Args),
    Connect(Box<connect::Args>),
    Doctor(doctor::Args),
    Chat(chat::Args),
    Eval(eval::Args),
    Conversations(conversations::Args),
    Deliveries(deliveries::Args),
    Numbers(numbers::Args),
    Knowledge(knowledge::Args),
    Teach(teach::Args),
    Token(token::Args),
    People(people::Args),
    Memory(memory::Args),
    Recall(recall::Args),
    Export(export::Args),
    Import(import::Args),
    Forget(forget::Args),
    Turns(turns::Args),
    Backup(backup::Args),
    Restore(restore::Args),
    Verify(verify::Args),
    Key(key::Args),
    Send(Box<send::Args>),
    Simulate(simulate::Args),
}

/// Why a command failed.
#[derive(Debug, thiserror::Error)]
enum Failure {
    /// Exit code 78.
    #[error("{0}")]
    Configuration(String),
    /// Exit code 1.
    #[error("{0:#}")]
    Running(#[from] anyhow::Error),
    /// Exit code 1; the words are out already.
    #[error("")]
    Said,
}

impl From<crate::config::Error> for Failure {
    fn from(error: crate::config::Error) -> Self {
        Self::Configuration(error.0)
    }
}

impl From<StartError> for Failure {
    fn from(error: StartError) -> Self {
        match error {
            StartError::Config(error) => error.into(),
            StartError::Store { .. } => Self::Running(anyhow::anyhow!(error)),
            StartError::Machine(error) => Self::Running(error),
        }
    }
}

/// Reads the command line and does what it says.
pub fn run() -> ExitCode {
    let done = match Cli::parse().command {
        Command::Init(args) => init::run(*args),
        Command::Dev(args) => block_on(dev::run(args)),
        Command::Serve(args) => block_on(serve::run(args)),
        Command::Connect(args) => block_on(connect::run(*args)),
        Command::Doctor(args) => block_on(doctor::run(args)),
        Command::Chat(args) => block_on(chat::run(args)),
        Command::Eval(args) => block_on(eval::run(args)),
        Command::Conversations(args) => block_on(conversations::run(args)),
        Command::Deliveries(args) => block_on(deliveries::run(args)),
        Command::Numbers(args) => block_on(numbers::run(args)),
        Command::Knowledge(args) => knowledge::run(args),
        Command::Teach(args) => teach::run(args),
        Command::Token(args) => block_on(token::run(args)),
        Command::People(args) => block_on(people::run(args)),
        Command::Memory(args) => block_on(memory::run(args)),
        Command::Recall(args) => block_on(recall::run(args)),
        Command::Export(args) => block_on(export::run(args)),
        Command::Import(args) => block_on(import::run(args)),
        Command::Forget(args) => block_on(forget::run(args)),
        Command::Turns(args) => block_on(turns::run(args)),
        Command::Backup(args) => block_on(backup::run(args)),
        Command::Restore(args) => restore::run(args),
        Command::Verify(args) => block_on(verify::run(args)),
        Command::Key(args) => key::run(args),
        Command::Send(args) => block_on(send::run(*args)),
        Command::Simulate(args) => block_on(simulate::run(args)),
    };
    let Err(failure) = done else { return ExitCode::SUCCESS };
    match failure {
        Failure::Configuration(_) => {
            note(&failure.to_string());
            ExitCode::from(BAD_CONFIGURATION)
        }
        Failure::Running(_) => {
            note(&failure.to_string());
            ExitCode::FAILURE
        }
        Failure::Said => ExitCode::FAILURE,
    }
}

fn block_on(command: impl Future<Output = Result<(), Failure>>) -> Result<(), Failure> {
    let runtime = tokio::runtime::Builder::new_multi_thread().enable_all().build();
    runtime.map_err(anyhow::Error::from)?.block_on(command)
}

/// Makes the store's folder if need be: a path that can't be one is a mistake
/// of the configuration, other trouble with the store is not.
fn make_store_folder(settings: &Settings) -> Result<(), Failure> {
    let (_, path) = settings.store.url.split_once(':').unwrap_or_default();
    store::make_folder(path.as_ref()).map_err(|e| {
        let what = settings.explain(&format!("store.url: {path} can't be a folder: {e}"));
        Failure::Configuration(format!("{what}; name a folder that exists or can be made"))
    })
}

/// Who closed the pipe does not want to know.
fn say(words: &str) {
    let _ = writeln!(std::io::stdout(), "{words}");
}

/// For programs that read it.
fn say_json(value: &impl serde::Serialize) {
    say(&serde_json::to_string_pretty(value).unwrap_or_default());
}

/// Beside the answer, which may go into a file.
fn note(words: &str) {
    // Nobody is left to tell if stderr is closed.
    let _ = writeln!(std::io::stderr(), "olifant: {words}");
}

/// `1 turn`, `2 turns`.
fn counted(n: usize, one: &str, many: &str) -> String {
    format!("{n} {}", if n == 1 { one } else { many })
}

/// A time, as tables have it.
fn minute(at: Timestamp) -> String {
    at.strftime("%Y-%m-%d %H:%M UTC").to_string()
}

/// Somebody's words in one line, without what could steer a terminal.
fn short(text: &str, most: usize) -> String {
    let plain = text.replace(|c: char| c.is_control(), " ");
    match plain.chars().count() > most {
        true => plain.chars().take(most.saturating_sub(1)).chain(['…']).collect(),
        false => plain,
    }
}

/// Rows in columns under a heading.
fn under<const N: usize>(heading: [&str; N], rows: impl Iterator<Item = [String; N]>) -> String {
    let rows = rows.map(Vec::from);
    columns(&std::iter::once(heading.map(str::to_owned).to_vec()).chain(rows).collect::<Vec<_>>())
}

/// Rows in columns, as wide as their widest cell.
fn columns(rows: &[Vec<String>]) -> String {
    let width =
        |n: usize| rows.iter().filter_map(|row| row.get(n)).map(|c| c.chars().count()).max();
    let line = |row: &Vec<String>| {
        let cells = row.iter().enumerate();
        let cells = cells.map(|(n, cell)| format!("{cell:<width$}", width = width(n).unwrap_or(0)));
        cells.collect::<Vec<_>>().join("  ").trim_end().to_owned()
    };
    rows.iter().map(line).collect::<Vec<_>>().join("\n")
}

fn start_logging(format: Format, default: &str) -> Result<(), Failure> {
    let set = |name| std::env::var(name).ok().filter(|filter| !filter.is_empty());
    let filter = set("OLIFANT_LOG").or_else(|| set("RUST_LOG")).unwrap_or_else(|| default.into());
    telemetry::start(format, &filter).map_err(|e| {
        let remedy = "write a level such as info, or olifant=debug";
        Failure::Configuration(format!("OLIFANT_LOG or RUST_LOG is no filter ({e}); {remedy}"))
    })
}

#[cfg(test)]
mod help;

#[cfg(test)]
mod tests {
    use clap::CommandFactory;

    use super::*;

    #[test]
    fn the_command_line_is_sound_and_explains_itself() {
        Cli::command().debug_assert();
        Cli::command().get_subcommands().for_each(explains_itself);
    }

    fn explains_itself(command: &clap::Command) {
        assert!(command.get_about().is_some(), "{} has no help", command.get_name());
        for argument in command.get_arguments() {
            assert!(argument.get_help().is_some(), "{argument} has no help");
        }
        command.get_subcommands().for_each(explains_itself);
    }

    #[test]
    fn columns_are_as_wide_as_they_have_to_be() {
        let row = |cells: [&str; 2]| cells.map(str::to_owned).to_vec();
        assert_eq!(columns(&[row(["a", "b"]), row(["long", ""])]), "a     b\nlong");
    }

    #[test]
    fn words_of_others_are_one_short_line_that_steers_no_terminal() {
        assert_eq!(short("a\nb\u{1b}[2J", 20), "a b [2J");
        assert_eq!(short("hello", 5), "hello");
        assert_eq!(short("नमस्ते hello", 4), "नमस…");
    }

    #[test]
    fn dev_listens_on_this_machine_only() {
        let listen = |address| Cli::try_parse_from(["olifant", "dev", "--listen", address]);
        assert!(listen("127.0.0.1:9000").is_ok());
        let error = listen("0.0.0.0:9000").expect_err("reachable from outside");
        assert!(error.to_string().contains("loopback"), "{error}");
    }
}
