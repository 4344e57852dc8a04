//! Which turns can have certain words, by their terms alone: all that have
//! them, and a few that have not. Who wants to be exact reads those.

use super::fold::{fold, plain};
use super::forms::Forms;
use super::language::{self, Languages};
use super::terms::{Packed, pieces};
use super::words::Piece;

/// Lets turns through that can have all of some words.
#[derive(Clone, Debug)]
pub struct Sieve(Vec<Word>);

#[derive(Clone, Debug)]
struct Word {
    /// Sorted: a turn that has the word has one of these.
    hashes: Vec<u32>,
    /// Where it, or what it is the plural of, says nothing: turns don't keep
    /// it there.
    small_in: Languages,
}

impl Sieve {
    /// For turns in these languages.
    pub(super) fn of<'a>(words: impl Iterator<Item = &'a str>, met: Languages) -> Self {
        Self(words.map(|word| Word::of(word, met)).collect())
    }

    /// Whether a turn with these terms can have all the words.
    pub fn may_have(&self, terms: Packed<'_>) -> bool {
        self.0.iter().all(|word| word.may_be_in(terms))
    }
}

impl Word {
    fn of(word: &str, met: Languages) -> Self {
        let plain = plain(word);
        let pieces: Vec<Piece<'_>> = pieces(&plain);
        let mut hashes = Vec::new();
        for language in met.iter().chain([None]) {
            for Forms { words, grams, parts } in pieces.iter().map(|one| Forms::of(one, language)) {
                hashes.extend([words, grams, parts].concat());
            }
        }
        hashes.sort_unstable();
        hashes.dedup();
        let word = fold(word);
        let mut small_in = language::small_in(&word);
        small_in.extend(language::small_in(word.strip_suffix('s').unwrap_or(&word)));
        Self { hashes, small_in }
    }

    /// What a turn without any terms was written in is not known.
    fn may_be_in(&self, terms: Packed<'_>) -> bool {
        let is_small = match terms.length() {
            0 => self.small_in != Languages::default(),
            _ => self.small_in.contains(terms.language()),
        };
        is_small || terms.iter().any(|(hash, _)| self.hashes.binary_search(&hash).is_ok())
    }
}
