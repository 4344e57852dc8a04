//! `olifant verify`: whether all that is kept fits together.

use anyhow::anyhow;

use super::admin_client::{Ask, Reach};
use super::{Failure, counted, say, say_json, under};
use crate::store::Verified;

const AFTER_HELP: &str = "\
Examples:
  olifant verify --config my.toml
  olifant verify --config my.toml --json

It opens every record and looks whether those that belong together say so:
messages and what they are found by, lanes and what waits in them, people and
their names, entries and their order, ids that were seen. It changes nothing,
and olifant goes on meanwhile. Flaws are named by internal ids, never by words.
The exit code is 1 if there are any. What is damaged is left out while olifant
runs; a backup from before, restored into a fresh folder, has it whole.";

/// Look whether all that is kept can be read and fits together.
#[derive(Debug, clap::Args)]
#[command(after_help = AFTER_HELP)]
pub struct Args {
    #[command(flatten)]
    reach: Reach,
}

/// Says what it found.
pub async fn run(args: Args) -> Result<(), Failure> {
    let verified: Verified = args.reach.ask(Ask::get("/verify").at_leisure()).await?;
    match args.reach.json {
        true => say_json(&verified),
        false => say(&sheet(&verified)),
    }
    outcome(&verified, "what is damaged is left out; a backup from before it is whole")
}

/// Flaws are a failure.
pub fn outcome(verified: &Verified, remedy: &str) -> Result<(), Failure> {
    let flaws = usize::try_from(verified.flaws).unwrap_or(usize::MAX);
    match flaws {
        0 => Ok(()),
        _ => Err(anyhow!("{}; {remedy}", counted(flaws, "flaw", "flaws")).into()),
    }
}

/// The records that are there, then what is wrong with them.
pub fn sheet(verified: &Verified) -> String {
    let rows = verified.records.iter().map(|(name, count)| [name.clone(), count.to_string()]);
    let mut sheet = under(["KIND", "RECORDS"], rows);
    let named = verified.found.len() as u64;
    for found in &verified.found {
        sheet.push_str(&format!("\n{found}"));
    }
    match verified.flaws {
        0 => sheet.push_str("\nAll of it can be read and fits together."),
        flaws if flaws > named => sheet.push_str(&format!("\n… and {} more", flaws - named)),
        _ => {}
    }
    sheet
}
