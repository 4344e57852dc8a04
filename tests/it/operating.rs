//! What operators do, and recorded webhooks.

use std::os::unix::fs::PermissionsExt;
use std::path::Path;
use std::process::Output;

use olifant::http::admin;
use olifant::sandbox::replay::{Replay, Signed, golden};
use olifant::sandbox::{MetaAccount, TwilioAccount};
use reqwest::Method;
use serde_json::{Value, json};

use crate::binary::{Log, olifant, signal, start};
use crate::harness::{ANA, BEN, Story};

/// One command, over the socket of the app that runs.
pub async fn operate(story: &Story, method: Method, path: &str, body: Value) -> (u16, Value) {
    // The socket is there before the first request is answered.
    let web = reqwest::Client::builder().no_proxy().build().unwrap();
    web.get(format!("{}/healthz", story.url())).send().await.unwrap();
    let socket = admin::socket(&story.app().settings.store.url);
    let client = reqwest::Client::builder().unix_socket(socket).build().unwrap();
    let answer =
        client.request(method, format!("http://admin{path}")).json(&body).send().await.unwrap();
    let status = answer.status().as_u16();
    (status, serde_json::from_str(&answer.text().await.unwrap()).unwrap_or_default())
}

/// A new token for writing messages.
pub async fn token(story: &Story, business: &str) -> String {
    let wanted = json!({ "scopes": ["messages"], "business": business });
    let (status, made) = operate(story, Method::POST, "/tokens", wanted).await;
    assert_eq!(status, 200, "{made}");
    made["token"].as_str().unwrap().to_owned()
}

#[tokio::test]
async fn a_paused_number_keeps_its_answers_until_it_is_resumed() {
    let story = Story::new().await;
    let ana = story.meta().person("Ana", ANA);
    let (status, line) = operate(&story, Method::POST, "/numbers/meta/pause", json!({})).await;
    assert_eq!(
        (status, &line["paused"], &line["paused_until"]),
        (200, &json!("an operator paused it"), &Value::Null)
    );
    ana.says("hello").await;
    story.twilio().person("Ben", BEN).says("hi").await;
    story.advance(2);
    story.work().await;
    assert!(ana.texts().is_empty(), "nothing is sent from it");
    assert_eq!(story.twilio().person("Ben", BEN).texts(), ["You said: hi"], "others go on");
    operate(&story, Method::POST, "/numbers/meta/resume", Value::Null).await;
    story.work().await;
    assert_eq!(ana.texts(), ["You said: hello"]);
    story.assert_done().await;
}

#[tokio::test]
async fn the_list_says_how_each_number_stands() {
    let story = Story::new().await;
    operate(&story, Method::POST, "/numbers/second/pause", json!({ "minutes": 10 })).await;
    let (_, lines) = operate(&story, Method::GET, "/numbers", Value::Null).await;
    let until = story.clock.now() + std::time::Duration::from_secs(600);
    let line = |name: &str, provider: &str, business: &str, paused: Option<String>| {
        json!({ "name": name, "provider": provider, "business": business,
            "paused": paused.as_ref().map(|_| "an operator paused it"), "paused_until": paused,
            "delivered": 0, "free": 1000 })
    };
    let expected = json!([
        line("meta", "meta", "main", None),
        line("second", "meta", "other", Some(until.to_string())),
        line("twilio", "twilio", "main", None),
    ]);
    assert_eq!(lines, expected);
    let (status, problem) =
        operate(&story, Method::POST, "/numbers/shop/resume", Value::Null).await;
    assert_eq!(status, 404);
    assert!(problem["error"]["message"].as_str().unwrap().contains("meta, second, twilio"));
}

#[tokio::test]
async fn only_its_own_user_reaches_the_socket_and_a_killed_programs_is_replaced() {
    let mut story = Story::new().await;
    let socket = admin::socket(&story.app().settings.store.url);
    let mode = |path: &Path| std::fs::metadata(path).unwrap().permissions().mode() & 0o777;
    assert_eq!(operate(&story, Method::GET, "/numbers", Value::Null).await.0, 200);
    assert_eq!(mode(&socket), 0o600);
    story.kill().await;
    assert!(socket.exists(), "a killed program leaves it behind");
    story.start().await;
    assert_eq!(operate(&story, Method::GET, "/numbers", Value::Null).await.0, 200);
    assert_eq!(mode(&socket), 0o600);
}

#[tokio::test]
async fn a_token_names_its_business_if_there_are_several() {
    let story = Story::new().await;
    let ask = |business: Value| {
        let mut wanted = json!({ "scopes": ["messages"], "label": "crm" });
        if !business.is_null() {
            wanted["business"] = business;
        }
        operate(&story, Method::POST, "/tokens", wanted)
    };
    let (status, problem) = ask(Value::Null).await;
    assert_eq!((status, &problem["error"]["code"]), (409, &json!("business_needed")));
    assert_eq!(ask(json!("nobody")).await.0, 404);
    assert_eq!(ask(json!("other")).await.0, 200);
    let (_, tokens) = operate(&story, Method::GET, "/tokens", Value::Null).await;
    assert_eq!((&tokens[0]["label"], &tokens[0]["business"]), (&json!("crm"), &json!("other")));
    assert_eq!(operate(&story, Method::DELETE, "/tokens/0", Value::Null).await.0, 404);
}

#[tokio::test]
async fn a_token_for_a_namespace_is_for_memory_and_for_one_that_can_be() {
    let story = Story::new().await;
    let ask = |scopes: &[&str], namespace: &str| {
        let wanted = json!({ "scopes": scopes, "business": "main", "namespace": namespace });
        operate(&story, Method::POST, "/tokens", wanted)
    };
    for (scopes, namespace) in [
        (&["memory"][..], "a.b"),
        (&["memory"], ""),
        (&["messages"], "crm"),
        (&["memory", "messages"], "crm"),
    ] {
        let (status, problem) = ask(scopes, namespace).await;
        assert_eq!((status, &problem["error"]["field"]), (422, &json!("namespace")), "{problem}");
    }
    assert_eq!(ask(&["memory"], "crm").await.0, 200);
    let (_, tokens) = operate(&story, Method::GET, "/tokens", Value::Null).await;
    assert_eq!((tokens.as_array().unwrap().len(), &tokens[0]["namespace"]), (1, &json!("crm")));
}

#[tokio::test]
async fn an_operator_writes_as_the_api_does() {
    let story = Story::new().await;
    let ana = story.meta().person("Ana", ANA);
    ana.says("hello").await;
    story.settle().await;
    let letter = json!({ "to": format!("+{ANA}"), "number": "meta", "text": "Ready." });
    assert_eq!(operate(&story, Method::POST, "/messages", letter.clone()).await.0, 202);
    let mut unnamed = letter;
    unnamed.as_object_mut().unwrap().remove("number");
    let (status, problem) = operate(&story, Method::POST, "/messages", unnamed).await;
    assert_eq!((status, &problem["error"]["field"]), (409, &json!("number")), "two businesses");
    story.settle().await;
    assert_eq!(ana.texts().last().unwrap(), "Ready.");
}

fn replay(story: &Story) -> Replay {
    Replay {
        url: story.url().into(),
        public_url: story.url().into(),
        meta: Some(MetaAccount {
            phone_number_id: "1000000001".into(),
            display_number: "15550100007".into(),
            access_token: "".into(),
            app_secret: "secret-one".into(),
            verify_token: "".into(),
        }),
        twilio: Some(TwilioAccount {
            account_sid: "AC00000000000000000000000000000001".into(),
            auth_token: "twilio-token".into(),
            from: "whatsapp:+15550100009".into(),
        }),
        as_is: false,
        fresh: None,
    }
}

#[tokio::test]
async fn the_golden_set_comes_out_as_it_must_run_after_run() {
    let story = Story::new().await;
    for run in ["123456", "654321"] {
        let mut lines = Vec::new();
        let told = |line: &golden::Line| lines.push(line.to_string());
        let all_ok = golden::run(&replay(&story), run, story.clock.now(), told).await.unwrap();
        assert!(all_ok, "{}", lines.join("\n"));
        assert!(lines.iter().all(|line| line.starts_with("ok ")), "{}", lines.join("\n"));
    }
}

#[tokio::test]
async fn a_recording_is_for_the_number_it_is_replayed_to_unless_it_goes_as_it_is() {
    let story = Story::new().await;
    let meta = story.meta();
    let ana = meta.person("Ana", ANA);
    let body = story.sandbox.meta(1).envelope(vec![
        story.sandbox.meta(1).person("Ana", ANA).change(vec![ana.message("recorded")]),
    ]);
    let mut replay = replay(&story);
    let body = body.to_string().into_bytes();
    let came = async |replay: &Replay| replay.post(&body, Signed::Rightly).await.unwrap().outcome;
    assert_eq!(came(&replay).await, "new=1");
    assert_eq!(came(&replay).await, "duplicate=1");
    replay.fresh = Some("-1".into());
    assert_eq!(came(&replay).await, "new=1");
    replay.as_is = true;
    assert_eq!(came(&replay).await, "foreign=1", "signed by the first number's secret");
    let texts: Vec<String> =
        story.transcript().await.iter().map(|row| row.content.as_text()).collect();
    assert_eq!(texts, ["recorded", "recorded"]);
}

fn configure(folder: &Path, port: u16) -> String {
    let text = format!(
        "[server]\nlisten = \"127.0.0.1:{port}\"\n[store]\nurl = \"sled:{}\"\ncache_mb = 16\n\
         min_free_mb = 0\n[llm]\nprovider = \"demo\"\n[numbers.main]\nprovider = \"meta\"\n\
         phone_number_id = \"1000000001\"\naccess_token = \"token\"\napp_secret = \"secret\"\n\
         verify_token = \"verify-me\"\ngraph_url = \"http://127.0.0.1:9\"\n",
        folder.join("store").display()
    );
    let config = folder.join("my.toml");
    std::fs::write(&config, text).unwrap();
    config.display().to_string()
}

fn run(arguments: &[&str]) -> (Option<i32>, String, String) {
    let Output { status, stdout, stderr } = olifant(arguments).output().unwrap();
    let text = |bytes| String::from_utf8(bytes).unwrap();
    (status.code(), text(stdout), text(stderr))
}

#[test]
fn the_same_commands_work_on_a_stopped_store_and_on_a_running_program() {
    let folder = tempfile::tempdir().unwrap();
    let port = std::net::TcpListener::bind("127.0.0.1:0").unwrap().local_addr().unwrap().port();
    let config = configure(folder.path(), port);
    let with = |arguments: &[&str]| run(&[arguments, &["--config", &config]].concat());
    let (code, _, said) = with(&["people", "list"]);
    assert!(code == Some(1) && said.contains("there is no store in "), "{said}");
    assert!(!folder.path().join("store").exists(), "who only looks makes nothing");
    let (code, token, said) = with(&["token", "new", "--scope", "messages", "--label", "crm"]);
    assert_eq!((code, token.starts_with("olf_")), (Some(0), true), "{said}");
    assert!(said.contains("a new store is made in "), "{said}");
    let (_, stopped, _) = with(&["token", "list"]);
    assert!(stopped.contains("crm") && !stopped.contains(token.trim()), "{stopped}");
    assert_eq!(with(&["numbers", "pause", "main"]).0, Some(0));

    let url = format!("sled:{}", folder.path().join("store").display());
    let held =
        olifant::store::Config { url, cache_mb: 16, min_free_mb: 0, key: None, key_previous: None };
    let held = olifant::store::open(&held, &[], olifant::clock::Clock::system()).unwrap();
    let (code, _, said) = with(&["numbers", "list"]);
    assert_eq!(code, Some(1));
    assert!(said.contains("another command is still at work on the store"), "{said}");
    drop(held);

    let mut child = start(Path::new(&config));
    let mut log = Log::of(&mut child);
    log.wait_for("\"ready\"");
    let (_, running, _) = with(&["token", "list"]);
    assert_eq!(running, stopped);
    let (_, numbers, _) = with(&["numbers", "list"]);
    assert!(numbers.contains("not until it is resumed: an operator paused it"), "{numbers}");
    let (code, resumed, _) = with(&["numbers", "resume", "main", "--json"]);
    let lines: Value = serde_json::from_str(&resumed).unwrap();
    assert_eq!((code, &lines[0]["paused"]), (Some(0), &Value::Null));
    let (code, _, said) = with(&["send", "+15550100", "hello"]);
    assert_eq!((code, said.contains("24 hours")), (Some(1), true), "{said}");
    let (code, told, said) = with(&["simulate"]);
    assert_eq!(code, Some(0), "{told}{said}");

    signal(&child, "TERM");
    log.wait_for("\"stopped\"");
    child.wait().unwrap();
    let id = stopped.lines().nth(1).unwrap().split_whitespace().next().unwrap();
    assert_eq!(with(&["token", "revoke", id]).0, Some(0));
    assert!(!with(&["token", "list"]).1.contains("crm"));
}
