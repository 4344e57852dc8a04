//! What a model does: one prompt in, one completion out. No retries, no
//! memory, no tools run here.
//!
//! To add a model: one file, and one entry in [`open`].

mod answer;
pub mod demo;
pub mod embeddings;
pub mod measured;
pub mod openai;
pub mod size;
#[cfg(test)]
pub(crate) mod stand_in;
pub mod switched;

use std::sync::Arc;
use std::time::Duration;

use async_trait::async_trait;

use crate::clock::Clock;
use crate::domain::message::Role;
use crate::domain::record::Usage;

/// What stands before the words of a human of the business: models know no
/// role for them.
pub const COLLEAGUE: &str = "[a colleague of the business wrote this] ";

/// A model that answers.
#[async_trait]
pub trait Model: Send + Sync {
    /// Answers once. `model` names which of the server's models.
    async fn complete(&self, model: &str, prompt: &Prompt) -> Result<Completion, ModelError>;
}

/// All that a model is told.
#[derive(Clone, Debug, PartialEq, serde::Serialize, serde::Deserialize)]
pub struct Prompt {
    /// Stable first (so that the server's cache holds), the time last.
    pub system: Vec<String>,
    /// The conversation, oldest first.
    pub dialog: Vec<Line>,
    /// What came of tool calls in this turn.
    pub steps: Vec<Step>,
    /// What it may call.
    pub tools: Vec<ToolSpec>,
    /// The most it may write.
    pub max_output_tokens: u32,
}

/// One message of the conversation.
#[derive(Clone, Debug, PartialEq, serde::Serialize, serde::Deserialize)]
pub struct Line {
    /// Who said it.
    pub role: Role,
    /// The words.
    pub text: String,
}

/// A call of a tool and its result: never separated.
#[derive(Clone, Debug, PartialEq, serde::Serialize, serde::Deserialize)]
pub struct Step {
    /// What the model asked for.
    pub call: ToolCall,
    /// What it got.
    pub result: String,
}

/// A tool as the model sees it.
#[derive(Clone, Debug, PartialEq, serde::Serialize, serde::Deserialize)]
pub struct ToolSpec {
    /// Its name.
    pub name: String,
    /// What it is for.
    pub description: String,
    /// JSON schema of its arguments.
    pub parameters: serde_json::Value,
}

/// A model asks for a tool.
#[derive(Clone, Debug, PartialEq, serde::Serialize, serde::Deserialize)]
pub struct ToolCall {
    /// Ties the result to the call.
    pub id: String,
    /// Which tool.
    pub name: String,
    /// Its arguments, as the model wrote them.
    pub arguments: String,
    /// What its server wants to get back with it, as it came.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub extra_content: Option<serde_json::Value>,
}

/// A model's answer.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Completion {
    /// The words; empty when it only calls tools or ran out of room.
    pub text: String,
    /// Tools it wants.
    pub calls: Vec<ToolCall>,
    /// It stopped because the output limit was reached.
    pub cut: bool,
    /// What it cost.
    pub usage: Usage,
}

/// Why there is no answer. Retry or not is part of the type.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum ModelError {
    /// Try again (429, 5xx, no connection, garbage instead of an answer).
    #[error("{reason}")]
    Transient {
        /// The server's wish, if it has one.
        after: Option<Duration>,
        /// For the operator; never the conversation's words.
        reason: String,
    },
    /// This model never answers this (401, 404, 400).
    #[error("{0}")]
    Refused(String),
}

/// `[llm]`.
#[derive(Clone, Debug, serde::Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Config {
    /// `openai` (anything that speaks its protocol) or `demo`.
    pub provider: String,
    /// The server's URL up to and without `/chat/completions`.
    pub base_url: String,
    /// The key; empty for servers that want none.
    pub api_key: secrecy::SecretString,
    /// The model asked first.
    pub model: String,
    /// Asked in this order when it fails.
    pub fallback_models: Vec<String>,
    /// For one answer, in seconds.
    pub timeout_s: u64,
    /// The most it may write.
    pub max_output_tokens: u32,
    /// How often a turn may go back to the model with tool results.
    pub max_steps: u32,
    /// `auto`, `max_tokens` or `max_completion_tokens`.
    pub token_param: TokenParam,
    /// Sent only if set.
    pub temperature: Option<f64>,
    /// Sent only if set.
    pub reasoning_effort: Option<String>,
    /// Any other field of the request, as JSON.
    pub extra: serde_json::Map<String, serde_json::Value>,
}

/// The name of the field that limits the output.
#[derive(Clone, Copy, Debug, PartialEq, Eq, serde::Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum TokenParam {
    /// Find out.
    Auto,
    /// Most servers.
    MaxTokens,
    /// OpenAI's newer models.
    MaxCompletionTokens,
}

/// Opens the model that `llm.provider` names; the error names the key.
pub fn open(
    config: &Config,
    http: reqwest::Client,
    clock: Clock,
) -> Result<Arc<dyn Model>, String> {
    match config.provider.as_str() {
        "openai" => Ok(Arc::new(openai::OpenAi::new(config, http, clock)?)),
        "demo" => Ok(Arc::new(demo::Demo::new(clock))),
        other => Err(format!(
            "llm.provider = \"{other}\" is unknown; write \"openai\" (anything that speaks its protocol) or \"demo\""
        )),
    }
}
