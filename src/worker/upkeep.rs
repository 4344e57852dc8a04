//! What has had its time goes: entries with an end, messages that retention
//! lets go, ids that nobody repeats any more.

use std::collections::BTreeMap;
use std::sync::Arc;
use std::time::Duration;

use tokio::sync::watch;
use tokio_util::sync::CancellationToken;

use crate::assistant::{Mind, Minds};
use crate::clock::Clock;
use crate::domain::id::Business;
use crate::store::{Kept, Store, StoreError};

/// What has had its time is not told to anybody; when it is deleted matters
/// less.
const EVERY: Duration = Duration::from_secs(3600);

/// Keys that one commit looks at: nobody waits long for the writer.
const AT_ONCE: usize = 256;

const DAY: Duration = Duration::from_secs(24 * 3600);

/// See the module.
pub struct Upkeep {
    store: Arc<dyn Store>,
    minds: watch::Receiver<Arc<Minds>>,
    clock: Clock,
}

impl Upkeep {
    /// Over this store, as the businesses say at the time.
    pub fn new(store: Arc<dyn Store>, minds: watch::Receiver<Arc<Minds>>, clock: Clock) -> Self {
        Self { store, minds, clock }
    }

    /// Every hour, until `stop`.
    pub async fn run(&self, stop: CancellationToken) {
        while stop.run_until_cancelled(self.clock.pause(EVERY)).await.is_some() {
            let Some(swept) = stop.run_until_cancelled(self.sweep()).await else { return };
            match swept {
                Ok(0) => {}
                Ok(records) => tracing::info!(records, "What had its time is deleted"),
                Err(error) => tracing::warn!(%error, "The sweep did not end; the next one goes on"),
            }
        }
    }

    /// Once through everything; how many records went.
    pub async fn sweep(&self) -> Result<usize, StoreError> {
        let (kept, mut from, mut deleted) = (self.kept(), None, 0);
        loop {
            let swept = self.store.sweep(&kept, from, AT_ONCE).await?;
            deleted += swept.deleted;
            if swept.next.is_none() {
                return Ok(deleted);
            }
            from = Some(swept);
        }
    }

    fn kept(&self) -> Kept {
        let minds = self.minds.borrow().clone();
        let days = |days: fn(&Mind) -> Option<u32>| -> BTreeMap<Business, Duration> {
            let days = minds.iter().filter_map(|(name, mind)| Some((name, days(mind)?)));
            days.map(|(name, days)| (name.clone(), DAY.saturating_mul(days))).collect()
        };
        Kept {
            messages: days(|mind| Some(mind.memory.retention_days).filter(|days| *days > 0)),
            traces: days(|mind| Some(mind.memory.trace_days)),
        }
    }
}
