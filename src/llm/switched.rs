//! A model behind a switch: while it is on, no answer comes. Dev mode shows
//! with it what the program does about a model that hangs.

use std::sync::Arc;

use async_trait::async_trait;
use tokio::sync::watch;

use super::{Completion, Model, ModelError, Prompt};

/// See the module.
pub struct Switched {
    model: Arc<dyn Model>,
    hangs: watch::Receiver<bool>,
}

impl Switched {
    /// This model, which hangs while the switch is on.
    pub fn new(model: Arc<dyn Model>, hangs: watch::Receiver<bool>) -> Self {
        Self { model, hangs }
    }
}

#[async_trait]
impl Model for Switched {
    async fn complete(&self, model: &str, prompt: &Prompt) -> Result<Completion, ModelError> {
        // A switch that nobody holds any more stays as it is.
        let _ = self.hangs.clone().wait_for(|hangs| !hangs).await;
        self.model.complete(model, prompt).await
    }
}
