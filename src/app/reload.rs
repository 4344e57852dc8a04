//! Following the configuration while the program runs: by the files' times,
//! and on SIGHUP.

use std::collections::BTreeSet;
use std::path::{Path, PathBuf};
use std::time::{Duration, SystemTime};

use tokio::signal::unix::{Signal, SignalKind, signal};
use tokio_util::sync::CancellationToken;

use super::App;
use crate::config::Settings;

/// How often the files are looked at.
const EVERY: Duration = Duration::from_secs(2);

/// What a reload did.
#[derive(Debug)]
pub struct Reloaded {
    /// Sections that differ, and that only a restart changes.
    pub restart: Vec<&'static str>,
    /// What to watch from now on.
    pub watched: Vec<PathBuf>,
}

/// Reloads on each change until `stop`.
pub async fn follow(app: &App, stop: &CancellationToken) {
    let mut hangup = signal(SignalKind::hangup()).ok();
    let mut files = watched(&app.settings);
    let mut seen = times(&files);
    loop {
        let next = app.clock.now() + EVERY;
        let asked = tokio::select! {
            () = stop.cancelled() => return,
            () = app.clock.reached(next) => false,
            () = received(&mut hangup) => true,
        };
        let now = times(&files);
        if !asked && now == seen {
            continue;
        }
        seen = now;
        if let Some(watched) = reload(app) {
            files = watched;
            seen = times(&files);
        }
    }
}

/// The files whose content is part of the configuration.
pub fn watched(settings: &Settings) -> Vec<PathBuf> {
    let instructions = settings.businesses.values().map(|b| b.assistant.instructions_file.clone());
    let single = [settings.sources.file.clone(), settings.server.templates_dir.clone()];
    instructions.chain(single).flatten().collect::<BTreeSet<_>>().into_iter().collect()
}

fn reload(app: &App) -> Option<Vec<PathBuf>> {
    match app.reload() {
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

async fn received(signal: &mut Option<Signal>) {
    match signal {
        Some(signal) => drop(signal.recv().await),
        None => std::future::pending().await,
    }
}

fn times(paths: &[PathBuf]) -> Vec<(PathBuf, Option<SystemTime>)> {
    let mut found = Vec::new();
    paths.iter().for_each(|path| visit(path, &mut found));
    found
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
