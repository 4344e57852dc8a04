//! Stateful stand-ins for both providers over real HTTP, and a page that works
//! like a phone. `olifant dev` and the tests use the same ones. They share no
//! code with `provider`: a mistake made twice would hide itself.
//!
//! Nothing here calls any address but the app's own, and such of this machine
//! as were set as a callback.

mod accounts;
pub mod gate;
mod identifiers;
pub mod media;
pub mod meta;
mod phone;
pub mod phones;
mod post;
pub mod replay;
mod signing;
pub mod twilio;

use std::collections::VecDeque;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::Duration;

use axum::Router;
use axum::extract::{Request, State};
use axum::http::header;
use axum::middleware::{self, Next};
use axum::response::Response;
use jiff::Timestamp;
use serde_json::Value;
use tokio::sync::watch;

use crate::clock::Clock;
use gate::{Gate, Passage};
use media::{File, Media};
use phones::{Contact, Phones};

pub use accounts::{MetaAccount, Options, PhoneInfo, TwilioAccount};
pub use post::Answer;

/// A log holds so many entries: dev mode may run for weeks.
const LOGGED: usize = 1000;
/// So long after a person's last message the business may write freely.
const WINDOW: Duration = Duration::from_secs(24 * 3600);

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
    /// `GET`, `POST` or `DELETE`.
    pub method: &'static str,
    /// The path, without the query.
    pub path: String,
    /// The parsed JSON, or the form or query as an object of strings.
    pub body: Value,
    /// When it arrived.
    pub at: Timestamp,
}

/// Both providers and the phones of the people who write to the app.
pub struct Sandbox {
    clock: Clock,
    info: PhoneInfo,
    http: reqwest::Client,
    app: Mutex<AppAddress>,
    own_url: Mutex<Option<String>>,
    phones: Phones,
    media: Media,
    calls: watch::Sender<VecDeque<Call>>,
    under_way: watch::Sender<usize>,
    closed: watch::Sender<bool>,
    model_hangs: watch::Sender<bool>,
    meta: Vec<Desk<MetaAccount>>,
    twilio: Vec<Desk<TwilioAccount>>,
    set_up_at_meta: Mutex<meta::setup::Setup>,
    set_up_at_twilio: Mutex<twilio::setup::Setup>,
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
    /// In front of uploads: what befalls a send befalls them by their own.
    uploads: Gate,
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
            own_url: Mutex::default(),
            media: Media::default(),
            app: Mutex::new(AppAddress { url: trimmed(&options.app_url), public: None }),
            calls: watch::Sender::default(),
            under_way: watch::Sender::new(0),
            closed: watch::Sender::new(false),
            model_hangs: watch::Sender::new(false),
            set_up_at_meta: Mutex::new(meta::setup::Setup::of(&options.meta)),
            set_up_at_twilio: Mutex::new(twilio::setup::Setup::of(&options.twilio)),
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

    /// Where the stand-ins listen: links to media begin with it. Without it
    /// they begin with the name under which the sandbox was first called.
    pub fn set_own_url(&self, url: &str) {
        *lock(&self.own_url) = Some(trimmed(url));
    }

    /// Both APIs below `/graph` and `/twilio`, the hosts of their media, and the
    /// phone page at `/`.
    pub fn router(self: &Arc<Self>) -> Router {
        Router::new()
            .nest("/graph", meta::api::routes())
            .nest("/twilio", twilio::api::routes())
            .merge(meta::api::lookaside())
            .merge(twilio::api::cdn())
            // Twilio's `next_page_uri` starts at the root of its host.
            .merge(twilio::api::routes())
            .merge(phone::routes())
            .layer(middleware::from_fn_with_state(self.clone(), learn_own_url))
            .with_state(self.clone())
    }

    /// A file that a person sent or the app uploaded, by its id (Twilio: `ME…`).
    pub fn medium(&self, id: &str) -> Option<Arc<File>> {
        self.media.find(id)
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

    /// The switch of the page that lets the model hang, for whoever runs one.
    pub fn model_hangs(&self) -> watch::Receiver<bool> {
        self.model_hangs.subscribe()
    }

    /// Whether anybody listens to that switch.
    fn has_model(&self) -> bool {
        self.model_hangs.receiver_count() > 0
    }

    fn model_is_hung(&self) -> bool {
        *self.model_hangs.borrow()
    }

    fn hang_model(&self, hangs: bool) {
        self.model_hangs.send_replace(hangs);
    }

    /// Ends the page's open streams and the calls that hang, so that a server
    /// which waits for its connections can stop.
    pub fn close(&self) {
        self.closed.send_replace(true);
        self.meta.iter().for_each(|desk| {
            desk.gate.release();
            desk.uploads.release();
        });
        self.twilio.iter().for_each(|desk| desk.gate.release());
    }

    fn record(&self, method: &'static str, path: String, body: Value) {
        let call = Call { method, path, body, at: self.clock.now() };
        self.calls.send_modify(|calls| keep(calls, call));
    }

    /// The address at which we reach a URL that the app gave us as its own.
    fn reach(&self, url: &str) -> Option<String> {
        let app = lock(&self.app);
        let public = app.public.as_deref().unwrap_or(&app.url);
        let rest = url.strip_prefix(public).or_else(|| url.strip_prefix(&app.url))?;
        rest.starts_with(['/', '?']).then(|| format!("{}{rest}", app.url))
    }

    /// The same, or an address of this machine: a program beside the app.
    fn callable(&self, url: &str) -> Option<String> {
        let near = |url: &str| match url::Url::parse(url).ok()?.host()? {
            url::Host::Ipv4(ip) => ip.is_loopback().then(|| url.to_owned()),
            url::Host::Ipv6(ip) => ip.is_loopback().then(|| url.to_owned()),
            url::Host::Domain(name) => (name == "localhost").then(|| url.to_owned()),
        };
        self.reach(url).or_else(|| near(url))
    }

    /// What becomes of a message to this person that is no template.
    fn passage(&self, gate: &Gate, account: &str, contact: &Contact) -> Passage {
        let heard = self.phones.read(|book| book.chat(account, contact)?.heard_at);
        let now = self.clock.now();
        gate.passage(heard.is_some_and(|at| now < at + WINDOW))
    }

    fn own_url(&self, path: &str) -> String {
        format!("{}{path}", lock(&self.own_url).as_deref().unwrap_or("http://127.0.0.1"))
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
            uploads: Gate::default(),
            receipts: Mutex::default(),
            posted: Mutex::default(),
        }
    }

    fn reports_by_itself(&self) -> bool {
        *lock(&self.receipts) == Receipts::Automatic
    }
}

async fn learn_own_url(
    State(sandbox): State<Arc<Sandbox>>,
    request: Request,
    next: Next,
) -> Response {
    let host = request.headers().get(header::HOST).and_then(|host| host.to_str().ok());
    if let Some(host) = host {
        lock(&sandbox.own_url).get_or_insert_with(|| format!("http://{host}"));
    }
    next.run(request).await
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
