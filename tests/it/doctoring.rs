//! `olifant doctor`: the stand-ins play each fault, and it is found, alone and
//! with its remedy.

mod planting;
mod proxies;

use std::process::Output;
use std::time::Duration;

use olifant::app;
use olifant::clock::Clock;
use olifant::doctor::{self, Finding, Look, Report, State};
use olifant::store;
use reqwest::Method;
use serde_json::{Value, json};

use crate::binary::olifant;
use crate::harness::Story;
use crate::model::Say;
use crate::operating::operate;
use planting::{Env, FAULTS, NOTES};

/// What nobody may read in a report.
const SECRETS: [&str; 5] =
    ["token-1000000001", "secret-one", "verify-me", "twilio-token", "whsec_"];

/// All is set up as `olifant connect` leaves it.
async fn connected() -> Story {
    let story = Story::by_the_clock().await;
    connect(&story).await;
    story
}

async fn connect(story: &Story) {
    story.meta().connect();
    story.sandbox.meta(1).connect();
    story.twilio().connect();
    // The socket is there before the first request is answered.
    let web = reqwest::Client::builder().no_proxy().build().unwrap();
    web.get(format!("{}/healthz", story.url())).send().await.unwrap();
}

fn look(story: &Story, number: Option<&str>, env: &[(&str, String)]) -> Look {
    Look {
        settings: story.configured(env),
        http: app::client().unwrap(),
        clock: Clock::system(),
        offline: false,
        number: number.map(Into::into),
        otherwise: None,
    }
}

fn ids(report: &Report, state: State) -> Vec<&'static str> {
    report.findings().filter(|f| f.state == state).map(|f| f.id).collect()
}

/// Each fault says what helps, and nothing tells a secret.
fn assert_tells(report: &Report) {
    let shown = serde_json::to_string(report).unwrap();
    assert!(SECRETS.iter().all(|secret| !shown.contains(secret)), "{shown}");
    let mut faults = report.findings().filter(|finding| finding.state == State::Fault);
    assert!(faults.all(|fault| fault.remedy.is_some() && fault.page.is_some()), "{shown}");
}

async fn only_fault(look: &Look) -> Finding {
    let report = doctor::examine(look).await;
    assert_tells(&report);
    let faults = report.findings().filter(|finding| finding.state == State::Fault);
    let faults: Vec<&Finding> = faults.collect();
    let [fault] = faults[..] else { panic!("one fault is planted, found: {faults:#?}") };
    fault.clone()
}

#[tokio::test]
async fn where_all_is_well_no_fault_is_found() {
    let story = connected().await;
    story.model.will([Say::Text("well"), Say::Call("note_health", json!({ "well": true }))]);
    let report = doctor::examine(&look(&story, None, &[])).await;
    assert_eq!(ids(&report, State::Fault), [""; 0], "{report:#?}");
    assert_eq!(
        ids(&report, State::Note),
        ["config.warning", "config.secret_file", "store.unsealed"]
    );
    assert_eq!(ids(&report, State::Unchecked), ["meta.published"; 2], "no API tells it");
    let names: Vec<&str> = report.groups.iter().map(|group| group.name.as_str()).collect();
    let general = ["configuration", "store", "disk", "clock", "server", "model"];
    assert_eq!(
        names,
        [&general[..], &["numbers.meta", "numbers.second", "numbers.twilio"]].concat()
    );
    assert!(ids(&report, State::Ok).contains(&"model.tools"));
}

#[tokio::test]
async fn every_planted_fault_is_found_and_no_other() {
    let stories = FAULTS.iter().map(|(id, number, plant)| async move {
        let story = connected().await;
        let env: Env = plant(&story);
        let report = doctor::examine(&look(&story, Some(number), &env)).await;
        assert_eq!(ids(&report, State::Fault), [*id], "{report:#?}");
        assert_tells(&report);
        if connect_as_told(&story, &report, id).await {
            let report = doctor::examine(&look(&story, Some(number), &env)).await;
            assert_eq!(ids(&report, State::Fault), [""; 0], "{id}: {report:#?}");
        }
    });
    futures::future::join_all(stories).await;
}

#[tokio::test]
async fn what_is_noted_of_webhooks_is_mended_by_connect() {
    for (id, number, plant) in NOTES {
        let story = connected().await;
        let env = plant(&story);
        let report = doctor::examine(&look(&story, Some(number), &env)).await;
        assert!(connect_as_told(&story, &report, id).await, "{report:#?}");
        let report = doctor::examine(&look(&story, Some(number), &env)).await;
        assert!(!ids(&report, State::Note).contains(id), "{report:#?}");
    }
}

/// Does what the remedy of a finding says, if that is to connect.
async fn connect_as_told(story: &Story, report: &Report, id: &str) -> bool {
    let finding = report.findings().find(|finding| finding.id == id).unwrap();
    let remedy = finding.remedy.as_deref().unwrap_or_default();
    let Some(told) = remedy.strip_prefix("olifant connect ") else { return false };
    let told: Vec<&str> = told.split_whitespace().take(2).collect();
    // Written anew.
    let file = story.configured(&[]).sources.file.unwrap();
    let mut command = olifant(&["connect"]);
    command.args(told).args(["--yes", "--no-wait", "--config"]).arg(file);
    let done = tokio::task::spawn_blocking(move || command.output().unwrap()).await.unwrap();
    assert!(done.status.success(), "{id}: {}", String::from_utf8_lossy(&done.stderr));
    true
}

#[tokio::test]
async fn a_mistaken_id_is_told_apart_and_the_right_one_is_named() {
    let story = connected().await;
    let id = |id: &str| vec![("OLIFANT__NUMBERS__META__PHONE_NUMBER_ID", id.to_owned())];
    for (mistake, remedy) in [
        ("15550100007", "numbers.meta.phone_number_id = \"1000000001\""),
        ("999", "1000000001 (+15550100007)"),
    ] {
        let fault = only_fault(&look(&story, Some("meta"), &id(mistake))).await;
        assert!(fault.remedy.as_ref().unwrap().contains(remedy), "{fault:?}");
    }
}

#[tokio::test]
async fn metas_own_words_and_remedy_are_passed_on() {
    let story = connected().await;
    story.meta().set_up(|at| {
        at.number.ails("WABA", "BLOCKED", olifant::sandbox::meta::setup::HealthError::PAYMENT);
    });
    let fault = only_fault(&look(&story, Some("meta"), &[])).await;
    assert!(fault.what.contains("of the account: There is an error with the payment method."));
    assert!(fault.remedy.unwrap().contains("add a new payment method"));
}

#[tokio::test]
async fn a_number_that_was_paused_is_a_fault_whether_the_program_runs_or_not() {
    let mut story = connected().await;
    operate(&story, Method::POST, "/numbers/twilio/pause", json!({})).await;
    let mut look = look(&story, None, &[]);
    let fault = only_fault(&look).await;
    assert_eq!(fault.id, "number.paused");
    assert_eq!(fault.remedy.unwrap(), "olifant numbers resume twilio, once that is mended");
    story.kill().await;
    look.offline = true;
    assert_eq!(only_fault(&look).await.id, "number.paused");
}

#[tokio::test]
async fn a_clock_that_is_off_is_a_fault_of_the_machine() {
    let story = connected().await;
    let mut look = look(&story, Some("twilio"), &[]);
    look.clock = Clock::manual(Clock::system().now() - Duration::from_secs(300));
    let fault = only_fault(&look).await;
    assert_eq!(fault.id, "clock.off");
    assert!(fault.what.contains("behind that of 127.0.0.1"), "{}", fault.what);
}

#[tokio::test]
async fn a_store_is_told_apart_from_one_that_is_held_and_one_under_another_key() {
    let mut story = connected().await;
    let key = |digit: &str| vec![("OLIFANT__STORE__KEY", digit.repeat(64))];
    let offline = |env: &[(&str, String)]| Look { offline: true, ..look(&story, None, env) };
    let (ours, theirs, open) = (offline(&key("1")), offline(&key("2")), offline(&[]));
    story.kill().await;
    assert_eq!(ids(&doctor::examine(&open).await, State::Fault), [""; 0]);
    let held = store::open(&ours.settings.store, &[], Clock::system()).unwrap();
    assert_eq!(only_fault(&open).await.id, "store.held");
    drop(held);
    assert_eq!(only_fault(&theirs).await.id, "store.key");
    let report = doctor::examine(&ours).await;
    assert!(ids(&report, State::Ok).contains(&"store.sealed"), "{report:#?}");
}

#[tokio::test]
async fn offline_nobody_is_called_and_it_says_so() {
    let story = connected().await;
    let before = story.sandbox.calls().len();
    let look = Look { offline: true, ..look(&story, None, &[]) };
    let report = doctor::examine(&look).await;
    assert_eq!(ids(&report, State::Fault), [""; 0]);
    let unchecked = ids(&report, State::Unchecked);
    let expected = ["clock.right", "server.public_url", "model.answer", "meta.token", "meta.token"];
    assert_eq!(unchecked, [&expected[..], &["twilio.account"]].concat());
    assert_eq!((story.sandbox.calls().len(), story.model.asked().len()), (before, 0));
}

#[tokio::test]
async fn where_few_are_answered_and_much_was_sent_it_is_noted() {
    let mut story = connected().await;
    let allow = [("OLIFANT__POLICY__ALLOW", "+15550100001,+15550100002".to_owned())];
    let mut look = look(&story, Some("meta"), &allow);
    let report = doctor::examine(&look).await;
    assert!(ids(&report, State::Note).contains(&"config.allow"), "{report:#?}");
    assert!(!ids(&report, State::Note).contains(&"number.free_messages"));

    story.kill().await;
    story.configure_number("meta", "free_service_messages = 0");
    story.start().await;
    connect(&story).await;
    look.settings = story.configured(&[]);
    let report = doctor::examine(&look).await;
    assert!(ids(&report, State::Note).contains(&"number.free_messages"), "{report:#?}");
}

#[tokio::test]
async fn the_public_url_of_the_program_that_runs_counts_not_the_files() {
    let story = connected().await;
    let settings = story.configured(&[]);
    let file = settings.sources.file.unwrap();
    let written = std::fs::read_to_string(&file).unwrap();
    let own = format!("public_url = \"{}\"", story.url());
    for other in ["", "public_url = \"https://other.example\""] {
        std::fs::write(&file, written.replace(&own, other)).unwrap();
        let output = olifant(&["doctor", "--json", "--config"]).arg(&file).output().unwrap();
        let told: Value = serde_json::from_slice(&output.stdout).unwrap();
        assert_eq!(told["faults"], 0, "{told:#}");
        let server = told["groups"].as_array().unwrap().iter().find(|g| g["name"] == "server");
        let found: Vec<&Value> =
            server.unwrap()["findings"].as_array().unwrap().iter().map(|f| &f["id"]).collect();
        assert_eq!(found, ["server.otherwise", "server.public_url"]);
    }
}

/// The true binary beside the app that runs.
fn run(story: &Story, arguments: &[&str]) -> Output {
    // Written anew.
    let settings = story.configured(&[]);
    let file = settings.sources.file.unwrap();
    olifant(&["doctor", "--config"]).arg(file).args(arguments).output().unwrap()
}

#[tokio::test]
async fn the_command_says_what_it_found_and_exits_by_it() {
    let story = connected().await;
    let well = run(&story, &[]);
    let said = String::from_utf8(well.stdout).unwrap();
    assert!(well.status.success() && well.stderr.is_empty(), "{said}");
    assert!(said.contains("\nnumbers.meta\n  ✓ the token is a system user's"), "{said}");
    assert!(said.ends_with("\nno faults, 4 notes, 2 not looked at\n"), "{said}");

    story.twilio().set_up(|at| at.account.status = "suspended".into());
    let ill = run(&story, &["--json", "--number", "twilio"]);
    assert_eq!((ill.status.code(), &*ill.stderr), (Some(1), &b""[..]));
    let told: Value = serde_json::from_slice(&ill.stdout).unwrap();
    assert_eq!((&told["faults"], &told["unchecked"]), (&json!(1), &json!(1)));
    let number = told["groups"].as_array().unwrap().last().unwrap();
    assert_eq!(number["name"], "numbers.twilio");
    assert_eq!(number["findings"][0]["id"], "twilio.account_status");
    assert_eq!(number["findings"][0]["state"], "fault");

    let nobody = run(&story, &["--number", "shop"]);
    let said = String::from_utf8(nobody.stderr).unwrap();
    assert!(said.contains("there is no number shop; there are meta, second, twilio"), "{said}");
}

#[tokio::test]
async fn a_configuration_that_cant_be_read_is_the_first_fault() {
    let folder = tempfile::tempdir().unwrap();
    let file = folder.path().join("my.toml");
    std::fs::write(&file, "[server]\nlisten = \"127.0.0.1:0\"\n").unwrap();
    let output = olifant(&["doctor", "--json", "--config"]).arg(&file).output().unwrap();
    assert_eq!(output.status.code(), Some(1));
    let told: Value = serde_json::from_slice(&output.stdout).unwrap();
    let fault = &told["groups"][0]["findings"][0];
    assert_eq!(fault["id"], "config.read");
    assert!(fault["what"].as_str().unwrap().contains("llm.api_key is missing"), "{fault}");
}

#[test]
fn what_init_leaves_open_is_named_and_the_rest_is_looked_at() {
    let folder = tempfile::tempdir().unwrap();
    let run = |arguments: &[&str]| olifant(arguments).current_dir(folder.path()).output().unwrap();
    assert!(run(&["init", "--yes", "--model", "demo"]).status.success());
    let Output { status, stdout, .. } = run(&["doctor", "--config", "olifant.toml", "--json"]);
    assert_eq!(status.code(), Some(1));
    let report: Value = serde_json::from_slice(&stdout).unwrap();
    let findings = report["groups"].as_array().unwrap().iter();
    let findings = findings.flat_map(|group| group["findings"].as_array().unwrap());
    let ids = |state: &str| -> Vec<&Value> {
        let found = findings.clone().filter(|finding| finding["state"] == state);
        found.map(|finding| &finding["id"]).collect()
    };
    assert_eq!(ids("fault"), ["config.no_number"], "{report:#}");
    assert!(ids("note").contains(&&json!("model.demo")), "{report:#}");
    assert!(ids("note").contains(&&json!("config.operator_invented")), "{report:#}");
}
