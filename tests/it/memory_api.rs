//! The business's other programs keep what they know, and share what is known
//! of a person with the assistant.

use std::io::Write;
use std::path::{Path, PathBuf};
use std::process::{Command, Output};
use std::time::Duration;

use olifant::clock::Clock;
use olifant::domain::memory::{Access, Entry, Origin, Space};
use reqwest::{Method, StatusCode};
use serde_json::{Value, json};

use crate::harness::{ANA, BEN, Story};
use crate::operating::operate;

/// Names a Python that has what `clients/python/requirements-test.txt` lists.
const PYTHON: &str = "OLIFANT_PYTHON";

/// A program of a business, with its token.
struct Program {
    base: String,
    token: String,
}

impl Program {
    async fn of(story: &Story, business: &str) -> Self {
        Self::with(story, json!({ "business": business })).await
    }

    async fn with(story: &Story, wanted: Value) -> Self {
        let mut wanted = wanted;
        wanted["scopes"] = json!(["memory"]);
        let (status, made) = operate(story, Method::POST, "/tokens", wanted).await;
        assert_eq!(status, 200, "{made}");
        let token = made["token"].as_str().unwrap().to_owned();
        Self { base: story.url().to_owned(), token }
    }

    /// The id that operators see.
    async fn id(&self, story: &Story) -> String {
        let (_, tokens) = operate(story, Method::GET, "/tokens", Value::Null).await;
        let id = olifant::http::auth::hash(&self.token)[..8].to_owned();
        assert!(tokens.to_string().contains(&id), "operators know it");
        id
    }

    async fn asks(&self, method: Method, path: &str, body: Value) -> (u16, Value) {
        let request = client().request(method, format!("{}{path}", self.base));
        let request = request.bearer_auth(&self.token);
        let request = if body.is_null() { request } else { request.json(&body) };
        answer(request).await
    }

    async fn puts(&self, path: &str, value: impl Into<Value>) -> (u16, Value) {
        self.asks(Method::PUT, path, json!({ "value": value.into() })).await
    }

    async fn gets(&self, path: &str) -> (u16, Value) {
        self.asks(Method::GET, path, Value::Null).await
    }

    /// The value at a path, by either route.
    async fn value(&self, path: &str) -> Option<Value> {
        match self.gets(path).await {
            (200, mut kept) => Some(kept["value"].take()),
            (404, _) => None,
            other => panic!("{path}: {other:?}"),
        }
    }
}

fn client() -> reqwest::Client {
    reqwest::Client::builder().no_proxy().build().unwrap()
}

async fn answer(request: reqwest::RequestBuilder) -> (u16, Value) {
    let answer = request.send().await.unwrap();
    let status = answer.status().as_u16();
    (status, serde_json::from_str(&answer.text().await.unwrap()).unwrap_or_default())
}

fn code(problem: &(u16, Value)) -> (u16, &str) {
    (problem.0, problem.1["error"]["code"].as_str().unwrap_or_default())
}

/// The three names of a person's namespace.
fn names(phone: &str) -> [String; 3] {
    [format!("whatsapp-{phone}"), format!("user-{phone}"), format!("twilio-whatsapp:+{phone}")]
}

/// What the store knows under a key of Ana's profile.
async fn anas(story: &Story, business: &str, key: &str) -> Option<Entry> {
    let ana = story.person(business, ANA).await?;
    story.store().entry(&Space::Person(ana.id), key).await.unwrap()
}

#[tokio::test]
async fn what_a_crm_writes_is_in_the_persons_profile_and_what_is_there_it_reads() {
    let story = Story::new().await;
    story.meta().person("Ana", ANA).says("hello").await;
    story.settle().await;
    let crm = Program::of(&story, "main").await;
    let path = format!("/v1/memory/whatsapp-{ANA}/plan");
    assert_eq!(crm.puts(&path, "gold").await.0, 200);
    let entry = anas(&story, "main", "plan").await.unwrap();
    assert_eq!((entry.value, entry.origin), (json!("gold"), Origin::Api));
    for name in names(ANA) {
        assert_eq!(crm.value(&format!("/v1/memory/{name}/plan")).await, Some(json!("gold")));
        assert_eq!(crm.value(&format!("/memory/{name}/plan")).await, Some(json!("gold")));
        let (_, listed) = crm.gets(&format!("/v1/memory/{name}")).await;
        assert_eq!(listed["keys"], json!(["plan"]));
    }
    assert_eq!(crm.asks(Method::DELETE, &path, Value::Null).await.0, 204);
    assert_eq!(anas(&story, "main", "plan").await, None);
}

#[tokio::test]
async fn whoever_is_not_known_is_made_known_by_a_write_and_by_nothing_else() {
    let story = Story::new().await;
    let crm = Program::of(&story, "main").await;
    let [one, two, three] = names(ANA);
    assert_eq!(crm.value(&format!("/v1/memory/{one}/plan")).await, None);
    assert_eq!(crm.gets(&format!("/v1/memory/{two}")).await.1["keys"], json!([]));
    let gone = crm.asks(Method::DELETE, &format!("/v1/memory/{one}/plan"), Value::Null).await;
    assert_eq!(code(&gone), (404, "not_found"));
    let cleared = crm.asks(Method::DELETE, &format!("/v1/memory/{one}"), Value::Null).await;
    assert_eq!(cleared, (200, json!({ "deleted": 0 })));
    assert_eq!(story.person("main", ANA).await, None);
    assert_eq!(crm.puts(&format!("/memory/{three}/plan"), "gold").await.0, 200);
    let known = story.person("main", ANA).await.unwrap();
    story.meta().person("Ana", ANA).says("hello").await;
    story.settle().await;
    assert_eq!(story.person("main", ANA).await.unwrap().id, known.id, "she was known already");
    assert_eq!(crm.value(&format!("/v1/memory/{two}/plan")).await, Some(json!("gold")));
}

#[tokio::test]
async fn nothing_of_a_business_is_seen_by_another_nor_of_a_person_by_another() {
    let story = Story::new().await;
    let (main, other) = (Program::of(&story, "main").await, Program::of(&story, "other").await);
    for name in [format!("whatsapp-{ANA}"), "crm".to_owned()] {
        assert_eq!(main.puts(&format!("/v1/memory/{name}/plan"), "gold").await.0, 200);
        assert_eq!(other.value(&format!("/v1/memory/{name}/plan")).await, None);
        assert_eq!(other.value(&format!("/memory/{name}/plan")).await, None);
        let (_, listed) = other.gets(&format!("/memory/{name}")).await;
        assert_eq!((&listed["count"], &listed["keys"]), (&json!(0), &json!([])));
    }
    assert_eq!(main.value(&format!("/v1/memory/whatsapp-{BEN}/plan")).await, None);
    let stats = |entries, namespaces, chars| {
        let stats = json!({ "total_entries": entries, "total_namespaces": namespaces,
            "total_bytes": chars });
        (200, stats)
    };
    assert_eq!(main.gets("/stats/memory").await, stats(2, 2, 8));
    assert_eq!(other.gets("/stats/memory").await, stats(0, 0, 0));
}

#[tokio::test]
async fn a_token_for_one_namespace_reaches_no_other() {
    let story = Story::new().await;
    let main = Program::of(&story, "main").await;
    for name in [names(ANA)[0].clone(), names(BEN)[0].clone(), "crm".into(), "web".into()] {
        assert_eq!(main.puts(&format!("/v1/memory/{name}/k"), name.as_str()).await.0, 200);
    }
    let crm = json!({ "business": "main", "namespace": "crm" });
    let crm = Program::with(&story, crm).await;
    let ana = json!({ "business": "main", "namespace": names(ANA)[1] });
    let ana = Program::with(&story, ana).await;
    assert_eq!(crm.value("/v1/memory/crm/k").await, Some(json!("crm")));
    for name in names(ANA) {
        assert!(ana.value(&format!("/memory/{name}/k")).await.is_some(), "it is the same person");
    }
    let elsewhere = [names(BEN)[0].clone(), "web".into()];
    for (program, own) in [(&crm, names(ANA)[0].clone()), (&ana, "crm".into())] {
        for name in elsewhere.iter().chain([&own]) {
            let refused = program.gets(&format!("/v1/memory/{name}/k")).await;
            assert_eq!(code(&refused), (403, "namespace"), "{name}");
            for path in [format!("/memory/{name}"), format!("/memory/{name}/k")] {
                let (status, told) = program.gets(&path).await;
                assert_eq!((status, told["detail"].is_string()), (403, true), "{told}");
            }
            assert_eq!(program.puts(&format!("/memory/{name}/k"), "x").await.0, 403);
        }
    }
    assert_eq!(crm.gets("/stats/memory").await.1["total_entries"], 1);
    assert_eq!(ana.gets("/stats/memory").await.1["total_entries"], 1);
}

#[tokio::test]
async fn nothing_is_open_without_a_token() {
    let story = Story::new().await;
    let crm = Program::of(&story, "main").await;
    crm.puts("/v1/memory/crm/k", "secret").await;
    let letters = crate::operating::token(&story, "main").await;
    let paths = [
        "/v1/memory/crm/k",
        "/v1/memory/crm",
        "/memory/crm/k",
        "/memory/crm",
        "/stats/memory",
        "/memory/",
        "/memory/a/b/c",
    ];
    for path in paths {
        let request = client().get(format!("{}{path}", story.url()));
        let with = |token: &str| request.try_clone().unwrap().bearer_auth(token);
        let stranger = request.try_clone().unwrap();
        for request in [stranger, with("olf_0"), with(&format!("{}0", crm.token))] {
            let answer = request.send().await.unwrap();
            assert_eq!(answer.status(), StatusCode::UNAUTHORIZED, "{path}");
            assert_eq!(answer.headers()["www-authenticate"], "Bearer");
            assert!(!answer.text().await.unwrap().contains("secret"));
        }
        assert_eq!(with(&letters).send().await.unwrap().status(), 403, "it is for messages");
    }
    let url = format!("{}/v1/memory/crm/k", story.url());
    for (user, password) in [("anybody", Some(&crm.token)), (crm.token.as_str(), None)] {
        let answer = client().get(&url).basic_auth(user, password).send().await.unwrap();
        assert_eq!(answer.status(), 200, "a URL holds it, too");
    }
}

#[tokio::test]
async fn a_value_ends_when_its_time_is_over() {
    let story = Story::new().await;
    let crm = Program::of(&story, "main").await;
    let body = json!({ "value": 1, "ttl": 60 });
    for path in ["/v1/memory/crm/k", "/v1/memory/crm/other"] {
        assert_eq!(crm.asks(Method::PUT, path, body.clone()).await.0, 200);
    }
    story.advance(59);
    let (_, kept) = crm.gets("/v1/memory/crm/k").await;
    assert_eq!((&kept["value"], &kept["expires_at"]), (&json!(1), &json!("2027-01-15T08:01:00Z")));
    assert_eq!(crm.puts("/v1/memory/crm/other", 1).await.1["expires_at"], Value::Null);
    story.advance(1);
    assert_eq!(crm.value("/v1/memory/crm/k").await, None);
    assert_eq!(crm.gets("/v1/memory/crm").await.1["keys"], json!(["other"]));
    let anew = crm.asks(Method::POST, "/v1/memory/crm/k/incr", json!({})).await;
    assert_eq!((anew.0, &anew.1["value"]), (200, &json!(1)));
}

#[tokio::test]
async fn many_appends_and_counts_at_once_lose_nothing() {
    let story = Story::new().await;
    let crm = Program::of(&story, "main").await;
    for name in ["crm".to_owned(), format!("whatsapp-{ANA}")] {
        let (list, count) = (format!("/v1/memory/{name}/list"), format!("/v1/memory/{name}/n"));
        let four = (0..4).map(|worker| {
            let (crm, list, count) = (&crm, format!("{list}/append"), format!("{count}/incr"));
            async move {
                for n in 0..10 {
                    let body = json!({ "values": [[worker, n]] });
                    assert_eq!(crm.asks(Method::POST, &list, body).await.0, 200);
                    assert_eq!(crm.asks(Method::POST, &count, json!({ "by": 2 })).await.0, 200);
                }
            }
        });
        futures::future::join_all(four).await;
        let said = crm.value(&list).await.unwrap();
        let said = said.as_array().unwrap();
        assert_eq!((said.len(), crm.value(&count).await), (40, Some(json!(80))));
        for worker in 0..4 {
            let own: Vec<&Value> = said.iter().filter(|said| said[0] == worker).collect();
            assert!(own.iter().enumerate().all(|(n, said)| said[1] == n), "in its order");
        }
    }
}

#[tokio::test]
async fn a_version_guards_a_write_and_spares_a_read() {
    let story = Story::new().await;
    let crm = Program::of(&story, "main").await;
    let url = format!("{}/v1/memory/crm/k", story.url());
    let guarded = |method: Method, name: &'static str, tag: &str| {
        let request = client().request(method, &url).bearer_auth(&crm.token);
        request.header(name, tag).json(&json!({ "value": 2 })).send()
    };
    assert_eq!(guarded(Method::PUT, "if-none-match", "*").await.unwrap().status(), 200);
    assert_eq!(guarded(Method::PUT, "if-none-match", "*").await.unwrap().status(), 412);
    let read = client().get(&url).bearer_auth(&crm.token).send().await.unwrap();
    let tag = read.headers()["etag"].to_str().unwrap().to_owned();
    assert_eq!(guarded(Method::GET, "if-none-match", &tag).await.unwrap().status(), 304);
    let written = guarded(Method::PUT, "if-match", &tag).await.unwrap();
    assert_eq!(written.status(), 200);
    assert_ne!(written.headers()["etag"], tag.as_str());
    assert_eq!(guarded(Method::GET, "if-none-match", &tag).await.unwrap().status(), 200);
    for method in [Method::PUT, Method::DELETE] {
        let late = guarded(method, "if-match", &tag).await.unwrap();
        assert_eq!(late.status(), 412);
        assert_eq!(late.json::<Value>().await.unwrap()["error"]["code"], "conflict");
    }
    let odd = guarded(Method::PUT, "if-match", "*").await.unwrap();
    assert_eq!(odd.json::<Value>().await.unwrap()["error"]["field"], "If-Match");
}

#[tokio::test]
async fn keys_come_in_pages_and_long_lists_in_parts() {
    let story = Story::new().await;
    let crm = Program::of(&story, "main").await;
    for n in 0..5 {
        crm.puts(&format!("/v1/memory/crm/a.{n}"), n).await;
        crm.puts(&format!("/v1/memory/crm/b.{n}"), n).await;
    }
    let (mut keys, mut cursor) = (Vec::new(), String::new());
    loop {
        let path = format!("/v1/memory/crm?prefix=a.&limit=2{cursor}");
        let (_, page) = crm.gets(&path).await;
        keys.extend(page["keys"].as_array().unwrap().clone());
        match page["cursor"].as_str() {
            Some(next) => cursor = format!("&cursor={next}"),
            None => break,
        }
    }
    assert_eq!(keys, ["a.4", "a.3", "a.2", "a.1", "a.0"], "the last written first");
    let (_, page) = crm.gets("/v1/memory/crm?keys=entries&limit=1").await;
    assert_eq!(page["entries"][0]["value"], 4);
    let bad = ["limit=0", "limit=1001", "limit=a", "cursor=%20", "keys=all", "x=1"];
    for query in bad {
        assert_eq!(code(&crm.gets(&format!("/v1/memory/crm?{query}")).await), (422, "invalid"));
    }
    crm.puts("/v1/memory/crm/list", json!([0, 1, 2, 3])).await;
    let (_, part) = crm.gets("/v1/memory/crm/list?from=1&limit=2").await;
    assert_eq!((&part["value"], &part["length"]), (&json!([1, 2]), &json!(4)));
    assert_eq!(code(&crm.gets("/v1/memory/crm/a.1?from=0").await), (422, "unfit"));
    let cleared = crm.asks(Method::DELETE, "/v1/memory/crm", Value::Null).await;
    assert_eq!(cleared, (200, json!({ "deleted": 11 })));
}

#[tokio::test]
async fn more_than_the_quotas_allow_is_refused_and_says_so() {
    let quotas = "[memory_api]\nmax_value_chars = 10\nmax_list_chars = 20\nmax_keys = 3\n";
    let story = Story::with(quotas).await;
    let crm = Program::of(&story, "main").await;
    assert_eq!(crm.puts("/v1/memory/crm/text", "0123456789").await.0, 200);
    assert_eq!(code(&crm.puts("/v1/memory/crm/text", "0123456789x").await), (409, "quota"));
    let (status, told) = crm.puts("/memory/crm/text", "0123456789x").await;
    assert_eq!((status, told), (400, json!({ "detail": "Value too large. Max 10 characters." })));
    assert_eq!(crm.puts("/memory/crm/list", "[\"0123456789abcd\"]").await.0, 200, "a chat");
    let more = json!({ "values": [5] });
    let append = |body| crm.asks(Method::POST, "/v1/memory/crm/list/append", body);
    assert_eq!(append(more.clone()).await.1["length"], 2);
    assert_eq!(code(&append(more).await), (409, "quota"));
    assert_eq!(crm.puts("/v1/memory/crm/third", 1).await.0, 200);
    assert_eq!(code(&crm.puts("/v1/memory/crm/fourth", 1).await), (409, "quota"));
    assert_eq!(crm.puts("/memory/crm/fourth", "1").await.0, 409);
    assert_eq!(crm.puts("/v1/memory/crm/third", 2).await.0, 200, "it is no new one");
    assert_eq!(crm.puts("/v1/memory/web/fourth", 1).await.0, 200, "another namespace");
}

#[tokio::test]
async fn who_read_and_wrote_a_persons_memory_is_counted_by_the_minute() {
    let story = Story::new().await;
    let (crm, web) = (Program::of(&story, "main").await, Program::of(&story, "main").await);
    crm.puts(&format!("/v1/memory/whatsapp-{ANA}/plan"), "gold").await;
    crm.puts(&format!("/memory/user-{ANA}/plan"), "silver").await;
    for name in names(ANA) {
        crm.gets(&format!("/v1/memory/{name}/plan")).await;
        web.gets(&format!("/memory/{name}")).await;
        web.gets(&format!("/memory/{name}/none")).await;
    }
    crm.puts("/v1/memory/crm/k", 1).await;
    crm.gets("/v1/memory/crm/k").await;
    crm.gets(&format!("/v1/memory/whatsapp-{BEN}/plan")).await;
    let ana = story.person("main", ANA).await.unwrap().id;
    let minute = "2027-01-15T08:00:00Z".parse().unwrap();
    let noted = |token: &str, reads, writes| Access {
        minute,
        token: token.to_owned(),
        person: ana,
        reads,
        writes,
    };
    let (crm_id, web_id) = (crm.id(&story).await, web.id(&story).await);
    let written = story.store().accesses(10).await.unwrap();
    assert_eq!(written, [noted(&crm_id, 0, 2)], "a write is noted in its own commit");
    story.within(|app| async move { app.looks.keep().await }).await;
    let mut all = story.store().accesses(10).await.unwrap();
    all.sort_by_key(|access| access.token != crm_id);
    assert_eq!(all, [noted(&crm_id, 3, 2), noted(&web_id, 6, 0)]);
    story.advance(60);
    crm.asks(Method::DELETE, &format!("/v1/memory/whatsapp-{ANA}"), Value::Null).await;
    let all = story.store().accesses(10).await.unwrap();
    assert_eq!((all.len(), all[0].writes), (3, 1), "the next minute counts anew");
}

#[tokio::test]
async fn what_was_kept_is_there_after_a_crash() {
    let mut story = Story::new().await;
    let crm = Program::of(&story, "main").await;
    crm.puts("/v1/memory/crm/k", json!({ "a": [1, null] })).await;
    crm.puts(&format!("/memory/whatsapp-{ANA}/plan"), "gold").await;
    story.restart().await;
    let crm = Program { base: story.url().to_owned(), ..crm };
    assert_eq!(crm.value("/v1/memory/crm/k").await, Some(json!({ "a": [1, null] })));
    assert_eq!(crm.value(&format!("/v1/memory/user-{ANA}/plan")).await, Some(json!("gold")));
}

/// Both programs of `clients/python/tests`: BotWire's contract with its client
/// unmodified, and our own client.
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn the_python_clients_find_what_they_expect() {
    let Some(python) = std::env::var_os(PYTHON) else {
        // Not by a macro: those are silent when a test holds.
        let skipped = format!("SKIPPED: {PYTHON} names no Python; ./test makes one\n");
        std::io::stderr().write_all(skipped.as_bytes()).unwrap();
        return;
    };
    let story = Story::new().await;
    let program = Program::of(&story, "main").await;
    let clock = story.clock.clone();
    let ticking = tokio::spawn(async move {
        // What ends after a second ends in about a second.
        loop {
            Clock::system().pause(Duration::from_millis(50)).await;
            clock.advance(Duration::from_millis(50));
        }
    });
    for name in ["contract_botwire.py", "test_client.py"] {
        let (python, url) = (PathBuf::from(&python), program.base.clone());
        let token = program.token.clone();
        let ran = tokio::task::spawn_blocking(move || run(&python, name, &url, &token));
        let Output { status, stdout, stderr } = ran.await.unwrap();
        let told = [stdout, stderr].map(|bytes| String::from_utf8_lossy(&bytes).into_owned());
        assert!(status.success(), "{name}:\n{}", told.join("\n"));
    }
    ticking.abort();
}

fn run(python: &Path, name: &str, url: &str, token: &str) -> Output {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("clients/python");
    let mut command = Command::new(python);
    command.arg(folder.join("tests").join(name)).env("PYTHONPATH", folder.join("src"));
    command.env("PYTHONDONTWRITEBYTECODE", "1").env("NO_PROXY", "*");
    command.env("OLIFANT_URL", url).env("OLIFANT_TOKEN", token).output().unwrap()
}
