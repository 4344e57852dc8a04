//! Who may use the API: a token is shown once, only its hash is kept.

use jiff::Timestamp;
use serde::{Deserialize, Serialize};

use super::id::Business;

/// What a token allows.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Grant {
    /// SHA-256 of the token, in hex; its first 8 digits name it to operators.
    pub hash: String,
    /// What for.
    pub scopes: Vec<Scope>,
    /// The business that it speaks for.
    pub business: Business,
    /// Only this namespace's memory; `None` = all of the business.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub namespace: Option<String>,
    /// The operator's own word for it.
    pub label: String,
    /// Since when.
    pub created_at: Timestamp,
}

impl Grant {
    /// How operators call it.
    pub fn id(&self) -> &str {
        self.hash.get(..8).unwrap_or(&self.hash)
    }
}

/// What a token can be for.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Scope {
    /// Writing to people (`POST /v1/messages`).
    Messages,
    /// Reading and writing memory (`/v1/memory`, `/memory`).
    Memory,
    /// Reading what is counted and measured (`/metrics`).
    Metrics,
}

impl Scope {
    /// All scopes, by name.
    pub const ALL: [(&str, Self); 3] =
        [("messages", Self::Messages), ("memory", Self::Memory), ("metrics", Self::Metrics)];
}
