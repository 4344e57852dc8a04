//! Stories of an older format. The steps are the stories' own: there is none
//! yet.

use super::*;
use crate::store::backup::Reader;
use crate::store::record;
use crate::store::sled::keys;
use crate::store::sled::migrate::{Old, Step};
use crate::store::sled::tx::Tx;

/// Ids that were seen are older by an hour each time: done twice, it shows.
fn older(tx: &mut Tx<'_>, key: &[u8]) -> Result<(), StoreError> {
    if key.first() == Some(&keys::SEEN)
        && let Some(mut seen) = tx.get::<tx::Seen>(key)?
    {
        seen.at -= Duration::from_secs(3600);
        tx.put(key.to_vec(), &seen)?;
    }
    Ok(())
}

const STEPS: &[Step] = &[Step { from: 2, change: older }, Step { from: 3, change: older }];

struct Stored {
    shop: Shop,
    file: std::fs::File,
}

impl Stored {
    async fn new(messages: usize) -> Self {
        let shop = Shop::new();
        for n in 0..messages {
            shop.hears(&format!("w{n}"), "hello").await;
        }
        // Other olifants have other steps; ours would not open it again.
        shop.damaged();
        let file = std::fs::File::open(shop.folder.path().join("data/db")).unwrap();
        Self { shop, file }
    }

    fn forward(&self, from: u32, to: u32, steps: &[Step]) -> Result<(), StoreError> {
        let store = self.shop.store();
        let folder = self.shop.folder.path();
        let Reading { tree, seals } = &store.reading;
        let (hasher, now) = (&store.hasher, self.shop.clock.now());
        Old { folder, tree, file: &self.file, seals, hasher, wrapped: false, now }
            .forward(from, to, steps)
    }

    fn format(&self) -> u32 {
        let raw = self.shop.store().reading.tree.get(keys::meta("format")).unwrap().unwrap();
        record::decode_plain(vec![raw.to_vec()]).unwrap()
    }

    /// How many hours each id is older.
    fn ages(&self) -> Vec<i64> {
        let Reading { tree, .. } = &self.shop.store().reading;
        let keys = tree.scan_prefix(keys::all_seen()).keys().map(Result::unwrap);
        let ages = keys.map(|key| {
            let seen: tx::Seen = self.shop.store().read(&key).unwrap().unwrap();
            self.shop.clock.now().duration_since(seen.at).as_hours()
        });
        ages.collect()
    }
}

#[tokio::test]
async fn it_is_brought_forward_step_by_step_after_a_backup() {
    let stored = Stored::new(3).await;
    stored.forward(2, 4, STEPS).unwrap();
    assert_eq!((stored.format(), stored.ages()), (4, vec![2; 3]));
    let backup = stored.shop.folder.path().join("before-format-3.backup");
    let (about, _) = Reader::open(std::fs::File::open(backup).unwrap()).unwrap().check().unwrap();
    assert_eq!(about.format, 2);
    stored.forward(4, 4, STEPS).unwrap();
    assert_eq!(stored.ages(), [2; 3]);
}

#[tokio::test]
async fn wherever_a_crash_stops_it_each_record_is_changed_once() {
    let stored = Stored::new(1200).await;
    let before = stored.shop.store().reading.tree.len();
    assert!(before > 2000, "more than one commit");
    // The last of the messages' keys stops it, in a commit behind the first.
    fn stops(tx: &mut Tx<'_>, key: &[u8]) -> Result<(), StoreError> {
        match key.first() {
            Some(b't') => Err(StoreError::Unavailable("the power is gone".into())),
            _ => older(tx, key),
        }
    }
    let stopped = stored.forward(2, 3, &[Step { from: 2, change: stops }]);
    assert!(stopped.is_err());
    assert_eq!(stored.format(), 2);
    let ages = stored.ages();
    assert!(ages.contains(&1) && ages.contains(&0), "some are changed, some are not");
    let backup = stored.shop.folder.path().join("before-format-3.backup");
    let first = std::fs::read(&backup).unwrap();
    stored.forward(2, 3, STEPS).unwrap();
    assert_eq!((stored.format(), stored.ages()), (3, vec![1; 1200]));
    assert_eq!(std::fs::read(&backup).unwrap(), first, "the backup is of before");
    assert_eq!(stored.shop.store().reading.tree.len(), before, "nothing is left of it");
}

#[tokio::test]
async fn without_all_steps_nothing_is_begun() {
    let stored = Stored::new(1).await;
    let error = stored.forward(1, 3, STEPS).unwrap_err().to_string();
    assert!(error.contains("has format 1, which this olifant can't bring forward"), "{error}");
    assert_eq!((stored.format(), stored.ages()), (2, vec![0]));
    assert!(!stored.shop.folder.path().join("before-format-2.backup").exists());
}

#[tokio::test]
async fn a_later_format_is_refused_by_name_and_so_is_the_first() {
    for (format, words) in [(3, "has format 3, this olifant (0.1.0) reads 2"), (1, "has format 1")]
    {
        let mut shop = Shop::new();
        let pieces = record::encode_plain(&format).unwrap();
        shop.damaged().insert(keys::meta("format"), pieces[0].clone()).unwrap();
        drop(shop.store.take());
        let config = Config {
            url: String::new(),
            cache_mb: 16,
            min_free_mb: 0,
            key: None,
            key_previous: None,
        };
        let opened = SledStore::open(shop.folder.path(), &config, &[], shop.clock.clone());
        let error = opened.err().expect("refused").to_string();
        assert!(error.contains(words), "{error}");
    }
}
