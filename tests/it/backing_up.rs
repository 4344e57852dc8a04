//! Stories of a business's memory that survives its machine: backed up, lost,
//! restored, looked through.

use std::fs::{self, File};
use std::io::{Read, Write};
use std::os::unix::fs::PermissionsExt;
use std::os::unix::net::UnixListener;
use std::path::{Path, PathBuf};
use std::process::Stdio;
use std::sync::Arc;

use olifant::app::App;
use olifant::http::admin;
use olifant::store::backup::Reader;
use olifant::store::{self, Config};
use serde_json::{Value, json};
use tokio_util::sync::CancellationToken;

use crate::binary::olifant;
use crate::harness::{ANA, BEN, Story};
use crate::listener::{Listener, SECRET};
use crate::measuring::{page, token, value};
use crate::model::Say;

/// The command line, on the configuration of a story.
struct Shell {
    config: String,
}

/// What a command said.
struct Said {
    code: Option<i32>,
    out: Vec<u8>,
    err: String,
}

impl Shell {
    async fn of(story: &Story) -> Self {
        // The socket is there before the first request is answered.
        let web = reqwest::Client::builder().no_proxy().build().unwrap();
        web.get(format!("{}/healthz", story.url())).send().await.unwrap();
        let config = story.app().settings.sources.file.clone().unwrap().display().to_string();
        Self { config }
    }

    fn run(&self, arguments: &[&str]) -> Said {
        self.run_on(arguments, Stdio::null())
    }

    fn run_on(&self, arguments: &[&str], input: Stdio) -> Said {
        let all = [arguments, &["--config", &self.config]].concat();
        let output = olifant(&all).stdin(input).output().unwrap();
        let err = String::from_utf8(output.stderr).unwrap();
        Said { code: output.status.code(), out: output.stdout, err }
    }
}

impl Said {
    fn ok(self) -> Self {
        assert_eq!(self.code, Some(0), "{}", self.err);
        self
    }

    fn failed(self, words: &str) {
        assert_eq!(self.code, Some(1), "{}", self.err);
        assert!(self.err.contains(words), "{}", self.err);
    }

    fn text(&self) -> String {
        String::from_utf8(self.out.clone()).unwrap()
    }

    fn json(&self) -> Value {
        serde_json::from_slice(&self.out).unwrap_or_else(|_| panic!("{}", self.err))
    }
}

fn text(path: &Path) -> &str {
    path.to_str().unwrap()
}

fn names(folder: &Path) -> Vec<String> {
    let entries = fs::read_dir(folder).unwrap();
    let mut names: Vec<String> =
        entries.map(|entry| entry.unwrap().file_name().into_string().unwrap()).collect();
    names.sort();
    names
}

#[tokio::test]
async fn a_conversation_goes_on_from_a_backup_in_a_fresh_folder() {
    let mut story = Story::new().await;
    let ana = story.meta().person("Ana", ANA);
    let noted = json!({"key": "name", "value": "Ana María", "quote": "I am Ana María"});
    story.model.will([Say::Call("remember", noted), Say::Text("Welcome.")]);
    let first = ana.message("I am Ana María, my parrot is called Coco");
    ana.sends(first.clone()).await;
    story.settle().await;
    let greeting = ana.inbox()[0].id.clone();
    let shell = Shell::of(&story).await;
    let file = story.path("olifant.backup");
    let said = shell.run(&["backup", text(&file)]).ok();
    assert!(said.out.is_empty() && said.err.contains("holds all that was kept at"), "{}", said.err);
    assert!(said.err.contains("store.key is not set: whoever has this file can read"));
    assert_eq!(fs::metadata(&file).unwrap().permissions().mode() & 0o777, 0o600);
    ana.says("this comes after it").await;
    story.settle().await;

    // The machine is lost.
    story.kill().await;
    fs::rename(story.path("store"), story.path("lost")).unwrap();
    let said = shell.run(&["restore", text(&file)]).ok();
    assert!(said.text().contains("All of it can be read and fits together."), "{}", said.text());
    assert!(said.err.contains("what came in or went out since then is not known"), "{}", said.err);
    story.start().await;
    assert_eq!(story.transcript().await.len(), 2, "what came after it is not in it");
    let heard = ana.inbox().len();
    assert_eq!(ana.sends(first).await.status, 200);
    story.settle().await;
    assert_eq!(ana.inbox().len(), heard, "a message of before is still known");
    ana.replies(&greeting, "what was that?").await;
    story.settle().await;
    assert_eq!(ana.inbox().len(), heard + 1);
    assert!(story.model.told().contains("- name: Ana María"), "what was noted");
    assert!(story.model.told().contains("my parrot is called Coco"), "what was said");
    assert!(story.model.told().contains("Welcome."), "what is quoted");
    story.assert_done().await;
}

#[tokio::test]
async fn all_commands_do_the_same_on_a_program_that_runs_and_on_one_that_does_not() {
    let mut story = Story::new().await;
    story.meta().person("Ana", ANA).says("hello").await;
    story.settle().await;
    let shell = Shell::of(&story).await;
    let (running, stopped) = (story.path("running.backup"), story.path("stopped.backup"));
    let written = shell.run(&["backup", text(&running), "--json"]).ok().json();
    assert_eq!((&written["wrapped"], &written["store"]), (&json!(false), &json!("sled")));
    let looked = shell.run(&["verify", "--json"]).ok().json();
    assert_eq!((&looked["flaws"], &looked["records"]["message"]), (&json!(0), &json!(2)));
    let piped = shell.run(&["backup", "-"]).ok().out;
    story.kill().await;
    let again = shell.run(&["backup", text(&stopped), "--json"]).ok().json();
    assert_eq!(again["tables"], written["tables"]);
    assert_eq!(shell.run(&["verify", "--json"]).ok().json(), looked);
    assert!(shell.run(&["verify"]).ok().text().contains("All of it can be read"));
    fs::write(story.path("piped.backup"), piped).unwrap();
    for name in ["running", "stopped", "piped"] {
        let (file, into) = (story.path(&format!("{name}.backup")), story.path(name));
        let arguments = ["restore", "-", "--into", text(&into), "--json"];
        let said = shell.run_on(&arguments, File::open(file).unwrap().into()).ok().json();
        assert_eq!((&said["flaws"], &said["records"]), (&json!(0), &looked["records"]), "{name}");
        assert_eq!(names(&into), ["data", "keys", "lock"]);
    }
}

#[tokio::test]
async fn a_restore_touches_no_store_and_a_bad_file_leaves_nothing() {
    let mut story = Story::new().await;
    story.meta().person("Ana", ANA).says("hello").await;
    story.settle().await;
    let shell = Shell::of(&story).await;
    let (file, fresh) = (story.path("my.backup"), story.path("fresh"));
    shell.run(&["backup", text(&file)]).ok();
    shell.run(&["restore", text(&file)]).failed("another olifant has the store");
    story.kill().await;
    shell.run(&["restore", text(&file)]).failed("restore into a folder of its own (--into DIR)");
    let whole = fs::read(&file).unwrap();
    fs::write(&file, &whole[..whole.len() - 1]).unwrap();
    let into = ["restore", text(&file), "--into", text(&fresh)];
    shell.run(&into).failed("is not restored: it is cut off");
    fs::write(&file, "-----BEGIN").unwrap();
    shell.run(&into).failed("it is no backup of olifant; nothing was changed");
    fs::write(&file, "olifant backup 7\n").unwrap();
    shell.run(&into).failed("it has form 7, and this olifant reads form 1");
    shell.run(&["restore", text(&story.path("no such"))]).failed("it can't be read: No such file");
    assert!(!fresh.exists());
    shell.run(&["verify"]).ok();
    shell.run(&["backup", "/dev/null"]).failed("is no file; name one, or write -");
}

#[tokio::test]
async fn verify_names_what_is_damaged_and_says_so_by_its_exit_code() {
    let mut story = Story::new().await;
    story.meta().person("Ana", ANA).says("my secret is plum").await;
    story.settle().await;
    let shell = Shell::of(&story).await;
    let conversation = story.conversation(ANA, "meta").await.id;
    story.kill().await;
    let tree = sled::Config::new().path(story.path("store/data")).open().unwrap();
    let (key, _) = tree.scan_prefix(b"t").next().unwrap().unwrap();
    tree.insert(key, b"garbage").unwrap();
    tree.flush().unwrap();
    drop(tree);
    let line = format!("message {conversation}.1.0: does not open, or holds something else");
    let said = shell.run(&["verify"]);
    assert!(said.text().contains(&line), "{}", said.text());
    said.failed("1 flaw");
    let said = shell.run(&["verify", "--json"]);
    assert_eq!(said.json()["found"][0]["flaw"], "unreadable");
    said.failed("1 flaw");
}

#[tokio::test]
async fn while_people_write_a_backup_holds_all_that_was_taken_before_it() {
    let story = Story::new().await;
    let people = [story.meta().person("Ana", ANA), story.meta().person("Ben", BEN)];
    let shell = Shell::of(&story).await;
    let mut taken = Vec::new();
    for round in 0..6 {
        for person in &people {
            let message = person.message(&format!("round {round}"));
            let id = message["id"].as_str().unwrap().to_owned();
            assert_eq!(person.sends(message).await.status, 200);
            taken.push(id);
        }
        let before = taken.len();
        let writes = async {
            for person in people.iter().cycle().take(10) {
                let message = person.message("meanwhile");
                assert_eq!(person.sends(message).await.status, 200);
            }
        };
        let socket = admin::socket(&story.app().settings.store.url);
        let client = reqwest::Client::builder().unix_socket(socket).build().unwrap();
        let reads = async {
            let answer = client.get("http://admin/backup").send().await.unwrap();
            answer.bytes().await.unwrap()
        };
        let ((), backup) = tokio::join!(writes, reads);
        let into = story.path(&format!("round{round}"));
        let config = Config {
            url: format!("sled:{}", into.display()),
            cache_mb: 16,
            min_free_mb: 0,
            key: None,
            key_previous: None,
        };
        let reader = Reader::open(&backup[..]).unwrap();
        let verified = store::restore(&config, reader, story.clock.clone()).unwrap();
        assert_eq!(verified.found, []);
        let restored = store::open(&config, &[], story.clock.clone()).unwrap();
        for id in &taken[..before] {
            let row = restored.by_provider_id(&"meta".into(), &id.as_str().into()).await.unwrap();
            assert!(row.is_some(), "it was answered 200 before");
        }
    }
    shell.run(&["verify"]).ok();
}

/// An olifant that begins to tell a backup and says no more of it.
fn stalling(store: &Path) -> std::thread::JoinHandle<()> {
    fs::create_dir_all(store.join("data")).unwrap();
    let listener = UnixListener::bind(store.join("admin.sock")).unwrap();
    std::thread::spawn(move || {
        let mut asked = Vec::new();
        for stream in listener.incoming() {
            let mut stream = stream.unwrap();
            // A look whether anybody is here asks nothing.
            if stream.read(&mut [0; 4096]).unwrap() == 0 {
                continue;
            }
            let head = "HTTP/1.1 200 OK\r\ntransfer-encoding: chunked\r\n\r\n";
            let piece = "olifant backup 1\n";
            write!(stream, "{head}{:x}\r\n{piece}\r\n", piece.len()).unwrap();
            asked.push(stream);
            if asked.len() == 2 {
                // Then it breaks off.
                return;
            }
        }
    })
}

#[tokio::test]
async fn a_command_that_is_killed_leaves_the_backup_of_before() {
    let folder = tempfile::tempdir().unwrap();
    let at = |name: &str| folder.path().join(name);
    let config = at("my.toml");
    let toml = format!(
        "[store]\nurl = \"sled:{}\"\nmin_free_mb = 0\n[llm]\nprovider = \"demo\"\n[numbers.main]\n\
         provider = \"meta\"\nphone_number_id = \"1\"\naccess_token = \"t\"\napp_secret = \"s\"\n\
         verify_token = \"v\"\n",
        at("store").display()
    );
    fs::write(&config, toml).unwrap();
    let program = stalling(&at("store"));
    let (file, part) = (at("my.backup"), at("my.backup.part"));
    fs::write(&file, "the one before").unwrap();
    let arguments = ["backup", text(&file), "--config", text(&config)];
    let mut killed = olifant(&arguments).stderr(Stdio::null()).spawn().unwrap();
    while fs::metadata(&part).map_or(0, |part| part.len()) == 0 {
        tokio::task::yield_now().await;
    }
    killed.kill().unwrap();
    killed.wait().unwrap();
    assert_eq!(fs::read(&file).unwrap(), b"the one before");
    // One that is told half of it ends by itself, and tidies up.
    let said = Shell { config: text(&config).to_owned() }.run(&["backup", text(&file)]);
    program.join().unwrap();
    said.failed("broke off; its log says why");
    assert_eq!(fs::read(&file).unwrap(), b"the one before");
    assert!(!part.exists());
}

#[tokio::test]
async fn a_restore_that_is_killed_leaves_no_store_and_can_be_done_again() {
    let mut story = Story::new().await;
    story.meta().person("Ana", ANA).says("hello").await;
    story.settle().await;
    let shell = Shell::of(&story).await;
    let (file, into) = (story.path("my.backup"), story.path("fresh"));
    shell.run(&["backup", text(&file)]).ok();
    story.kill().await;
    let arguments = ["restore", "-", "--into", text(&into), "--config", &shell.config];
    let command = &mut olifant(&arguments);
    let piped = command.stdin(Stdio::piped()).stdout(Stdio::null()).stderr(Stdio::null());
    let mut killed = piped.spawn().unwrap();
    let whole = fs::read(&file).unwrap();
    let mut input = killed.stdin.take().unwrap();
    input.write_all(&whole[..whole.len() / 2]).unwrap();
    while !into.join("restoring/data").exists() {
        tokio::task::yield_now().await;
    }
    killed.kill().unwrap();
    killed.wait().unwrap();
    assert!(!into.join("data").exists() && !into.join("keys").exists());
    shell.run(&["restore", text(&file), "--into", text(&into)]).ok();
    assert_eq!(names(&into), ["data", "keys", "lock"]);
}

/// A story with backups every night.
async fn nightly(more: &str) -> (Story, PathBuf) {
    let mut story = Story::asleep("", "").await;
    let dir = story.path("backups");
    story.configure(&format!("[backup]\ndir = \"{}\"\nat = \"03:30\"\n{more}", dir.display()));
    story.start().await;
    (story, dir)
}

/// What makes them, in the app's own life.
async fn run(story: &Story, stop: CancellationToken) {
    let run = |app: Arc<App>| async {
        tokio::spawn(async move { app.backups.run(stop).await });
    };
    story.within(run).await;
}

/// One right now, of a program that is about to stop or not.
async fn make(story: &Story, dir: &Path, stops: bool) -> bool {
    let (dir, stop) = (dir.to_owned(), CancellationToken::new());
    if stops {
        stop.cancel();
    }
    story.within(|app| async move { app.backups.make(&dir, &stop).await }).await
}

/// Until so many are there, the newest called so.
async fn until_there(dir: &Path, expected: &[&str]) {
    while !dir.exists() || names(dir) != expected {
        tokio::task::yield_now().await;
    }
}

#[tokio::test]
async fn every_night_one_is_made_and_the_oldest_goes() {
    // It is 08:00 on 15 January 2027.
    let (mut story, dir) = nightly("keep = 2").await;
    story.meta().person("Ana", ANA).says("hello").await;
    story.settle().await;
    fs::create_dir(&dir).unwrap();
    let mine = ["mine.backup"];
    fs::write(dir.join(mine[0]), "").unwrap();
    fs::write(dir.join("olifant-2027-01-02T0330Z.backup.part"), "half").unwrap();
    let stop = CancellationToken::new();
    run(&story, stop.clone()).await;
    let first = "olifant-2027-01-15T0800Z.backup";
    until_there(&dir, &[mine[0], first]).await;
    story.advance(20 * 3600);
    let second = "olifant-2027-01-16T0400Z.backup";
    until_there(&dir, &[mine[0], first, second]).await;
    story.advance(24 * 3600);
    let third = "olifant-2027-01-17T0400Z.backup";
    until_there(&dir, &[mine[0], second, third]).await;
    stop.cancel();
    let (about, _) = Reader::open(File::open(dir.join(third)).unwrap()).unwrap().check().unwrap();
    assert_eq!(about.at, story.clock.now());
    // It was down for two nights: one is made up for at once.
    story.kill().await;
    story.advance(2 * 24 * 3600);
    story.start().await;
    assert_eq!(story.app().backups.due(&dir), story.clock.now());
    run(&story, CancellationToken::new()).await;
    let fourth = "olifant-2027-01-19T0400Z.backup";
    until_there(&dir, &[mine[0], third, fourth]).await;
    let next = story.app().backups.due(&dir);
    assert_eq!(next.to_string(), "2027-01-20T03:30:00Z");
}

#[tokio::test]
async fn a_night_without_a_backup_is_an_alert_and_keeps_the_old_ones() {
    let listener = Arc::new(Listener::default());
    let mut story = Story::asleep("", "").await;
    let (dir, url) = (story.path("backups"), story.serve(listener.router()).await);
    story.configure(&format!(
        "[backup]\ndir = \"{}\"\nkeep = 1\n[alerts]\nurl = \"{url}/hear\"\nsecret = \"{SECRET}\"",
        dir.display()
    ));
    story.start().await;
    fs::write(&dir, "a file").unwrap();
    assert!(!make(&story, &dir, false).await);
    story.settle().await;
    let (_, alert) = &listener.heard()[0];
    assert_eq!(alert["data"]["kind"], "backup_failed");
    assert!(alert["data"]["reason"].to_string().contains("backup.dir"), "{alert}");
    fs::remove_file(&dir).unwrap();
    fs::create_dir(&dir).unwrap();
    fs::write(dir.join("olifant-2027-01-14T0330Z.backup"), "an old one").unwrap();
    // What stands where the new one is to be written.
    fs::create_dir(dir.join("olifant-2027-01-15T0800Z.backup")).unwrap();
    assert!(!make(&story, &dir, false).await);
    assert!(dir.join("olifant-2027-01-14T0330Z.backup").exists());
    let told = listener.heard().len();
    fs::remove_dir(dir.join("olifant-2027-01-15T0800Z.backup")).unwrap();
    assert!(!make(&story, &dir, true).await, "it stops and leaves nothing");
    assert_eq!(names(&dir), ["olifant-2027-01-14T0330Z.backup"]);
    assert!(make(&story, &dir, false).await);
    assert_eq!(names(&dir), ["olifant-2027-01-15T0800Z.backup"]);
    story.settle().await;
    assert_eq!(listener.heard().len(), told, "stopping is no failure");
    let (_, page) = page(story.url(), Some(&token(&story, "metrics").await)).await;
    assert_eq!(value(&page, r#"olifant_backups_total{outcome="failed"}"#), 2.0);
    assert_eq!(value(&page, r#"olifant_backups_total{outcome="made"}"#), 1.0);
}

#[tokio::test]
async fn the_newest_backup_stays_whatever_the_clock_said_before() {
    let (story, dir) = nightly("keep = 1").await;
    fs::create_dir(&dir).unwrap();
    let (future, old) = ("olifant-2031-01-01T0330Z.backup", "olifant-2027-01-14T0330Z.backup");
    for name in [future, old] {
        fs::write(dir.join(name), "").unwrap();
    }
    assert_eq!(story.app().backups.due(&dir), story.clock.now(), "last night there was none");
    assert!(make(&story, &dir, false).await);
    assert_eq!(names(&dir), ["olifant-2027-01-15T0800Z.backup", future]);
}

#[tokio::test]
async fn a_folder_that_takes_nothing_is_told_at_the_start_and_not_at_night() {
    let listener = Arc::new(Listener::default());
    let mut story = Story::asleep("", "").await;
    let (dir, url) = (story.path("backups"), story.serve(listener.router()).await);
    story.configure(&format!(
        "[backup]\ndir = \"{}\"\n[alerts]\nurl = \"{url}/hear\"\nsecret = \"{SECRET}\"",
        dir.display()
    ));
    // Last night's is there, and what stands where a file is to be tried.
    fs::create_dir_all(dir.join("olifant-try.part")).unwrap();
    fs::write(dir.join("olifant-2027-01-15T0330Z.backup"), "").unwrap();
    story.start().await;
    run(&story, CancellationToken::new()).await;
    while listener.heard().is_empty() {
        tokio::task::yield_now().await;
        story.settle().await;
    }
    let (_, alert) = &listener.heard()[0];
    assert_eq!(alert["data"]["kind"], "backup_failed");
    let reason = alert["data"]["reason"].as_str().unwrap();
    assert!(reason.starts_with("backup.dir = ") && reason.contains("ReadWritePaths"), "{reason}");
}
