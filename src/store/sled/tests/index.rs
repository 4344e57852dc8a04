//! The index is made of rows alone: after any history it equals what a
//! rebuild would make.

use proptest::prelude::*;

use super::memory::imported;
use super::protocol::{phone, say};
use super::*;
use crate::recall::{Around, Block, Languages, Options, Query, search};
use crate::store::sled::index;
use crate::store::{Derived, Kept, Upkeep};

/// Something that changes what can be found.
#[derive(Clone, Debug)]
pub enum Step {
    Hear(u8),
    Answer,
    Edit(u8, u8),
    Revoke(u8),
    Redact(u8),
    Say(u8),
    Wait,
    Sweep,
    Import(u8),
    Reopen,
}

pub fn step() -> impl Strategy<Value = Step> {
    prop_oneof![
        8 => any::<u8>().prop_map(Step::Hear),
        4 => Just(Step::Answer),
        2 => (any::<u8>(), any::<u8>()).prop_map(|(which, words)| Step::Edit(which, words)),
        1 => any::<u8>().prop_map(Step::Revoke),
        1 => any::<u8>().prop_map(Step::Redact),
        2 => any::<u8>().prop_map(Step::Say),
        1 => Just(Step::Wait),
        1 => Just(Step::Sweep),
        1 => any::<u8>().prop_map(Step::Import),
        1 => Just(Step::Reopen),
    ]
}

const WORDS: [&str; 6] = ["plums", "the blue door", "मेरा नाम", "你好世界", "mañana", "7 o'clock"];

fn words(n: u8) -> &'static str {
    WORDS[usize::from(n) % WORDS.len()]
}

/// A history, and who is in it.
pub struct Past {
    pub shop: Shop,
    heard: u16,
}

impl Past {
    pub fn new() -> Self {
        Self { shop: Shop::new(), heard: 0 }
    }

    pub async fn take(&mut self, step: Step) {
        let id = |n: u8, heard: u16| format!("w{}", u16::from(n) % heard.max(1));
        match step {
            Step::Hear(n) => {
                let name = format!("w{}", self.heard);
                self.shop.hears(&name, words(n)).await;
                self.heard += 1;
            }
            Step::Answer => self.answer().await,
            Step::Edit(which, n) => {
                let content = Content::Text(words(n).into());
                let message = id(which, self.heard).as_str().into();
                self.shop.accept(Event::Edit { message, content }).await;
            }
            Step::Revoke(which) => {
                let message = id(which, self.heard).as_str().into();
                self.shop.accept(Event::Revoke { message }).await;
            }
            Step::Redact(seq) => {
                if let Some(conversation) = self.conversation().await {
                    let position = Position { seq: seq.into(), part: 0 };
                    let ids = vec![MessageId { conversation, position }];
                    let subject = Subject::Conversation(conversation);
                    self.shop.apply(subject, Change::Redact(ids)).await;
                }
            }
            Step::Say(n) => {
                if let Some(id) = self.conversation().await {
                    self.shop.apply(Subject::Conversation(id), say(words(n), None)).await;
                }
            }
            Step::Wait => self.shop.clock.advance(Duration::from_secs(24 * 3600)),
            Step::Sweep => self.sweep().await,
            Step::Import(n) => {
                let known = Subject::Known("main".into(), phone("15550100001"));
                let turns = (0..u64::from(n % 40)).map(|at| imported(at, words(n))).collect();
                self.shop.apply(known, Change::Import("chat".into(), turns)).await;
            }
            Step::Reopen => {
                let empty = std::mem::replace(&mut self.shop, Shop::new());
                self.shop = empty.reopened();
            }
        }
    }

    async fn answer(&mut self) {
        self.shop.clock.advance(QUIET.settle);
        if let Some(turn) = self.shop.turn().await {
            let mut delivery = self.shop.answer(turn, &["noted", "and more of it"]).await;
            while let Some(claim) = delivery {
                let id = format!("out{}", claim.work.id);
                delivery = self.shop.sent(claim, &id).await;
            }
        }
    }

    async fn sweep(&mut self) {
        let days = Duration::from_secs(3 * 24 * 3600);
        let kept = Kept { messages: [("main".into(), days)].into(), ..Kept::default() };
        let mut from = None;
        loop {
            let swept = self.shop.store().sweep(&kept, from, 7).await.unwrap();
            if swept.next.is_none() {
                return;
            }
            from = Some(swept);
        }
    }

    async fn conversation(&self) -> Option<ConversationId> {
        let ana = self.shop.store().find(&"main".into(), &phone("15550100001")).await.unwrap();
        ana.and_then(|ana| ana.conversations.first().map(|(_, id)| *id))
    }

    /// Each conversation's blocks, as they are and as they would be made anew.
    async fn check(&self) {
        for person in self.shop.store().people(None, 10).await.unwrap() {
            for id in person.conversations.iter().map(|(_, id)| id).chain(&person.archives) {
                let kept = self.shop.store().index(*id).await.unwrap();
                let made = index::rebuilt(&self.shop.store().reading, *id).unwrap();
                let turns = |blocks: &[Vec<u8>]| {
                    let all = blocks.iter().map(|block| Block::decode(block, 0).unwrap());
                    let all = all.flat_map(|block| {
                        block
                            .entries
                            .into_iter()
                            .map(|entry| (entry.position, entry.at, entry.terms.to_terms()))
                    });
                    all.collect::<Vec<_>>()
                };
                assert_eq!(turns(&kept), turns(&made));
            }
        }
    }
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(24))]
    #[test]
    fn after_any_history_the_index_is_what_a_rebuild_would_make(steps in prop::collection::vec(step(), 1..120)) {
        let runtime = tokio::runtime::Builder::new_multi_thread()
            .worker_threads(1).enable_all().build().unwrap();
        runtime.block_on(async {
            let mut past = Past::new();
            for step in steps {
                past.take(step).await;
                assert_eq!(past.shop.verified().found, []);
            }
            past.check().await;
        });
    }
}

#[tokio::test]
async fn a_word_is_found_in_a_packed_block_and_in_the_one_that_grows() {
    let shop = Shop::new();
    for n in 0..70 {
        let words = match n {
            3 => "my aunt keeps bees in Toledo",
            66 => "the invoice is in the green folder",
            _ => "hello again",
        };
        shop.hears(&format!("w{n}"), words).await;
    }
    let ana = shop.store().find(&"main".into(), &phone("15550100001")).await.unwrap().unwrap();
    let blocks = shop.store().index(ana.conversations[0].1).await.unwrap();
    assert_eq!(blocks.len(), 3);
    let blocks: Vec<Block<'_>> =
        blocks.iter().map(|block| Block::decode(block, 0).unwrap()).collect();
    let mut met = Languages::default();
    blocks.iter().for_each(|block| met.extend(block.languages));
    for (question, seq) in [("where are the bees?", 4), ("the invoices, where?", 67)] {
        let query = Query::new(question, &Around { met, ..Around::default() });
        let entries = blocks.iter().flat_map(|block| block.entries.iter().copied());
        let found = search(&query, entries, &Options::default());
        assert_eq!(found.hits[0].position.seq, seq, "{question}");
    }
}
