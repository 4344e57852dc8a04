//! The end: the first SIGTERM or SIGINT (on Windows: Ctrl-C) asks for it, the
//! second one or the end of `server.shutdown_s` forces it. Being killed loses nothing either,
//! it only leaves work to the next start.

use std::io;
use std::time::Duration;

use tokio_util::sync::CancellationToken;

use crate::clock::Clock;
use crate::os;

/// A token that the first signal cancels. The second one ends the process
/// with exit code 1.
pub fn on_signal() -> io::Result<CancellationToken> {
    let mut ends = os::Ends::from_now()?;
    let stop = CancellationToken::new();
    let token = stop.clone();
    tokio::spawn(async move {
        for last in [false, true] {
            ends.next().await;
            if last {
                tracing::warn!("stopped by a second signal");
                std::process::exit(1);
            }
            tracing::info!("stopping; work in progress is finished first");
            token.cancel();
        }
    });
    Ok(stop)
}

/// Resolves when the time to end has run out after `stop`.
pub async fn overdue(stop: &CancellationToken, limit: Duration, clock: &Clock) {
    stop.cancelled().await;
    clock.reached(clock.now() + limit).await;
}
