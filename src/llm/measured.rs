//! A model whose answers are counted and timed.

use std::sync::Arc;
use std::time::Duration;

use async_trait::async_trait;
use jiff::Timestamp;

use super::{Completion, Model, ModelError, Prompt};
use crate::clock::Clock;
use crate::domain::id::Business;
use crate::metrics::Metrics;

/// See the module.
pub struct Measured {
    model: Arc<dyn Model>,
    business: Business,
    metrics: Arc<Metrics>,
    clock: Clock,
}

impl Measured {
    /// This model, as it answers for a business.
    pub fn new(
        model: Arc<dyn Model>,
        business: Business,
        metrics: Arc<Metrics>,
        clock: Clock,
    ) -> Self {
        Self { model, business, metrics, clock }
    }

    fn took(&self, began: Timestamp) -> Duration {
        self.clock.now().duration_since(began).try_into().unwrap_or_default()
    }
}

#[async_trait]
impl Model for Measured {
    async fn complete(&self, model: &str, prompt: &Prompt) -> Result<Completion, ModelError> {
        let mut question = Question { measured: self, model, outcome: "given_up" };
        let began = self.clock.now();
        let answer = self.model.complete(model, prompt).await;
        question.outcome = match &answer {
            Ok(_) => "answered",
            Err(ModelError::Transient { .. }) => "failed",
            Err(ModelError::Refused(_)) => "refused",
        };
        if let Ok(Completion { usage, .. }) = &answer {
            self.metrics.model_answered(&self.business, model, *usage, self.took(began));
        }
        answer
    }
}

/// Counted however it ends, also if nobody waits for the answer any more.
struct Question<'a> {
    measured: &'a Measured,
    model: &'a str,
    outcome: &'static str,
}

impl Drop for Question<'_> {
    fn drop(&mut self) {
        let Measured { business, metrics, .. } = self.measured;
        metrics.model_was_asked(business, self.model, self.outcome);
    }
}
