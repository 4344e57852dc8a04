//! `olifant export`: all that is kept of one person.

use std::fs::OpenOptions;
use std::io::{self, Write};
use std::path::{Path, PathBuf};

use anyhow::Context;

use super::admin_client::Reach;
use super::person::Of;
use super::{Failure, note};
use crate::os;
use crate::transfer::document::Document;

const AFTER_HELP: &str = "\
Examples:
  olifant export +15550100 --config my.toml > ana.json
  olifant export +15550100 -o ana.json --config my.toml

It is one JSON document: who they are, what is known of them and what it was
before, and everything that was said. olifant import reads it.";

/// Print all that is kept of a person, as JSON.
#[derive(Debug, clap::Args)]
#[command(after_help = AFTER_HELP)]
pub struct Args {
    #[command(flatten)]
    of: Of,
    /// Into this file, which only you can read; without it to the standard
    /// output.
    #[arg(long, short, value_name = "FILE")]
    output: Option<PathBuf>,
    #[command(flatten)]
    reach: Reach,
}

/// Writes it.
pub async fn run(args: Args) -> Result<(), Failure> {
    let document: Document = args.reach.ask(args.of.get("/export").at_leisure()).await?;
    let json = document.to_json();
    match args.output {
        None => writeln!(io::stdout(), "{json}").context("the standard output is closed")?,
        Some(file) => {
            write(&file, &json).with_context(|| {
                format!("{} can't be written; name another file", file.display())
            })?;
            note(&format!("{} holds all that is kept of {}", file.display(), args.of.name()));
        }
    }
    Ok(())
}

/// For this user alone, also where the file was there.
fn write(file: &Path, json: &str) -> io::Result<()> {
    let mut options = OpenOptions::new();
    let options = options.write(true).create(true).truncate(true);
    let mut written = os::private(options).open(file)?;
    os::make_private(&written)?;
    writeln!(written, "{json}")
}
