//! Who does the work: claim, do, finish. Order is kept inside a conversation,
//! conversations go side by side.

pub mod backups;
pub mod catch_up;
pub mod deliveries;
pub mod jobs;
pub mod turns;
pub mod upkeep;

use std::sync::Arc;
use std::time::Duration;

use tokio::sync::Semaphore;
use tokio_util::sync::CancellationToken;
use tokio_util::task::TaskTracker;

use crate::alert::Alerts;
use crate::assistant::Assistant;
use crate::clock::Clock;
use crate::domain::change::{Change, Subject};
use crate::domain::conversation::Conversation;
use crate::domain::id::{Business, ConversationId};
use crate::domain::job::Task;
use crate::metrics::Metrics;
use crate::provider::Providers;
use crate::store::{Claim, Pick, Queue, Store, StoreError, Work};
use deliveries::Deliveries;
use jobs::Jobs;
use turns::Turns;

/// How long a claim is held without a sign of life.
const LEASE: Duration = Duration::from_secs(60);

/// Well before the lease runs out, so that one slow renewal doesn't lose it.
const RENEW: Duration = Duration::from_secs(20);

/// Lanes of a kind that are worked on at once. They mostly wait for others.
const AT_ONCE: usize = 512;

/// After the store failed to say what is due.
const PAUSE: Duration = Duration::from_secs(1);

/// Between two looks at what another worker has claimed.
const GLANCE: Duration = Duration::from_millis(50);

/// What operators learn of the work by.
#[derive(Clone)]
pub struct Watch {
    /// What they must know.
    pub alerts: Arc<Alerts>,
    /// What is counted and measured.
    pub metrics: Arc<Metrics>,
}

/// All workers of the process.
pub struct Workers {
    store: Arc<dyn Store>,
    turns: Turns,
    jobs: Jobs,
    alerts: Arc<Alerts>,
    clock: Clock,
}

impl Workers {
    /// Workers that do nothing until [`Workers::run`] or [`Workers::drain`].
    pub fn new(
        store: Arc<dyn Store>,
        assistant: Arc<Assistant>,
        providers: Arc<Providers>,
        sending: deliveries::Config,
        jobs: Jobs,
        watch: Watch,
        clock: Clock,
    ) -> Arc<Self> {
        let deliveries = Deliveries::new(
            store.clone(),
            providers.clone(),
            sending,
            watch.clone(),
            clock.clone(),
        );
        let turns = Turns::new(
            store.clone(),
            assistant,
            providers,
            deliveries,
            watch.clone(),
            clock.clone(),
        );
        Arc::new(Self { store, turns, jobs, alerts: watch.alerts, clock })
    }

    /// Works until `stop`, then ends what is begun.
    pub async fn run(self: &Arc<Self>, stop: CancellationToken) {
        let tracker = TaskTracker::new();
        tokio::join!(
            self.watch(&*self.store, &stop, &tracker, |workers, claim| async move {
                workers.turns.work(claim).await;
            }),
            self.watch(&*self.store, &stop, &tracker, |workers, claim| async move {
                workers.turns.deliveries().work(claim).await;
            }),
            self.watch(&*self.store, &stop, &tracker, |workers, claim| async move {
                workers.jobs.work(claim).await;
            }),
            async {
                while stop.run_until_cancelled(self.alerts.raised()).await.is_some() {
                    self.queue_alerts().await;
                }
            },
        );
        tracker.close();
        tracker.wait().await;
        self.queue_alerts().await;
    }

    /// Does what is due now, and what becomes due by doing it, one after the
    /// other. Returns how many claims that were.
    pub async fn drain(&self) -> Result<usize, StoreError> {
        let mut done = 0;
        loop {
            self.queue_alerts().await;
            let turns = Queue::claim(&*self.store, Pick::Due, LEASE, 1).await?;
            let deliveries = Queue::claim(&*self.store, Pick::Due, LEASE, 1).await?;
            let jobs = Queue::claim(&*self.store, Pick::Due, LEASE, 1).await?;
            if turns.is_empty() && deliveries.is_empty() && jobs.is_empty() {
                return Ok(done);
            }
            done += turns.len() + deliveries.len() + jobs.len();
            for claim in turns {
                self.turns.work(claim).await;
            }
            for claim in deliveries {
                self.turns.deliveries().work(claim).await;
            }
            for claim in jobs {
                self.jobs.work(claim).await;
            }
        }
    }

    /// Works on one conversation until nothing is left to do there, whoever
    /// does it: for somebody who waits.
    pub async fn attend(&self, id: ConversationId) -> Result<(), StoreError> {
        while let Some(conversation) = self.store.conversation(id).await? {
            let Conversation { turns, deliveries, .. } = conversation;
            if turns.ready_at.or(deliveries.ready_at).is_none() {
                break;
            }
            let turns = Queue::claim(&*self.store, Pick::Lane(id), LEASE, 1).await?;
            let deliveries = Queue::claim(&*self.store, Pick::Lane(id), LEASE, 1).await?;
            if turns.is_empty() && deliveries.is_empty() {
                self.clock.pause(GLANCE).await;
            }
            for claim in turns {
                self.turns.work(claim).await;
            }
            for claim in deliveries {
                self.turns.deliveries().work(claim).await;
            }
        }
        Ok(())
    }

    /// What was raised becomes a job, if anybody but the log is to know.
    async fn queue_alerts(&self) {
        let tasks = self.alerts.take().into_iter().map(Task::Alert).map(Change::Queue);
        let tasks: Vec<Change> = tasks.collect();
        if tasks.is_empty() || !self.jobs.tell_alerts() {
            return;
        }
        let queued = self.store.apply(Subject::Business(Business::default()), tasks).await;
        if let Err(error) = queued {
            tracing::error!(%error, "An alert could not be queued; it stands in the log alone");
        }
    }

    /// Claims whatever of one kind is due and hands each claim to a task.
    async fn watch<W: Work, F: Future<Output = ()> + Send + 'static>(
        self: &Arc<Self>,
        queue: &(impl Queue<W> + ?Sized),
        stop: &CancellationToken,
        tracker: &TaskTracker,
        work: impl Fn(Arc<Self>, Claim<W>) -> F,
    ) {
        let slots = Arc::new(Semaphore::new(AT_ONCE));
        // The semaphore is never closed.
        while let Some(Ok(first)) = stop.run_until_cancelled(slots.clone().acquire_owned()).await {
            let wake_up = queue.wake_up();
            let claims = self.due(queue, slots.available_permits() + 1).await;
            if claims.is_empty() {
                drop(first);
                stop.run_until_cancelled(wake_up).await;
                continue;
            }
            let mut first = Some(first);
            for claim in claims {
                let permit = first.take().or_else(|| slots.clone().try_acquire_owned().ok());
                let task = work(self.clone(), claim);
                tracker.spawn(async move {
                    task.await;
                    drop(permit);
                });
            }
        }
    }

    async fn due<W: Work>(&self, queue: &(impl Queue<W> + ?Sized), max: usize) -> Vec<Claim<W>> {
        match queue.claim(Pick::Due, LEASE, max).await {
            Ok(claims) => claims,
            Err(error) => {
                tracing::error!(%error, "The store can't say what is due");
                self.clock.pause(PAUSE).await;
                Vec::new()
            }
        }
    }
}

/// The future's output, the claim kept alive meanwhile. `None` = the claim was
/// lost: the question has changed, and nobody needs the answer.
async fn while_held<W: Work, F: Future>(
    queue: &(impl Queue<W> + ?Sized),
    claim: &Claim<W>,
    clock: &Clock,
    future: F,
) -> Option<F::Output> {
    let mut future = std::pin::pin!(future);
    loop {
        if let Ok(output) = clock.timeout(RENEW, &mut future).await {
            return Some(output);
        }
        if let Err(StoreError::ClaimLost) = queue.renew(claim, clock.now() + LEASE).await {
            return None;
        }
    }
}
