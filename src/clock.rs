//! Time. Every wait of the program goes through a [`Clock`], so that tests
//! own the time and nothing else may read it (`clippy.toml` forbids the rest).

use std::future::Future;
use std::pin::pin;
use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;

use jiff::Timestamp;
use tokio::sync::watch;

/// A cheap handle on the time.
#[derive(Clone, Debug)]
pub struct Clock(Kind);

#[derive(Clone, Debug)]
enum Kind {
    System,
    Manual(Arc<Manual>),
}

#[derive(Debug)]
struct Manual {
    now: watch::Sender<Timestamp>,
    /// Serialises moves, so that the time never goes back.
    moving: Mutex<()>,
}

/// The time given to a future ran out.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[error("timed out")]
pub struct Elapsed;

impl Clock {
    /// The machine's clock.
    pub fn system() -> Self {
        Self(Kind::System)
    }

    /// A clock that stands still until it is moved ([`Clock::advance`]) or
    /// somebody waits on it ([`Clock::pause`]).
    pub fn manual(now: Timestamp) -> Self {
        let now = watch::Sender::new(now);
        Self(Kind::Manual(Arc::new(Manual { now, moving: Mutex::new(()) })))
    }

    /// The time.
    #[expect(clippy::disallowed_methods, reason = "this is the one place that may ask")]
    pub fn now(&self) -> Timestamp {
        match &self.0 {
            Kind::System => Timestamp::now(),
            Kind::Manual(manual) => *manual.now.borrow(),
        }
    }

    /// Nothing happens meanwhile (backoff, pacing): waits that long. On a
    /// manual clock the waiting itself moves the time.
    pub async fn pause(&self, wait: Duration) {
        match &self.0 {
            Kind::System => sleep(wait).await,
            Kind::Manual(_) => self.advance(wait),
        }
    }

    /// Something may happen meanwhile (an answer, a signal): resolves at that
    /// time. On a manual clock only once it is moved there.
    pub async fn reached(&self, at: Timestamp) {
        match &self.0 {
            Kind::System => {
                sleep(at.duration_since(self.now()).try_into().unwrap_or_default()).await
            }
            Kind::Manual(manual) => {
                // The sender lives in `self`, so waiting can't fail.
                let _ = manual.now.subscribe().wait_for(|now| *now >= at).await;
            }
        }
    }

    /// The future's output, unless this long passes first.
    pub async fn timeout<F: Future>(
        &self,
        limit: Duration,
        future: F,
    ) -> Result<F::Output, Elapsed> {
        let end = self.now() + limit;
        let mut future = pin!(future);
        tokio::select! {
            biased;
            output = &mut future => Ok(output),
            () = self.reached(end) => Err(Elapsed),
        }
    }

    /// Moves a manual clock; the machine's clock can't be moved.
    pub fn advance(&self, by: Duration) {
        if let Kind::Manual(manual) = &self.0 {
            let _guard = manual.moving.lock().unwrap_or_else(PoisonError::into_inner);
            manual.now.send_modify(|now| *now += by);
        }
    }
}

#[expect(clippy::disallowed_methods, reason = "this is the one place that may sleep")]
async fn sleep(wait: Duration) {
    tokio::time::sleep(wait).await;
}

#[cfg(test)]
mod tests {
    use super::*;

    #[tokio::test]
    async fn a_manual_clock_moves_only_when_told_or_when_somebody_waits() {
        let clock = Clock::manual(Timestamp::UNIX_EPOCH);
        let limit = Duration::from_secs(5);
        let (answer, ()) =
            tokio::join!(clock.timeout(limit, std::future::pending::<()>()), async {
                clock.advance(limit)
            });
        assert_eq!(answer, Err(Elapsed));
        clock.pause(limit).await;
        assert_eq!(clock.now(), Timestamp::UNIX_EPOCH + 2 * limit);
        assert_eq!(clock.timeout(limit, async { 7 }).await, Ok(7));
    }
}
