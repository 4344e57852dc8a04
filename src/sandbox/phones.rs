//! What the people's phones show.

use std::fs;
use std::io::{self, Write};
use std::path::{Path, PathBuf};
use std::sync::Mutex;

use jiff::Timestamp;
use serde::{Deserialize, Serialize};
use serde_json::Value;
use tokio::sync::watch;

use super::lock;

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
}

/// One person and one account.
#[derive(Clone, Serialize, Deserialize)]
pub(super) struct Chat {
    pub(super) account: String,
    pub(super) contact: Contact,
    pub(super) bubbles: Vec<Bubble>,
    #[serde(skip)]
    pub(super) typing_until: Option<Timestamp>,
}

/// All chats of all phones.
#[derive(Clone, Default, Serialize, Deserialize)]
pub(super) struct Book {
    chats: Vec<Chat>,
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
        let phone = super::identifiers::phone(address);
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
        Self { id, side, at, text, quotes: None, tick, reports: Vec::new(), raw }
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

impl Chat {
    pub(super) fn show(&mut self, bubble: Bubble) {
        if bubble.side == Side::Business {
            self.typing_until = None;
        }
        self.bubbles.push(bubble);
    }

    fn inbox(&self) -> Vec<Bubble> {
        self.bubbles.iter().filter(|bubble| bubble.side == Side::Business).cloned().collect()
    }

    /// The person sees blue ticks up to this message, and perhaps typing dots.
    pub(super) fn mark_read(&mut self, id: &str, typing_until: Option<Timestamp>) {
        let end = self.bubbles.iter().position(|bubble| bubble.id == id);
        let read = self.bubbles.iter_mut().take(end.map_or(0, |end| end + 1));
        read.filter(|bubble| bubble.side == Side::Person).for_each(|b| b.tick = Tick::Read);
        self.typing_until = typing_until.or(self.typing_until);
    }
}

impl Book {
    /// The person's chat with this account, which begins now if there is none.
    pub(super) fn open(&mut self, account: &str, contact: &Contact) -> &mut Chat {
        let index = self.position(account, contact).unwrap_or_else(|| {
            let (account, contact) = (account.to_owned(), contact.clone());
            self.chats.push(Chat { account, contact, bubbles: Vec::new(), typing_until: None });
            self.chats.len() - 1
        });
        &mut self.chats[index]
    }

    /// As `open`; name, number and id of the person are these from now on.
    pub(super) fn introduce(&mut self, account: &str, contact: &Contact) {
        self.open(account, contact).contact = contact.clone();
    }

    pub(super) fn chat(&self, account: &str, contact: &Contact) -> Option<&Chat> {
        self.position(account, contact).map(|index| &self.chats[index])
    }

    /// Everybody who ever wrote to this account or heard from it.
    pub(super) fn of<'a>(&'a self, account: &'a str) -> impl Iterator<Item = &'a Chat> {
        self.chats.iter().filter(move |chat| chat.account == account)
    }

    /// The chat that holds the message.
    pub(super) fn with(&mut self, account: &str, id: &str) -> Option<&mut Chat> {
        let mut chats = self.chats.iter_mut().filter(|chat| chat.account == account);
        chats.find(|chat| chat.bubbles.iter().rev().any(|bubble| bubble.id == id))
    }

    pub(super) fn bubble(&mut self, account: &str, id: &str) -> Option<&mut Bubble> {
        self.with(account, id)?.bubbles.iter_mut().rev().find(|bubble| bubble.id == id)
    }

    fn find<'a>(&'a self, account: &'a str, id: &str) -> Option<&'a Bubble> {
        self.of(account).flat_map(|chat| &chat.bubbles).find(|bubble| bubble.id == id)
    }

    fn position(&self, account: &str, contact: &Contact) -> Option<usize> {
        self.chats.iter().position(|chat| {
            chat.account == account
                && (chat.contact.is(contact.phone.as_deref())
                    || chat.contact.is(contact.user_id.as_deref()))
        })
    }
}

impl Phones {
    /// The chats of the file; none if it isn't there or can't be read.
    pub(super) fn open(file: Option<PathBuf>) -> Self {
        let book = file.as_deref().and_then(load).unwrap_or_default();
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
    pub(super) fn report(&self, account: &str, id: &str, status: &str, answer: u16) {
        self.change(|book| {
            if let Some(bubble) = book.bubble(account, id) {
                bubble.reports.push(Report { status: status.to_owned(), answer });
            }
        });
    }

    pub(super) fn watch(&self) -> watch::Receiver<u64> {
        self.changed.subscribe()
    }

    fn save(&self, book: &Book) {
        let Some(file) = &self.file else { return };
        if let Err(error) = write(file, book) {
            tracing::warn!(%error, "could not keep the chats of the phone page");
        }
    }
}

fn load(file: &Path) -> Option<Book> {
    let text = fs::read(file).ok()?;
    serde_json::from_slice(&text)
        .inspect_err(|error| {
            let (line, column) = (error.line(), error.column());
            tracing::warn!(line, column, "the kept chats can't be read; the phones start empty");
        })
        .ok()
}

/// Beside the file, then in its place: a kill leaves the old or the new one.
fn write(file: &Path, book: &Book) -> io::Result<()> {
    let beside = file.with_extension("new");
    let mut out = io::BufWriter::new(private(&beside)?);
    serde_json::to_writer(&mut out, book)?;
    out.flush()?;
    fs::rename(beside, file)
}

#[cfg(unix)]
fn private(file: &Path) -> io::Result<fs::File> {
    use std::os::unix::fs::OpenOptionsExt;
    fs::OpenOptions::new().write(true).create(true).truncate(true).mode(0o600).open(file)
}

#[cfg(not(unix))]
fn private(file: &Path) -> io::Result<fs::File> {
    fs::File::create(file)
}
