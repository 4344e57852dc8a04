//! What `/v1/memory` takes and gives.

use std::time::Duration;

use axum::Json;
use axum::http::header::{ETAG, IF_MATCH, IF_NONE_MATCH};
use axum::http::{HeaderMap, HeaderName};
use axum::response::{IntoResponse, Response};
use jiff::Timestamp;
use serde::{Deserialize, Serialize};
use serde_json::{Number, Value};
use utoipa::{IntoParams, ToSchema};

use crate::domain::memory::{Entry, Expect};
use crate::http::error::Problem;

/// The most that is given at once.
pub const MOST: usize = 1000;

/// The longest time that something may have: a hundred years, in seconds.
const LONGEST: f64 = 100.0 * 366.0 * 86_400.0;

/// A namespace.
#[derive(IntoParams)]
#[into_params(parameter_in = Path)]
#[expect(dead_code, reason = "it only describes the path")]
pub struct In {
    /// `whatsapp-PHONE`, `user-PHONE` and `twilio-whatsapp:+PHONE` are that
    /// person's profile, any other name is a namespace of your own.
    #[param(pattern = "^[A-Za-z0-9_:+@-]{1,64}$")]
    namespace: String,
}

/// A key of it.
#[derive(IntoParams)]
#[into_params(parameter_in = Path)]
#[expect(dead_code, reason = "it only describes the path")]
pub struct At {
    /// `whatsapp-PHONE`, `user-PHONE` and `twilio-whatsapp:+PHONE` are that
    /// person's profile, any other name is a namespace of your own.
    #[param(pattern = "^[A-Za-z0-9_:+@-]{1,64}$")]
    namespace: String,
    /// Its name.
    #[param(pattern = "^[A-Za-z0-9_.:+@-]{1,128}$")]
    key: String,
}

/// A value to be kept.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct Put {
    /// Any JSON.
    pub value: Value,
    /// For how long, in seconds; without: until it is written again.
    #[serde(default)]
    #[schema(nullable = false, exclusive_minimum = 0)]
    pub ttl: Option<f64>,
}

/// What is added to a number.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct Increase {
    /// How much; 1 if it is left out.
    #[serde(default = "one")]
    #[schema(value_type = f64)]
    pub by: Number,
    /// For how long from now, in seconds; without: as before.
    #[serde(default)]
    #[schema(nullable = false, exclusive_minimum = 0)]
    pub ttl: Option<f64>,
}

/// What is put behind a list.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct Append {
    /// In this order.
    pub values: Vec<Value>,
    /// For how long from now, in seconds; without: as before.
    #[serde(default)]
    #[schema(nullable = false, exclusive_minimum = 0)]
    pub ttl: Option<f64>,
}

/// A part of a list.
#[derive(Debug, Deserialize, IntoParams)]
#[into_params(parameter_in = Query)]
#[serde(deny_unknown_fields)]
pub struct Part {
    /// Of a list, only what stands there and behind, counted from 0.
    #[param(nullable = false)]
    pub from: Option<usize>,
    /// Of a list, at most so many.
    #[param(nullable = false, minimum = 1, maximum = 1000)]
    pub limit: Option<usize>,
}

/// Which keys.
#[derive(Debug, Deserialize, IntoParams)]
#[into_params(parameter_in = Query)]
#[serde(deny_unknown_fields)]
pub struct Wanted {
    /// Their names alone, or what is under them, too.
    #[serde(default)]
    #[param(inline, required = false)]
    pub keys: Form,
    /// Only keys that begin so.
    #[serde(default)]
    #[param(required = false)]
    pub prefix: String,
    /// At most so many; 100 if it is left out.
    #[param(nullable = false, minimum = 1, maximum = 1000)]
    pub limit: Option<usize>,
    /// Behind where the last page ended.
    #[param(nullable = false)]
    pub cursor: Option<String>,
}

/// How keys are told.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Deserialize, ToSchema)]
#[serde(rename_all = "snake_case")]
pub enum Form {
    /// Their names.
    #[default]
    Names,
    /// Names and entries.
    Entries,
}

/// What is under a key.
#[derive(Debug, Serialize, ToSchema)]
pub struct Kept {
    /// The key.
    pub key: String,
    /// The value, as it was given; of a list the part that was asked for.
    pub value: Value,
    /// How long the whole list is, if a part of it was asked for.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(nullable = false)]
    pub length: Option<usize>,
    #[serde(flatten)]
    stand: Stand,
}

/// How a list stands behind which something was put.
#[derive(Debug, Serialize, ToSchema)]
pub struct Appended {
    /// The key.
    key: String,
    /// How long it is now.
    length: usize,
    #[serde(flatten)]
    stand: Stand,
}

/// Version and times of a key.
#[derive(Debug, Serialize, ToSchema)]
pub struct Stand {
    /// Another one after each write; it is the `ETag`.
    version: u64,
    /// When the key was first written.
    #[schema(value_type = String, format = DateTime)]
    created_at: Timestamp,
    /// When it was last written.
    #[schema(value_type = String, format = DateTime)]
    updated_at: Timestamp,
    /// It is gone from then on.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(nullable = false, value_type = String, format = DateTime)]
    expires_at: Option<Timestamp>,
}

/// Some keys of a namespace, the last written first.
#[derive(Debug, Serialize, ToSchema)]
pub struct Keys {
    /// Their names.
    pub keys: Vec<String>,
    /// What is under them, if it was asked for.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(nullable = false)]
    pub entries: Option<Vec<Kept>>,
    /// What `cursor` takes for the next ones; null = there are no more.
    pub cursor: Option<String>,
}

/// How many keys were deleted.
#[derive(Debug, Serialize, ToSchema)]
pub struct Cleared {
    /// So many.
    pub deleted: u64,
}

/// How a key has to stand for a write.
#[derive(IntoParams)]
#[into_params(parameter_in = Header)]
#[expect(dead_code, reason = "it only describes the headers")]
pub struct Guard {
    /// The `ETag` of the key: it is written only if it still stands so.
    #[param(rename = "If-Match", nullable = false)]
    version: Option<String>,
    /// `*`: it is written only if it is not there.
    #[param(rename = "If-None-Match", nullable = false)]
    absent: Option<String>,
}

impl From<Entry> for Kept {
    fn from(entry: Entry) -> Self {
        let stand = Stand::of(&entry);
        Self { key: entry.key, value: entry.value, length: None, stand }
    }
}

impl Kept {
    /// With a part of its list; `None` = it is none.
    pub fn part(entry: Entry, part: &Part) -> Option<Self> {
        let stand = Stand::of(&entry);
        let list = match entry.value {
            Value::Array(list) => list,
            Value::String(text) => serde_json::from_str(&text).ok()?,
            _ => return None,
        };
        let length = Some(list.len());
        let (from, limit) = (part.from.unwrap_or(0), part.limit.unwrap_or(MOST));
        let value = Value::Array(list.into_iter().skip(from).take(limit).collect());
        Some(Self { key: entry.key, value, length, stand })
    }
}

impl From<Entry> for Appended {
    fn from(entry: Entry) -> Self {
        let stand = Stand::of(&entry);
        Self { key: entry.key, length: entry.value.as_array().map_or(0, Vec::len), stand }
    }
}

impl Stand {
    fn of(entry: &Entry) -> Self {
        let Entry { version, created_at, updated_at, expires_at, .. } = *entry;
        Self { version, created_at, updated_at, expires_at }
    }

    fn etag(&self) -> String {
        format!("\"{}\"", self.version)
    }
}

impl IntoResponse for Kept {
    fn into_response(self) -> Response {
        ([(ETAG, self.stand.etag())], Json(self)).into_response()
    }
}

impl IntoResponse for Appended {
    fn into_response(self) -> Response {
        ([(ETAG, self.stand.etag())], Json(self)).into_response()
    }
}

/// How long a value is kept.
pub fn ttl(seconds: Option<f64>) -> Result<Option<Duration>, Problem> {
    match seconds {
        Some(s) if s > 0.0 && s <= LONGEST => Ok(Some(Duration::from_secs_f64(s))),
        Some(_) => Err(Problem::invalid("ttl", "more than 0 seconds, at most a hundred years")),
        None => Ok(None),
    }
}

/// How the key has to stand.
pub fn expect(headers: &HeaderMap) -> Result<Expect, Problem> {
    match (header(headers, &IF_MATCH), header(headers, &IF_NONE_MATCH)) {
        (None, None) => Ok(Expect::Any),
        (None, Some("*")) => Ok(Expect::Absent),
        (Some(tag), None) => match version(tag) {
            Some(version) => Ok(Expect::Version(version)),
            None => Err(Problem::invalid("If-Match", "it takes one ETag, such as \"7\"")),
        },
        (_, Some(_)) => Err(Problem::invalid("If-None-Match", "it takes * here, and no If-Match")),
    }
}

/// Whether the caller has this version.
pub fn is_known(headers: &HeaderMap, entry: &Entry) -> bool {
    let tags = header(headers, &IF_NONE_MATCH).into_iter().flat_map(|tags| tags.split(','));
    tags.map(str::trim).any(|tag| tag == "*" || version(tag) == Some(entry.version))
}

fn header<'a>(headers: &'a HeaderMap, name: &HeaderName) -> Option<&'a str> {
    headers.get(name).map(|value| value.to_str().unwrap_or_default().trim())
}

fn version(tag: &str) -> Option<u64> {
    let tag = tag.strip_prefix("W/").unwrap_or(tag);
    tag.strip_prefix('"')?.strip_suffix('"')?.parse().ok()
}

fn one() -> Number {
    1.into()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_guard_names_a_version_or_nothing_at_all() {
        let expected = |name: HeaderName, value: &str| {
            expect(&HeaderMap::from_iter([(name, value.parse().unwrap())])).ok()
        };
        assert_eq!(expect(&HeaderMap::new()), Ok(Expect::Any));
        assert_eq!(expected(IF_MATCH, "\"7\""), Some(Expect::Version(7)));
        assert_eq!(expected(IF_NONE_MATCH, "*"), Some(Expect::Absent));
        for bad in ["*", "7", "\"a\"", "\"1\", \"2\"", ""] {
            assert_eq!(expected(IF_MATCH, bad), None, "{bad}");
        }
        assert_eq!(expected(IF_NONE_MATCH, "\"7\""), None);
    }

    #[test]
    fn a_time_is_more_than_nothing_and_less_than_for_ever() {
        assert_eq!(ttl(None), Ok(None));
        assert_eq!(ttl(Some(0.5)), Ok(Some(Duration::from_millis(500))));
        for bad in [0.0, -1.0, f64::NAN, f64::INFINITY, 1e20] {
            assert!(ttl(Some(bad)).is_err(), "{bad}");
        }
    }
}
