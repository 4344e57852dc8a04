//! From a webhook to its reply at the provider, as the providers see it: the
//! true app with its own clock, both ends over HTTP on this machine, a model
//! that answers at once, no waiting for bursts.
//!
//! `cargo bench --bench reply -- [PER_SECOND] [SECONDS]`

use std::sync::Arc;
use std::time::{Duration, Instant};

use axum::routing::post;
use axum::{Json, Router};
use olifant::app::App;
use olifant::clock::Clock;
use olifant::config::{Settings, Sources};
use olifant::sandbox::{MetaAccount, Options, PhoneInfo, Sandbox};
use serde_json::json;
use tokio::net::TcpListener;
use tokio_util::sync::CancellationToken;

fn main() -> anyhow::Result<()> {
    let mut numbers = std::env::args().filter_map(|arg| arg.parse::<u32>().ok());
    let (rate, seconds) = (numbers.next().unwrap_or(50), numbers.next().unwrap_or(10));
    tokio::runtime::Runtime::new()?.block_on(run(rate, seconds))
}

async fn run(rate: u32, seconds: u32) -> anyhow::Result<()> {
    let folder = tempfile::tempdir()?;
    let app_listener = TcpListener::bind("127.0.0.1:0").await?;
    let app_url = format!("http://{}", app_listener.local_addr()?);
    let sandbox = sandbox(app_url.clone());
    let sandbox_url = serve(sandbox.router()).await?;
    let model_url = serve(Router::new().route("/v1/chat/completions", post(model))).await?;
    let file = folder.path().join("olifant.toml");
    let store = folder.path().join("store");
    std::fs::write(
        &file,
        config(&app_url, &store.display().to_string(), &sandbox_url, &model_url),
    )?;
    let settings = Settings::load(Sources { file: Some(file), ..Sources::default() })?;
    let app = App::start(settings, Clock::system()).await?;
    tokio::spawn(app.serve(app_listener, CancellationToken::new()));

    // The first message loads the tokenizer and opens connections.
    measure(&sandbox, 0).await?;
    let mut tasks = Vec::new();
    let mut tick = tokio::time::interval(Duration::from_secs(1) / rate);
    for n in 1..=rate * seconds {
        tick.tick().await;
        let sandbox = sandbox.clone();
        tasks.push(tokio::spawn(async move { measure(&sandbox, n).await }));
    }
    let (mut acknowledged, mut replied) = (Vec::new(), Vec::new());
    for task in tasks {
        let (ack, reply) = task.await??;
        acknowledged.push(ack);
        replied.push(reply);
    }
    report(&format!("webhook to 200, {rate}/s for {seconds} s"), acknowledged);
    report("webhook to reply", replied);
    Ok(())
}

/// Another person each time: a conversation is answered in order.
async fn measure(sandbox: &Arc<Sandbox>, n: u32) -> anyhow::Result<(Duration, Duration)> {
    let person = sandbox.meta(0).person("Ana", &format!("1555{:07}", 200_000 + n));
    let began = Instant::now();
    let answer = person.says("hello").await;
    anyhow::ensure!(answer == 200, "the webhook was answered {}", answer.status);
    let acknowledged = began.elapsed();
    person.receives(1).await;
    Ok((acknowledged, began.elapsed()))
}

#[expect(clippy::print_stdout, reason = "what a benchmark is for")]
fn report(what: &str, mut times: Vec<Duration>) {
    times.sort();
    let at = |share: f64| times[((times.len() - 1) as f64 * share) as usize].as_secs_f64() * 1e3;
    println!(
        "{what}: p50 {:.1} ms, p99 {:.1} ms, max {:.1} ms ({} messages)",
        at(0.5),
        at(0.99),
        at(1.0),
        times.len()
    );
}

async fn model() -> Json<serde_json::Value> {
    Json(json!({
        "choices": [{"finish_reason": "stop", "message": {"role": "assistant", "content": "Hello!"}}],
    }))
}

async fn serve(router: Router) -> anyhow::Result<String> {
    let listener = TcpListener::bind("127.0.0.1:0").await?;
    let url = format!("http://{}", listener.local_addr()?);
    tokio::spawn(async move { axum::serve(listener, router).await });
    Ok(url)
}

fn sandbox(app_url: String) -> Arc<Sandbox> {
    Sandbox::new(Options {
        app_url,
        meta: vec![MetaAccount {
            phone_number_id: "1000000001".into(),
            display_number: "15550100007".into(),
            access_token: "token".into(),
            app_secret: "secret".into(),
            verify_token: "verify-me".into(),
        }],
        twilio: vec![],
        state_file: None,
        clock: Clock::system(),
        info: PhoneInfo::default(),
    })
}

fn config(app: &str, store: &str, sandbox: &str, model: &str) -> String {
    format!(
        r#"
[server]
public_url = "{app}"
[store]
url = "sled:{store}"
min_free_mb = 0
[llm]
base_url = "{model}/v1"
model = "instant"
[assistant]
quiet_ms = 0
quiet_max_ms = 0
[limits]
loop_turns = 0
[numbers.main]
provider = "meta"
phone_number_id = "1000000001"
access_token = "token"
app_secret = "secret"
verify_token = "verify-me"
graph_url = "{sandbox}/graph"
messages_per_s = 1000
"#
    )
}
