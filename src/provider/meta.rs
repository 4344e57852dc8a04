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

/// To come.
pub struct Meta;

impl Meta {
    /// To come.
    pub fn new(
        _: Vec<(crate::domain::id::NumberName, Config)>,
        _: reqwest::Client,
        _: crate::clock::Clock,
    ) -> Self {
        Self
    }

    /// To come.
    pub fn handshake(&self, _: &str) -> Option<String> {
        None
    }
}

#[async_trait::async_trait]
impl super::Provider for Meta {
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
