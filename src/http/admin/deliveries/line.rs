//! A delivery, as operators read it.

use std::collections::HashMap;

use jiff::Timestamp;
use serde::{Deserialize, Serialize};

use crate::domain::conversation::Conversation;
use crate::domain::delivery::{Delivery, DeliveryState};
use crate::domain::failure::Failure;
use crate::domain::id::{ConversationId, MessageId, NumberName};
use crate::domain::message::Message;
use crate::http::Shared;
use crate::http::admin::{ids, people};
use crate::http::error::Problem;

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
    pub stage: Stage,
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
pub enum Stage {
    /// It waits to go out.
    Waiting,
    /// It is being sent.
    InFlight,
    /// The provider has not said whether it has it.
    Uncertain,
    /// It did not arrive.
    Failed,
}

/// Its own trouble, or else its number's.
pub(super) async fn undelivered(
    shared: &Shared,
    delivery: &Delivery,
) -> Result<DeliveryLine, Problem> {
    let number = &delivery.conversation.number.name;
    let paused = shared.store.number(number).await?.paused;
    let paused = paused.map(|pause| format!("the number is paused: {}", pause.reason));
    let stage = match delivery.state {
        DeliveryState::Waiting => Stage::Waiting,
        DeliveryState::InFlight(_) => Stage::InFlight,
        DeliveryState::Uncertain(_) => Stage::Uncertain,
    };
    let line = of(&delivery.conversation, &delivery.message, stage);
    let attempts = Some(delivery.attempt);
    Ok(DeliveryLine { attempts, reason: line.reason.or(paused), ..line })
}

pub(super) fn of(conversation: &Conversation, row: &Message, stage: Stage) -> DeliveryLine {
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
        stage,
        attempts: None,
        reason,
        code,
        text: row.content.as_text(),
    }
}

/// What only those that are shown need.
pub(super) async fn name_all(shared: &Shared, lines: &mut [DeliveryLine]) -> Result<(), Problem> {
    let mut known: HashMap<ConversationId, String> = HashMap::new();
    for line in lines {
        let Ok(id) = line.id.parse::<MessageId>() else { continue };
        line.short = ids::short_message(shared, id).await?;
        line.called = match known.get(&id.conversation) {
            Some(called) => called.clone(),
            None => called(shared, id.conversation).await?,
        };
        known.insert(id.conversation, line.called.clone());
    }
    Ok(())
}

async fn called(shared: &Shared, id: ConversationId) -> Result<String, Problem> {
    let Some(conversation) = shared.store.conversation(id).await? else {
        return Ok(String::new());
    };
    match shared.store.person(conversation.person).await? {
        Some(person) => people::called(shared, &person).await,
        None => Ok(String::new()),
    }
}
