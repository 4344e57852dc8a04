//! What the model may do besides talking. A tool returns what the model reads
//! and the changes it wants; they commit with the turn or not at all.
//!
//! To add a tool: one file, and one entry in [`TOOLS`].

pub mod handoff;
mod offer_choices;

use async_trait::async_trait;

use crate::domain::change::Change;
use crate::domain::content::Choices;
use crate::domain::turn::Turn;
use crate::llm::ToolSpec;

/// Something that the model can call.
#[async_trait]
pub trait Tool: Send + Sync {
    /// How the model sees it.
    fn spec(&self) -> ToolSpec;

    /// Does it. An error is told to the model in these words.
    async fn call(&self, turn: &Turn, arguments: &str) -> Result<ToolResult, String>;
}

/// What a call came to.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct ToolResult {
    /// What the model reads.
    pub text: String,
    /// What commits with the turn.
    pub changes: Vec<Change>,
    /// What the person can choose from, under the model's next words.
    pub choices: Option<Choices>,
    /// A human takes over, and nothing more is asked of the model.
    pub handoff: Option<handoff::Request>,
}

impl ToolResult {
    /// Nothing but words for the model.
    pub fn says(text: impl Into<String>) -> Self {
        Self { text: text.into(), ..Self::default() }
    }
}

/// Every tool there is.
pub const TOOLS: &[&dyn Tool] = &[&offer_choices::OfferChoices, &handoff::Handoff];
