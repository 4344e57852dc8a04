//! What is said again in the same words: a reminder that comes every week, a
//! greeting, a question asked twice.

use std::collections::HashMap;
use std::collections::hash_map::Entry::{Occupied, Vacant};

use super::block::Entry;

/// Scores of which the same words count once, where they do best, so that they
/// are not all that is found. What stands around the others still counts.
pub(super) fn once(
    mut scores: Vec<f32>,
    own: &[f32],
    entries: &[Entry<'_>],
    able: &[usize],
) -> Vec<f32> {
    let mut best: HashMap<&[u8], usize> = HashMap::new();
    for turn in able.iter().copied().filter(|turn| own[*turn] > 0.0) {
        let worse = match best.entry(entries[turn].terms.bytes()) {
            Vacant(place) => {
                place.insert(turn);
                continue;
            }
            Occupied(mut place) if scores[turn] >= scores[*place.get()] => place.insert(turn),
            Occupied(_) => turn,
        };
        scores[worse] = (scores[worse] - own[worse]).max(0.0);
    }
    scores
}
