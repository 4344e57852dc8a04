//! What must hold however things come together: what is forgotten is gone, what
//! is one person's stays theirs, and nobody is left in silence.

use super::*;
use crate::domain::memory::{Embedded, Vectors};

fn operator(shop: &Shop) -> Subject {
    let operator = Address::Phone(Phone::parse("15550100090").unwrap());
    Subject::Address(shop.number(), operator.into())
}

fn about(id: Option<ConversationId>, text: &str) -> Change {
    let message = Outgoing { about: id, ..Outgoing::text(text) };
    Change::Say(Box::new(Saying { role: Role::Assistant, message, key: None }))
}

impl Shop {
    async fn key_of(&self, id: PersonId) -> crate::domain::id::KeyId {
        self.store().person(id).await.unwrap().unwrap().key
    }

    fn is_erased(&self, key: crate::domain::id::KeyId) -> bool {
        self.store().reading.seals.get(key).unwrap().is_none()
    }

    async fn merges(&self, into: PersonId, from: PersonId) -> String {
        match self.apply(Subject::Person(into), Change::Merge(from)).await {
            Changed::Linked(link) => link,
            other => panic!("{other:?}"),
        }
    }

    async fn somebody(&self, digits: &str) -> Person {
        self.store().find(&"main".into(), &phone(digits)).await.unwrap().unwrap()
    }
}

#[tokio::test]
async fn operators_hear_of_others_when_what_they_were_to_hear_is_forgotten() {
    let shop = Shop::new();
    let id = shop.hears("w1", "my card was stolen").await;
    shop.apply(operator(&shop), about(Some(id), "Ana: my card was stolen")).await;
    shop.apply(operator(&shop), about(None, "Ben waits")).await;
    shop.apply(Subject::Person(shop.ana().await.unwrap().id), Change::ForgetAll).await;
    let next = shop.delivery().await.expect("the lane goes on");
    assert_eq!(next.work.message.content.as_text(), "Ben waits");
}

#[tokio::test]
async fn an_operators_lane_goes_on_when_what_is_in_flight_is_forgotten() {
    let shop = Shop::new();
    let id = shop.hears("w1", "my card was stolen").await;
    shop.apply(operator(&shop), about(Some(id), "Ana: my card was stolen")).await;
    shop.apply(operator(&shop), about(None, "Ben waits")).await;
    let first = shop.delivery().await.expect("hers");
    shop.apply(Subject::Person(shop.ana().await.unwrap().id), Change::ForgetAll).await;
    let next = shop.sent(first, "out1").await.expect("it was sent, and the next one is due");
    assert_eq!(next.work.message.content.as_text(), "Ben waits");
}

#[tokio::test]
async fn whoever_became_somebody_who_became_another_is_forgotten_with_them() {
    let shop = Shop::new();
    let mut people = Vec::new();
    for (n, digits) in ["15550100001", "15550100002", "15550100003"].iter().enumerate() {
        shop.hears_from(digits, &format!("w{n}")).await;
        people.push(shop.somebody(digits).await.id);
        shop.apply(Subject::Person(people[n]), set("note", json!(format!("secret {n}")))).await;
    }
    let mut keys = Vec::new();
    for id in &people {
        keys.push(shop.key_of(*id).await);
    }
    shop.merges(people[1], people[0]).await;
    shop.clock.advance(DAY);
    shop.merges(people[2], people[1]).await;
    shop.apply(Subject::Person(people[2]), Change::ForgetAll).await;
    shop.works().await;
    assert!(shop.store().people(None, 10).await.unwrap().is_empty());
    let left: Vec<_> = keys.into_iter().filter(|key| !shop.is_erased(*key)).collect();
    assert_eq!(left, [], "with these what is deleted could still be read");
}

#[tokio::test]
async fn what_two_noted_before_they_were_one_is_each_ones_again() {
    let shop = Shop::new();
    let (ana, ben, _) = ben_and_ana(&shop).await;
    let link = shop.merges(ana, ben).await;
    shop.clock.advance(DAY);
    shop.apply(Subject::Person(ana), set("plan", json!("platinum"))).await;
    shop.apply(Subject::Person(ana), Change::Split(link)).await;
    let (hers, his) = (Space::Person(ana), Space::Person(ben));
    assert_eq!(shop.value(&his, "plan").await, Some(json!("gold")), "not what she got since");
    assert_eq!(shop.value(&hers, "plan").await, Some(json!("platinum")));
    assert_eq!(shop.store().history(&hers, "plan").await.unwrap(), [], "gold was his");
    assert_eq!(shop.value(&his, "city").await, Some(json!("Cusco")));
    assert_eq!(shop.value(&hers, "city").await, Some(json!("Lima")), "as it was");
}

#[tokio::test]
async fn a_stop_is_over_when_the_person_said_start_and_is_forgotten_again() {
    let shop = Shop::new();
    for (stops, round) in [(true, "1"), (false, "2"), (false, "3")] {
        let id = shop.hears(&format!("w{round}"), "hello").await;
        let change = if stops { Change::OptOut } else { Change::OptIn };
        let was = shop.ana().await.unwrap().opted_out;
        assert_eq!(was, round == "2", "round {round}");
        shop.apply(Subject::Conversation(id), change).await;
        shop.apply(Subject::Person(shop.ana().await.unwrap().id), Change::ForgetAll).await;
    }
}

#[tokio::test]
async fn a_stop_holds_for_whoever_a_program_makes_known_again() {
    let shop = Shop::new();
    let id = shop.hears("w1", "hello").await;
    shop.apply(Subject::Conversation(id), Change::OptOut).await;
    shop.apply(Subject::Person(shop.ana().await.unwrap().id), Change::ForgetAll).await;
    let known = Subject::Known("main".into(), phone("15550100001"));
    shop.apply(known, set("plan", json!("gold"))).await;
    assert!(shop.ana().await.unwrap().opted_out);
}

/// 32 messages, and their vectors.
async fn a_block(shop: &Shop) -> (ConversationId, Vectors) {
    let mut id = None;
    for n in 0..33 {
        id = Some(shop.hears(&format!("w{n}"), "I live in Lima").await);
    }
    let embedded = |seq| Embedded { position: Position { seq, part: 0 }, vector: vec![1, 2, 3] };
    let messages = (1..32).map(embedded).collect();
    (id.unwrap(), Vectors { block: 0, model: "small".into(), messages })
}

#[tokio::test]
async fn what_was_redacted_or_edited_keeps_no_vector() {
    let shop = Shop::new();
    let (id, vectors) = a_block(&shop).await;
    let there = || async { shop.store().vectors(id, "small").await.unwrap() };
    let embed = || shop.apply(Subject::Conversation(id), Change::Embed(vectors.clone()));
    let first = MessageId { conversation: id, position: Position { seq: 1, part: 0 } };
    embed().await;
    assert_eq!(there().await.len(), 1);
    shop.apply(Subject::Conversation(id), Change::Redact(vec![first])).await;
    assert_eq!(there().await, [], "they are made again of what is left");
    embed().await;
    let seqs: Vec<u64> = there().await[0].messages.iter().map(|one| one.position.seq).collect();
    assert_eq!(seqs, (2..32).collect::<Vec<_>>(), "begun before, and yet not of what is gone");
    let content = Content::Text("I live in Cusco".into());
    shop.accept(Event::Edit { message: "w5".into(), content }).await;
    assert_eq!(there().await, []);
}

#[tokio::test]
async fn who_answers_elsewhere_meanwhile_begins_anew_without_what_is_forgotten() {
    let shop = Shop::new();
    let id = shop.hears("w1", "I live in Lima").await;
    let delivery = shop.answers("noted").await;
    shop.sent(delivery, "out1").await;
    let second = Number { name: "second-number".into(), business: "main".into() };
    let inbound = shop.message("w2", "where do I live?");
    let received = Received {
        number: second,
        quiet: QUIET,
        pause: Duration::ZERO,
        event: Event::Message(inbound),
    };
    shop.store().accept(vec![received]).await.unwrap();
    let claim = shop.quiet_turn().await;
    let first = MessageId { conversation: id, position: Position { seq: 1, part: 0 } };
    shop.apply(Subject::Conversation(id), Change::Redact(vec![first])).await;
    let late = Queue::finish(shop.store(), claim, reply(&["in Lima"])).await;
    assert!(matches!(late, Err(StoreError::ClaimLost)), "{late:?}");
    assert_eq!(texts(&shop.turn().await.expect("asked again")), ["where do I live?"]);
}

#[tokio::test]
async fn words_that_wait_to_go_out_are_not_sent_once_they_are_redacted() {
    let shop = Shop::new();
    let id = shop.hears("w1", "I live in Lima").await;
    let turn = shop.quiet_turn().await;
    let first = shop.answer(turn, &["Noted.", "You live in Lima."]).await.unwrap();
    let second = MessageId { conversation: id, position: Position { seq: 1, part: 2 } };
    shop.apply(Subject::Conversation(id), Change::Redact(vec![second])).await;
    assert!(shop.sent(first, "out1").await.is_none(), "nothing is left to say");
    assert_eq!(shop.row(id, 1, 2).await.status, Status::Dropped);
}

#[tokio::test]
async fn a_conversation_that_forgets_its_person_leaves_no_lane() {
    let shop = Shop::new();
    let id = shop.hears("w1", "hello").await;
    shop.apply(Subject::Conversation(id), Change::ForgetAll).await;
    assert!(shop.store().conversation(id).await.unwrap().is_none());
    shop.clock.advance(QUIET.settle);
    assert!(shop.turn().await.is_none());
    let busy = shop.store().reading.tree.scan_prefix([b'b']).count();
    assert_eq!(busy, 0);
    assert_eq!(Queue::<Turn>::next_due(shop.store()).await.unwrap(), None);
}

#[tokio::test]
async fn a_summary_that_was_begun_before_words_were_redacted_is_not_kept() {
    let shop = Shop::new();
    let id = shop.hears("w1", "I live in Lima").await;
    let begun = shop.store().conversation(id).await.unwrap().unwrap().redacted;
    let summary = |text: &str, redacted| {
        let (text, at) = (text.to_owned(), shop.clock.now());
        vec![Change::Summarise(Summary { text, upto: 1, redacted, at })]
    };
    let first = MessageId { conversation: id, position: Position { seq: 1, part: 0 } };
    shop.apply(Subject::Conversation(id), Change::Redact(vec![first])).await;
    let subject = Subject::Conversation(id);
    let late = shop.store().apply(subject.clone(), summary("Ana lives in Lima", begun)).await;
    assert!(matches!(late, Err(StoreError::Unfit(_))), "{late:?}");
    assert!(shop.store().summary(id).await.unwrap().is_none());
    shop.store().apply(subject, summary("Ana said hello", begun + 1)).await.unwrap();
    assert!(shop.store().summary(id).await.unwrap().is_some());
}

#[tokio::test]
async fn words_about_somebody_who_is_forgotten_by_then_are_kept_by_nobody() {
    let shop = &Shop::new();
    let id = shop.hears("w1", "my card was stolen").await;
    let other = shop.hears_from("15550100002", "w2").await;
    shop.apply(Subject::Person(shop.ana().await.unwrap().id), Change::ForgetAll).await;
    let list = Outgoing { about_all: vec![id, other], ..Outgoing::text("Ana and Ben wait") };
    let list = Change::Say(Box::new(Saying { role: Role::Assistant, message: list, key: None }));
    for late in [about(Some(id), "Ana: my card was stolen"), list] {
        let Changed::Said(said) = shop.apply(operator(shop), late).await else { panic!() };
        assert!(shop.store().message(said).await.unwrap().is_none());
    }
    assert!(shop.delivery().await.is_none());
}

#[tokio::test]
async fn a_message_that_can_not_be_read_keeps_no_other_from_coming_in() {
    let shop = Shop::new();
    let id = shop.hears("w0", "hello").await;
    let delivery = shop.answers("hi").await;
    shop.sent(delivery, "out1").await;
    let position = Position { seq: 1, part: 0 };
    let key = keys::message(MessageId { conversation: id, position });
    let mut value = shop.store().reading.tree.get(&key).unwrap().unwrap().to_vec();
    *value.last_mut().unwrap() ^= 1;
    shop.damaged().insert(&key, value).unwrap();
    // `hears` panics if one is left out: one of these ends the block of 32.
    for n in 1..40 {
        shop.hears(&format!("w{n}"), "hello again").await;
    }
    assert_eq!(texts(&shop.quiet_turn().await).len(), 39);
}
