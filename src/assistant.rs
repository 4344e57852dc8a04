//! From a turn to what the person gets: may we answer, what is the model
//! told, what does it say, how does that fit into messages.

pub mod command;
mod config;
mod context;
mod draft;
pub mod format;
pub mod handoff;
pub mod language;
pub mod limits;
mod markdown;
pub mod memory;
mod mind;
pub mod policy;
mod replies;
mod reply;
#[cfg(test)]
pub(crate) mod sample;
mod templates;
mod think;
mod time;

use std::collections::HashMap;
use std::sync::Arc;
use std::time::Duration;

use jiff::Timestamp;
use tokio::sync::watch;
use url::Url;

use crate::alert::Kind;
use crate::clock::Clock;
use crate::domain::change::Change;
use crate::domain::id::{Business, ConversationId};
use crate::domain::record::Verdict;
use crate::domain::turn::{Finished, Turn};
use crate::provider::Limits;
use crate::recollect::Shelves;
use crate::store::{Store, StoreError};
use command::{Command, Order};
use context::Context;
use policy::Decision;
use replies::Wish;

pub use config::{BusinessConfig, Config, Hours};
pub use memory::summary::NoSummary;
pub use mind::Mind;

/// The minds of all businesses.
pub type Minds = HashMap<Business, Arc<Mind>>;

/// Turns questions into answers.
pub struct Assistant {
    minds: watch::Receiver<Arc<Minds>>,
    store: Arc<dyn Store>,
    /// Where people reach us at the moment.
    public_url: watch::Receiver<Url>,
    clock: Clock,
}

impl Assistant {
    /// With minds that may be replaced at any time.
    pub fn new(
        minds: watch::Receiver<Arc<Minds>>,
        store: Arc<dyn Store>,
        public_url: watch::Receiver<Url>,
        clock: Clock,
    ) -> Self {
        Self { minds, store, public_url, clock }
    }

    /// How this business answers at the moment.
    pub fn mind(&self, business: &Business) -> Option<Arc<Mind>> {
        self.minds.borrow().get(business).cloned()
    }

    /// Whether and how a turn is answered; cheap, and reads nothing.
    pub fn decide(&self, turn: &Turn) -> Decision {
        match self.mind(&turn.conversation.number.business) {
            Some(mind) if handoff::is_operators(&mind.handoff, turn) => {
                Decision::silent("an operator wrote")
            }
            Some(mind) => {
                let now = self.clock.now();
                match policy::decide(&mind.policy, &mind.replies, turn, now) {
                    Decision::Answer => mind.beyond(turn, now).unwrap_or(Decision::Answer),
                    other => other,
                }
            }
            None => Decision::silent("the number's business is not configured"),
        }
    }

    /// Decides and, if it is to be answered, answers; messages fit the limits.
    /// A model that fails is no error: the person gets an honest line.
    pub async fn answer(&self, turn: &Turn, limits: Limits) -> Result<Finished, StoreError> {
        let began = self.clock.now();
        let Some(mind) = self.mind(&turn.conversation.number.business) else {
            return Ok(Finished::silent("the number's business is not configured"));
        };
        let mut finished = match handoff::is_operators(&mind.handoff, turn) {
            true => self.hear_operator(turn, &mind, limits).await?,
            false => {
                let current = command::up_to_date(&*self.store, turn).await?;
                let finished = self.answer_person(&current, &mind, limits).await?;
                let finished = command::no_longer_asked(turn, finished);
                mind.accounted(turn, finished, self.clock.now())
            }
        };
        finished.record.took = since(began, self.clock.now());
        Ok(finished)
    }

    async fn hear_operator(
        &self,
        turn: &Turn,
        mind: &Mind,
        limits: Limits,
    ) -> Result<Finished, StoreError> {
        let (transcript, people) = (&*self.store, &*self.store);
        let reads = handoff::Reads { transcript, people };
        handoff::operator::answer(&mind.desk(limits, self.clock.now()), &reads, turn).await
    }

    async fn answer_person(
        &self,
        turn: &Turn,
        mind: &Mind,
        limits: Limits,
    ) -> Result<Finished, StoreError> {
        let now = self.clock.now();
        Ok(match self.decide(turn) {
            Decision::Silent { reason: policy::WITH_A_HUMAN, .. } => {
                mind.desk(limits, now).overhear(turn)
            }
            Decision::Silent { reason, changes } => {
                Finished { changes, ..Finished::silent(reason) }
            }
            Decision::Say { line, changes } => {
                let context = self.context(turn, mind).await?;
                mind.say(turn, &context, limits, (line, changes), Verdict::Said)
            }
            Decision::Obey(command) => self.obey(turn, mind, limits, &command).await?,
            Decision::LeaveAlone => {
                let context = self.context(turn, mind).await?;
                let thought = mind.leave_alone(turn, &context, limits, now);
                mind.reply(turn, &context, limits, thought, Verdict::Said)
            }
            Decision::Answer if mind.asks_for_a_human(turn) => {
                let context = self.context(turn, mind).await?;
                let request = mind.own_request(turn, &context);
                let thought = mind.hand_over(turn, &context, limits, now, &request);
                mind.reply(turn, &context, limits, thought, Verdict::Said)
            }
            Decision::Answer => {
                let context = self.context(turn, mind).await?;
                let answer = mind.answer(turn, &context, self.shelves(), limits, &self.clock).await;
                match self.was_stopped(turn, mind).await {
                    true => Finished::silent("the person said STOP meanwhile"),
                    false => answer,
                }
            }
        })
    }

    /// What is said beside the order while a human answers is the human's to
    /// hear.
    async fn obey(
        &self,
        turn: &Turn,
        mind: &Mind,
        limits: Limits,
        command: &Command,
    ) -> Result<Finished, StoreError> {
        let (context, now) = (self.context(turn, mind).await?, self.clock.now());
        let (language, url) = (mind.language(turn, &context), self.public_url.borrow().clone());
        let (shelves, public_url) = (self.shelves(), &url);
        let order = Order { mind, turn, language, shelves, public_url, now };
        let mut finished = order.obey(command, &context, limits).await?;
        let alone = turn.inbound.len() == 1 || *command == Command::Confirm;
        if !alone && !turn.conversation.mode.assistant_answers(now) {
            finished.changes.extend(mind.desk(limits, now).overhear(turn).changes);
        }
        Ok(finished)
    }

    async fn context(&self, turn: &Turn, mind: &Mind) -> Result<Context, StoreError> {
        // With what is just beyond the window, to see how much that is.
        let tokens = mind.memory.budget_tokens.saturating_add(mind.untold_tokens());
        Context::read(self.shelves(), turn, tokens).await
    }

    fn shelves(&self) -> Shelves<'_> {
        Shelves::of(&*self.store)
    }

    /// What an operator must know of a turn that met a limit.
    pub fn alert(&self, turn: &Turn, finished: &Finished) -> Option<(Kind, &'static str)> {
        self.mind(&turn.conversation.number.business)?.alert(finished)
    }

    /// What left the window of a conversation, told in short by its business's
    /// model, and what that took; empty = there is nothing new to tell.
    pub async fn summarise(&self, id: ConversationId) -> Result<Vec<Change>, NoSummary> {
        let Some(conversation) = self.store.conversation(id).await? else { return Ok(Vec::new()) };
        match self.mind(&conversation.number.business).filter(|mind| mind.summarises()) {
            Some(mind) => mind.summarise(&conversation, self.shelves(), self.clock.now()).await,
            None => Ok(Vec::new()),
        }
    }

    /// Whether a STOP waits for the next turn. Who can't read it now answers.
    async fn was_stopped(&self, turn: &Turn, mind: &Mind) -> bool {
        let next = turn.conversation.next_seq;
        let now = self.store.conversation(turn.conversation.id).await.ok().flatten();
        let Some(now) = now.filter(|now| now.next_seq > next) else { return false };
        let rows = self.store.window(&now, now.next_seq, NEWEST).await.unwrap_or_default();
        let mut new = rows.iter().filter(|row| row.position.seq >= next);
        new.any(|row| policy::wish(&mind.replies, row) == Some(Wish::Stop))
    }

    /// The honest line for a turn that could not even be read.
    pub fn apologise(&self, turn: &Turn, limits: Limits, reason: &str) -> Finished {
        match self.mind(&turn.conversation.number.business) {
            Some(mind) => mind.give_up(turn, &Context::default(), limits, reason.to_owned()),
            None => Finished::silent("the number's business is not configured"),
        }
    }
}

/// How much of what came in meanwhile is looked at for a STOP, in tokens.
const NEWEST: u32 = 4000;

fn since(began: Timestamp, now: Timestamp) -> Duration {
    now.duration_since(began).try_into().unwrap_or_default()
}
