//! `olifant init`: a configuration, written for one kind of business.

mod example;
mod files;
mod preset;
mod questions;

use std::io::IsTerminal;
use std::path::{Path, PathBuf};

use anyhow::anyhow;
use clap::ValueEnum;
use jiff::tz::TimeZone;

use super::{Failure, columns, say, say_json};
use crate::assistant::handoff::NOBODY;
use crate::config::reference;
use crate::domain::person::Phone;
use example::{Example, Kind, Language};
use preset::Preset;
use questions::{Choice, Questions};

const AFTER_HELP: &str = "\
Examples:
  olifant init                                   asks for what it needs
  olifant init --example clinic --language pt --dir clinica
  olifant init --yes --model ollama              asks nothing
  olifant init --presets                         the models it knows, with their URLs

It writes olifant.toml, instructions.md, knowledge/ and secrets/, with hours, prices
and rules of an invented business to be replaced by yours. It overwrites nothing.";

/// Write a configuration: a business, a model, a number.
#[derive(Debug, clap::Args)]
#[command(after_help = AFTER_HELP)]
pub struct Args {
    /// The kind of business to begin with.
    #[arg(long)]
    example: Option<Kind>,
    /// The language of instructions, prices and fixed lines.
    #[arg(long)]
    language: Option<Language>,
    /// What the business is called.
    #[arg(long, value_name = "TEXT")]
    name: Option<String>,
    /// What the assistant is called.
    #[arg(long, value_name = "TEXT")]
    assistant: Option<String>,
    /// Where the business is: an IANA name such as America/Sao_Paulo.
    #[arg(long, value_name = "ZONE", value_parser = zone)]
    timezone: Option<String>,
    /// The phone that is told when a person asks for a human.
    #[arg(long, value_name = "PHONE", value_parser = phone)]
    operator: Option<String>,
    /// Whose API the number is to be reached by.
    #[arg(long)]
    provider: Option<Provider>,
    /// The model, by the name of a preset (see --presets).
    #[arg(long, value_name = "PRESET", value_parser = preset::named)]
    model: Option<Preset>,
    /// The folder that it writes into; made if need be.
    #[arg(long, value_name = "DIR", default_value = ".")]
    dir: PathBuf,
    /// Ask nothing: what is not given is taken from the example.
    #[arg(long)]
    yes: bool,
    /// Only list the presets of models.
    #[arg(long, conflicts_with = "keys")]
    presets: bool,
    /// With --presets: print JSON.
    #[arg(long, requires = "presets")]
    json: bool,
    /// Only print every key of a configuration, with its meaning and default.
    #[arg(long)]
    keys: bool,
}

/// Whose API the number is reached by.
#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
pub enum Provider {
    /// Meta's Cloud API.
    Meta,
    /// Twilio.
    Twilio,
}

/// All that a configuration is made of.
#[derive(Debug)]
struct Plan {
    example: &'static Example,
    language: Language,
    business: String,
    assistant: String,
    timezone: String,
    operator: String,
    provider: Provider,
    preset: Preset,
}

/// Writes it, and says what comes next.
pub fn run(args: Args) -> Result<(), Failure> {
    match (args.presets, args.keys, args.json) {
        (true, _, true) => say_json(&preset::all()?),
        (true, ..) => say(&preset::table(&preset::all()?)),
        (_, true, _) => say(reference::TEXT.trim_end()),
        _ => {
            let dir = args.dir.clone();
            let plan = plan(args)?;
            let written = files::write(&plan, &dir, |name| std::env::var(name).ok())?;
            say(&told(&plan, &dir, &written));
        }
    }
    Ok(())
}

fn plan(args: Args) -> Result<Plan, Failure> {
    let questions = match (args.yes, std::io::stdin().is_terminal()) {
        (true, _) => Questions::unasked(),
        (false, true) => Questions::at_the_terminal(),
        (false, false) => {
            complete(&args)?;
            Questions::unasked()
        }
    };
    Ok(ask(args, questions)?)
}

/// Where nobody can be asked, what no example can know has to be given.
fn complete(args: &Args) -> Result<(), Failure> {
    let given = [
        ("--example", args.example.is_some()),
        ("--language", args.language.is_some()),
        ("--provider", args.provider.is_some()),
        ("--model", args.model.is_some()),
    ];
    let missing: Vec<_> = given.iter().filter(|(_, given)| !given).map(|(flag, _)| *flag).collect();
    match missing.as_slice() {
        [] => Ok(()),
        missing => Err(anyhow!(
            "the input is no terminal, so nothing can be asked: give {}, or --yes for what the \
             example has",
            missing.join(", ")
        )
        .into()),
    }
}

fn ask(args: Args, mut questions: Questions) -> anyhow::Result<Plan> {
    let kinds = Choice::<Kind>::all();
    let kind = questions.choose("What kind of business is it?", &kinds, args.example)?;
    let languages = Choice::<Language>::all();
    let language = questions.choose("In which language?", &languages, args.language)?;
    let example = example::of(kind, language);
    let about = example.about()?;
    let business = questions.text("What is it called?", &about.business, args.name, filled)?;
    let question = "What is the assistant called?";
    let assistant = questions.text(question, &about.assistant, args.assistant, filled)?;
    let question = "In which time zone is it?";
    let timezone = questions.text(question, &about.timezone, args.timezone, zone)?;
    let question = "Which phone is told when a person asks for a human?";
    let operator = questions.text(question, NOBODY, args.operator, phone)?;
    let providers = Choice::<Provider>::all();
    let provider =
        questions.choose("Whose API is the number reached by?", &providers, args.provider)?;
    let presets = preset::choices()?;
    let preset = questions.choose("Which model answers?", &presets, args.model)?;
    Ok(Plan { example, language, business, assistant, timezone, operator, provider, preset })
}

fn filled(text: &str) -> Result<String, String> {
    let text = text.trim();
    let plain = !text.is_empty() && !text.contains(char::is_control);
    plain.then(|| text.to_owned()).ok_or_else(|| "write a name in one line".to_owned())
}

fn zone(text: &str) -> Result<String, String> {
    let known = TimeZone::get(text.trim()).is_ok();
    let wrong = || "write an IANA name such as America/Sao_Paulo or Asia/Kolkata".to_owned();
    known.then(|| text.trim().to_owned()).ok_or_else(wrong)
}

fn phone(text: &str) -> Result<String, String> {
    // Without a + nobody knows whether the country's code is in it.
    let text = text.trim();
    let whole = text.starts_with('+') || text.starts_with("00");
    let phone = whole.then(|| Phone::parse(text)).flatten();
    phone
        .map(|phone| format!("+{}", phone.digits()))
        .ok_or_else(|| "write a phone number with country code, such as +15550190".to_owned())
}

/// What was written, and what comes next.
fn told(plan: &Plan, dir: &Path, written: &files::Written) -> String {
    let shown = dir.display();
    let names: Vec<String> = written.names.iter().map(|name| format!("  {name}")).collect();
    let provider = match plan.provider {
        Provider::Meta => "meta",
        Provider::Twilio => "twilio",
    };
    let next = [
        ("chat", "talk to it, here".to_owned()),
        ("doctor", "see what is still missing".to_owned()),
        (
            &format!("connect {provider} main --tunnel"),
            "connect your number, and answer".to_owned(),
        ),
        ("serve", "answer for good, behind an https address of your own".to_owned()),
    ];
    let next = next.map(|(command, what)| vec![format!("  olifant {command}"), what]);
    let enter = if dir == Path::new(".") { String::new() } else { format!("  cd {shown}\n") };
    format!(
        "Written in {shown}:\n{}\n\nKeep a copy of secrets/store_key elsewhere: without it, what is \
         kept is lost.\n{}{}Put your own hours, prices and rules into instructions.md and \
         knowledge/, and your\nown phone into handoff.operators of olifant.toml.\n\nNext:\n{enter}{}",
        names.join("\n"),
        written.key,
        written.ignored,
        columns(&next),
    )
}

#[cfg(test)]
mod tests;
