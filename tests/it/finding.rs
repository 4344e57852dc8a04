//! How well what was said is found again, on the corpus of `benches/corpus`.

#[path = "../../benches/recall/corpus.rs"]
mod corpus;

use std::collections::BTreeMap;

use corpus::{Dialog, Person, Question};

/// `cargo bench --bench recall` says where it stands: 90 in all.
const FLOOR: f64 = 88.0;
const FLOOR_OF_A_LANGUAGE: f64 = 70.0;

/// What is asked in the words that were used, more or less; the rest needs a
/// sense of meaning.
const KINDS: &[&str] = &["fact", "temporal", "multi", "quoted"];

#[test]
fn ten_turns_hold_what_is_asked_for() {
    let mut languages: BTreeMap<String, Vec<f64>> = BTreeMap::new();
    for dialog in corpus::load().unwrap() {
        languages.entry(dialog.language().to_owned()).or_default().extend(shares(&dialog));
    }
    let means: BTreeMap<&str, f64> =
        languages.iter().map(|(language, shares)| (language.as_str(), mean(shares))).collect();
    let all = mean(&languages.values().flatten().copied().collect::<Vec<f64>>());
    assert!(all >= FLOOR, "{all:.1} % of what answers is among ten turns: {means:.1?}");
    assert!(means.values().all(|mean| *mean >= FLOOR_OF_A_LANGUAGE), "{means:.1?}");
}

/// How much of what answers each question is among the ten best turns.
fn shares(dialog: &Dialog) -> Vec<f64> {
    let person = Person::new(&[dialog]);
    let asked = dialog.questions.iter().filter(|one| KINDS.contains(&one.kind.as_str()));
    let share = |question: &Question| {
        let (turns, _) = person.find(&question.query);
        let found = turns.iter().take(10).filter(|turn| question.gold.contains(&turn.id)).count();
        100.0 * found as f64 / question.gold.len() as f64
    };
    asked.map(share).collect()
}

fn mean(shares: &[f64]) -> f64 {
    shares.iter().sum::<f64>() / shares.len().max(1) as f64
}
