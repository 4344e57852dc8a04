//! What is known of a person, key by key, and who looked at it.

use std::time::Duration;

use axum::Json;
use axum::extract::State;
use jiff::Timestamp;
use serde::{Deserialize, Serialize};
use serde_json::Value;

use super::whom::{Asked, Whom};
use crate::domain::change::{Change, Changed, Subject};
use crate::domain::memory::{Access, Entry, Op, Origin, Page, Space, Write};
use crate::http::Shared;
use crate::http::body::Body;
use crate::http::error::Problem;
use crate::http::memory_api::place::is_key;
use crate::store::StoreError;

/// So many entries are read between two breaths.
const PAGE: usize = 200;

/// The longest key, in characters.
const KEY: usize = 128;

/// The longest value, in characters of its text.
const VALUE: usize = 100_000;

/// Something known.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Known {
    /// What it is about.
    pub key: String,
    /// What.
    pub value: Value,
    /// Who said so.
    pub origin: Origin,
    /// When it was written.
    pub at: Timestamp,
    /// When the key was first written.
    pub since: Timestamp,
    /// It is gone from then on.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub expires: Option<Timestamp>,
    /// The messages that say so.
    pub cites: Vec<String>,
    /// How often this very value was written.
    pub said: u32,
}

impl From<Entry> for Known {
    fn from(entry: Entry) -> Self {
        Self {
            key: entry.key,
            value: entry.value,
            origin: entry.origin,
            at: entry.updated_at,
            since: entry.created_at,
            expires: entry.expires_at,
            cites: entry.cites.iter().map(ToString::to_string).collect(),
            said: entry.said,
        }
    }
}

/// A value that is to be known.
#[derive(Clone, Debug, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Wanted {
    /// What it is about.
    pub key: String,
    /// What.
    pub value: Value,
    /// For how long, in seconds; without: until it is written again.
    #[serde(default)]
    pub ttl_s: Option<u64>,
}

/// Looks of a program into a person's memory, in one minute.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Look {
    /// When it began.
    pub minute: Timestamp,
    /// The token's id.
    pub token: String,
    /// Whose memory.
    pub person: String,
    /// How often it was read.
    pub reads: u32,
    /// How often it was written.
    pub writes: u32,
}

impl From<Access> for Look {
    fn from(Access { minute, token, person, reads, writes }: Access) -> Self {
        Self { minute, token, person: person.to_string(), reads, writes }
    }
}

/// Which key.
#[derive(Clone, Debug, Deserialize)]
pub struct Key {
    key: String,
}

/// Which keys.
#[derive(Clone, Debug, Deserialize)]
pub struct Which {
    #[serde(default)]
    prefix: String,
}

/// How many.
#[derive(Clone, Debug, Deserialize)]
pub struct Newest {
    limit: usize,
}

pub(super) async fn list(
    State(shared): State<Shared>,
    whom: Whom,
    Asked(Which { prefix }): Asked<Which>,
) -> Result<Json<Vec<Known>>, Problem> {
    let space = Space::Person(whom.known(&shared).await?.id);
    let mut page = Page { prefix, after: None, limit: PAGE };
    let mut known = Vec::new();
    loop {
        let (entries, next) = shared.store.entries(&space, &page).await?;
        known.extend(entries.into_iter().map(Known::from));
        match next {
            Some(next) => page.after = Some(next),
            None => return Ok(Json(known)),
        }
        tokio::task::yield_now().await;
    }
}

pub(super) async fn entry(
    State(shared): State<Shared>,
    whom: Whom,
    Asked(Key { key }): Asked<Key>,
) -> Result<Json<Known>, Problem> {
    let space = Space::Person(whom.known(&shared).await?.id);
    let entry = shared.store.entry(&space, &key).await?;
    entry.map(|entry| Json(entry.into())).ok_or_else(absent)
}

/// Nobody needs to have written: a stranger's number becomes a person.
pub(super) async fn set(
    State(shared): State<Shared>,
    whom: Whom,
    Body(Wanted { key, value, ttl_s }): Body<Wanted>,
) -> Result<Json<Known>, Problem> {
    if !is_key(&key) {
        let message = format!(
            "a key has 1 to {KEY} characters: letters without accents, digits and any of _-:+@."
        );
        return Err(Problem::invalid("key", message));
    }
    let write = write(key, value, ttl_s.map(Duration::from_secs), Origin::Operator)?;
    let subject = whom.subject(&shared).await?;
    remembered(&shared, subject, write).await?.map(Json).ok_or_else(absent)
}

/// A write of a value, if it may be one.
pub(super) fn write(
    key: String,
    value: Value,
    ttl: Option<Duration>,
    origin: Origin,
) -> Result<Write, Problem> {
    if key.is_empty() || key.chars().count() > KEY || key.chars().any(char::is_control) {
        let message = format!("a key has 1 to {KEY} characters, none of them control characters");
        return Err(Problem::invalid("key", message));
    }
    let text = value.as_str().map_or_else(|| value.to_string(), str::to_owned);
    if text.chars().count() > VALUE {
        return Err(Problem::invalid("value", format!("at most {VALUE} characters")));
    }
    let op = Op::Set { value, ttl };
    Ok(Write { op, ..Write::delete(key, origin) })
}

pub(super) async fn delete(
    State(shared): State<Shared>,
    whom: Whom,
    Asked(Key { key }): Asked<Key>,
) -> Result<Json<Known>, Problem> {
    let subject = Subject::Person(whom.known(&shared).await?.id);
    let write = Write::delete(key, Origin::Operator);
    remembered(&shared, subject, write).await?.map(Json).ok_or_else(absent)
}

/// What the write left, or took away.
async fn remembered(
    shared: &Shared,
    subject: Subject,
    write: Write,
) -> Result<Option<Known>, StoreError> {
    let changes = vec![Change::Remember(Box::new(write))];
    let changed = shared.store.apply(subject, changes).await?.into_iter().next();
    Ok(match changed {
        Some(Changed::Remembered(entry)) => Some((*entry).into()),
        _ => None,
    })
}

/// As it stands, then as it stood before.
pub(super) async fn history(
    State(shared): State<Shared>,
    whom: Whom,
    Asked(Key { key }): Asked<Key>,
) -> Result<Json<Vec<Known>>, Problem> {
    let space = Space::Person(whom.known(&shared).await?.id);
    let now = shared.store.entry(&space, &key).await?.ok_or_else(absent)?;
    let before = shared.store.history(&space, &key).await?;
    Ok(Json(std::iter::once(now).chain(before).map(Known::from).collect()))
}

pub(super) async fn accesses(
    State(shared): State<Shared>,
    Asked(Newest { limit }): Asked<Newest>,
) -> Result<Json<Vec<Look>>, Problem> {
    let looks = shared.store.accesses(limit).await?;
    Ok(Json(looks.into_iter().map(Look::from).collect()))
}

fn absent() -> Problem {
    let message = "nothing is known under that key; olifant memory list shows the keys";
    Problem::not_found("unknown_key", message).at("key")
}
