//! Why a model does not answer: what its server says, and what it has instead.

use crate::doctor::finding::Finding;
use crate::doctor::pages;
use crate::llm::Config;
use crate::llm::openai::{Failed, OpenAi};

/// So many models are named of those that there are.
const NAMED: usize = 8;

/// The most likely one.
pub async fn of(model: &OpenAi, config: &Config, failed: &Failed) -> Finding {
    let Failed { status, reason } = failed;
    let name = &config.model;
    let (id, remedy) = match status {
        Some(401 | 403) => (
            "model.key",
            "correct llm.api_key (or OPENAI_API_KEY): it must be a key of this very server",
        ),
        Some(402 | 429) => (
            "model.quota",
            "look at the balance and the limits of the account at the model's provider",
        ),
        Some(400 | 404 | 405 | 422) => return misled(model, config, failed).await,
        Some(500..) => ("model.down", "the server is at fault: look at its log or status page"),
        Some(_) => ("model.refused", "do what it says"),
        None if reason.contains("no answer") => {
            ("model.slow", "choose a faster model or server: people wait for it as long")
        }
        None if reason.contains("not JSON") => return misled(model, config, failed).await,
        None => (
            "model.unreachable",
            "start the server, and see that llm.base_url leads to it from where olifant runs (in a \
             container, localhost is the container itself)",
        ),
    };
    Finding::fault(id, format!("{name} does not answer: {reason}"), remedy, pages::CONFIGURE)
}

/// The address or the name of the model is not what the server knows.
async fn misled(model: &OpenAi, config: &Config, Failed { status, reason }: &Failed) -> Finding {
    let Config { model: name, base_url, .. } = config;
    let what = format!("{name} does not answer: {reason}");
    let fault = |id, remedy: String| Finding::fault(id, what, remedy, pages::CONFIGURE);
    match model.models("").await {
        Some(there) if !has(&there, name) => {
            let there = there.into_iter().take(NAMED).collect::<Vec<_>>().join(", ");
            fault("model.unknown", format!("set llm.model to one that the server has: {there}"))
        }
        None if model.models("/v1").await.is_some() => {
            let base = base_url.trim_end_matches('/');
            fault("model.no_v1", format!("write llm.base_url = \"{base}/v1\""))
        }
        Some(_) if *status != Some(404) => fault(
            "model.refused",
            "do what it says; what else is sent stands in llm.extra, temperature and \
             reasoning_effort"
                .to_owned(),
        ),
        _ => fault(
            "model.address",
            "correct llm.base_url: the address up to and without /chat/completions".to_owned(),
        ),
    }
}

/// Some servers put a folder before the name.
fn has(there: &[String], name: &str) -> bool {
    there.iter().any(|own| own == name || own.ends_with(&format!("/{name}")))
}
