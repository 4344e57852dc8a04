//! What the people's phones show.

pub(super) mod book;
mod file;

use std::path::PathBuf;
use std::sync::Mutex;

use jiff::Timestamp;
use serde::{Deserialize, Serialize};
use serde_json::Value;
use tokio::sync::watch;

use super::{identifiers, lock};
use book::{Book, Chat};

/// So many messages of a chat outlive a restart.
const KEPT: usize = 200;

/// Who owns a phone. At least one of number and id is there.
#[derive(Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Contact {
    /// The name the person gave themselves.
    pub name: String,
    /// The phone number, digits only; hidden if absent.
    pub phone: Option<String>,
    /// The business-scoped user id.
    pub user_id: Option<String>,
}

/// One message on a phone.
#[derive(Clone, Serialize, Deserialize)]
pub struct Bubble {
    /// The provider's id.
    pub id: String,
    /// Who wrote it.
    pub side: Side,
    /// When it appeared.
    pub at: Timestamp,
    /// The words, or a placeholder with the caption.
    pub text: String,
    /// The message it quotes.
    pub quotes: Option<String>,
    /// How far a message of the person came.
    pub tick: Tick,
    /// What the app was told about a message of the business.
    pub reports: Vec<Report>,
    /// The message as it went over the wire.
    pub raw: Value,
    /// The emojis on it, one of each side at most.
    #[serde(default)]
    pub reactions: Vec<Reaction>,
    /// The person changed the words.
    #[serde(default)]
    pub edited: bool,
    /// The person took it back.
    #[serde(default)]
    pub revoked: bool,
    /// Not on the screen: accepted and never delivered, or a reaction.
    #[serde(default)]
    pub hidden: bool,
}

/// An emoji on a message.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Reaction {
    /// Whose.
    pub side: Side,
    /// The emoji.
    pub emoji: String,
}

/// Who wrote a message.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Side {
    /// The owner of the phone.
    Person,
    /// The app.
    Business,
}

/// How far a message of the person came.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Tick {
    /// On its way to the app.
    Sending,
    /// The app answered 200.
    Accepted,
    /// The app marked it as read.
    Read,
    /// The app answered with this status.
    Refused(u16),
    /// The app could not be reached.
    Unreachable,
}

/// A status that the app was told.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Report {
    /// `sent`, `delivered`, `read`, `failed`.
    pub status: String,
    /// What the app answered; 0 = it could not be reached.
    pub answer: u16,
    /// The provider's error.
    #[serde(default)]
    pub code: Option<u32>,
}

/// The chats, kept in a file and watched by whoever shows them.
pub(super) struct Phones {
    book: Mutex<Book>,
    changed: watch::Sender<u64>,
    file: Option<PathBuf>,
}

impl Contact {
    /// Someone with a name.
    pub(super) fn new(name: &str, phone: Option<&str>, user_id: Option<&str>) -> Self {
        let (phone, user_id) = (phone.map(str::to_owned), user_id.map(str::to_owned));
        Self { name: name.to_owned(), phone, user_id }
    }

    /// Someone of whom only the address is known.
    pub(super) fn unknown(address: &str) -> Self {
        let phone = identifiers::phone(address);
        let user_id = phone.is_none().then(|| address.to_owned());
        Self { name: address.to_owned(), phone, user_id }
    }

    /// The number if it shows, else the id.
    pub(super) fn address(&self) -> &str {
        self.phone.as_deref().or(self.user_id.as_deref()).unwrap_or_default()
    }

    fn is(&self, alias: Option<&str>) -> bool {
        alias.is_some() && [self.phone.as_deref(), self.user_id.as_deref()].contains(&alias)
    }
}

impl Bubble {
    /// A message that the person just wrote.
    pub(super) fn written(id: String, at: Timestamp, text: String, raw: Value) -> Self {
        let (side, tick) = (Side::Person, Tick::Sending);
        let (reports, reactions) = (Vec::new(), Vec::new());
        let (quotes, edited, revoked, hidden) = (None, false, false, false);
        Self { id, side, at, text, quotes, tick, reports, raw, reactions, edited, revoked, hidden }
    }

    /// A message that the app just sent.
    pub(super) fn received(id: String, at: Timestamp, text: String, raw: Value) -> Self {
        Self { side: Side::Business, ..Self::written(id, at, text, raw) }
    }

    /// It is on its way once more; what is on the way.
    pub(super) fn again(&mut self) -> Value {
        self.tick = Tick::Sending;
        self.raw.clone()
    }

    /// The same, as a reply to another one.
    pub(super) fn quoting(self, quotes: Option<String>) -> Self {
        Self { quotes, ..self }
    }

    /// The same, not on the screen.
    pub(super) fn hidden_if(self, hidden: bool) -> Self {
        Self { hidden, ..self }
    }

    /// Puts an emoji on it, or takes it off.
    pub(super) fn react(&mut self, side: Side, emoji: &str) {
        self.reactions.retain(|reaction| reaction.side != side);
        if !emoji.is_empty() {
            self.reactions.push(Reaction { side, emoji: emoji.to_owned() });
        }
    }
}

impl Tick {
    /// Where it stands after the app answered the webhook. Blue stays blue.
    pub(super) fn after(self, status: u16) -> Self {
        match (self, status) {
            (Self::Read, _) => Self::Read,
            (_, 0) => Self::Unreachable,
            (_, 200..=299) => Self::Accepted,
            (_, status) => Self::Refused(status),
        }
    }
}

impl Phones {
    /// The chats of the file; none if it isn't there or can't be read.
    pub(super) fn open(file: Option<PathBuf>) -> Self {
        let book = file.as_deref().and_then(file::load).unwrap_or_default();
        Self { book: Mutex::new(book), changed: watch::Sender::new(0), file }
    }

    pub(super) fn read<T>(&self, look: impl FnOnce(&Book) -> T) -> T {
        look(&lock(&self.book))
    }

    /// Changes the chats and tells whoever watches. On disk when it returns.
    pub(super) fn change<T>(&self, change: impl FnOnce(&mut Book) -> T) -> T {
        let mut book = lock(&self.book);
        let result = change(&mut book);
        self.save(&book);
        self.changed.send_modify(|version| *version += 1);
        result
    }

    /// Resolves to what the look finds, as soon as it finds something.
    pub(super) async fn wait_for<T>(&self, mut look: impl FnMut(&Book) -> Option<T>) -> T {
        let mut changed = self.changed.subscribe();
        loop {
            if let Some(found) = self.read(&mut look) {
                return found;
            }
            // The sender lives in `self`, so waiting can't fail.
            let _ = changed.changed().await;
        }
    }

    /// What the person has from the account, in order.
    pub(super) fn inbox(&self, account: &str, contact: &Contact) -> Vec<Bubble> {
        self.read(|book| book.chat(account, contact).map(Chat::inbox).unwrap_or_default())
    }

    /// The inbox, as soon as it holds this many messages.
    pub(super) async fn receives(
        &self,
        account: &str,
        contact: &Contact,
        count: usize,
    ) -> Vec<Bubble> {
        let full = |inbox: &Vec<Bubble>| inbox.len() >= count;
        self.wait_for(|book| book.chat(account, contact).map(Chat::inbox).filter(full)).await
    }

    /// When the person saw typing dots begin.
    pub(super) fn typed(&self, account: &str, contact: &Contact) -> Vec<Timestamp> {
        self.read(|book| {
            book.chat(account, contact).map(|chat| chat.typed.clone()).unwrap_or_default()
        })
    }

    pub(super) fn tick(&self, account: &str, id: &str) -> Option<Tick> {
        self.read(|book| book.find(account, id).map(|bubble| bubble.tick))
    }

    /// The app answered the webhook of these messages with this status.
    pub(super) fn answered(&self, account: &str, ids: &[String], status: u16) {
        self.change(|book| {
            ids.iter().for_each(|id| {
                if let Some(bubble) = book.bubble(account, id) {
                    bubble.tick = bubble.tick.after(status);
                }
            });
        });
    }

    /// The app was told of this status of a message, and answered so.
    pub(super) fn report(&self, account: &str, id: &str, report: Report) {
        self.change(|book| {
            if let Some(bubble) = book.bubble(account, id) {
                bubble.reports.push(report);
            }
        });
    }

    pub(super) fn watch(&self) -> watch::Receiver<u64> {
        self.changed.subscribe()
    }

    fn save(&self, book: &Book) {
        let Some(file) = &self.file else { return };
        if let Err(error) = file::write(file, &book.newest(KEPT)) {
            tracing::warn!(%error, "could not keep the chats of the phone page");
        }
    }
}
