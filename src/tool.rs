//! What the model may do besides talking. A tool returns what the model reads
//! and the changes it wants; they commit with the turn or not at all.
//!
//! To add a tool: one file, and one entry in [`TOOLS`].

mod citing;
mod forget;
pub mod handoff;
mod offer_choices;
mod recall;
mod remember;
mod set_instructions;

use async_trait::async_trait;
use jiff::Timestamp;
use jiff::tz::TimeZone;

use crate::domain::change::Change;
use crate::domain::content::Choices;
use crate::domain::id::MessageId;
use crate::domain::message::Message;
use crate::domain::turn::Turn;
use crate::llm::ToolSpec;
use crate::llm::embeddings::Embeddings;
use crate::recollect::{Called, Shelves};

/// Something that the model can call.
#[async_trait]
pub trait Tool: Send + Sync {
    /// How the model sees it.
    fn spec(&self) -> ToolSpec;

    /// Does it. An error is told to the model in these words.
    async fn call(&self, at: &Situation<'_>, arguments: &str) -> Result<ToolResult, String>;
}

/// What a tool can look at.
#[derive(Clone, Copy)]
pub struct Situation<'a> {
    /// What is being answered.
    pub turn: &'a Turn,
    /// What the model is shown of the conversation, oldest first; the turn's
    /// own messages come last.
    pub shown: &'a [(MessageId, &'a Message)],
    /// What it is shown besides: words that nobody says here and now.
    pub quoted: &'a [String],
    /// What is remembered.
    pub shelves: Shelves<'a>,
    /// What finds things by their meaning, if there is such a thing.
    pub embeddings: Option<&'a Embeddings>,
    /// All that a key is called.
    pub called: &'a Called<'a>,
    /// When.
    pub now: Timestamp,
    /// Of the business.
    pub zone: &'a TimeZone,
    /// How much may be found again, in tokens.
    pub recall_tokens: u32,
}

/// What a call came to.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct ToolResult {
    /// What the model reads.
    pub text: String,
    /// What commits with the turn.
    pub changes: Vec<Change>,
    /// What the person is told was noted.
    pub noted: Vec<Noted>,
    /// What the person can choose from, under the model's next words.
    pub choices: Option<Choices>,
    /// A human takes over, and nothing more is asked of the model.
    pub handoff: Option<handoff::Request>,
}

/// Something new that is remembered.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Noted {
    /// Under which key.
    pub key: String,
    /// What.
    pub value: String,
    /// Something else was remembered before.
    pub corrected: bool,
}

impl ToolResult {
    /// Nothing but words for the model.
    pub fn says(text: impl Into<String>) -> Self {
        Self { text: text.into(), ..Self::default() }
    }
}

/// Every tool there is.
pub const TOOLS: &[&dyn Tool] = &[
    &offer_choices::OfferChoices,
    &handoff::Handoff,
    &remember::Remember,
    &forget::Forget,
    &recall::Recall,
    &set_instructions::SetInstructions,
];
