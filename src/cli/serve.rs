//! `olifant serve`: answer real people.

use std::net::SocketAddr;
use std::path::PathBuf;
use std::time::Duration;

use anyhow::{Context, anyhow};
use tokio::net::TcpListener;

use super::tunnel::{self, Tunnel, Wanted};
use super::{Failure, make_store_folder, say, start_logging};
use crate::app::App;
use crate::clock::Clock;
use crate::config::{Settings, Sources};
use crate::http::Doors;
use crate::shutdown;
use crate::telemetry::Format;

const AFTER_HELP: &str = "\
Examples:
  olifant serve --config my.toml
  OLIFANT__SERVER__LISTEN=0.0.0.0:8080 olifant serve --config my.toml
  olifant serve --tunnel --config my.toml      reachable from outside for a try

The file that is named counts (./olifant.toml if none is), and over it the environment.
SIGHUP reads the configuration again. SIGTERM ends it after work in progress is
done, within server.shutdown_s; a second signal ends it at once, with exit code
1. It exits with 78 if the configuration is at fault.";

/// Answer the numbers of a configuration file.
#[derive(Debug, clap::Args)]
#[command(after_help = AFTER_HELP)]
pub struct Args {
    /// The configuration; without it ./olifant.toml, if it is there, and the
    /// environment.
    #[arg(long, short, value_name = "FILE", env = "OLIFANT_CONFIG")]
    config: Option<PathBuf>,
    #[command(flatten)]
    wanted: Wanted,
}

/// Runs until a signal.
pub async fn run(args: Args) -> Result<(), Failure> {
    start_logging(Format::Json, "info")?;
    let sources = Sources::new(args.config);
    let mut settings = Settings::load(args.wanted.promised(sources.clone()))?;
    let clock = Clock::system();
    make_store_folder(&settings)?;
    for warning in &settings.warnings {
        tracing::warn!("{warning}");
    }
    let doors = doors(&settings).await?;
    let address = doors.web.local_addr().context("the server's address")?;
    let tunnel = args.wanted.open(address.port(), &clock).await?;
    if let Some(tunnel) = &tunnel {
        settings = Settings::load(sources.reached_at(tunnel.url().as_str()))?;
        say(&tunnel.greeting(&settings));
    }
    let limit = Duration::from_secs(settings.server.shutdown_s);
    let app = App::start(settings, clock.clone()).await?;
    let stop = shutdown::on_signal().context("signals")?;
    let numbers = app.settings.numbers.len();
    let overdue = async {
        announce(address, numbers);
        shutdown::overdue(&stop, limit, &clock).await;
    };
    tokio::select! {
        // In this order: it is ready once it also listens to SIGHUP.
        biased;
        served = app.clone().serve(doors, stop.clone()) => served?,
        never = tunnel::keep(tunnel, &clock, &stop, |tunnel| moved(&app, tunnel)) => match never {},
        () = overdue => {
            return Err(anyhow!("work in progress did not end within server.shutdown_s").into());
        }
    }
    tracing::info!("stopped");
    Ok(())
}

/// Providers are told by the commands that stand in the greeting.
fn moved(app: &App, tunnel: &Tunnel) {
    app.moved_to(tunnel.url().clone());
    say(&tunnel.greeting(&app.settings));
}

async fn doors(settings: &Settings) -> Result<Doors, Failure> {
    let web = listen(settings, "server.listen", settings.server.listen).await?;
    let Some(address) = settings.server.metrics_listen else { return Ok(web.into()) };
    let metrics = listen(settings, "server.metrics_listen", address).await?;
    tracing::info!(metrics.address = %address, "metrics are read there without a token");
    Ok(Doors { web, metrics: Some(metrics) })
}

async fn listen(
    settings: &Settings,
    key: &str,
    address: SocketAddr,
) -> Result<TcpListener, Failure> {
    TcpListener::bind(address).await.map_err(|e| {
        let message = format!("{key}: {address} can't be listened on: {e}");
        Failure::Configuration(format!("{}; free it or choose another", settings.explain(&message)))
    })
}

fn announce(address: SocketAddr, numbers: usize) {
    let version = env!("CARGO_PKG_VERSION");
    tracing::info!(version, server.address = %address, numbers, "ready");
}
