//! All that is kept of one person, as one document: for the person, for an
//! operator, and for bringing it in elsewhere.

mod pages;

use std::collections::HashMap;

use jiff::Timestamp;

use crate::domain::id::{ConversationId, MessageId};
use crate::domain::memory::{Entry, INSTRUCTIONS, Origin, Page, Space};
use crate::domain::message::{Message, Status};
use crate::domain::person::Person;
use crate::store::{Store, StoreError};
use crate::transfer::document::{self, Before, Conversation, Document, FORM, Fact};
pub use pages::Pages;

/// So many entries are read between two breaths.
const PAGE: usize = 200;

/// Everything but what never reached the person.
pub async fn dossier(
    store: &dyn Store,
    person: &Person,
    now: Timestamp,
) -> Result<Document, StoreError> {
    let mut profile = profile(store, person).await?;
    let stated = |fact: &Fact| fact.key == INSTRUCTIONS && fact.value.is_string();
    let instructions = profile.iter().position(stated).map(|at| profile.remove(at).value);
    let own = person.conversations.iter().map(|(_, id)| *id);
    let mut conversations = Vec::new();
    for id in own.chain(person.archives.iter().copied()) {
        conversations.extend(conversation(store, person, id).await?);
    }
    Ok(Document {
        olifant_export: FORM,
        exported_at: now,
        person: document::Person::from(person),
        profile,
        instructions: instructions.and_then(|text| text.as_str().map(str::to_owned)),
        conversations,
    })
}

/// What a message is called outside: what was brought in keeps the name that
/// it came in by.
pub fn name(person: &Person, conversation: ConversationId, row: &Message) -> String {
    let brought = row.provider_id.as_ref().filter(|_| person.archives.contains(&conversation));
    match brought {
        Some(id) => id.as_str().to_owned(),
        None => MessageId { conversation, position: row.position }.to_string(),
    }
}

async fn profile(store: &dyn Store, person: &Person) -> Result<Vec<Fact>, StoreError> {
    let space = Space::Person(person.id);
    let mut page = Page { limit: PAGE, ..Page::default() };
    let mut facts = Vec::new();
    loop {
        let (entries, next) = store.entries(&space, &page).await?;
        for entry in entries {
            let history = store.history(&space, &entry.key).await?;
            facts.push(fact(entry, history));
        }
        match next {
            Some(next) => page.after = Some(next),
            None => return Ok(facts),
        }
        tokio::task::yield_now().await;
    }
}

fn fact(entry: Entry, history: Vec<Entry>) -> Fact {
    let before = |entry: Entry| Before {
        value: entry.value,
        origin: origin(entry.origin).to_owned(),
        at: entry.updated_at,
    };
    Fact {
        key: entry.key,
        value: entry.value,
        origin: origin(entry.origin).to_owned(),
        at: entry.updated_at,
        expires: entry.expires_at,
        cites: entry.cites.iter().map(ToString::to_string).collect(),
        history: history.into_iter().map(before).collect(),
    }
}

fn origin(origin: Origin) -> &'static str {
    match origin {
        Origin::Person => "person",
        Origin::Model => "model",
        Origin::Operator => "operator",
        Origin::Api => "api",
        Origin::Import => "import",
    }
}

async fn conversation(
    store: &dyn Store,
    person: &Person,
    id: ConversationId,
) -> Result<Option<Conversation>, StoreError> {
    let Some(conversation) = store.conversation(id).await? else { return Ok(None) };
    let number = conversation.number.name.to_string();
    let mut pages = Pages::of(store, conversation);
    let mut newest_first = Vec::new();
    while let Some(page) = pages.next().await? {
        newest_first.extend(page.into_iter().rev().filter(was_said));
        tokio::task::yield_now().await;
    }
    let messages = messages(person, id, newest_first);
    let summary = store.summary(id).await?.map(|summary| summary.text);
    Ok(Some(Conversation { number, provider: None, messages, summary }))
}

fn was_said(row: &Message) -> bool {
    match row.status {
        Status::Received
        | Status::Queued
        | Status::Sent
        | Status::Delivered
        | Status::Read
        | Status::Played => true,
        Status::Failed | Status::Dropped => false,
    }
}

fn messages(
    person: &Person,
    conversation: ConversationId,
    newest_first: Vec<Message>,
) -> Vec<document::Message> {
    let name = |row: &Message| name(person, conversation, row);
    let ids = newest_first.iter().filter_map(|row| Some((row.provider_id.clone()?, name(row))));
    let names: HashMap<_, _> = ids.collect();
    let message = |row: &Message| {
        let quotes = row.attached.quotes.as_ref().and_then(|id| names.get(id).cloned());
        document::Message::new(name(row), quotes, row)
    };
    newest_first.iter().rev().map(message).collect()
}
