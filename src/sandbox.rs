//! Stateful stand-ins for both providers over real HTTP, and a page that works
//! like a phone. `olifant dev` and the tests use the same ones. They share no
//! code with `provider`: a mistake made twice would hide itself.
//!
//! Nothing here calls any address but the app's own.

pub mod gate;
mod identifiers;
pub mod meta;
mod phone;
pub mod phones;
mod post;
pub mod replay;
mod signing;
pub mod twilio;

use std::collections::VecDeque;
use std::path::PathBuf;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use axum::Router;
use secrecy::SecretString;
use serde_json::Value;
use tokio::sync::watch;

use crate::clock::Clock;
use gate::Gate;
use phones::Phones;

pub use post::Answer;

/// A log holds so many entries: dev mode may run for weeks.
const LOGGED: usize = 1000;

/// What a sandbox stands in for.
pub struct Options {
    /// Where the app listens: `http://127.0.0.1:8080`. May be set later.
    pub app_url: String,
    /// Numbers of the Cloud API; the phone page writes to the first.
    pub meta: Vec<MetaAccount>,
    /// Senders of Twilio; the phone page writes to the first.
    pub twilio: Vec<TwilioAccount>,
    /// Keeps the chats over a restart.
    pub state_file: Option<PathBuf>,
    /// The time.
    pub clock: Clock,
    /// Shown on the phone page.
    pub info: PhoneInfo,
}

/// A number of the Cloud API and its secrets.
#[derive(Clone)]
pub struct MetaAccount {
    /// The phone number **id**.
    pub phone_number_id: String,
    /// The phone number, digits only.
    pub display_number: String,
    /// What the app must send as Bearer.
    pub access_token: SecretString,
    /// Signs the webhooks.
    pub app_secret: SecretString,
    /// Answers the GET handshake.
    pub verify_token: SecretString,
}

/// A sender of Twilio and its secrets.
#[derive(Clone)]
pub struct TwilioAccount {
    /// `AC…`.
    pub account_sid: String,
    /// The password of the API, and the key of the webhooks' signatures.
    pub auth_token: SecretString,
    /// `whatsapp:+15550100000`.
    pub from: String,
}

/// What the phone page tells about the assistant behind it.
#[derive(Clone, Debug, Default, serde::Serialize)]
pub struct PhoneInfo {
    /// Which model answers.
    pub model: String,
    /// What leaves this machine, in a sentence.
    pub leaves: String,
}

/// Whether the stand-ins report by themselves what became of a message.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Receipts {
    /// Sent, delivered and read, in that order, as soon as it was accepted.
    #[default]
    Automatic,
    /// Only what a test sends with `send_status`.
    Manual,
}

/// A call that the app made, logged when it arrived.
#[derive(Clone)]
pub struct Call {
    /// `GET` or `POST`.
    pub method: &'static str,
    /// The path, without the query.
    pub path: String,
    /// The parsed JSON, or the form or query as an object of strings.
    pub body: Value,
}

/// Both providers and the phones of the people who write to the app.
pub struct Sandbox {
    clock: Clock,
    info: PhoneInfo,
    http: reqwest::Client,
    app: Mutex<AppAddress>,
    phones: Phones,
    calls: watch::Sender<VecDeque<Call>>,
    under_way: watch::Sender<usize>,
    closed: watch::Sender<bool>,
    meta: Vec<Desk<MetaAccount>>,
    twilio: Vec<Desk<TwilioAccount>>,
}

/// The app's address as we reach it, and as the providers know it.
struct AppAddress {
    url: String,
    public: Option<String>,
}

/// An account together with what happens to its calls.
struct Desk<A> {
    account: A,
    gate: Gate,
    receipts: Mutex<Receipts>,
    /// Bodies of the newest webhooks with messages, so that they can come once more.
    posted: Mutex<VecDeque<String>>,
}

impl Sandbox {
    /// Stand-ins with the chats of the state file, if there is one.
    pub fn new(options: Options) -> Arc<Self> {
        let sandbox = Arc::new(Self {
            phones: Phones::open(options.state_file),
            clock: options.clock,
            info: options.info,
            http: post::client(),
            app: Mutex::new(AppAddress { url: trimmed(&options.app_url), public: None }),
            calls: watch::Sender::default(),
            under_way: watch::Sender::new(0),
            closed: watch::Sender::new(false),
            meta: options.meta.into_iter().map(Desk::new).collect(),
            twilio: options.twilio.into_iter().map(Desk::new).collect(),
        });
        phone::introduce(&sandbox);
        sandbox
    }

    /// Where the app listens from now on.
    pub fn set_app_url(&self, url: &str) {
        lock(&self.app).url = trimmed(url);
    }

    /// The app's public address, where it isn't the one it listens on: Twilio
    /// signs the public one.
    pub fn set_public_url(&self, url: &str) {
        lock(&self.app).public = Some(trimmed(url));
    }

    /// Both APIs below `/graph` and `/twilio`, and the phone page at `/`.
    pub fn router(self: &Arc<Self>) -> Router {
        Router::new()
            .nest("/graph", meta::api::routes())
            .nest("/twilio", twilio::api::routes())
            .merge(phone::routes())
            .with_state(self.clone())
    }

    /// The number at this place of the options.
    pub fn meta(self: &Arc<Self>, index: usize) -> meta::Number {
        meta::Number::new(self, index)
    }

    /// The sender at this place of the options.
    pub fn twilio(self: &Arc<Self>, index: usize) -> twilio::Number {
        twilio::Number::new(self, index)
    }

    /// The newest calls of the app (1000 at most), in the order they arrived.
    pub fn calls(&self) -> Vec<Call> {
        self.calls.borrow().iter().cloned().collect()
    }

    /// The first call that fits, as soon as it has arrived.
    pub async fn called(&self, fits: impl Fn(&Call) -> bool) -> Call {
        let mut calls = self.calls.subscribe();
        // The sender lives in `self`, so waiting can't fail.
        let found = calls.wait_for(|calls| calls.iter().any(&fits)).await;
        let calls = found.map(|calls| calls.clone()).unwrap_or_default();
        calls.into_iter().find(fits).unwrap_or_else(|| unreachable!("it was just there"))
    }

    /// Resolves when no webhook is under way.
    pub async fn settled(&self) {
        // The sender lives in `self`, so waiting can't fail.
        let _ = self.under_way.subscribe().wait_for(|count| *count == 0).await;
    }

    /// Ends the page's open streams and the calls that hang, so that a server
    /// which waits for its connections can stop.
    pub fn close(&self) {
        self.closed.send_replace(true);
        self.meta.iter().for_each(|desk| desk.gate.release());
        self.twilio.iter().for_each(|desk| desk.gate.release());
    }

    fn record(&self, method: &'static str, path: String, body: Value) {
        self.calls.send_modify(|calls| keep(calls, Call { method, path, body }));
    }

    /// The address at which we reach a URL that the app gave us as its own.
    fn reach(&self, url: &str) -> Option<String> {
        let app = lock(&self.app);
        let public = app.public.as_deref().unwrap_or(&app.url);
        let rest = url.strip_prefix(public).or_else(|| url.strip_prefix(&app.url))?;
        rest.starts_with(['/', '?']).then(|| format!("{}{rest}", app.url))
    }

    fn app_url(&self, path: &str) -> String {
        format!("{}{path}", lock(&self.app).url)
    }

    fn public_url(&self, path: &str) -> String {
        let app = lock(&self.app);
        format!("{}{path}", app.public.as_deref().unwrap_or(&app.url))
    }
}

impl<A> Desk<A> {
    fn new(account: A) -> Self {
        Self {
            account,
            gate: Gate::default(),
            receipts: Mutex::default(),
            posted: Mutex::default(),
        }
    }

    fn reports_by_itself(&self) -> bool {
        *lock(&self.receipts) == Receipts::Automatic
    }
}

/// Adds an entry to a log; the oldest makes room.
fn keep<T>(log: &mut VecDeque<T>, entry: T) {
    if log.len() == LOGGED {
        log.pop_front();
    }
    log.push_back(entry);
}

fn trimmed(url: &str) -> String {
    url.trim_end_matches('/').to_owned()
}

fn lock<T>(mutex: &Mutex<T>) -> MutexGuard<'_, T> {
    mutex.lock().unwrap_or_else(PoisonError::into_inner)
}

#[cfg(test)]
mod tests;
