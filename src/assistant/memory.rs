//! `[memory]`: how much the model is told of what is known, and how long it is
//! kept.

mod noting;
pub(super) mod profile;
pub(super) mod summary;

use crate::clock::Clock;
use crate::llm::embeddings::Embeddings;

/// `[memory]`.
#[derive(Clone, Debug, serde::Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Config {
    /// All that the model is told in one turn, in tokens; never more.
    pub budget_tokens: u32,
    /// Of these, what the business knows.
    pub knowledge_tokens: u32,
    /// Of these, what is known of the person.
    pub profile_tokens: u32,
    /// Of these, what was said before the window, in short.
    pub summary_tokens: u32,
    /// Of these, what is found again in what was said before the window.
    pub recall_tokens: u32,
    /// Keys of the profile that say where a conversation stands: nobody is
    /// told that they were written.
    pub state_keys: Vec<String>,
    /// Messages are deleted after so many days; 0 = never.
    pub retention_days: u32,
    /// What turns were told is deleted after so many days; 0 = it is not kept.
    pub trace_days: u32,
    /// A server with an OpenAI-compatible `/embeddings`, for finding things by
    /// their meaning: its URL up to and without that; none = by words alone.
    pub embeddings_url: Option<String>,
    /// Its key; empty for servers that want none.
    pub embeddings_api_key: secrecy::SecretString,
    /// Which model.
    pub embeddings_model: String,
}

impl Config {
    /// What makes vectors, if `embeddings_url` is set.
    pub(super) fn embeddings(
        &self,
        http: &reqwest::Client,
        clock: &Clock,
    ) -> Result<Option<Embeddings>, String> {
        let Some(url) = self.embeddings_url.as_deref().filter(|url| !url.trim().is_empty()) else {
            return Ok(None);
        };
        let (key, model) = (&self.embeddings_api_key, &self.embeddings_model);
        Embeddings::new(url, key, model, http.clone(), clock.clone()).map(Some)
    }
}
