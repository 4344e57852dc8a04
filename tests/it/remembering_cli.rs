//! Commands about people and their memory: on the running program and on the
//! stopped one, with the same answers.

use std::os::unix::fs::PermissionsExt;
use std::path::PathBuf;

use serde_json::{Value, json};

use crate::binary::olifant;
use crate::harness::{ANA, BEN, Story};

/// The command line, on the configuration of a story.
pub struct Shell {
    config: String,
    folder: tempfile::TempDir,
}

/// What a command said.
pub struct Said {
    pub code: Option<i32>,
    pub out: String,
    pub err: String,
}

impl Said {
    pub fn json(&self) -> Value {
        serde_json::from_str(&self.out).unwrap_or_else(|_| panic!("{}{}", self.out, self.err))
    }

    /// It worked.
    pub fn ok(self) -> Self {
        assert_eq!(self.code, Some(0), "{}{}", self.out, self.err);
        self
    }

    /// It did not, and this is what it said.
    pub fn failed(&self, words: &str) {
        assert_eq!(self.code, Some(1), "{}{}", self.out, self.err);
        assert!(self.err.contains(words), "{}", self.err);
    }
}

impl Shell {
    pub async fn of(story: &Story) -> Self {
        // The socket is there before the first request is answered.
        let web = reqwest::Client::builder().no_proxy().build().unwrap();
        web.get(format!("{}/healthz", story.url())).send().await.unwrap();
        let config = story.app().settings.sources.file.clone().unwrap().display().to_string();
        Self { config, folder: tempfile::tempdir().unwrap() }
    }

    /// The configuration's file.
    pub fn config(&self) -> &str {
        &self.config
    }

    pub fn run(&self, arguments: &[&str]) -> Said {
        let all = [arguments, &["--config", &self.config]].concat();
        let output = olifant(&all).output().unwrap();
        let text = |bytes| String::from_utf8(bytes).unwrap();
        Said { code: output.status.code(), out: text(output.stdout), err: text(output.stderr) }
    }

    pub fn json(&self, arguments: &[&str]) -> Value {
        self.run(&[arguments, &["--json"]].concat()).ok().json()
    }

    fn path(&self, name: &str) -> PathBuf {
        self.folder.path().join(name)
    }

    fn file(&self, name: &str, text: &str) -> String {
        std::fs::write(self.path(name), text).unwrap();
        self.path(name).display().to_string()
    }
}

const MAIN: [&str; 2] = ["--business", "main"];

#[tokio::test]
async fn who_is_known_is_listed_found_and_shown() {
    let mut story = Story::new().await;
    story.meta().person("Ana", ANA).says("hello").await;
    story.advance(1);
    story.twilio().person("Ben", BEN).says("hi").await;
    story.settle().await;
    let shell = Shell::of(&story).await;
    let list = shell.json(&["people", "list"]);
    let names = |list: &Value| -> Vec<String> {
        let all = list.as_array().unwrap().iter();
        all.map(|person| person["name"].as_str().unwrap().to_owned()).collect()
    };
    assert_eq!(names(&list), ["Ana", "Ben"]);
    assert_eq!(list[0]["aliases"][0]["value"], format!("+{ANA}"));
    assert_eq!(list[0]["conversations"][0]["number"], "meta");
    for needle in ["ben", "0100002", "+1 555 010 0002", list[1]["id"].as_str().unwrap()] {
        let found = shell.json(&["people", "list", "--search", needle]);
        assert_eq!(names(&found), ["Ben"], "{needle}");
    }
    assert!(names(&shell.json(&["people", "list", "--search", "nobody"])).is_empty());
    assert_eq!(names(&shell.json(&["people", "list", "--limit", "1"])), ["Ana"]);
    let id = list[0]["id"].as_str().unwrap();
    assert_eq!(names(&shell.json(&["people", "list", "--after", id])), ["Ben"]);
    assert!(shell.json(&["people", "list", "--business", "other"]).as_array().unwrap().is_empty());
    assert_eq!(shell.json(&["people", "show", id]), list[0], "an id needs no business");
    shell.run(&["people", "show", "+1 555 010 0001"]).failed("name one of main, other");
    let show = [&["people", "show", "+1 555 010 0001"], &MAIN[..]].concat();
    assert_eq!(shell.json(&show), list[0]);
    let sheet = shell.run(&show).ok().out;
    assert!(sheet.contains("Ana") && sheet.contains(&format!("+{ANA}")), "{sheet}");
    shell.run(&["memory", "set", id, "name", "Anabela"]).ok();
    assert_eq!(names(&shell.json(&["people", "list", "--search", "abel"])), ["Anabela"]);
    let list = shell.json(&["people", "list"]);
    assert_eq!(names(&list), ["Anabela", "Ben"], "as they said, or else as the provider says");
    let stranger = [&["people", "show", "+15550199"], &MAIN[..]].concat();
    shell.run(&stranger).failed("olifant people list");
    let nonsense = shell.run(&["people", "show", "Ana"]);
    assert_eq!(nonsense.code, Some(2));
    assert!(nonsense.err.contains("write a phone number"), "{}", nonsense.err);
    story.kill().await;
    assert_eq!(shell.json(&["people", "list"]), list);
    shell.run(&stranger).failed("olifant people list");
}

#[tokio::test]
async fn two_who_are_one_are_merged_and_the_link_undoes_it() {
    let mut story = Story::new().await;
    story.meta().person("Ana", ANA).says("hello").await;
    story.twilio().person("Ana at work", BEN).says("hi").await;
    story.settle().await;
    let shell = Shell::of(&story).await;
    let (ana, ben) = (format!("+{ANA}"), format!("+{BEN}"));
    let with = |arguments: &[&str]| [arguments, &MAIN[..]].concat().join("\n");
    let run = |arguments: &[&str]| {
        let line = with(arguments);
        shell.run(&line.split('\n').collect::<Vec<_>>())
    };
    run(&["memory", "set", &ben, "plan", "gold"]).ok();
    let before = shell.json(&["people", "list"]);
    let merged = run(&["people", "merge", &ana, &ben]).ok().out;
    assert!(merged.contains("to undo it: olifant people split"), "{merged}");
    let all = shell.json(&["people", "list"]);
    assert_eq!(all.as_array().unwrap().len(), 1, "one person");
    assert_eq!(all[0]["conversations"].as_array().unwrap().len(), 2);
    assert_eq!(run(&["memory", "get", &ana, "plan"]).ok().out, "gold\n");
    let links = shell.json(&["people", "links"]);
    let link = links[0]["link"].as_str().unwrap();
    assert!(merged.contains(link));
    run(&["people", "merge", &ana, &ben]).failed("one already");
    run(&["people", "split", &ana, "ff"]).failed("olifant people links");
    story.kill().await;
    run(&["people", "split", &ana, link]).ok();
    assert_eq!(shell.json(&["people", "list"]), before, "as it was");
    assert_eq!(run(&["memory", "get", &ben, "plan"]).ok().out, "gold\n");
    assert!(shell.run(&["people", "links"]).ok().out.contains("undone"));
}

#[tokio::test]
async fn what_an_operator_writes_is_known_typed_and_remembered_as_it_was() {
    let mut story = Story::new().await;
    let shell = Shell::of(&story).await;
    let on = |command: &str, rest: &[&str]| -> Said {
        let person = ["memory", command, "+1 555 0100"];
        shell.run(&[&person[..], rest, &MAIN[..]].concat())
    };
    on("get", &["plan"]).failed("olifant people list");
    on("set", &["plan", "silver"]).ok();
    on("set", &["plan", "gold"]).ok();
    on("set", &["visits", "3"]).ok();
    on("set", &["code", "007", "--text"]).ok();
    on("set", &["tags", "[\"a\", 1]"]).ok();
    let until = on("set", &["trial", "true", "--ttl", "30d"]).ok().out;
    assert!(until.contains("trial is known until 2027-02-14"), "{until}");
    assert_eq!(on("get", &["plan"]).ok().out, "gold\n");
    assert_eq!(on("get", &["tags"]).ok().out, "[\"a\",1]\n");
    let known = on("list", &["--json"]).ok().json();
    let pairs: Vec<(&Value, &Value)> =
        known.as_array().unwrap().iter().map(|known| (&known["key"], &known["value"])).collect();
    let expected = [
        (json!("trial"), json!(true)),
        (json!("tags"), json!(["a", 1])),
        (json!("code"), json!("007")),
        (json!("visits"), json!(3)),
        (json!("plan"), json!("gold")),
    ];
    assert_eq!(pairs, expected.iter().map(|(key, value)| (key, value)).collect::<Vec<_>>());
    assert_eq!(known[0]["origin"], "operator");
    let past = on("history", &["plan", "--json"]).ok().json();
    assert_eq!((&past[0]["value"], &past[1]["value"]), (&json!("gold"), &json!("silver")));
    assert_eq!(past.as_array().unwrap().len(), 2);
    let one = on("list", &["--prefix", "pl"]).ok().out;
    assert!(one.contains("gold") && !one.contains("visits"), "{one}");
    on("set", &["trial", "no", "--ttl", "soon"]).err.contains("30d").then_some(()).unwrap();
    story.kill().await;
    assert_eq!(on("list", &["--json"]).ok().json(), known);
    on("delete", &["plan"]).ok();
    on("delete", &["plan"]).failed("olifant memory list");
    story.start().await;
    on("history", &["plan"]).failed("nothing is known under that key");
    assert!(shell.run(&["memory", "audit"]).ok().out.contains("TOKEN"));
}

fn lines() -> String {
    let line = |n: usize, role: &str, text: &str| {
        json!({ "id": format!("m{n}"), "role": role, "text": text,
            "at": format!("2026-01-0{n}T12:00:00Z") })
        .to_string()
    };
    let lines =
        [line(1, "user", "my dog is called Rex"), line(2, "assistant", "A fine name for a dog.")];
    lines.join("\n")
}

#[tokio::test]
async fn what_was_said_elsewhere_comes_in_once_and_goes_out_again() {
    let mut story = Story::new().await;
    let shell = Shell::of(&story).await;
    let turns = shell.file("turns.jsonl", &lines());
    let import = |person: &str, file: &str, more: &[&str]| {
        shell.run(&[&["import", person, file], more, &MAIN[..]].concat())
    };
    let came = import("+15550100", &turns, &[]).ok();
    assert_eq!(came.out, "2 messages came in\n");
    let again = import("+15550100", &turns, &["--json"]).ok().json();
    assert_eq!(again["turns"], json!({ "new": 0, "known": 2, "expired": 0 }));
    shell.run(&[&["memory", "set", "+15550100", "plan", "gold"], &MAIN[..]].concat()).ok();
    let out = shell.path("ana.json").display().to_string();
    let export = [&["export", "+15550100"], &MAIN[..]].concat();
    let running = shell.run(&[&export[..], &["-o", &out]].concat()).ok();
    assert!(running.out.is_empty() && running.err.contains("ana.json holds"), "{}", running.err);
    let mode = std::fs::metadata(&out).unwrap().permissions().mode();
    assert_eq!(mode & 0o777, 0o600);
    let document: Value = serde_json::from_str(&std::fs::read_to_string(&out).unwrap()).unwrap();
    let said = &document["conversations"][0];
    assert_eq!(said["number"], "turns", "the archive is called as the file");
    assert_eq!(said["messages"][0]["text"], "my dog is called Rex");
    assert_eq!(
        (&said["messages"][0]["id"], &said["messages"][1]["id"]),
        (&json!("m1"), &json!("m2"))
    );
    assert_eq!(document["profile"][0]["value"], "gold");
    story.kill().await;
    let mut stopped = shell.run(&export).ok().json();
    stopped["exported_at"] = document["exported_at"].clone();
    assert_eq!(stopped, document, "as a running program exports it");
    let came = import("+15550100", &out, &["--json"]).ok().json();
    assert_eq!(came["turns"]["new"], 0, "{came}");
    assert_eq!(came["facts"], json!({ "new": 0, "known": 1, "expired": 0 }));
    let came = import("+15550101", &out, &[]).ok().out;
    assert_eq!(came, "2 messages came in\n1 key of the profile came in\n");
    let plan = [&["memory", "history", "+15550101", "plan", "--json"], &MAIN[..]].concat();
    assert_eq!(shell.run(&plan).ok().json()[0]["origin"], "import");
}

#[tokio::test]
async fn however_long_a_message_is_all_of_it_goes_out_in_order() {
    let story = Story::new().await;
    let shell = Shell::of(&story).await;
    let texts = ["first", &"word ".repeat(30_000), "between", &"more ".repeat(30_000), "last"];
    let line = |text: &&str| json!({ "role": "user", "text": text.trim() }).to_string();
    let file = shell.file("long.jsonl", &texts.iter().map(line).collect::<Vec<_>>().join("\n"));
    let came = shell.run(&[&["import", "+15550100", &file], &MAIN[..]].concat()).ok().out;
    assert_eq!(came, "5 messages came in\n");
    let document = shell.run(&[&["export", "+15550100"], &MAIN[..]].concat()).ok().json();
    let messages = document["conversations"][0]["messages"].as_array().unwrap().clone();
    let said = messages.iter().map(|message| message["text"].as_str().unwrap());
    assert!(said.eq(texts.iter().map(|text| text.trim())));
    let unnamed = ["import", "+15550100", &file, "--name", ""];
    shell.run(&[&unnamed, &MAIN[..]].concat()).failed("--name ARCHIVE");
}

#[tokio::test]
async fn an_export_of_what_was_said_here_brings_in_nothing_here() {
    let story = Story::new().await;
    story.meta().person("Ana", ANA).says("hello").await;
    story.settle().await;
    let shell = Shell::of(&story).await;
    let ana = format!("+{ANA}");
    let export = shell.run(&[&["export", &ana], &MAIN[..]].concat()).ok();
    let texts: Vec<Value> = export.json()["conversations"][0]["messages"]
        .as_array()
        .unwrap()
        .iter()
        .map(|message| message["text"].clone())
        .collect();
    assert_eq!(texts, ["hello", "You said: hello"]);
    let file = shell.file("ana.json", &export.out);
    let again = shell.run(&[&["import", &ana, &file], &MAIN[..]].concat()).ok();
    assert_eq!(again.out, "0 messages came in\n2 messages were here already\n");
    let elsewhere = shell.run(&["import", &ana, &file, "--business", "other"]).ok();
    assert_eq!(elsewhere.out, "2 messages came in\n");
}

#[tokio::test]
async fn a_chat_of_whatsapps_own_comes_in_and_faults_name_the_remedy() {
    let story = Story::new().await;
    let shell = Shell::of(&story).await;
    let chat = "[31/12/2025, 21:41:33] Ana: my dog is called Rex\n\
                [31/12/2025, 21:42:10] Bakery: A fine name.\n\
                [31/12/2025, 21:43:00] Ana: bye\n";
    let chat = shell.file("_chat.txt", chat);
    let import = |file: &str, more: &[&str]| {
        shell.run(&[&["import", "+15550100", file], more, &MAIN[..]].concat())
    };
    import(&chat, &[]).failed("--me NAME");
    assert_eq!(import(&chat, &["--me", "Bakery"]).ok().out, "3 messages came in\n");
    let options = ["--me", "Bakery", "--zone", "Europe/Nowhere"];
    assert!(import(&chat, &options).err.contains("Europe/Lisbon"));
    let faulty = shell.file("faulty.jsonl", "{\"role\":\"user\",\"text\":\"a\"}\n{\"role\":5}\n");
    import(&faulty, &[]).failed("--skip-faulty");
    let came = import(&faulty, &["--skip-faulty"]).ok().out;
    assert_eq!(came, "1 message came in\n1 faulty line was left out (line 2)\n");
    import("nowhere.txt", &[]).failed("name a file that is there");
}

#[tokio::test]
async fn many_queries_are_one_run() {
    let mut story = Story::new().await;
    let shell = Shell::of(&story).await;
    let turns = shell.file("turns.jsonl", &lines());
    shell.run(&[&["import", "+15550100", &turns], &MAIN[..]].concat()).ok();
    let queries = shell.file("queries.txt", "what is my dog called\n\nzebra\n");
    let recall = |more: &[&str]| shell.run(&[&["recall", "+15550100"], more, &MAIN[..]].concat());
    let found = recall(&["--file", &queries, "--json"]).ok().out;
    let lists: Vec<Value> = found.lines().map(|line| serde_json::from_str(line).unwrap()).collect();
    assert_eq!(lists.len(), 3, "{found}");
    let best = &lists[0][0];
    assert_eq!((&best["id"], &best["role"]), (&json!("m1"), &json!("person")));
    assert_eq!(best["text"], "my dog is called Rex");
    assert_eq!(best["at"], "2026-01-01T12:00:00Z");
    assert!(best["score"].as_f64().unwrap() > 0.0);
    assert_eq!((&lists[1], &lists[2]), (&json!([]), &json!([])));
    assert!(recall(&["zebra"]).ok().out.contains("nothing was found"));
    let after = recall(&["dogs", "--from", "2026-01-02", "--json"]).ok().json();
    assert_eq!(after.as_array().unwrap().len(), 1);
    assert_eq!(after[0]["id"], "m2");
    let before = recall(&["dogs", "--to", "2026-01-01", "--json"]).ok().json();
    assert_eq!((before.as_array().unwrap().len(), &before[0]["id"]), (1, &json!("m1")));
    assert!(recall(&[]).err.contains("QUERY"));
    story.kill().await;
    assert_eq!(recall(&["--file", &queries, "--json"]).ok().out, found);
}

#[tokio::test]
async fn who_is_forgotten_is_nobody() {
    let mut story = Story::new().await;
    story.meta().person("Ana", ANA).says("my secret is plum").await;
    story.twilio().person("Ben", BEN).says("hi").await;
    story.settle().await;
    let shell = Shell::of(&story).await;
    let forget =
        |person: &str, more: &[&str]| shell.run(&[&["forget", person], more, &MAIN[..]].concat());
    let (ana, ben) = (format!("+{ANA}"), format!("+{BEN}"));
    forget(&ana, &[]).failed("say --yes");
    assert!(story.person("main", ANA).await.is_some(), "nobody confirmed it");
    let said = forget(&ana, &["--yes"]).ok().out;
    assert!(said.contains("Backups made before still hold it"), "{said}");
    assert!(story.person("main", ANA).await.is_none());
    forget(&ana, &["--yes"]).failed("olifant people list");
    story.kill().await;
    forget(&ben, &["--yes"]).ok();
    assert!(shell.json(&["people", "list"]).as_array().unwrap().is_empty());
    story.start().await;
    story.settle().await;
    assert!(story.person("main", BEN).await.is_none());
}

#[tokio::test]
async fn a_turn_is_shown_whole_and_asked_again_without_sending_anything() {
    let mut story = Story::with("[assistant]\ninstructions = \"You sell bread.\"").await;
    let ana = story.meta().person("Ana", ANA);
    ana.says("hello").await;
    story.settle().await;
    let shell = Shell::of(&story).await;
    let list = shell.json(&[&["turns", "list", &format!("+{ANA}")], &MAIN[..]].concat());
    assert_eq!(
        (&list[0]["asked"], &list[0]["answered"]),
        (&json!("hello"), &json!("You said: hello"))
    );
    let id = list[0]["id"].as_str().unwrap().to_owned();
    let conversation = id.split('.').next().unwrap();
    assert_eq!(shell.json(&["turns", "list", "--conversation", conversation]), list);
    let shown = shell.json(&["turns", "show", &id]);
    let system = shown["trace"]["prompt"]["system"].to_string();
    assert!(system.contains("You sell bread."), "{system}");
    assert_eq!(shown["asked"][0]["text"], "hello");
    assert_eq!(shown["replies"][0]["status"], "read");
    assert_eq!(shell.json(&["turns", "show", shown["asked"][0]["id"].as_str().unwrap()]), shown);
    let sheet = shell.run(&["turns", "show", &id]).ok().out;
    for part in ["answered", "You sell bread.", "person: hello", "You said: hello", "tokens in"] {
        assert!(sheet.contains(part), "{part}: {sheet}");
    }
    let new = shell.file("new.md", "You sell cake.\n");
    story.kill().await;
    assert_eq!(shell.json(&["turns", "show", &id]), shown);
    let again = ["turns", "replay", &id, "--instructions", &new, "--model", "another"];
    let replayed = shell.json(&again);
    assert_eq!(
        (&replayed["model"], &replayed["then"][0]),
        (&json!("another"), &json!("You said: hello"))
    );
    assert_eq!(replayed["now"], "You said: hello");
    let told = story.model.told();
    assert!(told.contains("You sell cake.") && !told.contains("You sell bread."), "{told}");
    assert_eq!(ana.texts(), ["You said: hello"], "nothing is sent");
    assert_eq!(shell.json(&["turns", "show", &id]), shown, "nothing is kept");
    let words = shell.run(&["turns", "replay", &id]).ok().out;
    assert!(words.contains("== then") && words.contains("== now (stand-in"), "{words}");
    let other = format!("{conversation}.99.1");
    shell.run(&["turns", "show", &other]).failed("olifant turns list");
}
