//! What a provider does: verify, parse, send, upload, signal, look up, and say
//! what its limits are. One value speaks for all numbers of its kind.
//!
//! To add a provider: one file with one folder for its wire format, one
//! variant of [`NumberConfig`] (the compiler then names the places that must
//! know it) and one route in `http.rs`.

mod exchange;
mod identity;
mod lenient;
pub mod manage;
pub mod meta;
mod signature;
#[cfg(test)]
mod stand_in;
pub mod terminal;
pub mod twilio;
pub mod webhook;

use std::collections::BTreeMap;
use std::sync::Arc;
use std::time::Duration;

use async_trait::async_trait;
use tokio::sync::watch;
use url::Url;

use crate::clock::Clock;
use crate::domain::content::Template;
use crate::domain::event::{Event, Receipt};
use crate::domain::failure::SendError;
use crate::domain::id::{Business, MessageId, Number, NumberName, ProviderId};
use crate::domain::message::Message;
use crate::domain::pace::Rate;
use crate::domain::person::Address;
use meta::Meta;
use terminal::Terminal;
use twilio::Twilio;
use webhook::{Rejected, Verified, WebhookRequest};

/// A way to reach people.
#[async_trait]
pub trait Provider: Send + Sync {
    /// Checks the signature over the raw bytes. The secret that matched
    /// decides which numbers the body may speak for.
    fn verify(&self, request: &WebhookRequest) -> Result<Verified, Rejected>;

    /// Reads a verified body element by element.
    fn parse(&self, verified: Verified) -> Parsed;

    /// Sends one message. The delivery's id travels with it.
    async fn send(&self, parcel: &Parcel<'_>) -> Result<ProviderId, SendError>;

    /// Leaves a file with the provider. What it returns stands as the
    /// reference of [`Media`](crate::domain::content::Media) that are sent
    /// from the same number. Some take files by link only, which they say by
    /// refusing. Doing it twice costs nothing.
    async fn upload(&self, number: &NumberName, file: Upload) -> Result<String, SendError>;

    /// Shows the person that their message was read, and typing dots. Best
    /// effort: a failure is nobody's business.
    async fn signal(&self, number: &NumberName, message: &ProviderId);

    /// Whether a delivery that nobody answered for went out after all.
    async fn lookup(&self, parcel: &Parcel<'_>) -> Lookup;

    /// What fits, and how fast, on this number.
    fn limits(&self, number: &NumberName) -> Limits;
}

/// A message addressed and numbered.
#[derive(Clone, Debug)]
pub struct Parcel<'a> {
    /// From which number of ours.
    pub number: &'a NumberName,
    /// To whom.
    pub to: &'a Address,
    /// What.
    pub message: &'a Message,
    /// Comes back in the receipts.
    pub delivery: MessageId,
    /// When the first attempt to send it began.
    pub since: jiff::Timestamp,
}

/// A file to be sent.
#[derive(Clone)]
pub struct Upload {
    /// What the person sees, if it is a document.
    pub name: String,
    /// Its type: `image/png`.
    pub mime: String,
    /// What is in it.
    pub bytes: Vec<u8>,
}

/// What a webhook's body held.
#[derive(Debug, Default)]
pub struct Parsed {
    /// What can be read, with the number each element is for, in order.
    pub events: Vec<(NumberName, Event)>,
    /// Elements for numbers that the secret does not speak for, or that are
    /// not configured.
    pub foreign: usize,
    /// Signed, but not readable.
    pub unreadable: usize,
    /// Kinds that we knowingly do nothing with.
    pub ignored: usize,
    /// What the provider tells of our account that an operator has to know,
    /// in a sentence without anybody's words or numbers.
    pub notices: Vec<(NumberName, String)>,
}

/// What a provider knows of a delivery.
#[derive(Clone, Debug, PartialEq)]
pub enum Lookup {
    /// It has messages that can be this one, and what became of each. Equal
    /// words may have been sent twice: those known of other deliveries are not
    /// it.
    Found(Vec<Receipt>),
    /// It has no trace of it.
    Absent,
    /// It can't be asked, or can't tell.
    Unknown,
    /// It did not answer: it can be asked again.
    Unanswered,
}

/// What fits into a message of a number, and how fast they may go.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Limits {
    /// The longest text, in UTF-16 units.
    pub text: usize,
    /// Whether a reply can quote.
    pub quotes: bool,
    /// Whether an emoji can be put on a message.
    pub reactions: bool,
    /// Whether a template is named together with its language.
    pub languages: bool,
    /// Whether files can be left with the provider and sent by their id.
    pub uploads: bool,
    /// To one person.
    pub pair: Rate,
    /// In all.
    pub number: Rate,
}

/// What WhatsApp takes for one person: a message every six seconds, and this
/// many ahead of time.
const PAIR: Rate = Rate { every: Duration::from_secs(6), burst: 45 };

fn per_second(messages: u32) -> Rate {
    Rate { every: Duration::from_secs(1) / messages.max(1), burst: 1 }
}

/// `numbers.NAME.business` if it is not set.
fn default_business() -> String {
    "main".into()
}

/// `numbers.NAME.messages_per_s` if it is not set: half of what WhatsApp takes
/// from a new number, since what comes in counts too.
fn default_messages_per_s() -> u32 {
    40
}

/// `numbers.NAME.free_service_messages` if it is not set: what WhatsApp gives
/// away since October 2026.
fn default_free_service_messages() -> u32 {
    1000
}

/// What an operator has said of a number that is no provider's business.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Terms {
    /// How it is reached, as the configuration has it.
    pub provider: String,
    /// Whose number it is.
    pub business: Business,
    /// So many messages arrive free each month.
    pub free_service_messages: u32,
    /// What goes out instead once a person's 24 hours are over.
    pub window_template: Option<Template>,
}

/// `[numbers.NAME]`, as its `provider` says.
#[derive(Clone, Debug)]
pub enum NumberConfig {
    /// `provider = "meta"`.
    Meta(meta::Config),
    /// `provider = "twilio"`.
    Twilio(twilio::Config),
}

impl NumberConfig {
    /// The business that the number speaks for.
    pub fn business(&self) -> Business {
        self.terms().business
    }

    /// What an operator has said of it.
    pub fn terms(&self) -> Terms {
        let (provider, business, free_service_messages, window_template) = match self {
            Self::Meta(c) => {
                (&c.provider, &c.business, c.free_service_messages, &c.window_template)
            }
            Self::Twilio(c) => {
                (&c.provider, &c.business, c.free_service_messages, &c.window_template)
            }
        };
        Terms {
            provider: provider.clone(),
            business: Business::from(business.as_str()),
            free_service_messages,
            window_template: window_template.clone(),
        }
    }
}

/// Which provider reaches which of our numbers.
pub struct Providers {
    meta: Option<Arc<Meta>>,
    twilio: Option<Arc<Twilio>>,
    terminal: Arc<Terminal>,
    /// The same, as what reaches people.
    at_terminals: Arc<dyn Provider>,
    numbers: BTreeMap<NumberName, (Terms, Arc<dyn Provider>)>,
}

impl Providers {
    /// One value for each kind of provider that has a number. `public_url` is
    /// where the providers reach us at the moment.
    pub fn new(
        configs: BTreeMap<NumberName, NumberConfig>,
        public_url: watch::Receiver<Url>,
        http: reqwest::Client,
        clock: Clock,
    ) -> Self {
        let terms: Vec<_> = configs.iter().map(|(n, config)| (n.clone(), config.terms())).collect();
        let (mut metas, mut twilios) = (Vec::new(), Vec::new());
        for (name, config) in configs {
            match config {
                NumberConfig::Meta(config) => metas.push((name, config)),
                NumberConfig::Twilio(config) => twilios.push((name, config)),
            }
        }
        let at_meta: Vec<NumberName> = metas.iter().map(|(name, _)| name.clone()).collect();
        let meta = some(metas).map(|own| Arc::new(Meta::new(own, http.clone(), clock.clone())));
        let twilio = some(twilios).map(|own| Arc::new(Twilio::new(own, public_url, http, clock)));
        let reached_by = |name: &NumberName| -> Option<Arc<dyn Provider>> {
            match at_meta.contains(name) {
                true => meta.clone().map(|meta| meta as Arc<dyn Provider>),
                false => twilio.clone().map(|twilio| twilio as Arc<dyn Provider>),
            }
        };
        let numbers = terms.into_iter().filter_map(|(name, terms)| {
            let provider = reached_by(&name)?;
            Some((name, (terms, provider)))
        });
        let terminal = Arc::new(Terminal::default());
        let at_terminals = terminal.clone();
        Self { numbers: numbers.collect(), meta, twilio, terminal, at_terminals }
    }

    /// What reaches people from this number; `None` = it is not configured.
    /// Whoever sits at a terminal is reached there and nowhere else, whatever
    /// is configured.
    pub fn of(&self, number: &NumberName) -> Option<&Arc<dyn Provider>> {
        if number.is_in_chat() {
            return Some(&self.at_terminals);
        }
        self.numbers.get(number).map(|(_, provider)| provider)
    }

    /// What an operator has said of this number; `None` = not configured.
    pub fn terms(&self, number: &NumberName) -> Option<&Terms> {
        self.numbers.get(number).map(|(terms, _)| terms)
    }

    /// The number of this name with its business; `None` = not configured.
    pub fn number(&self, name: &NumberName) -> Option<Number> {
        let business = self.terms(name)?.business.clone();
        Some(Number { name: name.clone(), business })
    }

    /// All numbers, by name.
    pub fn names(&self) -> impl Iterator<Item = &NumberName> {
        self.numbers.keys()
    }

    /// Meta, if a number of ours is there.
    pub fn meta(&self) -> Option<&Arc<Meta>> {
        self.meta.as_ref()
    }

    /// What is said to people at terminals.
    pub fn terminal(&self) -> &Arc<Terminal> {
        &self.terminal
    }

    /// Twilio, if a number of ours is there.
    pub fn twilio(&self) -> Option<&Arc<Twilio>> {
        self.twilio.as_ref()
    }
}

fn some<T>(list: Vec<T>) -> Option<Vec<T>> {
    (!list.is_empty()).then_some(list)
}
