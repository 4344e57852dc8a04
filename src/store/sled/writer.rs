//! The one thread that writes. While it syncs, the next round collects
//! itself: many requests, one batch, one fdatasync, then all the answers.

use std::fs::File;
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::sync::Arc;

use jiff::Timestamp;
use tokio::sync::{mpsc, oneshot, watch};

use super::hasher::Hasher;
use super::keys::LaneKind;
use super::lanes::{Lanes, Next};
use super::snapshot::Snapshots;
use super::tx::{self, Ground, Layer, Tx};
use crate::clock::Clock;
use crate::domain::id::KeyId;
use crate::domain::job::NewsKind;
use crate::store::StoreError;
use crate::store::seal::Keys;

/// Requests that may wait; beyond it the webhook says 503.
const WAITING: usize = 4096;

/// Requests in one round.
const ROUND: usize = 512;

/// `EX_IOERR`: what the process ends with when the disk fails. An fsync that
/// failed once must never be trusted again.
const EXIT_IO: i32 = 74;

/// The way to the writer thread.
pub struct Writer {
    requests: mpsc::Sender<Request>,
    next: watch::Receiver<[Next; 3]>,
}

/// Where jobs stand behind the two kinds of lanes.
pub const JOBS: usize = LaneKind::ALL.len();

/// Runs in the writer thread; what it returns answers the caller once the
/// round is on disk.
type Request = Box<dyn FnOnce(&mut Tx<'_>) -> Done + Send>;

/// Whether to keep what the request wrote, and how to answer it.
struct Done {
    keep: bool,
    answer: Box<dyn FnOnce() + Send>,
}

/// What the thread owns.
pub struct Disk {
    /// The one tree.
    pub tree: sled::Db,
    /// Our own handle on sled's log: its flush is no fsync.
    pub file: File,
    /// Makes keys.
    pub hasher: Hasher,
    /// What values are sealed under.
    pub seals: Arc<Keys>,
    /// Who reads the store as it stood at some point.
    pub snapshots: Arc<Snapshots>,
    /// Lanes, as rebuilt at open.
    pub lanes: Lanes,
    /// News that somebody wants to hear.
    pub wanted: Vec<NewsKind>,
    /// Time.
    pub clock: Clock,
}

impl Disk {
    /// What requests stand on.
    pub fn ground<'a>(&'a self, wanted: &'a [NewsKind]) -> Ground<'a> {
        Ground { hasher: &self.hasher, seals: &self.seals, wanted, tree: &self.tree }
    }
}

impl Writer {
    /// Starts the thread. It ends when the writer is dropped, after the last
    /// request; joining the handle waits for that.
    pub fn start(disk: Disk) -> std::io::Result<(Self, std::thread::JoinHandle<()>)> {
        let (requests, inbox) = mpsc::channel(WAITING);
        let (publish, next) = watch::channel(next(&disk.lanes));
        let thread =
            std::thread::Builder::new().name("storage-writer".into()).spawn(move || {
                if catch_unwind(AssertUnwindSafe(|| run(disk, inbox, &publish))).is_err() {
                    give_up("the storage thread panicked");
                }
            })?;
        Ok((Self { requests, next }, thread))
    }

    /// Runs a request and returns when it is on disk. All or nothing.
    pub async fn write<T: Send + 'static>(
        &self,
        request: impl FnOnce(&mut Tx<'_>) -> Result<T, StoreError> + Send + 'static,
    ) -> Result<T, StoreError> {
        let (request, answer) = package(request);
        self.requests.send(request).await.map_err(|_| closed())?;
        answer.await.map_err(|_| closed())?
    }

    /// The same, but [`StoreError::Busy`] at once when too many wait. Takes its
    /// place in the queue when called, not when awaited: order is kept.
    pub fn try_write<T, R>(
        &self,
        request: R,
    ) -> impl Future<Output = Result<T, StoreError>> + Send + use<T, R>
    where
        T: Send + 'static,
        R: FnOnce(&mut Tx<'_>) -> Result<T, StoreError> + Send + 'static,
    {
        let (request, answer) = package(request);
        let queued = self.requests.try_send(request).map_err(|error| match error {
            mpsc::error::TrySendError::Full(_) => StoreError::Busy,
            mpsc::error::TrySendError::Closed(_) => closed(),
        });
        async move {
            queued?;
            answer.await.map_err(|_| closed())?
        }
    }

    /// When the next lanes of each kind are due, as of the last round.
    pub fn next(&self) -> watch::Receiver<[Next; 3]> {
        self.next.clone()
    }
}

fn package<T: Send + 'static>(
    request: impl FnOnce(&mut Tx<'_>) -> Result<T, StoreError> + Send + 'static,
) -> (Request, oneshot::Receiver<Result<T, StoreError>>) {
    let (sender, receiver) = oneshot::channel();
    let request = Box::new(move |tx: &mut Tx<'_>| {
        let result = request(tx).and_then(|done| tx.pack_index().map(|()| done));
        let keep = result.is_ok();
        // A caller that has gone away doesn't need its answer.
        let answer = Box::new(move || drop(sender.send(result)));
        Done { keep, answer }
    });
    (request, receiver)
}

fn run(mut disk: Disk, mut inbox: mpsc::Receiver<Request>, publish: &watch::Sender<[Next; 3]>) {
    let mut tokens = first_token(disk.clock.now());
    let mut requests = Vec::with_capacity(ROUND);
    while inbox.blocking_recv_many(&mut requests, ROUND) > 0 {
        let Round { layer, erased, answers } = round(&mut disk, &mut tokens, requests.drain(..));
        if let Err(error) = commit(&disk, layer, &erased) {
            give_up(&format!("the disk failed: {error}"));
        }
        publish.send_if_modified(|seen| {
            let next = next(&disk.lanes);
            std::mem::replace(seen, next) != next
        });
        answers.into_iter().for_each(|answer| answer());
    }
}

/// What the requests of a round leave.
struct Round {
    layer: Layer,
    erased: Vec<KeyId>,
    answers: Vec<Box<dyn FnOnce() + Send>>,
}

/// Runs the requests one after the other, each over what those before left.
fn round(disk: &mut Disk, tokens: &mut u64, requests: impl Iterator<Item = Request>) -> Round {
    let (mut layer, mut erased, mut answers) = (Layer::new(), Vec::new(), Vec::new());
    let now = disk.clock.now();
    for request in requests {
        let mut tx = Tx::new(now, disk.ground(&disk.wanted), &disk.lanes, &layer, tokens);
        let done = request(&mut tx);
        let left = tx.left();
        if done.keep {
            layer.extend(left.layer);
            erased.extend(left.erased);
            left.touched.iter().for_each(|conversation| disk.lanes.note(conversation));
            left.jobs.into_iter().for_each(|(id, lane)| disk.lanes.note_job(id, lane));
            left.unreadable.iter().for_each(|(kind, id)| disk.lanes.forget(*kind, *id));
        }
        answers.push(done.answer);
    }
    Round { layer, erased, answers }
}

/// One batch, flushed to the file, and the file to the disk; then the keys of
/// those who are forgotten.
fn commit(disk: &Disk, layer: Layer, erased: &[KeyId]) -> Result<(), Box<dyn std::error::Error>> {
    if layer.is_empty() {
        return Ok(());
    }
    disk.snapshots.keep(&disk.tree, &disk.seals, &layer, erased);
    disk.tree.apply_batch(tx::batch(layer))?;
    disk.tree.flush()?;
    disk.file.sync_data()?;
    if !erased.is_empty() {
        disk.seals.erase(erased)?;
    }
    Ok(())
}

fn next(lanes: &Lanes) -> [Next; 3] {
    let [turns, deliveries] = LaneKind::ALL.map(|kind| lanes.next(kind));
    [turns, deliveries, lanes.next_job()]
}

/// Tokens count on from the time in microseconds, so that one of an earlier
/// process is never met again.
fn first_token(now: Timestamp) -> u64 {
    now.as_microsecond().unsigned_abs()
}

fn closed() -> StoreError {
    StoreError::Unavailable("the store has shut down".into())
}

fn give_up(why: &str) {
    tracing::error!(
        reason = why,
        "The store can't go on; the process ends so that nothing more is promised"
    );
    std::process::exit(EXIT_IO);
}
