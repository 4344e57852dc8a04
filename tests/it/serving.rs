//! The real binary as an operator sees it: exit codes, lines, signals.

use std::path::{Path, PathBuf};
use std::process::{Child, Output};

use crate::binary::{Log, olifant, signal, start};

/// A server without numbers that anybody could reach; `more` comes on top.
fn configure(folder: &Path, more: &str) -> PathBuf {
    let text = format!(
        r#"
[server]
listen = "127.0.0.1:0"
[store]
url = "sled:{store}"
cache_mb = 16
min_free_mb = 0
[llm]
provider = "demo"
[assistant]
instructions_file = "{instructions}"
[numbers.main]
provider = "meta"
phone_number_id = "1000000001"
access_token = "token"
app_secret = "secret"
verify_token = "verify-me"
{more}
"#,
        store = folder.join("store").display(),
        instructions = folder.join("instructions.md").display(),
    );
    std::fs::write(folder.join("instructions.md"), "Be brief.").unwrap();
    let config = folder.join("my.toml");
    std::fs::write(&config, text).unwrap();
    config
}

/// A program that is ended whatever becomes of the story.
struct Running(Child);

impl Drop for Running {
    fn drop(&mut self) {
        let _ = self.0.kill();
        let _ = self.0.wait();
    }
}

fn serving(config: &Path) -> (Running, Log) {
    let mut running = Running(start(config));
    let mut log = Log::of(&mut running.0);
    log.wait_for("\"ready\"");
    (running, log)
}

fn outcome(arguments: &[&str]) -> (Option<i32>, String) {
    let Output { status, stdout, stderr } = olifant(arguments).output().unwrap();
    (status.code(), String::from_utf8([stdout, stderr].concat()).unwrap())
}

#[test]
fn exit_codes_say_what_kind_of_trouble_there_was() {
    let (code, said) = outcome(&["--version"]);
    assert_eq!((code, said.starts_with("olifant ")), (Some(0), true), "{said}");
    assert_eq!(outcome(&["serve", "--confg", "my.toml"]).0, Some(2));
    assert_eq!(outcome(&["dance"]).0, Some(2));
    let (code, said) = outcome(&["serve", "--config", "/no/such.toml"]);
    assert_eq!((code, said.lines().count()), (Some(78), 1), "{said}");
}

#[test]
fn a_bad_configuration_is_one_line() {
    let folder = tempfile::tempdir().unwrap();
    let config = configure(folder.path(), "[policy]\nallow = [\"hello\"]");
    let (code, said) = outcome(&["serve", "--config", config.to_str().unwrap()]);
    assert_eq!((code, said.lines().count()), (Some(78), 1), "{said}");
    assert!(said.starts_with("olifant: policy.allow names nobody"), "{said}");
}

#[test]
fn a_store_that_can_be_no_folder_is_a_bad_configuration_and_a_locked_one_is_not() {
    let folder = tempfile::tempdir().unwrap();
    let config = configure(folder.path(), "");
    let text = config.to_str().unwrap();
    std::fs::write(folder.path().join("store"), "a file").unwrap();
    let (code, said) = outcome(&["serve", "--config", text]);
    assert_eq!((code, said.lines().count()), (Some(78), 1), "{said}");
    assert!(said.contains("store.url") && said.contains("my.toml"), "{said}");

    std::fs::remove_file(folder.path().join("store")).unwrap();
    let (_running, _log) = serving(&config);
    let (code, said) = outcome(&["serve", "--config", text]);
    assert_eq!(code, Some(1), "{said}");
    assert!(said.contains("another olifant"), "{said}");
}

#[test]
fn a_signal_ends_it_in_order() {
    let folder = tempfile::tempdir().unwrap();
    let (mut running, mut log) = serving(&configure(folder.path(), ""));
    signal(&running.0, "TERM");
    log.wait_for("\"stopped\"");
    assert_eq!(running.0.wait().unwrap().code(), Some(0));
}

#[test]
fn a_hangup_reads_the_configuration_again_and_a_bad_one_changes_nothing() {
    let folder = tempfile::tempdir().unwrap();
    let config = configure(folder.path(), "");
    let (mut running, mut log) = serving(&config);
    std::fs::write(folder.path().join("instructions.md"), "Be brief and kind.").unwrap();
    signal(&running.0, "HUP");
    log.wait_for("configuration reloaded");

    let good = std::fs::read_to_string(&config).unwrap();
    std::fs::write(&config, "[server").unwrap();
    signal(&running.0, "HUP");
    let line = log.wait_for("the old one stays");
    assert!(line.contains("\"ERROR\"") && line.contains("my.toml"), "{line}");

    std::fs::write(&config, good).unwrap();
    signal(&running.0, "HUP");
    log.wait_for("configuration reloaded");
    signal(&running.0, "TERM");
    log.wait_for("\"stopped\"");
    assert_eq!(running.0.wait().unwrap().code(), Some(0));
}

#[test]
fn what_is_taught_is_found_and_read_by_itself() {
    let folder = tempfile::tempdir().unwrap();
    let config = configure(folder.path(), "");
    let answers = folder.path().join("knowledge/answers.md");
    let keys = format!("[assistant]\nanswers_file = \"{}\"", answers.display());
    let text = std::fs::read_to_string(&config).unwrap().replace("[assistant]", &keys);
    std::fs::write(&config, text).unwrap();
    let (_running, mut log) = serving(&config);

    let config = config.to_str().unwrap();
    let (code, said) = outcome(&["teach", "Dogs?", "Yes.", "--config", config]);
    assert_eq!(code, Some(0), "{said}");
    assert!(said.starts_with("Dogs? Yes.\n") && said.contains(answers.to_str().unwrap()), "{said}");
    log.wait_for("configuration reloaded");
    let (_, said) = outcome(&["teach", "dogs", "Small ones.", "--config", config]);
    assert!(said.ends_with("Before, it was answered: Yes.\n"), "{said}");

    let (_, said) = outcome(&["knowledge", "search", "my dogs", "--json", "--config", config]);
    let found: serde_json::Value = serde_json::from_str(&said).unwrap();
    assert_eq!(found[0]["title"], "answers.md > dogs", "{said}");
    assert!(found[0]["score"].as_f64().unwrap() > 0.0 && found[1].is_null(), "{said}");
    let (_, said) = outcome(&["knowledge", "list", "--config", config]);
    assert!(said.contains("answers.md > dogs\n"), "{said}");
    let (code, said) = outcome(&["knowledge", "list", "--business", "shop", "--config", config]);
    assert_eq!(
        (code, said.as_str()),
        (Some(1), "olifant: there is no business shop; there is main\n")
    );
}
