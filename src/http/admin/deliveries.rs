//! What waits to go out, and what did not arrive: tried once more, or given
//! up.

use std::cmp::Reverse;
use std::collections::HashMap;

use axum::Json;
use axum::extract::{Path as Segment, State};
use jiff::Timestamp;
use serde::{Deserialize, Serialize};

use super::whom::Asked;
use super::{ids, numbers, people};
use crate::domain::change::{Change, Subject};
use crate::domain::conversation::Conversation;
use crate::domain::delivery::{Delivery, DeliveryState};
use crate::domain::failure::Failure;
use crate::domain::id::{ConversationId, MessageId, NumberName};
use crate::domain::message::{Message, Status};
use crate::http::Shared;
use crate::http::error::Problem;
use crate::http::messages_api::Sent;
use crate::recollect::Pages;
use crate::store::StoreError;

/// So many are read between two breaths.
const PAGE: usize = 200;

/// Which deliveries.
#[derive(Clone, Debug, Deserialize)]
pub struct Which {
    /// Those that wait to go out.
    waiting: bool,
    /// Those that failed.
    failed: bool,
    /// Said since then.
    since: Option<Timestamp>,
    /// Only from this number of ours.
    number: Option<NumberName>,
    limit: usize,
}

/// A message of ours that has not gone out, or did not arrive.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct DeliveryLine {
    /// Its id.
    pub id: String,
    /// As much of it as no other begins with.
    pub short: String,
    /// From which number of ours.
    pub number: NumberName,
    /// To whom: what they are called, or else what they can be reached by.
    pub called: String,
    /// When it was said.
    pub at: Timestamp,
    /// Where it stands.
    pub state: Standing,
    /// Tries that surely did not arrive; without, where it is not known any
    /// more.
    pub attempts: Option<u16>,
    /// Why it failed, or waits.
    pub reason: Option<String>,
    /// The provider's code for that.
    pub code: Option<u32>,
    /// The words.
    pub text: String,
}

/// Where a delivery stands.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Standing {
    /// It waits to go out.
    Waiting,
    /// It is being sent.
    InFlight,
    /// The provider has not said whether it has it.
    Uncertain,
    /// It did not arrive.
    Failed,
}

/// The newest first.
pub(super) async fn list(
    State(shared): State<Shared>,
    Asked(which): Asked<Which>,
) -> Result<Json<Vec<DeliveryLine>>, Problem> {
    if let Some(number) = &which.number {
        numbers::known(&shared, number)?;
    }
    let mut found = Newest { lines: Vec::new(), most: which.limit };
    if which.waiting {
        waiting(&shared, &which, &mut found).await?;
    }
    if which.failed {
        failed(&shared, &which, &mut found).await?;
    }
    let mut names = HashMap::new();
    let mut lines = found.lines();
    for line in &mut lines {
        name(&shared, line, &mut names).await?;
    }
    Ok(Json(lines))
}

/// A failed one goes to its place in the lane once more.
pub(super) async fn retry(
    State(shared): State<Shared>,
    Segment(id): Segment<String>,
) -> Result<Json<Sent>, Problem> {
    let id = ids::message(&shared, &id).await?;
    let message = shared.store.message(id).await?.and_then(|row| Sent::of(id, &row));
    let message = message.ok_or_else(unknown)?;
    let retried = apply(&shared, id, Change::Requeue(id)).await;
    retried.map_err(|error| match error {
        StoreError::NotFound(_) => {
            let status = format!("{:?}", message.status).to_lowercase();
            let problem = format!("it has not failed: it is {status}; only what failed is retried");
            Problem::conflict("not_failed", problem).at("id")
        }
        error => error.into(),
    })?;
    sent(&shared, id).await
}

/// A waiting one is not sent any more.
pub(super) async fn drop(
    State(shared): State<Shared>,
    Segment(id): Segment<String>,
) -> Result<Json<Sent>, Problem> {
    let id = ids::message(&shared, &id).await?;
    shared.store.message(id).await?.ok_or_else(unknown)?;
    apply(&shared, id, Change::Drop(id)).await.map_err(|error| match error {
        StoreError::NotFound(_) => {
            let message = "it does not wait: it has gone out, is on its way at this moment, or is \
                           over; olifant deliveries list shows what waits";
            Problem::conflict("not_waiting", message).at("id")
        }
        error => error.into(),
    })?;
    sent(&shared, id).await
}

async fn apply(shared: &Shared, id: MessageId, change: Change) -> Result<(), StoreError> {
    let subject = Subject::Conversation(id.conversation);
    shared.store.apply(subject, vec![change]).await.map(|_| ())
}

async fn sent(shared: &Shared, id: MessageId) -> Result<Json<Sent>, Problem> {
    let row = shared.store.message(id).await?.ok_or_else(unknown)?;
    Sent::of(id, &row).map(Json).ok_or_else(unknown)
}

fn unknown() -> Problem {
    let message = "there is no such delivery; olifant deliveries list shows them";
    Problem::not_found("unknown_delivery", message).at("id")
}

/// As many as are wanted, the newest.
struct Newest {
    lines: Vec<DeliveryLine>,
    most: usize,
}

impl Newest {
    /// Too many are never held.
    fn add(&mut self, line: DeliveryLine) {
        self.lines.push(line);
        if self.lines.len() > self.most.saturating_mul(2).max(PAGE) {
            self.cut();
        }
    }

    fn lines(mut self) -> Vec<DeliveryLine> {
        self.cut();
        self.lines
    }

    fn cut(&mut self) {
        self.lines.sort_by_key(|line| Reverse(line.at));
        self.lines.truncate(self.most);
    }
}

async fn waiting(shared: &Shared, which: &Which, found: &mut Newest) -> Result<(), Problem> {
    let mut after = None;
    loop {
        let page = shared.store.deliveries(after, PAGE).await?;
        let Some(last) = page.last() else { return Ok(()) };
        after = Some(last.id);
        for delivery in page.iter().filter(|delivery| which.means(delivery)) {
            found.add(undelivered(shared, delivery).await?);
        }
        tokio::task::yield_now().await;
    }
}

/// A failed message is nothing but a row of its transcript: of each
/// conversation the rows since then are read.
async fn failed(shared: &Shared, which: &Which, found: &mut Newest) -> Result<(), Problem> {
    let mut after = None;
    loop {
        let page = shared.store.conversations(after, PAGE).await?;
        let Some(last) = page.last() else { return Ok(()) };
        after = Some(last.id);
        for conversation in page {
            if which.is_from(&conversation.number.name) {
                failed_in(shared, which, conversation, found).await?;
            }
        }
    }
}

async fn failed_in(
    shared: &Shared,
    which: &Which,
    conversation: Conversation,
    found: &mut Newest,
) -> Result<(), Problem> {
    let newest = shared.store.newest(conversation.id, 1).await?.pop();
    if newest.is_none_or(|newest| !which.is_recent(newest.stored_at)) {
        return Ok(());
    }
    let mut pages = Pages::of(&*shared.store, conversation.clone());
    while let Some(page) = pages.next().await? {
        let more = page.first().is_some_and(|first| which.is_recent(first.stored_at));
        let recent = page.iter().filter(|row| which.is_recent(row.stored_at));
        for row in recent.filter(|row| row.status == Status::Failed) {
            found.add(line(&conversation, row, Standing::Failed));
        }
        if !more {
            break;
        }
    }
    Ok(())
}

impl Which {
    fn is_from(&self, number: &NumberName) -> bool {
        self.number.as_ref().is_none_or(|wanted| wanted == number)
    }

    fn is_recent(&self, at: Timestamp) -> bool {
        self.since.is_none_or(|since| at >= since)
    }

    fn means(&self, delivery: &Delivery) -> bool {
        self.is_from(&delivery.conversation.number.name)
            && self.is_recent(delivery.message.stored_at)
    }
}

/// Its own trouble, or else its number's.
async fn undelivered(shared: &Shared, delivery: &Delivery) -> Result<DeliveryLine, Problem> {
    let number = &delivery.conversation.number.name;
    let paused = shared.store.number(number).await?.paused;
    let paused = paused.map(|pause| format!("the number is paused: {}", pause.reason));
    let state = match delivery.state {
        DeliveryState::Waiting => Standing::Waiting,
        DeliveryState::InFlight(_) => Standing::InFlight,
        DeliveryState::Uncertain(_) => Standing::Uncertain,
    };
    let line = line(&delivery.conversation, &delivery.message, state);
    let attempts = Some(delivery.attempt);
    Ok(DeliveryLine { attempts, reason: line.reason.or(paused), ..line })
}

fn line(conversation: &Conversation, row: &Message, state: Standing) -> DeliveryLine {
    let id = MessageId { conversation: conversation.id, position: row.position };
    let (reason, code) = match &row.failure {
        Some(Failure { reason, code, .. }) => (Some(reason.clone()), *code),
        None => (None, None),
    };
    DeliveryLine {
        id: id.to_string(),
        short: String::new(),
        number: conversation.number.name.clone(),
        called: String::new(),
        at: row.stored_at,
        state,
        attempts: None,
        reason,
        code,
        text: row.content.as_text(),
    }
}

/// What only those that are shown need.
async fn name(
    shared: &Shared,
    line: &mut DeliveryLine,
    known: &mut HashMap<ConversationId, String>,
) -> Result<(), Problem> {
    let id: MessageId = line.id.parse().map_err(|_| unknown())?;
    line.short = ids::short_message(shared, id).await?;
    if let Some(called) = known.get(&id.conversation) {
        line.called.clone_from(called);
        return Ok(());
    }
    if let Some(conversation) = shared.store.conversation(id.conversation).await?
        && let Some(person) = shared.store.person(conversation.person).await?
    {
        line.called = people::called(shared, &person).await?;
        known.insert(id.conversation, line.called.clone());
    }
    Ok(())
}
