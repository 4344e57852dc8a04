//! `olifant connect`: a number is set up at the stand-ins by the true binary,
//! in all three ways, and answers a person's first message.

use std::fs;
use std::io::{BufRead, BufReader, Read, Write};
use std::net::TcpListener;
use std::os::unix::fs::PermissionsExt;
use std::path::PathBuf;
use std::process::{Command, Output, Stdio};

use olifant::provider::NumberConfig;
use olifant::sandbox::meta::setup::{Callback, PhoneNumber};
use serde_json::Value;

use crate::binary::{Ended, Log, olifant, signal};
use crate::harness::{ANA, Story};

const OTHERS: &str = "https://crm.example/hook";
const ACCOUNT: &str = "AC00000000000000000000000000000001";

/// Somebody's machine, and the providers.
struct Shop {
    story: Story,
    folder: tempfile::TempDir,
    url: String,
}

impl Shop {
    /// Nothing is set up yet, and no olifant runs here.
    async fn new() -> Self {
        let story = Story::by_the_clock().await;
        let port = TcpListener::bind("127.0.0.1:0").unwrap().local_addr().unwrap().port();
        let url = format!("http://127.0.0.1:{port}");
        let folder = tempfile::tempdir().unwrap();
        let shop = Self { story, folder, url };
        let sandbox = sandbox_url(&shop.story);
        let config = format!(
            "# Ana's shop.\n[server]\nlisten = \"127.0.0.1:{port}\"\npublic_url = \"{}\"\n\
             [store]\nurl = \"sled:{}\"\nmin_free_mb = 0\n[llm]\nprovider = \"demo\"\n\
             [numbers.shop] # by the door\ngraph_url = \"{sandbox}/graph\"\n\
             [numbers.desk]\napi_url = \"{sandbox}/twilio\"\n",
            shop.url,
            shop.path("store").display(),
        );
        fs::write(shop.path("my.toml"), config).unwrap();
        fs::write(shop.path("token"), "token-1000000001\n").unwrap();
        fs::write(shop.path("secret"), "secret-one\n").unwrap();
        fs::write(shop.path("auth"), "twilio-token\n").unwrap();
        shop
    }

    fn path(&self, name: &str) -> PathBuf {
        self.folder.path().join(name)
    }

    fn connect(&self, more: &[&str]) -> Command {
        let mut command = olifant(&["connect"]);
        command.args(more).args(["--config", "my.toml"]).current_dir(self.folder.path());
        command
    }

    fn meta(&self, more: &[&str]) -> Command {
        let files = ["meta", "shop", "--token-file", "token", "--app-secret-file", "secret"];
        self.connect(&[&files[..], more].concat())
    }

    fn twilio(&self, more: &[&str]) -> Command {
        let files = ["twilio", "desk", "--account-sid", ACCOUNT, "--auth-token-file", "auth"];
        self.connect(&[&files[..], more].concat())
    }

    /// Only one of the two providers is meant: the other's table goes.
    fn without(&self, table: &str) {
        let text = fs::read_to_string(self.path("my.toml")).unwrap();
        let lines: Vec<&str> = text.lines().collect();
        let at = lines.iter().position(|line| line.starts_with(table)).unwrap();
        fs::write(
            self.path("my.toml"),
            [&lines[..at], &lines[at + 2..]].concat().join("\n") + "\n",
        )
        .unwrap();
    }

    fn refused(&self, more: &[&str]) -> String {
        refused(self.meta(more))
    }

    fn pin(&self) -> Option<String> {
        let pin = fs::read_to_string(self.path("secrets/shop_pin")).ok()?;
        Some(pin.trim().to_owned())
    }
}

fn refused(mut command: Command) -> String {
    let Output { status, stderr, .. } = command.output().unwrap();
    assert!(!status.success());
    String::from_utf8(stderr).unwrap()
}

fn sandbox_url(story: &Story) -> String {
    match &story.configured(&[]).numbers[&"meta".into()] {
        NumberConfig::Meta(config) => config.graph_url.trim_end_matches("/graph").to_owned(),
        NumberConfig::Twilio(_) => panic!("it is Meta's"),
    }
}

/// Runs until it waits for a message; then a person writes, and it ends well.
async fn until_answered(mut command: Command, write: impl AsyncFnOnce()) -> String {
    let mut child = command.stdout(Stdio::piped()).stderr(Stdio::piped()).spawn().unwrap();
    let mut out = BufReader::new(child.stdout.take().unwrap());
    let mut said = String::new();
    while !said.contains("Now write \"hi\"") {
        if out.read_line(&mut said).unwrap() == 0 {
            let mut why = String::new();
            child.stderr.take().unwrap().read_to_string(&mut why).unwrap();
            panic!("it ended: {said}\n{why}");
        }
    }
    write().await;
    out.read_to_string(&mut said).unwrap();
    let mut why = String::new();
    child.stderr.take().unwrap().read_to_string(&mut why).unwrap();
    assert!(child.wait().unwrap().success(), "{said}\n{why}");
    said
}

fn steps(output: Output) -> Vec<(String, String, String)> {
    let why = String::from_utf8_lossy(&output.stderr).into_owned();
    let report: Value = serde_json::from_slice(&output.stdout).unwrap_or_else(|_| panic!("{why}"));
    let text = |step: &Value, key: &str| step[key].as_str().unwrap().to_owned();
    let step = |step| (text(step, "step"), text(step, "outcome"), text(step, "detail"));
    report["steps"].as_array().unwrap().iter().map(step).collect()
}

#[tokio::test]
async fn a_number_of_metas_is_registered_gets_its_webhooks_and_answers() {
    let shop = Shop::new().await;
    shop.without("[numbers.desk]");
    let number = shop.story.meta();
    number.set_up(|at| at.number.registered = false);
    number.set_up(|at| at.app.refused_fields = vec!["standby".into()]);
    let ana = number.person("Ana", ANA);
    let said = until_answered(shop.meta(&["--yes"]), async || {
        ana.says("hi").await;
    })
    .await;
    assert!(said.contains("you      hi"), "{said}");
    assert!(said.contains("olifant  "), "{said}");
    assert!(said.contains("note     field     Meta does not send standby"), "{said}");
    assert_eq!(ana.texts().len(), 1);

    let pin = fs::read_to_string(shop.path("secrets/shop_pin")).unwrap();
    let callback = format!("{}/webhooks/meta", shop.url);
    number.set_up(|at| {
        assert!(at.number.registered);
        assert_eq!(at.number.pin.as_deref(), Some(pin.trim()));
        assert_eq!(at.app.callback.as_ref().map(|to| to.url.as_str()), Some(callback.as_str()));
        assert_eq!(at.app.fields[0], "messages");
        assert!(at.app.fields.iter().any(|field| field == "messaging_handovers"));
        assert_eq!(at.account.subscribed, std::slice::from_ref(&at.app.id));
        assert_eq!(at.number.callback, None, "the app's own way is enough");
    });
    let text = fs::read_to_string(shop.path("my.toml")).unwrap();
    assert!(text.starts_with("# Ana's shop.\n") && text.contains("# by the door"), "{text}");
    assert!(!text.contains("token-1000000001") && !text.contains("secret-one"), "{text}");

    let again = steps(shop.meta(&["--yes", "--no-wait", "--json"]).output().unwrap());
    let already: Vec<&str> =
        again.iter().filter(|step| step.1 == "already").map(|step| step.0.as_str()).collect();
    assert_eq!(already, ["config", "register", "callback", "fields", "account"], "{again:?}");
}

#[tokio::test]
async fn an_app_whose_webhooks_go_elsewhere_is_left_alone_and_the_number_answers() {
    let shop = Shop::new().await;
    shop.without("[numbers.desk]");
    let number = shop.story.meta();
    let elsewhere = Callback { url: OTHERS.into(), verify_token: "theirs".into() };
    number.set_up(|at| {
        at.app.callback = Some(elsewhere.clone());
        at.app.fields = vec!["messages".into()];
    });
    let ana = number.person("Ana", ANA);
    for _ in 0..2 {
        until_answered(shop.meta(&["--yes"]), async || {
            ana.says("hi").await;
        })
        .await;
        let callback = format!("{}/webhooks/meta", shop.url);
        number.set_up(|at| {
            assert_eq!(at.app.callback.as_ref(), Some(&elsewhere), "it serves others");
            assert_eq!(at.app.fields, ["messages"]);
            assert_eq!(at.number.callback.as_ref().map(|to| &to.url), Some(&callback));
        });
    }
    assert_eq!(ana.texts().len(), 2);
}

#[tokio::test]
async fn a_sender_of_twilios_gets_its_webhook_with_more_tries_and_answers() {
    let shop = Shop::new().await;
    shop.without("[numbers.shop]");
    let sender = shop.story.twilio();
    let ana = sender.person("Ana", ANA);
    let connect = || shop.twilio(&["--sender", "+15550100009", "--yes"]);
    until_answered(connect(), async || {
        ana.says("hi").await;
    })
    .await;
    assert_eq!(ana.texts().len(), 1);
    let webhook = format!("{}/webhooks/twilio#rc=3&rp=ct,rt,5xx", shop.url);
    sender.set_up(|at| assert_eq!(at.sender.callback.as_deref(), Some(webhook.as_str())));

    let again = steps(connect().args(["--no-wait", "--json"]).output().unwrap());
    let webhook = again.iter().find(|step| step.0 == "webhook").unwrap();
    assert_eq!(webhook.1, "already", "{again:?}");
}

#[tokio::test]
async fn the_sandbox_is_set_up_by_hand_and_the_steps_are_told() {
    let shop = Shop::new().await;
    shop.without("[numbers.shop]");
    let told =
        steps(shop.twilio(&["--sender", "sandbox", "--no-wait", "--json"]).output().unwrap());
    let webhook = told.iter().find(|step| step.0 == "webhook").unwrap();
    assert_eq!(webhook.1, "by_hand");
    assert!(webhook.2.contains("join") && webhook.2.contains(&shop.url), "{}", webhook.2);
}

#[tokio::test]
async fn what_is_wrong_is_named_with_its_remedy_and_nothing_is_changed() {
    let shop = Shop::new().await;
    shop.without("[numbers.desk]");
    let number = shop.story.meta();
    let before = fs::read_to_string(shop.path("my.toml")).unwrap();

    number.set_up(|at| at.token.valid = false);
    assert!(shop.refused(&["--no-wait"]).contains("does not take this access token"));
    number.set_up(|at| at.token.valid = true);

    number.set_up(|at| drop(at.token.scopes.pop()));
    let why = shop.refused(&["--no-wait"]);
    assert!(why.contains("lacks the permission whatsapp_business_messaging"), "{why}");
    number.set_up(|at| at.token.scopes.push("whatsapp_business_messaging".into()));

    number.set_up(|at| at.token.expires_at = 4_000_000_000);
    let why = shop.refused(&["--no-wait"]);
    assert!(why.contains("temporary"), "{why}");
    number.set_up(|at| at.token.expires_at = 0);

    fs::write(shop.path("secret"), "another app's\n").unwrap();
    let why = shop.refused(&["--no-wait"]);
    assert!(why.contains("app secret is not that of"), "{why}");
    fs::write(shop.path("secret"), "secret-one\n").unwrap();
    assert_eq!(fs::read_to_string(shop.path("my.toml")).unwrap(), before);

    let why = shop.refused(&["--no-wait", "--yes", "--public-url", "http://127.0.0.1:9"]);
    assert!(why.contains("http://127.0.0.1:9/webhooks/meta"), "{why}");
    number.set_up(|at| assert_eq!(at.app.callback, None));
}

#[tokio::test]
async fn a_pin_that_may_be_the_numbers_is_never_lost() {
    let shop = Shop::new().await;
    shop.without("[numbers.desk]");
    let number = shop.story.meta();
    number.set_up(|at| (at.number.registered, at.number.answers_lost) = (false, true));
    let why = shop.refused(&["--no-wait", "--yes"]);
    assert!(why.contains("is not known") && why.contains("shop_pin"), "{why}");
    let first = shop.pin();
    number.set_up(|at| {
        assert_eq!(at.number.pin, first, "Meta did take it");
        at.number.answers_lost = false;
    });
    let again = steps(shop.meta(&["--yes", "--no-wait", "--json"]).output().unwrap());
    assert!(again.iter().any(|step| step.0 == "register" && step.1 == "already"), "{again:?}");

    number.set_up(|at| at.number.registered = false);
    fs::write(shop.path("mistyped"), "000000\n").unwrap();
    number.set_up(|at| at.number.pin = Some("123456".into()));
    fs::write(shop.path("secrets/shop_pin"), "123456\n").unwrap();
    let why = shop.refused(&["--no-wait", "--yes", "--pin-file", "mistyped"]);
    assert!(why.contains("has a PIN already"), "{why}");
    assert_eq!(shop.pin().as_deref(), Some("123456"));
    shop.meta(&["--yes", "--no-wait"]).output().unwrap();
    number.set_up(|at| assert!(at.number.registered));
    let kept = fs::read_dir(shop.path("secrets")).unwrap().map(|entry| entry.unwrap().file_name());
    assert_eq!(kept.filter(|name| name.to_str().unwrap().contains("pin")).count(), 1);
}

#[tokio::test]
async fn a_pin_that_meta_refuses_is_not_kept() {
    let shop = Shop::new().await;
    shop.without("[numbers.desk]");
    shop.story.meta().set_up(|at| {
        (at.number.registered, at.number.pin) = (false, Some("123456".into()));
    });
    assert!(shop.refused(&["--no-wait", "--yes"]).contains("has a PIN already"));
    assert_eq!(shop.pin(), None);
}

#[tokio::test]
async fn somebody_elses_way_is_replaced_only_on_request_and_named() {
    let shop = Shop::new().await;
    let theirs = Callback { url: OTHERS.into(), verify_token: "theirs".into() };
    let (number, sender) = (shop.story.meta(), shop.story.twilio());
    number.set_up(|at| at.number.callback = Some(theirs.clone()));
    sender.set_up(|at| at.sender.callback = Some(OTHERS.into()));
    let text = fs::read_to_string(shop.path("my.toml")).unwrap();

    shop.without("[numbers.desk]");
    let why = shop.refused(&["--no-wait"]);
    assert!(why.contains(OTHERS) && why.contains("--yes"), "{why}");
    number.set_up(|at| assert_eq!(at.number.callback.as_ref(), Some(&theirs)));
    let told = steps(shop.meta(&["--yes", "--no-wait", "--json"]).output().unwrap());
    assert!(told.iter().any(|step| step.1 == "noted" && step.2.contains(OTHERS)), "{told:?}");

    fs::write(shop.path("my.toml"), text).unwrap();
    shop.without("[numbers.shop]");
    let own = ["--sender", "+15550100009", "--no-wait"];
    let why = refused(shop.twilio(&own));
    assert!(why.contains(OTHERS) && why.contains("--yes"), "{why}");
    sender.set_up(|at| assert_eq!(at.sender.callback.as_deref(), Some(OTHERS)));
    let told = steps(shop.twilio(&own).args(["--yes", "--json"]).output().unwrap());
    assert!(told.iter().any(|step| step.1 == "noted" && step.2.contains(OTHERS)), "{told:?}");
}

#[tokio::test]
async fn the_way_through_a_quick_tunnel_of_before_is_nobodys() {
    let shop = Shop::new().await;
    shop.without("[numbers.desk]");
    let number = shop.story.meta();
    let url = "https://two-small-words.trycloudflare.com/webhooks/meta".to_owned();
    number.set_up(|at| {
        at.number.callback = Some(Callback { url, verify_token: "before".into() });
    });
    let told = steps(shop.meta(&["--no-wait", "--json"]).output().unwrap());
    let set = told.iter().find(|step| step.0 == "override").unwrap();
    assert_eq!((set.1.as_str(), set.2.contains(&shop.url)), ("done", true), "{told:?}");
}

#[tokio::test]
async fn an_app_that_sends_others_no_messages_can_send_us_none() {
    let shop = Shop::new().await;
    shop.without("[numbers.desk]");
    shop.story.meta().set_up(|at| {
        at.app.callback = Some(Callback { url: OTHERS.into(), verify_token: "theirs".into() });
        at.app.fields = vec!["account_update".into()];
    });
    let why = shop.refused(&["--no-wait", "--yes"]);
    assert!(why.contains(OTHERS) && why.contains("switch it on"), "{why}");
}

#[tokio::test]
async fn one_of_several_numbers_is_picked() {
    let shop = Shop::new().await;
    shop.without("[numbers.desk]");
    let number = shop.story.meta();
    let (account, app) = number.set_up(|at| (at.account.id.clone(), at.app.id.clone()));
    number.set_up_all(|all| {
        let other = PhoneNumber::new("1000000077", &account, "15550100077", &app);
        all.numbers.push(other);
    });
    let why = shop.refused(&["--no-wait"]);
    assert!(why.contains("--number") && why.contains("1000000077"), "{why}");
    let why = shop.refused(&["--no-wait", "--number", "+15550100078"]);
    assert!(why.contains("the token shows no number +15550100078"), "{why}");
    let told = shop.meta(&["--no-wait", "--yes", "--json", "--number", "+1 555 010 0077"]);
    steps({ told }.output().unwrap());
    let text = fs::read_to_string(shop.path("my.toml")).unwrap();
    assert!(text.contains("phone_number_id = \"1000000077\""), "{text}");

    // Whoever sits at a terminal is asked.
    fs::write(shop.path("my.toml"), text.replace("phone_number_id = \"1000000077\"\n", ""))
        .unwrap();
    let said = at_a_terminal(&shop, "olifant connect meta shop --config my.toml --no-wait", "2\n");
    assert!(said.contains("Which number (1 to 2)"), "{said}");
    assert!(said.contains("phone number id 1000000077"), "{said}");
}

/// What is shown to who types this.
fn at_a_terminal(shop: &Shop, line: &str, typed: &str) -> String {
    let program = std::path::Path::new(env!("CARGO_BIN_EXE_olifant")).parent().unwrap();
    let mut command = Command::new("script");
    let command = command.args(["-qec", line, "/dev/null"]).current_dir(shop.folder.path());
    let command = command.env("PATH", format!("{}:/usr/bin:/bin", program.display()));
    let command = command.stdin(Stdio::piped()).stdout(Stdio::piped());
    let mut child = command.spawn().unwrap();
    child.stdin.take().unwrap().write_all(typed.as_bytes()).unwrap();
    let output = child.wait_with_output().unwrap();
    String::from_utf8_lossy(&output.stdout).into_owned()
}

#[tokio::test]
async fn what_twilio_refuses_is_said_or_left_to_a_person() {
    let shop = Shop::new().await;
    shop.without("[numbers.shop]");
    let own = ["--sender", "+15550100009", "--no-wait"];
    fs::write(shop.path("auth"), "another\n").unwrap();
    let why = refused(shop.twilio(&own));
    assert!(why.contains("does not take this account SID with this auth token"), "{why}");
    assert!(!why.contains("another"), "{why}");
    fs::write(shop.path("auth"), "twilio-token\n").unwrap();

    shop.story.twilio().set_up(|at| at.account.senders_api = false);
    let told = steps(shop.twilio(&own).arg("--json").output().unwrap());
    let webhook = told.iter().find(|step| step.0 == "webhook").unwrap();
    assert_eq!((webhook.1.as_str(), webhook.2.contains(&shop.url)), ("by_hand", true), "{told:?}");
}

const TUNNEL: &str = "https://two-small-words.trycloudflare.com";

/// A tunnel leads to the shop, whose configuration says no URL.
fn tunnelled(shop: &Shop, mut command: Command) -> (Ended, Log) {
    let text = fs::read_to_string(shop.path("my.toml")).unwrap();
    let url = format!("public_url = \"{}\"\n", shop.url);
    fs::write(shop.path("my.toml"), text.replace(&url, "")).unwrap();
    let program = shop.path("cloudflared");
    let says = format!("#!/bin/sh\necho 'INF |  {TUNNEL}  |' >&2\nexec sleep 600\n");
    fs::write(&program, says).unwrap();
    fs::set_permissions(&program, fs::Permissions::from_mode(0o755)).unwrap();
    shop.story.sandbox.set_public_url(TUNNEL);
    shop.story.sandbox.set_app_url(&shop.url);

    let path = format!("{}:/usr/bin:/bin", shop.folder.path().display());
    let command = command.arg("--tunnel").env("PATH", path);
    let child = command.stdout(Stdio::piped()).stderr(Stdio::piped()).spawn().unwrap();
    let mut child = Ended(child);
    let mut log = Log::printed(&mut child.0);
    log.wait_for("Now write \"hi\"");
    (child, log)
}

fn end(mut child: Ended, log: Log) {
    signal(&child.0, "INT");
    log.forget();
    assert!(child.0.wait().unwrap().success());
}

#[tokio::test]
async fn through_a_tunnel_it_goes_on_answering_until_it_is_ended() {
    let shop = Shop::new().await;
    shop.without("[numbers.shop]");
    let sender = shop.story.twilio();
    let arguments = ["--sender", "+15550100009", "--yes"];
    let (child, mut log) = tunnelled(&shop, shop.twilio(&arguments));
    let ana = sender.person("Ana", ANA);
    ana.says("hi").await;
    log.wait_for(&format!("answers, through {TUNNEL}, until Ctrl-C"));
    ana.says("Are you still there?").await;
    ana.receives(2).await;
    let webhook = format!("{TUNNEL}/webhooks/twilio#rc=3&rp=ct,rt,5xx");
    sender.set_up(|at| assert_eq!(at.sender.callback.as_deref(), Some(webhook.as_str())));
    // Commands need no URL, neither while the tunnel is open nor afterwards.
    let list = || {
        let mut list = olifant(&["conversations", "list", "--config", "my.toml"]);
        let output = list.current_dir(shop.folder.path()).output().unwrap();
        assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));
        String::from_utf8(output.stdout).unwrap()
    };
    assert!(list().contains("desk"));
    end(child, log);
    assert!(list().contains("desk"));
    let text = fs::read_to_string(shop.path("my.toml")).unwrap();
    assert!(!text.contains("trycloudflare"), "it is gone with the tunnel: {text}");
}

#[tokio::test]
async fn meta_is_given_time_to_find_a_new_tunnel() {
    let shop = Shop::new().await;
    shop.without("[numbers.desk]");
    let number = shop.story.meta();
    number.set_up_all(|all| all.unresolved = 1);
    let (child, mut log) = tunnelled(&shop, shop.meta(&["--yes"]));
    let ana = number.person("Ana", ANA);
    ana.says("hi").await;
    log.wait_for(&format!("answers, through {TUNNEL}, until Ctrl-C"));
    let callback = format!("{TUNNEL}/webhooks/meta");
    number.set_up(|at| assert_eq!(at.app.callback.as_ref().unwrap().url, callback));
    end(child, log);
}

#[tokio::test]
async fn nobody_waits_longer_than_a_day() {
    let shop = Shop::new().await;
    let why = shop.refused(&["--minutes", "18446744073709551615"]);
    assert!(why.contains("--minutes") && why.contains("1..=1440"), "{why}");
}

#[tokio::test]
async fn a_program_that_was_started_with_another_secret_has_to_start_anew() {
    let shop = Shop::new().await;
    shop.without("[numbers.desk]");
    shop.meta(&["--yes", "--no-wait"]).output().unwrap();
    let mut serving = olifant(&["serve", "--config", "my.toml"]);
    let serving = serving.current_dir(shop.folder.path()).stdout(Stdio::null());
    let mut serving = Ended(serving.stderr(Stdio::piped()).spawn().unwrap());
    let mut log = Log::of(&mut serving.0);
    log.wait_for("\"ready\"");
    let again = steps(shop.meta(&["--yes", "--no-wait", "--json"]).output().unwrap());
    assert!(again.iter().any(|step| step.2 == "the olifant that runs answers"), "{again:?}");

    shop.story.meta().set_up(|at| at.app.secret = "reset".into());
    fs::write(shop.path("secret"), "reset\n").unwrap();
    let why = shop.refused(&["--yes", "--no-wait"]);
    assert!(why.contains("start it anew"), "{why}");
    signal(&serving.0, "TERM");
    log.forget();
    assert!(serving.0.wait().unwrap().success());
}

#[tokio::test]
async fn a_public_url_where_nobody_answers_does_not_stay() {
    let shop = Shop::new().await;
    shop.without("[numbers.desk]");
    let url =
        |text: &str| text.lines().find(|line| line.starts_with("public_url")).unwrap().to_owned();
    let before = url(&fs::read_to_string(shop.path("my.toml")).unwrap());
    let why = shop.refused(&["--yes", "--no-wait", "--public-url", "http://127.0.0.1:1"]);
    assert!(why.contains("http://127.0.0.1:1/webhooks/meta"), "{why}");
    assert_eq!(url(&fs::read_to_string(shop.path("my.toml")).unwrap()), before);

    // Nor where none stood before, and another number can't do without.
    let text = fs::read_to_string(shop.path("my.toml")).unwrap();
    let trial = "[numbers.trial]\nprovider = \"twilio\"\naccount_sid = \"AC00000000000000000000000000000001\"\n\
                 auth_token = \"token\"\nfrom = \"whatsapp:+14155238886\"\n";
    fs::write(shop.path("my.toml"), text.replace(&format!("{before}\n"), "") + trial).unwrap();
    let why = shop.refused(&["--yes", "--no-wait", "--public-url", "http://127.0.0.1:1"]);
    assert!(why.contains("http://127.0.0.1:1/webhooks/meta"), "{why}");
    assert!(!fs::read_to_string(shop.path("my.toml")).unwrap().contains("public_url"));
    let why = shop.refused(&["--no-wait", "--public-url", "bot.example.com"]);
    assert!(why.contains("bot.example.com is no URL; write https://HOST"), "{why}");
}

#[tokio::test]
async fn a_name_that_no_number_has_is_refused_before_anything_is_asked() {
    let shop = Shop::new().await;
    let why = refused(shop.connect(&["meta", "Shop", "--no-wait"]));
    assert!(why.contains("numbers.Shop is no name for a number; use only small letters"), "{why}");
    assert!(!shop.path("secrets").exists());
}
