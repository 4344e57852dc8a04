//! Twilio's Messaging API, for WhatsApp senders.

mod call;
mod codes;
mod content;
pub mod knock;
mod letter;
pub mod manage;
mod missed;
mod parse;
mod sender;
#[cfg(test)]
mod tests;
pub mod twiml;
mod wire;

use async_trait::async_trait;
use secrecy::SecretString;
use tokio::sync::watch;
use url::{Url, form_urlencoded};

use super::signature::Fields;
use super::webhook::{Rejected, Verified, WebhookRequest};
use super::{Limits, Lookup, PAIR, Parcel, Parsed, Provider, Upload, per_second, signature};
use crate::clock::Clock;
use crate::domain::content::Template;
use crate::domain::event::Event;
use crate::domain::failure::{Class, Failure, SendError};
use crate::domain::id::{NumberName, ProviderId};

pub use missed::Missed;

/// `[numbers.NAME]` with `provider = "twilio"`.
#[derive(Clone, Debug, serde::Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Config {
    /// `twilio`.
    pub provider: String,
    /// Whose number it is.
    #[serde(default = "super::default_business")]
    pub business: String,
    /// `AC…`.
    pub account_sid: String,
    /// Sends, and signs webhooks.
    pub auth_token: SecretString,
    /// The sender: `whatsapp:+15550100000`.
    pub from: String,
    /// Where the API is.
    #[serde(default = "default_api_url")]
    pub api_url: String,
    /// How the answer goes back.
    #[serde(default)]
    pub reply: ReplyBy,
    /// The most it sends in a second.
    #[serde(default = "super::default_messages_per_s")]
    pub messages_per_s: u32,
    /// So many messages arrive free each month, by the provider's word.
    #[serde(default = "super::default_free_service_messages")]
    pub free_service_messages: u32,
    /// What goes out instead once a person's 24 hours are over.
    pub window_template: Option<Template>,
}

/// `numbers.NAME.reply`.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, serde::Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum ReplyBy {
    /// By a call of the API.
    #[default]
    Rest,
    /// In the webhook's own answer if it is ready in time, else by a call.
    Twiml,
}

/// All numbers that are reached through Twilio.
pub struct Twilio {
    numbers: Vec<(NumberName, Config)>,
    public_url: watch::Receiver<Url>,
    http: reqwest::Client,
    clock: Clock,
    waiting: twiml::Waiting,
}

impl Twilio {
    /// Speaks for these numbers through this client. Statuses come back to
    /// `/webhooks/twilio/status` under the public URL of the moment.
    pub fn new(
        numbers: Vec<(NumberName, Config)>,
        public_url: watch::Receiver<Url>,
        http: reqwest::Client,
        clock: Clock,
    ) -> Self {
        Self { numbers, public_url, http, clock, waiting: twiml::Waiting::default() }
    }

    /// All its numbers.
    pub fn numbers(&self) -> impl Iterator<Item = &NumberName> {
        self.numbers.iter().map(|(name, _)| name)
    }

    /// A place for the answer in the response to the webhook that told this.
    /// `None` if nobody wrote, or if the number answers by calls alone.
    pub fn place(&self, told: &Parsed) -> Option<twiml::Place> {
        let Some((number, Event::Message(inbound))) = told.events.first() else { return None };
        let waits = self.config(number)?.reply == ReplyBy::Twiml;
        waits.then(|| self.waiting.open(number, &inbound.sender.address, self.clock.now()))
    }

    fn config(&self, number: &NumberName) -> Option<&Config> {
        self.numbers.iter().find(|(name, _)| name == number).map(|(_, config)| config)
    }
}

#[async_trait]
impl Provider for Twilio {
    fn verify(&self, request: &WebhookRequest) -> Result<Verified, Rejected> {
        let fields = signed_fields(request)?;
        let header = request.headers.get("x-twilio-signature").ok_or(Rejected::Unsigned)?;
        let header = header.to_str().map_err(|_| Rejected::Forged)?;
        let signed = |config: &Config| {
            signature::signs_form(&config.auth_token, &request.url, &fields, header)
        };
        match self.numbers.iter().filter(|(_, c)| signed(c)).map(|(n, _)| n.clone()).collect() {
            numbers if Vec::is_empty(&numbers) => Err(Rejected::Forged),
            numbers => Ok(Verified::new(request, numbers)),
        }
    }

    fn parse(&self, verified: Verified) -> Parsed {
        parse::parse(&self.numbers, &verified, self.clock.now())
    }

    async fn send(&self, parcel: &Parcel<'_>) -> Result<ProviderId, SendError> {
        call::send(self, parcel).await
    }

    async fn upload(&self, _number: &NumberName, _file: Upload) -> Result<String, SendError> {
        Err(SendError::NotSent(Failure::new(Class::Refused, "Twilio takes files by link")))
    }

    async fn signal(&self, number: &NumberName, message: &ProviderId) {
        if call::signal(self, number, message).await.is_err() {
            tracing::debug!(number.name = %number, "Could not show a message as read");
        }
    }

    async fn lookup(&self, parcel: &Parcel<'_>) -> Lookup {
        call::lookup(self, parcel).await
    }

    fn limits(&self, number: &NumberName) -> Limits {
        let per_s = self.config(number).map_or(1, |config| config.messages_per_s);
        Limits {
            text: 1600,
            quotes: false,
            reactions: false,
            languages: false,
            uploads: false,
            pair: PAIR,
            number: per_second(per_s),
        }
    }
}

/// The fields that the signature covers. JSON has none: the URL, which is
/// signed, holds its digest instead.
fn signed_fields(request: &WebhookRequest) -> Result<Fields, Rejected> {
    if signature::is_content_type(&request.headers, "application/x-www-form-urlencoded") {
        return Ok(Fields::of(&request.body));
    }
    if !signature::is_content_type(&request.headers, "application/json") {
        return Err(Rejected::ContentType);
    }
    let query = request.url.split_once('?').map_or("", |(_, query)| query);
    let mut fields = form_urlencoded::parse(query.as_bytes());
    let digest = fields.find(|(name, _)| name == "bodySHA256").ok_or(Rejected::Unsigned)?.1;
    match signature::is_digest(&digest, &request.body) {
        true => Ok(Fields::default()),
        false => Err(Rejected::Forged),
    }
}

fn default_api_url() -> String {
    "https://api.twilio.com".into()
}
