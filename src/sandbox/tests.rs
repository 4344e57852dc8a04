//! The stand-ins over HTTP, with a bare web server in the app's place.

use std::path::Path;
use std::sync::{Arc, Mutex};

use axum::Router;
use axum::body::Bytes;
use axum::extract::State;
use axum::http::{HeaderMap, StatusCode, Uri};
use reqwest::Response;
use serde_json::{Value, json};

use super::gate::Fault;
use super::phones::Tick;
use super::*;

mod files;
mod meta_people;
mod meta_sends;
mod switches;
mod twilio_people;
mod twilio_sends;

const ANA: &str = "15550100011";
const SENDER: &str = "whatsapp:+15550100000";
const NOBODY: &str = "US.10000000000000000011";

/// Takes webhooks, and answers as it is told.
struct App {
    seen: Mutex<Vec<Seen>>,
    answer: Mutex<(StatusCode, String)>,
}

/// The app says what its answer is made of.
type Answered = (StatusCode, [(&'static str, &'static str); 1], String);

struct Seen {
    path: String,
    headers: HeaderMap,
    body: Bytes,
}

struct World {
    app: Arc<App>,
    sandbox: Arc<Sandbox>,
    url: String,
    http: reqwest::Client,
}

/// The router on a port of its own: its URL.
pub(super) async fn serve(router: Router) -> String {
    let listener = tokio::net::TcpListener::bind("127.0.0.1:0").await.unwrap();
    let url = format!("http://{}", listener.local_addr().unwrap());
    tokio::spawn(async move { axum::serve(listener, router).await });
    url
}

async fn webhook(
    State(app): State<Arc<App>>,
    uri: Uri,
    headers: HeaderMap,
    body: Bytes,
) -> Answered {
    lock(&app.seen).push(Seen { path: uri.to_string(), headers, body });
    let (status, body) = lock(&app.answer).clone();
    (status, [("content-type", "text/xml")], body)
}

fn account(id: &str, secret: &str) -> MetaAccount {
    MetaAccount {
        phone_number_id: id.into(),
        display_number: "15550100000".into(),
        access_token: format!("token-of-{id}").into(),
        app_secret: secret.into(),
        verify_token: "verify".into(),
    }
}

fn sandbox(app_url: &str, state_file: Option<&Path>) -> Arc<Sandbox> {
    Sandbox::new(Options {
        app_url: app_url.into(),
        meta: vec![account("100", "first"), account("200", "second")],
        twilio: vec![TwilioAccount {
            account_sid: "AC01".into(),
            auth_token: "12345".into(),
            from: SENDER.into(),
        }],
        state_file: state_file.map(Path::to_owned),
        clock: Clock::manual("2026-11-23T09:00:00Z".parse().unwrap()),
        info: PhoneInfo::default(),
    })
}

impl World {
    async fn new() -> Self {
        let answer = Mutex::new((StatusCode::OK, String::new()));
        let app = Arc::new(App { seen: Mutex::default(), answer });
        let app_url = serve(Router::new().fallback(webhook).with_state(app.clone())).await;
        let sandbox = sandbox(&app_url, None);
        let url = serve(sandbox.router()).await;
        sandbox.set_own_url(&url);
        Self { app, sandbox, url, http: post::client() }
    }

    async fn graph(&self, body: &Value) -> reqwest::Result<Response> {
        self.graph_as("100", "token-of-100", body).await
    }

    async fn graph_as(&self, id: &str, token: &str, body: &Value) -> reqwest::Result<Response> {
        let url = format!("{}/graph/v25.0/{id}/messages", self.url);
        self.http.post(url).bearer_auth(token).json(body).send().await
    }

    /// Ana's phone; she wrote, so the window is open.
    async fn ana(&self) -> meta::Person {
        let ana = self.sandbox.meta(0).person("Ana", ANA);
        ana.says("hi").await;
        self.seen().clear();
        ana
    }

    async fn twilio(&self, form: &[(&str, &str)]) -> Response {
        let url = format!("{}/twilio/2010-04-01/Accounts/AC01/Messages.json", self.url);
        self.http.post(url).basic_auth("AC01", Some("12345")).form(form).send().await.unwrap()
    }

    /// A resource of Twilio's API.
    async fn twilio_get(&self, path: &str) -> Response {
        let url = format!("{}{path}", self.url);
        self.http.get(url).basic_auth("AC01", Some("12345")).send().await.unwrap()
    }

    /// The newest webhook's only change.
    fn told(&self) -> Value {
        self.seen().last().unwrap().json()["entry"][0]["changes"][0].clone()
    }

    async fn found(&self, query: &[(&str, &str)]) -> usize {
        let url = format!("{}/twilio/2010-04-01/Accounts/AC01/Messages.json", self.url);
        let request = self.http.get(url).basic_auth("AC01", Some("12345")).query(query);
        let page: Value = request.send().await.unwrap().json().await.unwrap();
        page["messages"].as_array().unwrap().len()
    }

    async fn phone(&self, path: &str) -> Response {
        self.http.get(format!("{}{path}", self.url)).send().await.unwrap()
    }

    fn seen(&self) -> MutexGuard<'_, Vec<Seen>> {
        lock(&self.app.seen)
    }

    fn answers(&self, status: StatusCode, body: &str) {
        *lock(&self.app.answer) = (status, body.into());
    }
}

impl Seen {
    fn header(&self, name: &str) -> &str {
        self.headers.get(name).unwrap().to_str().unwrap()
    }

    fn json(&self) -> Value {
        serde_json::from_slice(&self.body).unwrap()
    }

    fn form(&self) -> twilio::Form {
        url::form_urlencoded::parse(&self.body).into_owned().collect()
    }
}

fn text(to: &str, body: &str) -> Value {
    json!({
        "messaging_product": "whatsapp",
        "to": to,
        "type": "text",
        "text": { "body": body },
        "biz_opaque_callback_data": "delivery-7",
    })
}

async fn code(response: Response) -> (u16, u64) {
    let status = response.status().as_u16();
    let body: Value = response.json().await.unwrap();
    let code = body["error"]["code"].as_u64().or(body["code"].as_u64());
    (status, code.unwrap())
}

#[tokio::test]
async fn a_message_a_read_mark_an_answer_and_its_receipts_through_meta() {
    let world = World::new().await;
    let ana = world.sandbox.meta(0).person_with_id("Ana", ANA, NOBODY);
    let refused = ana.message("too early");
    let early = refused["id"].as_str().unwrap().to_owned();
    world.answers(StatusCode::SERVICE_UNAVAILABLE, "");
    assert_eq!(ana.sends(refused).await, 503);
    world.answers(StatusCode::OK, "");
    world.seen().clear();
    let message = ana.message("¿Qué tal? 👋");
    let wamid = message["id"].as_str().unwrap().to_owned();
    assert_eq!(ana.sends(message).await, 200);
    {
        let seen = world.seen();
        assert_eq!(seen[0].path, "/webhooks/meta");
        assert_eq!(seen[0].header("x-hub-signature-256"), signing::meta("first", &seen[0].body));
        assert!(seen[0].body.is_ascii());
        let value = seen[0].json()["entry"][0]["changes"][0]["value"].clone();
        assert_eq!(value["messages"][0]["text"]["body"], "¿Qué tal? 👋");
        assert_eq!(value["contacts"][0]["user_id"], NOBODY);
        assert_eq!(value["metadata"]["phone_number_id"], "100");
    }
    assert_eq!(ana.tick(&wamid), Some(Tick::Accepted));
    let read = json!({
        "messaging_product": "whatsapp",
        "status": "read",
        "message_id": wamid,
        "typing_indicator": { "type": "text" },
    });
    assert_eq!(world.graph(&read).await.unwrap().status(), 200);
    assert_eq!(ana.tick(&wamid), Some(Tick::Read));
    assert_eq!(ana.tick(&early), Some(Tick::Refused(503)), "it never had that one");

    let answer = world.graph(&text("+1 (555) 010-0011", "Bien")).await.unwrap();
    let answer: Value = answer.json().await.unwrap();
    assert_eq!(answer["contacts"][0]["wa_id"], ANA);
    world.sandbox.settled().await;
    let inbox = ana.receives(1).await;
    assert_eq!(inbox[0].id, answer["messages"][0]["id"]);
    assert_eq!(ana.texts(), ["Bien"]);
    let reported: Vec<_> =
        inbox[0].reports.iter().map(|report| (report.status.as_str(), report.answer)).collect();
    assert_eq!(reported, [("sent", 200), ("delivered", 200), ("read", 200)]);
    let seen = world.seen();
    let status = seen[2].json()["entry"][0]["changes"][0]["value"]["statuses"][0].clone();
    assert_eq!(status["biz_opaque_callback_data"], "delivery-7");
    assert_eq!(status["recipient_id"], ANA);
    assert_eq!(status["pricing"]["pricing_model"], "PMP");
}

#[tokio::test]
async fn an_answer_to_the_id_reaches_the_phone_of_who_hides_the_number() {
    let world = World::new().await;
    let noor = world.sandbox.meta(0).hidden_person("Noor", NOBODY);
    assert_eq!(noor.says("hi").await, 200);
    let message = world.seen()[0].json()["entry"][0]["changes"][0]["value"]["messages"][0].clone();
    assert_eq!((&message["from"], message["from_user_id"].as_str()), (&Value::Null, Some(NOBODY)));
    let mut answer = text("", "hello");
    answer.as_object_mut().unwrap().remove("to");
    answer["recipient"] = NOBODY.into();
    assert_eq!(world.graph(&answer).await.unwrap().status(), 200);
    // In the place of a phone number the id is accepted, and goes nowhere.
    assert_eq!(world.graph(&text(NOBODY, "lost")).await.unwrap().status(), 200);
    assert_eq!(noor.texts(), ["hello"]);
}

#[tokio::test]
async fn meta_refuses_what_the_real_one_refuses() {
    let world = World::new().await;
    let hi = text(ANA, "hi");
    let as_ = async |id, token| code(world.graph_as(id, token, &hi).await.unwrap()).await;
    assert_eq!(as_("100", "wrong").await, (401, 190));
    assert_eq!(as_("100", "token-of-200").await, (400, 100));
    assert_eq!(as_("300", "token-of-100").await, (400, 100));
    let changed = |change: &dyn Fn(&mut Value)| {
        let mut body = hi.clone();
        change(&mut body);
        body
    };
    for body in [
        changed(&|body| body["recipient"] = NOBODY.into()),
        changed(&|body| body["to"] = Value::Null),
        changed(&|body| body["messaging_product"] = "sms".into()),
        changed(&|body| body["text"] = json!({ "body": "" })),
        changed(&|body| body["text"] = json!({ "body": "x".repeat(4097) })),
        changed(&|body| body["type"] = "image".into()),
        changed(&|body| body["surprise"] = 1.into()),
        json!({ "messaging_product": "whatsapp", "status": "read", "message_id": "wamid.none" }),
    ] {
        assert_eq!(code(world.graph(&body).await.unwrap()).await, (400, 100), "{body}");
    }
    assert_eq!(code(world.graph(&text("nobody", "hi")).await.unwrap()).await, (400, 131009));
    let longest = text(ANA, &"x".repeat(4096));
    assert_eq!(world.graph(&longest).await.unwrap().status(), 200);
}

#[tokio::test]
async fn a_message_an_answer_its_receipts_and_a_search_through_twilio() {
    let world = World::new().await;
    world.sandbox.set_public_url("https://bot.example");
    let ana = world.sandbox.twilio(0).person("Ana", ANA);
    assert_eq!(ana.says("hi").await, 200);
    let to = format!("whatsapp:+{ANA}");
    let callback = "https://bot.example/webhooks/twilio/status?delivery=7";
    let form =
        [("To", to.as_str()), ("From", SENDER), ("Body", "Hello"), ("StatusCallback", callback)];
    let answer = world.twilio(&form).await;
    assert_eq!(answer.status(), 201);
    let resource: Value = answer.json().await.unwrap();
    assert_eq!(resource["status"], "queued");
    assert_eq!(resource["date_created"], "Mon, 23 Nov 2026 09:00:00 +0000");
    world.sandbox.settled().await;
    assert_eq!(ana.texts(), ["Hello"]);
    {
        let seen = world.seen();
        let signed = "https://bot.example/webhooks/twilio";
        let signature = signing::twilio("12345", signed, &seen[0].form());
        assert_eq!(seen[0].header("x-twilio-signature"), signature);
        assert_eq!(seen[3].path, "/webhooks/twilio/status?delivery=7");
        let signature = signing::twilio("12345", callback, &seen[3].form());
        assert_eq!(seen[3].header("x-twilio-signature"), signature);
        assert!(seen[3].form().contains(&("MessageStatus".into(), "read".into())));
    }
    assert_eq!(world.found(&[("To", &to), ("DateSent>", "2026-11-23T09:00:00Z")]).await, 1);
    assert_eq!(world.found(&[("To", &to), ("DateSent>", "2026-11-24")]).await, 0);
    assert_eq!(world.found(&[("From", SENDER)]).await, 1);
    assert_eq!(world.found(&[]).await, 2);
}

#[tokio::test]
async fn twilio_refuses_what_the_real_one_refuses() {
    let world = World::new().await;
    let to = format!("whatsapp:+{ANA}");
    let long = "x".repeat(1601);
    let form = |to: &str, from: &str, body: &str| {
        [("To", to.to_owned()), ("From", from.to_owned()), ("Body", body.to_owned())]
    };
    for (form, expected) in [
        (form(&to, SENDER, &long), 21617),
        (form(&to, SENDER, ""), 21619),
        (form("+15550100011", SENDER, "hi"), 21910),
        (form("whatsapp:+1", SENDER, "hi"), 21211),
        (form(&to, "whatsapp:+15550100099", "hi"), 63007),
        (form(SENDER, SENDER, "hi"), 63031),
    ] {
        let form = form.each_ref().map(|(name, value)| (*name, value.as_str()));
        assert_eq!(code(world.twilio(&form).await).await, (400, expected));
    }
    let url = format!("{}/twilio/2010-04-01/Accounts/AC01/Messages.json", world.url);
    let wrong = world.http.post(url).basic_auth("AC01", Some("wrong")).send().await.unwrap();
    assert_eq!(code(wrong).await, (401, 20003));
}

#[tokio::test]
async fn what_the_app_says_in_its_answer_reaches_the_phone() {
    let world = World::new().await;
    world.answers(StatusCode::OK, "<Response><Message>Tea &amp; cake</Message></Response>");
    let noor = world.sandbox.twilio(0).hidden_person("Noor", NOBODY);
    assert_eq!(noor.says("hi").await, 200);
    assert_eq!(noor.texts(), ["Tea & cake"]);
}

#[tokio::test]
async fn faults_are_taken_one_by_one() {
    let world = World::new().await;
    let meta = world.sandbox.meta(0);
    let ana = world.ana().await;
    meta.fault(Fault::Error { status: 400, code: 131056, retry_after: Some(4) });
    meta.fault(Fault::Html500);
    meta.fault(Fault::DropRequest);
    meta.fault(Fault::LoseAnswer);

    let refused = world.graph(&text(ANA, "1")).await.unwrap();
    assert_eq!(refused.headers()["retry-after"], "4");
    assert_eq!(code(refused).await, (400, 131056));
    assert_eq!(world.graph(&text(ANA, "2")).await.unwrap().status(), 500);
    assert!(world.graph(&text(ANA, "3")).await.is_err());
    assert_eq!(ana.texts(), [""; 0]);
    assert!(world.graph(&text(ANA, "4")).await.is_err());
    assert_eq!(ana.texts(), ["4"]);
    assert!(world.graph(&text(ANA, "5")).await.is_ok());
    assert_eq!(ana.texts(), ["4", "5"]);
    assert_eq!(world.sandbox.calls().len(), 5, "nothing was tried twice");
}

#[tokio::test]
async fn a_hanging_send_and_a_door_hold_as_long_as_they_are_told() {
    let world = World::new().await;
    let meta = world.sandbox.meta(0);
    let ana = world.ana().await;
    meta.fault(Fault::Hang { processed: true });
    let body = text(ANA, "slow");
    let (answer, ()) = tokio::join!(world.graph(&body), async {
        ana.receives(1).await;
        meta.release();
    });
    assert_eq!(answer.unwrap().status(), 200);

    let door = meta.door();
    let body = text(ANA, "held");
    let (answer, ()) = tokio::join!(world.graph(&body), async {
        door.reached().await;
        assert_eq!(ana.texts(), ["slow"]);
        door.open();
    });
    assert_eq!(answer.unwrap().status(), 200);
    assert_eq!(ana.texts(), ["slow", "held"]);
}

#[tokio::test]
async fn a_replay_is_the_same_bytes_and_a_forgery_another_signature() {
    let world = World::new().await;
    let meta = world.sandbox.meta(0);
    let ana = meta.person("Ana", ANA);
    ana.says("once").await;
    meta.replay_last().await;
    meta.post_signed_with("forged", &meta.envelope(vec![ana.change(vec![])])).await;
    meta.post_raw(None, "{}").await;
    let seen = world.seen();
    assert_eq!(seen[0].body, seen[1].body);
    assert_eq!(seen[0].header("x-hub-signature-256"), seen[1].header("x-hub-signature-256"));
    assert_eq!(seen[2].header("x-hub-signature-256"), signing::meta("forged", &seen[2].body));
    assert!(!seen[3].headers.contains_key("x-hub-signature-256"));
}

#[tokio::test]
async fn a_handshake_carries_the_token_and_the_challenge() {
    let world = World::new().await;
    assert_eq!(world.sandbox.meta(0).handshake("1158201444").await, 200);
    let expected =
        "/webhooks/meta?hub.mode=subscribe&hub.challenge=1158201444&hub.verify_token=verify";
    assert_eq!(world.seen()[0].path, expected);
}

#[tokio::test]
async fn receipts_wait_for_the_test_if_it_wants_so() {
    let world = World::new().await;
    let meta = world.sandbox.meta(0);
    meta.receipts(Receipts::Manual);
    let ana = world.ana().await;
    world.graph(&text(ANA, "hi")).await.unwrap();
    world.sandbox.settled().await;
    assert!(world.seen().is_empty());
    let errors = json!([{ "code": 131047, "title": "Re-engagement message" }]);
    meta.send_status(&ana.inbox()[0].id, "failed", Some(errors)).await;
    let value = world.seen()[0].json()["entry"][0]["changes"][0]["value"].clone();
    assert_eq!(value["statuses"][0]["errors"][0]["code"], 131047);
    assert_eq!(value["contacts"], Value::Null);
}

#[tokio::test]
async fn the_phone_shows_the_same_chats_after_a_restart() {
    let folder = tempfile::tempdir().unwrap();
    let file = folder.path().join("phones.json");
    let before = sandbox("http://127.0.0.1:1", Some(&file));
    let ana = before.meta(0).person("Ana", ANA);
    let message = ana.message("is anybody there?");
    let wamid = message["id"].as_str().unwrap().to_owned();
    assert_eq!(ana.sends(message).await, 0);

    let after = sandbox("http://127.0.0.1:1", Some(&file));
    assert_eq!(after.meta(0).person("Ana", ANA).tick(&wamid), Some(Tick::Unreachable));
    assert_eq!(after.meta(1).person("Ana", ANA).tick(&wamid), None);

    std::fs::write(&file, "{").unwrap();
    assert_eq!(
        sandbox("http://127.0.0.1:1", Some(&file)).meta(0).person("Ana", ANA).texts().len(),
        0
    );
}

#[tokio::test]
async fn the_page_writes_shows_what_went_wrong_and_tries_again() {
    let world = World::new().await;
    let say = async |path: &str, body: Value| {
        world.http.post(format!("{}{path}", world.url)).json(&body).send().await.unwrap().status()
    };
    let state = async || -> Value {
        world.phone("/phone/state?provider=twilio&person=noor").await.json().await.unwrap()
    };
    world.answers(StatusCode::SERVICE_UNAVAILABLE, "");
    let noor = json!({ "provider": "twilio", "person": "noor", "text": "hi\nthere" });
    assert_eq!(say("/phone/say", noor).await, 202);
    let phones = &world.sandbox.phones;
    let with_tick = async |tick: Tick| {
        phones
            .wait_for(|book| {
                let mut bubbles = book.of(SENDER).flat_map(|chat| &chat.bubbles);
                bubbles.find(|bubble| bubble.tick == tick).map(|bubble| bubble.id.clone())
            })
            .await
    };
    let id = with_tick(Tick::Refused(503)).await;
    assert_eq!(state().await["bubbles"][0]["tick"]["refused"], 503);
    world.answers(StatusCode::OK, "");
    let again = json!({ "provider": "twilio", "person": "noor", "id": id });
    assert_eq!(say("/phone/retry", again).await, 202);
    with_tick(Tick::Accepted).await;
    assert_eq!(state().await["bubbles"].as_array().unwrap().len(), 1);
    let seen = world.seen();
    let sid = |seen: &Seen| seen.form().into_iter().find(|(name, _)| name == "MessageSid");
    assert_eq!(sid(&seen[0]), sid(&seen[1]));
}

#[tokio::test]
async fn the_page_hears_of_changes_until_the_sandbox_closes() {
    let world = World::new().await;
    let mut events = world.phone("/phone/events").await;
    world.sandbox.meta(0).person("Ana", ANA).says("hi").await;
    let event = events.chunk().await.unwrap().unwrap();
    assert!(event.starts_with(b"data: "));
    world.sandbox.close();
    while events.chunk().await.unwrap().is_some() {}
}

#[tokio::test]
async fn the_page_opens_only_under_a_local_name() {
    let world = World::new().await;
    assert_eq!(world.phone("/").await.status(), 200);
    let request = world.http.get(format!("{}/phone/state", world.url));
    let elsewhere = request.header("host", "evil.example").send().await.unwrap();
    assert_eq!(elsewhere.status(), 403);
}

#[tokio::test]
async fn typing_dots_end_with_the_answer() {
    let world = World::new().await;
    let ana = world.sandbox.twilio(0).person("Ana", "15550100001");
    let form = ana.message("hi");
    let sid = form.iter().find(|(name, _)| name == "MessageSid").unwrap().1.clone();
    ana.sends(form).await;
    let url = format!("{}/twilio/v2/Indicators/Typing.json", world.url);
    let typing = [("channel", "whatsapp"), ("messageId", sid.as_str())];
    let request = world.http.post(url).basic_auth("AC01", Some("12345")).form(&typing);
    assert_eq!(request.send().await.unwrap().status(), 200);
    let typing_ms = async || {
        let state = world.phone("/phone/state?provider=twilio&person=ana").await;
        state.json::<Value>().await.unwrap()["typing_ms"].as_i64().unwrap()
    };
    assert_eq!(typing_ms().await, 25_000);
    world.twilio(&[("To", "whatsapp:+15550100001"), ("From", SENDER), ("Body", "hello")]).await;
    assert_eq!(typing_ms().await, 0);
}

#[tokio::test]
async fn the_logs_forget_the_oldest() {
    let sandbox = sandbox("http://127.0.0.1:1", None);
    for n in 0..=LOGGED {
        sandbox.record("GET", n.to_string(), Value::Null);
    }
    let calls = sandbox.calls();
    assert_eq!((calls.len(), calls[0].path.as_str()), (LOGGED, "1"));
}

#[tokio::test]
async fn the_page_takes_no_more_letters_than_the_real_phone() {
    let world = World::new().await;
    let say = async |text: String| {
        let body = json!({ "provider": "meta", "person": "ana", "text": text });
        let request = world.http.post(format!("{}/phone/say", world.url)).json(&body);
        request.send().await.unwrap().status()
    };
    assert_eq!(say("é".repeat(4096)).await, 202);
    assert_eq!(say("é".repeat(4097)).await, 413);
}
