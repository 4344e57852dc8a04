//! What was said, as operators read it.

use jiff::Timestamp;
use serde::{Deserialize, Serialize};

use crate::domain::id::{ConversationId, MessageId};
use crate::domain::message::{Message, Role, Status};
use crate::domain::record::Verdict;

/// A message, and what became of it.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Line {
    /// Its id.
    pub id: String,
    /// When.
    pub at: Timestamp,
    /// Who said it.
    pub speaker: Speaker,
    /// The words.
    pub text: String,
    /// What became of it.
    pub status: Status,
    /// Why it failed, or waits.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub reason: Option<String>,
    /// Why nobody answered it.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub silent: Option<String>,
}

/// Who said something.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Speaker {
    /// The person.
    Person,
    /// The assistant, in its own words.
    Assistant,
    /// A human of the business, or a program of theirs.
    Operator,
    /// Olifant, in words that are always the same: a promise, a command's
    /// answer, what operators are told.
    System,
}

impl Line {
    /// The message `row` of a conversation, behind `before`.
    pub fn of(conversation: ConversationId, row: &Message, before: Option<&Self>) -> Self {
        let id = MessageId { conversation, position: row.position };
        let silent = row.turn.as_ref().filter(|turn| matches!(turn.verdict, Verdict::Silent(_)));
        Self {
            id: id.to_string(),
            at: row.at,
            speaker: speaker(row, before),
            text: row.content.as_text(),
            status: row.status,
            reason: row.failure.as_ref().map(|failure| failure.reason.clone()),
            silent: silent.and_then(|turn| turn.verdict.reason()).map(str::to_owned),
        }
    }
}

/// All of these, in order.
pub(super) fn all(conversation: ConversationId, rows: &[Message]) -> Vec<Line> {
    let mut lines: Vec<Line> = Vec::with_capacity(rows.len());
    for row in rows {
        let line = Line::of(conversation, row, lines.last());
        lines.push(line);
    }
    lines
}

/// How a turn went stands with the first part of its reply.
fn speaker(row: &Message, before: Option<&Line>) -> Speaker {
    let (verdict, part) = (row.turn.as_ref().map(|turn| &turn.verdict), row.position.part);
    match (row.role, verdict) {
        (Role::Person, _) => Speaker::Person,
        (Role::Business, _) => Speaker::Operator,
        (Role::Assistant, Some(Verdict::Answered)) => Speaker::Assistant,
        (Role::Assistant, Some(Verdict::Said | Verdict::Silent(_) | Verdict::Failed(_))) => {
            Speaker::System
        }
        (Role::Assistant, None) if part > 1 => {
            let ours = before.map(|line| line.speaker).filter(|who| *who != Speaker::Person);
            ours.unwrap_or(Speaker::Assistant)
        }
        (Role::Assistant, None) => Speaker::System,
    }
}
