//! Stories of damage: each kind is planted and named.

use serde_json::json;

use super::*;
use crate::domain::conversation::Conversation;
use crate::domain::id::KeyId;
use crate::domain::job::{Job, JobOutcome, Task};
use crate::domain::memory::{Imported, Origin, Space, Write};
use crate::domain::person::Person;
use crate::domain::terms::Packed;
use crate::store::sled::keys::LaneKind;
use crate::store::sled::tx::{DeliveryRow, Tx};
use crate::store::{Flaw, Transfer, Upkeep};

/// A shop where there is something of everything.
async fn furnished() -> Shop {
    let shop = Shop::new();
    for n in 0..40 {
        shop.hears(&format!("w{n}"), "my dog is Rex").await;
    }
    let delivery = shop.answers("nice").await;
    shop.sent(delivery, "out1").await;
    shop.hears("last", "and my cat is Tom").await;
    let turn = shop.quiet_turn().await;
    shop.answer(turn, &["one", "two"]).await;
    let ana = shop.ana().await.unwrap().id;
    for value in ["red", "blue"] {
        let write = Write::set("colour", json!(value), Origin::Api);
        shop.apply(Subject::Person(ana), Change::Remember(Box::new(write))).await;
    }
    let ttl = Some(Duration::from_secs(60));
    let op = crate::domain::memory::Op::Set { value: json!("soon over"), ttl };
    let write = Write { op, ..Write::set("mood", json!(null), Origin::Api) };
    shop.apply(Subject::Person(ana), Change::Remember(Box::new(write))).await;
    let turns = (0..40).map(imported).collect();
    shop.apply(Subject::Person(ana), Change::Import("chat".into(), turns)).await;
    shop.hears("open", "are you there?").await;
    shop
}

fn imported(n: u64) -> Imported {
    Imported {
        id: format!("i{n}").into(),
        role: Role::Person,
        speaker: None,
        at: Timestamp::from_second(1_700_000_000).unwrap(),
        content: Content::Text("long ago".into()),
        tokens: 2,
        terms: Packed::default(),
    }
}

/// Changes what is kept as only damage does.
async fn plant(shop: &Shop, damage: fn(&mut Tx<'_>, &Person, Conversation)) -> Vec<Flaw> {
    shop.damaged();
    let ana = shop.ana().await.unwrap();
    let write = move |tx: &mut Tx<'_>| {
        let conversation = tx.conversation(ana.conversations[0].1)?;
        damage(tx, &ana, conversation);
        Ok(())
    };
    shop.store().writer().unwrap().write(write).await.unwrap();
    let verified = shop.store().verify().await.unwrap();
    let mut found: Vec<Flaw> = verified.found.iter().map(|found| found.flaw).collect();
    found.dedup();
    found
}

fn at(conversation: &Conversation, seq: u64, part: u16) -> MessageId {
    MessageId { conversation: conversation.id, position: Position { seq, part } }
}

/// A kind of damage, and what is said of it.
type Damage = (&'static [Flaw], fn(&mut Tx<'_>, &Person, Conversation));

const DAMAGE: &[Damage] = &[
    (&[Flaw::Unreadable], |tx, _, conversation| {
        tx.put_raw(keys::message(at(&conversation, 1, 0)), b"garbage");
    }),
    (&[Flaw::Unreadable], |tx, _, conversation| {
        // What opens at one place opens at no other.
        let words = tx.peek(&keys::message(at(&conversation, 2, 0)));
        tx.put_raw(keys::message(at(&conversation, 1, 0)), &words);
    }),
    (&[Flaw::Stray], |tx, _, _| tx.put_raw(b"Xanything".to_vec(), b"")),
    (&[Flaw::Stray], |tx, ana, _| {
        let key = [&keys::person(ana.id)[..], &[0, 1]].concat();
        tx.put_raw(key, b"a piece too many");
    }),
    (&[Flaw::KeyUnknown], |tx, _, _| {
        tx.put(keys::meta("next_key"), &KeyId(2)).unwrap();
    }),
    (&[Flaw::KeyShared], |tx, ana, _| {
        let archive = tx.conversation(ana.archives[0]).unwrap();
        tx.put_conversation(&Conversation { key: ana.key, ..archive }).unwrap();
    }),
    (&[Flaw::Alias], |tx, ana, _| {
        let alias = &ana.aliases[0].alias;
        tx.delete(tx.hasher.alias(&ana.business, alias)).unwrap();
    }),
    (&[Flaw::Alias], |tx, ana, _| {
        let other = Alias::UserId(UserId::parse("US.12345").unwrap());
        tx.put(tx.hasher.alias(&ana.business, &other), &ana.id).unwrap();
    }),
    (&[Flaw::Orphan], |tx, ana, mut conversation| {
        conversation.person = ana.archives[0].to_string().parse().unwrap();
        tx.put_conversation(&conversation).unwrap();
    }),
    (&[Flaw::Orphan], |tx, ana, _| {
        let mut ana = ana.clone();
        ana.archives.clear();
        tx.put_person(&ana).unwrap();
    }),
    (&[Flaw::Beyond], |tx, _, mut conversation| {
        conversation.answered_to = conversation.next_seq + 1;
        tx.put_conversation(&conversation).unwrap();
    }),
    (&[Flaw::Beyond], |tx, _, mut conversation| {
        conversation.next_seq -= 1;
        conversation.answered_to = conversation.answered_to.min(conversation.next_seq);
        tx.put_conversation(&conversation).unwrap();
    }),
    (&[Flaw::Mark], |tx, _, conversation| {
        tx.delete(keys::busy(LaneKind::Turns, conversation.id)).unwrap();
    }),
    (&[Flaw::Mark], |tx, ana, _| tx.put_mark(keys::busy(LaneKind::Turns, ana.archives[0]))),
    (&[Flaw::Stuck], |tx, _, mut conversation| {
        conversation.turns.take_away(None);
        tx.put_conversation(&conversation).unwrap();
    }),
    (&[Flaw::Stuck], |tx, _, mut conversation| {
        conversation.deliveries.take_away(None);
        tx.put_conversation(&conversation).unwrap();
    }),
    (&[Flaw::Index], |tx, _, conversation| {
        tx.delete(keys::block(conversation.id, 0)).unwrap();
    }),
    (&[Flaw::Index], |tx, _, conversation| {
        let mut row = tx.message(at(&conversation, 1, 0)).unwrap().unwrap();
        row.terms = Packed::default();
        tx.put_message(&conversation, &row).unwrap();
    }),
    (&[Flaw::Index], |tx, _, conversation| {
        tx.put_bytes(conversation.key, keys::vectors(conversation.id, 900), &[0; 4]).unwrap();
    }),
    (&[Flaw::Seen], |tx, _, conversation| {
        let key = tx.hasher.seen(&conversation.number.name, &"w3".into());
        tx.delete(key).unwrap();
    }),
    (&[Flaw::Seen], |tx, ana, _| {
        tx.delete(keys::brought(ana.archives[0], 0)).unwrap();
    }),
    (&[Flaw::Delivery], |tx, _, conversation| {
        let (id, _) = tx.deliveries(conversation.id).unwrap()[0];
        tx.delete(keys::delivery(id)).unwrap();
    }),
    (&[Flaw::Delivery], |tx, _, conversation| {
        tx.put(keys::delivery(at(&conversation, 40, 1)), &DeliveryRow::NEW).unwrap();
    }),
    (&[Flaw::Orphan], |tx, _, conversation| {
        tx.put(keys::delivery(at(&conversation, 7, 9)), &DeliveryRow::NEW).unwrap();
    }),
    (&[Flaw::Orphan], |tx, _, conversation| {
        let key = keys::trace(at(&conversation, 7, 9));
        tx.put_under(conversation.key, key, &json!({})).unwrap();
    }),
    (&[Flaw::Order], |tx, ana, _| {
        let space = tx.hasher.space(&Space::Person(ana.id));
        let key = tx.keys(&keys::written_in(&space), &keys::written_in(&space)).unwrap();
        tx.delete(key[0].clone()).unwrap();
    }),
    (&[Flaw::Order], |tx, ana, _| {
        let space = tx.hasher.space(&Space::Person(ana.id));
        tx.put_mark(keys::written(&space, 77, &[7; 16]));
    }),
    (&[Flaw::Expiry], |tx, _, _| {
        let key = tx.keys(&keys::all_expiring(), &keys::all_expiring()).unwrap();
        tx.delete(key[0].clone()).unwrap();
    }),
    (&[Flaw::Expiry], |tx, ana, _| {
        let space = tx.hasher.space(&Space::Person(ana.id));
        let colour = tx.hasher.entry(&space, "colour");
        tx.put_mark(keys::expires(tx.now, &space, &colour));
    }),
    (&[Flaw::Count], |tx, ana, _| {
        let space = keys::space(&tx.hasher.space(&Space::Person(ana.id)));
        let info: crate::domain::memory::SpaceInfo = tx.get(&space).unwrap().unwrap();
        let wrong = crate::domain::memory::SpaceInfo { entries: info.entries + 1, ..info };
        tx.put_under(ana.key, space, &wrong).unwrap();
    }),
];

#[tokio::test]
async fn all_kinds_of_damage_are_found_and_named() {
    let sound = furnished().await;
    let verified = sound.store().verify().await.unwrap();
    assert_eq!(verified.found, []);
    let kinds = verified.records.keys().map(String::as_str).collect::<Vec<_>>();
    for kind in [
        "alias", "before", "delivery", "entry", "expiry", "imported", "index", "message", "order",
        "person", "seen", "space", "waiting",
    ] {
        assert!(kinds.contains(&kind), "{kind} is not among {kinds:?}");
    }
    for (n, (expected, damage)) in DAMAGE.iter().enumerate() {
        let shop = furnished().await;
        let found = plant(&shop, *damage).await;
        assert!(expected.iter().all(|flaw| found.contains(flaw)), "{n}: {expected:?}, {found:?}");
    }
}

#[tokio::test]
async fn a_flaw_is_named_by_internal_ids_alone() {
    let shop = furnished().await;
    let conversation = shop.ana().await.unwrap().conversations[0].1;
    plant(&shop, |tx, _, conversation| {
        tx.put_raw(keys::message(at(&conversation, 1, 0)), b"garbage");
    })
    .await;
    let verified = shop.store().verify().await.unwrap();
    let lines: Vec<String> = verified.found.iter().map(ToString::to_string).collect();
    assert_eq!(
        lines[0],
        format!("message {conversation}.1.0: does not open, or holds something else")
    );
}

#[tokio::test]
async fn whoever_is_forgotten_goes_bit_by_bit_and_that_is_no_flaw() {
    let shop = Shop::new();
    for n in 0..3 {
        shop.hears(&format!("w{n}"), &"many words ".repeat(900)).await;
    }
    let ana = shop.ana().await.unwrap();
    shop.apply(Subject::Person(ana.id), Change::ForgetAll).await;
    let job = Queue::<Job>::claim(shop.store(), Pick::Due, LEASE, 1).await.unwrap().remove(0);
    let Task::Erase(left) = &job.work.task else { panic!("{job:?}") };
    let mut over = false;
    while !over {
        over = shop.store().erase(left, 1).await.unwrap();
        assert_eq!(shop.verified().found, []);
    }
    Queue::finish(shop.store(), job, JobOutcome::Done).await.unwrap();
}

#[tokio::test]
async fn what_is_written_meanwhile_is_no_flaw() {
    let shop = furnished().await;
    let looks = async {
        for _ in 0..10 {
            assert_eq!(shop.store().verify().await.unwrap().found, []);
        }
    };
    let works = async {
        for n in 0..60 {
            shop.hears(&format!("m{n}"), &"many words ".repeat(600)).await;
            if n % 10 == 9 {
                let ana = shop.ana().await.unwrap();
                shop.apply(Subject::Person(ana.id), Change::ForgetAll).await;
                shop.works().await;
            }
        }
    };
    tokio::join!(looks, works);
}
