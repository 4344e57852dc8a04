//! What has to go when a person wants something forgotten: notes, the
//! messages that they came from, and every message that says the same.

use std::collections::BTreeSet;

use jiff::Timestamp;

use super::saying::saying;
use super::{Shelves, conversations, is_theirs};
use crate::domain::change::Change;
use crate::domain::id::MessageId;
use crate::domain::job::Task;
use crate::domain::memory::{Entry, INSTRUCTIONS, Op, Origin, Write};
use crate::domain::person::Person;
use crate::recall::Needle;
use crate::store::StoreError;

/// Who wants something forgotten, and what.
#[derive(Clone, Copy)]
pub struct Wish<'a> {
    /// Whose memory.
    pub person: &'a Person,
    /// What, in words; or messages by their ids.
    pub what: &'a str,
    /// All that a key is called, in whatever language.
    pub called: &'a Called<'a>,
    /// What says the wish: it goes in any case, and doesn't count.
    pub order: &'a [MessageId],
    /// Who does it.
    pub origin: Origin,
    /// When.
    pub now: Timestamp,
}

/// All that a key is called.
pub type Called<'a> = dyn Fn(&str) -> Vec<String> + Send + Sync + 'a;

/// What goes.
#[derive(Debug, Default)]
pub struct Forgetting {
    /// The keys of these notes, or what stood there before.
    pub keys: Vec<String>,
    /// So many messages.
    pub messages: usize,
    /// What makes it so.
    pub changes: Vec<Change>,
}

impl Forgetting {
    /// Whether nothing was meant.
    pub fn is_empty(&self) -> bool {
        self.keys.is_empty() && self.messages == 0
    }
}

/// Forgets the messages with these ids and what is noted from them alone; or
/// the notes that these words name, and all that says the same.
pub async fn forget(shelves: Shelves<'_>, wish: &Wish<'_>) -> Result<Forgetting, StoreError> {
    let notes = notes(shelves, wish.person).await?;
    let ids = named(wish);
    let notes: Vec<Note> = match (ids.is_empty(), Needle::of(wish.what)) {
        (false, _) => notes.into_iter().filter(|note| note.rests_on(&ids)).collect(),
        (true, Some(needle)) => meant(notes, wish, &needle),
        (true, None) => Vec::new(),
    };
    let mut needles = Vec::new();
    let mut known = ids;
    for version in notes.iter().flat_map(Note::going) {
        known.extend(version.cites.iter().filter(|id| is_theirs(wish.person, **id)));
        // Wishes are sentences whose words stand in many messages.
        let told = Some(version.text()).filter(|_| version.key != INSTRUCTIONS);
        needles.extend(told.and_then(|told| Needle::of_value(&told)));
    }
    gone(shelves, wish, notes, &needles, known).await
}

/// Forgets the messages that have these words, whatever is noted.
pub async fn forget_said(shelves: Shelves<'_>, wish: &Wish<'_>) -> Result<Forgetting, StoreError> {
    let needles: Vec<Needle> = Needle::of(wish.what).into_iter().collect();
    gone(shelves, wish, Vec::new(), &needles, BTreeSet::new()).await
}

async fn gone(
    shelves: Shelves<'_>,
    wish: &Wish<'_>,
    notes: Vec<Note>,
    needles: &[Needle],
    known: BTreeSet<MessageId>,
) -> Result<Forgetting, StoreError> {
    let mut ids = saying(shelves, wish.person, needles, known).await?;
    ids.retain(|id| !wish.order.contains(id));
    let messages = ids.len();
    ids.extend(wish.order);
    let keys = notes.iter().map(|note| note.entry.key.clone()).collect();
    let writes = notes.into_iter().flat_map(|note| note.writes(wish));
    let mut changes: Vec<Change> = writes.map(|one| Change::Remember(Box::new(one))).collect();
    changes.extend(redact(shelves, wish.person, ids).await?);
    Ok(Forgetting { keys, messages, changes })
}

/// What stands under a key, and what did.
struct Note {
    entry: Entry,
    before: Vec<Entry>,
    /// Else it stays, and only these `before` go.
    goes: bool,
}

async fn notes(shelves: Shelves<'_>, person: &Person) -> Result<Vec<Note>, StoreError> {
    let mut notes = Vec::new();
    for entry in shelves.entries(person.id).await? {
        let before = shelves.before(person.id, &entry.key).await?;
        notes.push(Note { entry, before, goes: true });
    }
    Ok(notes)
}

/// The ids, if it is ids and all are the person's.
fn named(wish: &Wish<'_>) -> BTreeSet<MessageId> {
    let words = wish.what.split([' ', ',', '\n']).filter(|word| !word.is_empty());
    let ids: Result<BTreeSet<MessageId>, _> = words.map(str::parse).collect();
    let theirs = |ids: &BTreeSet<MessageId>| ids.iter().all(|id| is_theirs(wish.person, *id));
    ids.ok().filter(theirs).unwrap_or_default()
}

/// The notes under what is called so; else those that have the words, in what
/// they are called or in what they say or said.
fn meant(notes: Vec<Note>, wish: &Wish<'_>, needle: &Needle) -> Vec<Note> {
    let names =
        |note: &Note| [vec![note.entry.key.clone()], (wish.called)(&note.entry.key)].concat();
    let is_called = |name: &String| Needle::of(name).as_ref() == Some(needle);
    let (exact, others): (Vec<Note>, Vec<Note>) =
        notes.into_iter().partition(|note| names(note).iter().any(is_called));
    if !exact.is_empty() {
        return exact;
    }
    let has = |names: &str, version: &Entry| needle.is_in(&format!("{names} {}", version.text()));
    let meant = others.into_iter().map(|mut note| {
        let names = names(&note).join(" ");
        note.goes = has(&names, &note.entry);
        note.before.retain(|version| note.goes || has(&names, version));
        note
    });
    meant.filter(|note| note.goes || !note.before.is_empty()).collect()
}

impl Note {
    /// Whether it comes from these messages alone.
    fn rests_on(&self, ids: &BTreeSet<MessageId>) -> bool {
        let cites = &self.entry.cites;
        !cites.is_empty() && cites.iter().all(|id| ids.contains(id))
    }

    fn going(&self) -> impl Iterator<Item = &Entry> {
        self.before.iter().chain(self.goes.then_some(&self.entry))
    }

    /// A key loses what it was before only as a whole: what stays is written
    /// again.
    fn writes(self, wish: &Wish<'_>) -> Vec<Write> {
        let delete = Write::delete(self.entry.key.clone(), wish.origin);
        match self.goes {
            true => vec![delete],
            false => vec![delete, again(self.entry, wish.now)],
        }
    }
}

fn again(entry: Entry, now: Timestamp) -> Write {
    let left = entry.expires_at.map(|at| at.duration_since(now));
    let ttl = left.map(|left| left.try_into().unwrap_or_default());
    let op = Op::Set { value: entry.value, ttl };
    Write { op, cites: entry.cites, ..Write::delete(entry.key, entry.origin) }
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
