//! Random days at the shop: people write, edit and take back, humans answer,
//! providers refuse, stay silent or report late, workers die, the program is
//! killed; in the end nothing is lost, nothing came twice and all is quiet.

use std::collections::{HashMap, HashSet};

use proptest::prelude::*;
use proptest::sample::Index;
use proptest::test_runner::{Config as Cases, RngSeed};

use super::*;
use crate::domain::change::Saying;
use crate::domain::conversation::Conversation;
use crate::store::StoreError;

const GRACE: Duration = Duration::from_secs(60);

/// One thing that happens. An `Index` picks among what is there by then.
#[derive(Clone, Debug)]
enum Step {
    Write { person: u8, number: u8, twice: bool },
    Edit(Index),
    Revoke(Index),
    Human { person: u8, number: u8 },
    Change { conversation: Index, change: Change },
    ResumeNumber,
    ClaimTurn,
    FinishTurn { turn: Index, parts: usize, fate: Fate },
    RetryTurn(Index),
    ForgetTurn(Index),
    ClaimDelivery(Fate),
    FinishDelivery { delivery: Index, next: Fate },
    Receipt { receipt: Index, again: bool },
    Wait(u64),
    Kill,
}

/// What the provider does with a message.
#[derive(Clone, Copy, Debug, PartialEq)]
enum Fate {
    /// It arrives. The answer, its receipt, or both come back.
    Arrives {
        answer: bool,
        receipt: bool,
    },
    /// Taken, and reported as failed in passing.
    FailsLater,
    /// Neither it nor an answer.
    Lost,
    Busy,
    Stopped,
    Refused,
}

fn fates() -> impl Strategy<Value = Fate> {
    prop_oneof![
        6 => Just(Fate::Arrives { answer: true, receipt: true }),
        1 => Just(Fate::Arrives { answer: true, receipt: false }),
        2 => Just(Fate::Arrives { answer: false, receipt: true }),
        4 => Just(Fate::FailsLater),
        1 => Just(Fate::Lost),
        2 => Just(Fate::Busy),
        1 => Just(Fate::Stopped),
        1 => Just(Fate::Refused),
    ]
}

fn steps() -> impl Strategy<Value = Vec<Step>> {
    let at = any::<Index>;
    let change = prop_oneof![
        Just(Change::Pause { until: None }),
        Just(Change::Resume),
        Just(Change::OptOut),
        Just(Change::OptIn),
        Just(Change::NewConversation),
        Just(said()),
    ];
    let step = prop_oneof![
        8 => (0..5u8, 0..5u8, any::<bool>())
            .prop_map(|(person, number, twice)| Step::Write {
                person: person / 4,
                number: number / 4,
                twice
            }),
        1 => at().prop_map(Step::Edit),
        1 => at().prop_map(Step::Revoke),
        1 => (0..2u8).prop_map(|number| Step::Human { person: 0, number }),
        1 => (at(), change).prop_map(|(conversation, change)| Step::Change { conversation, change }),
        1 => Just(Step::ResumeNumber),
        8 => Just(Step::ClaimTurn),
        8 => (at(), 0..4usize, fates())
            .prop_map(|(turn, parts, fate)| Step::FinishTurn { turn, parts, fate }),
        1 => at().prop_map(Step::RetryTurn),
        1 => at().prop_map(Step::ForgetTurn),
        6 => fates().prop_map(Step::ClaimDelivery),
        10 => (at(), fates()).prop_map(|(delivery, next)| Step::FinishDelivery { delivery, next }),
        10 => (at(), any::<bool>()).prop_map(|(receipt, again)| Step::Receipt { receipt, again }),
        3 => prop_oneof![Just(1), Just(2), Just(61)].prop_map(Step::Wait),
        1 => Just(Step::Kill),
    ];
    prop::collection::vec(step, 20..160)
}

/// A program of the business's writes by itself.
fn said() -> Change {
    let message = Outgoing::text("by the way");
    Change::Say(Box::new(Saying { role: Role::Business, message, key: None }))
}

/// The shop, and what the world outside of it knows.
struct Day {
    shop: Shop,
    /// When this life of the program began.
    ready: Timestamp,
    ids: u32,
    turns: Vec<Claim<Turn>>,
    /// Claims, and how their attempts end.
    deliveries: Vec<(Claim<Delivery>, DeliveryOutcome)>,
    receipts: Vec<Receipt>,
    conversations: HashSet<ConversationId>,
    /// What people wrote.
    written: Vec<(&'static str, String)>,
    /// In how many finished turns, or human answers, each message was.
    ended: HashMap<MessageId, u32>,
    replies: HashSet<MessageId>,
    /// On the phones, with a sign of it on its way to us.
    arrived: HashSet<MessageId>,
    /// What was there when a human answered or the person said stop.
    given_up: HashSet<MessageId>,
    /// The last that was sent of each conversation.
    last: HashMap<ConversationId, Position>,
    /// Reported as failed in passing: may go out again, out of order.
    again: HashSet<MessageId>,
}

const NUMBERS: [&str; 2] = ["main-number", "second-number"];

impl Day {
    fn new() -> Self {
        let shop = Shop::new();
        let ready = shop.clock.now();
        Self {
            shop,
            ready,
            ids: 0,
            turns: vec![],
            deliveries: vec![],
            receipts: vec![],
            conversations: HashSet::new(),
            written: vec![],
            ended: HashMap::new(),
            replies: HashSet::new(),
            arrived: HashSet::new(),
            given_up: HashSet::new(),
            last: HashMap::new(),
            again: HashSet::new(),
        }
    }

    fn id(&mut self, kind: &str) -> String {
        self.ids += 1;
        format!("{kind}{}", self.ids)
    }

    fn said(&self, person: u8, id: &str) -> Inbound {
        let phone = Phone::parse(&format!("1555010000{person}")).unwrap();
        let mut inbound = self.shop.message(id, id);
        inbound.sender.aliases = vec![Alias::Phone(phone.clone())];
        inbound.sender.address = Address::Phone(phone);
        inbound
    }

    async fn accept(&self, number: &str, events: Vec<Event>) -> Vec<Accepted> {
        let number = Number { name: number.into(), business: "main".into() };
        let received = events.into_iter();
        let received = received.map(|event| Received {
            number: number.clone(),
            quiet: QUIET,
            pause: Duration::ZERO,
            event,
        });
        self.shop.store().accept(received.collect()).await.unwrap()
    }

    async fn step(&mut self, step: Step) {
        match step {
            Step::Write { person, number, twice } => {
                let (id, number) = (self.id("w"), NUMBERS[usize::from(number)]);
                let event = Event::Message(self.said(person, &id));
                let events = vec![event; 1 + usize::from(twice)];
                let accepted = self.accept(number, events).await;
                let Accepted::New(conversation) = accepted[0] else { panic!("{accepted:?}") };
                assert!(accepted[1..].iter().all(|again| *again == Accepted::Duplicate));
                self.conversations.insert(conversation);
                self.written.push((number, id));
            }
            Step::Edit(which) if !self.written.is_empty() => {
                let (number, id) = which.get(&self.written).clone();
                let content = Content::Text(self.id("edited ").repeat(1500));
                self.accept(number, vec![Event::Edit { message: id.into(), content }]).await;
            }
            Step::Revoke(which) if !self.written.is_empty() => {
                let (number, id) = which.get(&self.written).clone();
                self.accept(number, vec![Event::Revoke { message: id.into() }]).await;
            }
            Step::Human { person, number } => {
                let id = self.id("h");
                let reply = Event::HumanReply(self.said(person, &id));
                let accepted = self.accept(NUMBERS[usize::from(number)], vec![reply]).await;
                let Accepted::New(conversation) = accepted[0] else { panic!("{accepted:?}") };
                self.conversations.insert(conversation);
                self.give_up(conversation);
                for row in self.rows(conversation).await {
                    if row.role == Role::Person {
                        let position = row.position;
                        self.ended.entry(MessageId { conversation, position }).or_insert(1);
                    }
                }
            }
            Step::Change { conversation, change } if !self.conversations.is_empty() => {
                let mut all: Vec<_> = self.conversations.iter().copied().collect();
                all.sort();
                let id = *conversation.get(&all);
                if change == Change::OptOut {
                    let person = self.conversation(id).await.person;
                    for other in all {
                        if self.conversation(other).await.person == person {
                            self.give_up(other);
                        }
                    }
                } else if matches!(change, Change::Pause { .. }) {
                    self.give_up(id);
                }
                self.shop.store().apply(Subject::Conversation(id), vec![change]).await.unwrap();
            }
            Step::ResumeNumber => {
                let number = Subject::Number(NUMBERS[0].into());
                self.shop.store().apply(number, vec![Change::ResumeNumber]).await.unwrap();
            }
            Step::ClaimTurn => {
                self.wait(QUIET.settle).await;
                self.turns.extend(self.shop.turn().await);
            }
            Step::FinishTurn { turn, parts, fate } if !self.turns.is_empty() => {
                let claim = self.turns.swap_remove(turn.index(self.turns.len()));
                self.finish_turn(claim, parts, fate).await;
            }
            Step::RetryTurn(turn) if !self.turns.is_empty() => {
                let claim = self.turns.swap_remove(turn.index(self.turns.len()));
                let at = self.shop.clock.now() + QUIET.settle;
                let _ = Queue::finish(self.shop.store(), claim, TurnOutcome::Retry { at }).await;
            }
            Step::ForgetTurn(turn) if !self.turns.is_empty() => {
                drop(self.turns.swap_remove(turn.index(self.turns.len())));
            }
            Step::ClaimDelivery(fate) => {
                if let Some(claim) = self.shop.delivery().await {
                    self.attempt(claim, fate);
                }
            }
            Step::FinishDelivery { delivery, next } if !self.deliveries.is_empty() => {
                let at = delivery.index(self.deliveries.len());
                self.finish_delivery(at, next).await;
            }
            Step::Receipt { receipt, again } if !self.receipts.is_empty() => {
                let at = receipt.index(self.receipts.len());
                let receipt = self.receipts[at].clone();
                if !again {
                    self.receipts.swap_remove(at);
                }
                self.report(receipt).await;
            }
            Step::Wait(seconds) => self.wait(Duration::from_secs(seconds)).await,
            Step::Kill => {
                self.turns.clear();
                self.deliveries.clear();
                let old = std::mem::replace(&mut self.shop, Shop::new());
                self.shop = old.reopened();
                self.ready = self.shop.clock.now();
            }
            _ => {}
        }
    }

    async fn finish_turn(&mut self, claim: Claim<Turn>, parts: usize, fate: Fate) {
        let conversation = claim.lane();
        let ids = |row: &Message| MessageId { conversation, position: row.position };
        let asked: Vec<MessageId> = claim.work.inbound.iter().map(ids).collect();
        let upto = claim.work.inbound.iter().map(|row| row.position.seq).max().unwrap();
        match Queue::finish(self.shop.store(), claim, reply(&["an answer"; 4][..parts])).await {
            Ok(next) => {
                for part in 1..=u16::try_from(parts).unwrap() {
                    let position = Position { seq: upto, part };
                    self.replies.insert(MessageId { conversation, position });
                }
                for id in asked {
                    *self.ended.entry(id).or_default() += 1;
                }
                if let Some(next) = next {
                    self.attempt(next, fate);
                }
            }
            Err(error) => assert!(matches!(error, StoreError::ClaimLost), "{error}"),
        }
    }

    /// What a worker does with a claim, and what the provider does then.
    fn attempt(&mut self, claim: Claim<Delivery>, fate: Fate) {
        let (now, delivery) = (self.shop.clock.now(), &claim.work);
        let outcome = match delivery.state {
            DeliveryState::Waiting => {
                let (id, conversation) = (delivery.id, delivery.id.conversation);
                assert!(!self.arrived.contains(&id), "sent twice");
                assert!(!self.given_up.contains(&id), "sent although it was given up");
                if delivery.message.role == Role::Assistant {
                    let last = self.last.entry(conversation).or_default();
                    assert!(*last <= id.position || self.again.contains(&id), "out of order");
                    *last = id.position.max(*last);
                }
                self.send(id, fate)
            }
            DeliveryState::InFlight(since) | DeliveryState::Uncertain(since)
                if now < since.max(self.ready) + GRACE =>
            {
                DeliveryOutcome::Uncertain { ask_at: since.max(self.ready) + GRACE }
            }
            DeliveryState::InFlight(_) => DeliveryOutcome::Uncertain { ask_at: now },
            DeliveryState::Uncertain(_) if delivery.doubts >= 2 => {
                DeliveryOutcome::Failed(Failure::new(Class::Refused, "twice in doubt"))
            }
            DeliveryState::Uncertain(_) => DeliveryOutcome::Resend,
        };
        self.deliveries.push((claim, outcome));
    }

    fn send(&mut self, id: MessageId, fate: Fate) -> DeliveryOutcome {
        let (now, provider_id) = (self.shop.clock.now(), self.id("out"));
        let failed = |class| Some(Failure::new(class, "no"));
        let receipt = |status, failure| Receipt {
            delivery: Some(id),
            provider_id: provider_id.as_str().into(),
            status,
            failure,
            pricing: None,
        };
        match fate {
            Fate::Arrives { answer, receipt: told } => {
                if told {
                    self.arrived.insert(id);
                    self.receipts.push(receipt(Status::Delivered, None));
                }
                match answer {
                    true => DeliveryOutcome::Sent(provider_id.into()),
                    false => DeliveryOutcome::Uncertain { ask_at: now + GRACE },
                }
            }
            Fate::FailsLater => {
                self.again.insert(id);
                self.receipts.push(receipt(Status::Failed, Some(slow_down())));
                DeliveryOutcome::Sent(provider_id.into())
            }
            Fate::Lost => DeliveryOutcome::Uncertain { ask_at: now + GRACE },
            Fate::Busy => DeliveryOutcome::Retry { at: now + GRACE, failure: Some(slow_down()) },
            Fate::Stopped => DeliveryOutcome::Retry { at: now, failure: failed(Class::StopNumber) },
            Fate::Refused => DeliveryOutcome::Failed(failed(Class::Refused).unwrap()),
        }
    }

    async fn finish_delivery(&mut self, at: usize, next: Fate) {
        let (claim, outcome) = self.deliveries.swap_remove(at);
        match Queue::finish(self.shop.store(), claim, outcome).await {
            Ok(None) => {}
            Ok(Some(claim)) => self.attempt(claim, next),
            Err(error) => assert!(matches!(error, StoreError::ClaimLost), "{error}"),
        }
    }

    async fn report(&mut self, receipt: Receipt) {
        let id = receipt.delivery.unwrap().conversation;
        let number = self.conversation(id).await.number;
        self.accept(number.name.as_str(), vec![Event::Receipt(receipt)]).await;
    }

    /// Providers answer and report well within the lease and the grace.
    async fn wait(&mut self, by: Duration) {
        if by > QUIET.settle {
            while !self.deliveries.is_empty() {
                self.finish_delivery(0, Fate::Arrives { answer: true, receipt: true }).await;
            }
            for receipt in std::mem::take(&mut self.receipts) {
                self.report(receipt).await;
            }
        }
        self.shop.clock.advance(by);
    }

    fn give_up(&mut self, conversation: ConversationId) {
        let of = self.replies.iter().filter(|id| id.conversation == conversation);
        self.given_up.extend(of.copied());
    }

    async fn conversation(&self, id: ConversationId) -> Conversation {
        Transcript::conversation(self.shop.store(), id).await.unwrap().unwrap()
    }

    async fn rows(&self, id: ConversationId) -> Vec<Message> {
        let mut all = self.conversation(id).await;
        all.window_from = 0;
        self.shop.store().window(&all, u64::MAX, u32::MAX).await.unwrap()
    }

    /// Works until nothing is due any more.
    async fn evening(&mut self) {
        for _ in 0..2000 {
            let fate = Fate::Arrives { answer: true, receipt: true };
            while let Some(turn) = self.turns.pop() {
                self.finish_turn(turn, 1, fate).await;
            }
            while !self.deliveries.is_empty() {
                self.finish_delivery(0, fate).await;
            }
            for receipt in std::mem::take(&mut self.receipts) {
                self.report(receipt).await;
            }
            self.turns.extend(self.shop.turn().await);
            match self.shop.delivery().await {
                Some(claim) => self.attempt(claim, fate),
                None if self.turns.is_empty() => match self.next_due().await {
                    None => return,
                    Some(at) => {
                        let by = at.duration_since(self.shop.clock.now()).try_into();
                        self.wait(by.unwrap_or_default()).await;
                    }
                },
                None => {}
            }
        }
        panic!("the work does not end");
    }

    /// Leases that nobody will finish included.
    async fn next_due(&self) -> Option<Timestamp> {
        let next = *self.shop.store().writer().unwrap().next().borrow();
        next.iter().filter_map(|next| next.any).min()
    }

    async fn assert_all_is_well(&self) {
        let marks = self.shop.store().reading.tree.scan_prefix(b"b").keys().count();
        assert_eq!(marks, 0, "work is marked that is not there");
        for id in &self.conversations {
            assert!(self.shop.store().outbox(*id).await.unwrap().is_empty());
            for row in self.rows(*id).await {
                let id = MessageId { conversation: *id, position: row.position };
                let ended = self.ended.get(&id).copied().unwrap_or_default();
                match row.role {
                    Role::Business | Role::Assistant if self.arrived.contains(&id) => {
                        assert_eq!(row.status, Status::Delivered, "it arrived: {row:?}");
                    }
                    Role::Person if row.content == Content::Revoked => assert!(ended <= 1),
                    Role::Person => assert_eq!(ended, 1, "in one finished turn: {row:?}"),
                    Role::Business | Role::Assistant => {
                        let over = [Status::Sent, Status::Failed, Status::Dropped];
                        assert!(over.contains(&row.status), "{row:?}");
                    }
                }
            }
        }
    }
}

proptest! {
    #![proptest_config(Cases {
        cases: 32,
        rng_seed: RngSeed::Fixed(7),
        failure_persistence: None,
        ..Cases::default()
    })]

    #[test]
    fn whatever_happens_nothing_is_lost_and_nothing_comes_twice(steps in steps()) {
        let runtime = tokio::runtime::Builder::new_current_thread().build().unwrap();
        runtime.block_on(async {
            let mut day = Day::new();
            for (n, step) in steps.into_iter().enumerate() {
                day.step(step).await;
                if n % 8 == 0 {
                    assert_eq!(day.shop.verified().found, []);
                }
            }
            day.evening().await;
            day.assert_all_is_well().await;
        });
    }
}
