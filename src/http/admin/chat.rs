//! Somebody at a terminal talks to the assistant: the same turns, tools and
//! memory, with a business whose people are nobody else's customers. What they
//! are told goes into the answer and to no provider.

use std::collections::BTreeSet;
use std::sync::Arc;
use std::time::Duration;

use axum::Json;
use axum::extract::State;
use serde::{Deserialize, Serialize};

use super::Operators;
use super::whom::one_of;
use crate::assistant::Mind;
use crate::domain::content::Content;
use crate::domain::conversation::Conversation;
use crate::domain::event::{Event, Inbound, Received};
use crate::domain::id::{Business, ConversationId, Number, ProviderId};
use crate::domain::lane::Quiet;
use crate::domain::message::{Attached, Role};
use crate::domain::person::{Address, Alias, Phone, Sender};
use crate::domain::record::Verdict;
use crate::http::Shared;
use crate::http::body::Body;
use crate::http::error::Problem;
use crate::store::{Accepted, StoreError};

/// A line at a terminal is a whole question.
const AT_ONCE: Quiet = Quiet { settle: Duration::ZERO, cap: Duration::ZERO };

/// How far back the newest message is looked for, in tokens.
const NEWEST: u32 = 10_000;

/// What somebody at a terminal says.
#[derive(Clone, Debug, Default, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Line {
    /// Who says it: a phone number, of nobody but this terminal.
    pub person: String,
    /// To which business; may be left out if there is one.
    #[serde(default)]
    pub business: Option<Business>,
    /// The words; without: what was said since then is fetched.
    #[serde(default)]
    pub text: Option<String>,
    /// The id of what the words choose.
    #[serde(default)]
    pub choice: Option<String>,
    /// They quote the newest message to this person.
    #[serde(default)]
    pub quotes: bool,
}

/// What came of it.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Heard {
    /// What the assistant is called.
    pub assistant: String,
    /// Its model.
    pub model: String,
    /// What the person is told, in order.
    pub told: Vec<Content>,
    /// Why the assistant said nothing, or could make no answer.
    pub reason: Option<String>,
}

pub(super) async fn talk(
    State(operators): State<Operators>,
    Body(line): Body<Line>,
) -> Result<Json<Heard>, Problem> {
    let (business, mind) = answering(&operators, line.business.clone())?;
    let chat = Chat {
        shared: &operators.shared,
        number: Number::in_chat(&business),
        phone: Phone::parse(&line.person).ok_or_else(no_person)?,
    };
    let quotes = if line.quotes { chat.newest().await? } else { None };
    let spoken = match content(line) {
        Some(content) => Some(chat.say(content, quotes).await?),
        None => chat.known().await?.map(|id| (id, u64::MAX)),
    };
    let mut reason = None;
    if let Some((id, seq)) = spoken {
        operators.workers.attend(id).await?;
        reason = chat.reason(id, seq).await?;
    }
    let told = operators.shared.providers.terminal().fetch(&chat.number.name, &chat.address());
    let (assistant, model) = (mind.config.name.clone(), mind.llm.model.clone());
    Ok(Json(Heard { assistant, model, told, reason }))
}

/// The business that is named, or the only one, and how it answers.
fn answering(
    operators: &Operators,
    wanted: Option<Business>,
) -> Result<(Business, Arc<Mind>), Problem> {
    let minds = operators.minds.borrow().clone();
    let all: BTreeSet<Business> = minds.keys().filter(|b| !b.is_in_chat()).cloned().collect();
    let business = one_of(&all, wanted)?;
    let mind = minds.get(&business.in_chat()).cloned().ok_or_else(no_business)?;
    Ok((business, mind))
}

fn content(line: Line) -> Option<Content> {
    Some(match (line.text?, line.choice) {
        (title, Some(id)) => Content::Choice { id, title },
        (text, None) => Content::Text(text),
    })
}

/// One person at a terminal.
struct Chat<'a> {
    shared: &'a Shared,
    number: Number,
    phone: Phone,
}

impl Chat<'_> {
    fn address(&self) -> Address {
        Address::Phone(self.phone.clone())
    }

    /// Keeps what was said, in this conversation, at this place.
    async fn say(
        &self,
        content: Content,
        quotes: Option<ProviderId>,
    ) -> Result<(ConversationId, u64), Problem> {
        let inbound = Inbound {
            provider_id: ProviderId::from(format!("chat-{}", uuid::Uuid::now_v7())),
            sender: Sender::from(self.address()),
            at: self.shared.clock.now(),
            content,
            attached: Attached { quotes, ..Attached::default() },
        };
        let (number, event) = (self.number.clone(), Event::Message(inbound));
        let said = Received { number, quiet: AT_ONCE, pause: Duration::ZERO, event };
        match self.shared.store.accept(vec![said]).await?.as_slice() {
            [Accepted::New(id)] => Ok((*id, self.last(*id).await?)),
            _ => Err(Problem::conflict("not_taken", "the line could not be kept; write it again")),
        }
    }

    /// The `seq` of the newest message.
    async fn last(&self, id: ConversationId) -> Result<u64, StoreError> {
        let conversation = self.shared.store.conversation(id).await?;
        Ok(conversation.map_or(0, |conversation| conversation.next_seq.saturating_sub(1)))
    }

    /// Their conversation, if they have said anything.
    async fn known(&self) -> Result<Option<ConversationId>, StoreError> {
        let alias = Alias::Phone(self.phone.clone());
        let person = self.shared.store.find(&self.number.business, &alias).await?;
        let own = person.and_then(|person| {
            person.conversations.into_iter().find(|(name, _)| *name == self.number.name)
        });
        Ok(own.map(|(_, id)| id))
    }

    /// What the newest message to them is called.
    async fn newest(&self) -> Result<Option<ProviderId>, StoreError> {
        let Some(id) = self.known().await? else { return Ok(None) };
        let Some(conversation) = self.shared.store.conversation(id).await? else { return Ok(None) };
        let below = conversation.next_seq;
        let rows = self.shared.store.window(&conversation, below, NEWEST).await?;
        let told = rows.into_iter().rev().filter(|row| row.role != Role::Person);
        Ok(told.filter_map(|row| row.provider_id).next())
    }

    /// Why the turn that began there had no answer.
    async fn reason(&self, id: ConversationId, seq: u64) -> Result<Option<String>, StoreError> {
        let Some(conversation) = self.shared.store.conversation(id).await? else { return Ok(None) };
        let since = Conversation { window_from: seq, ..conversation };
        let rows = self.shared.store.window(&since, since.next_seq, u32::MAX).await?;
        Ok(match rows.into_iter().find_map(|row| row.turn).map(|turn| turn.verdict) {
            Some(Verdict::Silent(reason) | Verdict::Failed(reason)) => Some(reason),
            Some(Verdict::Answered | Verdict::Said) | None => None,
        })
    }
}

fn no_person() -> Problem {
    let message = "write a phone number with country code, such as +15550123: nobody is called";
    Problem::invalid("person", message)
}

fn no_business() -> Problem {
    Problem::conflict("no_business", "that business has just gone; try again")
}
