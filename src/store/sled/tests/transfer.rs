//! Stories of backups: of one point whatever is written meanwhile, and made a
//! store of again.

use std::collections::BTreeMap;
use std::path::Path;

use proptest::prelude::*;
use proptest::sample::Index;
use serde_json::json;

use super::index::Past;
use super::*;
use crate::domain::id::KeyId;
use crate::domain::memory::{Origin, Write};
use crate::store::backup::{Bytes, KEYS, Reader, Row};
use crate::store::seal::SLOT;
use crate::store::sled::snapshot::next_key;
use crate::store::sled::transfer::Walk;
use crate::store::{RestoreError, Transfer, Verified, restore};

/// Every key and what stands there, the key file's slots among them.
type Picture = BTreeMap<Vec<u8>, Vec<u8>>;

impl Shop {
    /// The store as it stands, with nobody at work.
    fn picture(&self) -> Picture {
        let Reading { tree, seals } = self.store().reading.clone();
        let mut all: Picture =
            tree.iter().map(|pair| pair.map(|(k, v)| (k.to_vec(), v.to_vec())).unwrap()).collect();
        let below = next_key(&Snapshot::still(tree, seals.clone())).unwrap();
        all.insert(vec![KEYS], seals.raw_header().unwrap());
        let slots = seals.raw_slots(KeyId::HOUSE, below).unwrap();
        for (id, slot) in (0u32..).zip(slots.chunks(SLOT)) {
            all.insert([&[KEYS][..], &id.to_be_bytes()].concat(), slot.to_vec());
        }
        all
    }

    /// A point, to be read so many bytes at a time.
    async fn walk(&self, piece: usize) -> Walk {
        Walk::over(self.store().snapshot().await.unwrap().0, piece)
    }

    async fn backup(&self) -> Vec<u8> {
        Bytes::of(self.store().dump().await.unwrap()).flat_map(Result::unwrap).collect()
    }

    /// A shop over what a backup holds.
    fn restored(&self, backup: &[u8]) -> Self {
        let folder = tempfile::tempdir().unwrap();
        assert_eq!(restore_into(folder.path(), backup, None).unwrap().found, []);
        let clock = self.clock.clone();
        Self { folder, clock, store: None, damaged: AtomicBool::new(false) }.reopened()
    }
}

fn config(folder: &Path, key: Option<StoreKey>) -> Config {
    let url = format!("sled:{}", folder.display());
    Config { url, cache_mb: 16, min_free_mb: 0, key, key_previous: None }
}

fn restore_into(
    folder: &Path,
    backup: &[u8],
    key: Option<StoreKey>,
) -> Result<Verified, RestoreError> {
    restore(&config(folder, key), Reader::open(backup)?, Clock::system())
}

fn picture(rows: Vec<Row>) -> Picture {
    rows.into_iter().map(|row| (row.key, row.value)).collect()
}

/// What happens while somebody reads.
#[derive(Clone, Debug)]
enum Meanwhile {
    Day(super::index::Step),
    Remember(u8),
    Forget(Index),
    Read,
}

fn meanwhile() -> impl Strategy<Value = Vec<Meanwhile>> {
    let one = prop_oneof![
        6 => super::index::step().prop_map(Meanwhile::Day),
        2 => any::<u8>().prop_map(Meanwhile::Remember),
        1 => any::<Index>().prop_map(Meanwhile::Forget),
        4 => Just(Meanwhile::Read),
    ];
    prop::collection::vec(one, 1..60)
}

impl Past {
    async fn meanwhile(&mut self, what: &Meanwhile) {
        let people = self.shop.store().people(None, 10).await.unwrap();
        match what {
            // Nobody closes a store that is being read.
            Meanwhile::Day(super::index::Step::Reopen) | Meanwhile::Read => {}
            Meanwhile::Day(step) => self.take(step.clone()).await,
            Meanwhile::Remember(n) => {
                for person in people {
                    let write = Write::set(format!("k{}", n % 4), json!(n), Origin::Api);
                    let change = Change::Remember(Box::new(write));
                    self.shop.apply(Subject::Person(person.id), change).await;
                }
            }
            Meanwhile::Forget(which) if !people.is_empty() => {
                let person = which.get(&people).id;
                self.shop.apply(Subject::Person(person), Change::ForgetAll).await;
                self.shop.works().await;
            }
            Meanwhile::Forget(_) => {}
        }
    }
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(24))]

    #[test]
    fn whatever_is_written_meanwhile_a_dump_is_of_its_point(
        before in meanwhile(), after in meanwhile(), piece in 1usize..4000
    ) {
        let runtime = tokio::runtime::Builder::new_multi_thread()
            .worker_threads(1).enable_all().build().unwrap();
        runtime.block_on(async {
            let mut past = Past::new();
            for what in &before {
                past.meanwhile(what).await;
            }
            let expected = past.shop.picture();
            let mut walk = past.shop.walk(piece).await;
            let mut read = Vec::new();
            for what in &after {
                past.meanwhile(what).await;
                if matches!(what, Meanwhile::Read) {
                    read.extend(walk.next().into_iter().flat_map(Result::unwrap));
                }
            }
            read.extend(walk.flat_map(Result::unwrap));
            assert!(read.is_sorted_by(|a, b| a.key < b.key), "in order, each key once");
            assert_eq!(picture(read), expected);
        });
    }

    #[test]
    fn what_was_kept_is_there_again(before in meanwhile()) {
        let runtime = tokio::runtime::Builder::new_multi_thread()
            .worker_threads(1).enable_all().build().unwrap();
        runtime.block_on(async {
            let mut past = Past::new();
            for what in &before {
                past.meanwhile(what).await;
            }
            let restored = past.shop.restored(&past.shop.backup().await);
            let (mut there, mut expected) = (restored.picture(), past.shop.picture());
            // Deliveries are in doubt now; lanes are as an opening leaves them.
            for picture in [&mut there, &mut expected] {
                picture.retain(|key, _| !matches!(key[0], b'd' | b'c' | b'b'));
            }
            assert_eq!(there, expected);
        });
    }
}

#[tokio::test]
async fn writers_at_full_speed_change_nothing_of_a_point() {
    let shop = Shop::new();
    for n in 0..50 {
        shop.hears(&format!("w{n}"), "before").await;
    }
    let mut expected = shop.picture();
    let mut walk = shop.walk(500).await;
    let mut read = Vec::new();
    for n in 0..100 {
        let messages = (0..5).map(|m| {
            let number = Number { name: "main-number".into(), business: "main".into() };
            let event = Event::Message(shop.message(&format!("x{n}-{m}"), "meanwhile"));
            Received { number, quiet: QUIET, pause: Duration::ZERO, event }
        });
        let (accepted, piece) = tokio::join!(
            shop.store().accept(messages.collect()),
            tokio::task::spawn_blocking(move || (walk.next(), walk))
        );
        accepted.unwrap();
        let (rows, rest) = piece.unwrap();
        walk = rest;
        read.extend(rows.into_iter().flat_map(Result::unwrap));
    }
    read.extend(walk.flat_map(Result::unwrap));
    let mut read = picture(read);
    assert_eq!(read.remove(&keys::meta("next_key")), expected.remove(&keys::meta("next_key")));
    assert_eq!(read, expected);
}

#[tokio::test]
async fn who_is_forgotten_meanwhile_is_in_a_backup_of_before_and_keys_made_ahead_are_not() {
    let shop = Shop::new();
    shop.hears("w1", "my name is Ana").await;
    let mut walk = shop.walk(1).await;
    let ana = shop.ana().await.unwrap();
    shop.apply(Subject::Person(ana.id), Change::ForgetAll).await;
    shop.works().await;
    assert!(shop.ana().await.is_none());
    let mut rows = Vec::new();
    for some in walk.by_ref() {
        rows.extend(some.unwrap());
    }
    let slots: Vec<&Row> = rows.iter().filter(|row| row.key[0] == KEYS).collect();
    // The header, the house's, hers and her conversation's.
    assert_eq!(slots.len(), 4);
    assert!(slots.iter().all(|slot| slot.value.iter().any(|byte| *byte != 0)));
    let about = shop.store().dump().await.unwrap().about;
    let dump = crate::store::backup::Dump { about, rows: Box::new([Ok(rows)].into_iter()) };
    let backup: Vec<u8> = Bytes::of(dump).flat_map(Result::unwrap).collect();
    let old = shop.restored(&backup);
    assert_eq!(old.ana().await.expect("she is there again").id, ana.id);
    assert_eq!(texts(&old.quiet_turn().await), ["my name is Ana"]);
    let new = shop.restored(&shop.backup().await);
    assert!(new.ana().await.is_none());
}

#[tokio::test]
async fn too_much_meanwhile_ends_the_reading_and_nothing_else() {
    let shop = Shop::new();
    shop.hears("w1", "hello").await;
    let snapshots = shop.store().snapshots.clone();
    let begin = move |_: &mut tx::Tx<'_>| Ok(snapshots.begin(300));
    let images = shop.store().writer().unwrap().write(begin).await.unwrap();
    let Reading { tree, seals } = shop.store().reading.clone();
    let mut walk = Walk::over(Snapshot::new(tree, seals, images), 1);
    assert!(walk.next().unwrap().is_ok());
    for n in 2..9 {
        shop.hears(&format!("w{n}"), "more").await;
    }
    let error = walk.next().unwrap().unwrap_err().to_string();
    assert!(error.contains("more was written meanwhile"), "{error}");
    assert!(walk.next().is_none());
    assert_eq!(texts(&shop.quiet_turn().await).len(), 8);
    assert!(!shop.backup().await.is_empty(), "the next one may do");
}

#[tokio::test]
async fn whoever_reads_no_more_costs_nothing() {
    let shop = Shop::new();
    shop.hears("w1", "hello").await;
    let snapshots = shop.store().snapshots.clone();
    drop(shop.walk(1).await);
    shop.hears("w2", "hello").await;
    assert_eq!(snapshots.readers(), 0);
}

#[tokio::test]
async fn a_restored_store_goes_on_and_knows_what_came_before() {
    let shop = Shop::new();
    shop.hears("w1", "hello").await;
    let delivery = shop.answers("hi Ana").await;
    shop.sent(delivery, "out1").await;
    shop.hears("w2", "and my dog is Rex").await;
    let shop = shop.restored(&shop.backup().await);
    let again = Event::Message(shop.message("w1", "hello"));
    assert_eq!(shop.accept(again).await, Accepted::Duplicate);
    assert_eq!(texts(&shop.quiet_turn().await), ["and my dog is Rex"]);
    assert!(shop.hears("w3", "new").await == shop.ana().await.unwrap().conversations[0].1);
    assert!(shop.reopened().ana().await.is_some());
}

#[tokio::test]
async fn what_was_to_go_out_is_asked_about_before_it_is_sent() {
    let shop = Shop::new();
    shop.hears("w1", "hello").await;
    let turn = shop.quiet_turn().await;
    let in_flight = shop.answer(turn, &["one", "two"]).await.unwrap();
    let point = shop.clock.now();
    let restored = shop.restored(&shop.backup().await);
    shop.sent(in_flight, "out1").await;
    let first = restored.delivery().await.expect("due at once");
    assert_eq!(first.work.doubts, 1);
    assert!(matches!(first.work.state, DeliveryState::Uncertain(since) if since == point));
    // A receipt of what went out before the fall settles it.
    let id = first.work.id;
    assert_eq!(restored.receipt(id, "out1", Status::Delivered).await, Accepted::Counted(1));
    let second = restored.delivery().await.expect("the next");
    assert!(matches!(second.work.state, DeliveryState::Uncertain(since) if since == point));
    let again = restored.end(second, DeliveryOutcome::Resend).await.expect("once more");
    assert_eq!((again.work.state, again.work.doubts), (DeliveryState::Waiting, 1));
    restored.sent(again, "out2").await;
}

#[tokio::test]
async fn a_backup_goes_into_an_empty_folder_alone_and_bad_ones_leave_nothing() {
    let shop = Shop::new();
    shop.hears("w1", "hello").await;
    let backup = shop.backup().await;
    let refused = |folder: &Path, backup: &[u8]| {
        restore_into(folder, backup, None).expect_err("refused").to_string()
    };
    let held = refused(shop.folder.path(), &backup);
    assert!(held.contains("another olifant has the store"), "{held}");
    let other = Shop::new();
    let folder = other.folder.path().to_owned();
    let mut other = other;
    drop(other.store.take());
    let taken = refused(&folder, &backup);
    assert!(taken.contains("there is a store in") && taken.contains("--into DIR"), "{taken}");
    let other = other.reopened();
    assert!(other.ana().await.is_none(), "it is as it was");
    let outer = tempfile::tempdir().unwrap();
    let fresh = outer.path().join("fresh");
    std::fs::create_dir(&fresh).unwrap();
    std::fs::write(fresh.join("notes.txt"), "mine").unwrap();
    let mine = refused(&fresh, &backup);
    assert!(mine.contains("is not empty (notes.txt)"), "{mine}");
    std::fs::remove_dir_all(&fresh).unwrap();
    for length in [18, 200, backup.len() / 2, backup.len() - 1] {
        let cut = refused(&fresh, &backup[..length]);
        assert!(cut.contains("cut off"), "{cut}");
        assert!(!fresh.exists());
    }
    let mut flipped = backup.clone();
    flipped[backup.len() / 2] ^= 1;
    let damaged = refused(&fresh, &flipped);
    assert!(damaged.contains("damaged near byte") && !fresh.exists(), "{damaged}");
    assert!(restore_into(&fresh, &backup, None).unwrap().is_sound());
}

#[tokio::test]
async fn of_a_later_format_it_names_the_version() {
    let shop = Shop::new();
    let mut dump = shop.store().dump().await.unwrap();
    (dump.about.format, dump.about.olifant) = (3, "0.9.0".into());
    let backup: Vec<u8> = Bytes::of(dump).flat_map(Result::unwrap).collect();
    let outer = tempfile::tempdir().unwrap();
    let fresh = outer.path().join("fresh");
    let error = restore_into(&fresh, &backup, None).expect_err("refused").to_string();
    assert_eq!(
        error,
        "the backup holds a store of format 3, this olifant reads 2; restore it with the version \
         that wrote it, 0.9.0, or a later one"
    );
    assert!(!fresh.exists());
}

#[tokio::test]
async fn a_backup_is_no_more_readable_than_its_store() {
    let folder = tempfile::tempdir().unwrap();
    let key = StoreKey::new_random();
    let with_key = config(folder.path(), Some(key.clone()));
    let store = SledStore::open(folder.path(), &with_key, &[], Clock::system()).unwrap();
    let dump = store.dump().await.unwrap();
    assert!(dump.about.wrapped);
    let backup: Vec<u8> = Bytes::of(dump).flat_map(Result::unwrap).collect();
    let fresh = folder.path().join("fresh");
    let error = restore_into(&fresh, &backup, None).expect_err("no key").to_string();
    assert!(error.contains("store.key is missing") && !fresh.exists(), "{error}");
    let other = Some(StoreKey::new_random());
    let error = restore_into(&fresh, &backup, other).expect_err("another key").to_string();
    assert!(error.contains("store.key is not the key") && !fresh.exists(), "{error}");
    assert!(restore_into(&fresh, &backup, Some(key)).unwrap().is_sound());
}

#[tokio::test]
async fn a_restore_that_was_interrupted_is_ended_or_undone_by_the_next_opening() {
    let shop = Shop::new();
    shop.hears("w1", "hello").await;
    let made = shop.restored(&shop.backup().await);
    let mut made = made;
    drop(made.store.take());
    let folder = made.folder.path().to_owned();
    let at = |name: &str| folder.join(name);
    // Whole, and nothing or half of it in its place.
    for placed in [&[][..], &["keys"]] {
        std::fs::create_dir(at("restored")).unwrap();
        for name in ["keys", "data"].iter().filter(|name| !placed.contains(*name)) {
            std::fs::rename(at(name), at("restored").join(name)).unwrap();
        }
        made = made.reopened();
        assert!(made.ana().await.is_some());
        drop(made.store.take());
        assert!(!at("restored").exists());
    }
    // Not whole.
    std::fs::create_dir_all(at("restoring/data")).unwrap();
    std::fs::write(at("restoring/keys"), "half").unwrap();
    made = made.reopened();
    assert!(made.ana().await.is_some() && !at("restoring").exists());
}
