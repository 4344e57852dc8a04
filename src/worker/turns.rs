//! Steps 5 to 9: from a claimed turn to its reply in the outbox.

use std::pin::pin;
use std::sync::Arc;
use std::time::Duration;

use super::deliveries::Deliveries;
use super::{Watch, while_held};
use crate::alert::{Alerts, Kind};
use crate::assistant::Assistant;
use crate::assistant::policy::Decision;
use crate::clock::Clock;
use crate::domain::id::{ConversationId, Number};
use crate::domain::record::{TurnRecord, Verdict};
use crate::domain::turn::{Turn, TurnOutcome};
use crate::metrics::Metrics;
use crate::provider::{Limits, Provider, Providers};
use crate::store::{Claim, Queue, Store, StoreError};

/// Typing dots are shown when the model takes longer than this.
const PATIENCE: Duration = Duration::from_millis(300);

/// Dots end by themselves after 25 s.
const DOTS: Duration = Duration::from_secs(20);

/// Before a turn whose transcript could not be read is tried again.
const BREATH: Duration = Duration::from_secs(1);

/// How often that is tried before the person is told.
const TRIES: u16 = 3;

/// After so many claims of one turn, whatever came of them, the person is told.
const LAST_TRY: u16 = 10;

const UNSTORABLE: &str = "the turn was tried too often";

/// Between two looks for a number that is not configured (any more).
const MISSING: Duration = Duration::from_secs(60);

/// Answers turns.
pub struct Turns {
    store: Arc<dyn Store>,
    assistant: Arc<Assistant>,
    providers: Arc<Providers>,
    deliveries: Deliveries,
    alerts: Arc<Alerts>,
    metrics: Arc<Metrics>,
    clock: Clock,
}

impl Turns {
    /// A worker over these parts.
    pub fn new(
        store: Arc<dyn Store>,
        assistant: Arc<Assistant>,
        providers: Arc<Providers>,
        deliveries: Deliveries,
        Watch { alerts, metrics }: Watch,
        clock: Clock,
    ) -> Self {
        Self { store, assistant, providers, deliveries, alerts, metrics, clock }
    }

    /// The worker that a reply is handed to.
    pub fn deliveries(&self) -> &Deliveries {
        &self.deliveries
    }

    /// Answers one turn and sends the reply.
    pub async fn work(&self, claim: Claim<Turn>) {
        let id = claim.lane();
        let answer = self.answer(&claim.work);
        let Some(outcome) = while_held(&*self.store, &claim, &self.clock, answer).await else {
            tracing::info!(conversation.id = %id, "The question changed; it is asked again");
            return;
        };
        let over = Over::of(&self.assistant, &claim.work, &outcome);
        match Queue::finish(&*self.store, claim, outcome).await {
            Ok(delivery) => {
                over.iter().for_each(|over| self.report(over));
                if let Some(delivery) = delivery {
                    self.deliveries.work(delivery).await;
                }
            }
            Err(StoreError::ClaimLost) => {
                tracing::info!(conversation.id = %id, "The question changed; the answer is dropped");
            }
            Err(error) => self.alerts.unstored(id, &error),
        }
    }

    async fn answer(&self, turn: &Turn) -> TurnOutcome {
        let number = &turn.conversation.number.name;
        let Some(provider) = self.providers.of(number) else {
            self.alerts.raise(Kind::NumberStopped, number.as_str(), "the number is not configured");
            return TurnOutcome::Retry { at: self.clock.now() + MISSING };
        };
        let limits = provider.limits(number);
        if turn.attempt > LAST_TRY {
            // It was answered and could not be stored: a line without effects may.
            return TurnOutcome::Finished(self.assistant.apologise(turn, limits, UNSTORABLE));
        }
        let answer = self.assistant.answer(turn, limits);
        let answer = match self.assistant.decide(turn) {
            Decision::Answer => self.while_typing(turn, provider, answer).await,
            Decision::Silent { .. }
            | Decision::Say { .. }
            | Decision::Obey(_)
            | Decision::LeaveAlone => answer.await,
        };
        answer.map_or_else(|error| self.unread(turn, limits, &error), TurnOutcome::Finished)
    }

    /// The transcript can't be read: again, but not for ever, and not in
    /// silence.
    fn unread(&self, turn: &Turn, limits: Limits, error: &StoreError) -> TurnOutcome {
        self.alerts.unstored(turn.conversation.id, error);
        if turn.attempt < TRIES {
            return TurnOutcome::Retry { at: self.clock.now() + BREATH };
        }
        TurnOutcome::Finished(self.assistant.apologise(turn, limits, &error.to_string()))
    }

    /// Typing dots as long as it takes, if it takes long.
    async fn while_typing<F: Future>(
        &self,
        turn: &Turn,
        provider: &Arc<dyn Provider>,
        answer: F,
    ) -> F::Output {
        let mut answer = pin!(answer);
        let mut wait = PATIENCE;
        loop {
            if let Ok(answer) = self.clock.timeout(wait, &mut answer).await {
                return answer;
            }
            self.show_typing(turn, provider);
            wait = DOTS;
        }
    }

    /// On the side: the answer doesn't wait for it.
    fn show_typing(&self, turn: &Turn, provider: &Arc<dyn Provider>) {
        let newest = turn.inbound.last().and_then(|row| row.provider_id.clone());
        let (provider, number) = (provider.clone(), turn.conversation.number.name.clone());
        if let Some(message) = newest {
            tokio::spawn(async move { provider.signal(&number, &message).await });
        }
    }

    fn report(&self, over: &Over) {
        let record = &over.record;
        tracing::info!(
            conversation.id = %over.conversation,
            number.name = %over.number.name,
            turn.verdict = record.verdict.as_str(),
            turn.reason = record.verdict.reason(),
            turn.messages = over.messages,
            model.name = record.model,
            tokens.input = record.usage.input,
            tokens.output = record.usage.output,
            cost = record.cost.map(tracing::field::display),
            duration_ms = u64::try_from(record.took.as_millis()).unwrap_or(u64::MAX),
            "A turn is over"
        );
        // Whoever sits at a terminal sees it.
        if over.number.name.is_in_chat() {
            return;
        }
        self.metrics.turn_is_over(record);
        if let Verdict::Failed(reason) = &record.verdict {
            self.alerts.raise(Kind::TurnFailed, over.number.business.as_str(), reason);
        }
        if let Some((kind, reason)) = over.alert {
            self.alerts.raise(kind, over.number.business.as_str(), reason);
        }
    }
}

/// What is told of a turn that is over.
struct Over {
    conversation: ConversationId,
    number: Number,
    messages: usize,
    record: TurnRecord,
    alert: Option<(Kind, &'static str)>,
}

impl Over {
    fn of(assistant: &Assistant, turn: &Turn, outcome: &TurnOutcome) -> Option<Self> {
        let TurnOutcome::Finished(finished) = outcome else { return None };
        Some(Self {
            conversation: turn.conversation.id,
            number: turn.conversation.number.clone(),
            messages: turn.inbound.len(),
            record: finished.record.clone(),
            alert: assistant.alert(turn, finished),
        })
    }
}
