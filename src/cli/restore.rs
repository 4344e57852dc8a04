//! `olifant restore`: a store made of a backup.

use std::fs::File;
use std::io::{self, BufReader, Read};
use std::path::{Path, PathBuf};

use anyhow::anyhow;
use jiff::Timestamp;
use serde::Serialize;

use super::verify::{outcome, sheet};
use super::{Failure, minute, note, say_json, start_logging};
use crate::clock::Clock;
use crate::config::{Settings, Sources};
use crate::store::backup::{Broken, Reader};
use crate::store::{self, RestoreError, StoreError, Verified};
use crate::telemetry::Format;

const AFTER_HELP: &str = "\
Examples:
  olifant restore olifant.backup --config my.toml
  olifant restore olifant.backup --config my.toml --into /data/other
  ssh elsewhere cat olifant.backup | olifant restore - --config my.toml

It fills the folder of store.url, which must be empty or absent; an existing
store is never touched. A file that is cut off or damaged leaves nothing. A
backup under a store.key needs that key in the configuration. What came in or
went out since the backup is not known: replies that waited then may have been
sent since, so each is asked about first, as after a crash (sending.uncertain).
Who was forgotten since is there again: forget them once more.";

/// Make a store of a backup, where there is none.
#[derive(Debug, clap::Args)]
#[command(after_help = AFTER_HELP)]
pub struct Args {
    /// The backup; - for the standard input.
    #[arg(value_name = "FILE")]
    file: PathBuf,
    /// Into this folder, not that of store.url.
    #[arg(long, value_name = "DIR")]
    into: Option<PathBuf>,
    /// The configuration; without it ./olifant.toml, if it is there, and the
    /// environment.
    #[arg(long, short, value_name = "FILE", env = "OLIFANT_CONFIG")]
    config: Option<PathBuf>,
    /// Print JSON.
    #[arg(long)]
    json: bool,
}

/// What came of it.
#[derive(Debug, Serialize)]
struct Restored {
    folder: String,
    at: Timestamp,
    olifant: String,
    #[serde(flatten)]
    verified: Verified,
}

/// Makes it, and says what it holds.
pub fn run(args: Args) -> Result<(), Failure> {
    start_logging(Format::Human, "error")?;
    // What is kept needs neither a number nor a model.
    let settings = Settings::load(Sources::lenient(args.config))?;
    let mut config = settings.store.clone();
    if let Some(folder) = args.into {
        config.url = into(&folder);
    }
    let reader = open(&args.file).map_err(|broken| told(&args.file, &broken))?;
    let (at, olifant) = (reader.about().at, reader.about().olifant.clone());
    let verified = store::restore(&config, reader, Clock::system());
    let verified = verified.map_err(|error| match error {
        RestoreError::Broken(broken) => told(&args.file, &broken),
        RestoreError::Store(StoreError::Misconfigured(what)) => settings.explain(&what).into(),
        RestoreError::Store(error) => Failure::Running(error.into()),
    })?;
    let (_, folder) = config.url.split_once(':').unwrap_or_default();
    let restored = Restored { folder: folder.to_owned(), at, olifant, verified };
    match args.json {
        true => say_json(&restored),
        false => say(&restored),
    }
    outcome(&restored.verified, "they were in the backup; it is restored all the same")
}

/// As store.url says it, or only the folder.
fn into(folder: &Path) -> String {
    let text = folder.display().to_string();
    if text.starts_with("sled:") { text } else { format!("sled:{text}") }
}

fn open(file: &Path) -> Result<Reader<Box<dyn Read>>, Broken> {
    let from: Box<dyn Read> = match file.as_os_str() == "-" {
        true => Box::new(io::stdin().lock()),
        false => Box::new(File::open(file).map_err(Broken::Io)?),
    };
    Reader::open(Box::new(BufReader::new(from)))
}

fn told(file: &Path, broken: &Broken) -> Failure {
    anyhow!("{} is not restored: {broken}; nothing was changed", file.display()).into()
}

fn say(restored: &Restored) {
    let Restored { folder, at, olifant, verified } = restored;
    super::say(&sheet(verified));
    note(&format!("{folder} holds what olifant {olifant} kept at {}", minute(*at)));
    note("what came in or went out since then is not known to it; see olifant restore --help");
}
