//! All chats of all phones.

use jiff::Timestamp;
use serde::{Deserialize, Serialize};

use super::{Bubble, Contact, Side, Tick};

/// One person and one account.
#[derive(Clone, Serialize, Deserialize)]
pub(in crate::sandbox) struct Chat {
    pub(in crate::sandbox) account: String,
    pub(in crate::sandbox) contact: Contact,
    pub(in crate::sandbox) bubbles: Vec<Bubble>,
    /// When the person last wrote: for a day the business may write freely.
    #[serde(default)]
    pub(in crate::sandbox) heard_at: Option<Timestamp>,
    #[serde(skip)]
    pub(in crate::sandbox) typing_until: Option<Timestamp>,
    /// When typing dots were shown.
    #[serde(skip)]
    pub(in crate::sandbox) typed: Vec<Timestamp>,
}

/// All chats of all phones.
#[derive(Clone, Default, Serialize, Deserialize)]
pub(in crate::sandbox) struct Book {
    chats: Vec<Chat>,
}

impl Chat {
    fn new(account: String, contact: Contact) -> Self {
        let (bubbles, typed) = (Vec::new(), Vec::new());
        Self { account, contact, bubbles, heard_at: None, typing_until: None, typed }
    }

    pub(in crate::sandbox) fn show(&mut self, bubble: Bubble) {
        if bubble.side == Side::Business && !bubble.hidden {
            self.typing_until = None;
        }
        self.bubbles.push(bubble);
    }

    /// The person wrote then.
    pub(in crate::sandbox) fn hear(&mut self, at: Timestamp) {
        self.heard_at = self.heard_at.max(Some(at));
    }

    /// The app shows typing dots since now.
    pub(in crate::sandbox) fn type_until(&mut self, now: Timestamp, until: Timestamp) {
        self.typing_until = Some(until);
        self.typed.push(now);
    }

    /// The person sees blue ticks up to this message. What the app refused
    /// before stays refused.
    pub(in crate::sandbox) fn mark_read(&mut self, id: &str) {
        let Some(end) = self.bubbles.iter().position(|bubble| bubble.id == id) else { return };
        for bubble in &mut self.bubbles[..end] {
            if bubble.side == Side::Person && bubble.tick == Tick::Accepted {
                bubble.tick = Tick::Read;
            }
        }
        self.bubbles[end].tick = Tick::Read;
    }

    pub(in crate::sandbox) fn newest(&self, count: usize) -> &[Bubble] {
        &self.bubbles[self.bubbles.len().saturating_sub(count)..]
    }

    pub(super) fn inbox(&self) -> Vec<Bubble> {
        let shown = |bubble: &&Bubble| bubble.side == Side::Business && !bubble.hidden;
        self.bubbles.iter().filter(shown).cloned().collect()
    }
}

impl Book {
    /// Nobody is left who sends what was on its way when this was kept.
    pub(super) fn without_senders(mut self) -> Self {
        let bubbles = self.chats.iter_mut().flat_map(|chat| &mut chat.bubbles);
        for bubble in bubbles.filter(|bubble| bubble.tick == Tick::Sending) {
            bubble.tick = Tick::Unreachable;
        }
        self
    }

    /// The person's chat with this account, which begins now if there is none.
    pub(in crate::sandbox) fn open(&mut self, account: &str, contact: &Contact) -> &mut Chat {
        let index = self.position(account, contact).unwrap_or_else(|| {
            let (account, contact) = (account.to_owned(), contact.clone());
            self.chats.push(Chat::new(account, contact));
            self.chats.len() - 1
        });
        &mut self.chats[index]
    }

    /// As `open`; name, number and id of the person are these from now on.
    pub(in crate::sandbox) fn introduce(&mut self, account: &str, contact: &Contact) {
        self.open(account, contact).contact = contact.clone();
    }

    pub(in crate::sandbox) fn chat(&self, account: &str, contact: &Contact) -> Option<&Chat> {
        self.position(account, contact).map(|index| &self.chats[index])
    }

    /// Everybody who ever wrote to this account or heard from it.
    pub(in crate::sandbox) fn of<'a>(&'a self, account: &'a str) -> impl Iterator<Item = &'a Chat> {
        self.chats.iter().filter(move |chat| chat.account == account)
    }

    /// The chat that holds the message.
    pub(in crate::sandbox) fn with(&mut self, account: &str, id: &str) -> Option<&mut Chat> {
        let mut chats = self.chats.iter_mut().filter(|chat| chat.account == account);
        chats.find(|chat| chat.bubbles.iter().rev().any(|bubble| bubble.id == id))
    }

    pub(in crate::sandbox) fn bubble(&mut self, account: &str, id: &str) -> Option<&mut Bubble> {
        self.with(account, id)?.bubbles.iter_mut().rev().find(|bubble| bubble.id == id)
    }

    /// Puts an emoji on the message, if it is there.
    pub(in crate::sandbox) fn react(&mut self, account: &str, id: &str, side: Side, emoji: &str) {
        if let Some(bubble) = self.bubble(account, id) {
            bubble.react(side, emoji);
        }
    }

    /// The person's message has other words now, if it is there.
    pub(in crate::sandbox) fn edit(&mut self, account: &str, id: &str, words: String) {
        if let Some(bubble) = self.bubble(account, id) {
            (bubble.text, bubble.edited) = (words, true);
        }
    }

    /// The person's message is gone, if it is there.
    pub(in crate::sandbox) fn revoke(&mut self, account: &str, id: &str) {
        if let Some(bubble) = self.bubble(account, id) {
            (bubble.text, bubble.revoked) = ("[deleted]".to_owned(), true);
        }
    }

    pub(in crate::sandbox) fn find<'a>(&'a self, account: &'a str, id: &str) -> Option<&'a Bubble> {
        self.of(account).flat_map(|chat| &chat.bubbles).find(|bubble| bubble.id == id)
    }

    /// The same chats with at most so many messages each, the newest.
    pub(super) fn newest(&self, count: usize) -> Self {
        let chats = self.chats.iter().map(|chat| Chat {
            account: chat.account.clone(),
            contact: chat.contact.clone(),
            bubbles: chat.newest(count).to_vec(),
            heard_at: chat.heard_at,
            typing_until: chat.typing_until,
            typed: Vec::new(),
        });
        Self { chats: chats.collect() }
    }

    fn position(&self, account: &str, contact: &Contact) -> Option<usize> {
        self.chats.iter().position(|chat| {
            chat.account == account
                && (chat.contact.is(contact.phone.as_deref())
                    || chat.contact.is(contact.user_id.as_deref()))
        })
    }
}
