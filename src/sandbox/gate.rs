//! What a test does to the calls of the app: doors that hold them, faults of
//! the network and the provider, and switches that stay as they are put.

use std::collections::VecDeque;
use std::io;
use std::sync::Mutex;

use axum::body::Body;
use axum::http::{HeaderValue, StatusCode, header};
use axum::response::{Html, IntoResponse, Response};
use futures_util::stream;
use tokio::sync::{oneshot, watch};

use super::lock;

pub(super) use course::Course;
pub use switches::{Switches, Window};

mod course;
mod switches;

/// What goes wrong with one send.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Fault {
    /// The provider refuses it in its own words; the message is not sent.
    Error {
        /// The HTTP status.
        status: u16,
        /// The provider's code.
        code: u32,
        /// `Retry-After`, in seconds.
        retry_after: Option<u64>,
    },
    /// A page of HTML with status 500; the message is not sent.
    Html500,
    /// The message is sent, then the connection closes with no answer.
    LoseAnswer,
    /// The connection closes with no answer; the message is not sent.
    DropRequest,
    /// No answer comes until `release`.
    Hang {
        /// Whether the message is sent. If it is not, there is no answer after
        /// the release either.
        processed: bool,
    },
}

/// Holds the next send. Dropping it opens it.
#[derive(Debug)]
pub struct Door {
    reached: watch::Receiver<bool>,
    open: oneshot::Sender<()>,
}

impl Door {
    /// Resolves when a send stands at the door.
    pub async fn reached(&self) {
        // An error means that the call went away after it arrived.
        let _ = self.reached.clone().wait_for(|reached| *reached).await;
    }

    /// Lets the send in.
    pub fn open(self) {
        // Nobody waits any more if the caller went away.
        let _ = self.open.send(());
    }
}

/// The doors and faults in front of one account.
#[derive(Default)]
pub(super) struct Gate {
    doors: Mutex<VecDeque<Waiting>>,
    faults: Mutex<VecDeque<Fault>>,
    switches: Mutex<Switches>,
    window: Mutex<Window>,
    /// Receipts that wait for their switch.
    late: Mutex<Vec<(String, Course)>>,
    released: watch::Sender<u64>,
}

/// What becomes of a free message.
#[derive(Clone, Copy, PartialEq, Eq)]
pub(super) enum Passage {
    /// It arrives.
    Open,
    /// It is accepted, and fails later.
    Lost,
    /// It is refused at once.
    Refused,
}

struct Waiting {
    reached: watch::Sender<bool>,
    opened: oneshot::Receiver<()>,
}

impl Gate {
    pub(super) fn door(&self) -> Door {
        let (reached, see) = watch::channel(false);
        let (open, opened) = oneshot::channel();
        lock(&self.doors).push_back(Waiting { reached, opened });
        Door { reached: see, open }
    }

    pub(super) fn fault(&self, fault: Fault) {
        lock(&self.faults).push_back(fault);
    }

    pub(super) fn switches(&self) -> Switches {
        *lock(&self.switches)
    }

    /// Puts the switches; the receipts that need not wait any more.
    pub(super) fn switch(&self, switches: Switches) -> Vec<(String, Course)> {
        let mut late = lock(&self.late);
        *lock(&self.switches) = switches;
        if switches.late_receipts { Vec::new() } else { std::mem::take(&mut *late) }
    }

    pub(super) fn set_window(&self, window: Window) {
        *lock(&self.window) = window;
    }

    /// What becomes of a free message, if the window is open or not.
    pub(super) fn passage(&self, open: bool) -> Passage {
        match *lock(&self.window) {
            _ if open && !self.switches().window_closed => Passage::Open,
            Window::FailsLater => Passage::Lost,
            Window::Refuses => Passage::Refused,
        }
    }

    /// Whether the receipts of this message have to wait; then they do.
    pub(super) fn keeps_back(&self, id: &str, course: Course) -> bool {
        let mut late = lock(&self.late);
        let keeps = self.switches().late_receipts;
        if keeps {
            late.push((id.to_owned(), course));
        }
        keeps
    }

    pub(super) fn release(&self) {
        self.released.send_modify(|count| *count += 1);
    }

    /// Lets one send through, as far as its door and its fault allow.
    pub(super) async fn pass(
        &self,
        process: impl FnOnce() -> Response,
        refuse: impl FnOnce(u16, u32) -> Response,
    ) -> Response {
        let mut released = self.released.subscribe();
        self.wait_at_door().await;
        let fault = lock(&self.faults).pop_front();
        match fault {
            None if self.switches().lose_answers => {
                process();
                no_answer()
            }
            None => process(),
            Some(Fault::Error { status, code, retry_after }) => {
                with_retry_after(refuse(status, code), retry_after)
            }
            Some(Fault::Html500) => html_500(),
            Some(Fault::LoseAnswer) => {
                process();
                no_answer()
            }
            Some(Fault::DropRequest) => no_answer(),
            Some(Fault::Hang { processed }) => {
                let answer = if processed { process() } else { no_answer() };
                // The sender lives in `self`, so waiting can't fail.
                let _ = released.changed().await;
                answer
            }
        }
    }

    async fn wait_at_door(&self) {
        let door = lock(&self.doors).pop_front();
        if let Some(door) = door {
            door.reached.send_replace(true);
            // A dropped door is an open one.
            let _ = door.opened.await;
        }
    }
}

fn with_retry_after(mut response: Response, seconds: Option<u64>) -> Response {
    if let Some(seconds) = seconds {
        response.headers_mut().insert(header::RETRY_AFTER, HeaderValue::from(seconds));
    }
    response
}

fn html_500() -> Response {
    let page =
        Html("<!DOCTYPE html><html><body><h1>Sorry, something went wrong.</h1></body></html>");
    (StatusCode::INTERNAL_SERVER_ERROR, page).into_response()
}

/// A body that fails before its first byte makes the server close the
/// connection before it has written the head.
fn no_answer() -> Response {
    let broken = stream::once(async { Err::<String, _>(io::Error::other("no answer")) });
    Body::from_stream(broken).into_response()
}
