//! What BotWire answers.

use jiff::Timestamp;
use serde::Serialize;
use serde_json::Value;
use utoipa::ToSchema;

use crate::domain::memory::{Entry, SpaceInfo, chars};

/// A text that is to be kept.
#[derive(ToSchema)]
#[schema(as = BotwirePut)]
#[expect(dead_code, reason = "it only describes the body")]
pub struct Put {
    /// A text; with `typed=1` any JSON.
    value: Value,
    /// For how long, in seconds.
    #[schema(nullable = false, exclusive_minimum = 0)]
    ttl: Option<f64>,
}

/// It is kept.
#[derive(Serialize, ToSchema)]
#[schema(as = BotwireStored)]
pub struct Stored {
    namespace: String,
    key: String,
    stored: bool,
    /// Characters.
    bytes: u64,
}

/// What is under a key.
#[derive(Serialize, ToSchema)]
#[schema(as = BotwireShown)]
pub struct Shown {
    namespace: String,
    key: String,
    /// A text; with `typed=1` as it was written.
    value: Value,
    /// In seconds since 1970, as all times.
    created_at: f64,
    updated_at: f64,
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(nullable = false)]
    expires_at: Option<f64>,
}

/// It is gone.
#[derive(Serialize, ToSchema)]
#[schema(as = BotwireDeleted)]
pub struct Deleted {
    deleted: bool,
    namespace: String,
    key: String,
}

/// The keys of a namespace.
#[derive(Serialize, ToSchema)]
#[schema(as = BotwireListed)]
pub struct Listed {
    namespace: String,
    /// How many are here.
    count: usize,
    keys: Vec<ListedKey>,
}

/// One of them.
#[derive(Serialize, ToSchema)]
#[schema(as = BotwireKey)]
pub struct ListedKey {
    key: String,
    /// Characters.
    bytes: u64,
    updated_at: f64,
}

/// How much there is.
#[derive(Debug, PartialEq, Eq, Serialize, ToSchema)]
#[schema(as = BotwireStats)]
pub struct Stats {
    total_entries: u64,
    total_namespaces: usize,
    /// Characters.
    total_bytes: u64,
}

/// Why something is not done.
#[derive(ToSchema)]
#[schema(as = BotwireDetail)]
#[expect(dead_code, reason = "it only describes the answer")]
pub struct Detail {
    detail: String,
}

/// What is wrong with a request.
#[derive(ToSchema)]
#[schema(as = BotwireDetails)]
#[expect(dead_code, reason = "it only describes the answer")]
pub struct Details {
    detail: Vec<Value>,
}

impl Stored {
    /// In this namespace.
    pub fn of(namespace: &str, entry: &Entry) -> Self {
        let (namespace, key) = (namespace.to_owned(), entry.key.clone());
        Self { namespace, key, stored: true, bytes: chars(&entry.value) }
    }
}

impl Shown {
    /// In this namespace; typed, or as a text.
    pub fn of(namespace: &str, entry: Entry, typed: bool) -> Self {
        Self {
            namespace: namespace.to_owned(),
            created_at: seconds(entry.created_at),
            updated_at: seconds(entry.updated_at),
            expires_at: entry.expires_at.map(seconds),
            value: if typed { entry.value } else { entry.text().into() },
            key: entry.key,
        }
    }
}

impl Deleted {
    /// In this namespace.
    pub fn of(namespace: &str, key: &str) -> Self {
        Self { deleted: true, namespace: namespace.to_owned(), key: key.to_owned() }
    }
}

impl Listed {
    /// In this namespace.
    pub fn of(namespace: &str, entries: &[Entry]) -> Self {
        let keys = entries.iter().map(|entry| ListedKey {
            key: entry.key.clone(),
            bytes: chars(&entry.value),
            updated_at: seconds(entry.updated_at),
        });
        Self { namespace: namespace.to_owned(), count: entries.len(), keys: keys.collect() }
    }
}

impl Stats {
    /// Of these.
    pub fn of(spaces: &[SpaceInfo]) -> Self {
        Self {
            total_entries: spaces.iter().map(|info| info.entries).sum(),
            total_namespaces: spaces.len(),
            total_bytes: spaces.iter().map(|info| info.chars).sum(),
        }
    }
}

/// As Python counts time.
fn seconds(at: Timestamp) -> f64 {
    at.as_duration().as_secs_f64()
}
