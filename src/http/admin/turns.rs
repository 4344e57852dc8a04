//! How turns went: what the model was told and said, and the same asked again.

mod replay;

use axum::Json;
use axum::extract::{Path as Segment, State};
use axum::http::StatusCode;
use jiff::Timestamp;
use serde::{Deserialize, Serialize};

use super::ids;
use super::whom::{Asked, Whom};
use crate::domain::conversation::Conversation;
use crate::domain::id::{ConversationId, MessageId, Position};
use crate::domain::message::{Message, Role, Status};
use crate::domain::record::TurnRecord;
use crate::http::Shared;
use crate::http::error::Problem;
use crate::recollect::Pages;
use crate::store::StoreError;
pub(super) use replay::replay;
pub use replay::{Replay, Replayed};

/// A turn's messages stand within so many `seq`.
const SPAN: u64 = 500;

/// A turn that is over.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct TurnLine {
    /// Its first reply, or the message that got none.
    pub id: String,
    /// The number of ours.
    pub number: String,
    /// When it was over.
    pub at: Timestamp,
    /// How it went.
    pub record: TurnRecord,
    /// What was said last before it.
    pub asked: String,
    /// The first words of the reply; nothing for silence.
    pub answered: String,
}

/// A turn, and all that is kept of it.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct TurnShown {
    /// Its first reply, or the message that got none.
    pub id: String,
    /// The number of ours.
    pub number: String,
    /// How it went.
    pub record: TurnRecord,
    /// What the person said.
    pub asked: Vec<Said>,
    /// What they got.
    pub replies: Vec<Said>,
    /// Exactly what the model was told and said; it is kept for
    /// `memory.trace_days`.
    pub trace: Option<serde_json::Value>,
}

/// A message of a turn.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Said {
    /// Its id.
    pub id: String,
    /// When.
    pub at: Timestamp,
    /// The words.
    pub text: String,
    /// What became of it.
    pub status: Status,
    /// Why it failed.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub reason: Option<String>,
}

/// How many.
#[derive(Clone, Debug, Deserialize)]
pub struct Newest {
    limit: usize,
}

pub(super) async fn of_person(
    State(shared): State<Shared>,
    whom: Whom,
    Asked(Newest { limit }): Asked<Newest>,
) -> Result<Json<Vec<TurnLine>>, Problem> {
    let person = whom.known(&shared).await?;
    let mut lines = Vec::new();
    for (_, id) in person.conversations {
        if let Some(conversation) = shared.store.conversation(id).await? {
            lines.extend(newest(&shared, conversation, limit).await?);
        }
    }
    lines.sort_by_key(|line| std::cmp::Reverse((line.at, line.id.clone())));
    lines.truncate(limit);
    Ok(Json(lines))
}

pub(super) async fn of_conversation(
    State(shared): State<Shared>,
    Segment(id): Segment<String>,
    Asked(Newest { limit }): Asked<Newest>,
) -> Result<Json<Vec<TurnLine>>, Problem> {
    let conversation = ids::conversation(&shared, &id, None).await?;
    Ok(Json(newest(&shared, conversation, limit).await?))
}

/// The last turns of a conversation, the newest first.
async fn newest(
    shared: &Shared,
    conversation: Conversation,
    limit: usize,
) -> Result<Vec<TurnLine>, StoreError> {
    let number = conversation.number.name.to_string();
    let id = |position| MessageId { conversation: conversation.id, position }.to_string();
    let mut pages = Pages::of(&*shared.store, conversation.clone());
    let mut lines: Vec<TurnLine> = Vec::new();
    while let Some(page) = pages.next().await? {
        for row in page.into_iter().rev() {
            // Of what stands before a turn, the newest is what was asked.
            let open = lines.last_mut().filter(|last| last.asked.is_empty());
            if let Some(last) = open.filter(|_| row.role == Role::Person) {
                last.asked = row.content.as_text();
            }
            let Some(record) = row.turn else { continue };
            if lines.len() == limit {
                return Ok(lines);
            }
            let words = row.content.as_text();
            let (asked, answered) = match row.role {
                Role::Person => (words, String::new()),
                Role::Assistant | Role::Business => (String::new(), words),
            };
            let (id, number) = (id(row.position), number.clone());
            lines.push(TurnLine { id, number, at: row.stored_at, record, asked, answered });
        }
    }
    Ok(lines)
}

pub(super) async fn show(
    State(shared): State<Shared>,
    Segment(id): Segment<String>,
) -> Result<Json<TurnShown>, Problem> {
    shown(&shared, &id).await.map(|(shown, _)| Json(shown))
}

/// The turn that a message belongs to, and where.
async fn shown(shared: &Shared, id: &str) -> Result<(TurnShown, Conversation), Problem> {
    let wanted = ids::message(shared, id).await.map_err(|problem| match problem.status() {
        StatusCode::NOT_FOUND => no_turn(),
        _ => problem,
    })?;
    let store = &shared.store;
    let conversation = store.conversation(wanted.conversation).await?.ok_or_else(no_turn)?;
    let rows = around(shared, &conversation, wanted.position.seq).await?;
    let from = Position { seq: wanted.position.seq, part: 0 };
    let ends = |row: &&Message| row.position >= from && row.turn.is_some();
    let known = rows.iter().any(|row| row.position == wanted.position);
    let last = rows.iter().find(ends).filter(|_| known).ok_or_else(no_turn)?;
    let said = |row: &Message| said(conversation.id, row);
    let id = MessageId { conversation: conversation.id, position: last.position };
    let shown = TurnShown {
        id: id.to_string(),
        number: conversation.number.name.to_string(),
        record: last.turn.clone().ok_or_else(no_turn)?,
        asked: asked(&rows, last.position).map(said).collect(),
        replies: replies(&rows, last.position).map(said).collect(),
        trace: store.trace(id).await?,
    };
    Ok((shown, conversation))
}

async fn around(
    shared: &Shared,
    conversation: &Conversation,
    seq: u64,
) -> Result<Vec<Message>, StoreError> {
    let window_from = seq.saturating_sub(SPAN);
    let below = conversation.next_seq.min(seq.saturating_add(SPAN));
    let from_there = Conversation { window_from, ..conversation.clone() };
    shared.store.window(&from_there, below, u32::MAX).await
}

/// What the person said since the turn before.
fn asked(rows: &[Message], last: Position) -> impl Iterator<Item = &Message> {
    let own = rows.iter().filter(move |row| row.position.seq <= last.seq);
    let earlier = |row: &&Message| row.position < last && row.turn.is_some();
    let before = rows.iter().rev().find(earlier).map(|row| row.position.seq);
    let since = move |row: &&Message| before.is_none_or(|before| row.position.seq > before);
    own.filter(since).filter(|row| row.role == Role::Person)
}

fn replies(rows: &[Message], last: Position) -> impl Iterator<Item = &Message> {
    rows.iter().filter(move |row| row.position.seq == last.seq && row.position.part > 0)
}

fn said(conversation: ConversationId, row: &Message) -> Said {
    Said {
        id: MessageId { conversation, position: row.position }.to_string(),
        at: row.at,
        text: row.content.as_text(),
        status: row.status,
        reason: row.failure.as_ref().map(|failure| failure.reason.clone()),
    }
}

fn no_turn() -> Problem {
    let message = "no turn has a message with that id; olifant turns list PERSON shows them";
    Problem::not_found("unknown_turn", message).at("id")
}
