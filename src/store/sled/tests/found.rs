//! Stories that fresh eyes found: people who share a number one after the
//! other, windows that open again, records that can't be read.

use super::protocol::{phone, say, user};
use super::*;
use crate::domain::event::Moved;
use crate::domain::grant::{Grant, Scope as Use};
use crate::domain::id::PersonId;
use crate::domain::job::{Alert, Job, Task};
use crate::store::Access;
use crate::store::sled::keys;

fn from(shop: &Shop, id: &str, aliases: Vec<Alias>, digits: &str) -> Inbound {
    let sender =
        Sender { aliases, address: Address::Phone(Phone::parse(digits).unwrap()), name: None };
    Inbound { sender, ..shop.message(id, "hello") }
}

async fn on(shop: &Shop, number: &str, inbound: Inbound) -> PersonId {
    let number = Number { name: number.into(), business: "main".into() };
    let received =
        Received { number, quiet: QUIET, pause: Duration::ZERO, event: Event::Message(inbound) };
    match shop.store().accept(vec![received]).await.unwrap().remove(0) {
        Accepted::New(id) => shop.store().conversation(id).await.unwrap().unwrap().person,
        other => panic!("{other:?}"),
    }
}

fn alert() -> Alert {
    Alert {
        kind: "test".into(),
        about: "main".into(),
        reason: "why".into(),
        at: Timestamp::UNIX_EPOCH,
    }
}

#[tokio::test]
async fn a_recycled_phone_on_a_second_number_is_another_person() {
    let shop = Shop::new();
    let ana = || vec![user("US.1"), phone("15550100001")];
    let bob = vec![user("US.2"), phone("15550100001")];
    let first = on(&shop, "n1", from(&shop, "w1", ana(), "15550100001")).await;
    // Ana uses both numbers of the business with the same id.
    assert_eq!(first, on(&shop, "n2", from(&shop, "w2", ana(), "15550100001")).await);
    let other = on(&shop, "n2", from(&shop, "w3", bob, "15550100001")).await;
    assert_ne!(first, other, "Bob has Ana's memory");
}

#[tokio::test]
async fn a_changed_number_keeps_the_memory_when_the_id_changes_with_it() {
    let shop = Shop::new();
    let ana = vec![user("US.1"), phone("15550100001")];
    let first = on(&shop, "main-number", from(&shop, "w1", ana, "15550100001")).await;
    let moved = Event::Moved(Moved {
        before: vec![phone("15550100001")],
        after: vec![phone("15550100055")],
        address: Some(Address::Phone(Phone::parse("15550100055").unwrap())),
    });
    assert_eq!(shop.accept(moved).await, Accepted::Applied);
    let new = vec![user("US.9"), phone("15550100055")];
    let then = on(&shop, "main-number", from(&shop, "w2", new, "15550100055")).await;
    assert_eq!(first, then, "the memory is lost");
}

#[tokio::test]
async fn a_late_window_failure_does_not_close_the_window_that_a_newer_message_opened() {
    let shop = Shop::new();
    let id = shop.hears("w1", "hello").await;
    let delivery = shop.answers("hi").await;
    let first = delivery.work.id;
    shop.sent(delivery, "out1").await;
    shop.clock.advance(Duration::from_secs(60));
    shop.hears("w2", "are you there?").await;
    shop.clock.advance(Duration::from_secs(1));
    let closed = Failure::new(Class::WindowClosed, "x");
    shop.failed_receipt(first, "out1", Status::Failed, Some(closed)).await;
    let state = shop.store().conversation(id).await.unwrap().unwrap();
    assert!(state.window_is_open(shop.clock.now()), "she wrote after what failed");
}

#[tokio::test]
async fn who_opted_out_gets_no_second_try_of_the_businesss_words() {
    let shop = Shop::new();
    let id = shop.hears("w1", "hello").await;
    let delivery = shop.answers("hi").await;
    shop.sent(delivery, "out1").await;
    shop.apply(Subject::Conversation(id), say("offer", None)).await;
    let delivery = shop.delivery().await.unwrap();
    let said = delivery.work.id;
    shop.sent(delivery, "out2").await;
    shop.store().apply(Subject::Conversation(id), vec![Change::OptOut]).await.unwrap();
    shop.failed_receipt(said, "out2", Status::Failed, Some(slow_down())).await;
    shop.clock.advance(Duration::from_secs(600));
    assert!(shop.delivery().await.is_none(), "sent to somebody who said STOP");
}

#[tokio::test]
async fn a_revoke_that_overtakes_its_message_still_deletes_it() {
    let shop = Shop::new();
    shop.accept(Event::Revoke { message: "w1".into() }).await;
    let id = shop.hears("w1", "my secret").await;
    assert_eq!(shop.row(id, 1, 0).await.content, Content::Revoked);
}

#[tokio::test]
async fn words_for_the_former_owner_of_a_number_do_not_reach_the_new_one() {
    let shop = Shop::new();
    let ana = vec![user("US.1"), phone("15550100001")];
    on(&shop, "main-number", from(&shop, "w1", ana, "15550100001")).await;
    let turn = shop.quiet_turn().await;
    let anas = turn.work.conversation.id;
    let delivery = shop.answer(turn, &["hi"]).await.unwrap();
    shop.sent(delivery, "o1").await;
    let bob = vec![user("US.2"), phone("15550100001")];
    on(&shop, "main-number", from(&shop, "w2", bob, "15550100001")).await;
    shop.apply(Subject::Conversation(anas), say("Ana's result", None)).await;
    let delivery = shop.delivery().await;
    let id = UserId::parse("US.1").unwrap();
    let to = delivery.expect("she has another address").work.conversation.address;
    assert_eq!(to, Address::UserId(id));
}

#[tokio::test]
async fn one_damaged_job_blocks_no_other() {
    let shop = Shop::new();
    for _ in 0..2 {
        shop.apply(Subject::Business("main".into()), Change::Queue(Task::Alert(alert()))).await;
    }
    let key = shop.store().reading.tree.scan_prefix(keys::jobs()).keys().next().unwrap().unwrap();
    shop.damaged().insert(key, b"garbage".to_vec()).unwrap();
    let claimed = Queue::<Job>::claim(shop.store(), Pick::Due, LEASE, 10).await;
    assert!(claimed.is_ok_and(|claims| claims.len() == 1), "the other job");
}

#[tokio::test]
async fn one_damaged_job_does_not_close_the_store() {
    let shop = Shop::new();
    shop.apply(Subject::Business("main".into()), Change::Queue(Task::Alert(alert()))).await;
    let key = shop.store().reading.tree.scan_prefix(keys::jobs()).keys().next().unwrap().unwrap();
    shop.damaged().insert(key, b"garbage".to_vec()).unwrap();
    let _ = shop.reopened();
}

#[tokio::test]
async fn one_damaged_conversation_lets_the_number_resume() {
    let shop = Shop::new();
    let id = shop.hears("w1", "hi").await;
    let claim = shop.quiet_turn().await;
    let number = shop.number();
    shop.apply(Subject::Number(number.name.clone()), Change::PauseNumber { until: None }).await;
    shop.answer(claim, &["yo"]).await;
    shop.damaged().insert(keys::conversation(id), b"garbage".to_vec()).unwrap();
    let resumed =
        shop.store().apply(Subject::Number(number.name.clone()), vec![Change::ResumeNumber]).await;
    assert!(resumed.is_ok(), "{resumed:?}");
}

#[tokio::test]
async fn a_long_label_is_listed() {
    let shop = Shop::new();
    let grant = Grant {
        hash: "0123456789abcdef".repeat(4),
        scopes: vec![Use::Messages],
        business: "main".into(),
        namespace: None,
        label: "x".repeat(5000),
        created_at: shop.clock.now(),
    };
    shop.apply(Subject::Business("main".into()), Change::Grant(grant.clone())).await;
    assert_eq!(shop.store().grants().await.unwrap(), [grant]);
}

#[tokio::test]
async fn somebody_whose_only_address_is_anothers_is_written_to_no_more() {
    let shop = Shop::new();
    let anas = shop.hears("w1", "hello").await;
    shop.sent(shop.answers("hi").await, "o1").await;
    let digits = "15550100001";
    let moved = Moved {
        before: vec![phone("15550100002")],
        after: vec![phone(digits)],
        address: Some(Address::Phone(Phone::parse(digits).unwrap())),
    };
    let ben = from(&shop, "w2", vec![phone("15550100002")], "15550100002");
    on(&shop, "main-number", ben).await;
    assert_eq!(shop.accept(Event::Moved(moved)).await, Accepted::Applied);
    shop.apply(Subject::Conversation(anas), say("Ana's result", None)).await;
    assert!(shop.delivery().await.is_none());
}

#[tokio::test]
async fn who_never_heard_the_introduction_is_told_yet() {
    let shop = Shop::new();
    let id = shop.hears("w1", "hello").await;
    let turn = shop.quiet_turn().await;
    let person = turn.work.person.id;
    let messages = vec![Outgoing { introduces: true, ..Outgoing::text("I am a machine") }];
    let changes = vec![Change::Introduce];
    let outcome =
        Finished { messages, changes, record: TurnRecord::new(Verdict::Answered), trace: None };
    let outcome = TurnOutcome::Finished(outcome);
    let delivery = Queue::finish(shop.store(), turn, outcome).await.unwrap().unwrap();
    let introduced = async || shop.store().person(person).await.unwrap().unwrap().introduced;
    assert!(introduced().await);
    shop.end(delivery, DeliveryOutcome::Failed(Failure::new(Class::Refused, "no"))).await;
    assert!(!introduced().await);
    assert_eq!(shop.row(id, 1, 1).await.status, Status::Failed);
}

#[tokio::test]
async fn unpaid_again_and_again_loses_nothing() {
    let shop = Shop::new();
    shop.hears("w1", "hello").await;
    let mut delivery = shop.answers("hi").await;
    let id = delivery.work.id;
    for name in ["out1", "out2", "out3"] {
        shop.sent(delivery, name).await;
        let unpaid = Some(Failure::new(Class::Unpaid, "no money"));
        shop.failed_receipt(id, name, Status::Failed, unpaid.clone()).await;
        shop.failed_receipt(id, name, Status::Failed, unpaid).await;
        shop.clock.advance(Duration::from_secs(3600));
        assert!(shop.delivery().await.is_none(), "it waits for its operator");
        shop.apply(Subject::Number("main-number".into()), Change::ResumeNumber).await;
        shop.clock.advance(Duration::from_secs(60));
        delivery = shop.delivery().await.expect("once more");
    }
}
