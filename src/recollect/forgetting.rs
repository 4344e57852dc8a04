//! What has to go when a person wants something forgotten: notes, the
//! messages that they came from, and every message that says the same.

use std::collections::BTreeSet;

use super::{Query, Shelves, conversations, find, is_theirs, share};
use crate::domain::change::Change;
use crate::domain::content::Content;
use crate::domain::id::MessageId;
use crate::domain::job::Task;
use crate::domain::memory::{Entry, INSTRUCTIONS, Origin, Page, Space, Write};
use crate::domain::message::{Message, Role};
use crate::domain::person::Person;
use crate::store::StoreError;

/// So many messages are looked at for a word.
const MESSAGES: usize = 1000;
/// So many notes of a person are looked at.
const NOTES: usize = 1000;

/// What goes.
#[derive(Debug, Default)]
pub struct Forgetting {
    /// These notes, with all that they were before.
    pub entries: Vec<Entry>,
    /// So many messages.
    pub messages: usize,
    /// What makes it so.
    pub changes: Vec<Change>,
}

/// Who wants something forgotten, and what.
#[derive(Clone, Copy)]
pub struct Wish<'a> {
    /// Whose memory.
    pub person: &'a Person,
    /// What, in words; or messages by their ids.
    pub what: &'a str,
    /// What was said just now: no index has it yet.
    pub newest: &'a [(MessageId, &'a Message)],
    /// Who does it.
    pub origin: Origin,
}

/// Finds what is meant: notes whose key or value has these words, or the
/// messages with these ids. Nothing = nothing is noted so.
pub async fn forget(shelves: Shelves<'_>, wish: &Wish<'_>) -> Result<Forgetting, StoreError> {
    let entries = notes(shelves, wish.person).await?;
    let named = named(wish);
    let entries: Vec<Entry> = match named.is_empty() {
        true => meant(entries, wish.what),
        false => entries.into_iter().filter(|entry| is_of(entry, &named)).collect(),
    };
    let mut ids = named;
    for entry in &entries {
        ids.extend(sources(shelves, wish, entry).await?);
    }
    let mut changes: Vec<Change> = entries.iter().map(|entry| delete(entry, wish.origin)).collect();
    let messages = ids.len();
    changes.extend(redact(shelves, wish.person, ids).await?);
    Ok(Forgetting { entries, messages, changes })
}

/// All that is noted of a person.
async fn notes(shelves: Shelves<'_>, person: &Person) -> Result<Vec<Entry>, StoreError> {
    let page = Page { limit: NOTES, ..Page::default() };
    Ok(shelves.memory.entries(&Space::Person(person.id), &page).await?.0)
}

/// The ids, if it is ids and all are the person's.
fn named(wish: &Wish<'_>) -> BTreeSet<MessageId> {
    let words = wish.what.split([' ', ',', '\n']).filter(|word| !word.is_empty());
    let ids: Result<BTreeSet<MessageId>, _> = words.map(str::parse).collect();
    let theirs = |ids: &BTreeSet<MessageId>| ids.iter().all(|id| is_theirs(wish.person, *id));
    ids.ok().filter(theirs).unwrap_or_default()
}

/// The notes under this very key; else those that have all the words.
fn meant(entries: Vec<Entry>, what: &str) -> Vec<Entry> {
    let key = words(what);
    let (exact, others): (Vec<_>, Vec<_>) =
        entries.into_iter().partition(|entry| words(&entry.key) == key);
    let has = |entry: &Entry| {
        let said = format!("{} {}", words(&entry.key).join(" "), entry.text());
        share(what, &said) >= 1.0
    };
    match exact.is_empty() {
        true => others.into_iter().filter(has).collect(),
        false => exact,
    }
}

fn words(text: &str) -> Vec<String> {
    let words = text.split(|c: char| !c.is_alphanumeric()).filter(|word| !word.is_empty());
    words.map(str::to_lowercase).collect()
}

/// Whether a note rests on these messages alone.
fn is_of(entry: &Entry, ids: &BTreeSet<MessageId>) -> bool {
    !entry.cites.is_empty() && entry.cites.iter().all(|id| ids.contains(id))
}

/// The messages behind a note and all that it was before.
async fn sources(
    shelves: Shelves<'_>,
    wish: &Wish<'_>,
    entry: &Entry,
) -> Result<Vec<MessageId>, StoreError> {
    let before = shelves.memory.history(&Space::Person(wish.person.id), &entry.key).await?;
    let mut ids = Vec::new();
    for version in before.iter().chain([entry]) {
        ids.extend(version.cites.iter().filter(|id| is_theirs(wish.person, **id)));
        // Wishes are sentences whose words stand in many messages.
        if entry.key != INSTRUCTIONS {
            ids.extend(saying(shelves, wish, &version.text()).await?);
        }
    }
    Ok(ids)
}

/// The messages that have all the words of a value; what a human of the
/// business said is the business's.
async fn saying(
    shelves: Shelves<'_>,
    wish: &Wish<'_>,
    value: &str,
) -> Result<Vec<MessageId>, StoreError> {
    let query = Query { limit: MESSAGES, ..Query::new(value) };
    let found = find(shelves, wish.person, &query, &Default::default()).await?;
    let found = found.iter().map(|one| (one.id, &one.message));
    let says = |(_, row): &(MessageId, &Message)| {
        let open = row.content != Content::Revoked && row.role != Role::Business;
        open && share(value, &row.content.as_text()) >= 1.0
    };
    Ok(found.chain(wish.newest.iter().copied()).filter(says).map(|(id, _)| id).collect())
}

fn delete(entry: &Entry, origin: Origin) -> Change {
    Change::Remember(Box::new(Write::delete(entry.key.clone(), origin)))
}

/// Summaries that could still tell it go with the messages: they are made
/// anew from what is left.
async fn redact(
    shelves: Shelves<'_>,
    person: &Person,
    ids: BTreeSet<MessageId>,
) -> Result<Vec<Change>, StoreError> {
    if ids.is_empty() {
        return Ok(Vec::new());
    }
    let mut changes = vec![Change::Redact(ids.into_iter().collect())];
    for conversation in conversations(person) {
        if shelves.memory.summary(conversation).await?.is_some() {
            changes.push(Change::Queue(Task::Summarise(conversation)));
        }
    }
    Ok(changes)
}
