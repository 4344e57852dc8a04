//! A backup of the store every night, and the old ones gone once the new one
//! is whole.

use std::fs::{self, File};
use std::path::{Path, PathBuf};
use std::sync::Arc;

use anyhow::Context;
use jiff::civil::{DateTime, Time};
use jiff::tz::TimeZone;
use jiff::{SignedDuration, Timestamp, ToSpan};
use tokio_util::sync::CancellationToken;

use crate::alert::{Alerts, Kind};
use crate::clock::Clock;
use crate::metrics::Metrics;
use crate::store::backup::{Bytes, Dump, Part};
use crate::store::{Store, make_folder};
use crate::worker::Watch;

/// After one that failed.
const AGAIN: SignedDuration = SignedDuration::from_hours(1);

/// What the files are called, by the minute they are of.
const NAME: &str = "olifant-%Y-%m-%dT%H%MZ.backup";

/// What a crash leaves of one.
const PART: &str = ".part";

/// Written to see whether anything can be.
const TRY: &str = "olifant-try.part";

/// What helps where nothing can be written.
pub const REMEDY: &str = "make it a folder that belongs to the user who runs olifant; a service \
                          has to be allowed it (systemd: ReadWritePaths=, a container: a volume)";

/// `[backup]`.
#[derive(Clone, Debug, serde::Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Config {
    /// Where to; `None` = there is none.
    pub dir: Option<PathBuf>,
    /// When, in UTC.
    pub at: String,
    /// How many are kept; 0 = all.
    pub keep: usize,
}

impl Config {
    /// When, if it is a time.
    pub fn time(&self) -> Option<Time> {
        Time::strptime("%H:%M", &self.at).ok().filter(|_| self.at.len() == 5)
    }
}

/// See the module.
pub struct Backups {
    store: Arc<dyn Store>,
    dir: Option<PathBuf>,
    at: Time,
    keep: usize,
    min_free_mb: u64,
    alerts: Arc<Alerts>,
    metrics: Arc<Metrics>,
    clock: Clock,
}

impl Backups {
    /// Of this store, leaving so many MB of the disk.
    pub fn new(
        store: Arc<dyn Store>,
        config: &Config,
        min_free_mb: u64,
        Watch { alerts, metrics }: Watch,
        clock: Clock,
    ) -> Self {
        let (dir, at) = (config.dir.clone(), config.time().unwrap_or_default());
        Self { store, dir, at, keep: config.keep, min_free_mb, alerts, metrics, clock }
    }

    /// Every night, until `stop`. One that was missed is made at once; that
    /// none can be made is said before the night.
    pub async fn run(&self, stop: CancellationToken) {
        let Some(dir) = &self.dir else { return };
        if let Err(error) = self.try_folder(dir).await {
            self.alerts.raise(Kind::BackupFailed, "backup", &format!("{error:#}"));
        }
        loop {
            let due = self.due(dir);
            if stop.run_until_cancelled(self.clock.reached(due)).await.is_none() {
                return;
            }
            if !self.make(dir, &stop).await {
                let again = self.clock.now() + AGAIN;
                if stop.run_until_cancelled(self.clock.reached(again)).await.is_none() {
                    return;
                }
            }
        }
    }

    /// When the next one is due: now, if the last time went by without one.
    pub fn due(&self, dir: &Path) -> Timestamp {
        let now = self.clock.now();
        let (last, next) = around(now, self.at);
        let newest = made(dir).into_iter().map(|(at, _)| at).filter(|at| *at <= now).max();
        match newest {
            Some(newest) if newest >= last => next,
            _ => now,
        }
    }

    /// Makes one now, and says whether it did. One that `stop` breaks off is
    /// made up for at the next start.
    pub async fn make(&self, dir: &Path, stop: &CancellationToken) -> bool {
        match self.try_to(dir, stop.clone()).await {
            Ok(path) => {
                tracing::info!(backup = %path.display(), "The store is backed up");
                self.metrics.backup_ended("made");
                true
            }
            Err(_) if stop.is_cancelled() => false,
            Err(error) => {
                self.metrics.backup_ended("failed");
                self.alerts.raise(Kind::BackupFailed, "backup", &format!("{error:#}"));
                false
            }
        }
    }

    async fn try_folder(&self, dir: &Path) -> anyhow::Result<()> {
        let dir = dir.to_owned();
        tokio::task::spawn_blocking(move || prepare(&dir)).await?
    }

    async fn try_to(&self, dir: &Path, stop: CancellationToken) -> anyhow::Result<PathBuf> {
        let dump = self.store.dump().await?;
        let (dir, keep, min_free_mb) = (dir.to_owned(), self.keep, self.min_free_mb);
        tokio::task::spawn_blocking(move || {
            let at = dump.about.at;
            let path = write(&dir, dump, min_free_mb, &stop)?;
            prune(&dir, at, keep).context("old backups can't be deleted")?;
            Ok(path)
        })
        .await?
    }
}

fn write(
    dir: &Path,
    dump: Dump,
    min_free_mb: u64,
    stop: &CancellationToken,
) -> anyhow::Result<PathBuf> {
    prepare(dir)?;
    drop_unfinished(dir)?;
    let path = dir.join(dump.about.at.strftime(NAME).to_string());
    let mut part = Part::create(&path, min_free_mb)?;
    for bytes in Bytes::of(dump) {
        anyhow::ensure!(!stop.is_cancelled(), "olifant stops");
        part.write(&bytes?)?;
    }
    part.finish()?;
    Ok(path)
}

/// The folder is there and takes what is written.
fn prepare(dir: &Path) -> anyhow::Result<()> {
    let file = dir.join(TRY);
    let tried = make_folder(dir).and_then(|()| File::create(&file)).map(drop);
    let tried = tried.and_then(|()| fs::remove_file(&file));
    tried.map_err(|error| {
        anyhow::anyhow!("backup.dir = \"{}\" can't be written: {error}; {REMEDY}", dir.display())
    })
}

/// What a crash left of others.
fn drop_unfinished(dir: &Path) -> std::io::Result<()> {
    for entry in fs::read_dir(dir)? {
        let path = entry?.path();
        let name = path.file_name().and_then(|name| name.to_str());
        if name.and_then(|name| name.strip_suffix(PART)).and_then(time_of).is_some() {
            fs::remove_file(path)?;
        }
    }
    Ok(())
}

/// Of those up to the one just made, which stays: what is named after it was
/// made while the clock was wrong, and nobody knows when.
fn prune(dir: &Path, newest: Timestamp, keep: usize) -> std::io::Result<()> {
    let mut all = made(dir);
    all.retain(|(at, _)| *at <= newest);
    all.sort();
    let too_many = if keep == 0 { 0 } else { all.len().saturating_sub(keep) };
    all.into_iter().take(too_many).try_for_each(|(_, path)| fs::remove_file(path))
}

/// Those that are there, by the minute they are of. What is called otherwise
/// is somebody else's.
fn made(dir: &Path) -> Vec<(Timestamp, PathBuf)> {
    let entries = fs::read_dir(dir).into_iter().flatten().flatten();
    let named = entries.filter_map(|entry| {
        let at = entry.file_name().to_str().and_then(time_of)?;
        Some((at, entry.path()))
    });
    named.collect()
}

fn time_of(name: &str) -> Option<Timestamp> {
    let at = DateTime::strptime(NAME, name).ok()?;
    at.to_zoned(TimeZone::UTC).ok().map(|at| at.timestamp())
}

/// The last time it was so late, and the next.
fn around(now: Timestamp, at: Time) -> (Timestamp, Timestamp) {
    let today = now.to_zoned(TimeZone::UTC).date();
    let on = |day: jiff::civil::Date| {
        let at = day.to_datetime(at).to_zoned(TimeZone::UTC);
        at.map_or(now, |at| at.timestamp())
    };
    let (before, after) = (today.saturating_sub(1.day()), today.saturating_add(1.day()));
    match on(today) <= now {
        true => (on(today), on(after)),
        false => (on(before), on(today)),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn at(text: &str) -> Timestamp {
        text.parse().unwrap()
    }

    #[test]
    fn a_time_of_day_was_last_and_comes_next() {
        let night = Time::constant(3, 30, 0, 0);
        let expected = (at("2026-11-24T03:30:00Z"), at("2026-11-25T03:30:00Z"));
        assert_eq!(around(at("2026-11-25T03:29:59Z"), night), expected);
        let expected = (at("2026-11-25T03:30:00Z"), at("2026-11-26T03:30:00Z"));
        assert_eq!(around(at("2026-11-25T03:30:00Z"), night), expected);
    }

    #[test]
    fn only_our_own_names_count() {
        let named = at("2026-11-25T03:30:00Z").strftime(NAME).to_string();
        assert_eq!(named, "olifant-2026-11-25T0330Z.backup");
        assert_eq!(time_of(&named), Some(at("2026-11-25T03:30:00Z")));
        for other in ["olifant.backup", "olifant-2026-11-25T0330Z.backup.part", "my.backup"] {
            assert_eq!(time_of(other), None, "{other}");
        }
    }

    #[test]
    fn a_time_is_two_digits_twice() {
        let config = |at: &str| Config { dir: None, at: at.into(), keep: 7 };
        assert_eq!(config("03:30").time(), Some(Time::constant(3, 30, 0, 0)));
        for bad in ["", "3:30", "24:00", "03:60", "03:30:00", "noon"] {
            assert_eq!(config(bad).time(), None, "{bad}");
        }
    }

    #[test]
    fn the_newest_are_kept_and_nothing_else_is_touched() {
        let dir = tempfile::tempdir().unwrap();
        let names = [
            "olifant-2026-11-23T0330Z.backup",
            "olifant-2026-11-24T0330Z.backup",
            "olifant-2026-11-25T0330Z.backup",
            "mine.backup",
        ];
        for name in names {
            fs::write(dir.path().join(name), "").unwrap();
        }
        let newest = at("2026-11-25T03:30:07Z");
        let there = || names.map(|name| dir.path().join(name).exists());
        prune(dir.path(), newest, 0).unwrap();
        assert_eq!(there(), [true; 4]);
        prune(dir.path(), newest, 2).unwrap();
        assert_eq!(there(), [false, true, true, true]);
    }
}
