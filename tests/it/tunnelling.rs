//! `--tunnel`: programs that make tunnels, played by small scripts.

use std::io::{BufRead, BufReader, Lines};
use std::os::unix::fs::PermissionsExt;
use std::path::{Path, PathBuf};
use std::process::{Child, ChildStdout, Command, Stdio};

use crate::binary::{Log, olifant, signal};

/// A folder with a configuration, and a PATH with what is installed.
struct Machine {
    folder: tempfile::TempDir,
}

impl Machine {
    fn new() -> Self {
        let folder = tempfile::tempdir().unwrap();
        let text = format!(
            r#"
[server]
listen = "127.0.0.1:0"
[store]
url = "sled:{}"
cache_mb = 16
min_free_mb = 0
[llm]
provider = "demo"
[numbers.shop]
provider = "twilio"
account_sid = "AC00000000000000000000000000000001"
auth_token = "token"
from = "whatsapp:+15550100"
[numbers.front]
provider = "meta"
phone_number_id = "1000000001"
access_token = "token"
app_secret = "secret"
verify_token = "verify-me"
[twilio]
catch_up_s = 0
"#,
            folder.path().join("store").display()
        );
        std::fs::write(folder.path().join("my.toml"), text).unwrap();
        std::fs::create_dir(folder.path().join("bin")).unwrap();
        Self { folder }
    }

    fn path(&self, name: &str) -> PathBuf {
        self.folder.path().join(name)
    }

    /// It notes its arguments and its process, says this, and stays.
    fn install(&self, program: &str, says: &str) {
        self.script(program, &format!("{says}\nexec sleep 600"));
    }

    fn script(&self, program: &str, does: &str) {
        let noted = self.path(program);
        let noted = noted.display();
        let text =
            format!("#!/bin/sh\necho \"$@\" > {noted}.args\necho $$ > {noted}.pid\n{does}\n");
        let script = self.path("bin").join(program);
        std::fs::write(&script, text).unwrap();
        std::fs::set_permissions(&script, std::fs::Permissions::from_mode(0o755)).unwrap();
    }

    fn noted(&self, name: &str) -> String {
        std::fs::read_to_string(self.path(name)).unwrap().trim().to_owned()
    }

    fn command(&self, arguments: &[&str]) -> Command {
        let mut command = olifant(arguments);
        let path = format!("{}:/usr/bin:/bin", self.path("bin").display());
        command.current_dir(self.folder.path()).env("PATH", path);
        command.stdout(Stdio::piped()).stderr(Stdio::piped());
        command
    }

    fn serve(&self, more: &[&str]) -> Running {
        let arguments = [&["serve", "--config", "my.toml"], more].concat();
        let mut running = self.start(&arguments, "connect twilio");
        running.log.wait_for("\"ready\"");
        running
    }

    /// Started, and listened to until it says so.
    fn start(&self, arguments: &[&str], words: &str) -> Running {
        let mut child = self.command(arguments).spawn().unwrap();
        let log = Log::of(&mut child);
        let mut said = String::new();
        let mut more = BufReader::new(child.stdout.take().unwrap()).lines();
        for line in more.by_ref().map_while(Result::ok) {
            said = said + &line + "\n";
            if line.contains(words) {
                break;
            }
        }
        Running { child, log, said, more }
    }
}

struct Running {
    child: Child,
    log: Log,
    said: String,
    /// What it prints from then on.
    more: Lines<BufReader<ChildStdout>>,
}

impl Drop for Running {
    fn drop(&mut self) {
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}

fn is_alive(pid: &str) -> bool {
    Path::new("/proc").join(pid).exists()
}

const CLOUDFLARED: &str = "echo 'INF Requesting new quick Tunnel on trycloudflare.com...' >&2\n\
     echo 'INF |  https://two-small-words.trycloudflare.com  |' >&2";
const NGROK: &str =
    r#"echo '{"lvl":"info","msg":"started tunnel","url":"https://abc.ngrok-free.app"}'"#;
const TAILSCALE: &str = "echo 'Available on the internet:'\necho 'https://box.tail0123.ts.net/'\n\
     echo '|-- proxy http://127.0.0.1:8080'";

#[test]
fn the_url_of_each_program_is_the_public_one_and_it_ends_with_olifant() {
    for (program, says, url, argument) in [
        ("cloudflared", CLOUDFLARED, "https://two-small-words.trycloudflare.com/", "tunnel "),
        ("ngrok", NGROK, "https://abc.ngrok-free.app/", "http "),
        ("tailscale", TAILSCALE, "https://box.tail0123.ts.net/", "funnel "),
    ] {
        let machine = Machine::new();
        machine.install(program, says);
        let mut running = machine.serve(&["--tunnel"]);
        let said = &running.said;
        for words in [
            &format!("{url}webhooks/meta"),
            &format!("{url}webhooks/twilio"),
            &format!("olifant connect meta front --config my.toml --public-url {url}\n"),
            &format!("olifant connect twilio shop --config my.toml --public-url {url}\n"),
        ] {
            assert!(said.contains(words), "{said}");
        }
        let arguments = machine.noted(&format!("{program}.args"));
        assert!(arguments.starts_with(argument), "{arguments}");
        let pid = machine.noted(&format!("{program}.pid"));
        assert!(is_alive(&pid));
        signal(&running.child, "TERM");
        assert_eq!(running.child.wait().unwrap().code(), Some(0));
        assert!(!is_alive(&pid), "{program} outlives olifant");
    }
}

#[test]
fn the_one_that_is_named_is_taken() {
    let machine = Machine::new();
    machine.install("cloudflared", CLOUDFLARED);
    machine.install("ngrok", NGROK);
    let running = machine.serve(&["--tunnel", "ngrok"]);
    assert!(running.said.contains("https://abc.ngrok-free.app/webhooks/meta"));
    assert!(!machine.path("cloudflared.pid").exists());
}

#[test]
fn one_that_ends_is_started_anew_and_another_url_is_told() {
    let machine = Machine::new();
    let first = machine.path("first");
    let first = first.display();
    let does = format!(
        "if test -e {first}; then name=second; else name=first; fi\ntouch {first}\n\
         echo \"INF | https://$name-words.trycloudflare.com |\" >&2\n\
         test $name = first && exit 1\nexec sleep 600"
    );
    machine.script("cloudflared", &does);
    let mut running = machine.serve(&["--tunnel"]);
    assert!(running.said.contains("https://first-words.trycloudflare.com/webhooks/meta"));
    running.log.wait_for("it is started anew");
    let line = running.log.wait_for("under another URL");
    assert!(line.contains("https://second-words.trycloudflare.com/"), "{line}");
    let connect = "--public-url https://second-words.trycloudflare.com/";
    let told = running.more.by_ref().map_while(Result::ok).find(|line| line.contains(connect));
    assert!(told.is_some(), "the commands that connect it there");
}

#[test]
fn without_any_it_says_what_to_install_and_a_failing_one_has_the_last_word() {
    let machine = Machine::new();
    let ended = machine.command(&["serve", "--config", "my.toml", "--tunnel"]).output().unwrap();
    let said = String::from_utf8(ended.stderr).unwrap();
    assert_eq!(ended.status.code(), Some(78), "{said}");
    for words in ["cloudflared", "https://ngrok.com/download", "https://tailscale.com/download"] {
        assert!(said.contains(words), "{said}");
    }
    machine.script("ngrok", "echo 'ERR_NGROK_4018 sign up first' >&2; exit 1");
    let ended = machine.command(&["serve", "--config", "my.toml", "--tunnel"]).output().unwrap();
    let said = String::from_utf8(ended.stderr).unwrap();
    assert_eq!((ended.status.code(), said.contains("sign up first")), (Some(1), true), "{said}");
}

#[test]
fn dev_mode_is_reached_through_it_too() {
    let machine = Machine::new();
    machine.install("cloudflared", CLOUDFLARED);
    let listen = ["--listen", "127.0.0.1:0", "--phone-listen", "127.0.0.1:0"];
    let arguments = [&["dev", "--demo", "--tunnel"][..], &listen].concat();
    let mut running = machine.start(&arguments, "Answers:");
    assert!(running.said.contains("https://two-small-words.trycloudflare.com/webhooks/twilio"));
    assert!(!running.said.contains("olifant connect"), "{}", running.said);
    signal(&running.child, "TERM");
    assert_eq!(running.child.wait().unwrap().code(), Some(0));
}
