//! What a question's terms meet in some turns: the raw material of a score.

use super::block::Entry;
use super::query::{Query, Term};

/// BM25's measure of how fast more of the same stops counting, and of how
/// much a long turn is held against it. Turns of a chat are short.
const K1: f32 = 0.9;
const B: f32 = 0.4;

/// All meetings of terms and turns.
pub(super) struct Scan<'q> {
    query: &'q Query,
    met: Vec<Met>,
    /// How many turns have each term.
    turns: Vec<u32>,
    lengths: Vec<u16>,
}

struct Met {
    turn: u32,
    term: u16,
    times: u16,
}

/// How well each turn answers by itself.
#[derive(Clone, Debug, Default)]
pub(super) struct Scores {
    /// BM25.
    pub own: Vec<f32>,
    /// What those of the question's words are worth that it has.
    pub covered: Vec<f32>,
    /// What all of them together are worth.
    pub worth: f32,
    /// What a word that a single turn has is worth.
    pub rare: f32,
}

impl<'q> Scan<'q> {
    /// One walk over the turns.
    pub(super) fn new(query: &'q Query, entries: &[Entry<'_>]) -> Self {
        let turns = vec![0; query.terms.len()];
        let mut scan = Self { query, met: Vec::new(), turns, lengths: Vec::new() };
        scan.lengths.reserve_exact(entries.len());
        for (turn, entry) in entries.iter().enumerate() {
            scan.turn(u32::try_from(turn).unwrap_or(u32::MAX), entry);
        }
        scan
    }

    fn turn(&mut self, turn: u32, entry: &Entry<'_>) {
        self.lengths.push(entry.terms.length());
        let first = self.met.len();
        for (hash, times) in entry.terms.iter() {
            for (_, term) in self.query.terms_of(hash) {
                self.meet(first, turn, *term, u16::from(times));
            }
        }
    }

    fn meet(&mut self, first: usize, turn: u32, term: u16, times: u16) {
        match self.met[first..].iter_mut().find(|met| met.term == term) {
            Some(met) => met.times = met.times.saturating_add(times),
            None => {
                self.turns[usize::from(term)] += 1;
                self.met.push(Met { turn, term, times });
            }
        }
    }

    /// What comes of it for each turn.
    pub(super) fn scores(&self) -> Scores {
        let words = self.words();
        Scores {
            own: self.own(),
            covered: self.covered(&words),
            worth: words.iter().sum(),
            rare: idf(self.lengths.len(), 1),
        }
    }

    /// BM25 of each turn, in which a word counts once: whole, or in pieces if
    /// they say more.
    fn own(&self) -> Vec<f32> {
        let count = self.lengths.len();
        let total: f64 = self.lengths.iter().map(|length| f64::from(*length)).sum();
        let usual = (total / count.max(1) as f64).max(1.0) as f32;
        let weight = |(term, turns): (&Term, &u32)| term.weight * idf(count, *turns);
        let worths: Vec<f32> = self.query.terms.iter().zip(&self.turns).map(weight).collect();
        let mut own = vec![0.0; count];
        let mut words: Vec<(u16, [f32; 2])> = Vec::new();
        for met in self.met.chunk_by(|one, next| one.turn == next.turn) {
            let turn = met[0].turn as usize;
            let long = K1 * (1.0 - B + B * f32::from(self.lengths[turn]) / usual);
            words.clear();
            for Met { term, times, .. } in met {
                let (index, times) = (usize::from(*term), f32::from(*times));
                let Term { word, share, .. } = self.query.terms[index];
                let full = times * (K1 + 1.0) / (times + long);
                let [whole, pieces] = of_word(&mut words, word);
                *(if share < 1.0 { pieces } else { whole }) += worths[index] * full;
            }
            own[turn] = words.iter().map(|(_, [whole, pieces])| whole.max(*pieces)).sum();
        }
        own
    }

    /// What each word of the question is worth. One that is nowhere is worth
    /// as much as one that is somewhere, so that it's missed.
    fn words(&self) -> Vec<f32> {
        let terms = || self.query.terms.iter().zip(&self.turns);
        let whole = |word: usize| {
            let whole =
                terms().find(|(term, _)| usize::from(term.word) == word && term.share >= 1.0);
            whole.map(|(_, turns)| *turns).filter(|turns| *turns > 0)
        };
        let pieces = |word: usize| {
            let of_word = terms().filter(|(term, _)| usize::from(term.word) == word);
            of_word.map(|(_, turns)| *turns).filter(|turns| *turns > 0).min()
        };
        let worth = |(word, missed): (usize, &bool)| {
            let turns = whole(word).or_else(|| pieces(word)).or(missed.then_some(1));
            turns.map_or(0.0, |turns| idf(self.lengths.len(), turns))
        };
        self.query.words.iter().enumerate().map(worth).collect()
    }

    /// What those of the question's words are worth that each turn has.
    fn covered(&self, words: &[f32]) -> Vec<f32> {
        let mut covered = vec![0.0; self.lengths.len()];
        let mut had: Vec<(u16, f32)> = Vec::new();
        for met in self.met.chunk_by(|one, next| one.turn == next.turn) {
            had.clear();
            for Met { term, .. } in met {
                let Term { word, share, .. } = self.query.terms[usize::from(*term)];
                *of_word(&mut had, word) += share;
            }
            let worth = had.iter().map(|(word, had)| words[usize::from(*word)] * had.min(1.0));
            covered[met[0].turn as usize] = worth.sum();
        }
        covered
    }
}

/// What belongs to a word; some few words only.
fn of_word<T: Default>(words: &mut Vec<(u16, T)>, word: u16) -> &mut T {
    let place = words.iter().position(|(known, _)| *known == word).unwrap_or_else(|| {
        words.push((word, T::default()));
        words.len() - 1
    });
    &mut words[place].1
}

/// What it is worth to have something that so many of all turns have.
pub(super) fn idf(all: usize, have: u32) -> f32 {
    let (all, have) = (all as f32, have as f32);
    (1.0 + (all - have + 0.5) / (have + 0.5)).ln()
}
