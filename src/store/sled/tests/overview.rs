//! What operators look at: pages of conversations and deliveries, what waits.

use super::*;
use crate::store::{Load, Overview, Waiting};

const NAMES: [&str; 5] = ["a", "b", "c", "d", "e"];

/// Five businesses, each with one conversation.
async fn five(shop: &Shop) -> Vec<ConversationId> {
    let mut ids = Vec::new();
    for name in NAMES {
        let event = Event::Message(shop.message(name, "hello"));
        let Accepted::New(id) = shop.accept_for(name, event).await else { panic!("new") };
        ids.push(id);
    }
    ids.sort();
    ids
}

async fn load(shop: &Shop) -> Load {
    shop.store().load().await.unwrap()
}

#[tokio::test]
async fn pages_meet_each_conversation_once_in_the_order_of_ids() {
    let shop = Shop::new();
    let ids = five(&shop).await;
    for page in 1..=6 {
        let (mut after, mut met) = (None, Vec::new());
        loop {
            let found = shop.store().conversations(after, page).await.unwrap();
            let Some(last) = found.last() else { break };
            after = Some(last.id);
            met.extend(found.iter().map(|one| one.id));
        }
        assert_eq!(met, ids, "{page} at a time");
    }
}

#[tokio::test]
async fn pages_meet_each_delivery_once_whatever_they_are_cut_at() {
    let shop = Shop::new();
    five(&shop).await;
    shop.clock.advance(QUIET.settle);
    // Long words lie in several records.
    let long = "long ".repeat(4000);
    while let Some(turn) = shop.turn().await {
        shop.answer(turn, &[long.as_str(), "short"]).await;
    }
    let (mut after, mut met) = (None, Vec::new());
    while let Some(one) = shop.store().deliveries(after, 1).await.unwrap().pop() {
        after = Some(one.id);
        met.push((one.id, one.message.content.as_text().len()));
    }
    assert_eq!(met.len(), 2 * NAMES.len());
    assert!(met.is_sorted(), "conversation by conversation, in order");
    assert!(met.iter().all(|(_, length)| [long.len(), 5].contains(length)));
    let all = shop.store().deliveries(None, 100).await.unwrap();
    assert_eq!(all.len(), met.len());
}

#[tokio::test]
async fn the_newest_messages_come_in_order_and_no_more_than_wanted() {
    let shop = Shop::new();
    let mut id = None;
    for n in 1..=4 {
        id = Some(shop.hears(&format!("w{n}"), &format!("{n}")).await);
    }
    let newest = shop.store().newest(id.unwrap(), 3).await.unwrap();
    let texts: Vec<String> = newest.iter().map(|row| row.content.as_text()).collect();
    assert_eq!(texts, ["2", "3", "4"]);
    assert!(shop.store().newest(id.unwrap(), 0).await.unwrap().is_empty());
}

#[tokio::test]
async fn what_waits_is_counted_since_the_oldest_of_it_through_claims_and_restarts() {
    let shop = Shop::new();
    assert_eq!((load(&shop).await.turns, load(&shop).await.jobs), (Waiting::default(), 0));
    let began = shop.clock.now();
    shop.hears("w1", "one").await;
    shop.clock.advance(Duration::from_secs(30));
    shop.hears("w2", "two").await;
    let waits = Waiting { lanes: 1, since: Some(began) };
    assert_eq!(load(&shop).await.turns, waits);
    let turn = shop.turn().await.unwrap();
    assert_eq!(load(&shop).await.turns, waits, "also while somebody works on it");
    let shop = shop.reopened();
    assert_eq!(load(&shop).await.turns, waits, "the time of a restart counts");
    drop(turn);
    let turn = shop.turn().await.unwrap();
    let answered = shop.clock.now();
    let delivery = shop.answer(turn, &["hi"]).await.unwrap();
    let seen = load(&shop).await;
    assert_eq!(seen.turns, Waiting::default());
    assert_eq!(seen.deliveries, Waiting { lanes: 1, since: Some(answered) });
    assert!(seen.bytes > 0 && seen.free.is_some_and(|free| free > 0));
    shop.sent(delivery, "out 1").await;
    assert_eq!(load(&shop).await.deliveries, Waiting::default());
}

#[tokio::test]
async fn why_a_delivery_waits_stands_with_its_message_until_it_is_sent() {
    let shop = Shop::new();
    shop.hears("w1", "hello").await;
    let turn = shop.quiet_turn().await;
    let delivery = shop.answer(turn, &["hi"]).await.unwrap();
    let id = delivery.work.id;
    let retry = DeliveryOutcome::Retry { at: shop.clock.now(), failure: Some(slow_down()) };
    let again = shop.end(delivery, retry).await.expect("at once");
    let why = || async { shop.store().message(id).await.unwrap().unwrap().failure };
    assert_eq!(why().await, Some(slow_down()));
    shop.sent(again, "out 1").await;
    assert_eq!(why().await, None);
}

#[tokio::test]
async fn a_failed_delivery_goes_back_to_its_place_and_another_one_nowhere() {
    let shop = Shop::new();
    let id = shop.hears("w1", "hello").await;
    let turn = shop.quiet_turn().await;
    let first = shop.answer(turn, &["one", "two"]).await.unwrap();
    let failed = first.work.id;
    let refused = || DeliveryOutcome::Failed(Failure::new(Class::Refused, "no"));
    let second = shop.end(first, refused()).await.expect("the next");
    let requeue = |id| vec![Change::Requeue(id)];
    let subject = || Subject::Conversation(id);
    assert!(shop.store().apply(subject(), requeue(second.work.id)).await.is_err(), "on its way");
    shop.store().apply(subject(), requeue(failed)).await.unwrap();
    assert!(shop.store().apply(subject(), requeue(failed)).await.is_err(), "it waits already");
    let retry = DeliveryOutcome::Retry { at: shop.clock.now(), failure: None };
    let next = shop.end(second, retry).await.expect("the first again");
    assert_eq!(next.work.id, failed);
    shop.store().apply(subject(), vec![Change::OptOut]).await.unwrap();
    shop.end(next, refused()).await;
    let again = shop.store().apply(subject(), requeue(failed)).await;
    assert!(matches!(again, Err(StoreError::Unfit(_))), "who wants none gets none");
}
