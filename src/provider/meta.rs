//! Meta's Cloud API.

use secrecy::SecretString;

/// `[numbers.NAME]` with `provider = "meta"`.
#[derive(Clone, Debug, serde::Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Config {
    /// `meta`.
    pub provider: String,
    /// Whose number it is.
    #[serde(default = "default_business")]
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
    /// Where the Graph API is.
    #[serde(default = "default_graph_url")]
    pub graph_url: String,
    /// Its version.
    #[serde(default = "default_api_version")]
    pub api_version: String,
    /// The most it sends in a second.
    #[serde(default = "default_messages_per_s")]
    pub messages_per_s: u32,
}

fn default_business() -> String {
    "main".into()
}

fn default_graph_url() -> String {
    "https://graph.facebook.com".into()
}

fn default_api_version() -> String {
    "v25.0".into()
}

fn default_messages_per_s() -> u32 {
    40
}
