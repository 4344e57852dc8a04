//! `olifant doctor`: what stands in the way of an answer.

use std::path::PathBuf;

use anyhow::Context;
use serde::Serialize;

use super::{Failure, counted, say, say_json, start_logging};
use crate::app;
use crate::clock::Clock;
use crate::config::{Settings, Sources};
use crate::doctor::{self, Finding, Group, Look, Report, State};
use crate::domain::id::NumberName;
use crate::telemetry::Format;

const AFTER_HELP: &str = "\
Examples:
  olifant doctor --config my.toml
  olifant doctor --config my.toml --number shop
  olifant doctor --config my.toml --offline --json

It looks at the configuration, the store, the disk, the clock, the model (one
real answer, one with a tool) and at each number from both sides: what Meta or
Twilio says of it, and whether what they would send arrives at
server.public_url. It mends nothing, and says nothing that is secret. Run it
beside olifant serve, on the same machine.

  ✓ well    ! to know    ✗ a fault: do what stands under it    - not looked at

Exit codes: 0 no fault; 1 at least one, or a configuration that can't be read.";

/// Say what stands in the way of an answer, and what to do about it.
#[derive(Debug, clap::Args)]
#[command(after_help = AFTER_HELP)]
pub struct Args {
    /// The configuration; without it ./olifant.toml, if it is there, and the
    /// environment.
    #[arg(long, short, value_name = "FILE", env = "OLIFANT_CONFIG")]
    config: Option<PathBuf>,
    /// Look at this number only, and at what all numbers need.
    #[arg(long, value_name = "NAME")]
    number: Option<String>,
    /// Call nobody: neither the model nor the providers.
    #[arg(long)]
    offline: bool,
    /// Print JSON.
    #[arg(long)]
    json: bool,
}

/// For programs that read it.
#[derive(Serialize)]
struct Told<'a> {
    faults: usize,
    notes: usize,
    unchecked: usize,
    groups: &'a [Group],
}

/// Looks, and says what it found.
pub async fn run(args: Args) -> Result<(), Failure> {
    // What is wrong is found; what libraries log of it besides is in the way.
    start_logging(Format::Human, "off")?;
    let clock = Clock::system();
    let sources = Sources { without_numbers: true, ..Sources::new(args.config.clone()) };
    let report = match doctor::settings(sources, &clock).await {
        Ok(configured) => doctor::examine(&look(configured, clock, &args)?).await,
        Err(error) => doctor::unreadable(&error),
    };
    match args.json {
        true => say_json(&told(&report)),
        false => say(&text(&report)),
    }
    match report.count(State::Fault) {
        0 => Ok(()),
        _ => Err(Failure::Said),
    }
}

fn look(
    (settings, otherwise): (Settings, Option<Finding>),
    clock: Clock,
    args: &Args,
) -> Result<Look, Failure> {
    let number = args.number.as_deref().map(NumberName::from);
    if let Some(number) = number.as_ref().filter(|name| !settings.numbers.contains_key(*name)) {
        let names: Vec<&str> = settings.numbers.keys().map(NumberName::as_str).collect();
        let what = format!("there is no number {number}; there are {}", names.join(", "));
        return Err(anyhow::anyhow!(what).into());
    }
    let http = app::client().context("the way out")?;
    Ok(Look { settings, http, clock, offline: args.offline, number, otherwise })
}

fn told(report: &Report) -> Told<'_> {
    let count = |state| report.count(state);
    let (faults, notes) = (count(State::Fault), count(State::Note));
    Told { faults, notes, unchecked: count(State::Unchecked), groups: &report.groups }
}

fn text(report: &Report) -> String {
    let groups = report.groups.iter().map(|group| {
        let lines: Vec<String> = group.findings.iter().map(lines).collect();
        format!("{}\n{}\n", group.name, lines.join("\n"))
    });
    let groups: Vec<String> = groups.collect();
    format!("{}\n{}", groups.join("\n"), sum(report))
}

fn lines(finding: &Finding) -> String {
    let mark = match finding.state {
        State::Ok => '✓',
        State::Note => '!',
        State::Fault => '✗',
        State::Unchecked => '-',
    };
    let remedy = finding.remedy.iter().map(|remedy| format!("\n      → {remedy}"));
    let page = finding.page.iter().map(|page| format!("\n      see {page}"));
    format!("  {mark} {}{}", finding.what, remedy.chain(page).collect::<String>())
}

fn sum(report: &Report) -> String {
    let count = |state| report.count(state);
    let (faults, notes) = (count(State::Fault), count(State::Note));
    let faults = match faults {
        0 => "no faults".to_owned(),
        n => counted(n, "fault", "faults"),
    };
    let unchecked = match count(State::Unchecked) {
        0 => String::new(),
        n => format!(", {n} not looked at"),
    };
    format!("{faults}, {}{unchecked}", counted(notes, "note", "notes"))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn each_fault_stands_with_its_remedy_and_the_last_line_counts() {
        let findings = vec![
            Finding::ok("a.a", "it opens"),
            Finding::note("a.b", "it is old", "renew it", "README.md#a"),
            Finding::fault("a.c", "it is gone", "get another", "https://docs.example"),
            Finding::unchecked("a.d", "too far away"),
        ];
        let report = Report { groups: vec![Group::new("store", findings)] };
        let expected = "\
store
  ✓ it opens
  ! it is old
      → renew it
      see README.md#a
  ✗ it is gone
      → get another
      see https://docs.example
  - too far away

1 fault, 1 note, 1 not looked at";
        assert_eq!(text(&report), expected);
        let well = Report { groups: vec![Group::new("store", vec![Finding::ok("a.a", "fine")])] };
        assert_eq!(text(&well).lines().last(), Some("no faults, 0 notes"));
    }
}
