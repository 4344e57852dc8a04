//! Stories about two things that happen at once.

use super::*;

async fn human(shop: &Shop, id: &str) {
    shop.accept(Event::HumanReply(shop.message(id, "I am on it"))).await;
}

/// "one" (sent as `out1`) and "two" (in flight) of one reply.
async fn two_parts(shop: &Shop) -> (MessageId, Claim<Delivery>) {
    shop.hears("w1", "hello").await;
    let turn = shop.quiet_turn().await;
    let first = shop.answer(turn, &["one", "two"]).await.unwrap();
    let id = first.work.id;
    (id, shop.sent(first, "out1").await.unwrap())
}

/// A reply that the provider was too busy for.
async fn put_off(shop: &Shop) -> MessageId {
    shop.hears("w1", "hello").await;
    let turn = shop.quiet_turn().await;
    let claim = shop.answer(turn, &["hi"]).await.unwrap();
    let delivery = claim.work.id;
    let at = shop.clock.now() + Duration::from_secs(300);
    shop.end(claim, DeliveryOutcome::Retry { at, failure: Some(slow_down()) }).await;
    delivery
}

#[tokio::test]
async fn a_failed_receipt_that_comes_twice_does_not_end_the_second_try() {
    let shop = Shop::new();
    let (id, second) = two_parts(&shop).await;
    let failed = || shop.failed_receipt(id, "out1", Status::Failed, Some(slow_down()));
    assert_eq!(failed().await, Accepted::Failed(slow_down()));
    assert_eq!(failed().await, Accepted::Ignored, "before the second try");
    assert!(shop.sent(second, "out2").await.is_none());
    shop.clock.advance(Duration::from_secs(10));
    let again = shop.delivery().await.expect("the failed one is next");
    assert!(shop.sent(again, "out3").await.is_none());
    assert_eq!(failed().await, Accepted::Ignored, "after it");
    assert_eq!(shop.row(id.conversation, 1, 1).await.status, Status::Sent);
}

#[tokio::test]
async fn a_receipt_for_what_waits_leaves_what_is_in_flight_its_claim() {
    let shop = Shop::new();
    let (id, second) = two_parts(&shop).await;
    shop.failed_receipt(id, "out1", Status::Failed, Some(slow_down())).await;
    assert_eq!(shop.receipt(id, "out1", Status::Delivered).await, Accepted::Counted(1));
    assert!(shop.sent(second, "out2").await.is_none(), "the claim still holds");
    assert_eq!(Queue::<Delivery>::next_due(shop.store()).await.unwrap(), None);
}

#[tokio::test]
async fn what_was_in_flight_when_a_human_answered_is_not_tried_again() {
    for how in 0..3 {
        let shop = Shop::new();
        let id = shop.hears("w1", "hello").await;
        let turn = shop.quiet_turn().await;
        let claim = shop.answer(turn, &["hi"]).await.unwrap();
        let delivery = claim.work.id;
        human(&shop, "h1").await;
        let at = shop.clock.now();
        match how {
            0 => {
                shop.end(claim, DeliveryOutcome::Retry { at, failure: Some(slow_down()) }).await;
            }
            1 => {
                shop.end(claim, DeliveryOutcome::Uncertain { ask_at: at + LEASE }).await;
                shop.clock.advance(LEASE);
                let claim = shop.delivery().await.unwrap();
                assert!(shop.end(claim, DeliveryOutcome::Resend).await.is_none());
            }
            _ => {
                shop.sent(claim, "out1").await;
                shop.failed_receipt(delivery, "out1", Status::Failed, Some(slow_down())).await;
            }
        }
        shop.clock.advance(LEASE);
        assert!(shop.delivery().await.is_none(), "{how}");
        assert!(shop.row(id, 1, 1).await.status >= Status::Failed, "{how}");
        assert_eq!(Queue::<Delivery>::next_due(shop.store()).await.unwrap(), None);
    }
}

#[tokio::test]
async fn an_opt_out_ends_the_turns_of_all_the_persons_conversations() {
    let shop = Shop::new();
    let here = shop.hears("w1", "hello").await;
    let number = Number { name: "second-number".into(), business: "main".into() };
    let event = Event::Message(shop.message("w2", "and here"));
    let received = Received { number, quiet: QUIET, pause: Duration::ZERO, event };
    let Accepted::New(there) = shop.store().accept(vec![received]).await.unwrap()[0] else {
        panic!("new")
    };
    shop.clock.advance(QUIET.settle);
    let turns: Vec<Claim<Turn>> =
        Queue::claim(shop.store(), Pick::Lane(there), LEASE, 1).await.unwrap();
    shop.store().apply(Subject::Conversation(here), vec![Change::OptOut]).await.unwrap();
    for turn in turns {
        let late = Queue::finish(shop.store(), turn, reply(&["too late"])).await;
        assert!(matches!(late, Err(StoreError::ClaimLost)));
    }
}

#[tokio::test]
async fn a_dropped_delivery_does_not_hold_up_the_next_reply() {
    let shop = Shop::new();
    let delivery = put_off(&shop).await;
    let id = delivery.conversation;
    shop.store().apply(Subject::Conversation(id), vec![Change::Drop(delivery)]).await.unwrap();
    assert_eq!(Queue::<Delivery>::next_due(shop.store()).await.unwrap(), None);
    shop.hears("w2", "again").await;
    let turn = shop.quiet_turn().await;
    assert!(shop.answer(turn, &["hi again"]).await.is_some(), "goes at once");
}

#[tokio::test]
async fn a_change_of_one_conversation_does_not_drop_another_ones_delivery() {
    let shop = Shop::new();
    let delivery = put_off(&shop).await;
    let id = delivery.conversation;
    let stranger = Event::Message(shop.message("w9", "hello"));
    let Accepted::New(other) = shop.accept_for("other", stranger).await else { panic!("new") };
    let drop = vec![Change::Drop(delivery)];
    assert!(shop.store().apply(Subject::Conversation(other), drop).await.is_err());
    assert_eq!(shop.store().outbox(id).await.unwrap().len(), 1);
}

#[tokio::test]
async fn a_number_resumed_through_a_conversation_sends_in_that_conversation_too() {
    let shop = Shop::new();
    let id = shop.hears("w1", "hello").await;
    let turn = shop.quiet_turn().await;
    let pause = Change::PauseNumber { until: Some(shop.clock.now() + Duration::from_secs(300)) };
    shop.store().apply(Subject::Conversation(id), vec![pause]).await.unwrap();
    assert!(shop.answer(turn, &["hi"]).await.is_none());
    shop.store().apply(Subject::Conversation(id), vec![Change::ResumeNumber]).await.unwrap();
    assert!(shop.delivery().await.is_some());
}

#[tokio::test]
async fn a_failure_does_not_shorten_an_operators_pause() {
    let shop = Shop::new();
    shop.hears("w1", "hello").await;
    let turn = shop.quiet_turn().await;
    let claim = shop.answer(turn, &["one", "two"]).await.unwrap();
    let until = Some(shop.clock.now() + Duration::from_secs(3600));
    let pause = vec![Change::PauseNumber { until }];
    shop.store().apply(Subject::Number("main-number".into()), pause).await.unwrap();
    let failure = Some(Failure::new(Class::StopNumber, "token expired"));
    let at = shop.clock.now();
    shop.end(claim, DeliveryOutcome::Retry { at, failure }).await;
    shop.clock.advance(Duration::from_secs(600));
    assert!(shop.delivery().await.is_none());
}

#[tokio::test]
async fn what_a_human_wrote_is_never_sent_by_the_assistant() {
    let shop = Shop::new();
    human(&shop, "h1").await;
    let failure = Some(slow_down());
    let receipt = Receipt {
        delivery: None,
        provider_id: "h1".into(),
        status: Status::Failed,
        failure,
        pricing: None,
    };
    shop.accept(Event::Receipt(receipt)).await;
    assert!(shop.delivery().await.is_none());
}

#[tokio::test]
async fn an_answer_that_comes_after_its_lease_is_still_the_answer() {
    let shop = Shop::new();
    let id = shop.hears("w1", "hello").await;
    let turn = shop.quiet_turn().await;
    let slow = shop.answer(turn, &["hi"]).await.unwrap();
    shop.clock.advance(3 * LEASE);
    let doubt = shop.delivery().await.expect("the lease is over");
    shop.end(doubt, DeliveryOutcome::Uncertain { ask_at: shop.clock.now() + LEASE }).await;
    let _ = Queue::finish(shop.store(), slow, DeliveryOutcome::Sent("out1".into())).await;
    shop.clock.advance(LEASE);
    assert!(shop.delivery().await.is_none(), "it is known to be sent");
    assert_eq!(shop.row(id, 1, 1).await.status, Status::Sent);
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_long_message_is_read_whole_while_it_is_edited() {
    let shop = Shop::new();
    let id = shop.hears("w1", "x").await;
    let edit = |n: usize| {
        let letter = char::from(b'a' + u8::try_from(n % 26).unwrap());
        let content = Content::Text(letter.to_string().repeat(if n.is_multiple_of(2) {
            9000
        } else {
            20_000
        }));
        Event::Edit { message: "w1".into(), content }
    };
    shop.accept(edit(0)).await;
    let stop = std::sync::atomic::AtomicBool::new(false);
    let torn = std::thread::scope(|scope| {
        let reader = scope.spawn(|| {
            let key = keys::message(MessageId {
                conversation: id,
                position: Position { seq: 1, part: 0 },
            });
            let mut torn = 0;
            while !stop.load(std::sync::atomic::Ordering::Relaxed) {
                let text =
                    shop.store().read::<Message>(&key).map(|row| row.unwrap().content.as_text());
                torn += usize::from(
                    text.is_err() || text.is_ok_and(|t| t.bytes().any(|b| b != t.as_bytes()[0])),
                );
            }
            torn
        });
        tokio::task::block_in_place(|| {
            tokio::runtime::Handle::current().block_on(async {
                for n in 1..150 {
                    shop.accept(edit(n)).await;
                }
            });
        });
        stop.store(true, std::sync::atomic::Ordering::Relaxed);
        reader.join().unwrap()
    });
    assert_eq!(torn, 0);
}
