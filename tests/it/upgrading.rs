//! From one version to the next: yesterday's configuration starts, and says
//! what it is called today.

use std::path::Path;
use std::process::Stdio;

use crate::binary::{Ended, Log, olifant, signal};
use crate::chatting::chat;

const YESTERDAY: &str = "\
[server]
listen = \"127.0.0.1:0\"
public_url = \"https://bot.example.com\"
[store]
url = \"sled:store\"
cache_mb = 16
min_free_mb = 0
[llm]
provider = \"demo\"
[assistant]
introduce = false
history_tokens = 5000 # as in the first version
[numbers.shop]
provider = \"twilio\"
from = \"whatsapp:+15550100001\"
account_sid = \"AC00000000000000000000000000000000\"
auth_token = \"invented\"
";

const CALLED: &str = "assistant.history_tokens is called memory.budget_tokens now";

fn doctor(folder: &Path) -> String {
    let arguments = ["doctor", "--offline", "--config", "olifant.toml"];
    let out = olifant(&arguments).current_dir(folder).output().unwrap();
    String::from_utf8(out.stdout).unwrap()
}

#[test]
fn a_key_of_the_version_before_works_until_it_is_renamed_and_nothing_is_forgotten() {
    let folder = tempfile::tempdir().unwrap();
    let config = folder.path().join("olifant.toml");
    std::fs::write(&config, YESTERDAY).unwrap();
    chat(folder.path(), &[], "Hello! My name is Mariana.\n");
    let mut backup = olifant(&["backup", "before.olifant", "--config", "olifant.toml"]);
    assert!(backup.current_dir(folder.path()).output().unwrap().status.success());

    let mut command = olifant(&["serve", "--config", "olifant.toml"]);
    let command = command.current_dir(folder.path());
    let serving = command.stdout(Stdio::null()).stderr(Stdio::piped()).spawn().unwrap();
    let mut serving = Ended(serving);
    let mut log = Log::of(&mut serving.0);
    let warning = log.wait_for(CALLED);
    assert!(warning.contains("rename it, the next minor version won't know it"), "{warning}");
    log.wait_for("\"ready\"");
    signal(&serving.0, "TERM");
    log.forget();
    assert!(serving.0.wait().unwrap().success());

    let said = doctor(folder.path());
    assert!(said.contains(CALLED) && said.contains("olifant.toml"), "{said}");
    let (old, new) =
        ("history_tokens = 5000 # as in the first version", "[memory]\nbudget_tokens = 5000");
    std::fs::write(&config, YESTERDAY.replace(old, new)).unwrap();
    assert!(!doctor(folder.path()).contains("is called"), "it is renamed");
    assert!(chat(folder.path(), &[], "What is my name?\n").contains("Mariana"));
}
