//! Finding again what a person said: the search of `recall` over all that
//! this person and the business said to each other, and over nothing else.

mod block;
mod forgetting;
mod index;
mod kept;
mod looking;
mod pages;
mod saying;
mod shelves;

use std::collections::HashSet;
use std::time::Duration;

use jiff::Timestamp;
use jiff::tz::TimeZone;

use crate::domain::id::MessageId;
use crate::domain::message::{Message, Status};
use crate::domain::person::Person;
use crate::llm::embeddings::Embeddings;
use crate::recall::{self, Language, Vector};
use crate::store::StoreError;

pub use block::{Block, block, line, quoted};
pub use forgetting::{Called, Forgetting, Wish, forget, forget_said};
pub use kept::{Kept, kept};
pub use pages::Pages;
pub use saying::newest_with;
pub use shelves::Shelves;

/// The meanings of so many texts are asked for at once.
const AT_ONCE: usize = 100;

/// What is looked for.
#[derive(Clone, Debug)]
pub struct Query<'a> {
    /// In these words.
    pub words: &'a str,
    /// The language that the person mostly writes, if it is known.
    pub language: Option<Language>,
    /// Not said before then.
    pub from: Option<Timestamp>,
    /// Said before then.
    pub to: Option<Timestamp>,
    /// Where days begin.
    pub zone: TimeZone,
    /// At most so many.
    pub limit: usize,
    /// Nothing, rather than what hardly fits.
    pub strict: bool,
    /// What the words mean, if that is known.
    pub meaning: Option<Meaning>,
}

/// The vector of a query.
#[derive(Clone, Debug)]
pub struct Meaning {
    /// The model that made it.
    pub model: String,
    /// The vector.
    pub vector: Vector,
}

impl<'a> Query<'a> {
    /// The ten that fit these words best.
    pub fn new(words: &'a str) -> Self {
        Self {
            words,
            language: None,
            from: None,
            to: None,
            zone: TimeZone::UTC,
            limit: 10,
            strict: false,
            meaning: None,
        }
    }
}

/// Something that was said, found again.
#[derive(Clone, Debug, PartialEq)]
pub struct Found {
    /// Which message.
    pub id: MessageId,
    /// The message.
    pub message: Message,
    /// How well it fits: comparable within one search only.
    pub score: f32,
}

/// The best first; what has been `seen` is as if it had never been said.
pub async fn find(
    shelves: Shelves<'_>,
    person: &Person,
    query: &Query<'_>,
    seen: &HashSet<MessageId>,
) -> Result<Vec<Found>, StoreError> {
    let hits = looking::look(shelves.derived, person, query, seen).await?;
    let mut found = Vec::new();
    for (id, score) in hits {
        if found.len() == query.limit {
            break;
        }
        let message = shelves.transcript.message(id).await?;
        let message = message.filter(|row| was_said(row) && row.content.has_words());
        found.extend(message.map(|message| Found { id, message, score }));
    }
    Ok(found)
}

/// What words mean. Who can't tell in time doesn't hold up anybody.
pub async fn meaning(
    embeddings: Option<&Embeddings>,
    words: &str,
    within: Duration,
) -> Option<Meaning> {
    meanings(embeddings, &[words.to_owned()], within).await.pop().flatten()
}

/// The same for several, in order.
pub async fn meanings(
    embeddings: Option<&Embeddings>,
    texts: &[String],
    within: Duration,
) -> Vec<Option<Meaning>> {
    let mut all = Vec::with_capacity(texts.len());
    for some in texts.chunks(AT_ONCE) {
        let known = match embeddings {
            Some(embeddings) => of_some(embeddings, some, within).await,
            None => None,
        };
        all.extend(known.unwrap_or_else(|| vec![None; some.len()]));
    }
    all
}

/// Nobody makes a vector of nothing.
async fn of_some(
    embeddings: &Embeddings,
    texts: &[String],
    within: Duration,
) -> Option<Vec<Option<Meaning>>> {
    let says = |text: &&String| !text.trim().is_empty();
    let asked: Vec<String> = texts.iter().filter(says).cloned().collect();
    if asked.is_empty() {
        return None;
    }
    let made = embeddings.of(&asked, within).await.inspect_err(|reason| {
        tracing::warn!(reason, "memory.embeddings_url: words alone have to find what was said");
    });
    let mut vectors = made.ok()?.into_iter();
    let mut meaning = || {
        let vector = Vector::quantise(&vectors.next()?);
        Some(Meaning { model: embeddings.model().to_owned(), vector })
    };
    Some(texts.iter().map(|text| says(&text).then(&mut meaning).flatten()).collect())
}

/// What never reached the person was not said.
pub fn was_said(row: &Message) -> bool {
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

/// How much of what a text says (of its words that say anything) stands in
/// another, too: from 0, nothing, to 1, all of it.
pub fn share(of: &str, said: &str) -> f32 {
    recall::share(of, said, None)
}
