//! How well what was said is found again, on the corpus of `benches/corpus`.

#[path = "../../benches/recall/corpus.rs"]
mod corpus;

use corpus::{Dialog, Person};

/// `cargo bench --bench recall` says where it stands: 90.
const FLOOR: f64 = 88.0;

/// What is asked in the words that were used, more or less; the rest needs a
/// sense of meaning.
const KINDS: &[&str] = &["fact", "temporal", "multi", "quoted"];

#[test]
fn ten_turns_hold_what_is_asked_for() {
    let dialogs = corpus::load().unwrap();
    let shares: Vec<f64> = dialogs.iter().flat_map(shares).collect();
    assert!(shares.len() > 200);
    let found = 100.0 * shares.iter().sum::<f64>() / shares.len() as f64;
    assert!(found >= FLOOR, "of what answers, {found:.1} % are among ten turns");
}

/// How much of what answers each question is among the ten best turns.
fn shares(dialog: &Dialog) -> Vec<f64> {
    let person = Person::new(&[dialog]);
    let asked = dialog.questions.iter().filter(|one| KINDS.contains(&one.kind.as_str()));
    let share = |question: &corpus::Question| {
        let (turns, _) = person.find(&question.query);
        let found = turns.iter().take(10).filter(|turn| question.gold.contains(&turn.id)).count();
        found as f64 / question.gold.len() as f64
    };
    asked.map(share).collect()
}
