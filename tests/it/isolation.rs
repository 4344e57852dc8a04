//! Nothing of one person ever surfaces for another, whatever is asked, nor of
//! one business for another.

use std::collections::{HashMap, HashSet};
use std::sync::Arc;

use jiff::Timestamp;
use olifant::clock::Clock;
use olifant::domain::change::{Change, Changed, Subject};
use olifant::domain::content::Content;
use olifant::domain::id::Business;
use olifant::domain::memory::{Imported, Origin, Page, Space, Write};
use olifant::domain::message::Role;
use olifant::domain::person::{Alias, Person, Phone};
use olifant::recall;
use olifant::recollect::{self, Query, Shelves};
use olifant::store::{self, Store};
use proptest::prelude::*;
use serde_json::json;

/// Two of the phones are customers of both businesses.
const PEOPLE: [(&str, &str); 6] = [
    ("main", "15550100001"),
    ("main", "15550100002"),
    ("main", "15550100003"),
    ("other", "15550100001"),
    ("other", "15550100002"),
    ("main", "15550100004"),
];

const WORDS: [&str; 12] = [
    "plums",
    "bees",
    "Toledo",
    "invoice",
    "green",
    "mañana",
    "नमस्ते",
    "你好世界",
    "सोमवार",
    "7:30",
    "A-1042",
    "Hund",
];

/// One thing that somebody says, notes, or is found to be.
#[derive(Clone, Debug)]
enum Step {
    Say { person: usize, words: Vec<usize> },
    Note { person: usize, word: usize },
    Merge { one: usize, other: usize },
    Forget { person: usize },
}

fn steps() -> impl Strategy<Value = Vec<Step>> {
    let person = || 0..PEOPLE.len();
    let words = || prop::collection::vec(0..WORDS.len(), 1..6);
    let step = prop_oneof![
        20 => (person(), words()).prop_map(|(person, words)| Step::Say { person, words }),
        4 => (person(), 0..WORDS.len()).prop_map(|(person, word)| Step::Note { person, word }),
        1 => (person(), person()).prop_map(|(one, other)| Step::Merge { one, other }),
        1 => person().prop_map(|person| Step::Forget { person }),
    ];
    prop::collection::vec(step, 1..80)
}

/// Everybody's words, and who is who by now.
struct World {
    store: Arc<dyn Store>,
    said: u64,
    _folder: tempfile::TempDir,
}

impl World {
    fn new() -> Self {
        let folder = tempfile::tempdir().unwrap();
        let url = format!("sled:{}", folder.path().join("store").display());
        let config = serde_json::json!({"url": url, "cache_mb": 16, "min_free_mb": 0});
        let config = serde_json::from_value(config).unwrap();
        let clock = Clock::manual(Timestamp::from_second(1_800_000_000).unwrap());
        Self { store: store::open(&config, &[], clock).unwrap(), said: 0, _folder: folder }
    }

    async fn take(&mut self, step: &Step) {
        match step {
            Step::Say { person, words } => {
                let words: Vec<&str> = words.iter().map(|word| WORDS[*word]).collect();
                let text = format!("{} {}", words.join(" "), tag(*person));
                self.said += 1;
                self.change(*person, Change::Import("chat".into(), vec![turn(self.said, &text)]))
                    .await;
            }
            Step::Note { person, word } => {
                let key = WORDS[*word];
                let write = Write::set(key, json!(tag(*person)), Origin::Api);
                self.change(*person, Change::Remember(Box::new(write))).await;
            }
            Step::Merge { one, other } => {
                let (one, other) = (self.person(*one).await, self.person(*other).await);
                if let (Some(one), Some(other)) = (one, other) {
                    let merge = vec![Change::Merge(other.id)];
                    let merged = self.store.apply(Subject::Person(one.id), merge).await;
                    assert_eq!(
                        merged.is_ok(),
                        one.business == other.business && one.id != other.id
                    );
                }
            }
            Step::Forget { person } => {
                if let Some(person) = self.person(*person).await {
                    let forget = vec![Change::ForgetAll];
                    self.store.apply(Subject::Person(person.id), forget).await.unwrap();
                }
            }
        }
    }

    async fn change(&self, person: usize, change: Change) -> Vec<Changed> {
        let (business, phone) = PEOPLE[person];
        let subject = Subject::Known(business.into(), alias(phone));
        self.store.apply(subject, vec![change]).await.unwrap()
    }

    async fn person(&self, person: usize) -> Option<Person> {
        let (business, phone) = PEOPLE[person];
        self.store.find(&Business::from(business), &alias(phone)).await.unwrap()
    }

    /// The tags that may surface for each: those of whoever they are by now.
    async fn allowed(&self) -> HashMap<usize, HashSet<String>> {
        let mut ids = Vec::new();
        for person in 0..PEOPLE.len() {
            ids.push(self.person(person).await.map(|person| person.id));
        }
        let same = |id| {
            let who = |(person, other): (usize, &Option<_>)| (*other == id).then(|| tag(person));
            ids.iter().enumerate().filter_map(who).collect()
        };
        ids.iter().enumerate().map(|(person, id)| (person, same(*id))).collect()
    }

    async fn check(&self, asked: &[usize]) {
        let allowed = self.allowed().await;
        let tags: Vec<String> = (0..PEOPLE.len()).map(tag).collect();
        let words: Vec<&str> = asked.iter().map(|word| WORDS[*word]).collect();
        let question = format!("{} {}", words.join(" "), tags.join(" "));
        for (asking, allowed) in allowed {
            let Some(person) = self.person(asking).await else { continue };
            let shelves = Shelves::of(&*self.store);
            let query = Query { limit: 1000, ..Query::new(&question) };
            let found = recollect::find(shelves, &person, &query, &HashSet::new()).await.unwrap();
            let surfaced = found.iter().map(|found| found.message.content.as_text());
            let page = Page { limit: 1000, ..Page::default() };
            let (entries, _) = self.store.entries(&Space::Person(person.id), &page).await.unwrap();
            for text in surfaced.chain(entries.iter().map(|entry| entry.text())) {
                assert!(allowed.iter().any(|tag| text.ends_with(tag)), "{text} for {asking}");
            }
        }
    }
}

fn tag(person: usize) -> String {
    format!("mark{person}x")
}

fn alias(phone: &str) -> Alias {
    Alias::Phone(Phone::parse(phone).unwrap())
}

fn turn(n: u64, text: &str) -> Imported {
    Imported {
        id: format!("turn-{n}").into(),
        role: Role::Person,
        speaker: None,
        at: Timestamp::from_second(1_700_000_000 + i64::try_from(n).unwrap()).unwrap(),
        content: Content::Text(text.into()),
        tokens: 5,
        terms: recall::found_by(&Content::Text(text.into()), None),
    }
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(24))]
    #[test]
    fn what_one_says_never_surfaces_for_another(
        steps in steps(), asked in prop::collection::vec(0..WORDS.len(), 0..8),
    ) {
        let runtime = tokio::runtime::Builder::new_multi_thread()
            .worker_threads(1).enable_all().build().unwrap();
        runtime.block_on(async {
            let mut world = World::new();
            for step in &steps {
                world.take(step).await;
            }
            world.check(&asked).await;
        });
    }
}
