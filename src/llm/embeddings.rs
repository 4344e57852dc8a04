//! Vectors for finding things by their meaning, from any server that speaks
//! OpenAI's `/embeddings`. Without one, words alone find things.

use std::time::Duration;

use reqwest::header::{AUTHORIZATION, HeaderValue};
use secrecy::{ExposeSecret, SecretString};
use serde::{Deserialize, Serialize};
use url::Url;

use super::answer;
use crate::clock::Clock;

/// What is read of an answer, in bytes: some hundred vectors as JSON.
const MAX_BODY: usize = 32 << 20;

/// A server, and the model whose vectors it makes.
pub struct Embeddings {
    http: reqwest::Client,
    clock: Clock,
    url: Url,
    key: Option<HeaderValue>,
    model: String,
}

#[derive(Serialize)]
struct Request<'a> {
    model: &'a str,
    input: &'a [String],
    encoding_format: &'static str,
}

#[derive(Deserialize)]
struct Reply {
    data: Vec<Row>,
}

#[derive(Deserialize)]
struct Row {
    index: usize,
    embedding: Vec<f32>,
}

impl Embeddings {
    /// Reads `memory.embeddings_url`, `_api_key` and `_model`; the error names
    /// the key. Nothing is sent yet.
    pub fn new(
        url: &str,
        key: &SecretString,
        model: &str,
        http: reqwest::Client,
        clock: Clock,
    ) -> Result<Self, String> {
        if model.trim().is_empty() {
            return Err(
                "memory.embeddings_model is empty; write the name of a model of the server"
                    .to_owned(),
            );
        }
        let url = endpoint(url).ok_or_else(|| {
            format!(
                "memory.embeddings_url = \"{url}\" is not understood; write \"https://HOST/v1\""
            )
        })?;
        Ok(Self { http, clock, url, key: header(key)?, model: model.trim().to_owned() })
    }

    /// The model that makes them: vectors of others don't compare.
    pub fn model(&self) -> &str {
        &self.model
    }

    /// One vector for each text, in order; an error never holds the texts.
    pub async fn of(&self, texts: &[String], within: Duration) -> Result<Vec<Vec<f32>>, String> {
        let asked = self.ask(texts);
        let answer = self.clock.timeout(within, asked).await;
        let mut rows = answer.map_err(|_| "no answer in time".to_owned())??;
        rows.sort_by_key(|row| row.index);
        let vectors: Vec<Vec<f32>> = rows.into_iter().map(|row| row.embedding).collect();
        let whole = vectors.iter().all(|vector| !vector.is_empty());
        match vectors.len() == texts.len() && whole {
            true => Ok(vectors),
            false => Err("the answer has not a vector for each text".to_owned()),
        }
    }

    async fn ask(&self, texts: &[String]) -> Result<Vec<Row>, String> {
        let body = Request { model: &self.model, input: texts, encoding_format: "float" };
        let mut request = self.http.post(self.url.clone()).json(&body);
        if let Some(key) = &self.key {
            request = request.header(AUTHORIZATION, key);
        }
        let answer = request.send().await.map_err(|e| answer::broken(&e))?;
        let status = answer.status();
        if !status.is_success() {
            return Err(format!("the server answered {}", status.as_u16()));
        }
        let body = answer::body(answer, MAX_BODY).await?;
        let reply = serde_json::from_slice::<Reply>(&body);
        reply.map(|reply| reply.data).map_err(|_| "the answer holds no vectors".to_owned())
    }
}

/// With or without `/embeddings` at its end.
fn endpoint(url: &str) -> Option<Url> {
    let mut url = Url::parse(url.trim()).ok()?;
    let fits = matches!(url.scheme(), "http" | "https") && url.has_host();
    let path = url.path().trim_end_matches('/').to_owned();
    let path = path.strip_suffix("/embeddings").unwrap_or(&path);
    url.set_path(&format!("{path}/embeddings"));
    fits.then_some(url)
}

fn header(key: &SecretString) -> Result<Option<HeaderValue>, String> {
    let key = key.expose_secret().trim();
    if key.is_empty() {
        return Ok(None);
    }
    let mut value = HeaderValue::try_from(format!("Bearer {key}"))
        .map_err(|_| "memory.embeddings_api_key holds a character that no key has".to_owned())?;
    value.set_sensitive(true);
    Ok(Some(value))
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;
    use crate::llm::stand_in::{Answer, StandIn, http, refuses};

    const WITHIN: Duration = Duration::from_secs(5);

    fn open(url: &str, key: &str) -> Result<Embeddings, String> {
        Embeddings::new(url, &key.into(), "small", http(), Clock::system())
    }

    async fn ask(answer: Answer) -> (StandIn, Result<Vec<Vec<f32>>, String>) {
        let server = StandIn::start([answer]).await;
        let texts = ["tea".to_owned(), "coffee".to_owned()];
        let vectors = open(&server.url, "sk-1").expect("readable").of(&texts, WITHIN).await;
        (server, vectors)
    }

    #[tokio::test]
    async fn there_is_a_vector_for_each_text_in_their_order() {
        let row = |index: usize, value: f32| json!({ "index": index, "embedding": [value, 1.0] });
        let rows = json!({ "data": [row(1, 0.5), row(0, 0.25)] });
        let (server, vectors) = ask(Answer::Json(200, rows)).await;
        assert_eq!(vectors, Ok(vec![vec![0.25, 1.0], vec![0.5, 1.0]]));
        let asked = &server.asked()[0];
        assert_eq!(asked.uri.path(), "/v1/embeddings");
        assert_eq!(asked.headers["authorization"], "Bearer sk-1");
        assert_eq!(asked.body["input"], json!(["tea", "coffee"]));
        assert_eq!(asked.body["model"], "small");
    }

    #[tokio::test]
    async fn an_answer_that_is_none_is_an_error_without_the_words() {
        let one = json!({ "data": [{ "index": 0, "embedding": [1.0] }] });
        for (answer, hint) in [
            (refuses(429, "tea and coffee"), "answered 429"),
            (Answer::Raw(200, "<html>"), "no vectors"),
            (Answer::Json(200, one), "not a vector for each"),
        ] {
            let why = ask(answer).await.1.expect_err(hint);
            assert!(why.contains(hint) && !why.contains("tea"), "{why}");
        }
    }

    #[test]
    fn the_address_is_read_with_and_without_its_end() {
        for url in ["http://[::1]:1/v1", "http://[::1]:1/v1/", "http://[::1]:1/v1/embeddings"] {
            let open = open(url, "").expect("readable");
            assert_eq!(open.url.as_str(), "http://[::1]:1/v1/embeddings");
            assert!(open.key.is_none());
        }
        for url in ["", "localhost:1", "ftp://x/v1"] {
            assert!(open(url, "").err().unwrap_or_default().contains("memory.embeddings_url"));
        }
    }
}
