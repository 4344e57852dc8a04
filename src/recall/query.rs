//! A question, made ready for a scan.

use super::about::About;
use super::dates::DateWords;
use super::fold::plain;
use super::forms::Forms;
use super::language::{Language, Languages};
use super::terms::{read, says_something};
use super::words::Piece;

/// What is known around a question.
#[derive(Clone, Copy, Debug, Default)]
pub struct Around<'a> {
    /// The language that who asks mostly writes.
    pub known: Option<Language>,
    /// The languages met in the blocks: a word is looked for under the stems
    /// of each.
    pub met: Languages,
    /// The names of who took part.
    pub participants: &'a [&'a str],
}

/// A question.
#[derive(Clone, Debug)]
pub struct Query {
    /// Its words but stop words: whether it's missed where it is nowhere.
    pub(super) words: Vec<bool>,
    pub(super) terms: Vec<Term>,
    /// Sorted: a hash and the term that it stands for.
    lookup: Vec<(u32, u16)>,
    filter: Filter,
    pub(super) dates: DateWords,
    pub(super) about: About,
}

/// Something a turn may have; it has it under any of some hashes.
#[derive(Clone, Copy, Debug)]
pub(super) struct Term {
    /// How much it counts.
    pub weight: f32,
    /// The word of the question that it belongs to.
    pub word: u16,
    /// To have it is to have so much of that word, at most 1 in all.
    pub share: f32,
}

/// A piece of a word counts so much together with its others.
const PIECES: f32 = 0.8;
/// Two signs of a script without spaces.
const PAIR: f32 = 0.8;
/// What a compound may be put together from.
const PART: f32 = 0.4;
/// A question longer than this is no question: what follows adds nothing.
const MOST_TERMS: usize = 400;

impl Query {
    /// A question in any language.
    pub fn new(text: &str, around: &Around<'_>) -> Self {
        let plain = plain(text);
        let (pieces, language) = read(&plain, around.known);
        let mut languages = around.met;
        languages.insert(language);
        let mut building = Building::default();
        let telling = |piece: &&Piece<'_>| says_something(piece, language);
        // A guess that leaves nothing of the question was a wrong one.
        let is_guess = language != around.known && !around.met.contains(language);
        let all = is_guess && !pieces.iter().any(|piece| telling(&piece));
        for piece in pieces.iter().filter(|piece| all || telling(piece)) {
            building.add(piece, languages);
        }
        building.lookup.sort_unstable();
        building.lookup.dedup();
        Self {
            filter: Filter::of(&building.lookup),
            words: building.words,
            terms: building.terms,
            lookup: building.lookup,
            dates: DateWords::of(text),
            about: About::of(text, language, around.participants),
        }
    }

    /// Whether there is nothing to look for.
    pub fn is_empty(&self) -> bool {
        self.terms.is_empty()
    }

    /// The terms that this hash stands for.
    #[inline]
    pub(super) fn terms_of(&self, hash: u32) -> &[(u32, u16)] {
        if !self.filter.may_have(hash) {
            return &[];
        }
        let start = self.lookup.partition_point(|(known, _)| *known < hash);
        let found = &self.lookup[start..];
        &found[..found.iter().take_while(|(known, _)| *known == hash).count()]
    }
}

#[derive(Default)]
struct Building {
    words: Vec<bool>,
    terms: Vec<Term>,
    lookup: Vec<(u32, u16)>,
}

impl Building {
    fn add(&mut self, piece: &Piece<'_>, languages: Languages) {
        let forms: Vec<Forms> =
            languages.iter().map(|language| Forms::of(piece, language)).collect();
        let all = |pick: fn(&Forms) -> &Vec<u32>| {
            let mut all: Vec<u32> = forms.iter().flat_map(pick).copied().collect();
            all.sort_unstable();
            all.dedup();
            all
        };
        let (words, grams, parts) = (all(|f| &f.words), all(|f| &f.grams), all(|f| &f.parts));
        let parts: Vec<u32> = parts.into_iter().filter(|part| !words.contains(part)).collect();
        let Ok(word) = u16::try_from(self.words.len()) else { return };
        // The parts of a code are words too.
        self.words.push(!matches!(piece, Piece::Whole(_)));
        self.term(&words, Term { weight: 1.0, word, share: 1.0 });
        let weight = if words.is_empty() { PAIR } else { PIECES / grams.len().max(1) as f32 };
        self.each(&grams, Term { weight, word, share: 1.0 / grams.len().max(1) as f32 });
        self.each(&parts, Term { weight: PART, word, share: PART });
    }

    fn each(&mut self, hashes: &[u32], term: Term) {
        for hash in hashes {
            self.term(&[*hash], term);
        }
    }

    /// A term under any of these hashes, unless it's there already.
    fn term(&mut self, hashes: &[u32], term: Term) {
        let Ok(index) = u16::try_from(self.terms.len()) else { return };
        let known = |hash: &u32| self.lookup.iter().any(|(known, _)| known == hash);
        if hashes.is_empty() || hashes.iter().all(known) || self.terms.len() >= MOST_TERMS {
            return;
        }
        self.terms.push(term);
        self.lookup.extend(hashes.iter().map(|hash| (*hash, index)));
    }
}

/// Most hashes of a scan are none of the question's: one bit says so.
#[derive(Clone, Debug)]
struct Filter(Vec<u64>);

const FILTER_BITS: u32 = 16;

impl Filter {
    fn of(lookup: &[(u32, u16)]) -> Self {
        let mut bits = vec![0; 1 << (FILTER_BITS - 6)];
        for (hash, _) in lookup {
            let at = hash >> (32 - FILTER_BITS);
            bits[at as usize >> 6] |= 1_u64 << (at & 63);
        }
        Self(bits)
    }

    #[inline]
    fn may_have(&self, hash: u32) -> bool {
        let at = hash >> (32 - FILTER_BITS);
        self.0.get(at as usize >> 6).is_some_and(|bits| bits & (1 << (at & 63)) != 0)
    }
}
