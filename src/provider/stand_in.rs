//! For tests: a server that gives one answer and tells what it was asked.

use std::time::Duration;

use axum::Router;
use axum::http::{HeaderMap, Method, StatusCode, Uri};
use jiff::Timestamp;
use tokio::net::TcpListener;
use tokio::sync::mpsc;

use crate::domain::content::Content;
use crate::domain::id::{ConversationId, MessageId, Position};
use crate::domain::message::{Attached, Message, Role, Status};
use crate::domain::terms::Packed;

pub(super) struct StandIn {
    pub(super) url: String,
    asked: mpsc::UnboundedReceiver<Asked>,
}

pub(super) struct Asked {
    pub(super) method: Method,
    pub(super) uri: Uri,
    pub(super) headers: HeaderMap,
    pub(super) body: String,
}

/// `None` never answers.
type Answer = Option<(u16, &'static str)>;

impl StandIn {
    pub(super) async fn answering(status: u16, body: &'static str) -> Self {
        Self::start(Some((status, body))).await
    }

    pub(super) async fn hanging() -> Self {
        Self::start(None).await
    }

    pub(super) async fn asked(&mut self) -> Asked {
        self.asked.recv().await.expect("a request")
    }

    async fn start(answer: Answer) -> Self {
        let (tell, asked) = mpsc::unbounded_channel();
        let door = move |method, uri, headers, body| async move {
            tell.send(Asked { method, uri, headers, body }).expect("the test listens");
            match answer {
                Some((status, body)) => {
                    let status = StatusCode::from_u16(status).expect("a status");
                    (status, [("retry-after", "9")], body)
                }
                None => std::future::pending().await,
            }
        };
        let listener = TcpListener::bind("127.0.0.1:0").await.expect("a port");
        let url = format!("http://{}/base", listener.local_addr().expect("an address"));
        tokio::spawn(async { axum::serve(listener, Router::new().fallback(door)).await });
        Self { url, asked }
    }
}

/// An address where nobody listens.
pub(super) async fn nobody() -> String {
    let listener = TcpListener::bind("127.0.0.1:0").await.expect("a port");
    format!("http://{}", listener.local_addr().expect("an address"))
}

/// The wait that every answer asks for.
pub(super) const RETRY_AFTER: Duration = Duration::from_secs(9);

pub(super) fn http() -> reqwest::Client {
    reqwest::Client::builder().no_proxy().build().expect("a client")
}

pub(super) fn now() -> Timestamp {
    "2026-11-22T09:00:02Z".parse().expect("a time")
}

pub(super) fn delivery() -> MessageId {
    let position = Position { seq: 3, part: 1 };
    MessageId { conversation: ConversationId::from_bytes([5; 16]), position }
}

pub(super) fn reply(text: &str) -> Message {
    Message {
        position: delivery().position,
        role: Role::Assistant,
        content: Content::Text(text.to_owned()),
        at: now(),
        stored_at: now(),
        provider_id: None,
        attached: Attached::default(),
        status: Status::Queued,
        failure: None,
        resent: None,
        terms: Packed::default(),
        otherwise: None,
        pricing: None,
        reaction: None,
        tokens: 1,
        turn: None,
    }
}
