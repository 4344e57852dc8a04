//! `olifant init`: from an empty folder to an assistant that answers.

use std::os::unix::fs::PermissionsExt;
use std::path::Path;
use std::process::{Child, Output, Stdio};

use crate::binary::{Log, olifant, signal};
use crate::chatting::chat;

/// A command, started in a folder.
fn within(folder: &Path, arguments: &[&str]) -> (Option<i32>, String, String) {
    let Output { status, stdout, stderr } =
        olifant(arguments).current_dir(folder).output().unwrap();
    let text = |bytes| String::from_utf8(bytes).unwrap();
    (status.code(), text(stdout), text(stderr))
}

fn initialise(folder: &Path, more: &[&str]) -> String {
    let (code, out, err) = within(folder, &[&["init", "--yes"], more].concat());
    assert_eq!(code, Some(0), "{err}");
    out
}

#[test]
fn from_nothing_to_an_answer_and_to_a_number_that_is_served() {
    let folder = tempfile::tempdir().unwrap();
    let here = folder.path();
    let said = initialise(here, &["--language", "pt", "--model", "demo", "--name", "Doce Lar"]);
    for words in ["secrets/store_key", "knowledge/precos.md", "olifant chat  "] {
        assert!(said.contains(words), "{said}");
    }
    assert!(std::fs::read_to_string(here.join("instructions.md")).unwrap().contains("Doce Lar"));

    let said = chat(here, &[], "Oi! Me chamo João.\n");
    assert!(said.contains("João"), "{said}");
    let (_, said, _) = within(here, &["knowledge", "search", "hemograma"]);
    assert!(said.contains("R$ 35"), "{said}");

    let config = here.join("olifant.toml");
    let text = std::fs::read_to_string(&config).unwrap() + NUMBER;
    std::fs::write(&config, text.replace("127.0.0.1:8080", "127.0.0.1:0")).unwrap();
    std::fs::write(here.join("secrets/main_access_token"), "token").unwrap();
    std::fs::write(here.join("secrets/main_app_secret"), "secret").unwrap();
    let (mut served, mut log) = serve(here);
    log.wait_for("\"ready\"");
    assert!(chat(here, &[], "qual é o meu nome?\n").contains("João"), "the running one remembers");
    signal(&served, "TERM");
    log.wait_for("\"stopped\"");
    assert_eq!(served.wait().unwrap().code(), Some(0));
}

const NUMBER: &str = r#"
[numbers.main]
provider = "meta"
phone_number_id = "1000000001"
access_token_file = "secrets/main_access_token"
app_secret_file = "secrets/main_app_secret"
verify_token_file = "secrets/main_verify_token"
"#;

fn serve(folder: &Path) -> (Child, Log) {
    let mut command = olifant(&["serve", "--config", "olifant.toml"]);
    let command = command.current_dir(folder).stdout(Stdio::null()).stderr(Stdio::piped());
    let mut served = command.spawn().unwrap();
    let log = Log::of(&mut served);
    (served, log)
}

#[test]
fn nothing_is_overwritten_and_another_folder_is_made() {
    let folder = tempfile::tempdir().unwrap();
    initialise(folder.path(), &[]);
    let config = || std::fs::read_to_string(folder.path().join("olifant.toml")).unwrap();
    let first = config();
    let (code, _, said) = within(folder.path(), &["init", "--yes", "--example", "shop"]);
    assert_eq!((code, said.contains("olifant.toml") && said.contains("--dir")), (Some(1), true));
    assert_eq!(config(), first);
    let said = initialise(folder.path(), &["--example", "shop", "--dir", "other/shop"]);
    assert!(said.contains("cd other/shop"), "{said}");
    let key = std::fs::metadata(folder.path().join("other/shop/secrets/store_key")).unwrap();
    assert_eq!(key.permissions().mode() & 0o777, 0o600);
}

#[test]
fn where_nobody_can_be_asked_it_says_what_is_missing() {
    let folder = tempfile::tempdir().unwrap();
    let (code, _, said) = within(folder.path(), &["init", "--example", "shop", "--model", "groq"]);
    assert_eq!(code, Some(1));
    assert!(said.contains("give --language, --provider, or --yes"), "{said}");
    assert_eq!(within(folder.path(), &["init", "--model", "gpt"]).0, Some(2));
    assert!(folder.path().read_dir().unwrap().next().is_none(), "nothing is written");
}

#[test]
fn the_key_of_the_environment_is_taken_along_and_models_and_keys_are_listed() {
    let folder = tempfile::tempdir().unwrap();
    let mut command = olifant(&["init", "--yes", "--model", "gemini"]);
    let command = command.current_dir(folder.path()).env("GEMINI_API_KEY", "AIza-test");
    assert!(command.output().unwrap().status.success());
    let key = std::fs::read_to_string(folder.path().join("secrets/api_key")).unwrap();
    assert_eq!(key, "AIza-test");
    let (_, said, _) = within(folder.path(), &["init", "--presets"]);
    assert!(said.contains("https://generativelanguage.googleapis.com/v1beta/openai"), "{said}");
    let (_, said, _) = within(folder.path(), &["init", "--presets", "--json"]);
    let presets: serde_json::Value = serde_json::from_str(&said).unwrap();
    assert_eq!(presets[0]["name"], "openai");
    let (_, said, _) = within(folder.path(), &["init", "--keys"]);
    assert_eq!(said.trim_end(), include_str!("../../config/default.toml").trim_end());
}
