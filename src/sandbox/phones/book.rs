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
    #[serde(skip)]
    pub(in crate::sandbox) typing_until: Option<Timestamp>,
}

/// All chats of all phones.
#[derive(Clone, Default, Serialize, Deserialize)]
pub(in crate::sandbox) struct Book {
    chats: Vec<Chat>,
}

impl Chat {
    pub(in crate::sandbox) fn show(&mut self, bubble: Bubble) {
        if bubble.side == Side::Business {
            self.typing_until = None;
        }
        self.bubbles.push(bubble);
    }

    /// The person sees blue ticks up to this message, and perhaps typing dots.
    /// What the app refused before stays refused.
    pub(in crate::sandbox) fn mark_read(&mut self, id: &str, typing_until: Option<Timestamp>) {
        let Some(end) = self.bubbles.iter().position(|bubble| bubble.id == id) else { return };
        for bubble in &mut self.bubbles[..end] {
            if bubble.side == Side::Person && bubble.tick == Tick::Accepted {
                bubble.tick = Tick::Read;
            }
        }
        self.bubbles[end].tick = Tick::Read;
        self.typing_until = typing_until.or(self.typing_until);
    }

    pub(super) fn inbox(&self) -> Vec<Bubble> {
        self.bubbles.iter().filter(|bubble| bubble.side == Side::Business).cloned().collect()
    }
}

impl Book {
    /// The person's chat with this account, which begins now if there is none.
    pub(in crate::sandbox) fn open(&mut self, account: &str, contact: &Contact) -> &mut Chat {
        let index = self.position(account, contact).unwrap_or_else(|| {
            let (account, contact) = (account.to_owned(), contact.clone());
            self.chats.push(Chat { account, contact, bubbles: Vec::new(), typing_until: None });
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

    pub(super) fn find<'a>(&'a self, account: &'a str, id: &str) -> Option<&'a Bubble> {
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
