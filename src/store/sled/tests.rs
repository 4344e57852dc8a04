//! Stories about the store alone.

mod found;
mod index;
mod memory;
mod migrating;
mod model;
mod overview;
mod protocol;
mod races;
mod transfer;
mod verifying;

use std::sync::atomic::{AtomicBool, Ordering};
use std::time::Duration;

use jiff::Timestamp;

use super::snapshot::Snapshot;
use super::*;
use crate::domain::change::{Change, Subject};
use crate::domain::content::Content;
use crate::domain::delivery::{Delivery, DeliveryOutcome, DeliveryState};
use crate::domain::event::{Event, Inbound, Receipt, Received};
use crate::domain::failure::{Class, Failure, Scope};
use crate::domain::id::{ConversationId, MessageId, Number, Position};
use crate::domain::lane::Quiet;
use crate::domain::message::{Attached, Message, Outgoing, Role, Status};
use crate::domain::person::{Address, Alias, Phone, Sender, UserId};
use crate::domain::record::{TurnRecord, Verdict};
use crate::domain::turn::{Finished, Turn, TurnOutcome};
use crate::store::{
    Accepted, Changes, Claim, Inbox, People, Pick, Queue, Store, Transcript, Verified,
};

const QUIET: Quiet = Quiet { settle: Duration::from_secs(1), cap: Duration::from_secs(6) };
const LEASE: Duration = Duration::from_secs(60);

/// A store in a folder of its own, with a clock in the test's hand.
struct Shop {
    folder: tempfile::TempDir,
    clock: Clock,
    store: Option<SledStore>,
    /// The story damages what is kept.
    damaged: AtomicBool,
}

impl Drop for Shop {
    /// Whatever the story was, all that is kept fits together.
    fn drop(&mut self) {
        if self.store.is_some()
            && !self.damaged.load(Ordering::Relaxed)
            && !std::thread::panicking()
        {
            assert_eq!(self.verified().found, []);
        }
    }
}

impl Shop {
    fn new() -> Self {
        let folder = tempfile::tempdir().unwrap();
        let clock = Clock::manual(Timestamp::from_second(1_800_000_000).unwrap());
        Self { folder, clock, store: None, damaged: AtomicBool::new(false) }.reopened()
    }

    fn reopened(mut self) -> Self {
        drop(self.store.take());
        let config = Config {
            url: String::new(),
            cache_mb: 16,
            min_free_mb: 0,
            key: None,
            key_previous: None,
        };
        self.store =
            Some(SledStore::open(self.folder.path(), &config, &[], self.clock.clone()).unwrap());
        self
    }

    /// What looking through the store finds, with nobody else at work.
    fn verified(&self) -> Verified {
        let Reading { tree, seals } = self.store().reading.clone();
        verify::all(&Snapshot::still(tree, seals), &self.store().hasher, || true).unwrap()
    }

    /// The tree, for somebody who damages what is in it.
    fn damaged(&self) -> &sled::Db {
        self.damaged.store(true, Ordering::Relaxed);
        &self.store().reading.tree
    }

    fn store(&self) -> &SledStore {
        self.store.as_ref().unwrap()
    }

    async fn accept(&self, event: Event) -> Accepted {
        self.accept_for("main", event).await
    }

    async fn accept_for(&self, business: &str, event: Event) -> Accepted {
        let number = Number {
            name: format!("{business}-number").as_str().into(),
            business: business.into(),
        };
        let received = Received { number, quiet: QUIET, pause: Duration::ZERO, event };
        self.store().accept(vec![received]).await.unwrap().remove(0)
    }

    /// Ana writes, under this provider id.
    async fn hears(&self, id: &str, text: &str) -> ConversationId {
        match self.accept(Event::Message(self.message(id, text))).await {
            Accepted::New(conversation) => conversation,
            other => panic!("{other:?}"),
        }
    }

    fn message(&self, id: &str, text: &str) -> Inbound {
        let phone = Phone::parse("15550100001").unwrap();
        Inbound {
            provider_id: id.into(),
            sender: Sender {
                aliases: vec![Alias::Phone(phone.clone())],
                address: Address::Phone(phone),
                name: Some("Ana".into()),
            },
            at: self.clock.now(),
            content: Content::Text(text.into()),
            attached: Attached::default(),
        }
    }

    async fn turn(&self) -> Option<Claim<Turn>> {
        Queue::claim(self.store(), Pick::Due, LEASE, 1).await.unwrap().pop()
    }

    async fn delivery(&self) -> Option<Claim<Delivery>> {
        Queue::claim(self.store(), Pick::Due, LEASE, 1).await.unwrap().pop()
    }

    async fn quiet_turn(&self) -> Claim<Turn> {
        self.clock.advance(QUIET.settle);
        self.turn().await.expect("a turn is due")
    }

    /// The turn that is due ends in these words: their delivery.
    async fn answers(&self, text: &str) -> Claim<Delivery> {
        let turn = self.quiet_turn().await;
        self.answer(turn, &[text]).await.expect("a delivery")
    }

    async fn answer(&self, claim: Claim<Turn>, texts: &[&str]) -> Option<Claim<Delivery>> {
        Queue::finish(self.store(), claim, reply(texts)).await.unwrap()
    }

    async fn sent(&self, claim: Claim<Delivery>, id: &str) -> Option<Claim<Delivery>> {
        self.end(claim, DeliveryOutcome::Sent(id.into())).await
    }

    async fn end(
        &self,
        claim: Claim<Delivery>,
        outcome: DeliveryOutcome,
    ) -> Option<Claim<Delivery>> {
        Queue::finish(self.store(), claim, outcome).await.unwrap()
    }

    async fn row(&self, conversation: ConversationId, seq: u64, part: u16) -> Message {
        let position = Position { seq, part };
        self.store().message(MessageId { conversation, position }).await.unwrap().unwrap()
    }

    async fn receipt(&self, delivery: MessageId, id: &str, status: Status) -> Accepted {
        self.failed_receipt(delivery, id, status, None).await
    }

    async fn failed_receipt(
        &self,
        delivery: MessageId,
        id: &str,
        status: Status,
        failure: Option<Failure>,
    ) -> Accepted {
        let delivery = Some(delivery);
        self.accept(Event::Receipt(Receipt {
            delivery,
            provider_id: id.into(),
            status,
            failure,
            pricing: None,
        }))
        .await
    }
}

fn reply(texts: &[&str]) -> TurnOutcome {
    let say = |text: &&str| Outgoing::text(*text);
    TurnOutcome::Finished(Finished {
        messages: texts.iter().map(say).collect(),
        changes: vec![],
        record: TurnRecord::new(Verdict::Answered),
        trace: None,
    })
}

fn texts(claim: &Claim<Turn>) -> Vec<String> {
    claim.work.inbound.iter().map(|row| row.content.as_text()).collect()
}

fn slow_down() -> Failure {
    Failure::new(Class::Transient { after: None, scope: Scope::Pair }, "too fast")
}

#[tokio::test]
async fn one_message_becomes_one_turn_and_one_delivery() {
    let shop = Shop::new();
    let conversation = shop.hears("w1", "hello").await;
    assert!(shop.turn().await.is_none(), "she may still be writing");
    let turn = shop.quiet_turn().await;
    assert_eq!(texts(&turn), ["hello"]);
    assert!(shop.turn().await.is_none(), "claimed");
    let delivery = shop.answer(turn, &["hi Ana"]).await.expect("handed over");
    assert_eq!(delivery.work.message.content.as_text(), "hi Ana");
    assert!(shop.delivery().await.is_none(), "in flight");
    assert!(shop.sent(delivery, "out1").await.is_none());
    assert_eq!(shop.row(conversation, 1, 1).await.status, Status::Sent);
    assert_eq!(Queue::<Turn>::next_due(shop.store()).await.unwrap(), None);
    assert_eq!(Queue::<Delivery>::next_due(shop.store()).await.unwrap(), None);
}

#[tokio::test]
async fn a_known_message_is_never_new_again_not_on_day_nine_and_not_after_a_restart() {
    let shop = Shop::new();
    shop.hears("w1", "hello").await;
    let again = Event::Message(shop.message("w1", "hello"));
    assert_eq!(shop.accept(again.clone()).await, Accepted::Duplicate);
    shop.clock.advance(Duration::from_secs(9 * 24 * 3600));
    let shop = shop.reopened();
    assert_eq!(shop.accept(again).await, Accepted::Duplicate);
}

#[tokio::test]
async fn a_burst_is_sorted_by_the_providers_time_and_what_comes_later_waits() {
    let shop = Shop::new();
    let mut late = shop.message("w2", "second");
    late.at += Duration::from_secs(1);
    shop.accept(Event::Message(late)).await;
    shop.hears("w1", "first").await;
    let turn = shop.quiet_turn().await;
    assert_eq!(texts(&turn), ["first", "second"]);
    shop.hears("w3", "third").await;
    shop.clock.advance(LEASE / 2);
    assert!(shop.turn().await.is_none());
    let delivery = shop.answer(turn, &["to both"]).await.unwrap();
    assert_eq!(delivery.work.id.position, Position { seq: 2, part: 1 });
    let turn = shop.turn().await.expect("the third is due");
    assert_eq!(texts(&turn), ["third"]);
}

#[tokio::test]
async fn a_reply_in_parts_goes_out_in_order_and_a_failure_blocks_the_rest() {
    let shop = Shop::new();
    shop.hears("w1", "hello").await;
    let turn = shop.quiet_turn().await;
    let first = shop.answer(turn, &["one", "two"]).await.unwrap();
    let at = shop.clock.now() + Duration::from_secs(4);
    let retry = DeliveryOutcome::Retry { at, failure: Some(slow_down()) };
    assert!(shop.end(first, retry).await.is_none());
    assert!(shop.delivery().await.is_none(), "the second waits behind the first");
    shop.clock.advance(Duration::from_secs(4));
    let first = shop.delivery().await.unwrap();
    assert_eq!((first.work.message.content.as_text().as_str(), first.work.attempt), ("one", 1));
    let second = shop.sent(first, "out1").await.expect("handed over");
    assert_eq!(second.work.message.content.as_text(), "two");
}

#[tokio::test]
async fn what_was_in_flight_at_a_crash_is_in_doubt_and_is_sent_once_more_at_most() {
    let shop = Shop::new();
    shop.hears("w1", "hello").await;
    let turn = shop.quiet_turn().await;
    drop(shop.answer(turn, &["hi"]).await.unwrap());
    let shop = shop.reopened();
    let claim = shop.delivery().await.expect("due at once");
    assert!(matches!(claim.work.state, DeliveryState::InFlight(_)));
    let ask_at = shop.clock.now() + Duration::from_secs(60);
    assert!(shop.end(claim, DeliveryOutcome::Uncertain { ask_at }).await.is_none());
    assert!(shop.delivery().await.is_none(), "waits for a receipt");
    shop.clock.advance(Duration::from_secs(60));
    let claim = shop.delivery().await.unwrap();
    assert!(matches!(claim.work.state, DeliveryState::Uncertain(_)));
    let again = shop.end(claim, DeliveryOutcome::Resend).await.expect("once more");
    assert_eq!((again.work.state, again.work.doubts), (DeliveryState::Waiting, 1));
    assert!(shop.sent(again, "out1").await.is_none());
}

#[tokio::test]
async fn a_receipt_settles_a_doubt_and_hands_the_lane_on() {
    let shop = Shop::new();
    let conversation = shop.hears("w1", "hello").await;
    let turn = shop.quiet_turn().await;
    let first = shop.answer(turn, &["one", "two"]).await.unwrap();
    let id = first.work.id;
    let ask_at = shop.clock.now() + Duration::from_secs(60);
    shop.end(first, DeliveryOutcome::Uncertain { ask_at }).await;
    assert_eq!(shop.receipt(id, "out1", Status::Delivered).await, Accepted::Counted(1));
    let second = shop.delivery().await.expect("the next goes at once");
    assert_eq!(second.work.message.content.as_text(), "two");
    assert_eq!(shop.row(conversation, 1, 1).await.status, Status::Delivered);
}

#[tokio::test]
async fn a_receipt_may_overtake_the_answer_and_never_moves_a_status_back() {
    let shop = Shop::new();
    let conversation = shop.hears("w1", "hello").await;
    let turn = shop.quiet_turn().await;
    let claim = shop.answer(turn, &["hi"]).await.unwrap();
    let id = claim.work.id;
    assert_eq!(shop.receipt(id, "out1", Status::Read).await, Accepted::Counted(1));
    let late = Queue::finish(shop.store(), claim, DeliveryOutcome::Sent("out1".into())).await;
    assert!(matches!(late, Err(StoreError::ClaimLost)));
    assert_eq!(shop.receipt(id, "out1", Status::Delivered).await, Accepted::Ignored);
    assert_eq!(shop.receipt(id, "out1", Status::Read).await, Accepted::Ignored);
    assert_eq!(shop.row(conversation, 1, 1).await.status, Status::Read);
}

#[tokio::test]
async fn a_transient_failed_receipt_sends_once_more_and_ahead_of_the_rest() {
    let shop = Shop::new();
    shop.hears("w1", "hello").await;
    let turn = shop.quiet_turn().await;
    let first = shop.answer(turn, &["one", "two"]).await.unwrap();
    let id = first.work.id;
    let second = shop.sent(first, "out1").await.unwrap();
    let failed =
        |name: &'static str| shop.failed_receipt(id, name, Status::Failed, Some(slow_down()));
    assert_eq!(failed("out1").await, Accepted::Failed(slow_down()));
    assert_eq!(failed("out1").await, Accepted::Ignored, "told twice");
    assert!(shop.sent(second, "out2").await.is_none(), "it has to wait a little");
    shop.clock.advance(Duration::from_secs(10));
    let again = shop.delivery().await.expect("the failed one is next");
    assert_eq!(again.work.id, id);
    assert!(shop.sent(again, "out3").await.is_none());
    assert_eq!(failed("out1").await, Accepted::Ignored, "told once more, of the first send");
    assert_eq!(failed("out3").await, Accepted::Failed(slow_down()));
    assert!(shop.delivery().await.is_none(), "once only");
    assert_eq!(shop.row(id.conversation, 1, 1).await.status, Status::Failed);
}

#[tokio::test]
async fn a_receipt_for_another_businesss_message_changes_nothing() {
    let shop = Shop::new();
    shop.hears("w1", "hello").await;
    let turn = shop.quiet_turn().await;
    let id = shop.answer(turn, &["hi"]).await.unwrap().work.id;
    let receipt = Receipt {
        delivery: Some(id),
        provider_id: "x".into(),
        status: Status::Failed,
        failure: Some(slow_down()),
        pricing: None,
    };
    assert_eq!(shop.accept_for("other", Event::Receipt(receipt)).await, Accepted::Ignored);
}

#[tokio::test]
async fn edits_revokes_pauses_and_opt_outs_take_the_claim_away() {
    let stop = |change: Change| (change, false);
    for (change, asked_again) in [stop(Change::Pause { until: None }), stop(Change::OptOut)] {
        let shop = Shop::new();
        let id = shop.hears("w1", "hello").await;
        let turn = shop.quiet_turn().await;
        shop.store().apply(Subject::Conversation(id), vec![change]).await.unwrap();
        let late = Queue::finish(shop.store(), turn, reply(&["too late"])).await;
        assert!(matches!(late, Err(StoreError::ClaimLost)));
        let again = shop.turn().await.expect("decided anew");
        let now = shop.clock.now();
        assert_eq!(
            again.work.conversation.mode.assistant_answers(now) && !again.work.person.opted_out,
            asked_again
        );
    }
    let shop = Shop::new();
    shop.hears("w1", "at 5").await;
    let turn = shop.quiet_turn().await;
    let edit = Event::Edit { message: "w1".into(), content: Content::Text("at 6".into()) };
    assert_eq!(shop.accept(edit).await, Accepted::Applied);
    let late = Queue::finish(shop.store(), turn, reply(&["5 it is"])).await;
    assert!(matches!(late, Err(StoreError::ClaimLost)));
    let turn = shop.quiet_turn().await;
    assert_eq!(texts(&turn), ["at 6"]);
    assert_eq!(shop.accept(Event::Revoke { message: "w1".into() }).await, Accepted::Applied);
    let late = Queue::finish(shop.store(), turn, reply(&["6 it is"])).await;
    assert!(matches!(late, Err(StoreError::ClaimLost)));
    shop.clock.advance(LEASE);
    assert!(shop.turn().await.is_none(), "a lane emptied by a revoke is not answered");
    assert_eq!(Queue::<Turn>::next_due(shop.store()).await.unwrap(), None);
}

#[tokio::test]
async fn a_humans_answer_ends_the_turn_and_drops_what_was_not_in_flight() {
    let shop = Shop::new();
    let id = shop.hears("w1", "hello").await;
    let turn = shop.quiet_turn().await;
    let first = shop.answer(turn, &["one", "two"]).await.unwrap();
    shop.hears("w2", "and?").await;
    let turn = shop.quiet_turn().await;
    let human = Event::HumanReply(shop.message("h1", "I am on it"));
    assert_eq!(shop.accept(human).await, Accepted::New(id));
    let late = Queue::finish(shop.store(), turn, reply(&["too late"])).await;
    assert!(matches!(late, Err(StoreError::ClaimLost)));
    assert!(shop.sent(first, "out1").await.is_none(), "in flight: it ends; the second is gone");
    assert_eq!(shop.row(id, 1, 2).await.status, Status::Dropped);
    assert_eq!(shop.row(id, 3, 0).await.role, Role::Business);
    assert!(shop.turn().await.is_none());
}

#[tokio::test]
async fn a_stopped_number_keeps_its_queue_and_tries_again_by_itself() {
    let shop = Shop::new();
    shop.hears("w1", "hello").await;
    let turn = shop.quiet_turn().await;
    let claim = shop.answer(turn, &["hi"]).await.unwrap();
    let failure = Some(Failure::new(Class::StopNumber, "token expired"));
    let at = shop.clock.now();
    shop.end(claim, DeliveryOutcome::Retry { at, failure }).await;
    assert!(shop.delivery().await.is_none(), "the number is paused");
    let shop = shop.reopened();
    assert!(shop.delivery().await.is_none(), "and after a restart too");
    let resume = vec![Change::ResumeNumber];
    shop.store().apply(Subject::Number("main-number".into()), resume).await.unwrap();
    assert!(shop.delivery().await.is_some());
}

#[tokio::test]
async fn two_aliases_are_one_person_and_two_businesses_are_two() {
    let shop = Shop::new();
    let user = Alias::UserId(UserId::parse("US.1000001").unwrap());
    let mut both = shop.message("w1", "hello");
    both.sender.aliases.push(user.clone());
    shop.accept(Event::Message(both)).await;
    let mut hidden = shop.message("w2", "it's me");
    hidden.sender.aliases = vec![user.clone()];
    hidden.sender.address = Address::UserId(UserId::parse("US.1000001").unwrap());
    let Accepted::New(conversation) = shop.accept(Event::Message(hidden.clone())).await else {
        panic!("new");
    };
    shop.accept_for("other", Event::Message(hidden)).await;
    let here = shop.store().find(&"main".into(), &user).await.unwrap().unwrap();
    let there = shop.store().find(&"other".into(), &user).await.unwrap().unwrap();
    assert_ne!(here.id, there.id);
    assert_eq!(here.conversations, [("main-number".into(), conversation)]);
    let state = Transcript::conversation(shop.store(), conversation).await.unwrap().unwrap();
    assert!(matches!(state.address, Address::UserId(_)), "answers go where she wrote from");
}

#[tokio::test]
async fn the_window_holds_the_newest_that_fit_and_long_messages_come_back_whole() {
    let shop = Shop::new();
    let long = "olifant ".repeat(2000);
    let id = shop.hears("w1", &long).await;
    for n in 2..6 {
        shop.hears(&format!("w{n}"), "short").await;
    }
    let state = Transcript::conversation(shop.store(), id).await.unwrap().unwrap();
    let all = shop.store().window(&state, state.next_seq, u32::MAX).await.unwrap();
    assert_eq!(all.len(), 5);
    assert_eq!(all[0].content.as_text(), long);
    let few = shop.store().window(&state, state.next_seq, 3).await.unwrap();
    assert_eq!(few.len(), 3);
    assert_eq!(few[2].position.seq, 5);
}

#[tokio::test]
async fn a_second_opener_is_refused_by_name() {
    let shop = Shop::new();
    let config =
        Config { url: String::new(), cache_mb: 16, min_free_mb: 0, key: None, key_previous: None };
    let second = SledStore::open(shop.folder.path(), &config, &[], shop.clock.clone());
    assert!(second.err().unwrap().to_string().contains("another olifant"));
}

#[tokio::test]
async fn a_full_disk_accepts_nothing_and_keeps_working_off_what_it_has() {
    let folder = tempfile::tempdir().unwrap();
    let config = Config {
        url: String::new(),
        cache_mb: 16,
        min_free_mb: u64::MAX,
        key: None,
        key_previous: None,
    };
    let store = SledStore::open(folder.path(), &config, &[], Clock::system()).unwrap();
    assert!(matches!(store.accept(vec![]).await, Err(StoreError::NoSpace { .. })));
    let turns: Vec<Claim<Turn>> = Queue::claim(&store, Pick::Due, LEASE, 1).await.unwrap();
    assert!(turns.is_empty());
    let _: &dyn Store = &store;
}

#[tokio::test]
async fn when_too_many_writes_wait_a_webhook_hears_so_at_once() {
    use futures_util::FutureExt;
    let shop = Shop::new();
    let (go, held) = std::sync::mpsc::channel::<()>();
    let writer = shop.store().writer().unwrap();
    let mut hold = Box::pin(writer.write(move |_| {
        held.recv().unwrap();
        Ok(())
    }));
    assert!(hold.as_mut().now_or_never().is_none());
    // The thread takes one round off the queue before it is held.
    let full = (0..10_000).find_map(|_| writer.try_write(|_| Ok(())).now_or_never());
    assert!(matches!(full, Some(Err(StoreError::Busy))), "the queue has an end");
    go.send(()).unwrap();
    hold.await.unwrap();
    // Behind all that waited.
    writer.write(|_| Ok(())).await.unwrap();
    shop.hears("w1", "hello").await;
}

#[tokio::test]
async fn a_snapshot_that_a_crash_left_half_written_does_not_keep_it_from_opening() {
    let shop = Shop::new();
    shop.hears("w1", "hello").await;
    std::fs::write(shop.folder.path().join("data/snap.0000000000000001.generating"), b"").unwrap();
    let shop = shop.reopened();
    assert_eq!(texts(&shop.quiet_turn().await), ["hello"]);
}

#[tokio::test]
async fn a_wake_up_is_not_missed_between_looking_and_waiting() {
    let shop = Shop::new();
    let wake_up = Queue::<Turn>::wake_up(shop.store());
    assert!(shop.turn().await.is_none());
    shop.hears("w1", "hello").await;
    wake_up.await;
    let wake_up = Queue::<Turn>::wake_up(shop.store());
    shop.clock.advance(QUIET.settle);
    wake_up.await;
    assert!(shop.turn().await.is_some());
}
