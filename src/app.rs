//! The program put together: everything that works on one store.

mod reload;

use std::collections::HashMap;
use std::sync::Arc;
use std::time::Duration;

use anyhow::Context;
use axum::Router;
use tokio::sync::watch;
use tokio_util::sync::CancellationToken;
use url::Url;

use crate::alert::Alerts;
use crate::assistant::{Assistant, Mind, Minds};
use crate::clock::Clock;
use crate::config::{self, Settings};
use crate::http;
use crate::http::memory_api::looks::Looks;
use crate::intake::Intake;
use crate::llm::measured::Measured;
use crate::llm::switched::Switched;
use crate::metrics::Metrics;
use crate::os;
use crate::provider::Providers;
use crate::store::{self, Store, StoreError};
use crate::worker::backups::Backups;
use crate::worker::catch_up::CatchUp;
use crate::worker::jobs::Jobs;
use crate::worker::upkeep::Upkeep;
use crate::worker::{Watch, Workers};

pub use reload::Reloaded;

/// For a connection to a provider or a model's server.
const CONNECT_TIMEOUT: Duration = Duration::from_secs(10);

/// The program. Tests build the true one, answer HTTP with [`App::answer`]
/// and drain [`App::workers`] by hand; [`App::serve`] does both.
pub struct App {
    /// Where everything is kept.
    pub store: Arc<dyn Store>,
    /// What answers.
    pub assistant: Arc<Assistant>,
    /// What does the work.
    pub workers: Arc<Workers>,
    /// What looks for messages that were missed.
    pub catch_up: CatchUp,
    /// What deletes what has had its time.
    pub upkeep: Upkeep,
    /// What backs the store up every night.
    pub backups: Backups,
    /// What reaches people.
    pub providers: Arc<Providers>,
    /// The configuration it was started with.
    pub settings: Settings,
    public_url: watch::Sender<Url>,
    http: reqwest::Client,
    minds: watch::Sender<Arc<Minds>>,
    intake: Intake,
    metrics: Arc<Metrics>,
    clock: Clock,
    /// What programs read of people's memory.
    pub looks: Arc<Looks>,
}

/// Why the program does not start.
#[derive(Debug, thiserror::Error)]
pub enum StartError {
    /// The configuration is at fault.
    #[error(transparent)]
    Config(#[from] config::Error),
    /// The store does not open.
    #[error("store.url = \"{url}\": {error}")]
    Store {
        /// Where it is.
        url: String,
        /// What it says.
        error: StoreError,
    },
    /// The machine is at fault.
    #[error("{0:#}")]
    Machine(#[from] anyhow::Error),
}

impl App {
    /// Opens the store and puts the parts together. Nothing runs yet.
    pub async fn start(settings: Settings, clock: Clock) -> Result<Arc<Self>, StartError> {
        let store = open(&settings, clock.clone()).await?;
        Self::over(settings, store, clock)
    }

    /// The same over a store that is already open.
    pub fn over(
        settings: Settings,
        store: Arc<dyn Store>,
        clock: Clock,
    ) -> Result<Arc<Self>, StartError> {
        let http = client()?;
        let providers = settings.numbers.values().map(|number| number.terms().provider);
        let metrics = Arc::new(Metrics::new(providers.collect(), clock.now()));
        let minds = watch::Sender::new(Arc::new(minds(&settings, &http, &clock, &metrics)?));
        let public_url = settings.server.public_base().context("server.listen makes no URL")?;
        let public_url = watch::Sender::new(public_url);
        let providers = Arc::new(Providers::new(
            settings.numbers.clone(),
            public_url.subscribe(),
            http.clone(),
            clock.clone(),
        ));
        let assistant = Arc::new(Assistant::new(
            minds.subscribe(),
            store.clone(),
            public_url.subscribe(),
            clock.clone(),
        ));
        let alerts = Arc::new(Alerts::new(clock.clone()));
        let intake = Intake::new(
            store.clone(),
            providers.clone(),
            minds.subscribe(),
            alerts.clone(),
            metrics.clone(),
        );
        let jobs = Jobs::new(
            store.clone(),
            assistant.clone(),
            providers.clone(),
            &settings.events,
            settings.alerts.clone(),
            http.clone(),
            clock.clone(),
        );
        let catch_up = CatchUp::new(
            store.clone(),
            providers.clone(),
            intake.clone(),
            &settings.twilio,
            clock.clone(),
        );
        let upkeep = Upkeep::new(store.clone(), minds.subscribe(), clock.clone());
        let backups = Backups::new(
            store.clone(),
            &settings.backup,
            settings.store.min_free_mb,
            Watch { alerts: alerts.clone(), metrics: metrics.clone() },
            clock.clone(),
        );
        let workers = Workers::new(
            store.clone(),
            assistant.clone(),
            providers.clone(),
            settings.sending.clone(),
            jobs,
            Watch { alerts, metrics: metrics.clone() },
            clock.clone(),
        );
        Ok(Arc::new(Self {
            looks: Arc::new(Looks::new(store.clone())),
            store,
            assistant,
            workers,
            catch_up,
            upkeep,
            backups,
            providers,
            settings,
            public_url,
            http,
            minds,
            intake,
            metrics,
            clock,
        }))
    }

    /// All routes. `stopping` makes it not ready.
    pub fn router(&self, stopping: CancellationToken) -> Router {
        http::router(self.shared(stopping))
    }

    /// The operators' commands.
    pub fn admin(&self) -> Router {
        let shared = self.shared(CancellationToken::new());
        let minds = self.minds.subscribe();
        let workers = self.workers.clone();
        http::admin::router(http::admin::Operators { shared, minds, workers })
    }

    /// Providers and people reach us under this URL from now on.
    pub fn moved_to(&self, url: Url) {
        self.public_url.send_replace(url);
    }

    fn shared(&self, stopping: CancellationToken) -> http::Shared {
        http::Shared {
            store: self.store.clone(),
            providers: self.providers.clone(),
            intake: self.intake.clone(),
            public_url: self.public_url.subscribe(),
            clock: self.clock.clone(),
            memory_api: self.settings.memory_api,
            looks: self.looks.clone(),
            metrics: self.metrics.clone(),
            stopping,
        }
    }

    /// Answers HTTP, and operators on their socket, until `stop`; no work is
    /// done.
    pub async fn answer(
        &self,
        doors: impl Into<http::Doors>,
        stop: CancellationToken,
    ) -> anyhow::Result<()> {
        let http::Doors { web, metrics } = doors.into();
        let router = self.router(stop.clone());
        let web = http::serve(web, router, self.clock.clone(), stop.clone());
        let watchers = async {
            let router = http::metrics::router(self.shared(stop.clone()));
            match metrics {
                Some(door) => http::serve(door, router, self.clock.clone(), stop.clone()).await,
                None => Ok(()),
            }
        };
        let looks = async {
            self.looks.run(&self.clock, &stop).await;
            Ok(())
        };
        let operators = self.answer_operators(stop.clone());
        tokio::try_join!(web, watchers, operators, looks).context("HTTP ended")?;
        self.looks.keep().await;
        Ok(())
    }

    /// Without the socket people are answered all the same.
    async fn answer_operators(&self, stop: CancellationToken) -> std::io::Result<()> {
        let socket = http::admin::socket(&self.settings.store.url);
        // Whoever listened before is gone, since the store was its own.
        let door = match os::listen(&socket) {
            Ok(door) => door,
            Err(error) => {
                let socket = socket.display();
                tracing::warn!(%socket, %error, "no socket for operators: commands need the program stopped");
                return Ok(());
            }
        };
        http::serve(door, self.admin(), self.clock.clone(), stop).await
    }

    /// Answers HTTP, does the work and follows the configuration until `stop`;
    /// what has begun by then is finished first.
    pub async fn serve(
        self: Arc<Self>,
        doors: impl Into<http::Doors>,
        stop: CancellationToken,
    ) -> anyhow::Result<()> {
        let workers = tokio::spawn({
            let (workers, stop) = (self.workers.clone(), stop.clone());
            async move { workers.run(stop).await }
        });
        let work = async { workers.await.context("the workers ended") };
        let follow = async {
            reload::follow(&self, &stop).await;
            Ok(())
        };
        let catch_up = async {
            self.catch_up.run(stop.clone()).await;
            Ok(())
        };
        let upkeep = async {
            self.upkeep.run(stop.clone()).await;
            Ok(())
        };
        let backups = async {
            self.backups.run(stop.clone()).await;
            Ok(())
        };
        let web = self.answer(doors, stop.clone());
        tokio::try_join!(web, work, follow, catch_up, upkeep, backups)?;
        // The last handle closes the store, which waits for its disk.
        tokio::task::spawn_blocking(move || drop(self)).await.context("closing the store")
    }

    /// Reads the configuration again; what can change in a running program
    /// does. On an error nothing changes.
    pub fn reload(&self) -> Result<Reloaded, config::Error> {
        let new = Settings::load(self.settings.sources.clone())?;
        let restart = new.needs_restart(&self.settings);
        let mut minds = minds(&new, &self.http, &self.clock, &self.metrics)?;
        // A number that waits for a restart to be gone keeps its business.
        for (name, mind) in self.minds.borrow().iter() {
            minds.entry(name.clone()).or_insert_with(|| mind.clone());
        }
        self.minds.send_replace(Arc::new(minds));
        Ok(Reloaded { restart, watched: reload::watched(&new) })
    }
}

async fn open(settings: &Settings, clock: Clock) -> Result<Arc<dyn Store>, StartError> {
    let (config, url) = (settings.store.clone(), settings.store.url.clone());
    let wanted = settings.events.wanted().to_vec();
    let opened = tokio::task::spawn_blocking(move || store::open(&config, &wanted, clock));
    let opened = opened.await.context("opening the store")?;
    opened.map_err(|error| match error {
        StoreError::Misconfigured(what) => settings.explain(&what).into(),
        error => StartError::Store { url, error },
    })
}

/// For calls of providers and models. No redirects: a token must not follow
/// one to another host.
pub fn client() -> anyhow::Result<reqwest::Client> {
    reqwest::Client::builder()
        .connect_timeout(CONNECT_TIMEOUT)
        .redirect(reqwest::redirect::Policy::none())
        .user_agent(concat!("olifant/", env!("CARGO_PKG_VERSION")))
        .build()
        .context("the HTTP client")
}

fn minds(
    settings: &Settings,
    http: &reqwest::Client,
    clock: &Clock,
    metrics: &Arc<Metrics>,
) -> Result<Minds, config::Error> {
    let mut minds = HashMap::new();
    for (name, config) in &settings.businesses {
        let folder = settings.server.templates_dir.as_deref();
        let mind = Mind::build(config.clone(), http.clone(), clock.clone(), folder);
        let mut mind = mind.map_err(|e| settings.explain(&e))?;
        if let Some(hangs) = &settings.sources.model_hangs {
            mind.model = Arc::new(Switched::new(mind.model, hangs.clone()));
        }
        let (own, metrics) = (name.clone(), metrics.clone());
        mind.model = Arc::new(Measured::new(mind.model, own, metrics, clock.clone()));
        for warning in mind.warnings() {
            tracing::warn!("{}", settings.explain(&warning));
        }
        let mind = Arc::new(mind);
        minds.insert(name.in_chat(), mind.clone());
        minds.insert(name.clone(), mind);
    }
    Ok(minds)
}

#[cfg(test)]
mod tests;
