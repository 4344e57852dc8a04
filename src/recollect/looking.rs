//! The search itself: over the index of all of a person's conversations, by
//! words and, where there are vectors, by meaning.

use std::collections::{HashMap, HashSet};

use super::Query;
use crate::domain::id::{ConversationId, MessageId, Position};
use crate::domain::memory::Vectors;
use crate::domain::person::Person;
use crate::recall::{
    self, Around, Block, DENSE, Entry, Language, Languages, Likeness, Options, Vector, fuse,
    search, speaker, usual,
};
use crate::store::{Derived, StoreError};

/// More hits than are wanted: some were taken back, or never arrived.
const MORE: usize = 32;
/// What is alike is compared with so many that have the words.
const COMPARED: usize = 2000;
/// A meaning stands out that is so many deviations nearer than all others.
const STANDS_OUT: f32 = 3.0;
/// A speaker's name has at most so many words.
const NAME: usize = 3;

/// Messages and their scores, the best first.
pub(super) async fn look(
    derived: &dyn Derived,
    person: &Person,
    query: &Query<'_>,
    seen: &HashSet<MessageId>,
) -> Result<Vec<(MessageId, f32)>, StoreError> {
    let ids: Vec<ConversationId> = person.all_conversations().collect();
    let mut search = Search::new(query, &ids, seen);
    for (number, id) in (0..).zip(&ids) {
        let blocks = derived.index(*id).await?;
        search.blocks.extend(blocks.into_iter().map(|block| (number, block)));
        if let Some(meaning) = &query.meaning {
            let vectors = derived.vectors(*id, &meaning.model).await?;
            search.vectors.extend(vectors.into_iter().map(|vectors| (number, vectors)));
        }
    }
    // Arithmetic over all that was ever said: not among what waits for I/O.
    let found = tokio::task::spawn_blocking(move || search.found()).await;
    let found = found.map_err(|e| StoreError::Unavailable(format!("the search ended: {e}")))?;
    let id = |hit: recall::Hit| {
        let conversation = *ids.get(usize::try_from(hit.conversation).ok()?)?;
        Some((MessageId { conversation, position: hit.position }, hit.score))
    };
    Ok(found.into_iter().filter_map(id).collect())
}

/// All that a search needs; conversations are numbered by their place.
struct Search {
    words: String,
    language: Option<Language>,
    options: Options,
    strict: bool,
    meaning: Option<Vector>,
    blocks: Vec<(u32, Vec<u8>)>,
    vectors: Vec<(u32, Vectors)>,
}

impl Search {
    fn new(query: &Query<'_>, ids: &[ConversationId], seen: &HashSet<MessageId>) -> Self {
        let number = |id: &MessageId| {
            let place = ids.iter().position(|known| *known == id.conversation)?;
            Some((u32::try_from(place).ok()?, id.position))
        };
        let options = Options {
            limit: query.limit.saturating_add(MORE),
            from: query.from.map(|from| from.as_second()),
            to: query.to.map(|to| to.as_second()),
            time_zone: query.zone.clone(),
            exclude: seen.iter().filter_map(number).collect(),
            ..Options::default()
        };
        Self {
            words: query.words.to_owned(),
            language: query.language,
            options,
            strict: query.strict,
            meaning: query.meaning.as_ref().map(|meaning| meaning.vector.clone()),
            blocks: Vec::new(),
            vectors: Vec::new(),
        }
    }

    fn found(self) -> Vec<recall::Hit> {
        let blocks = self.decoded();
        let entries = || blocks.iter().flat_map(|block| block.entries.iter().copied());
        let (alike, limit) = (self.alike(entries()), self.options.limit);
        let most = if alike.is_empty() { limit } else { limit.max(COMPARED) };
        let options = Options { limit: most, ..self.options.clone() };
        let found = search(&self.query(&blocks), entries(), &options);
        if self.strict && found.is_weak() && !stands_out(&alike) {
            return Vec::new();
        }
        let mut hits = fuse(found, &alike, DENSE).hits;
        hits.truncate(limit);
        hits
    }

    /// An index that can't be read finds nothing, and hides no other.
    fn decoded(&self) -> Vec<Block<'_>> {
        let mut blocks = Vec::with_capacity(self.blocks.len());
        for (number, bytes) in &self.blocks {
            match Block::decode(bytes, *number) {
                Ok(block) => blocks.push(block),
                Err(error) => tracing::warn!(%error, "A part of what was said can't be searched"),
            }
        }
        blocks
    }

    fn query(&self, blocks: &[Block<'_>]) -> recall::Query {
        let mut met = Languages::default();
        blocks.iter().for_each(|block| met.extend(block.languages));
        let speakers = blocks.iter().flat_map(|block| &block.entries).map(|entry| entry.speaker);
        let named = named(&self.words, &speakers.collect());
        let participants: Vec<&str> = named.iter().map(String::as_str).collect();
        let entries = blocks.iter().flat_map(|block| block.entries.iter().copied());
        let known = usual(entries).or(self.language);
        let around = Around { known, met, participants: &participants };
        recall::Query::new(&self.words, &around)
    }

    /// How near each turn that has a vector is to what is meant.
    fn alike<'a>(&self, entries: impl Iterator<Item = Entry<'a>>) -> Vec<Likeness> {
        let Some(meaning) = self.meaning.as_ref().filter(|_| !self.vectors.is_empty()) else {
            return Vec::new();
        };
        let vectors = self.vectors.iter().flat_map(|(number, vectors)| {
            vectors.messages.iter().map(|one| ((*number, one.position), one.vector.as_slice()))
        });
        let vectors: HashMap<(u32, Position), &[u8]> = vectors.collect();
        let near = |entry: Entry<'_>| {
            let Entry { conversation, position, at, .. } = entry;
            let place = (conversation, position);
            let vector = Vector::decode(vectors.get(&place).filter(|_| self.may(&entry))?)?;
            Some(Likeness { conversation, position, at, cosine: meaning.cosine(&vector) })
        };
        entries.filter_map(near).collect()
    }

    fn may(&self, entry: &Entry<'_>) -> bool {
        let Options { from, to, exclude, .. } = &self.options;
        from.is_none_or(|from| entry.at >= from)
            && to.is_none_or(|to| entry.at < to)
            && !exclude.contains(&(entry.conversation, entry.position))
    }
}

/// The speakers whom a question names: an index knows them by hash only.
fn named(question: &str, speakers: &HashSet<u32>) -> Vec<String> {
    let words = question.split(|c: char| !c.is_alphanumeric()).filter(|word| !word.is_empty());
    let words: Vec<&str> = words.collect();
    let names = (1..=NAME).flat_map(|count| words.windows(count)).map(|words| words.join(" "));
    names.filter(|name| speakers.contains(&speaker(name))).collect()
}

fn stands_out(alike: &[Likeness]) -> bool {
    let count = alike.len().max(1) as f32;
    let mean = alike.iter().map(|turn| turn.cosine).sum::<f32>() / count;
    let squares: f32 = alike.iter().map(|turn| (turn.cosine - mean).powi(2)).sum();
    let nearest = alike.iter().map(|turn| turn.cosine).fold(mean, f32::max);
    nearest - mean > STANDS_OUT * (squares / count).sqrt().max(f32::EPSILON)
}
