//! Stories about what providers and programs of the business tell besides
//! messages.

use super::*;
use crate::domain::change::{Changed, Saying};
use crate::domain::content::Template;
use crate::domain::conversation::Mode;
use crate::domain::event::Moved;
use crate::domain::grant::{Grant, Scope as Use};
use crate::domain::job::{Alert, Job, JobOutcome, Task};
use crate::domain::message::Pricing;
use crate::store::{Access, Numbers};

const DAY: Duration = Duration::from_secs(24 * 3600);

pub fn say(text: &str, key: Option<&str>) -> Change {
    let message = Outgoing::text(text);
    Change::Say(Box::new(Saying { role: Role::Business, message, key: key.map(str::to_owned) }))
}

pub fn phone(digits: &str) -> Alias {
    Alias::Phone(Phone::parse(digits).unwrap())
}

pub fn user(id: &str) -> Alias {
    Alias::UserId(UserId::parse(id).unwrap())
}

impl Shop {
    pub async fn apply(&self, subject: Subject, change: Change) -> Changed {
        self.store().apply(subject, vec![change]).await.unwrap().remove(0)
    }

    async fn state(&self, id: ConversationId) -> crate::domain::conversation::Conversation {
        self.store().conversation(id).await.unwrap().unwrap()
    }

    pub fn number(&self) -> Number {
        Number { name: "main-number".into(), business: "main".into() }
    }

    async fn found(&self, alias: Alias) -> Option<crate::domain::person::Person> {
        self.store().find(&self.number().business, &alias).await.unwrap()
    }

    async fn job(&self) -> Option<Claim<Job>> {
        Queue::claim(self.store(), Pick::Due, LEASE, 1).await.unwrap().pop()
    }
}

#[tokio::test]
async fn a_person_who_changes_the_number_keeps_the_memory_and_is_answered_at_the_new_one() {
    let shop = Shop::new();
    let conversation = shop.hears("w1", "hello").await;
    let address = Address::Phone(Phone::parse("15550100055").unwrap());
    let moved = |before: &str| {
        Event::Moved(Moved {
            before: vec![phone(before)],
            after: vec![phone("15550100055")],
            address: Some(address.clone()),
        })
    };
    assert_eq!(shop.accept(moved("15550100077")).await, Accepted::Ignored, "nobody we know");
    assert_eq!(shop.accept(moved("15550100001")).await, Accepted::Applied);
    assert_eq!(shop.accept(moved("15550100001")).await, Accepted::Ignored, "told twice");
    let person = shop.found(phone("15550100055")).await.expect("under the new number");
    assert!(shop.found(phone("15550100001")).await.is_none(), "it may get a new owner");
    assert_eq!(person.conversations[0].1, conversation);
    assert_eq!(shop.state(conversation).await.address, address);
}

#[tokio::test]
async fn a_new_user_id_is_matched_by_the_previous_one_and_taken_from_whoever_had_it() {
    let shop = Shop::new();
    let mut first = shop.message("w1", "hello");
    first.sender.aliases.push(user("US.1"));
    shop.accept(Event::Message(first)).await;
    let before = shop.found(user("US.1")).await.unwrap();
    let mut early = shop.message("w2", "me again");
    let id = UserId::parse("US.2").unwrap();
    early.sender = Sender { aliases: vec![user("US.2")], address: Address::UserId(id), name: None };
    shop.accept(Event::Message(early)).await;
    let (after, before_ids) = (vec![user("US.2")], vec![user("US.1")]);
    let moved = Moved { before: before_ids, after, address: None };
    assert_eq!(shop.accept(Event::Moved(moved)).await, Accepted::Applied);
    assert_eq!(shop.found(user("US.2")).await.unwrap().id, before.id);
    assert_eq!(shop.found(phone("15550100001")).await.unwrap().id, before.id, "the phone stays");
    assert!(shop.found(user("US.1")).await.is_none());
}

#[tokio::test]
async fn a_reaction_stands_with_the_message_and_asks_for_no_answer() {
    let shop = Shop::new();
    let conversation = shop.hears("w1", "hello").await;
    let delivery = shop.answers("hi").await;
    shop.sent(delivery, "out1").await;
    let react = |message: &str, emoji: Option<&str>| {
        shop.accept(Event::Reaction { message: message.into(), emoji: emoji.map(str::to_owned) })
    };
    assert_eq!(react("out1", Some("👍")).await, Accepted::Applied);
    assert_eq!(react("out1", Some("👍")).await, Accepted::Ignored);
    assert_eq!(react("nobody", Some("👍")).await, Accepted::Ignored);
    assert_eq!(shop.row(conversation, 1, 1).await.reaction.as_deref(), Some("👍"));
    assert_eq!(react("out1", None).await, Accepted::Applied);
    assert_eq!(shop.row(conversation, 1, 1).await.reaction, None);
    assert_eq!(Queue::<Turn>::next_due(shop.store()).await.unwrap(), None);
}

#[tokio::test]
async fn what_another_program_answers_is_kept_and_not_answered_again() {
    let shop = Shop::new();
    let event = Event::Standby(shop.message("w1", "hello"));
    let Accepted::New(id) = shop.accept(event.clone()).await else { panic!("not new") };
    assert_eq!(shop.accept(event).await, Accepted::Duplicate);
    shop.clock.advance(LEASE);
    assert!(shop.turn().await.is_none());
    let state = shop.state(id).await;
    assert_eq!(state.answered_to, state.next_seq);
    assert!(state.window_is_open(shop.clock.now()));
    shop.hears("w2", "are you there?").await;
    assert_eq!(texts(&shop.quiet_turn().await), ["are you there?"]);
}

#[tokio::test]
async fn a_humans_own_answer_pauses_the_assistant_unless_it_is_old_news() {
    let shop = Shop::new();
    let id = shop.hears("w1", "hello").await;
    let pause = Duration::from_secs(600);
    let reply = async |name: &str, at: Timestamp| {
        let event = Event::HumanReply(Inbound { at, ..shop.message(name, "I am on it") });
        let received = Received { number: shop.number(), quiet: QUIET, pause, event };
        shop.store().accept(vec![received]).await.unwrap();
        shop.state(id).await.mode
    };
    let now = shop.clock.now();
    assert_eq!(reply("h1", now - DAY).await, Mode::Assistant, "a replay of yesterday");
    assert_eq!(reply("h2", now).await, Mode::Human { until: Some(now + pause) });
    let sooner = now - Duration::from_secs(60);
    assert_eq!(reply("h3", sooner).await, Mode::Human { until: Some(now + pause) });
    assert!(Mode::assistant_answers(shop.state(id).await.mode, now + pause));
}

#[tokio::test]
async fn what_a_program_says_goes_out_once_and_answers_nothing() {
    let shop = Shop::new();
    let sender = Sender::from(Address::Phone(Phone::parse("15550100001").unwrap()));
    let to = || Subject::Address(shop.number(), sender.clone());
    let Changed::Said(id) = shop.apply(to(), say("your order", Some("k1"))).await else {
        panic!("not said")
    };
    assert_eq!(shop.apply(to(), say("your order", Some("k1"))).await, Changed::Known(id));
    assert!(!shop.state(id.conversation).await.window_is_open(shop.clock.now()), "nobody wrote");
    let delivery = shop.delivery().await.expect("it goes out");
    assert_eq!((delivery.work.id, delivery.work.message.role), (id, Role::Business));
    assert!(shop.sent(delivery, "out1").await.is_none());
    assert_eq!(shop.hears("w1", "thanks").await, id.conversation, "the same person");
    let shop = shop.reopened();
    let sender = Sender::from(Address::Phone(Phone::parse("15550100001").unwrap()));
    let to = Subject::Address(shop.number(), sender);
    assert_eq!(shop.apply(to, say("your order", Some("k1"))).await, Changed::Known(id));
    assert_eq!(texts(&shop.quiet_turn().await), ["thanks"]);
}

#[tokio::test]
async fn a_program_that_speaks_during_a_turn_takes_no_claim_and_leaves_nothing_open() {
    let shop = Shop::new();
    let id = shop.hears("w1", "hello").await;
    let turn = shop.quiet_turn().await;
    shop.apply(Subject::Conversation(id), say("by the way", None)).await;
    let first = shop.delivery().await.expect("the program's own");
    assert!(shop.answer(turn, &["hi"]).await.is_none(), "the lane is held");
    let second = shop.sent(first, "out1").await.expect("then the answer");
    assert_eq!(second.work.message.content.as_text(), "hi");
    shop.sent(second, "out2").await;
    let state = shop.state(id).await;
    assert_eq!(state.answered_to, state.next_seq);
}

#[tokio::test]
async fn a_pause_drops_the_assistants_words_and_stop_drops_the_businesss_too() {
    let shop = Shop::new();
    let id = shop.hears("w1", "hello").await;
    let turn = shop.quiet_turn().await;
    let held = shop.answer(turn, &["one", "two"]).await.unwrap();
    shop.apply(Subject::Conversation(id), say("from a human", None)).await;
    shop.apply(Subject::Conversation(id), Change::Pause { until: None }).await;
    let next = shop.sent(held, "out1").await.expect("the human's words stay");
    assert_eq!(next.work.message.content.as_text(), "from a human");
    shop.apply(Subject::Conversation(id), say("another", None)).await;
    shop.apply(Subject::Conversation(id), Change::OptOut).await;
    shop.sent(next, "out2").await;
    assert!(shop.delivery().await.is_none());
    shop.apply(Subject::Conversation(id), say("and now?", None)).await;
    assert!(shop.delivery().await.is_none(), "nobody writes to who wants nothing");
    assert_eq!(shop.row(id, 4, 0).await.status, Status::Dropped);
}

#[tokio::test]
async fn effects_on_somebody_else_are_in_the_turns_own_commit() {
    let shop = Shop::new();
    let ana = shop.hears("w1", "a human, please").await;
    let turn = shop.quiet_turn().await;
    let operator = Sender::from(Address::Phone(Phone::parse("15550190").unwrap()));
    let until = shop.clock.now() + DAY;
    let changes = vec![
        Change::Handoff { reason: "asked".into(), until },
        Change::Also(
            Box::new(Subject::Address(shop.number(), operator)),
            vec![say("Ana waits", None)],
        ),
        Change::Also(Box::new(Subject::Conversation(ana)), vec![Change::Introduce]),
    ];
    let finished = Finished { changes, ..Finished::silent("handed over") };
    let messages = vec![Outgoing::text("somebody will answer")];
    let outcome = TurnOutcome::Finished(Finished { messages, ..finished });
    let reply = Queue::finish(shop.store(), turn, outcome).await.unwrap();
    assert_eq!(reply.unwrap().work.message.content.as_text(), "somebody will answer");
    let notice = shop.delivery().await.expect("the operator's");
    assert_eq!(notice.work.message.content.as_text(), "Ana waits");
    let state = shop.state(ana).await;
    assert_eq!(state.handoff.unwrap().reason, "asked");
    assert!(shop.store().person(state.person).await.unwrap().unwrap().introduced);
    shop.apply(Subject::Conversation(ana), Change::Resume).await;
    assert_eq!(shop.state(ana).await.handoff, None);
}

#[tokio::test]
async fn a_window_that_the_provider_calls_closed_is_closed_until_the_person_writes() {
    let shop = Shop::new();
    let id = shop.hears("w1", "hello").await;
    let delivery = shop.answers("hi").await;
    let reply = delivery.work.id;
    shop.sent(delivery, "out1").await;
    let closed = Failure::new(Class::WindowClosed, "too late").with_code(1);
    let told = shop.failed_receipt(reply, "out1", Status::Failed, Some(closed.clone())).await;
    assert_eq!(told, Accepted::Failed(closed.clone()));
    shop.clock.advance(LEASE);
    let again = shop.delivery().await.expect("once more, by whatever reaches");
    assert_eq!(again.work.message.failure, Some(closed.clone()));
    assert!(!again.work.conversation.window_is_open(shop.clock.now()));
    shop.end(again, DeliveryOutcome::Failed(closed)).await;
    shop.clock.advance(LEASE);
    shop.hears("w2", "hello?").await;
    assert!(shop.state(id).await.window_is_open(shop.clock.now()));
    assert!(!shop.state(id).await.window_is_open(shop.clock.now() + DAY));
}

#[tokio::test]
async fn an_unpaid_number_waits_for_its_operator_and_then_sends_what_waited() {
    let shop = Shop::new();
    shop.hears("w1", "hello").await;
    let delivery = shop.answers("hi").await;
    let failure = Some(Failure::new(Class::Unpaid, "no money"));
    let at = shop.clock.now();
    shop.end(delivery, DeliveryOutcome::Retry { at, failure }).await;
    shop.clock.advance(30 * DAY);
    assert!(shop.delivery().await.is_none());
    assert!(shop.store().number(&shop.number().name).await.unwrap().paused.is_some());
    shop.apply(Subject::Number(shop.number().name), Change::ResumeNumber).await;
    assert_eq!(shop.delivery().await.unwrap().work.message.content.as_text(), "hi");
}

#[tokio::test]
async fn whoever_told_the_provider_stop_is_written_to_no_more() {
    let shop = Shop::new();
    let id = shop.hears("w1", "hello").await;
    let delivery = shop.answers("hi").await;
    let failure = Failure::new(Class::Unsubscribed, "unsubscribed");
    shop.end(delivery, DeliveryOutcome::Failed(failure)).await;
    let person = shop.state(id).await.person;
    assert!(shop.store().person(person).await.unwrap().unwrap().opted_out);
}

#[tokio::test]
async fn messages_that_arrive_are_counted_by_number_and_month() {
    let shop = Shop::new();
    let mut arrived = 0;
    let mut one = async |content: Content, category: &str| {
        arrived += 1;
        let sender = Sender::from(Address::Phone(Phone::parse("15550100001").unwrap()));
        let message = Outgoing::new(content);
        let change = Change::Say(Box::new(Saying { role: Role::Business, message, key: None }));
        shop.apply(Subject::Address(shop.number(), sender), change).await;
        let delivery = shop.delivery().await.unwrap();
        let (id, name) = (delivery.work.id, format!("out{arrived}"));
        shop.sent(delivery, &name).await;
        let pricing = Some(Pricing { category: category.into(), ..Pricing::default() });
        let receipt = |status| Receipt {
            delivery: Some(id),
            provider_id: name.as_str().into(),
            status,
            failure: None,
            pricing: pricing.clone(),
        };
        let first = shop.accept(Event::Receipt(receipt(Status::Delivered))).await;
        assert_eq!(shop.accept(Event::Receipt(receipt(Status::Read))).await, Accepted::Applied);
        first
    };
    let text = || Content::Text("hi".into());
    assert_eq!(one(text(), "service").await, Accepted::Counted(1));
    assert_eq!(one(text(), "service").await, Accepted::Counted(2));
    assert_eq!(one(text(), "marketing").await, Accepted::Applied);
    assert_eq!(one(Content::Template(Template::default()), "service").await, Accepted::Applied);
    shop.clock.advance(31 * DAY);
    assert_eq!(one(text(), "service").await, Accepted::Counted(1), "a new month");
    assert_eq!(shop.store().number(&shop.number().name).await.unwrap().delivered, 1);
}

#[tokio::test]
async fn a_job_is_done_at_least_once_and_outlives_restarts() {
    let shop = Shop::new();
    let alert = || Alert {
        kind: "test".into(),
        about: "main".into(),
        reason: "why".into(),
        at: Timestamp::UNIX_EPOCH,
    };
    let queue = Change::Queue(Task::Alert(alert()));
    shop.apply(Subject::Business("main".into()), queue).await;
    let claim = shop.job().await.expect("at once");
    assert_eq!((&claim.work.task, claim.work.attempt), (&Task::Alert(alert()), 1));
    assert!(shop.job().await.is_none(), "somebody does it");
    let at = shop.clock.now() + LEASE;
    Queue::finish(shop.store(), claim, JobOutcome::Retry { at }).await.unwrap();
    let shop = shop.reopened();
    assert!(shop.job().await.is_none(), "not yet");
    shop.clock.advance(LEASE);
    let lost = shop.job().await.expect("again");
    assert_eq!(lost.work.attempt, 2);
    shop.clock.advance(LEASE);
    let taken_over = shop.job().await.expect("the lease ran out");
    let late = Queue::finish(shop.store(), lost, JobOutcome::Done).await;
    assert!(matches!(late, Err(StoreError::ClaimLost)));
    Queue::finish(shop.store(), taken_over, JobOutcome::Done).await.unwrap();
    let shop = shop.reopened();
    assert_eq!(Queue::<Job>::next_due(shop.store()).await.unwrap(), None);
}

#[tokio::test]
async fn a_token_is_valid_until_it_is_revoked_by_enough_of_its_hash() {
    let shop = Shop::new();
    let hash = "0123456789abcdef".repeat(4);
    let grant = Grant {
        hash: hash.clone(),
        scopes: vec![Use::Messages],
        business: "main".into(),
        namespace: None,
        label: "crm".into(),
        created_at: shop.clock.now(),
    };
    let business = || Subject::Business("main".into());
    shop.apply(business(), Change::Grant(grant.clone())).await;
    assert_eq!(shop.store().grant(&hash).await.unwrap(), Some(grant.clone()));
    assert_eq!(shop.store().grants().await.unwrap(), std::slice::from_ref(&grant));
    for wrong in ["", "0", "012345679"] {
        let revoked = shop.store().apply(business(), vec![Change::Revoke(wrong.into())]).await;
        assert!(matches!(revoked, Err(StoreError::NotFound(_))), "{wrong}");
    }
    shop.apply(business(), Change::Revoke(grant.id().into())).await;
    assert_eq!(shop.store().grant(&hash).await.unwrap(), None);
}
