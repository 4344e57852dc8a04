//! Meta's Cloud API.

mod call;
mod codes;
mod content;
pub mod knock;
mod letter;
pub mod manage;
mod parse;
mod sender;
#[cfg(test)]
mod tests;
mod wire;

use async_trait::async_trait;
use secrecy::SecretString;
use url::form_urlencoded;

use super::webhook::{Rejected, Verified, WebhookRequest};
use super::{Limits, Lookup, PAIR, Parcel, Parsed, Provider, Upload, per_second, signature};
use crate::clock::Clock;
use crate::domain::content::Template;
use crate::domain::failure::SendError;
use crate::domain::id::{NumberName, ProviderId};

/// `[numbers.NAME]` with `provider = "meta"`.
#[derive(Clone, Debug, serde::Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Config {
    /// `meta`.
    pub provider: String,
    /// Whose number it is.
    #[serde(default = "super::default_business")]
    pub business: String,
    /// The phone number **id** (not the phone number).
    pub phone_number_id: String,
    /// Sends.
    pub access_token: SecretString,
    /// Signs webhooks.
    pub app_secret: SecretString,
    /// Still accepted during a rotation.
    pub app_secret_previous: Option<SecretString>,
    /// Answers the GET handshake.
    pub verify_token: SecretString,
    /// The app whose webhooks come in, for `olifant connect` and `doctor`.
    pub app_id: Option<String>,
    /// The WhatsApp Business Account of the number, for the same.
    pub waba_id: Option<String>,
    /// That account under the name of the newer model, where a number belongs
    /// to one for each app; then it counts.
    pub messaging_account_id: Option<String>,
    /// Where the Graph API is.
    #[serde(default = "default_graph_url")]
    pub graph_url: String,
    /// Its version.
    #[serde(default = "default_api_version")]
    pub api_version: String,
    /// The most it sends in a second.
    #[serde(default = "super::default_messages_per_s")]
    pub messages_per_s: u32,
    /// So many messages arrive free each month, by the provider's word.
    #[serde(default = "super::default_free_service_messages")]
    pub free_service_messages: u32,
    /// What goes out instead once a person's 24 hours are over.
    pub window_template: Option<Template>,
}

impl Config {
    /// The ids that are there for setting it up, by their keys.
    pub fn ids(&self) -> impl Iterator<Item = (&'static str, &str)> {
        let all = [
            ("app_id", &self.app_id),
            ("waba_id", &self.waba_id),
            ("messaging_account_id", &self.messaging_account_id),
        ];
        all.into_iter().filter_map(|(key, id)| Some((key, id.as_deref()?)))
    }

    /// The account that the number belongs to, if it is configured.
    pub fn account(&self) -> Option<&str> {
        self.messaging_account_id.as_deref().or(self.waba_id.as_deref())
    }
}

/// All numbers that are reached through Meta.
pub struct Meta {
    numbers: Vec<(NumberName, Config)>,
    http: reqwest::Client,
    clock: Clock,
}

impl Meta {
    /// Speaks for these numbers through this client.
    pub fn new(numbers: Vec<(NumberName, Config)>, http: reqwest::Client, clock: Clock) -> Self {
        Self { numbers, http, clock }
    }

    /// Meta's question whether this webhook is ours, as the raw query of a
    /// GET: what to answer as `text/plain`. `None` if it doesn't know one of
    /// our verify tokens.
    pub fn handshake(&self, query: &str) -> Option<String> {
        let field = |name| {
            let mut fields = form_urlencoded::parse(query.as_bytes());
            fields.find(|(key, _)| key == name).map(|(_, value)| value.into_owned())
        };
        let token = field("hub.verify_token")?;
        let known = self.numbers.iter().any(|(_, c)| signature::knows(&c.verify_token, &token));
        (known && field("hub.mode")? == "subscribe").then(|| field("hub.challenge"))?
    }

    fn config(&self, number: &NumberName) -> Option<&Config> {
        self.numbers.iter().find(|(name, _)| name == number).map(|(_, config)| config)
    }
}

#[async_trait]
impl Provider for Meta {
    fn verify(&self, request: &WebhookRequest) -> Result<Verified, Rejected> {
        if !signature::is_content_type(&request.headers, "application/json") {
            return Err(Rejected::ContentType);
        }
        let header = request.headers.get("x-hub-signature-256").ok_or(Rejected::Unsigned)?;
        let header = header.to_str().map_err(|_| Rejected::Forged)?;
        let signs = |secret: &SecretString| signature::signs_body(secret, &request.body, header);
        let signed = |config: &Config| {
            signs(&config.app_secret) || config.app_secret_previous.as_ref().is_some_and(signs)
        };
        match self.numbers.iter().filter(|(_, c)| signed(c)).map(|(n, _)| n.clone()).collect() {
            numbers if Vec::is_empty(&numbers) => Err(Rejected::Forged),
            numbers => Ok(Verified::new(request, numbers)),
        }
    }

    fn parse(&self, verified: Verified) -> Parsed {
        parse::parse(&self.numbers, &verified)
    }

    async fn send(&self, parcel: &Parcel<'_>) -> Result<ProviderId, SendError> {
        call::send(self, parcel).await
    }

    async fn upload(&self, number: &NumberName, file: Upload) -> Result<String, SendError> {
        call::upload(self, number, file).await
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
            text: 4096,
            quotes: true,
            reactions: true,
            languages: true,
            uploads: true,
            pair: PAIR,
            number: per_second(per_s),
        }
    }
}

fn default_graph_url() -> String {
    "https://graph.facebook.com".into()
}

fn default_api_version() -> String {
    "v25.0".into()
}
