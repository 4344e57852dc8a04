//! A person's memory on its way out and in.

use std::time::Duration;

use axum::Json;
use axum::extract::State;
use axum::http::StatusCode;
use jiff::Timestamp;
use serde::{Deserialize, Serialize};
use serde_json::Value;

use super::memory::write;
use super::whom::Whom;
use crate::domain::change::{Change, Changed, Subject};
use crate::domain::content::Content;
use crate::domain::id::MessageId;
use crate::domain::memory::{Expect, Imported, Origin, Write};
use crate::domain::message::Role;
use crate::domain::person::Person;
use crate::http::Shared;
use crate::http::body::Bulk;
use crate::http::error::Problem;
use crate::recall::found_by;
use crate::recollect::Shelves;
use crate::store::StoreError;
use crate::tokens;
use crate::transfer::document::Document;
use crate::transfer::export;

/// The longest name of an archive, in characters.
const NAME: usize = 200;

/// So many turns at most are one commit: others wait for it.
const TURNS: usize = 1000;

/// What was said elsewhere, in order.
#[derive(Clone, Debug, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Turns {
    /// The archive that they go into.
    pub archive: String,
    /// At most a thousand at a time.
    pub turns: Vec<Turn>,
}

/// One message.
#[derive(Clone, Debug, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Turn {
    /// The same id is the same message.
    pub id: String,
    /// Who said it.
    pub role: Role,
    /// Their name, where several spoke.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub speaker: Option<String>,
    /// When.
    pub at: Timestamp,
    /// What.
    pub text: String,
}

/// What was known elsewhere.
#[derive(Clone, Debug, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Facts {
    /// A key each.
    pub facts: Vec<Fact>,
}

/// Something known.
#[derive(Clone, Debug, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Fact {
    /// What it is about.
    pub key: String,
    /// What.
    pub value: Value,
    /// It is gone from then on.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub expires: Option<Timestamp>,
}

/// What came of it.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct CameIn {
    /// New here.
    pub new: u64,
    /// Here already.
    pub known: u64,
    /// Over since.
    #[serde(default)]
    pub expired: u64,
}

impl std::ops::AddAssign for CameIn {
    fn add_assign(&mut self, other: Self) {
        self.new += other.new;
        self.known += other.known;
        self.expired += other.expired;
    }
}

pub(super) async fn export_all(
    State(shared): State<Shared>,
    whom: Whom,
) -> Result<Json<Document>, Problem> {
    let person = whom.known(&shared).await?;
    Ok(Json(export::document(Shelves::of(&*shared.store), &person, shared.clock.now()).await?))
}

/// Into an archive of the person, who is made if nobody knows them.
pub(super) async fn import_turns(
    State(shared): State<Shared>,
    whom: Whom,
    Bulk(Turns { archive, turns }): Bulk<Turns>,
) -> Result<Json<CameIn>, Problem> {
    check(&archive, turns.len())?;
    let all = turns.len() as u64;
    let turns = match whom.find(&shared).await? {
        Some(person) => unknown_here(&shared, &person, turns).await?,
        None => turns,
    };
    let read = tokio::task::spawn_blocking(|| turns.into_iter().map(imported).collect());
    let change = Change::Import(archive, read.await.map_err(|_| broken())?);
    let changed = shared.store.apply(whom.subject(&shared).await?, vec![change]).await?;
    let new = match changed.first() {
        Some(Changed::Count(new)) => *new,
        _ => 0,
    };
    Ok(Json(CameIn { new, known: all.saturating_sub(new), expired: 0 }))
}

fn check(archive: &str, turns: usize) -> Result<(), Problem> {
    let length = archive.chars().count();
    if !(1..=NAME).contains(&length) || archive.chars().any(char::is_control) {
        let message = format!("an archive has a name of 1 to {NAME} characters (--name ARCHIVE)");
        return Err(Problem::invalid("archive", message));
    }
    match turns > TURNS {
        true => Err(Problem::invalid("turns", format!("at most {TURNS} at a time"))),
        false => Ok(()),
    }
}

/// Without what this person and the business said to each other right here:
/// our own export calls it by our own ids.
async fn unknown_here(
    shared: &Shared,
    person: &Person,
    turns: Vec<Turn>,
) -> Result<Vec<Turn>, StoreError> {
    let mut unknown = Vec::with_capacity(turns.len());
    for turn in turns {
        let ours = turn.id.parse::<MessageId>().ok();
        let ours =
            ours.filter(|id| person.conversations.iter().any(|(_, c)| *c == id.conversation));
        let known = match ours {
            Some(id) => shared.store.message(id).await?.is_some(),
            None => false,
        };
        if !known {
            unknown.push(turn);
        }
    }
    Ok(unknown)
}

fn imported(Turn { id, role, speaker, at, text }: Turn) -> Imported {
    let tokens = tokens::count(&text);
    let content = Content::Text(text);
    let terms = found_by(&content, speaker.as_deref());
    Imported { id: id.into(), role, speaker, at, content, tokens, terms }
}

fn broken() -> Problem {
    let message = "reading the turns broke off; olifant's log says why";
    Problem::new(StatusCode::INTERNAL_SERVER_ERROR, "broken", message)
}

/// Into the profile, where nothing stands under the key.
pub(super) async fn import_facts(
    State(shared): State<Shared>,
    whom: Whom,
    Bulk(Facts { facts }): Bulk<Facts>,
) -> Result<Json<CameIn>, Problem> {
    let now = shared.clock.now();
    let mut came = CameIn::default();
    for Fact { key, value, expires } in facts {
        let left = expires.map(|at| Duration::try_from(at.duration_since(now)).unwrap_or_default());
        if left == Some(Duration::ZERO) {
            came.expired += 1;
            continue;
        }
        let write = write(key, value, left, Origin::Import)?;
        match is_new(&shared, whom.subject(&shared).await?, write).await? {
            true => came.new += 1,
            false => came.known += 1,
        }
    }
    Ok(Json(came))
}

async fn is_new(shared: &Shared, subject: Subject, write: Write) -> Result<bool, StoreError> {
    let write = Write { expect: Expect::Absent, ..write };
    match shared.store.apply(subject, vec![Change::Remember(Box::new(write))]).await {
        Ok(_) => Ok(true),
        Err(StoreError::Changed { .. }) => Ok(false),
        Err(error) => Err(error),
    }
}
