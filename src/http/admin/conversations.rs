//! Who talks with whom, and who waits; a human takes over, answers, and hands
//! back.

mod line;
mod look;
mod standing;

use axum::Json;
use axum::extract::{Path as Segment, State};
use axum::http::{HeaderMap, StatusCode};
use jiff::Timestamp;
use serde::{Deserialize, Serialize};

use super::numbers::{self, Pause};
use super::whom::Asked;
use super::{Operators, ids, people};
use crate::domain::change::{Change, Subject};
use crate::domain::conversation::Conversation;
use crate::domain::id::{Business, ConversationId, NumberName};
use crate::domain::person::Person;
use crate::http::Shared;
use crate::http::body::Body;
use crate::http::error::Problem;
use crate::http::messages_api::letter::Letter;
use crate::http::messages_api::{Sent, key, say_after};
use crate::provider::Limits;
pub use line::{Line, Speaker};
use look::Look;
pub use standing::{Answerer, Handover, Standing};

/// How far back it is looked who has answered what.
const TAIL: usize = 50;

/// Which conversations.
#[derive(Clone, Debug, Deserialize)]
pub struct Which {
    /// Only where somebody waits for an answer.
    #[serde(default)]
    waiting: bool,
    /// Only where something was said since then.
    since: Option<Timestamp>,
    /// Whose name, number or id has this in it, or where this was said.
    search: Option<String>,
    /// Only on this number of ours.
    number: Option<NumberName>,
    limit: usize,
}

/// A conversation and what was said in it last.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Shown {
    /// How it stands.
    #[serde(flatten)]
    pub standing: Standing,
    /// What was said last, in order.
    pub messages: Vec<Line>,
}

/// How much of it.
#[derive(Clone, Debug, Deserialize)]
pub struct Last {
    last: usize,
    business: Option<Business>,
}

/// Whose conversation, if it is named by a person.
#[derive(Clone, Debug, Deserialize)]
pub struct Of {
    business: Option<Business>,
}

/// Words of a human.
#[derive(Clone, Debug, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Reply {
    /// What is said.
    pub text: String,
}

/// The newest first.
pub(super) async fn list(
    State(shared): State<Shared>,
    Asked(which): Asked<Which>,
) -> Result<Json<Vec<Standing>>, Problem> {
    if let Some(number) = &which.number {
        numbers::known(&shared, number)?;
    }
    let look = Look::for_those(&shared, &which);
    let mut found = Vec::new();
    for id in look.newest_first().await? {
        if found.len() >= which.limit {
            break;
        }
        found.extend(look.at(id).await?);
    }
    Ok(Json(found))
}

pub(super) async fn show(
    State(shared): State<Shared>,
    Segment(id): Segment<String>,
    Asked(Last { last, business }): Asked<Last>,
) -> Result<Json<Shown>, Problem> {
    let conversation = ids::conversation(&shared, &id, business).await?;
    let rows = shared.store.newest(conversation.id, last).await?;
    let messages = line::all(conversation.id, &rows);
    let standing = standing(&shared, conversation).await?;
    Ok(Json(Shown { standing, messages }))
}

pub(super) async fn pause(
    State(operators): State<Operators>,
    Segment(id): Segment<String>,
    Asked(Of { business }): Asked<Of>,
    Body(pause): Body<Pause>,
) -> Result<Json<Standing>, Problem> {
    let (shared, now) = (&operators.shared, operators.shared.clock.now());
    let conversation = ids::conversation(shared, &id, business).await?;
    let until = pause.until(now)?;
    let changes = match operators.mind(&conversation.number.business) {
        Some(mind) => {
            mind.taken_over_until(&conversation, limits(shared, &conversation)?, now, until)
        }
        None => vec![Change::Pause { until }],
    };
    change(shared, conversation.id, changes).await
}

pub(super) async fn resume(
    State(shared): State<Shared>,
    Segment(id): Segment<String>,
    Asked(Of { business }): Asked<Of>,
) -> Result<Json<Standing>, Problem> {
    let conversation = ids::conversation(&shared, &id, business).await?;
    change(&shared, conversation.id, vec![Change::Resume]).await
}

/// As when a human answers from their own phone: the assistant is silent then.
pub(super) async fn reply(
    State(operators): State<Operators>,
    Segment(id): Segment<String>,
    Asked(Of { business }): Asked<Of>,
    headers: HeaderMap,
    Body(Reply { text }): Body<Reply>,
) -> Result<(StatusCode, Json<Sent>), Problem> {
    let (shared, now) = (&operators.shared, operators.shared.clock.now());
    let conversation = ids::conversation(shared, &id, business).await?;
    let limits = limits(shared, &conversation)?;
    let mind = operators.mind(&conversation.number.business);
    let before = mind.map(|mind| mind.taken_over_by_words(&conversation, limits, now));
    let letter = Letter {
        to: conversation.id.to_string(),
        number: Some(conversation.number.name.to_string()),
        text: Some(text),
        ..Letter::default()
    };
    say_after(shared, None, &letter, key(&headers)?, before.unwrap_or_default()).await
}

async fn change(
    shared: &Shared,
    id: ConversationId,
    changes: Vec<Change>,
) -> Result<Json<Standing>, Problem> {
    shared.store.apply(Subject::Conversation(id), changes).await?;
    let changed = shared.store.conversation(id).await?.ok_or_else(ids::no_conversation)?;
    standing(shared, changed).await.map(Json)
}

/// What fits on the conversation's number.
fn limits(shared: &Shared, conversation: &Conversation) -> Result<Limits, Problem> {
    let name = &conversation.number.name;
    numbers::known(shared, name)?;
    let provider = shared.providers.of(name).ok_or_else(ids::no_conversation)?;
    Ok(provider.limits(name))
}

async fn standing(shared: &Shared, conversation: Conversation) -> Result<Standing, Problem> {
    let person = shared.store.person(conversation.person).await?;
    let person = person.ok_or_else(ids::no_conversation)?;
    of(shared, &conversation, &person).await
}

async fn of(
    shared: &Shared,
    conversation: &Conversation,
    person: &Person,
) -> Result<Standing, Problem> {
    let rows = shared.store.newest(conversation.id, TAIL).await?;
    let short = ids::short(shared, conversation.id).await?;
    let called = people::called(shared, person).await?;
    Ok(Standing::of(conversation, person, &rows, (short, called), shared.clock.now()))
}
