//! `olifant import`: what was said elsewhere comes into a person's memory.

mod progress;

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};

use anyhow::{Context, anyhow};
use jiff::tz::TimeZone;
use serde::Serialize;

use super::admin_client::{Ended, Line, Missing, Reach};
use super::person::Of;
use super::{Failure, counted, note, say, say_json};
use crate::clock::Clock;
use crate::domain::memory::INSTRUCTIONS;
use crate::http::admin::transfer::{Brought, CameIn, Fact, Facts, Turn, Turns};
use crate::http::admin::whom::UNKNOWN;
use crate::http::error::Problem;
use crate::transfer::{self, DateOrder, Imported, OnError, Options, Reason};
use progress::Progress;

const AFTER_HELP: &str = "\
Examples:
  olifant import +15550100 ana.json --config my.toml
  olifant import +15550100 turns.jsonl --config my.toml
  olifant import +15550100 _chat.txt --me \"Bakery\" --zone Europe/Lisbon --config my.toml

FILE is what olifant export wrote, or JSON lines such as
  {\"role\": \"user\", \"text\": \"I have a dog\", \"at\": \"2026-03-01T12:00:00Z\", \"id\": \"m1\"}
(role: user, assistant or business; speaker may be given, at and id may be left
out), or the text of WhatsApp's \"Export chat\". Nothing comes in twice: what is
here already is counted and left alone.";

/// Bring what was said elsewhere into a person's memory.
#[derive(Debug, clap::Args)]
#[command(after_help = AFTER_HELP)]
pub struct Args {
    #[command(flatten)]
    of: Of,
    /// The file to read.
    file: PathBuf,
    /// Who in a chat is the business; everybody else is the person.
    #[arg(long, value_name = "NAME")]
    me: Option<String>,
    /// The time zone of the phone that exported a chat, such as Europe/Lisbon;
    /// UTC if it is left out.
    #[arg(long, value_name = "ZONE", value_parser = zone)]
    zone: Option<TimeZone>,
    /// How a chat writes its dates, if it does not show by itself.
    #[arg(long, value_name = "ORDER")]
    dates: Option<Dates>,
    /// Leave out what can't be read instead of stopping there.
    #[arg(long)]
    skip_faulty: bool,
    /// What the archive is called that it goes into; the file's name if it is
    /// left out.
    #[arg(long, value_name = "ARCHIVE")]
    name: Option<String>,
    /// Say how far it is, also where nobody seems to look on.
    #[arg(long)]
    progress: bool,
    #[command(flatten)]
    reach: Reach,
}

/// How a date is written.
#[derive(Clone, Copy, Debug, clap::ValueEnum)]
enum Dates {
    /// 31/12/2026
    DayMonth,
    /// 12/31/2026
    MonthDay,
    /// 2026/12/31
    YearMonth,
}

impl From<Dates> for DateOrder {
    fn from(dates: Dates) -> Self {
        match dates {
            Dates::DayMonth => Self::DayMonth,
            Dates::MonthDay => Self::MonthDay,
            Dates::YearMonth => Self::YearMonth,
        }
    }
}

/// What came of it.
#[derive(Debug, Default, Serialize)]
struct Outcome {
    turns: CameIn,
    facts: CameIn,
    skipped: BTreeMap<Reason, usize>,
    #[serde(skip_serializing_if = "Vec::is_empty")]
    faulty_lines: Vec<usize>,
}

/// Reads all of the file, then brings it in.
pub async fn run(args: Args) -> Result<(), Failure> {
    let imported = read(&args)?;
    doubts(&imported);
    let line = args.reach.connect(Missing::Make).await?;
    let came = bring_in(&args, &line, imported).await;
    line.hang_up().await?;
    let outcome = came?;
    match args.reach.json {
        true => say_json(&outcome),
        false => say(&words(&outcome)),
    }
    Ok(())
}

fn read(args: &Args) -> anyhow::Result<Imported> {
    let file = args.file.display();
    let bytes = std::fs::read(&args.file)
        .with_context(|| format!("{file} can't be read; name a file that is there"))?;
    let options = Options {
        zone: args.zone.clone().unwrap_or(TimeZone::UTC),
        business_speaker: args.me.clone(),
        date_order: args.dates.map(Into::into),
        on_error: if args.skip_faulty { OnError::Skip } else { OnError::Stop },
        ..Options::at(Clock::system().now())
    };
    transfer::read(&bytes, &options).with_context(|| match args.skip_faulty {
        true => format!("nothing came in from {file}"),
        false => format!("nothing came in from {file} (--skip-faulty leaves faulty lines out)"),
    })
}

/// What was guessed, and what is not brought in.
fn doubts(imported: &Imported) {
    if let Some(dates) = imported.dates.filter(|dates| !dates.sure) {
        let order = match dates.order {
            DateOrder::DayMonth => "day before month",
            DateOrder::MonthDay => "month before day",
            DateOrder::YearMonth => "year, month, day",
        };
        note(&format!("dates are read as {order}; --dates says it if that is wrong"));
    }
    if imported.person.as_ref().is_some_and(|person| person.opted_out) {
        note("this person wanted no more messages there; that is not brought in");
    }
}

async fn bring_in(args: &Args, line: &Line, imported: Imported) -> Result<Outcome, Failure> {
    let mut outcome = Outcome {
        skipped: imported.skipped.clone(),
        faulty_lines: imported.faulty_lines.clone(),
        ..Outcome::default()
    };
    let mut of = args.of.clone();
    let facts = facts(&imported);
    if !facts.is_empty() {
        outcome.facts = bring(&mut of, line, "/facts", &Facts { facts }).await?;
    }
    let archive = args.name.clone().unwrap_or_else(|| stem(&args.file));
    let mut progress = Progress::new(imported.turns.len(), args.progress);
    for batch in batches(archives(imported, args.name.as_deref(), &archive)) {
        let size = batch.turns.len();
        outcome.turns +=
            bring(&mut of, line, "/turns", &batch).await.map_err(|e| broken_off(e, &of, args))?;
        progress.came(size);
    }
    Ok(outcome)
}

/// What follows goes to the person whom this went to.
async fn bring(
    of: &mut Of,
    line: &Line,
    what: &str,
    body: &impl Serialize,
) -> Result<CameIn, Failure> {
    let Brought { person, came } = line.ask(of.post(what, body)?.at_leisure()).await?;
    of.known_as(person);
    Ok(came)
}

/// What a failure means in the middle of it.
fn broken_off(failure: Failure, of: &Of, args: &Args) -> Failure {
    let Failure::Running(error) = failure else { return failure };
    let problem = error.downcast_ref::<Problem>();
    let gone = problem.is_some_and(|problem| problem.error.code == UNKNOWN);
    if gone && of.name() != args.of.name() {
        return anyhow!(
            "they were forgotten meanwhile, or became one with somebody else; the rest stays out"
        )
        .into();
    }
    match error.is::<Ended>() {
        true => error.context("begin the import again: what came in already is left alone").into(),
        false => error.into(),
    }
}

fn facts(imported: &Imported) -> Vec<Fact> {
    let instructions = imported.instructions.clone().map(|text| Fact {
        key: INSTRUCTIONS.to_owned(),
        value: text.into(),
        expires: None,
    });
    // The oldest first, so that the order of writing stays.
    let profile = imported.profile.iter().rev().map(|fact| Fact {
        key: fact.key.clone(),
        value: fact.value.clone(),
        expires: fact.expires,
    });
    profile.chain(instructions).collect()
}

/// Our own export names the number of each turn: an archive each, unless one
/// is named for all.
fn archives(imported: Imported, named: Option<&str>, other: &str) -> BTreeMap<String, Vec<Turn>> {
    let mut archives: BTreeMap<String, Vec<Turn>> = BTreeMap::new();
    for turn in imported.turns {
        let number = turn.number.clone().filter(|_| named.is_none());
        let archive = number.unwrap_or_else(|| other.to_owned());
        archives.entry(archive).or_default().push(Turn {
            id: turn.key(),
            role: turn.role,
            speaker: turn.speaker,
            at: turn.at,
            text: turn.text,
        });
    }
    archives
}

/// So many turns are one commit.
const BATCH: usize = 500;

/// And so many bytes of text, but always one turn.
const BATCH_BYTES: usize = 1024 * 1024;

fn batches(archives: BTreeMap<String, Vec<Turn>>) -> Vec<Turns> {
    let mut batches: Vec<Turns> = Vec::new();
    for (archive, turns) in archives {
        let mut room = (0, 0);
        for turn in turns {
            if room.0 == 0 || turn.text.len() > room.1 {
                room = (BATCH, BATCH_BYTES);
                batches.push(Turns { archive: archive.clone(), turns: Vec::new() });
            }
            room = (room.0 - 1, room.1.saturating_sub(turn.text.len()));
            if let Some(batch) = batches.last_mut() {
                batch.turns.push(turn);
            }
        }
    }
    batches
}

fn stem(file: &Path) -> String {
    file.file_stem().map_or_else(|| "import".into(), |stem| stem.to_string_lossy().into_owned())
}

fn zone(name: &str) -> Result<TimeZone, String> {
    let wrong = |_| format!("there is no time zone {name}; write one such as Europe/Lisbon");
    TimeZone::get(name).map_err(wrong)
}

fn words(outcome: &Outcome) -> String {
    let Outcome { turns, facts, skipped, faulty_lines } = outcome;
    let messages = |n| count(n, "message", "messages");
    let keys = |n| count(n, "key of the profile", "keys of the profile");
    let was = |n| if n == 1 { "was" } else { "were" };
    let mut lines = vec![format!("{} came in", messages(turns.new))];
    if turns.known > 0 {
        lines.push(format!("{} {} here already", messages(turns.known), was(turns.known)));
    }
    if *facts != CameIn::default() {
        lines.push(format!("{} came in", keys(facts.new)));
    }
    if facts.known > 0 {
        let stay = if facts.known == 1 { "stays" } else { "stay" };
        lines.push(format!("{} {} here already, and {stay}", keys(facts.known), was(facts.known)));
    }
    if facts.expired > 0 {
        let are = if facts.expired == 1 { "is" } else { "are" };
        lines.push(format!("{} {are} over since", keys(facts.expired)));
    }
    lines.extend(skipped.iter().map(|(why, n)| left_out(*why, *n, faulty_lines)));
    lines.join("\n")
}

fn count(n: u64, one: &str, many: &str) -> String {
    counted(usize::try_from(n).unwrap_or(usize::MAX), one, many)
}

fn left_out(why: Reason, n: usize, faulty: &[usize]) -> String {
    let said = format!("{} {} left out", why.counted(n), if n == 1 { "was" } else { "were" });
    if why != Reason::Faulty || faulty.is_empty() {
        return said;
    }
    let numbers = faulty.iter().map(ToString::to_string).collect::<Vec<_>>().join(", ");
    let more = if n > faulty.len() { ", ..." } else { "" };
    format!("{said} ({} {numbers}{more})", if n == 1 { "line" } else { "lines" })
}

#[cfg(test)]
mod tests;
