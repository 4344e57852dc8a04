//! What the management calls show. What Twilio leaves out is empty.

use serde::{Deserialize, Serialize};

/// An account.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default)]
pub struct Account {
    /// `AC…`.
    pub sid: String,
    /// Its name.
    pub friendly_name: String,
    /// `active`, `suspended`, `closed`.
    pub status: String,
    /// `Trial` or `Full`.
    #[serde(rename = "type")]
    pub kind: String,
}

/// A WhatsApp sender.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default)]
pub struct Sender {
    /// `XE…`.
    pub sid: String,
    /// `whatsapp:+15550100000`.
    pub sender_id: String,
    /// `ONLINE`, `OFFLINE`, `CREATING`, `TWILIO_REVIEW` ...
    pub status: String,
    /// Where its webhooks go.
    pub webhook: Webhook,
    /// How people see it.
    pub profile: Profile,
    /// How well it stands.
    pub properties: Properties,
    /// Why it is offline.
    pub offline_reasons: Option<Vec<OfflineReason>>,
}

/// Where the webhooks of a sender go.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default)]
pub struct Webhook {
    /// What people write.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub callback_url: Option<String>,
    /// `POST` or `GET`.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub callback_method: Option<String>,
    /// The same when the first did not answer.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub fallback_url: Option<String>,
    /// `POST` or `GET`.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub fallback_method: Option<String>,
    /// What became of what was sent.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub status_callback_url: Option<String>,
    /// `POST` or `GET`.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub status_callback_method: Option<String>,
}

/// How people see a sender.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default)]
pub struct Profile {
    /// The display name.
    pub name: Option<String>,
}

/// How well a sender stands.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default)]
pub struct Properties {
    /// `HIGH`, `MEDIUM`, `LOW`.
    pub quality_rating: Option<String>,
    /// `1K Customers/24hr`.
    pub messaging_limit: Option<String>,
}

/// Why a sender is offline.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default)]
pub struct OfflineReason {
    /// Twilio's code.
    pub code: String,
    /// Twilio's words.
    pub message: String,
    /// The page that explains it.
    pub more_info: Option<String>,
}
