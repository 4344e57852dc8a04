//! How a command reaches the program: by the socket of the one that runs, or,
//! if none does, by opening the store itself. The commands are the same.

use std::fmt::Display;
use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::time::Duration;

use anyhow::{Context, anyhow};
use axum::body::{Body, BodyDataStream, Bytes, to_bytes};
use axum::http::header::CONTENT_TYPE;
use axum::http::{Method, Request, StatusCode};
use futures_util::StreamExt;
use serde::Serialize;
use serde::de::DeserializeOwned;
use tower::ServiceExt;
use url::form_urlencoded;

use super::{Failure, dev, make_store_folder, note, start_logging};
use crate::app::{App, StartError};
use crate::clock::Clock;
use crate::config::{Settings, Sources};
use crate::http::admin;
use crate::http::error::Problem;
use crate::http::messages_api::KEY;
use crate::os;
use crate::store::StoreError;
use crate::telemetry::Format;

/// A command is a few reads and one write.
const PATIENCE: Duration = Duration::from_secs(60);

/// Opening a store waits two seconds for whoever holds it.
const ATTEMPTS: u32 = 5;

/// What a command does where there is no store.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Missing {
    /// It says so.
    Refuse,
    /// It makes one.
    Make,
}

/// The olifant that was asked is no more.
#[derive(Debug, thiserror::Error)]
#[error("the olifant at {} ended before it answered; do it again", .0.display())]
pub struct Ended(PathBuf);

/// The olifant that was asked did not say it to the end.
#[derive(Debug, thiserror::Error)]
#[error("the olifant at {} broke off; its log says why, do it again", .0.display())]
pub struct BrokenOff(PathBuf);

/// Which program is meant, and how it is told what came of it.
#[derive(Debug, clap::Args)]
pub struct Reach {
    /// The configuration; without it ./olifant.toml, if it is there, and the
    /// environment.
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
    missing: Missing,
    needs_model: bool,
}

impl Ask {
    /// A look.
    pub fn get(path: &str) -> Self {
        let (path, patience) = (path.to_owned(), Some(PATIENCE));
        let (method, missing) = (Method::GET, Missing::Refuse);
        Self { method, path, body: Vec::new(), key: None, patience, missing, needs_model: false }
    }

    /// A change.
    pub fn post(path: &str, body: &impl Serialize) -> Result<Self, Failure> {
        let body = serde_json::to_vec(body).context("the request")?;
        Ok(Self { method: Method::POST, body, missing: Missing::Make, ..Self::get(path) })
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

    /// It needs what is there already.
    pub fn of_what_is_there(mut self) -> Self {
        self.missing = Missing::Refuse;
        self
    }

    /// The model that is configured answers it.
    pub fn of_the_model(mut self) -> Self {
        self.needs_model = true;
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
    /// model, no number and no store.
    pub fn settings(&self) -> Result<Settings, Failure> {
        start_logging(Format::Human, "error")?;
        match &self.dev {
            Some(dir) => dev::settings_of(self.config.clone(), dir),
            None => Ok(Settings::load(Sources::lenient(self.config.clone()))?),
        }
    }

    /// Asks, and reads the answer.
    pub async fn ask<T: DeserializeOwned>(&self, ask: Ask) -> Result<T, Failure> {
        start_logging(Format::Human, "error")?;
        let sources = match ask.needs_model {
            true => Sources { without_numbers: true, ..Sources::new(self.config.clone()) },
            false => Sources::lenient(self.config.clone()),
        };
        let line = self.dial(ask.missing, sources).await?;
        let answer = line.ask(ask).await;
        line.hang_up().await?;
        answer
    }

    /// For asking several things.
    pub async fn connect(&self, missing: Missing) -> Result<Line, Failure> {
        start_logging(Format::Human, "error")?;
        self.dial(missing, Sources::lenient(self.config.clone())).await
    }

    /// For talking to the assistant.
    pub async fn connect_to_talk(&self) -> Result<Line, Failure> {
        // Whoever waits for the answer is told why there is none.
        start_logging(Format::Human, "off")?;
        self.dial(Missing::Make, Sources::lenient(self.config.clone())).await
    }

    async fn dial(&self, missing: Missing, sources: Sources) -> Result<Line, Failure> {
        match &self.dev {
            Some(dir) => to_dev(dir).await,
            None => to_served(missing, sources).await,
        }
    }
}

/// Who holds the store is done soon if it is a command, and answers soon
/// if it is an olifant that starts. Opening waits for it each time.
async fn to_served(missing: Missing, sources: Sources) -> Result<Line, Failure> {
    let mut attempt = 0;
    loop {
        attempt += 1;
        let settings = Settings::load(sources.clone())?;
        let socket = admin::socket(&settings.store.url);
        if os::is_answered(&socket).await {
            return Ok(Line::Socket(socket));
        }
        find_or_make(&settings, &socket, missing)?;
        match App::start(settings, Clock::system()).await {
            Ok(app) => return Ok(Line::Process(app)),
            Err(error) if !is_held(&error) => return Err(error.into()),
            Err(_) if attempt == ATTEMPTS => return Err(at_work(&socket)),
            Err(_) if attempt == 1 => note("another command is at work on the store; waiting"),
            Err(_) => {}
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

    /// Asks for something long, and reads it as it comes.
    pub async fn stream(&self, ask: Ask) -> Result<Incoming, Failure> {
        let (status, incoming) = match self {
            Self::Socket(socket) => {
                let answer = send(socket, ask).await?;
                (answer.status(), Incoming::Socket(socket.clone(), answer))
            }
            Self::Process(app) => {
                let answer = app.admin().oneshot(ask.request::<Body>()?).await;
                let (parts, body) = answer.unwrap_or_else(|never| match never {}).into_parts();
                (parts.status, Incoming::Process(body.into_data_stream()))
            }
        };
        match status.is_success() {
            true => Ok(incoming),
            false => Err(problem(status, &incoming.whole().await?).into()),
        }
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

/// An answer that is still coming.
pub enum Incoming {
    /// From the program that runs.
    Socket(PathBuf, reqwest::Response),
    /// From this one.
    Process(BodyDataStream),
}

impl Incoming {
    /// The next piece; `None` = that was all.
    pub async fn next(&mut self) -> anyhow::Result<Option<Bytes>> {
        match self {
            Self::Socket(socket, answer) => {
                answer.chunk().await.map_err(|_| anyhow!(BrokenOff(socket.clone())))
            }
            Self::Process(body) => Ok(body.next().await.transpose()?),
        }
    }

    async fn whole(mut self) -> anyhow::Result<Vec<u8>> {
        let mut whole = Vec::new();
        while let Some(piece) = self.next().await? {
            whole.extend(piece);
        }
        Ok(whole)
    }
}

async fn to_dev(dir: &Path) -> Result<Line, Failure> {
    let line = to_running(&format!("sled:{}", dev::store_in(dir).display())).await;
    Ok(line.with_context(|| format!("no olifant dev runs on {}; start one", dir.display()))?)
}

/// The way to the program that has this store open (`store.url`) and answers,
/// if one does.
pub async fn to_running(store_url: &str) -> Option<Line> {
    let socket = admin::socket(store_url);
    os::is_answered(&socket).await.then_some(Line::Socket(socket))
}

async fn over_socket(socket: &Path, ask: Ask) -> anyhow::Result<(StatusCode, Vec<u8>)> {
    let answer = send(socket, ask).await?;
    let status = answer.status();
    let body = answer.bytes().await.map_err(|error| unanswered(socket, &error))?;
    Ok((status, body.to_vec()))
}

async fn send(socket: &Path, ask: Ask) -> anyhow::Result<reqwest::Response> {
    let client = os::client(socket);
    let client = match ask.patience {
        Some(patience) => client.timeout(patience),
        None => client,
    };
    let request: Request<Vec<u8>> = ask.request()?;
    let answer = client.build()?.execute(request.try_into()?).await;
    answer.map_err(|error| unanswered(socket, &error))
}

fn unanswered(socket: &Path, error: &reqwest::Error) -> anyhow::Error {
    match error.is_timeout() {
        true => anyhow!("the olifant at {} takes too long to answer", socket.display()),
        false => Ended(socket.to_owned()).into(),
    }
}

/// A store that is not there is made by what writes, and by nothing else: a
/// command in the wrong directory would otherwise work on nothing.
fn find_or_make(settings: &Settings, socket: &Path, missing: Missing) -> Result<(), Failure> {
    let folder = socket.parent().unwrap_or(Path::new("."));
    if folder.join("data").exists() {
        return Ok(());
    }
    let shown = std::path::absolute(folder).unwrap_or_else(|_| folder.to_owned());
    let shown = shown.display();
    match missing {
        Missing::Refuse => {
            let remedy = "look at store.url; olifant serve makes a store";
            Err(anyhow!("there is no store in {shown}; {remedy}").into())
        }
        Missing::Make => {
            make_store_folder(settings)?;
            note(&format!("a new store is made in {shown}"));
            Ok(())
        }
    }
}

/// Nobody else can open it.
fn is_held(error: &StartError) -> bool {
    matches!(error, StartError::Store { error: StoreError::Held(_), .. })
}

fn at_work(socket: &Path) -> Failure {
    let folder = socket.parent().unwrap_or(Path::new(".")).display();
    let socket = socket.display();
    anyhow!(
        "another command is still at work on the store in {folder}, or an olifant that does not \
         answer at {socket}; try again when it is done, or end it"
    )
    .into()
}

async fn call(app: &App, ask: Ask) -> anyhow::Result<(StatusCode, Vec<u8>)> {
    let request: Request<Body> = ask.request()?;
    let response = app.admin().oneshot(request).await?;
    let status = response.status();
    Ok((status, to_bytes(response.into_body(), usize::MAX).await?.to_vec()))
}

fn answer<T: DeserializeOwned>(status: StatusCode, body: &[u8]) -> anyhow::Result<T> {
    if !status.is_success() {
        return Err(problem(status, body));
    }
    let body = if body.is_empty() { b"null" } else { body };
    serde_json::from_slice(body).context("another version of olifant answers")
}

fn problem(status: StatusCode, body: &[u8]) -> anyhow::Error {
    let problem: Result<Problem, _> = serde_json::from_slice(body);
    problem.map_or_else(|_| anyhow!("it answered {status}"), Into::into)
}
