//! Twilio's Messaging API, for WhatsApp senders.

use secrecy::SecretString;

/// `[numbers.NAME]` with `provider = "twilio"`.
#[derive(Clone, Debug, serde::Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Config {
    /// `twilio`.
    pub provider: String,
    /// Whose number it is.
    #[serde(default = "default_business")]
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
    #[serde(default = "default_messages_per_s")]
    pub messages_per_s: u32,
}

/// `numbers.NAME.reply`.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, serde::Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum ReplyBy {
    /// By a call of the API.
    #[default]
    Rest,
    /// In the webhook's own answer.
    Twiml,
}

fn default_business() -> String {
    "main".into()
}

fn default_api_url() -> String {
    "https://api.twilio.com".into()
}

fn default_messages_per_s() -> u32 {
    40
}

/// To come.
pub struct Twilio;

impl Twilio {
    /// To come.
    pub fn new(
        _: Vec<(crate::domain::id::NumberName, Config)>,
        _: url::Url,
        _: reqwest::Client,
        _: crate::clock::Clock,
    ) -> Self {
        Self
    }
}

#[async_trait::async_trait]
impl super::Provider for Twilio {
    fn verify(&self, _: &super::WebhookRequest) -> Result<super::Verified, super::Rejected> {
        Err(super::Rejected::Unsigned)
    }

    fn parse(&self, _: super::Verified) -> super::Parsed {
        super::Parsed::default()
    }

    async fn send(
        &self,
        _: &super::Parcel<'_>,
    ) -> Result<crate::domain::id::ProviderId, crate::domain::failure::SendError> {
        Err(crate::domain::failure::SendError::Uncertain)
    }

    async fn signal(&self, _: &crate::domain::id::NumberName, _: &crate::domain::id::ProviderId) {}

    async fn lookup(&self, _: &super::Parcel<'_>) -> super::Lookup {
        super::Lookup::Unknown
    }

    fn limits(&self, _: &crate::domain::id::NumberName) -> super::Limits {
        let rate = crate::domain::pace::Rate { every: std::time::Duration::from_secs(1), burst: 1 };
        super::Limits { text: 1600, quotes: false, pair: rate, number: rate }
    }
}
