//! Any server that speaks OpenAI's chat completions: OpenAI, Azure, Ollama,
//! llama.cpp, vLLM, OpenRouter, Groq, Gemini …

mod endpoint;
mod habits;
mod probe;
#[cfg(test)]
mod tests;
mod transport;
mod wire;

use std::time::Duration;

use async_openai::Client;
use async_openai::error::OpenAIError;
use async_trait::async_trait;
use serde_json::{Map, Value, json};

use super::{Completion, Config, Model, ModelError, Prompt};
use crate::clock::Clock;
use endpoint::Endpoint;
use habits::Habits;
use transport::{Transport, Upstream};

pub use probe::Failed;

/// A server and how it is spoken to.
pub struct OpenAi {
    client: Client<Endpoint>,
    http: reqwest::Client,
    clock: Clock,
    timeout: Duration,
    fields: Map<String, Value>,
    habits: Habits,
}

impl OpenAi {
    /// Checks the configuration; nothing is sent yet. The error names the key.
    pub fn new(config: &Config, http: reqwest::Client, clock: Clock) -> Result<Self, String> {
        if config.model.trim().is_empty() {
            return Err("llm.model is empty; write the name of a model of the server".to_owned());
        }
        let endpoint = Endpoint::read(&config.base_url, &config.api_key)?;
        let habits = Habits::new(config.token_param, endpoint.is_openai());
        let client = Client::build(http.clone(), endpoint);
        let client = client.with_http_service(Transport::new(http.clone()));
        let timeout = Duration::from_secs(config.timeout_s);
        Ok(Self { client, http, clock, timeout, fields: fields(config)?, habits })
    }

    fn body(&self, model: &str, prompt: &Prompt) -> Map<String, Value> {
        let mut body = Map::new();
        body.insert("model".into(), json!(model));
        body.insert(
            "messages".into(),
            wire::messages(prompt, self.habits.late_system(model)).into(),
        );
        if !prompt.tools.is_empty() {
            body.insert("tools".into(), prompt.tools.iter().map(wire::tool).collect());
        }
        if let Some(field) = self.habits.token_field(model) {
            body.insert(field.into(), json!(prompt.max_output_tokens));
        }
        body.extend(self.fields.clone());
        body.retain(|field, _| !self.habits.is_refused(model, field));
        body
    }

    /// Without what the server turns out not to take.
    async fn ask_as_it_likes(&self, model: &str, prompt: &Prompt) -> Result<Completion, Upstream> {
        loop {
            let body = self.body(model, prompt);
            let upstream = match self.ask(&body).await {
                Ok(completion) => return Ok(completion),
                Err(upstream) => upstream,
            };
            // Each round refuses one thing more, and there are few: it ends.
            if !self.habits.learn(model, &upstream, &body) {
                return Err(upstream);
            }
        }
    }

    /// One request.
    async fn ask(&self, body: &Map<String, Value>) -> Result<Completion, Upstream> {
        let chat = self.client.chat();
        let answer = chat.create_byot::<_, Value>(body);
        let answer = self.clock.timeout(self.timeout, answer).await.map_err(|_| {
            Upstream::unreachable(format!("no answer within {} s", self.timeout.as_secs()))
        })?;
        match wire::outcome(answer.map_err(Upstream::from)?) {
            wire::Outcome::Completion(completion) => Ok(completion),
            wire::Outcome::Error { status, message } => Err(Upstream::in_disguise(status, message)),
        }
    }
}

#[async_trait]
impl Model for OpenAi {
    async fn complete(&self, model: &str, prompt: &Prompt) -> Result<Completion, ModelError> {
        let asked = self.ask_as_it_likes(model, prompt).await;
        asked.map_err(|upstream| upstream.error(prompt, self.client.config().key()))
    }
}

/// Fields that are ours to set.
const OURS: [&str; 4] = ["model", "messages", "stream", "tools"];

/// The fields that are the same in each request.
fn fields(config: &Config) -> Result<Map<String, Value>, String> {
    let mut fields = Map::new();
    fields.extend(config.temperature.map(|value| ("temperature".into(), json!(value))));
    let effort = config.reasoning_effort.as_ref().filter(|effort| !effort.is_empty());
    fields.extend(effort.map(|value| ("reasoning_effort".into(), json!(value))));
    for (field, value) in &config.extra {
        if OURS.contains(&field.as_str()) {
            return Err(format!("llm.extra must not set \"{field}\"; remove it"));
        }
        fields.insert(field.clone(), value.clone());
    }
    Ok(fields)
}

impl From<OpenAIError> for Upstream {
    fn from(error: OpenAIError) -> Self {
        match error {
            OpenAIError::Boxed(error) => match error.downcast::<Upstream>() {
                Ok(upstream) => *upstream,
                Err(_) => Self::unreachable("the request could not be made".to_owned()),
            },
            // The transport turns everything else that can go wrong into an
            // `Upstream`; these texts could hold what was said.
            _ => Self::unreachable("the answer can't be read".to_owned()),
        }
    }
}
