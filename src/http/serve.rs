//! The accept loop. `axum::serve` has no time limit on headers, so that a few
//! slow strangers could hold every connection.

use std::io;
use std::time::Duration;

use axum::Router;
use hyper_util::rt::{TokioExecutor, TokioIo, TokioTimer};
use hyper_util::server::conn::auto;
use hyper_util::service::TowerToHyperService;
use tokio::io::{AsyncRead, AsyncWrite};
use tokio::net::{TcpListener, TcpStream};
use tokio_util::sync::CancellationToken;
use tokio_util::task::TaskTracker;

use crate::clock::Clock;
use crate::os;

/// Longer than any provider's proxy takes; also how long an idle connection
/// is kept.
const HEADER_TIMEOUT: Duration = Duration::from_secs(30);

/// How long to let others free their files when no more can be opened.
const BREATH: Duration = Duration::from_millis(200);

/// Where the program listens.
pub struct Doors {
    /// For providers and other programs.
    pub web: TcpListener,
    /// For who watches, without a token.
    pub metrics: Option<TcpListener>,
}

impl From<TcpListener> for Doors {
    fn from(web: TcpListener) -> Self {
        Self { web, metrics: None }
    }
}

/// Where connections come in.
pub trait Door: Send {
    /// What a connection is.
    type Stream: AsyncRead + AsyncWrite + Unpin + Send + 'static;

    /// The next one.
    fn next(&self) -> impl Future<Output = io::Result<Self::Stream>> + Send;
}

impl Door for TcpListener {
    type Stream = TcpStream;

    async fn next(&self) -> io::Result<TcpStream> {
        self.accept().await.map(|(stream, _)| stream)
    }
}

impl Door for os::Socket {
    type Stream = os::SocketStream;

    async fn next(&self) -> io::Result<os::SocketStream> {
        os::accept(self).await
    }
}

/// Answers requests until `stop`, then ends those that are under way.
pub async fn serve(
    door: impl Door,
    router: Router,
    clock: Clock,
    stop: CancellationToken,
) -> io::Result<()> {
    let connections = TaskTracker::new();
    loop {
        tokio::select! {
            biased;
            () = stop.cancelled() => break,
            accepted = door.next() => match accepted {
                Ok(stream) => {
                    connections.spawn(connection(stream, router.clone(), stop.clone()));
                }
                Err(e) => {
                    tracing::warn!(error = %e, "a connection could not be accepted");
                    clock.pause(BREATH).await;
                }
            },
        }
    }
    drop(door);
    connections.close();
    connections.wait().await;
    Ok(())
}

async fn connection<S>(stream: S, router: Router, stop: CancellationToken)
where
    S: AsyncRead + AsyncWrite + Unpin + Send + 'static,
{
    let mut builder = auto::Builder::new(TokioExecutor::new()).http1_only();
    builder.http1().timer(TokioTimer::new()).header_read_timeout(HEADER_TIMEOUT);
    let service = TowerToHyperService::new(router);
    let mut connection = std::pin::pin!(builder.serve_connection(TokioIo::new(stream), service));
    let ended = tokio::select! {
        ended = connection.as_mut() => ended,
        () = stop.cancelled() => {
            connection.as_mut().graceful_shutdown();
            connection.await
        }
    };
    if let Err(e) = ended {
        tracing::debug!(error = %e, "a connection broke");
    }
}
