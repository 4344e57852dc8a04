//! Who read whose memory: counted here and written once a minute, so that a
//! read costs no write. A kill loses what was read in that minute; writes are
//! noted in their own commit.

use std::collections::HashMap;
use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;

use jiff::Timestamp;
use tokio_util::sync::CancellationToken;

use crate::clock::Clock;
use crate::domain::change::{Change, Subject};
use crate::domain::id::{Business, PersonId};
use crate::domain::memory::Access;
use crate::store::{Store, StoreError};

const MINUTE: i64 = 60;

/// So many counts are written in one commit.
const AT_ONCE: usize = 100;

/// Minute, token, person.
type Look = (Timestamp, String, PersonId);

/// Reads that no store knows of yet.
pub struct Looks {
    store: Arc<dyn Store>,
    counts: Mutex<HashMap<Look, u32>>,
}

/// The minute that a time is in.
pub fn minute(at: Timestamp) -> Timestamp {
    let start = at.as_second() - at.as_second().rem_euclid(MINUTE);
    Timestamp::from_second(start).unwrap_or(at)
}

impl Looks {
    /// To be kept there.
    pub fn new(store: Arc<dyn Store>) -> Self {
        Self { store, counts: Mutex::default() }
    }

    /// A program, by its token's id, read this person's memory.
    pub fn count(&self, at: Timestamp, token: &str, person: PersonId) {
        self.add((minute(at), token.to_owned(), person), 1);
    }

    /// Keeps them once a minute, until `stop`.
    pub async fn run(&self, clock: &Clock, stop: &CancellationToken) {
        loop {
            let next = minute(clock.now()) + Duration::from_secs(MINUTE.unsigned_abs());
            tokio::select! {
                biased;
                () = stop.cancelled() => return,
                () = clock.reached(next) => self.keep().await,
            }
        }
    }

    /// Keeps what was counted so far. What can't be kept now stays counted.
    pub async fn keep(&self) {
        let mut counts = std::mem::take(&mut *self.lock()).into_iter().peekable();
        while counts.peek().is_some() {
            let some: Vec<(Look, u32)> = counts.by_ref().take(AT_ONCE).collect();
            if let Err(error) = self.note(&some).await {
                tracing::warn!(%error, "who read people's memory could not be written; it will be tried again");
                some.into_iter().chain(counts).for_each(|(look, reads)| self.add(look, reads));
                return;
            }
        }
    }

    async fn note(&self, counts: &[(Look, u32)]) -> Result<(), StoreError> {
        let note = |((minute, token, person), reads): &(Look, u32)| {
            let (token, reads) = (token.clone(), *reads);
            Change::Note(Access { minute: *minute, token, person: *person, reads, writes: 0 })
        };
        let notes = counts.iter().map(note).collect();
        self.store.apply(Subject::Business(Business::default()), notes).await.map(drop)
    }

    fn add(&self, look: Look, reads: u32) {
        let mut counts = self.lock();
        let count = counts.entry(look).or_default();
        *count = count.saturating_add(reads);
    }

    fn lock(&self) -> std::sync::MutexGuard<'_, HashMap<Look, u32>> {
        self.counts.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::store;

    fn at(text: &str) -> Timestamp {
        text.parse().unwrap()
    }

    #[test]
    fn a_minute_begins_at_its_first_second() {
        assert_eq!(minute(at("2026-11-25T10:20:59.999Z")), at("2026-11-25T10:20:00Z"));
        assert_eq!(minute(at("2026-11-25T10:20:00Z")), at("2026-11-25T10:20:00Z"));
        assert_eq!(minute(at("1969-12-31T23:59:30Z")), at("1969-12-31T23:59:00Z"));
    }

    #[tokio::test]
    async fn what_is_read_is_written_when_the_minute_is_over() {
        let dir = tempfile::tempdir().unwrap();
        let url = format!("sled:{}", dir.path().display());
        let config =
            store::Config { url, cache_mb: 8, min_free_mb: 0, key: None, key_previous: None };
        let clock = Clock::manual(at("2026-11-25T10:20:30Z"));
        let store = store::open(&config, &[], clock.clone()).unwrap();
        let looks = Looks::new(store.clone());
        let person = |n: u8| PersonId::from_bytes([n; 16]);
        for n in 0..250 {
            looks.count(clock.now(), "0a1b2c3d", person(n % 125));
        }
        let stop = CancellationToken::new();
        let passes = async {
            // It waits already: the other half of the join was polled first.
            clock.advance(Duration::from_secs(30));
            while store.accesses(1).await.unwrap().is_empty() {
                tokio::task::yield_now().await;
            }
            stop.cancel();
        };
        tokio::join!(looks.run(&clock, &stop), passes);
        looks.keep().await;
        let noted = store.accesses(1000).await.unwrap();
        assert_eq!(noted.len(), 125);
        let all = |access: &Access| (access.minute, access.reads, access.writes);
        assert!(noted.iter().all(|access| all(access) == (at("2026-11-25T10:20:00Z"), 2, 0)));
        assert!(looks.lock().is_empty());
    }
}
