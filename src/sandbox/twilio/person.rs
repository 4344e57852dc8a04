//! Someone with a phone, and what they do with it.

use jiff::Timestamp;

use super::super::phones::{Bubble, Contact, Side, Tick};
use super::super::{Answer, identifiers};
use super::{Form, Number, webhook};

/// Someone with a phone, who writes to one sender.
#[derive(Clone)]
pub struct Person {
    pub(super) number: Number,
    pub(super) contact: Contact,
}

impl Person {
    pub(super) fn new(number: &Number, contact: Contact) -> Self {
        Self { number: number.clone(), contact }
    }

    /// Writes a text; the answer is the app's to the webhook.
    pub async fn says(&self, text: &str) -> Answer {
        self.sends(self.message(text)).await
    }

    /// Writes a text as a reply to a message.
    pub async fn replies(&self, to: &str, text: &str) -> Answer {
        self.sends(self.quoting(self.message(text), to)).await
    }

    /// Writes a text while the app is down: Twilio takes it, and tells nobody.
    /// The message's SID, under which it stands in the list.
    pub fn says_while_down(&self, text: &str) -> String {
        self.number.note(&self.message(text)).unwrap_or_default()
    }

    /// Sends a message of any kind.
    pub async fn sends(&self, form: Form) -> Answer {
        self.number.post(&form).await
    }

    /// A text message under a new id, to be changed and handed to `sends`.
    pub fn message(&self, text: &str) -> Form {
        webhook::message(&self.number.desk().account, &self.contact, &identifiers::sid(), text)
    }

    /// What the person has from the app, in order.
    pub fn inbox(&self) -> Vec<Bubble> {
        self.number.sandbox.phones.inbox(self.number.id(), &self.contact)
    }

    /// The words of the inbox.
    pub fn texts(&self) -> Vec<String> {
        self.inbox().into_iter().map(|bubble| bubble.text).collect()
    }

    /// The inbox, as soon as it holds this many messages.
    pub async fn receives(&self, count: usize) -> Vec<Bubble> {
        self.number.sandbox.phones.receives(self.number.id(), &self.contact, count).await
    }

    /// Reads a message of the app.
    pub async fn reads(&self, sid: &str) -> Answer {
        self.number.send_status(sid, "read", None).await
    }

    /// How far a message of the person came; `None` if it isn't on the phone.
    pub fn tick(&self, sid: &str) -> Option<Tick> {
        self.number.sandbox.phones.tick(self.number.id(), sid)
    }

    /// A message of either side, by its id.
    pub fn bubble(&self, sid: &str) -> Option<Bubble> {
        let number = &self.number;
        number.sandbox.phones.read(|book| book.find(number.id(), sid).cloned())
    }

    /// Whether a message is the person's own.
    pub(super) fn wrote(&self, sid: &str) -> bool {
        self.bubble(sid).is_some_and(|bubble| bubble.side == Side::Person)
    }

    /// When the person saw typing dots begin.
    pub fn saw_typing(&self) -> Vec<Timestamp> {
        self.number.sandbox.phones.typed(self.number.id(), &self.contact)
    }
}
