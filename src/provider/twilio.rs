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
