//! `/metrics`: who may read it, and what it says.

use std::collections::BTreeSet;
use std::path::Path;

use reqwest::Method;
use serde_json::json;

use crate::binary::{Log, olifant, signal, start};
use crate::harness::{ANA, Story};
use crate::operating::operate;

const ALERTS: &str = include_str!("../../docs/alerts.yml");
const TABLE: &str = include_str!("../../docs/operating.md");

pub async fn token(story: &Story, scope: &str) -> String {
    let wanted = json!({ "scopes": [scope], "business": "main" });
    let (_, made) = operate(story, Method::POST, "/tokens", wanted).await;
    made["token"].as_str().unwrap().to_owned()
}

pub async fn page(url: &str, token: Option<&str>) -> (u16, String) {
    let client = reqwest::Client::builder().no_proxy().build().unwrap();
    let request = client.get(format!("{url}/metrics"));
    let request = token.into_iter().fold(request, |request, token| request.bearer_auth(token));
    let answer = request.send().await.unwrap();
    (answer.status().as_u16(), answer.text().await.unwrap())
}

/// What is said there after one conversation.
async fn measured() -> (Story, String) {
    let story = Story::new().await;
    story.meta().person("Ana", ANA).says("hello").await;
    story.settle().await;
    let token = token(&story, "metrics").await;
    let (status, page) = page(story.url(), Some(&token)).await;
    assert_eq!(status, 200, "{page}");
    (story, page)
}

/// The value of a series.
pub fn value(page: &str, series: &str) -> f64 {
    let line = page.lines().find_map(|line| line.strip_prefix(series)?.strip_prefix(' '));
    line.unwrap_or_else(|| panic!("{series} is not in\n{page}")).parse().unwrap()
}

/// The words of a text that are names of ours.
fn names(text: &str) -> BTreeSet<&str> {
    let words = text.split(|c: char| !(c.is_ascii_alphanumeric() || c == '_'));
    words.filter(|word| word.starts_with("olifant_")).collect()
}

#[tokio::test]
async fn only_a_token_for_it_opens_it() {
    let story = Story::new().await;
    assert_eq!(page(story.url(), None).await.0, 401);
    assert_eq!(page(story.url(), Some("olf_0")).await.0, 401);
    for other in ["messages", "memory"] {
        let token = token(&story, other).await;
        assert_eq!(page(story.url(), Some(&token)).await.0, 403, "{other}");
    }
    let token = token(&story, "metrics").await;
    assert_eq!(page(story.url(), Some(&token)).await.0, 200);
}

#[tokio::test]
async fn a_conversation_is_measured_from_the_webhook_to_the_delivery() {
    let (story, page) = measured().await;
    for (series, expected) in [
        (r#"olifant_webhook_events_total{provider="meta",outcome="new"}"#, 1.0),
        (r#"olifant_webhooks_total{provider="twilio",outcome="accepted"}"#, 0.0),
        (r#"olifant_turn_duration_seconds_count{verdict="answered"}"#, 1.0),
        (r#"olifant_model_calls_total{business="main",model="stand-in",outcome="answered"}"#, 1.0),
        (r#"olifant_model_duration_seconds_count{model="stand-in"}"#, 1.0),
        (r#"olifant_delivery_attempts_total{provider="meta",outcome="sent"}"#, 1.0),
        (r#"olifant_number_delivered_messages{number="meta"}"#, 1.0),
        (r#"olifant_number_paused{number="second"}"#, 0.0),
        (r#"olifant_waiting{lane="turns"}"#, 0.0),
        (r#"olifant_oldest_waiting_seconds{lane="deliveries"}"#, 0.0),
    ] {
        assert_eq!(value(&page, series), expected, "{series}");
    }
    assert!(value(&page, "olifant_store_bytes") > 0.0);
    assert!(value(&page, "olifant_disk_free_bytes") > 0.0);
    let ana = story.person("main", ANA).await.unwrap();
    for private in [ANA, "Ana", &ana.id.to_string()] {
        assert!(!page.contains(private), "{private} is in\n{page}");
    }
}

#[tokio::test]
async fn what_comes_in_is_counted_by_how_it_ended() {
    let story = Story::new().await;
    let meta = story.meta();
    meta.person("Ana", ANA).says("hello").await;
    let first = value(&own_page(&story).await, &webhooks("accepted"));
    meta.replay_last().await;
    meta.post_raw(Some("sha256=00"), "{}").await;
    meta.post(&json!({ "object": "whatsapp_business_account", "entry": [7] })).await;
    let page = own_page(&story).await;
    assert_eq!(first, 1.0);
    for outcome in ["duplicate", "rejected", "unreadable"] {
        assert_eq!(value(&page, &webhooks(outcome)), 1.0, "{outcome}");
    }
}

fn webhooks(outcome: &str) -> String {
    format!(r#"olifant_webhooks_total{{provider="meta",outcome="{outcome}"}}"#)
}

async fn own_page(story: &Story) -> String {
    let token = token(story, "metrics").await;
    page(story.url(), Some(&token)).await.1
}

#[tokio::test]
async fn what_waits_is_counted_and_its_age_told() {
    let story = Story::new().await;
    let ana = story.meta().person("Ana", ANA);
    operate(&story, Method::POST, "/numbers/meta/pause", json!({})).await;
    ana.says("one").await;
    story.advance(2);
    story.work().await;
    story.advance(88);
    ana.says("two").await;
    story.advance(10);
    let page = own_page(&story).await;
    for (series, expected) in [
        (r#"olifant_waiting{lane="turns"}"#, 1.0),
        (r#"olifant_oldest_waiting_seconds{lane="turns"}"#, 10.0),
        (r#"olifant_waiting{lane="deliveries"}"#, 1.0),
        (r#"olifant_oldest_waiting_seconds{lane="deliveries"}"#, 98.0),
        (r#"olifant_number_paused{number="meta"}"#, 1.0),
    ] {
        assert_eq!(value(&page, series), expected, "{series}");
    }
}

#[tokio::test]
async fn a_model_that_fails_is_counted_too() {
    let story = Story::new().await;
    story.model.will([crate::model::Say::Status(500, None)]);
    story.meta().person("Ana", ANA).says("hello").await;
    story.settle().await;
    let calls = r#"olifant_model_calls_total{business="main",model="stand-in",outcome="failed"}"#;
    assert_eq!(value(&own_page(&story).await, calls), 1.0);
}

#[tokio::test]
async fn the_rules_and_the_table_name_what_there_is_and_the_table_all_of_it() {
    let (_story, page) = measured().await;
    let there = names(&page);
    for name in names(ALERTS).union(&names(TABLE)) {
        assert!(there.contains(name), "{name} is not in\n{page}");
    }
    let table = names(TABLE);
    for family in page.lines().filter_map(|line| line.strip_prefix("# TYPE ")) {
        let name = family.split(' ').next().unwrap();
        let told = ["", "_total", "_info"].map(|end| format!("{name}{end}"));
        assert!(told.iter().any(|name| table.contains(name.as_str())), "{name} is in no table");
    }
}

/// A program with a listener for who watches, on a port of its own.
fn configure(folder: &Path, metrics: &str) -> String {
    let text = format!(
        "[server]\nlisten = \"127.0.0.1:0\"\nmetrics_listen = \"{metrics}\"\n[store]\nurl = \
         \"sled:{}\"\ncache_mb = 16\nmin_free_mb = 0\n[llm]\nprovider = \"demo\"\n[numbers.main]\n\
         provider = \"meta\"\nphone_number_id = \"1000000001\"\naccess_token = \"token\"\n\
         app_secret = \"secret\"\nverify_token = \"verify-me\"\n",
        folder.join("store").display()
    );
    let config = folder.join("my.toml");
    std::fs::write(&config, text).unwrap();
    config.display().to_string()
}

#[tokio::test]
async fn a_listener_of_its_own_asks_for_no_token_and_answers_nothing_else() {
    let folder = tempfile::tempdir().unwrap();
    let held = std::net::TcpListener::bind("127.0.0.1:0").unwrap();
    let address = held.local_addr().unwrap().to_string();
    let config = configure(folder.path(), &address);
    let taken = olifant(&["serve", "--config", &config]).output().unwrap();
    let said = String::from_utf8(taken.stderr).unwrap();
    assert_eq!(taken.status.code(), Some(78), "{said}");
    assert!(said.contains("server.metrics_listen: ") && said.contains("my.toml"), "{said}");
    drop(held);

    let mut child = start(Path::new(&config));
    let mut log = Log::of(&mut child);
    log.wait_for("\"ready\"");
    let url = format!("http://{address}");
    let (status, told) = page(&url, None).await;
    assert_eq!((status, value(&told, r#"olifant_number_paused{number="main"}"#)), (200, 0.0));
    let client = reqwest::Client::builder().no_proxy().build().unwrap();
    for other in ["/healthz", "/openapi.json", "/webhooks/meta"] {
        let answer = client.get(format!("{url}{other}")).send().await.unwrap();
        assert_eq!(answer.status(), 404, "{other}");
    }
    signal(&child, "TERM");
    log.wait_for("\"stopped\"");
    child.wait().unwrap();
}
