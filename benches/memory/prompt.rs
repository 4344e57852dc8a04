//! From a turn to the whole answer, with a model on this machine that answers
//! at once: nearly all of it is putting together what the model is told.

use std::time::Duration;

use anyhow::Context;
use axum::routing::post;
use axum::{Json, Router};
use olifant::app::App;
use olifant::clock::Clock;
use olifant::config::{Settings, Sources};
use olifant::domain::content::Content;
use olifant::domain::turn::{Turn, TurnOutcome};
use olifant::store::{Claim, Pick};
use serde_json::json;
use tokio::net::TcpListener;

use crate::shop::{Shop, Words, said};
use crate::times::Times;

/// So many turns are answered.
const TURNS: usize = 200;
/// Whose turns they are.
const NUMBER: u64 = 3;
const LEASE: Duration = Duration::from_secs(600);

pub async fn run(shop: &Shop, turns: usize, words: &mut Words) -> anyhow::Result<()> {
    shop.person_with(NUMBER, turns, words).await?;
    let folder = tempfile::tempdir()?;
    let file = folder.path().join("olifant.toml");
    std::fs::write(&file, CONFIG.replace("MODEL", &model().await?))?;
    let settings = Settings::load(Sources { file: Some(file), ..Sources::default() })?;
    let app = App::over(settings, shop.store.clone(), Clock::system())?;
    let number = "main".into();
    let limits = app.providers.of(&number).context("no provider")?.limits(&number);
    let mut times = Times::default();
    let questions: Vec<String> = words.questions().take(20).map(str::to_owned).collect();
    for (n, question) in questions.iter().cycle().take(TURNS).enumerate() {
        let content = Content::Text(question.clone());
        shop.store.accept(vec![said(NUMBER, content, 1_000_000 + n as u64)?]).await?;
        let claim = claim(shop).await?;
        let finished = times.of(app.assistant.answer(&claim.work, limits)).await?;
        anyhow::ensure!(!finished.messages.is_empty(), "a turn was not answered");
        shop.store.finish(claim, TurnOutcome::Finished(finished)).await?;
    }
    times.without(5).report(&format!("a prompt and its answer, {turns} turns"));
    Ok(())
}

/// Where it is asked.
async fn model() -> anyhow::Result<String> {
    let says = json!({"choices": [{
        "finish_reason": "stop",
        "message": {"role": "assistant", "content": "Hello!"},
    }]});
    let answer = move || std::future::ready(Json(says.clone()));
    let router = Router::new().route("/v1/chat/completions", post(answer));
    let listener = TcpListener::bind("127.0.0.1:0").await?;
    let url = format!("http://{}", listener.local_addr()?);
    tokio::spawn(async move { axum::serve(listener, router).await });
    Ok(url)
}

async fn claim(shop: &Shop) -> anyhow::Result<Claim<Turn>> {
    loop {
        let claims: Vec<Claim<Turn>> = shop.store.claim(Pick::Due, LEASE, 1).await?;
        match claims.into_iter().next() {
            Some(claim) => return Ok(claim),
            None => tokio::task::yield_now().await,
        }
    }
}

const CONFIG: &str = r#"
[server]
public_url = "http://127.0.0.1:1"
[llm]
base_url = "MODEL/v1"
model = "instant"
[numbers.main]
provider = "meta"
phone_number_id = "1000000001"
access_token = "token"
app_secret = "secret"
verify_token = "verify-me"
"#;
