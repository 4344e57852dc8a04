//! Answers inside the webhook's own response (`reply = "twiml"`): the webhook
//! waits for what its person is told, and whoever sends looks there first.

use std::collections::HashMap;
use std::fmt::Write as _;
use std::sync::{Mutex, PoisonError};
use std::time::Duration;

use jiff::Timestamp;
use tokio::sync::oneshot;

use super::wire;
use crate::clock::Clock;
use crate::domain::id::NumberName;
use crate::domain::person::Address;

/// Nothing is said here; the answer, if any, goes by a call.
pub const EMPTY: &str = "<?xml version=\"1.0\" encoding=\"UTF-8\"?><Response/>";

/// How long a webhook waits. Twilio gives up after 15 s.
const PATIENCE: Duration = Duration::from_secs(12);

/// A webhook that can carry one message to the person who caused it.
pub struct Place {
    handed: oneshot::Receiver<String>,
    until: Timestamp,
}

impl Place {
    /// The body of the response. After a while it goes without the message.
    pub async fn answer(self, clock: &Clock) -> String {
        let Self { mut handed, until } = self;
        let left = until.duration_since(clock.now()).try_into().unwrap_or_default();
        let answer = match clock.timeout(left, &mut handed).await {
            Ok(answer) => answer.ok(),
            // Nothing is handed over any more, but it may just have been.
            Err(_) => {
                handed.close();
                handed.try_recv().ok()
            }
        };
        answer.unwrap_or_else(|| EMPTY.to_owned())
    }
}

/// The webhooks that wait, one a person.
#[derive(Default)]
pub(super) struct Waiting(Mutex<HashMap<(NumberName, Address), oneshot::Sender<String>>>);

impl Waiting {
    /// Waits from `now` on. An earlier webhook of the same person does not any
    /// more: the answer belongs to the last words of a burst.
    pub(super) fn open(&self, number: &NumberName, person: &Address, now: Timestamp) -> Place {
        let (hand, handed) = oneshot::channel();
        let mut waiting = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        waiting.retain(|_, hand| !hand.is_closed());
        waiting.insert((number.clone(), person.clone()), hand);
        Place { handed, until: now + PATIENCE }
    }

    /// Hands the answer to the person's webhook, if one still waits.
    pub(super) fn hand_over(&self, number: &NumberName, person: &Address, answer: String) -> bool {
        let mut waiting = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        let hand = waiting.remove(&(number.clone(), person.clone()));
        hand.is_some_and(|hand| hand.send(answer).is_ok())
    }
}

/// The message as an answer. `None` if TwiML has no words for it.
pub(super) fn answer(letter: &wire::Send) -> Option<String> {
    if letter.content_sid.is_some() || letter.persistent_action.is_some() {
        return None;
    }
    let mut message = String::new();
    for (name, text) in [("Body", &letter.body), ("Media", &letter.media_url)] {
        if let Some(text) = text {
            let _ = write!(message, "<{name}>{}</{name}>", escaped(text));
        }
    }
    let callback = escaped(&letter.status_callback);
    Some(format!(
        "<?xml version=\"1.0\" encoding=\"UTF-8\"?><Response>\
         <Message statusCallback=\"{callback}\">{message}</Message></Response>"
    ))
}

/// As XML wants it; the characters that it can't hold are left out.
fn escaped(text: &str) -> String {
    let mut escaped = String::with_capacity(text.len());
    for c in text.chars() {
        match c {
            '&' => escaped.push_str("&amp;"),
            '<' => escaped.push_str("&lt;"),
            '>' => escaped.push_str("&gt;"),
            '"' => escaped.push_str("&quot;"),
            // A bare one would be read as a line feed.
            '\r' => escaped.push_str("&#13;"),
            '\n' | '\t' => escaped.push(c),
            '\0'..='\u{1f}' | '\u{fffe}' | '\u{ffff}' => {}
            c => escaped.push(c),
        }
    }
    escaped
}
