//! The turns that answer a question, best first: LEX, word statistics with a
//! sense for dialogs.

use std::cmp::Ordering;
use std::collections::HashSet;
use std::ops::Range;

use jiff::tz::TimeZone;

use crate::domain::id::Position;

use super::about::About;
use super::block::Entry;
use super::dates::Calendar;
use super::query::Query;
use super::repeats::once;
use super::scan::{Scan, Scores, idf};

/// What to look through, and for how much.
#[derive(Clone, Debug)]
pub struct Options {
    /// At most so many hits.
    pub limit: usize,
    /// Said at this second or later.
    pub from: Option<i64>,
    /// Said before this second.
    pub to: Option<i64>,
    /// Where days begin.
    pub time_zone: TimeZone,
    /// Turns that are as if they had never been said.
    pub exclude: HashSet<(u32, Position)>,
    /// What the entries are.
    pub kind: Kind,
}

/// What the entries are.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Kind {
    /// Turns of dialogs: answers stand next to questions.
    Turns,
    /// Sections of documents: each stands for itself.
    Sections,
}

impl Default for Options {
    fn default() -> Self {
        Self {
            limit: 10,
            from: None,
            to: None,
            time_zone: TimeZone::UTC,
            exclude: HashSet::new(),
            kind: Kind::Turns,
        }
    }
}

/// A turn that may answer.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Hit {
    /// Its conversation, as the caller numbers them.
    pub conversation: u32,
    /// Its place there.
    pub position: Position,
    /// When it was said.
    pub at: i64,
    /// The more the better; comparable within one search only.
    pub score: f32,
}

/// The outcome of a search.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Found {
    /// Best first; of equals, the newest.
    pub hits: Vec<Hit>,
    /// How much of the question the best turn has, 0 to 1.
    pub strength: f32,
    /// Mean and deviation of the scores of all turns, those without any too.
    pub spread: (f32, f32),
}

/// A best match below this is a coincidence.
const WEAK: f32 = 0.25;

impl Found {
    /// Whether nothing really matches.
    pub fn is_weak(&self) -> bool {
        self.hits.is_empty() || self.strength < WEAK
    }
}

/// The best of these turns.
pub fn search<'a>(
    query: &Query,
    entries: impl IntoIterator<Item = Entry<'a>>,
    options: &Options,
) -> Found {
    if query.is_empty() {
        return Found::default();
    }
    let entries = ordered(entries, &options.exclude);
    let mut own = Scan::new(query, &entries).scores();
    if options.kind == Kind::Turns {
        add_dates(&mut own, query, &entries, &options.time_zone);
    }
    let eligible = |entry: &Entry<'_>| {
        options.from.is_none_or(|from| entry.at >= from)
            && options.to.is_none_or(|to| entry.at < to)
    };
    let able: Vec<usize> = (0..entries.len()).filter(|turn| eligible(&entries[*turn])).collect();
    let scores = match options.kind {
        Kind::Turns => once(in_dialog(&own.own, query, &entries), &own.own, &entries, &able),
        Kind::Sections => own.own.clone(),
    };
    Found {
        hits: best(&able, &entries, &scores, options.limit),
        strength: strength(&own, &able),
        spread: spread(&scores),
    }
}

/// The entries by conversation and place, without those left out.
fn ordered<'a>(
    entries: impl IntoIterator<Item = Entry<'a>>,
    exclude: &HashSet<(u32, Position)>,
) -> Vec<Entry<'a>> {
    let left_out = |entry: &Entry<'_>| {
        !exclude.is_empty() && exclude.contains(&(entry.conversation, entry.position))
    };
    let mut entries: Vec<Entry<'a>> =
        entries.into_iter().filter(|entry| !left_out(entry)).collect();
    let place = |entry: &Entry<'_>| (entry.conversation, entry.position);
    if !entries.is_sorted_by_key(place) {
        entries.sort_by_key(place);
    }
    entries
}

/// What a date that the question names counts beside its words.
const DATES: f32 = 0.5;

/// BM25 over the words of each turn's date.
fn add_dates(scores: &mut Scores, query: &Query, entries: &[Entry<'_>], time_zone: &TimeZone) {
    if query.dates.is_empty() {
        return;
    }
    let mut calendar = Calendar::new(time_zone);
    let shared: Vec<[bool; 3]> =
        entries.iter().map(|entry| query.dates.shared(calendar.date(entry.at))).collect();
    let worth = [0, 1, 2].map(|word| {
        let turns = shared.iter().filter(|shared| shared[word]).count();
        DATES * idf(entries.len(), u32::try_from(turns).unwrap_or(u32::MAX))
    });
    for (turn, shared) in shared.iter().enumerate() {
        let sum: f32 = (0..3).filter(|word| shared[*word]).map(|word| worth[word]).sum();
        scores.own[turn] += sum;
        scores.covered[turn] += sum;
    }
    scores.worth += DATES * query.dates.count() as f32;
}

/// A longer silence ends a session.
const SESSION_GAP_S: i64 = 4 * 3600;

/// The sessions: turns of one conversation without a long silence.
fn sessions(entries: &[Entry<'_>]) -> Vec<Range<usize>> {
    let mut sessions = Vec::new();
    let mut start = 0;
    for turn in 1..=entries.len() {
        let goes_on = entries.get(turn).is_some_and(|next| {
            let last = &entries[turn - 1];
            next.conversation == last.conversation
                && next.at.saturating_sub(last.at) < SESSION_GAP_S
        });
        if !goes_on {
            sessions.push(start..turn);
            start = turn;
        }
    }
    sessions
}

/// What the best turns of a session count for each of its turns.
const SESSION: f32 = 0.3;
/// So many are its best.
const BEST_OF_SESSION: usize = 3;
/// What it counts to be said by who is asked about.
const ROLE: f32 = 1.2;

/// Scores with what stands around each turn.
fn in_dialog(own: &[f32], query: &Query, entries: &[Entry<'_>]) -> Vec<f32> {
    let mut scores = vec![0.0; own.len()];
    for session in sessions(entries) {
        let own = &own[session.clone()];
        if own.iter().all(|score| *score == 0.0) {
            continue;
        }
        let prior = SESSION * mean_of_best(own);
        let scores = &mut scores[session.clone()];
        spread_to_neighbours(own, scores);
        for (score, entry) in scores.iter_mut().zip(&entries[session]) {
            *score = (*score + prior) * role(query.about, entry);
        }
    }
    scores
}

fn mean_of_best(own: &[f32]) -> f32 {
    let mut best = [0.0_f32; BEST_OF_SESSION];
    for score in own {
        if let Some(place) = best.iter().position(|better| score > better) {
            best[place..].rotate_right(1);
            best[place] = *score;
        }
    }
    best.iter().sum::<f32>() / own.len().clamp(1, BEST_OF_SESSION) as f32
}

/// So far a turn shines on those beside it: more on what follows, since
/// answers do.
const NEIGHBOURS: usize = 3;
const BEHIND: f32 = 0.5;
const BEFORE: f32 = 0.4;
const FADING: f32 = 0.7;

fn spread_to_neighbours(own: &[f32], scores: &mut [f32]) {
    for (turn, score) in own.iter().enumerate().filter(|(_, score)| **score > 0.0) {
        scores[turn] += score;
        let mut light = *score;
        for distance in 1..=NEIGHBOURS {
            if let Some(next) = scores.get_mut(turn + distance) {
                *next += BEHIND * light;
            }
            if let Some(last) = turn.checked_sub(distance) {
                scores[last] += BEFORE * light;
            }
            light *= FADING;
        }
    }
}

fn role(about: About, entry: &Entry<'_>) -> f32 {
    let meant = match about {
        About::Anybody => false,
        About::Role(role) => entry.role == role,
        About::Speaker(speaker) => entry.speaker == speaker,
    };
    if meant { ROLE } else { 1.0 }
}

/// The best of the turns that may be found.
fn best(able: &[usize], entries: &[Entry<'_>], scores: &[f32], limit: usize) -> Vec<Hit> {
    let hit = |turn: &usize| {
        let Entry { conversation, position, at, .. } = entries[*turn];
        Hit { conversation, position, at, score: scores[*turn] }
    };
    let scored = able.iter().filter(|turn| scores[**turn] > 0.0);
    let mut hits: Vec<Hit> = scored.map(hit).collect();
    if limit < hits.len() {
        hits.select_nth_unstable_by(limit, by_score);
        hits.truncate(limit);
    }
    hits.sort_unstable_by(by_score);
    hits
}

/// Recency only breaks ties: most questions are about long ago.
pub(super) fn by_score(one: &Hit, other: &Hit) -> Ordering {
    let place = |hit: &Hit| (hit.at, hit.conversation, hit.position);
    other.score.total_cmp(&one.score).then_with(|| place(other).cmp(&place(one)))
}

/// How much of the question the turn that has most of it has. To have
/// several rare words is enough, however long the question.
fn strength(scores: &Scores, able: &[usize]) -> f32 {
    let most = able.iter().map(|turn| scores.covered[*turn]).fold(0.0, f32::max);
    let enough = scores.worth.min(3.0 * scores.rare).max(0.6 * scores.rare);
    if enough > 0.0 { (most / enough).min(1.0) } else { 0.0 }
}

fn spread(scores: &[f32]) -> (f32, f32) {
    let count = scores.len().max(1) as f32;
    let mean = scores.iter().sum::<f32>() / count;
    let squares: f32 = scores.iter().map(|score| (score - mean).powi(2)).sum();
    (mean, (squares / count).sqrt())
}
