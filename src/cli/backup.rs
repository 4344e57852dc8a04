//! `olifant backup`: all that is kept, in one file.

use std::io::{self, Write};
use std::path::{Path, PathBuf};

use anyhow::Context;
use serde::Serialize;

use super::admin_client::{Ask, Incoming, Missing, Reach};
use super::{Failure, counted, minute, note, say_json};
use crate::store::backup::{About, Part, Totals};

const AFTER_HELP: &str = "\
Examples:
  olifant backup /mnt/other/olifant.backup --config my.toml
  olifant backup - --config my.toml | ssh elsewhere 'cat > olifant.backup'

It is of one point: all that was answered when it began, nothing of what came
later; olifant goes on meanwhile. FILE is there once it is whole and was read
again. With store.key set nobody reads it without that key: keep a copy of the
key elsewhere. Without one, whoever has the file can read it. Who is forgotten
later is still in it. The section [backup] of the configuration makes one every
night.";

/// Write all that is kept to one file, while it runs or stands still.
#[derive(Debug, clap::Args)]
#[command(after_help = AFTER_HELP)]
pub struct Args {
    /// Where to, readable by you alone; - for the standard output.
    #[arg(value_name = "FILE")]
    file: PathBuf,
    #[command(flatten)]
    reach: Reach,
}

/// What was written.
#[derive(Debug, Serialize)]
struct Written<'a> {
    file: &'a Path,
    #[serde(flatten)]
    about: About,
    #[serde(flatten)]
    totals: Totals,
}

/// Writes it.
pub async fn run(args: Args) -> Result<(), Failure> {
    let Args { file, reach } = args;
    let min_free_mb = reach.settings()?.store.min_free_mb;
    let line = reach.connect(Missing::Refuse).await?;
    let incoming = line.stream(Ask::get("/backup").at_leisure()).await?;
    let written = match file.as_os_str() == "-" {
        true => to_output(incoming).await.map(|()| None),
        false => to_file(incoming, &file, min_free_mb).await.map(Some),
    };
    line.hang_up().await?;
    if let Some((about, totals)) = written? {
        told(&file, about, totals, reach.json);
    }
    Ok(())
}

fn told(file: &Path, about: About, totals: Totals, json: bool) {
    if json {
        return say_json(&Written { file, about, totals });
    }
    let rows = counted(usize::try_from(totals.rows).unwrap_or(usize::MAX), "row", "rows");
    note(&format!("{} holds all that was kept at {}, {rows}", file.display(), minute(about.at)));
    if !about.wrapped {
        note("store.key is not set: whoever has this file can read all of it");
    }
}

async fn to_file(
    mut incoming: Incoming,
    file: &Path,
    min_free_mb: u64,
) -> anyhow::Result<(About, Totals)> {
    let mut part = Part::create(file, min_free_mb)?;
    while let Some(piece) = incoming.next().await? {
        part.write(&piece)?;
    }
    Ok(part.finish()?)
}

async fn to_output(mut incoming: Incoming) -> anyhow::Result<()> {
    let mut output = io::stdout();
    while let Some(piece) = incoming.next().await? {
        output.write_all(&piece).context("the standard output is closed")?;
    }
    output.flush().context("the standard output is closed")
}
