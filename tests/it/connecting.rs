//! `olifant connect`: a number is set up at the stand-ins by the true binary,
//! in all three ways, and answers a person's first message.

use std::fs;
use std::io::{BufRead, BufReader, Read};
use std::net::TcpListener;
use std::path::PathBuf;
use std::process::{Command, Output, Stdio};

use olifant::provider::NumberConfig;
use olifant::sandbox::meta::setup::Callback;
use serde_json::Value;

use crate::binary::olifant;
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
        let Output { status, stderr, .. } = self.meta(more).output().unwrap();
        assert!(!status.success());
        String::from_utf8(stderr).unwrap()
    }
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
    assert_eq!(already, ["config", "register", "callback", "account"], "{again:?}");
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
