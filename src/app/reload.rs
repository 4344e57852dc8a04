//! Following the configuration while the program runs: by the files' times,
//! and on SIGHUP.

use std::collections::BTreeSet;
use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::time::{Duration, SystemTime};

use tokio_util::sync::CancellationToken;

use super::App;
use crate::config::{self, Settings};
use crate::{knowledge, os};

/// How often the files are looked at.
const EVERY: Duration = Duration::from_secs(2);

/// What a reload did.
#[derive(Debug)]
pub struct Reloaded {
    /// Sections that differ, and that only a restart changes.
    pub restart: Vec<&'static str>,
    /// What to watch from now on.
    pub watched: Watched,
}

/// The files that the configuration is made of.
#[derive(Debug)]
pub struct Watched {
    /// Files, and folders of templates.
    pub paths: Vec<PathBuf>,
    /// Which others: those that match at the moment.
    pub patterns: Vec<String>,
}

/// Reloads on each change until `stop`.
pub async fn follow(app: &Arc<App>, stop: &CancellationToken) {
    let mut rereads = os::Rereads::from_now();
    let mut files = watched(&app.settings);
    let mut seen = files.times();
    loop {
        let next = app.clock.now() + EVERY;
        let asked = tokio::select! {
            () = stop.cancelled() => return,
            () = app.clock.reached(next) => false,
            () = rereads.next() => true,
        };
        let now = files.times();
        if !asked && now == seen {
            continue;
        }
        seen = now;
        if let Some(watched) = reload(app.clone()).await {
            files = watched;
            seen = files.times();
        }
    }
}

/// The files whose content is part of the configuration.
pub fn watched(settings: &Settings) -> Watched {
    let assistants = || settings.businesses.values().map(|business| &business.assistant);
    let named = assistants().flat_map(|a| [a.instructions_file.clone(), a.answers_file.clone()]);
    let single = [settings.sources.file.clone(), settings.server.templates_dir.clone()];
    let paths: BTreeSet<PathBuf> = named.chain(single).flatten().collect();
    let patterns: BTreeSet<String> = assistants().flat_map(|a| a.knowledge.clone()).collect();
    Watched { paths: paths.into_iter().collect(), patterns: patterns.into_iter().collect() }
}

async fn reload(app: Arc<App>) -> Option<Watched> {
    // Reading a large PDF takes a while.
    let reloaded = tokio::task::spawn_blocking(move || app.reload()).await;
    let reloaded =
        reloaded.unwrap_or_else(|e| Err(config::Error(format!("reading it ended: {e}"))));
    match reloaded {
        Ok(Reloaded { restart, watched }) => {
            if restart.is_empty() {
                tracing::info!("configuration reloaded");
            } else {
                let sections = restart.join(", ");
                tracing::warn!(sections, "configuration reloaded, but these need a restart");
            }
            Some(watched)
        }
        Err(error) => {
            tracing::error!(%error, "the new configuration is not usable, the old one stays");
            None
        }
    }
}

impl Watched {
    /// When each was written last; files that come and go change it, too.
    fn times(&self) -> Vec<(PathBuf, Option<SystemTime>)> {
        let mut found = Vec::new();
        self.paths.iter().for_each(|path| visit(path, &mut found));
        knowledge::matched(&self.patterns).iter().for_each(|path| visit(path, &mut found));
        found
    }
}

/// Directories hold templates, two floors deep.
fn visit(path: &Path, found: &mut Vec<(PathBuf, Option<SystemTime>)>) {
    let changed = std::fs::metadata(path).and_then(|about| about.modified()).ok();
    found.push((path.to_owned(), changed));
    let Ok(entries) = std::fs::read_dir(path) else { return };
    let mut entries: Vec<PathBuf> = entries.flatten().map(|entry| entry.path()).collect();
    entries.sort();
    entries.iter().for_each(|entry| visit(entry, found));
}
