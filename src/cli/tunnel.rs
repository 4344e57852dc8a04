//! `--tunnel`: a way in from outside, made by a program for it that is
//! installed. It is started, its URL read from what it says, and it ends with
//! olifant.

mod process;
mod program;

use std::convert::Infallible;
use std::path::Path;
use std::time::Duration;

use anyhow::anyhow;
use tokio_util::sync::CancellationToken;
use url::Url;

use super::Failure;
use crate::clock::Clock;
use crate::config::{PROMISED_URL, Settings, Sources};
use process::Process;
use program::{Program, QUICK};

/// How long one that ended is left alone, the first time and at most.
const FIRST_PAUSE: Duration = Duration::from_secs(1);
const LONGEST_PAUSE: Duration = Duration::from_secs(60);

/// Whether there is to be a tunnel.
#[derive(Clone, Copy, Debug, clap::Args)]
pub struct Wanted {
    /// Be reachable from outside, by the first of these that is installed, or
    /// by the one that is named.
    #[arg(long, value_name = "PROGRAM", num_args = 0..=1)]
    tunnel: Option<Option<Program>>,
}

impl Wanted {
    /// Whether there is to be one.
    pub fn is_wanted(self) -> bool {
        self.tunnel.is_some()
    }

    /// A configuration that may need a public URL gets one before it is known.
    pub fn promised(self, sources: Sources) -> Sources {
        match self.is_wanted() {
            true => sources.reached_at(PROMISED_URL),
            false => sources,
        }
    }

    /// Opens it to this port, if it is wanted.
    pub async fn open(self, port: u16, clock: &Clock) -> Result<Option<Tunnel>, Failure> {
        let Some(named) = self.tunnel else { return Ok(None) };
        let program = program::installed(named).map_err(Failure::Configuration)?;
        let mut process = start(program, port)?;
        let url = process.url(program, clock).await.map_err(|why| anyhow!("--tunnel: {why}"))?;
        Ok(Some(Tunnel { program, port, url, process }))
    }
}

fn start(program: Program, port: u16) -> anyhow::Result<Process> {
    let started = Process::start(program.name(), &program.arguments(port));
    started.map_err(|e| anyhow!("--tunnel: {} can't be started: {e}", program.name()))
}

/// An open tunnel.
pub struct Tunnel {
    program: Program,
    port: u16,
    url: Url,
    process: Process,
}

impl Tunnel {
    /// Under which URL we are reached.
    pub fn url(&self) -> &Url {
        &self.url
    }

    /// Which program it is.
    pub fn name(&self) -> &'static str {
        self.program.name()
    }

    /// The URL, and those of the webhooks. Stand-ins know theirs; the others
    /// are told them by the command that stands below.
    pub fn greeting(&self, settings: &Settings) -> String {
        let Self { url, program, .. } = self;
        let mut words = format!("\n  {url}  ({}, until this ends)\n", program.name());
        for (name, number) in &settings.numbers {
            let provider = number.terms().provider;
            words.push_str(&format!("  {url}webhooks/{provider}\n"));
            if settings.sources.fixed.is_none() {
                let file = settings.sources.file.as_deref().unwrap_or(Path::new("olifant.toml"));
                let file = file.display();
                words.push_str(&format!(
                    "      set by: olifant connect {provider} {name} --config {file} --public-url {url}\n"
                ));
            }
        }
        words
    }

    /// Resolves when it has ended.
    pub async fn ended(&mut self) {
        self.process.ended().await;
    }

    /// Whenever it ends before `stop` it is started anew; where it leads to us
    /// under another URL then, that is told.
    async fn keep(
        mut self,
        clock: &Clock,
        stop: &CancellationToken,
        moved: impl Fn(&Self),
    ) -> Infallible {
        loop {
            self.process.ended().await;
            let mut pause = FIRST_PAUSE;
            loop {
                clock.reached(clock.now() + pause).await;
                if stop.is_cancelled() {
                    // A key of the terminal ends both of us.
                    return std::future::pending().await;
                }
                let program = self.program.name();
                tracing::warn!(program, "the tunnel ended; it is started anew");
                match self.reopen(clock, &moved).await {
                    Ok(()) => break,
                    Err(error) => tracing::error!(%error, "the tunnel can't be opened again"),
                }
                pause = (pause * 2).min(LONGEST_PAUSE);
            }
        }
    }

    async fn reopen(&mut self, clock: &Clock, moved: impl Fn(&Self)) -> anyhow::Result<()> {
        self.process = start(self.program, self.port)?;
        let url = self.process.url(self.program, clock).await.map_err(|why| anyhow!(why))?;
        match url == self.url {
            true => tracing::info!(server.url = %url, "the tunnel is open again"),
            false => {
                let before = std::mem::replace(&mut self.url, url);
                tracing::error!(
                    server.url = %self.url, server.url_before = %before,
                    "the tunnel is open again, under another URL: providers still call the one \
                     before; connect its numbers again"
                );
                moved(self);
            }
        }
        Ok(())
    }
}

/// Whether a URL is that of a quick tunnel, which nobody is behind any more
/// once it has ended.
pub fn is_quick(url: &Url) -> bool {
    url.host_str().is_some_and(|host| host.ends_with(QUICK))
}

/// Keeps it open for as long as this is waited for, and tells where it leads
/// to us under another URL; without one, waits.
pub async fn keep(
    tunnel: Option<Tunnel>,
    clock: &Clock,
    stop: &CancellationToken,
    moved: impl Fn(&Tunnel),
) -> Infallible {
    match tunnel {
        Some(tunnel) => tunnel.keep(clock, stop, moved).await,
        None => std::future::pending().await,
    }
}
