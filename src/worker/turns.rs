//! Steps 5 to 9: from a claimed turn to its reply in the outbox.

use std::pin::pin;
use std::sync::Arc;
use std::time::Duration;

use super::deliveries::Deliveries;
use super::while_held;
use crate::alert::{Alerts, Kind};
use crate::assistant::Assistant;
use crate::assistant::policy::Decision;
use crate::clock::Clock;
use crate::domain::record::Verdict;
use crate::domain::turn::{Finished, Turn, TurnOutcome};
use crate::provider::{Provider, Providers};
use crate::store::{Claim, Queue, Store, StoreError};

/// Typing dots are shown when the model takes longer than this.
const PATIENCE: Duration = Duration::from_millis(300);

/// Before a turn whose transcript could not be read is tried again.
const BREATH: Duration = Duration::from_secs(1);

/// Answers turns.
pub struct Turns {
    store: Arc<dyn Store>,
    assistant: Arc<Assistant>,
    providers: Arc<Providers>,
    deliveries: Deliveries,
    alerts: Arc<Alerts>,
    clock: Clock,
}

impl Turns {
    /// A worker over these parts.
    pub fn new(
        store: Arc<dyn Store>,
        assistant: Arc<Assistant>,
        providers: Arc<Providers>,
        deliveries: Deliveries,
        alerts: Arc<Alerts>,
        clock: Clock,
    ) -> Self {
        Self { store, assistant, providers, deliveries, alerts, clock }
    }

    /// The worker that a reply is handed to.
    pub fn deliveries(&self) -> &Deliveries {
        &self.deliveries
    }

    /// Answers one turn and sends the reply.
    pub async fn work(&self, claim: Claim<Turn>) {
        let id = claim.conversation();
        let answer = self.answer(&claim.work);
        let Some(outcome) = while_held(&*self.store, &claim, &self.clock, answer).await else {
            tracing::info!(conversation.id = %id, "The question changed; it is asked again");
            return;
        };
        self.report(&claim.work, &outcome);
        match Queue::finish(&*self.store, claim, outcome).await {
            Ok(Some(delivery)) => self.deliveries.work(delivery).await,
            Ok(None) => {}
            Err(StoreError::ClaimLost) => {
                tracing::info!(conversation.id = %id, "The question changed; the answer is dropped");
            }
            Err(error) => {
                tracing::error!(conversation.id = %id, %error, "A turn could not be stored; it is done again");
            }
        }
    }

    async fn answer(&self, turn: &Turn) -> TurnOutcome {
        let number = &turn.conversation.number.name;
        let Some(provider) = self.providers.of(number) else {
            return TurnOutcome::Finished(Finished::silent(
                "the number is not configured any more",
            ));
        };
        let mut answer = pin!(self.assistant.answer(turn, provider.limits(number)));
        let thinks = self.assistant.decide(turn) == Decision::Answer;
        let answer = match self.clock.timeout(PATIENCE, &mut answer).await {
            Ok(answer) => answer,
            Err(_) => {
                if thinks {
                    self.show_typing(turn, provider);
                }
                answer.await
            }
        };
        answer.map_or_else(|error| self.again(turn, &error), TurnOutcome::Finished)
    }

    fn again(&self, turn: &Turn, error: &StoreError) -> TurnOutcome {
        tracing::error!(conversation.id = %turn.conversation.id, %error, "A turn could not be read; it is done again");
        TurnOutcome::Retry { at: self.clock.now() + BREATH * u32::from(turn.attempt) }
    }

    /// On the side: the answer doesn't wait for it.
    fn show_typing(&self, turn: &Turn, provider: &Arc<dyn Provider>) {
        let newest = turn.inbound.last().and_then(|row| row.provider_id.clone());
        let (provider, number) = (provider.clone(), turn.conversation.number.name.clone());
        if let Some(message) = newest {
            tokio::spawn(async move { provider.signal(&number, &message).await });
        }
    }

    fn report(&self, turn: &Turn, outcome: &TurnOutcome) {
        let TurnOutcome::Finished(finished) = outcome else { return };
        let record = &finished.record;
        tracing::info!(
            conversation.id = %turn.conversation.id,
            number.name = %turn.conversation.number.name,
            turn.verdict = record.verdict.as_str(),
            turn.messages = turn.inbound.len(),
            model.name = record.model,
            tokens.input = record.usage.input,
            tokens.output = record.usage.output,
            duration_ms = record.took.as_millis(),
            "A turn is over"
        );
        if let Verdict::Failed(reason) = &record.verdict {
            self.alerts.raise(Kind::TurnFailed, turn.person.business.as_str(), reason);
        }
    }
}
