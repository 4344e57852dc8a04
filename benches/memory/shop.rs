//! A store with people in it who have said much.

use std::path::Path;
use std::sync::Arc;
use std::time::Duration;

use anyhow::Context;
use jiff::{SignedDuration, Timestamp};
use olifant::clock::Clock;
use olifant::domain::change::{Change, Subject};
use olifant::domain::content::Content;
use olifant::domain::event::{Event, Inbound, Received};
use olifant::domain::id::{Business, Number};
use olifant::domain::lane::Quiet;
use olifant::domain::memory::{Imported, Origin, Space, Write};
use olifant::domain::message::{Attached, Role};
use olifant::domain::person::{Address, Alias, Person, Phone, Sender};
use olifant::recall::found_by;
use olifant::store::seal::StoreKey;
use olifant::store::{self, Config, Store};
use olifant::tokens;

/// Keys in the profile that is read.
pub const KEYS: usize = 50;

/// Turns that come in with one commit.
const BATCH: usize = 1000;
/// Messages that come in with one sync.
const TOGETHER: usize = 512;

/// The page cache of the default configuration.
const CACHE_MB: u64 = 64;

/// An open store.
pub struct Shop {
    pub store: Arc<dyn Store>,
    business: Business,
}

impl Shop {
    /// With a `store.key`, as `init` makes it.
    pub fn open(folder: &Path) -> anyhow::Result<Self> {
        let key: StoreKey = serde_json::from_value(serde_json::json!(KEY))?;
        let config = Config {
            url: format!("sled:{}", folder.join("store").display()),
            cache_mb: CACHE_MB,
            min_free_mb: 0,
            key: Some(key),
            key_previous: None,
        };
        let store = store::open(&config, &[], Clock::system())?;
        Ok(Self { store, business: Business::from("main") })
    }

    /// Somebody who has said so much.
    pub async fn person_with(
        &self,
        number: u64,
        turns: usize,
        words: &mut Words,
    ) -> anyhow::Result<Person> {
        let subject = Subject::Known(self.business.clone(), alias(number)?);
        for first in (0..turns).step_by(BATCH) {
            let turns = (first..turns.min(first + BATCH)).map(|turn| imported(turn, words));
            let import = Change::Import("before".to_owned(), turns.collect());
            self.store.apply(subject.clone(), vec![import]).await?;
        }
        self.person(number).await
    }

    /// Them, as they stand.
    pub async fn person(&self, number: u64) -> anyhow::Result<Person> {
        let found = self.store.find(&self.business, &alias(number)?).await?;
        found.context("a person is gone")
    }

    /// So many people besides, each with a message.
    pub async fn others(&self, count: u64, words: &mut Words) -> anyhow::Result<()> {
        let numbers: Vec<u64> = (1_000_000..1_000_000 + count).collect();
        for some in numbers.chunks(TOGETHER) {
            let says = |number: &u64| said(*number, Content::Text(words.turn()), *number);
            let events: anyhow::Result<Vec<Received>> = some.iter().map(says).collect();
            self.store.accept(events?).await?;
        }
        Ok(())
    }

    /// A profile with many keys.
    pub async fn profile(&self) -> anyhow::Result<Space> {
        let space = Space::Person(self.person(0).await?.id);
        let value = serde_json::json!("a value of the length that such values have");
        let writes = (0..KEYS)
            .map(|key| Write::set(format!("key {key}"), value.clone(), Origin::Api))
            .map(|write| Change::Remember(Box::new(write)));
        self.store.apply(Subject::Space(space.clone()), writes.collect()).await?;
        Ok(space)
    }
}

/// An invented key for a store that is thrown away.
const KEY: &str = "0000000000000000000000000000000000000000000000000000000000000001";

/// An invented number.
fn alias(number: u64) -> anyhow::Result<Alias> {
    Ok(Alias::Phone(phone(number)?))
}

fn phone(number: u64) -> anyhow::Result<Phone> {
    Phone::parse(&format!("155501{number:08}")).context("no phone number")
}

/// A message of this person's, as a webhook tells it.
pub fn said(number: u64, content: Content, id: u64) -> anyhow::Result<Received> {
    let phone = phone(number)?;
    let sender = Sender {
        aliases: vec![Alias::Phone(phone.clone())],
        address: Address::Phone(phone),
        name: Some("Ana".to_owned()),
    };
    let inbound = Inbound {
        provider_id: format!("wamid.{number}.{id}").as_str().into(),
        sender,
        at: Clock::system().now(),
        content,
        attached: Attached::default(),
    };
    let number = Number { name: "main".into(), business: "main".into() };
    let quiet = Quiet { settle: Duration::ZERO, cap: Duration::ZERO };
    Ok(Received { number, quiet, pause: Duration::ZERO, event: Event::Message(inbound) })
}

/// Twenty turns a day, a minute apart.
fn imported(turn: usize, words: &mut Words) -> Imported {
    let content = Content::Text(words.turn());
    let minutes = (turn / 20 * 24 * 60 + turn % 20) as i64;
    Imported {
        id: format!("turn {turn}").as_str().into(),
        role: if turn.is_multiple_of(2) { Role::Person } else { Role::Assistant },
        speaker: None,
        at: Timestamp::UNIX_EPOCH + SignedDuration::from_mins(minutes),
        tokens: tokens::count(&content.as_text()),
        terms: found_by(&content, None),
        content,
    }
}

/// What people say: two turns of the corpus in English, and words of their
/// own. The same in every run.
pub struct Words {
    turns: Vec<String>,
    questions: Vec<String>,
    state: u64,
}

impl Words {
    /// From the corpus.
    pub fn new() -> anyhow::Result<Self> {
        let (mut turns, mut questions) = (Vec::new(), Vec::new());
        for file in std::fs::read_dir(CORPUS)? {
            let name = file?.file_name().to_string_lossy().into_owned();
            if name.starts_with("en-") {
                let is_questions = name.ends_with(".questions.jsonl");
                let (into, field) =
                    if is_questions { (&mut questions, "query") } else { (&mut turns, "text") };
                let lines = std::fs::read_to_string(format!("{CORPUS}/{name}"))?;
                for line in lines.lines() {
                    let line: serde_json::Value = serde_json::from_str(line)?;
                    into.push(line[field].as_str().context("no text")?.to_owned());
                }
            }
        }
        turns.sort();
        questions.sort();
        Ok(Self { turns, questions, state: 1 })
    }

    /// Something nobody has said in quite these words.
    pub fn turn(&mut self) -> String {
        let [one, other] = [(); 2].map(|()| self.below(self.turns.len()));
        let [mine, too] = [(); 2].map(|()| self.word());
        format!("{} {mine} {} {too}", self.turns[one], self.turns[other])
    }

    /// What is asked, over and over.
    pub fn questions(&self) -> impl Iterator<Item = &str> + Clone {
        self.questions.iter().map(String::as_str)
    }

    /// One of some ten thousand.
    fn word(&mut self) -> String {
        let syllable = |n: usize| ["ba", "ke", "lo", "mi", "nu", "ra", "se", "ti", "vo", "zan"][n];
        (0..4).map(|_| syllable(self.below(10))).collect()
    }

    fn below(&mut self, limit: usize) -> usize {
        self.state = self.state.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1);
        (self.state >> 33) as usize % limit
    }
}

const CORPUS: &str = concat!(env!("CARGO_MANIFEST_DIR"), "/benches/corpus");
