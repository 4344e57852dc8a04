//! How much of one text another one says.

use super::fold::plain;
use super::language::{Language, Languages};
use super::query::{Around, Query};
use super::terms::{analyse, read};

/// How much of what a text says (of its words that say anything) stands in
/// another, too: from 0, nothing, to 1, all of it. `known` is the language
/// that both are mostly in; if it is not, both together tell it.
pub fn share(of: &str, said: &str, known: Option<Language>) -> f32 {
    let (_, known) = read(&plain(&format!("{of}\n{said}")), known);
    let said = analyse(said, known);
    let mut met = Languages::default();
    met.insert(said.packed().language());
    let query = Query::new(of, &Around { known, met, participants: &[] });
    let mut has = vec![0.0_f32; query.words.len()];
    for (hash, _) in said.packed().iter() {
        for (_, term) in query.terms_of(hash) {
            let term = query.terms[usize::from(*term)];
            has[usize::from(term.word)] += term.share;
        }
    }
    // A word that stands there twice has its terms once.
    let asked = |word: &usize| {
        query.words[*word] && query.terms.iter().any(|term| usize::from(term.word) == *word)
    };
    let words: Vec<usize> = (0..has.len()).filter(asked).collect();
    let said: f32 = words.iter().map(|word| has[*word].min(1.0)).sum();
    said / words.len().max(1) as f32
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn all_some_or_nothing_of_it_is_said() {
        let of = |of: &str, said: &str| share(of, said, None);
        assert_eq!(of("Ana", "Hello, my name is Ana."), 1.0);
        assert_eq!(of("likes green teas", "I like my tea green"), 1.0);
        assert_eq!(of("12 Elm Street", "I live at 12 Elm Street, flat 3"), 1.0);
        assert_eq!(of("an iguana", "forget my iguana"), 1.0);
        assert_eq!(of("green, green tea", "green tea"), 1.0);
        let some = of("green tea with sugar", "no sugar please");
        assert!(some > 0.2 && some < 0.5, "{some}");
        assert_eq!(of("formal", "hello there, how are you"), 0.0);
        assert_eq!(of("", "hello"), 0.0);
        assert_eq!(of("the and of", "the and of"), 0.0);
        assert!(of("शाकाहारी", "मैं शाकाहारी हूँ") > 0.9);
        assert!(of("花生过敏", "我对花生过敏") > 0.9);
    }
}
