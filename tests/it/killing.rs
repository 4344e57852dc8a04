//! kill -9 on the real binary, again and again, some of it while it opens:
//! what was answered 200 is there, once and in order, and work goes on.

use std::collections::HashMap;
use std::path::Path;
use std::process::Child;
use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};

use olifant::app::App;
use olifant::clock::Clock;
use olifant::config::{Settings, Sources};
use olifant::domain::delivery::Delivery;
use olifant::domain::id::NumberName;
use olifant::domain::message::{Message, Role, Status};
use olifant::domain::person::{Alias, Phone};
use olifant::domain::turn::Turn;
use olifant::sandbox::{MetaAccount, Options, PhoneInfo, Receipts, Sandbox, meta};
use olifant::store::{self, Queue};
use tokio::net::TcpListener;

use crate::binary::{Log, start};
use crate::model::Model;

const ROUNDS: usize = 60;

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn sixty_times() {
    let folder = tempfile::tempdir().unwrap();
    let (config, sandbox) = world(folder.path()).await;
    let people: Vec<meta::Person> =
        (0..4).map(|n| sandbox.meta(0).person("Ana", &phone(n))).collect();
    let mut acknowledged: Vec<Vec<String>> = vec![Vec::new(); people.len()];
    for round in 0..ROUNDS {
        if round % 5 == 4 {
            half_a_snapshot(folder.path());
        }
        let mut child = start(&config);
        if round % 3 == 2 {
            // Killed somewhere on its way to being ready.
            for _ in 0..rand::random_range(0..20_000) {
                std::thread::yield_now();
            }
        } else {
            wait_until_ready(&mut child);
            write_until_killed(&people, &mut acknowledged, &mut child).await;
        }
        end(&mut child);
    }
    half_a_snapshot(folder.path());
    let app = everything_is_there(&config, &acknowledged).await;
    for (n, (person, ids)) in people.iter().zip(&acknowledged).enumerate() {
        every_message_is_answered(&app, &phone(n), person, ids).await;
    }
}

fn phone(n: usize) -> String {
    format!("155501000{n:02}")
}

/// Each has its reply, and each reply is on the phone; unless the program was
/// killed twice in the middle of sending it, which stands with it.
async fn every_message_is_answered(app: &App, phone: &str, person: &meta::Person, ids: &[String]) {
    let alias = Alias::Phone(Phone::parse(phone).unwrap());
    let known = app.store.find(&"main".into(), &alias).await.unwrap().expect("known");
    let conversation = app.store.conversation(known.conversations[0].1).await.unwrap().unwrap();
    assert_eq!(conversation.answered_to, conversation.next_seq, "work is left over");
    let rows = app.store.window(&conversation, u64::MAX, u32::MAX).await.unwrap();
    let replies: Vec<Message> = rows.into_iter().filter(|r| r.role == Role::Assistant).collect();
    let said: String = replies.iter().map(|reply| reply.content.as_text() + "\n").collect();
    let answers =
        |id: &&String| said.contains(&format!("{id}\n")) || said.contains(&format!("{id} |"));
    assert!(ids.iter().all(|id| answers(&id)), "a message has no answer");
    let arrived: Vec<String> = person.inbox().into_iter().map(|bubble| bubble.id).collect();
    for reply in replies {
        let id = reply.provider_id.as_ref().map(|id| id.as_str().to_owned());
        match (reply.status, reply.failure) {
            (Status::Sent, None) => assert!(arrived.contains(&id.unwrap()), "it never arrived"),
            (Status::Failed, Some(failure)) => assert!(failure.reason.contains("sent twice")),
            other => panic!("{other:?}"),
        }
    }
}

/// Everybody writes, one message after the other, until so many were taken in
/// all and the program is killed in the middle of the next ones.
async fn write_until_killed(
    people: &[meta::Person],
    acknowledged: &mut [Vec<String>],
    child: &mut Child,
) {
    let (taken, enough) = (Arc::new(AtomicUsize::new(0)), rand::random_range(1..30));
    let writers: Vec<_> = people
        .iter()
        .map(|person| {
            let (person, taken) = (person.clone(), taken.clone());
            tokio::spawn(async move {
                let mut ids = Vec::new();
                loop {
                    let mut message = person.message("");
                    let id = message["id"].as_str().unwrap().to_owned();
                    message["text"]["body"] = id.as_str().into();
                    if person.sends(message).await.status != 200 {
                        return ids;
                    }
                    ids.push(id);
                    taken.fetch_add(1, Ordering::SeqCst);
                }
            })
        })
        .collect();
    while taken.load(Ordering::SeqCst) < enough {
        tokio::task::yield_now().await;
    }
    end(child);
    for (writer, all) in writers.into_iter().zip(acknowledged) {
        all.extend(writer.await.unwrap());
    }
}

/// Opens the store in this process, checks, and works off what is left.
async fn everything_is_there(config: &Path, acknowledged: &[Vec<String>]) -> Arc<App> {
    let settings = Settings::load(sources(config)).unwrap();
    let clock = Clock::manual(Clock::system().now());
    let store = store::open(&settings.store, &[], clock.clone()).unwrap();
    assert_eq!(store.verify().await.unwrap().found, []);
    let number = NumberName::from("main");
    let mut total = 0;
    for ids in acknowledged {
        let mut places = HashMap::new();
        let mut last = None;
        for id in ids {
            let row = store.by_provider_id(&number, &id.as_str().into()).await.unwrap();
            let position = row.expect("a message that was answered 200").position;
            assert!(places.insert(position, id).is_none(), "two messages in one place");
            assert!(last < Some(position), "out of order");
            last = Some(position);
            total += 1;
        }
    }
    assert!(total > ROUNDS, "only {total} messages were taken: the test tests nothing");
    let app = App::over(settings, store, clock.clone()).unwrap();
    work_off(&app, &clock).await;
    app
}

/// Until nothing is due any more.
async fn work_off(app: &App, clock: &Clock) {
    loop {
        app.workers.drain().await.unwrap();
        let turns = Queue::<Turn>::next_due(&*app.store).await.unwrap();
        let deliveries = Queue::<Delivery>::next_due(&*app.store).await.unwrap();
        match turns.into_iter().chain(deliveries).min() {
            None => return,
            Some(at) => {
                clock.advance(at.duration_since(clock.now()).try_into().unwrap_or_default())
            }
        }
    }
}

async fn world(folder: &Path) -> (std::path::PathBuf, Arc<Sandbox>) {
    let free = TcpListener::bind("127.0.0.1:0").await.unwrap().local_addr().unwrap();
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let sandbox_url = format!("http://{}", listener.local_addr().unwrap());
    let sandbox = Sandbox::new(Options {
        app_url: format!("http://{free}"),
        meta: vec![MetaAccount {
            phone_number_id: "1000000001".into(),
            display_number: "15550100007".into(),
            access_token: "token".into(),
            app_secret: "secret".into(),
            verify_token: "verify-me".into(),
        }],
        twilio: vec![],
        state_file: None,
        clock: Clock::system(),
        info: PhoneInfo::default(),
    });
    sandbox.meta(0).receipts(Receipts::Manual);
    let router = sandbox.router();
    tokio::spawn(async move { axum::serve(listener, router).await });
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let model_url = format!("http://{}", listener.local_addr().unwrap());
    let router = Arc::new(Model::default()).router();
    tokio::spawn(async move { axum::serve(listener, router).await });
    let config = folder.join("olifant.toml");
    let text = settings(folder, &free.to_string(), &sandbox_url, &model_url);
    std::fs::write(&config, text).unwrap();
    (config, sandbox)
}

fn settings(folder: &Path, listen: &str, sandbox: &str, model: &str) -> String {
    format!(
        r#"
[server]
listen = "{listen}"
[store]
url = "sled:{}"
cache_mb = 16
min_free_mb = 0
[llm]
base_url = "{model}/v1"
api_key = "key"
model = "stand-in"
[assistant]
quiet_ms = 0
quiet_max_ms = 0
[limits]
loop_turns = 0
[sending]
grace_s = 0
[numbers.main]
provider = "meta"
phone_number_id = "1000000001"
access_token = "token"
app_secret = "secret"
verify_token = "verify-me"
graph_url = "{sandbox}/graph"
messages_per_s = 1000
"#,
        folder.join("store").display()
    )
}

fn sources(config: &Path) -> Sources {
    Sources { file: Some(config.to_owned()), ..Sources::default() }
}

fn wait_until_ready(child: &mut Child) {
    let mut log = Log::of(child);
    log.wait_for("\"ready\"");
    log.forget();
}

fn end(child: &mut Child) {
    child.kill().unwrap();
    child.wait().unwrap();
}

/// What a crash in the middle of writing a snapshot leaves.
fn half_a_snapshot(folder: &Path) {
    let data = folder.join("store/data");
    if data.exists() {
        std::fs::write(data.join("snap.00000000000F0000.generating"), b"half").unwrap();
    }
}
