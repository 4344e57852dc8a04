//! The page's API over HTTP, with a bare web server in the app's place.

use std::sync::Mutex;

use axum::body::Bytes;
use reqwest::Response as Answered;

use super::super::phones::Tick;
use super::super::tests::serve;
use super::super::{MetaAccount, Options, PhoneInfo, TwilioAccount, lock, post};
use super::*;
use crate::clock::Clock;

const ANA: &str = "15550100001";
const SENDER: &str = "whatsapp:+15550100000";

/// Takes webhooks, and answers with this status.
struct App {
    seen: Mutex<Vec<String>>,
    status: Mutex<StatusCode>,
}

struct World {
    app: Arc<App>,
    sandbox: Arc<Sandbox>,
    url: String,
    http: reqwest::Client,
}

async fn webhook(State(app): State<Arc<App>>, body: Bytes) -> StatusCode {
    lock(&app.seen).push(String::from_utf8(body.to_vec()).unwrap());
    *lock(&app.status)
}

fn options(app_url: String) -> Options {
    Options {
        app_url,
        meta: vec![MetaAccount {
            phone_number_id: "100".into(),
            display_number: "15550100000".into(),
            access_token: "token".into(),
            app_secret: "secret".into(),
            verify_token: "verify".into(),
        }],
        twilio: vec![TwilioAccount {
            account_sid: "AC01".into(),
            auth_token: "12345".into(),
            from: SENDER.into(),
        }],
        state_file: None,
        clock: Clock::manual("2026-11-23T09:00:00Z".parse().unwrap()),
        info: PhoneInfo::default(),
    }
}

impl World {
    async fn new() -> Self {
        let status = Mutex::new(StatusCode::OK);
        let app = Arc::new(App { seen: Mutex::default(), status });
        let app_url = serve(Router::new().fallback(webhook).with_state(app.clone())).await;
        let sandbox = Sandbox::new(options(app_url));
        let url = serve(sandbox.router()).await;
        Self { app, sandbox, url, http: post::client() }
    }

    async fn post(&self, path: &str, body: &Value) -> Answered {
        self.http.post(format!("{}{path}", self.url)).json(body).send().await.unwrap()
    }

    async fn get(&self, path: &str) -> Answered {
        self.http.get(format!("{}{path}", self.url)).send().await.unwrap()
    }

    /// Ana does something; how the page is answered.
    async fn ana(&self, provider: &str, what: Value) -> u16 {
        let mut body = what;
        body["provider"] = provider.into();
        body["person"] = "ana".into();
        self.post("/phone/send", &body).await.status().as_u16()
    }

    /// The same through Meta, until the app has it: the message.
    async fn meta(&self, what: Value) -> Value {
        let count = lock(&self.app.seen).len();
        assert_eq!(self.ana("meta", what).await, 202);
        let body: Value = serde_json::from_str(&self.seen(count).await).unwrap();
        body["entry"][0]["changes"][0]["value"]["messages"][0].clone()
    }

    /// The same through Twilio: its parameters.
    async fn twilio(&self, what: Value) -> Value {
        let count = lock(&self.app.seen).len();
        assert_eq!(self.ana("twilio", what).await, 202);
        let form = url::form_urlencoded::parse(self.seen(count).await.as_bytes())
            .map(|(name, value)| (name.into_owned(), Value::from(value.as_ref())))
            .collect();
        Value::Object(form)
    }

    /// The n-th webhook, as soon as its bubble tells that it arrived.
    async fn seen(&self, n: usize) -> String {
        let found = |_: &_| lock(&self.app.seen).get(n).cloned();
        self.sandbox.phones.wait_for(found).await
    }

    async fn bubbles(&self, provider: &str) -> Vec<Value> {
        let state = self.get(&format!("/phone/state?provider={provider}&person=ana")).await;
        let mut state: Value = state.json().await.unwrap();
        serde_json::from_value(state["bubbles"].take()).unwrap()
    }

    /// The business sends something to Ana and has its receipts; its id.
    async fn business(&self, what: Value) -> String {
        let mut body = what;
        body["messaging_product"] = "whatsapp".into();
        body["to"] = ANA.into();
        let url = format!("{}/graph/v25.0/100/messages", self.url);
        let answer = self.http.post(url).bearer_auth("token").json(&body).send().await.unwrap();
        let answer: Value = answer.json().await.unwrap();
        self.sandbox.settled().await;
        answer["messages"][0]["id"].as_str().unwrap().to_owned()
    }
}

#[tokio::test]
async fn a_picture_of_ones_own_reaches_the_app_and_stands_on_the_page() {
    let world = World::new().await;
    let file = json!({ "name": "tea.png", "mime": "image/png", "base64": "VGVh" });
    let what = json!({ "kind": "media", "media": "image", "caption": "look", "file": file });
    let message = world.meta(what.clone()).await;
    assert_eq!((&message["type"], &message["image"]["caption"]), (&"image".into(), &"look".into()));
    let id = message["image"]["id"].as_str().unwrap();
    let shown = world.get(&format!("/phone/media/{id}")).await;
    assert_eq!(shown.headers()["content-type"], "image/png");
    assert_eq!(shown.headers()["content-disposition"], "attachment");
    assert_eq!(shown.text().await.unwrap(), "Tea");
    assert_eq!(world.get("/phone/media/1").await.status(), 404);

    let form = world.twilio(what).await;
    assert_eq!((&form["Body"], &form["NumMedia"]), (&"look".into(), &"1".into()));
    assert_eq!(form["MediaContentType0"], "image/png");
}

#[tokio::test]
async fn every_other_file_a_place_and_a_card() {
    let world = World::new().await;
    let media = |media: &str| json!({ "kind": "media", "media": media });
    assert_eq!(world.meta(media("video")).await["type"], "video");
    assert_eq!(world.meta(media("voice")).await["audio"]["voice"], true);
    assert_eq!(world.meta(media("document")).await["document"]["filename"], "made-up.pdf");
    assert_eq!(world.meta(media("sticker")).await["sticker"]["animated"], false);
    assert_eq!(world.twilio(media("voice")).await["MediaContentType0"], "audio/ogg");
    assert_eq!(world.twilio(media("document")).await["Body"], "made-up.pdf");

    let place = json!({ "kind": "location", "latitude": 40.4, "longitude": -3.7, "name": "Plaza" });
    let expected = json!({ "latitude": 40.4, "longitude": -3.7, "name": "Plaza" });
    assert_eq!(world.meta(place.clone()).await["location"], expected);
    let form = world.twilio(place).await;
    assert_eq!((&form["Latitude"], &form["Label"]), (&"40.4".into(), &"Plaza".into()));

    let card = json!({ "kind": "contact", "name": "Carmen Ruiz", "phone": "+1 555 010 0042" });
    let message = world.meta(card.clone()).await;
    assert_eq!(message["contacts"][0]["phones"][0]["wa_id"], "15550100042");
    assert_eq!(world.twilio(card).await["MediaContentType0"], "text/vcard");
}

#[tokio::test]
async fn a_reply_names_the_message_and_its_writer_and_a_forwarded_one_names_none() {
    let world = World::new().await;
    let theirs = world.business(json!({ "type": "text", "text": { "body": "Tea?" } })).await;
    let own = world.meta(json!({ "kind": "text", "text": "hi" })).await["id"].clone();
    let reply = |id: &Value| json!({ "kind": "text", "text": "yes", "quotes": id });
    let context = world.meta(reply(&theirs.clone().into())).await["context"].clone();
    assert_eq!(context, json!({ "from": "15550100000", "id": theirs }));
    let context = world.meta(reply(&own)).await["context"].clone();
    assert_eq!(context, json!({ "from": ANA, "id": own }));
    let forwarded = json!({ "kind": "text", "text": "read this", "forwarded": true });
    assert_eq!(world.meta(forwarded.clone()).await["context"], json!({ "forwarded": true }));
    assert_eq!(world.twilio(forwarded).await["Forwarded"], "true");

    let own = world.twilio(json!({ "kind": "text", "text": "hi" })).await["MessageSid"].clone();
    let form = world.twilio(reply(&own)).await;
    assert_eq!(form["OriginalRepliedMessageSid"], own);
    assert_eq!(form["OriginalRepliedMessageSender"], format!("whatsapp:+{ANA}"));
}

#[tokio::test]
async fn a_tap_is_one_of_the_choices_that_were_offered() {
    let world = World::new().await;
    let buttons = json!([{ "type": "reply", "reply": { "id": "yes", "title": "Yes" } }]);
    let interactive = json!({
        "type": "button",
        "body": { "text": "Tea?" },
        "action": { "buttons": buttons },
    });
    let id = world.business(json!({ "type": "interactive", "interactive": interactive })).await;
    let tap = |id: &str, quotes: &str| json!({ "kind": "tap", "id": id, "title": "Yes", "quotes": quotes });
    let message = world.meta(tap("yes", &id)).await;
    assert_eq!(message["interactive"]["button_reply"], json!({ "id": "yes", "title": "Yes" }));
    assert_eq!(message["context"]["id"], id);
    assert_eq!(world.ana("meta", tap("no", &id)).await, 409);
    assert_eq!(world.ana("meta", tap("yes", "wamid.none")).await, 409);

    let quick =
        json!({ "kind": "quick_reply", "payload": "p", "title": "On my way", "quotes": id });
    let message = world.meta(quick).await;
    assert_eq!(message["button"], json!({ "payload": "p", "text": "On my way" }));
    let form = world.twilio(tap("yes", "SM1")).await;
    assert_eq!((&form["ButtonPayload"], &form["ButtonText"]), (&"yes".into(), &"Yes".into()));
}

#[tokio::test]
async fn what_is_done_to_a_message_shows_on_it() {
    let world = World::new().await;
    let id = world.meta(json!({ "kind": "text", "text": "te" })).await["id"].clone();
    let thumb = json!({ "message_id": id, "emoji": "👍" });
    world.business(json!({ "type": "reaction", "reaction": thumb })).await;
    let react = |emoji: &str| json!({ "kind": "reaction", "message": id, "emoji": emoji });
    assert_eq!(world.ana("meta", react("🙏")).await, 202);
    assert_eq!(
        world.ana("meta", json!({ "kind": "edit", "message": id, "text": "tea" })).await,
        202
    );
    let bubbles = world.bubbles("meta").await;
    assert_eq!(bubbles.len(), 1);
    assert_eq!((&bubbles[0]["text"], &bubbles[0]["edited"]), (&"tea".into(), &true.into()));
    assert_eq!(bubbles[0]["reactions"], json!({ "person": "🙏", "business": "👍" }));

    assert_eq!(world.ana("meta", react("")).await, 202);
    assert_eq!(world.bubbles("meta").await[0]["reactions"]["person"], Value::Null);
    assert_eq!(world.ana("meta", json!({ "kind": "delete", "message": id })).await, 202);
    let deleted = world.bubbles("meta").await.remove(0);
    assert_eq!((&deleted["text"], &deleted["raw"]), (&"".into(), &Value::Null));
    assert_eq!(deleted["deleted"], true);
    let kinds: Vec<_> = lock(&world.app.seen).iter().map(|body| kind(body)).collect();
    assert_eq!(kinds.last().map(String::as_str), Some("revoke"));
}

fn kind(body: &str) -> String {
    let body: Value = serde_json::from_str(body).unwrap();
    let kind = &body["entry"][0]["changes"][0]["value"]["messages"][0]["type"];
    kind.as_str().unwrap_or("status").to_owned()
}

#[tokio::test]
async fn an_act_that_the_app_refuses_is_told_at_once() {
    let world = World::new().await;
    let id = world.meta(json!({ "kind": "text", "text": "te" })).await["id"].clone();
    *lock(&world.app.status) = StatusCode::SERVICE_UNAVAILABLE;
    let react = json!({ "kind": "reaction", "message": id, "emoji": "👍" });
    assert_eq!(world.ana("meta", react.clone()).await, 502);
    assert_eq!(world.ana("twilio", react).await, 409, "Twilio has no such webhook");
}

#[tokio::test]
async fn a_burst_comes_in_order() {
    let world = World::new().await;
    assert_eq!(world.ana("meta", json!({ "kind": "burst", "texts": ["a", "b", "c"] })).await, 202);
    world.seen(2).await;
    let texts: Vec<_> = lock(&world.app.seen).iter().map(|body| text(body)).collect();
    assert_eq!(texts, ["a", "b", "c"]);
}

fn text(body: &str) -> String {
    let body: Value = serde_json::from_str(body).unwrap();
    let text = &body["entry"][0]["changes"][0]["value"]["messages"][0]["text"]["body"];
    text.as_str().unwrap().to_owned()
}

#[tokio::test]
async fn what_a_real_phone_would_not_send_is_refused() {
    let world = World::new().await;
    for (what, status) in [
        (json!({ "kind": "text", "text": " \n" }), 400),
        (json!({ "kind": "text", "text": "é".repeat(send::LONGEST + 1) }), 413),
        (json!({ "kind": "burst", "texts": [] }), 400),
        (json!({ "kind": "burst", "texts": vec!["x"; 21] }), 400),
        (json!({ "kind": "contact", "name": "Carmen", "phone": "nobody" }), 400),
        (json!({ "kind": "dance" }), 422),
    ] {
        assert_eq!(world.ana("meta", what.clone()).await, status, "{what}");
    }
    let nobody = json!({ "provider": "meta", "person": "nobody", "kind": "text", "text": "hi" });
    assert_eq!(world.post("/phone/send", &nobody).await.status(), 404);
    assert!(lock(&world.app.seen).is_empty());
}

#[tokio::test]
async fn a_message_goes_once_more_under_the_same_id() {
    let world = World::new().await;
    let id = world.meta(json!({ "kind": "text", "text": "hi" })).await["id"].clone();
    let again = json!({ "provider": "meta", "person": "ana", "id": id });
    assert_eq!(world.post("/phone/retry", &again).await.status(), 202);
    world.seen(1).await;
    let seen = lock(&world.app.seen).clone();
    assert_eq!(seen[0], seen[1]);
    let id = id.as_str().unwrap();
    world
        .sandbox
        .phones
        .wait_for(|book| {
            book.find("100", id).filter(|bubble| bubble.tick == Tick::Accepted).map(drop)
        })
        .await;
}

#[tokio::test]
async fn a_fault_is_switched_on_for_both_providers_and_off_again() {
    let world = World::new().await;
    let flip = async |name: &str, on: bool| {
        world.post("/phone/faults", &json!({ "name": name, "on": on })).await.status().as_u16()
    };
    let on = async || -> Vec<String> {
        let list: Value = world.get("/phone/faults").await.json().await.unwrap();
        let on = list["faults"].as_array().unwrap().iter().filter(|fault| fault["on"] == true);
        on.map(|fault| fault["name"].as_str().unwrap().to_owned()).collect()
    };
    assert_eq!(on().await, [""; 0]);
    assert_eq!(flip("window_closed", true).await, 204);
    assert_eq!(flip("unpaid", true).await, 204);
    assert_eq!(on().await, ["window_closed", "unpaid"]);
    assert!(world.sandbox.twilio(0).switches().unpaid);
    assert_eq!(flip("unpaid", false).await, 204);
    assert_eq!(on().await, ["window_closed"]);
    assert_eq!(flip("model_hangs", true).await, 409);
    assert_eq!(flip("earthquake", true).await, 404);
}

#[tokio::test]
async fn what_is_never_delivered_is_on_the_page_with_its_code() {
    let world = World::new().await;
    world.meta(json!({ "kind": "text", "text": "hi" })).await;
    world.post("/phone/faults", &json!({ "name": "window_closed", "on": true })).await;
    world.business(json!({ "type": "text", "text": { "body": "too late" } })).await;
    let lost = world.bubbles("meta").await.remove(1);
    assert_eq!((&lost["text"], &lost["lost"]), (&"too late".into(), &true.into()));
    assert_eq!(lost["reports"][0]["code"], 131047);
}

#[tokio::test]
async fn the_page_is_all_of_its_parts() {
    let world = World::new().await;
    for (name, text) in SCRIPTS {
        let answer = world.get(&format!("/phone/{name}")).await;
        assert_eq!(answer.headers()["content-type"], "text/javascript; charset=utf-8");
        for part in text.lines().filter_map(|line| line.split_once(" from \"./")) {
            let imported = part.1.trim_end_matches("\";");
            assert!(SCRIPTS.iter().any(|(name, _)| *name == imported), "{name} needs {imported}");
        }
    }
    assert_eq!(world.get("/phone/none.js").await.status(), 404);
}

#[test]
fn only_local_names_open_the_page() {
    let local = |host: &str| {
        let mut headers = HeaderMap::new();
        headers.insert(header::HOST, HeaderValue::from_str(host).unwrap());
        is_local(&headers)
    };
    for host in ["localhost", "localhost:8080", "127.0.0.1:1", "[::1]:8080", "[::1]"] {
        assert!(local(host), "{host}");
    }
    for host in ["evil.example", "localhost.evil.example:80", "127.0.0.1.evil.example", ""] {
        assert!(!local(host), "{host}");
    }
    assert!(!is_local(&HeaderMap::new()));
}

#[tokio::test]
async fn the_commands_it_names_have_the_folder_of_this_run() {
    for (folder, end) in
        [(Some("d3".into()), "numbers resume meta --dev d3"), (None, "resume meta")]
    {
        let mut options = options("http://127.0.0.1:9".into());
        options.info.folder = folder;
        let url = serve(Sandbox::new(options).router()).await;
        let list = post::client().get(format!("{url}/phone/faults")).send().await.unwrap();
        let list: Value = list.json().await.unwrap();
        let faults = list["faults"].as_array().unwrap();
        let revoked = faults.iter().find(|fault| fault["name"] == "token_revoked").unwrap();
        assert!(revoked["then"].as_str().unwrap().ends_with(end), "{revoked}");
    }
}
