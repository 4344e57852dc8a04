//! How a conversation stands: who answers, and who waits for it.

use jiff::{SignedDuration, Timestamp};
use serde::{Deserialize, Serialize};

use super::line::Line;
use crate::domain::content::Content;
use crate::domain::conversation::{Conversation, Mode};
use crate::domain::id::{Business, NumberName};
use crate::domain::message::{Message, Role, Status};
use crate::domain::person::Person;

/// How a conversation stands.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Standing {
    /// Our own id.
    pub id: String,
    /// As much of it as no other begins with.
    pub short: String,
    /// The id of the person.
    pub person: String,
    /// What they are called, or else what they can be reached by.
    pub called: String,
    /// Through which number of ours.
    pub number: NumberName,
    /// Whose customer they are.
    pub business: Business,
    /// Who answers.
    pub answers: Answerer,
    /// Until when a human does; without: until it is resumed.
    pub until: Option<Timestamp>,
    /// A human was promised, and is still expected to answer.
    pub handover: Option<Handover>,
    /// Messages of the person's that nobody has answered.
    pub unanswered: usize,
    /// The person waits: for an answer, or for one that failed this week.
    pub waits: bool,
    /// What was said last.
    pub last: Option<Line>,
    /// The newest message that has the words which were looked for.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub found: Option<Line>,
    /// Until when anything may be written; without: only a template reaches
    /// them.
    pub window_until: Option<Timestamp>,
    /// They want no more messages.
    pub opted_out: bool,
}

/// Who answers in a conversation.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Answerer {
    /// The assistant.
    Assistant,
    /// A human.
    Human,
}

/// A human was promised.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Handover {
    /// Since when.
    pub since: Timestamp,
    /// Why.
    pub reason: String,
}

impl Standing {
    /// Of a conversation with its newest messages, its id's beginning and what
    /// the person is called.
    pub(super) fn of(
        conversation: &Conversation,
        person: &Person,
        rows: &[Message],
        (short, called): (String, String),
        now: Timestamp,
    ) -> Self {
        let unanswered = unanswered(conversation, rows, now);
        let last = super::line::all(conversation.id, rows).pop();
        let human = !conversation.mode.assistant_answers(now);
        let handover = conversation.handoff.clone().filter(|_| human);
        let handover = handover.map(|it| Handover { since: it.at, reason: it.reason });
        Self {
            id: conversation.id.to_string(),
            short,
            person: person.id.to_string(),
            called,
            number: conversation.number.name.clone(),
            business: conversation.number.business.clone(),
            answers: if human { Answerer::Human } else { Answerer::Assistant },
            until: human.then(|| until(conversation.mode)).flatten(),
            handover,
            unanswered,
            waits: !person.opted_out
                && (unanswered > 0 || rows.last().is_some_and(|row| has_failed(row, now))),
            last,
            found: None,
            window_until: conversation.window_until(now),
            opted_out: person.opted_out,
        }
    }
}

/// Whether somebody can be waiting, as far as the conversation and its newest
/// message tell: a first sieve, which lets nobody fall through.
pub(super) fn may_wait(conversation: &Conversation, newest: &Message, now: Timestamp) -> bool {
    let human = !conversation.mode.assistant_answers(now);
    let open = conversation.answered_to < conversation.next_seq;
    human || open || newest.role == Role::Person || has_failed(newest, now)
}

fn has_failed(row: &Message, now: Timestamp) -> bool {
    row.status == Status::Failed && is_fresh(row, now)
}

fn is_fresh(row: &Message, now: Timestamp) -> bool {
    now.duration_since(row.stored_at) < FRESH
}

/// What is older than that nobody waits for.
const FRESH: SignedDuration = SignedDuration::from_hours(7 * 24);

fn until(mode: Mode) -> Option<Timestamp> {
    match mode {
        Mode::Human { until } => until,
        Mode::Assistant => None,
    }
}

/// What the person said since whoever is to answer did. The assistant does not
/// answer what was said while a human was to, nor beyond a limit: it stays
/// here until somebody does, as long as anybody would wait.
fn unanswered(conversation: &Conversation, rows: &[Message], now: Timestamp) -> usize {
    let asks = |row: &&Message| row.role == Role::Person && is_question(row);
    let human = !conversation.mode.assistant_answers(now);
    let handed_over = conversation.handoff.as_ref().filter(|_| human).map(|handoff| handoff.at);
    let since = rows.iter().rev().take_while(|row| !answers(row, handed_over));
    let waits = |row: &&Message| {
        human || row.position.seq >= conversation.answered_to || is_fresh(row, now)
    };
    since.filter(asks).filter(waits).count()
}

fn is_question(row: &Message) -> bool {
    row.content != Content::Revoked && !row.attached.answered_elsewhere
}

/// Whether nothing said before it waits for a human any more. The assistant's
/// promise of one is no answer.
fn answers(row: &Message, handed_over: Option<Timestamp>) -> bool {
    let arrives = !matches!(row.status, Status::Failed | Status::Dropped);
    match row.role {
        Role::Person => false,
        Role::Business => arrives,
        Role::Assistant => arrives && handed_over.is_none_or(|at| row.stored_at < at),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::assistant::sample;
    use crate::domain::conversation::Handoff;

    fn row(seq: u64, role: Role, status: Status) -> Message {
        Message { role, status, ..sample::message(seq, "words") }
    }

    fn with_a_human(rows: &[Message]) -> usize {
        let mut conversation = sample::turn(&[]).conversation;
        conversation.mode = Mode::Human { until: None };
        let reason = String::new();
        conversation.handoff = Some(Handoff { at: sample::now(), reason });
        unanswered(&conversation, rows, sample::now())
    }

    #[test]
    fn who_was_promised_a_human_waits_until_one_has_answered() {
        let asks = |seq| row(seq, Role::Person, Status::Received);
        let promise = || row(1, Role::Assistant, Status::Read);
        let human = |status| row(3, Role::Business, status);
        assert_eq!(with_a_human(&[asks(1), promise()]), 1);
        assert_eq!(with_a_human(&[asks(1), promise(), asks(2)]), 2);
        assert_eq!(with_a_human(&[asks(1), promise(), human(Status::Queued)]), 0);
        assert_eq!(with_a_human(&[asks(1), promise(), human(Status::Failed)]), 1);
        assert_eq!(with_a_human(&[asks(1), human(Status::Sent), asks(4)]), 1);
    }

    #[test]
    fn what_nobody_answered_waits_also_once_the_assistant_answers_again() {
        let mut conversation = sample::turn(&[]).conversation;
        (conversation.answered_to, conversation.next_seq) = (3, 3);
        let rows = [row(0, Role::Assistant, Status::Read), row(1, Role::Person, Status::Received)];
        let newest = row(2, Role::Person, Status::Received);
        assert!(may_wait(&conversation, &newest, sample::now()));
        let rows = [&rows[..], &[newest]].concat();
        assert_eq!(unanswered(&conversation, &rows, sample::now()), 2);
        let answered = [&rows[..], &[row(3, Role::Assistant, Status::Queued)]].concat();
        assert_eq!(unanswered(&conversation, &answered, sample::now()), 0);
        let later = sample::now() + SignedDuration::from_hours(8 * 24);
        assert_eq!(unanswered(&conversation, &rows, later), 0, "nobody waits so long");
    }
}
