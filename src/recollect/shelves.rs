//! What is kept of one person: everything, read in pieces.

use super::pages::Pages;
use crate::domain::conversation::Conversation;
use crate::domain::id::PersonId;
use crate::domain::memory::{Entry, Page, Space};
use crate::domain::message::Message;
use crate::domain::person::Person;
use crate::store::{Derived, Memory, Store, StoreError, Transcript};

/// So many entries are read at once.
const PAGE: usize = 200;

/// Where it is looked up.
#[derive(Clone, Copy)]
pub struct Shelves<'a> {
    /// What was said.
    pub transcript: &'a dyn Transcript,
    /// What is noted.
    pub memory: &'a dyn Memory,
    /// What is made of what was said, and finds it again.
    pub derived: &'a dyn Derived,
}

impl<'a> Shelves<'a> {
    /// All from this store.
    pub fn of(store: &'a dyn Store) -> Self {
        Self { transcript: store, memory: store, derived: store }
    }

    /// All that is noted of a person, the newest first.
    pub async fn entries(&self, person: PersonId) -> Result<Vec<Entry>, StoreError> {
        let space = Space::Person(person);
        let mut page = Page { limit: PAGE, ..Page::default() };
        let mut all = Vec::new();
        loop {
            let (entries, next) = self.memory.entries(&space, &page).await?;
            all.extend(entries);
            if next.is_none() {
                return Ok(all);
            }
            page.after = next;
        }
    }

    /// What stood under a key before.
    pub async fn before(&self, person: PersonId, key: &str) -> Result<Vec<Entry>, StoreError> {
        self.memory.history(&Space::Person(person), key).await
    }

    /// All conversations of a person, and what was brought in.
    pub async fn conversations(&self, person: &Person) -> Result<Vec<Conversation>, StoreError> {
        let mut all = Vec::new();
        for id in person.all_conversations() {
            all.extend(self.transcript.conversation(id).await?);
        }
        Ok(all)
    }

    /// Shows every message of a conversation, also what `/new` has put behind:
    /// the newest page first, each in order.
    pub async fn messages_of(
        &self,
        conversation: Conversation,
        mut look: impl FnMut(&Message) + Send,
    ) -> Result<(), StoreError> {
        let mut pages = Pages::of(self.transcript, conversation);
        while let Some(page) = pages.next().await? {
            page.iter().for_each(&mut look);
        }
        Ok(())
    }
}
