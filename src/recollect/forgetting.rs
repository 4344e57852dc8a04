//! What has to go when a person wants something forgotten: notes, the
//! messages that they came from, and every message that says the same.

use std::collections::BTreeSet;

use jiff::Timestamp;

use super::Shelves;
use super::saying::saying;
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
    /// They are more than somebody can have meant: they stay.
    pub too_many: bool,
    /// What makes it so.
    pub changes: Vec<Change>,
}

/// Words that name nothing noted may stand in so many messages: with more,
/// hardly all are meant.
const MOST: usize = 20;

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
    let notes: Vec<Note> = match ids.is_empty() {
        false => notes.into_iter().filter(|note| note.rests_on(&ids)).collect(),
        true => meant(notes, wish),
    };
    let mut needles = Vec::new();
    let mut known = ids;
    for version in notes.iter().flat_map(Note::going) {
        known.extend(version.cites.iter().filter(|id| wish.person.has(id.conversation)));
        // Wishes are sentences whose words stand in many messages.
        let told = Some(version.text()).filter(|_| version.key != INSTRUCTIONS);
        needles.extend(told.and_then(|told| Needle::of_value(&told)));
    }
    let ids = saying(shelves, wish.person, &needles, known).await?;
    gone(shelves, wish, notes, ids).await
}

/// Forgets the messages that have these words, whatever is noted; none if
/// they are too many.
pub async fn forget_said(shelves: Shelves<'_>, wish: &Wish<'_>) -> Result<Forgetting, StoreError> {
    let needles: Vec<Needle> = Needle::of(wish.what).into_iter().collect();
    let mut ids = saying(shelves, wish.person, &needles, BTreeSet::new()).await?;
    ids.retain(|id| !wish.order.contains(id));
    let messages = ids.len();
    let too_many = messages > MOST;
    if too_many {
        ids.clear();
    }
    let gone = gone(shelves, wish, Vec::new(), ids).await?;
    Ok(Forgetting { messages, too_many, ..gone })
}

async fn gone(
    shelves: Shelves<'_>,
    wish: &Wish<'_>,
    notes: Vec<Note>,
    mut ids: BTreeSet<MessageId>,
) -> Result<Forgetting, StoreError> {
    ids.retain(|id| !wish.order.contains(id));
    let messages = ids.len();
    ids.extend(wish.order);
    let keys: Vec<String> = notes.iter().map(|note| note.entry.key.clone()).collect();
    let writes = notes.into_iter().flat_map(|note| note.writes(wish));
    let mut changes: Vec<Change> = writes.map(|one| Change::Remember(Box::new(one))).collect();
    // What was made could still tell a note that comes from no message.
    if !(keys.is_empty() && ids.is_empty()) {
        changes.extend(redact(shelves, wish.person, ids).await?);
    }
    Ok(Forgetting { keys, messages, too_many: false, changes })
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
    let theirs = |ids: &BTreeSet<MessageId>| ids.iter().all(|id| wish.person.has(id.conversation));
    ids.ok().filter(theirs).unwrap_or_default()
}

/// The notes under what is called so; else those that have the words, in what
/// they are called or in what they say or said; else those whose whole story
/// the words tell: "that my old dog is called Rex".
fn meant(notes: Vec<Note>, wish: &Wish<'_>) -> Vec<Note> {
    let Some(name) = Needle::of_name(wish.what) else { return Vec::new() };
    let is_called = |note: &Note| {
        names(note, wish).any(|called| Needle::of_name(&called).as_ref() == Some(&name))
    };
    let (exact, others): (Vec<Note>, Vec<Note>) = notes.into_iter().partition(is_called);
    if !exact.is_empty() {
        return exact;
    }
    let meant = saying_so(&others, |note, version| match Needle::of(wish.what) {
        Some(needle) => needle.is_in(&format!("{} {}", heading(note, wish), version.text())),
        None => Needle::of_value(&version.text()).as_ref() == Some(&name),
    });
    match meant.is_empty() {
        true => saying_so(&others, |note, version| is_told(note, version, wish)),
        false => meant,
    }
}

/// The key, and all that it is called.
fn names(note: &Note, wish: &Wish<'_>) -> impl Iterator<Item = String> {
    std::iter::once(note.entry.key.clone()).chain((wish.called)(&note.entry.key))
}

/// The names among whose words one may be picked out. A label of several words
/// is meant as a whole: a "form of address" is no address.
fn heading(note: &Note, wish: &Wish<'_>) -> String {
    let counts = |name: &String| {
        let words = Needle::of_name(name);
        *name == note.entry.key
            || words.is_some_and(|words| words.is_one_word() || words.is_in(wish.what))
    };
    names(note, wish).filter(counts).collect::<Vec<_>>().join(" ")
}

/// Whether the wish has all words of a name of the note's and of what it says.
fn is_told(note: &Note, version: &Entry, wish: &Wish<'_>) -> bool {
    let has = |words: Option<Needle>| words.is_some_and(|words| words.is_in(wish.what));
    has(Needle::of_value(&version.text()))
        && names(note, wish).any(|name| has(Needle::of_name(&name)))
}

/// The notes of which this is so, now or of what they were before.
fn saying_so(notes: &[Note], is_so: impl Fn(&Note, &Entry) -> bool) -> Vec<Note> {
    let meant = notes.iter().map(|note| {
        let goes = is_so(note, &note.entry);
        let before = note.before.iter().filter(|version| goes || is_so(note, version));
        Note { entry: note.entry.clone(), before: before.cloned().collect(), goes }
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
    let mut changes = vec![Change::Redact(ids.into_iter().collect())];
    for conversation in person.all_conversations() {
        if shelves.derived.summary(conversation).await?.is_some() {
            changes.push(Change::Queue(Task::Summarise(conversation)));
        }
    }
    Ok(changes)
}
