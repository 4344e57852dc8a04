//! Stories about what is remembered, and what is forgotten.

mod promises;

use serde_json::{Value, json};

use super::protocol::{phone, say};
use super::*;
use crate::domain::change::{Changed, Saying};
use crate::domain::id::PersonId;
use crate::domain::job::{Job, JobOutcome, Task};
use crate::domain::memory::{Entry, Expect, Imported, Op, Origin, Page, Space, Summary, Write};
use crate::domain::person::Person;
use crate::domain::terms::Packed;
use crate::store::{Derived, Kept, Memory, Upkeep};

const DAY: Duration = Duration::from_secs(24 * 3600);

fn set(key: &str, value: Value) -> Change {
    Change::Remember(Box::new(Write::set(key, value, Origin::Api)))
}

fn write(key: &str, expect: Expect, op: Op) -> Change {
    let write = Write::set(key, Value::Null, Origin::Api);
    Change::Remember(Box::new(Write { expect, op, ..write }))
}

fn named(name: &str) -> Space {
    Space::Named("main".into(), name.into())
}

impl Shop {
    async fn remembers(&self, space: &Space, key: &str, value: Value) -> Entry {
        match self.apply(Subject::Space(space.clone()), set(key, value)).await {
            Changed::Remembered(entry) => *entry,
            other => panic!("{other:?}"),
        }
    }

    async fn writes(&self, space: &Space, change: Change) -> Result<Changed, StoreError> {
        let changed = self.store().apply(Subject::Space(space.clone()), vec![change]).await;
        changed.map(|mut changed| changed.remove(0))
    }

    async fn keys(&self, space: &Space) -> Vec<String> {
        let page = Page { limit: 100, ..Page::default() };
        let (entries, _) = self.store().entries(space, &page).await.unwrap();
        entries.into_iter().map(|entry| entry.key).collect()
    }

    async fn value(&self, space: &Space, key: &str) -> Option<Value> {
        self.store().entry(space, key).await.unwrap().map(|entry| entry.value)
    }

    async fn hears_from(&self, digits: &str, id: &str) -> ConversationId {
        let phone = Phone::parse(digits).unwrap();
        let sender = Address::Phone(phone).into();
        let inbound = Inbound { sender, ..self.message(id, "hello") };
        match self.accept(Event::Message(inbound)).await {
            Accepted::New(conversation) => conversation,
            other => panic!("{other:?}"),
        }
    }

    pub async fn ana(&self) -> Option<Person> {
        self.store().find(&"main".into(), &phone("15550100001")).await.unwrap()
    }

    /// Does the jobs that are due; how many there were.
    pub async fn works(&self) -> usize {
        let mut done = 0;
        while let Some(claim) =
            Queue::<Job>::claim(self.store(), Pick::Due, LEASE, 1).await.unwrap().pop()
        {
            if let Task::Erase(left) = &claim.work.task {
                while !self.store().erase(left, 3).await.unwrap() {}
            }
            Queue::finish(self.store(), claim, JobOutcome::Done).await.unwrap();
            done += 1;
        }
        done
    }

    async fn sweep(&self, kept: &Kept) {
        let mut from = None;
        loop {
            let swept = self.store().sweep(kept, from, 5).await.unwrap();
            if swept.next.is_none() {
                break;
            }
            from = Some(swept);
        }
    }

    /// Every byte of every file in the store's folder.
    fn bytes(&self) -> Vec<u8> {
        let mut folders = vec![self.folder.path().to_owned()];
        let mut bytes = Vec::new();
        while let Some(folder) = folders.pop() {
            for entry in std::fs::read_dir(folder).unwrap().map(Result::unwrap) {
                match entry.file_type().unwrap().is_dir() {
                    true => folders.push(entry.path()),
                    false => bytes.extend(std::fs::read(entry.path()).unwrap()),
                }
            }
        }
        bytes
    }

    fn holds(&self, words: &str) -> bool {
        let bytes = self.bytes();
        bytes.windows(words.len()).any(|window| window == words.as_bytes())
    }
}

#[tokio::test]
async fn what_is_written_is_read_again_with_its_type_and_its_times() {
    let shop = Shop::new();
    let space = named("crm");
    for value in [json!("text"), json!(1.5), json!(null), json!([1, "x"]), json!({"a": true})] {
        shop.remembers(&space, "key", value.clone()).await;
        assert_eq!(shop.value(&space, "key").await, Some(value));
    }
    let first = shop.store().entry(&space, "key").await.unwrap().unwrap();
    shop.clock.advance(DAY);
    let second = shop.remembers(&space, "key", json!("new")).await;
    assert_eq!(second.created_at, first.created_at);
    assert_eq!((second.updated_at, second.version), (shop.clock.now(), first.version + 1));
    let shop = shop.reopened();
    assert_eq!(shop.value(&space, "key").await, Some(json!("new")));
    assert_eq!(shop.value(&named("other"), "key").await, None);
    let elsewhere = Space::Named("other".into(), "crm".into());
    assert_eq!(shop.value(&elsewhere, "key").await, None, "another business");
}

#[tokio::test]
async fn a_space_is_listed_page_by_page_the_last_written_first_and_is_counted() {
    let shop = Shop::new();
    let space = named("crm");
    for n in 0..7 {
        shop.remembers(&space, &format!("k{n}"), json!("héllo")).await;
    }
    shop.remembers(&space, "k2", json!("again")).await;
    let (mut seen, mut after) = (Vec::new(), None);
    loop {
        let page = Page { prefix: "k".into(), after, limit: 3 };
        let (entries, next) = shop.store().entries(&space, &page).await.unwrap();
        seen.extend(entries.into_iter().map(|entry| entry.key));
        after = next;
        if after.is_none() {
            break;
        }
    }
    assert_eq!(seen, ["k2", "k6", "k5", "k4", "k3", "k1", "k0"]);
    let info = shop.store().spaces(&"main".into()).await.unwrap().remove(0);
    assert_eq!((info.entries, info.chars, info.space), (7, 35, space.clone()));
    let gone = shop.apply(Subject::Space(space.clone()), Change::ForgetSpace).await;
    assert_eq!(gone, Changed::Count(7));
    assert!(shop.keys(&space).await.is_empty());
    assert!(shop.store().spaces(&"main".into()).await.unwrap().is_empty());
}

#[tokio::test]
async fn a_write_happens_only_if_the_entry_stands_as_it_expects() {
    let shop = Shop::new();
    let space = named("crm");
    let to = |value: Value| Op::Set { value, ttl: None };
    let made = shop.writes(&space, write("k", Expect::Absent, to(json!(1)))).await;
    let Ok(Changed::Remembered(entry)) = made else { panic!("{made:?}") };
    let again = shop.writes(&space, write("k", Expect::Absent, to(json!(2)))).await;
    assert!(matches!(again, Err(StoreError::Changed { version: Some(1) })), "{again:?}");
    let changed =
        shop.writes(&space, write("k", Expect::Version(entry.version), to(json!(3)))).await;
    assert!(changed.is_ok());
    let late = shop.writes(&space, write("k", Expect::Version(entry.version), Op::Delete)).await;
    assert!(matches!(late, Err(StoreError::Changed { version: Some(2) })), "{late:?}");
    assert_eq!(shop.value(&space, "k").await, Some(json!(3)));
    let none = shop.writes(&space, write("none", Expect::Any, Op::Delete)).await;
    assert_eq!(none.unwrap(), Changed::Absent);
}

#[tokio::test]
async fn numbers_are_added_and_lists_grow_whoever_else_writes() {
    let shop = Shop::new();
    let space = named("crm");
    let add = |by: i64| Op::Add { by: by.into(), ttl: None };
    let append = |n: usize| Op::Append { values: vec![json!(n)], ttl: None };
    let all = (0..40).map(|n| {
        let (shop, space) = (&shop, &space);
        async move {
            shop.writes(space, write("count", Expect::Any, add(2))).await.unwrap();
            shop.writes(space, write("list", Expect::Any, append(n))).await.unwrap();
        }
    });
    futures::future::join_all(all).await;
    assert_eq!(shop.value(&space, "count").await, Some(json!(80)));
    let list = shop.value(&space, "list").await.unwrap();
    assert_eq!(list.as_array().map(Vec::len), Some(40), "none is lost");
    shop.remembers(&space, "text", json!("41")).await;
    shop.writes(&space, write("text", Expect::Any, add(1))).await.unwrap();
    assert_eq!(shop.value(&space, "text").await, Some(json!(42)), "a number written as a text");
    for op in [add(1), append(1)] {
        let unfit = shop.writes(&space, write("list", Expect::Any, op.clone())).await;
        let fits = matches!(op, Op::Append { .. });
        assert_eq!(unfit.is_ok(), fits, "{unfit:?}");
    }
}

#[tokio::test]
async fn what_has_an_end_is_gone_then_and_leaves_no_record_after_the_sweep() {
    let shop = Shop::new();
    let space = named("crm");
    let op = Op::Set { value: json!("soon gone"), ttl: Some(DAY) };
    shop.writes(&space, write("k", Expect::Any, op)).await.unwrap();
    shop.clock.advance(DAY - Duration::from_secs(1));
    assert!(shop.value(&space, "k").await.is_some());
    shop.clock.advance(Duration::from_secs(1));
    assert_eq!((shop.value(&space, "k").await, shop.keys(&space).await), (None, vec![]));
    let made = shop.writes(&space, write("k", Expect::Absent, Op::Add { by: 1.into(), ttl: None }));
    assert!(made.await.is_ok(), "it is as if it had never been there");
    let op = Op::Set { value: json!(1), ttl: Some(DAY) };
    shop.writes(&space, write("k2", Expect::Any, op)).await.unwrap();
    shop.clock.advance(DAY);
    shop.sweep(&Kept::default()).await;
    let info = shop.store().spaces(&"main".into()).await.unwrap().remove(0);
    assert_eq!((info.entries, info.chars), (1, 1));
}

#[tokio::test]
async fn a_correction_supersedes_and_the_old_value_is_history_until_the_key_is_forgotten() {
    let shop = Shop::new();
    let id = shop.hears("w1", "I live in Lima").await;
    for city in ["Lima", "Lima", "Cusco"] {
        shop.apply(Subject::Conversation(id), set("city", json!(city))).await;
    }
    let ana = Space::Person(shop.ana().await.unwrap().id);
    let now = shop.store().entry(&ana, "city").await.unwrap().unwrap();
    assert_eq!((now.value, now.said), (json!("Cusco"), 1));
    let before = shop.store().history(&ana, "city").await.unwrap();
    assert_eq!((before.len(), &before[0].value, before[0].said), (1, &json!("Lima"), 2));
    for n in 0..30 {
        shop.apply(Subject::Conversation(id), set("city", json!(n))).await;
    }
    assert_eq!(shop.store().history(&ana, "city").await.unwrap().len(), 20);
    let delete = Change::Remember(Box::new(Write::delete("city", Origin::Person)));
    shop.apply(Subject::Conversation(id), delete).await;
    assert!(shop.store().history(&ana, "city").await.unwrap().is_empty());
    assert!(shop.keys(&ana).await.is_empty());
}

#[tokio::test]
async fn a_program_knows_somebody_before_they_write_and_it_is_the_same_person() {
    let shop = Shop::new();
    let known = Subject::Known("main".into(), phone("15550100001"));
    shop.apply(known.clone(), set("plan", json!("gold"))).await;
    let before = shop.ana().await.unwrap();
    shop.hears("w1", "hello").await;
    let ana = shop.ana().await.unwrap();
    assert_eq!((ana.id, ana.conversations.len()), (before.id, 1));
    assert_eq!(shop.value(&Space::Person(ana.id), "plan").await, Some(json!("gold")));
    shop.apply(known, set("plan", json!("silver"))).await;
    assert_eq!(shop.value(&Space::Person(ana.id), "plan").await, Some(json!("silver")));
}

#[tokio::test]
async fn nobodys_words_can_be_read_in_the_files() {
    let shop = Shop::new();
    let id = shop.hears("wamid.hidden", "the secret of the blue door").await;
    shop.apply(Subject::Conversation(id), set("nickname", json!("Annabelle"))).await;
    shop.apply(Subject::Space(named("customers")), set("vip", json!("Bartholomew"))).await;
    let delivery = shop.answers("a reply that is secret").await;
    shop.sent(delivery, "out1").await;
    let shop = shop.reopened();
    for words in [
        "blue door",
        "15550100001",
        "Ana",
        "Annabelle",
        "nickname",
        "Bartholomew",
        "customers",
        "vip",
        "secret",
        "wamid",
        "main-number",
    ] {
        assert!(!shop.holds(words), "{words}");
    }
    assert!(shop.ana().await.is_some(), "and yet all is there");
}

/// The turn that is due ends in this line, and everything is forgotten.
async fn forgets(shop: &Shop, line: &str) -> Claim<Delivery> {
    let claim = shop.quiet_turn().await;
    let TurnOutcome::Finished(finished) = reply(&[line]) else { unreachable!() };
    let outcome = TurnOutcome::Finished(Finished { changes: vec![Change::ForgetAll], ..finished });
    Queue::finish(shop.store(), claim, outcome).await.unwrap().expect("the farewell goes out")
}

#[tokio::test]
async fn who_is_forgotten_gets_the_last_line_and_then_nothing_is_left() {
    let shop = Shop::new();
    let id = shop.hears("w1", "my name is Ana and I like plums").await;
    shop.apply(Subject::Conversation(id), set("name", json!("Ana"))).await;
    let delivery = shop.answers("Noted").await;
    shop.sent(delivery, "out1").await;
    let before = shop.ana().await.unwrap();
    shop.hears("w2", "/forget all").await;
    let farewell = forgets(&shop, "Everything is deleted").await;
    assert_eq!(farewell.work.message.content.as_text(), "Everything is deleted");
    let ana = Phone::parse("15550100001").unwrap();
    assert_eq!(farewell.work.conversation.address, Address::Phone(ana));
    // Committed: nothing finds her, and her keys are gone, before any sweep.
    assert!(shop.ana().await.is_none());
    assert!(shop.store().person(before.id).await.unwrap().is_none());
    assert!(shop.store().conversation(id).await.unwrap().is_none());
    let seq = |seq| MessageId { conversation: id, position: Position { seq, part: 0 } };
    assert!(shop.store().message(seq(1)).await.unwrap().is_none(), "sealed for ever");
    assert!(shop.store().entry(&Space::Person(before.id), "name").await.unwrap().is_none());
    let tree = shop.store().reading.tree.clone();
    let left = |id: ConversationId| tree.scan_prefix(keys::messages(id)).count();
    assert!(left(id) > 0, "the records go later");
    shop.sent(farewell, "out2").await;
    assert_eq!(shop.works().await, 2, "hers, and the farewell's");
    let empty = shop.store().people(None, 10).await.unwrap();
    assert_eq!((left(id), empty.len()), (0, 0));
    // What is left are ids that were seen, for as long as they may come again.
    shop.clock.advance(DAY * 9);
    shop.sweep(&Kept::default()).await;
    let personal = tree.iter().keys().map(Result::unwrap).filter(|key| key[0] != b'm').count();
    assert_eq!(personal, 0, "no record is left");
    drop(tree);
    let shop = shop.reopened();
    assert!(!shop.holds("plums"));
    let again = shop.hears("w9", "hello").await;
    assert_ne!(again, id, "a stranger");
}

#[tokio::test]
async fn an_erasure_that_a_crash_cut_off_is_finished_when_the_store_opens() {
    let shop = Shop::new();
    let id = shop.hears("w1", "hello").await;
    let key = shop.store().conversation(id).await.unwrap().unwrap().key;
    shop.apply(Subject::Person(shop.ana().await.unwrap().id), Change::ForgetAll).await;
    // As if it had come before the keys went: the slot holds a key again.
    shop.store().reading.seals.reserve(key).unwrap();
    let shop = shop.reopened();
    assert!(shop.store().reading.seals.get(key).unwrap().is_none());
    assert_eq!(shop.works().await, 1);
}

#[tokio::test]
async fn a_stop_outlives_being_forgotten_and_a_claim_does_not() {
    let shop = Shop::new();
    let id = shop.hears("w1", "hello").await;
    let claim = shop.quiet_turn().await;
    shop.apply(Subject::Conversation(id), Change::OptOut).await;
    shop.apply(Subject::Person(shop.ana().await.unwrap().id), Change::ForgetAll).await;
    let late = Queue::finish(shop.store(), claim, reply(&["too late"])).await;
    assert!(matches!(late, Err(StoreError::ClaimLost)), "{late:?}");
    assert!(shop.turn().await.is_none() && shop.delivery().await.is_none());
    shop.hears("w2", "hello again").await;
    assert!(shop.ana().await.unwrap().opted_out);
}

#[tokio::test]
async fn an_operator_was_told_their_words_and_those_go_with_them() {
    let shop = &Shop::new();
    let id = shop.hears("w1", "my card was stolen").await;
    let message = Outgoing { about: Some(id), ..Outgoing::text("Ana: my card was stolen") };
    let told = Saying { role: Role::Assistant, message, key: None };
    let operator = Address::Phone(Phone::parse("15550100090").unwrap());
    let to = Subject::Address(shop.number(), operator.into());
    let other = shop.hears_from("15550100002", "w2").await;
    let list = Outgoing { about_all: vec![id, other], ..Outgoing::text("Ana and Ben wait") };
    let list = Saying { role: Role::Assistant, message: list, key: None };
    let mut said = Vec::new();
    for saying in [told, list] {
        match shop.apply(to.clone(), Change::Say(Box::new(saying))).await {
            Changed::Said(id) => said.push(id),
            other => panic!("{other:?}"),
        }
    }
    let there = |id| async move { shop.store().message(id).await.unwrap().is_some() };
    assert!(there(said[0]).await && there(said[1]).await);
    shop.apply(Subject::Person(shop.ana().await.unwrap().id), Change::ForgetAll).await;
    assert!(!there(said[0]).await && !there(said[1]).await);
}

pub fn imported(n: u64, text: &str) -> Imported {
    Imported {
        id: format!("turn-{n}").into(),
        role: if n.is_multiple_of(2) { Role::Person } else { Role::Assistant },
        speaker: None,
        at: Timestamp::from_second(1_700_000_000 + i64::try_from(n).unwrap()).unwrap(),
        content: Content::Text(text.into()),
        tokens: 3,
        terms: Packed::default(),
    }
}

#[tokio::test]
async fn what_was_said_elsewhere_comes_in_once_and_nobody_is_answered_for_it() {
    let shop = Shop::new();
    let known = Subject::Known("main".into(), phone("15550100001"));
    let turns: Vec<Imported> = (0..70).map(|n| imported(n, &format!("words {n}"))).collect();
    let bring = |turns: &[Imported]| Change::Import("chat".into(), turns.to_vec());
    assert_eq!(shop.apply(known.clone(), bring(&turns[..50])).await, Changed::Count(50));
    assert_eq!(shop.apply(known.clone(), bring(&turns)).await, Changed::Count(20));
    assert_eq!(shop.apply(known.clone(), bring(&turns)).await, Changed::Count(0));
    let elsewhere = Change::Import("other chat".into(), turns[..3].to_vec());
    assert_eq!(shop.apply(known.clone(), elsewhere).await, Changed::Count(0));
    let ana = shop.ana().await.unwrap();
    assert_eq!((ana.archives.len(), ana.conversations.len()), (2, 0));
    let archive = shop.store().conversation(ana.archives[0]).await.unwrap().unwrap();
    let all = shop.store().window(&archive, archive.next_seq, u32::MAX).await.unwrap();
    assert_eq!((all.len(), all[69].content.as_text().as_str()), (70, "words 69"));
    assert!(shop.turn().await.is_none());
    shop.apply(Subject::Person(ana.id), Change::ForgetAll).await;
    assert!(shop.store().conversation(archive.id).await.unwrap().is_none());
    assert_eq!(shop.apply(known, bring(&turns)).await, Changed::Count(70));
}

async fn ben_and_ana(shop: &Shop) -> (PersonId, PersonId, ConversationId) {
    let ana = shop.hears("w1", "hello").await;
    let ana_id = shop.ana().await.unwrap().id;
    shop.apply(Subject::Conversation(ana), set("name", json!("Ana"))).await;
    shop.apply(Subject::Conversation(ana), set("city", json!("Lima"))).await;
    shop.clock.advance(DAY);
    let ben = Subject::Address(
        Number { name: "second".into(), business: "main".into() },
        Address::Phone(Phone::parse("15550100002").unwrap()).into(),
    );
    shop.apply(ben, say("hello Ben", None)).await;
    let ben = shop.store().find(&"main".into(), &phone("15550100002")).await.unwrap().unwrap();
    shop.apply(Subject::Person(ben.id), set("city", json!("Cusco"))).await;
    shop.apply(Subject::Person(ben.id), set("plan", json!("gold"))).await;
    (ana_id, ben.id, ben.conversations[0].1)
}

#[tokio::test]
async fn two_become_one_with_one_profile_and_are_two_again_when_it_is_undone() {
    let shop = Shop::new();
    let (ana, ben, bens) = ben_and_ana(&shop).await;
    let Changed::Linked(link) = shop.apply(Subject::Person(ana), Change::Merge(ben)).await else {
        panic!("not merged")
    };
    let find = |digits: &str| {
        let (store, alias) = (shop.store(), phone(digits));
        async move { store.find(&"main".into(), &alias).await.unwrap().unwrap() }
    };
    assert_eq!(find("15550100002").await.id, ana);
    let one = shop.ana().await.unwrap();
    assert_eq!((one.conversations.len(), one.aliases.len()), (2, 2));
    let hers = Space::Person(ana);
    assert_eq!(shop.value(&hers, "city").await, Some(json!("Cusco")), "the newer");
    assert_eq!(shop.value(&hers, "plan").await, Some(json!("gold")));
    assert_eq!(shop.value(&hers, "name").await, Some(json!("Ana")));
    assert_eq!(shop.store().conversation(bens).await.unwrap().unwrap().person, ana);
    assert_eq!(shop.store().links(&"main".into()).await.unwrap()[0].id, link);
    let shop = shop.reopened();
    shop.apply(Subject::Person(ana), Change::Split(link.clone())).await;
    let ben_again =
        shop.store().find(&"main".into(), &phone("15550100002")).await.unwrap().unwrap();
    assert_eq!((ben_again.id, ben_again.conversations.len()), (ben, 1));
    assert_eq!(shop.value(&Space::Person(ben), "plan").await, Some(json!("gold")));
    assert_eq!(shop.value(&hers, "plan").await, None);
    assert_eq!(shop.store().conversation(bens).await.unwrap().unwrap().person, ben);
    let again = shop.store().apply(Subject::Person(ana), vec![Change::Split(link)]).await;
    assert!(again.is_err(), "once");
}

#[tokio::test]
async fn who_became_one_is_forgotten_as_one() {
    let shop = Shop::new();
    let (ana, ben, bens) = ben_and_ana(&shop).await;
    shop.apply(Subject::Person(ana), Change::Merge(ben)).await;
    shop.apply(Subject::Person(ana), Change::ForgetAll).await;
    shop.works().await;
    assert!(shop.store().conversation(bens).await.unwrap().is_none());
    assert!(shop.store().people(None, 10).await.unwrap().is_empty());
    assert!(shop.store().links(&"main".into()).await.unwrap().is_empty());
    shop.clock.advance(DAY * 9);
    shop.sweep(&Kept::default()).await;
    let left =
        shop.store().reading.tree.iter().keys().map(Result::unwrap).filter(|key| key[0] != b'm');
    assert_eq!(left.count(), 0);
}

#[tokio::test]
async fn retention_deletes_old_messages_and_what_was_made_of_them_and_nothing_open() {
    let shop = Shop::new();
    let id = shop.hears("w1", "an old word").await;
    let delivery = shop.answers("an old reply").await;
    shop.sent(delivery, "out1").await;
    let summary = Summary { text: "old".into(), upto: 1, redacted: 0, at: shop.clock.now() };
    shop.apply(Subject::Conversation(id), Change::Summarise(summary)).await;
    shop.clock.advance(DAY * 20);
    shop.hears("w2", "a new word").await;
    let days = |days: u32| Kept {
        messages: [("main".into(), DAY * days)].into(),
        traces: Default::default(),
    };
    let rows = || async {
        let conversation = shop.store().conversation(id).await.unwrap().unwrap();
        shop.store().window(&conversation, conversation.next_seq, u32::MAX).await.unwrap().len()
    };
    shop.sweep(&days(30)).await;
    assert_eq!(rows().await, 3);
    shop.sweep(&days(10)).await;
    assert_eq!(rows().await, 1);
    assert!(shop.store().summary(id).await.unwrap().is_none());
    shop.clock.advance(DAY * 20);
    shop.sweep(&days(10)).await;
    assert_eq!(rows().await, 1, "nobody has answered it");
    let again = Event::Message(shop.message("w1", "an old word"));
    assert!(matches!(shop.accept(again).await, Accepted::New(_)), "after weeks nobody repeats");
}

#[tokio::test]
async fn words_that_are_redacted_are_gone_and_the_rest_stays() {
    let shop = Shop::new();
    let id = shop.hears("w1", "I live in Lima").await;
    let delivery = shop.answers("Lima, noted").await;
    let position = |seq, part| MessageId { conversation: id, position: Position { seq, part } };
    shop.sent(delivery, "out1").await;
    let ids = vec![position(1, 0), position(1, 1), position(7, 0)];
    let changed = shop.apply(Subject::Conversation(id), Change::Redact(ids.clone())).await;
    assert_eq!(changed, Changed::Count(2));
    assert_eq!(shop.row(id, 1, 0).await.content, Content::Revoked);
    assert_eq!(shop.row(id, 1, 1).await.content, Content::Revoked);
    let stranger =
        Subject::Address(shop.number(), Address::UserId(UserId::parse("US.7").unwrap()).into());
    shop.apply(stranger.clone(), say("hello", None)).await;
    let other = shop.apply(stranger, Change::Redact(ids)).await;
    assert_eq!(other, Changed::Count(0), "nobody else's");
}
