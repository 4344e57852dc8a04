//! Words and meaning together.

use std::collections::BTreeMap;

use crate::domain::id::Position;

use super::search::{Found, Hit, by_score};

/// How like the question a turn is by its vector.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Likeness {
    /// Its conversation, as the caller numbers them.
    pub conversation: u32,
    /// Its place there.
    pub position: Position,
    /// When it was said.
    pub at: i64,
    /// The cosine.
    pub cosine: f32,
}

/// What likeness counts beside words: a good model's may count a half.
pub const DENSE: f32 = 0.4;

/// What words found, with what is alike added: each by how far it stands out
/// among its own kind. A search to be fused needs a generous limit, since a
/// turn beyond it counts as one without any of the words; likeness is wanted
/// of every turn that has a vector.
pub fn fuse(found: Found, alike: &[Likeness], weight: f32) -> Found {
    if alike.is_empty() {
        return found;
    }
    let (mean, deviation) = found.spread;
    let z = |score: f32| (score - mean) / deviation.max(f32::EPSILON);
    let mut hits: BTreeMap<(u32, Position), Hit> = BTreeMap::new();
    for hit in found.hits {
        let hit = Hit { score: z(hit.score), ..hit };
        hits.insert((hit.conversation, hit.position), hit);
    }
    let standing_out = standing_out(alike);
    for (turn, dense) in alike.iter().zip(standing_out) {
        let Likeness { conversation, position, at, .. } = *turn;
        let unsaid = Hit { conversation, position, at, score: z(0.0) };
        hits.entry((conversation, position)).or_insert(unsaid).score += weight * dense;
    }
    let mut hits: Vec<Hit> = hits.into_values().collect();
    hits.sort_unstable_by(by_score);
    Found { hits, ..found }
}

fn standing_out(alike: &[Likeness]) -> Vec<f32> {
    let count = alike.len() as f32;
    let mean = alike.iter().map(|turn| turn.cosine).sum::<f32>() / count;
    let squares: f32 = alike.iter().map(|turn| (turn.cosine - mean).powi(2)).sum();
    let deviation = (squares / count).sqrt().max(f32::EPSILON);
    alike.iter().map(|turn| (turn.cosine - mean) / deviation).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn place(seq: u64) -> Position {
        Position { seq, part: 0 }
    }

    fn alike(seq: u64, cosine: f32) -> Likeness {
        Likeness { conversation: 0, position: place(seq), at: 0, cosine }
    }

    fn found(scores: &[(u64, f32)]) -> Found {
        let hit = |(seq, score): &(u64, f32)| Hit {
            conversation: 0,
            position: place(*seq),
            at: 0,
            score: *score,
        };
        Found { hits: scores.iter().map(hit).collect(), strength: 1.0, spread: (1.0, 1.0) }
    }

    fn order(found: &Found) -> Vec<u64> {
        found.hits.iter().map(|hit| hit.position.seq).collect()
    }

    #[test]
    fn likeness_decides_between_equals_and_brings_what_has_no_word() {
        let found = found(&[(1, 3.0), (2, 3.0)]);
        let fused = fuse(found, &[alike(1, 0.1), alike(2, 0.5), alike(3, 0.9)], DENSE);
        assert_eq!(order(&fused), [2, 1, 3]);
    }

    #[test]
    fn without_vectors_nothing_changes() {
        let found = found(&[(1, 3.0), (2, 2.0)]);
        assert_eq!(fuse(found.clone(), &[], DENSE), found);
    }
}
