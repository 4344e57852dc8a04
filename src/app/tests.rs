//! Stories of the program as a whole, without its workers.

use axum::body::Body;
use axum::http::{Request, StatusCode};
use hmac::{Hmac, KeyInit, Mac};
use jiff::Timestamp;
use tower::ServiceExt;

use super::*;
use crate::config::Sources;
use crate::domain::id::Business;
use crate::domain::turn::Turn;
use crate::store::Queue;

const NUMBER: &str = r#"
[numbers.front]
provider = "meta"
phone_number_id = "100000000000100"
access_token = "token"
app_secret = "secret"
verify_token = "verify"
[llm]
provider = "demo"
"#;

const MESSAGE: &str = r#"{"object":"whatsapp_business_account","entry":[{"id":"1","changes":[{
"field":"messages","value":{"messaging_product":"whatsapp",
"metadata":{"display_phone_number":"15550100","phone_number_id":"100000000000100"},
"contacts":[{"profile":{"name":"Ana"},"wa_id":"15550123"}],
"messages":[{"from":"15550123","id":"wamid.1","timestamp":"1790000000","type":"text",
"text":{"body":"hello"}}]}}]}]}"#;

/// A configuration file in a directory that also holds the store.
struct House(tempfile::TempDir);

impl House {
    fn new() -> Self {
        let house = Self(tempfile::tempdir().unwrap());
        house.configure("");
        house
    }

    fn path(&self, name: &str) -> std::path::PathBuf {
        self.0.path().join(name)
    }

    fn configure(&self, more: &str) {
        let store = self.path("store");
        let store = format!("[store]\nurl = \"sled:{}\"\nmin_free_mb = 0\n", store.display());
        std::fs::write(self.path("my.toml"), format!("{store}{NUMBER}{more}")).unwrap();
    }

    async fn app(&self) -> Arc<App> {
        let sources = Sources { file: Some(self.path("my.toml")), ..Sources::default() };
        let settings = Settings::load(sources).unwrap_or_else(|e| panic!("{e}"));
        let clock = Clock::manual(Timestamp::from_second(1_790_000_001).unwrap());
        App::start(settings, clock).await.unwrap_or_else(|e| panic!("{e}"))
    }
}

fn name(app: &App) -> String {
    app.minds.borrow()[&Business::from("main")].config.name.clone()
}

/// Runs a change that is noticed while the configuration is followed.
async fn followed(app: &Arc<App>, change: impl FnOnce()) {
    let stop = CancellationToken::new();
    let change = async {
        change();
        let mut minds = app.minds.subscribe();
        app.clock.advance(Duration::from_secs(2));
        minds.changed().await.unwrap();
        stop.cancel();
    };
    tokio::join!(reload::follow(app, &stop), change);
}

async fn post(app: &App, body: &str, secret: &[u8]) -> StatusCode {
    let mac = Hmac::<sha2::Sha256>::new_from_slice(secret).unwrap().chain_update(body);
    let signature = format!("sha256={}", hex::encode(mac.finalize().into_bytes()));
    let request = Request::post("/webhooks/meta")
        .header("content-type", "application/json")
        .header("x-hub-signature-256", signature)
        .body(Body::from(body.to_owned()))
        .unwrap();
    app.router(CancellationToken::new()).oneshot(request).await.unwrap().status()
}

async fn work_waits(app: &App) -> bool {
    <dyn Store as Queue<Turn>>::next_due(&*app.store).await.unwrap().is_some()
}

#[tokio::test]
async fn a_signed_message_is_kept_and_a_forged_one_is_not() {
    let house = House::new();
    let app = house.app().await;
    assert_eq!(post(&app, MESSAGE, b"another secret").await, StatusCode::UNAUTHORIZED);
    assert!(!work_waits(&app).await);
    assert_eq!(post(&app, MESSAGE, b"secret").await, StatusCode::OK);
    drop(app);
    assert!(work_waits(&*house.app().await).await, "it survives a restart");
}

#[tokio::test]
async fn a_signed_body_that_cannot_be_read_is_taken_once_and_for_all() {
    let app = House::new().app().await;
    assert_eq!(post(&app, "not JSON", b"secret").await, StatusCode::OK);
    assert!(!work_waits(&app).await);
}

#[tokio::test]
async fn a_good_configuration_replaces_the_old_one_and_a_bad_one_does_not() {
    let house = House::new();
    let app = house.app().await;
    house.configure("[assistant]\nname = \"Nina\"");
    assert_eq!(app.reload().unwrap().restart, Vec::<&str>::new());
    assert_eq!(name(&app), "Nina");
    house.configure("[assistant]\nname = \"Rosa\"\ntimezone = \"Mars/Base\"");
    assert!(app.reload().is_err());
    assert_eq!(name(&app), "Nina");
    house.configure("[assistant]\nname = \"Rosa\"\n[server]\nshutdown_s = 3");
    assert_eq!(app.reload().unwrap().restart, ["server"]);
    assert_eq!(name(&app), "Rosa");
}

#[tokio::test]
async fn the_files_that_the_configuration_names_are_watched() {
    let house = House::new();
    let words = house.path("words.md");
    std::fs::write(&words, "Be kind.").unwrap();
    house.configure(&format!("[assistant]\ninstructions_file = \"{}\"", words.display()));
    let app = house.app().await;
    let answers = "knowledge/answers.md".into();
    assert_eq!(reload::watched(&app.settings).paths, [house.path("my.toml"), words, answers]);
    followed(&app, || {
        house.configure("[assistant]\nname = \"Nina\"");
        let file = std::fs::File::options().write(true).open(house.path("my.toml")).unwrap();
        file.set_modified(std::time::UNIX_EPOCH).unwrap();
    })
    .await;
    assert_eq!(name(&app), "Nina");
}

#[tokio::test]
async fn files_that_come_and_go_change_what_is_known() {
    let house = House::new();
    let pattern = house.path("*.txt").display().to_string();
    house.configure(&format!("[assistant]\nknowledge = [\"{pattern}\"]"));
    let app = house.app().await;
    let known = || app.minds.borrow()[&Business::from("main")].knowledge.sections().len();
    assert_eq!(known(), 0);
    followed(&app, || std::fs::write(house.path("faq.txt"), "Closed in August.").unwrap()).await;
    assert_eq!(known(), 1);
    followed(&app, || std::fs::remove_file(house.path("faq.txt")).unwrap()).await;
    assert_eq!(known(), 0);
}
