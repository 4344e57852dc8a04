//! How a command reaches the program: by the socket of the one that runs, or,
//! if none does, by opening the store itself. The commands are the same.

use std::fmt::Display;
use std::io::Write;
use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::time::Duration;

use anyhow::{Context, anyhow};
use axum::body::{Body, to_bytes};
use axum::http::header::CONTENT_TYPE;
use axum::http::{Method, Request, StatusCode};
use serde::Serialize;
use serde::de::DeserializeOwned;
use tokio::net::UnixStream;
use tower::ServiceExt;
use url::form_urlencoded;

use super::{Failure, dev, make_store_folder, start_logging};
use crate::app::App;
use crate::clock::Clock;
use crate::config::{Settings, Sources};
use crate::http::admin;
use crate::http::error::Problem;
use crate::http::messages_api::KEY;
use crate::store;
use crate::telemetry::Format;

/// A command is a few reads and one write.
const PATIENCE: Duration = Duration::from_secs(60);

/// Which program is meant, and how it is told what came of it.
#[derive(Debug, clap::Args)]
pub struct Reach {
    /// The configuration that the program is served with; without it only the
    /// environment counts.
    #[arg(long, short, value_name = "FILE", env = "OLIFANT_CONFIG")]
    pub config: Option<PathBuf>,
    /// The `olifant dev` that runs on this folder is meant.
    #[arg(long, value_name = "DIR")]
    pub dev: Option<PathBuf>,
    /// Print JSON.
    #[arg(long)]
    pub json: bool,
}

/// What a command asks for.
pub struct Ask {
    method: Method,
    path: String,
    body: Vec<u8>,
    key: Option<String>,
    patience: Option<Duration>,
}

impl Ask {
    /// A look.
    pub fn get(path: &str) -> Self {
        let (path, patience) = (path.to_owned(), Some(PATIENCE));
        Self { method: Method::GET, path, body: Vec::new(), key: None, patience }
    }

    /// A change.
    pub fn post(path: &str, body: &impl Serialize) -> Result<Self, Failure> {
        let body = serde_json::to_vec(body).context("the request")?;
        Ok(Self { method: Method::POST, body, ..Self::get(path) })
    }

    /// The end of something.
    pub fn delete(path: &str) -> Self {
        Self { method: Method::DELETE, ..Self::get(path) }
    }

    /// Once, however often it is asked for under this key.
    pub fn once(mut self, key: Option<String>) -> Self {
        self.key = key;
        self
    }

    /// What else is asked, by name.
    pub fn with(mut self, name: &str, value: Option<impl Display>) -> Self {
        if let Some(value) = value {
            let mark = if self.path.contains('?') { '&' } else { '?' };
            let pair = form_urlencoded::Serializer::new(String::new())
                .append_pair(name, &value.to_string())
                .finish();
            self.path = format!("{}{mark}{pair}", self.path);
        }
        self
    }

    /// However long the answer takes.
    pub fn at_leisure(mut self) -> Self {
        self.patience = None;
        self
    }

    fn request<B: From<Vec<u8>>>(self) -> anyhow::Result<Request<B>> {
        let request =
            Request::builder().method(self.method).uri(format!("http://admin{}", self.path));
        let request = request.header(CONTENT_TYPE, "application/json");
        let request = self.key.into_iter().fold(request, |request, key| request.header(KEY, key));
        request.body(self.body.into()).context("the command can't be put into words")
    }
}

impl Reach {
    /// What it is configured with, for what needs nothing else of it: no
    /// model and no store.
    pub fn settings(&self) -> Result<Settings, Failure> {
        start_logging(Format::Human, "error")?;
        match &self.dev {
            Some(dir) => dev::settings_of(self.config.clone(), dir),
            None => {
                let sources = Sources::new(self.config.clone());
                Ok(Settings::load(Sources { demo_without_model: true, ..sources })?)
            }
        }
    }

    /// Asks, and reads the answer.
    pub async fn ask<T: DeserializeOwned>(&self, ask: Ask) -> Result<T, Failure> {
        let line = self.connect().await?;
        let answer = line.ask(ask).await;
        line.hang_up().await?;
        answer
    }

    /// For asking several things.
    pub async fn connect(&self) -> Result<Line, Failure> {
        start_logging(Format::Human, "error")?;
        match &self.dev {
            Some(dir) => to_dev(dir).await,
            None => {
                let settings = Settings::load(Sources::new(self.config.clone()))?;
                let socket = admin::socket(&settings.store);
                match is_answered(&socket).await {
                    true => Ok(Line::Socket(socket)),
                    false => in_process(settings, &socket).await,
                }
            }
        }
    }
}

/// The way to a program.
pub enum Line {
    /// One that runs.
    Socket(PathBuf),
    /// None runs: this one has opened the store itself.
    Process(Arc<App>),
}

impl Line {
    /// Asks, and reads the answer.
    pub async fn ask<T: DeserializeOwned>(&self, ask: Ask) -> Result<T, Failure> {
        let (status, body) = match self {
            Self::Socket(socket) => over_socket(socket, ask).await?,
            Self::Process(app) => call(app, ask).await?,
        };
        Ok(answer(status, &body)?)
    }

    /// The last handle closes the store, which waits for its disk.
    pub async fn hang_up(self) -> Result<(), Failure> {
        match self {
            Self::Socket(_) => Ok(()),
            Self::Process(app) => Ok(tokio::task::spawn_blocking(move || drop(app))
                .await
                .context("closing the store")?),
        }
    }
}

async fn to_dev(dir: &Path) -> Result<Line, Failure> {
    let url = format!("sled:{}", dev::store_in(dir).display());
    let socket = admin::socket(&store::Config {
        url,
        cache_mb: 0,
        min_free_mb: 0,
        key: None,
        key_previous: None,
    });
    match is_answered(&socket).await {
        true => Ok(Line::Socket(socket)),
        false => Err(anyhow!("no olifant dev runs on {}; start one", dir.display()).into()),
    }
}

async fn is_answered(socket: &Path) -> bool {
    UnixStream::connect(socket).await.is_ok()
}

async fn over_socket(socket: &Path, ask: Ask) -> anyhow::Result<(StatusCode, Vec<u8>)> {
    let client = reqwest::Client::builder().unix_socket(socket);
    let client = match ask.patience {
        Some(patience) => client.timeout(patience),
        None => client,
    };
    let request: Request<Vec<u8>> = ask.request()?;
    let answer = client.build()?.execute(request.try_into()?).await;
    let answer = answer.with_context(|| format!("no answer at {}", socket.display()))?;
    let status = answer.status();
    Ok((status, answer.bytes().await?.to_vec()))
}

async fn in_process(settings: Settings, socket: &Path) -> Result<Line, Failure> {
    make_store_folder(&settings)?;
    note_if_new(socket);
    let app = App::start(settings, Clock::system()).await;
    app.map(Line::Process).map_err(|error| not_opened(socket, error.into()))
}

/// An olifant that has the store open and does not answer is the likely reason.
fn not_opened(socket: &Path, failure: Failure) -> Failure {
    match failure {
        Failure::Running(error) => {
            let silent = format!("no olifant answers at {}", socket.display());
            Failure::Running(error.context(silent))
        }
        configuration => configuration,
    }
}

/// A command in the wrong directory would otherwise work on nothing, and
/// succeed.
fn note_if_new(socket: &Path) {
    let Some(folder) = socket.parent().filter(|folder| !folder.join("data").exists()) else {
        return;
    };
    let folder = std::path::absolute(folder).unwrap_or_else(|_| folder.to_owned());
    // Nobody is left to tell if stderr is closed.
    let _ = writeln!(std::io::stderr(), "olifant: a new store is made in {}", folder.display());
}

async fn call(app: &App, ask: Ask) -> anyhow::Result<(StatusCode, Vec<u8>)> {
    let request: Request<Body> = ask.request()?;
    let response = app.admin().oneshot(request).await?;
    let status = response.status();
    Ok((status, to_bytes(response.into_body(), usize::MAX).await?.to_vec()))
}

fn answer<T: DeserializeOwned>(status: StatusCode, body: &[u8]) -> anyhow::Result<T> {
    if !status.is_success() {
        let problem: Result<Problem, _> = serde_json::from_slice(body);
        return Err(problem.map_or_else(|_| anyhow!("it answered {status}"), Into::into));
    }
    let body = if body.is_empty() { b"null" } else { body };
    serde_json::from_slice(body).context("another version of olifant answers")
}
