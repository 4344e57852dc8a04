//! Looking at a server: by the client that answers people, but with more to
//! say about why it does not.

use async_openai::config::Config as _;
use serde::Deserialize;

use super::OpenAi;
use super::transport::{self, Upstream};
use crate::llm::{Completion, Prompt};

/// Why there is no answer.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Failed {
    /// The HTTP status; `None` = there was no readable answer.
    pub status: Option<u16>,
    /// For the operator, in the server's words if it has any.
    pub reason: String,
}

#[derive(Deserialize)]
struct Listed {
    data: Vec<Row>,
}

#[derive(Deserialize)]
struct Row {
    id: String,
}

impl OpenAi {
    /// Answers once, as for a person.
    pub async fn probe(&self, model: &str, prompt: &Prompt) -> Result<Completion, Failed> {
        let asked = self.ask_as_it_likes(model, prompt).await;
        asked.map_err(|upstream| self.failed(&upstream, prompt))
    }

    /// Whether the model may be offered tools, as far as it was tried.
    pub fn takes_tools(&self, model: &str) -> bool {
        self.habits.takes_tools(model)
    }

    /// The models that the server says it has; `below` is what its address may
    /// lack, such as `/v1`.
    pub async fn models(&self, below: &str) -> Option<Vec<String>> {
        let endpoint = self.client.config();
        let request = self.http.get(endpoint.url(&format!("{below}/models")));
        let request = request.headers(endpoint.headers()).query(&endpoint.query()).build().ok()?;
        let answer = self.clock.timeout(self.timeout, transport::send(&self.http, request));
        let listed: Listed = answer.await.ok()?.ok()?.json().await.ok()?;
        Some(listed.data.into_iter().map(|row| row.id).collect())
    }

    fn failed(&self, upstream: &Upstream, prompt: &Prompt) -> Failed {
        let error = upstream.error(prompt, self.client.config().key());
        Failed { status: upstream.status, reason: error.to_string() }
    }
}
