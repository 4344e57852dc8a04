//! How somebody wants to be addressed.

use super::facts::{contains, plain, plain_word};

/// How formal to be.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Formality {
    Formal,
    Informal,
}

impl Formality {
    const ALL: [(Self, &str); 2] = [(Self::Formal, "formal"), (Self::Informal, "informal")];

    /// As it is noted.
    pub fn name(self) -> &'static str {
        Self::ALL.iter().find(|(one, _)| *one == self).map_or("", |(_, name)| name)
    }

    pub fn named(name: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|(_, known)| *known == plain(name)).map(|(one, _)| one)
    }
}

/// The wish in a sentence; a polite question is one, too.
pub(super) fn formality(sentence: &str) -> Option<Formality> {
    let text = plain(sentence);
    let has = |list: &[&str]| list.iter().any(|phrase| contains(&text, phrase));
    match () {
        () if has(INFORMAL) => Some(Formality::Informal),
        () if has(FORMAL) => Some(Formality::Formal),
        () => None,
    }
}

/// The parts of a sentence that stand for themselves: "I am Ana", "be formal".
pub(super) fn clauses(sentence: &str) -> Vec<Vec<&str>> {
    let mut clauses = vec![Vec::new()];
    for word in sentence.split_whitespace() {
        if AND.contains(&plain_word(word).as_str()) {
            clauses.push(Vec::new());
            continue;
        }
        if let Some(clause) = clauses.last_mut() {
            clause.push(word);
        }
        if word.ends_with([',', '،', ':']) {
            clauses.push(Vec::new());
        }
    }
    clauses.retain(|clause| !clause.is_empty());
    clauses
}

const AND: &[&str] = &["and", "but", "y", "pero", "e", "mas", "और", "aur", "و", "ولكن"];

const FORMAL: &[&str] = &[
    "be formal",
    "be more formal",
    "formal language",
    "formal tone",
    "formal please",
    "formally",
    "prefer formal",
    "stay formal",
    "keep it formal",
    "you are formal",
    "you're formal",
    "you were formal",
    "you stay formal",
    "trátame de usted",
    "tráteme de usted",
    "tratame de usted",
    "háblame de usted",
    "hábleme de usted",
    "lenguaje formal",
    "trato formal",
    "tono formal",
    "formalmente",
    "sé formal",
    "sea formal",
    "seas formal",
    "sé más formal",
    "sea más formal",
    "seas más formal",
    "linguagem formal",
    "tratamento formal",
    "tom formal",
    "seja formal",
    "sejas formal",
    "seja mais formal",
    "me trate por senhor",
    "me trate por senhora",
    "औपचारिक",
    "औपचारिक भाषा",
    "formal bhasha",
    "رسميا",
    "كن رسمي",
    "تكون رسمي",
    "ولغة رسمية",
    "وبلغة رسمية",
    "رسميًا",
    "بشكل رسمي",
    "لغة رسمية",
    "اللغة الرسمية",
    "بلغة رسمية",
];

const INFORMAL: &[&str] = &[
    "informal",
    "informally",
    "less formal",
    "not so formal",
    "don't be formal",
    "don't be so formal",
    "do not be formal",
    "no need to be formal",
    "be casual",
    "trátame de tú",
    "tratame de tu",
    "tutéame",
    "háblame de tú",
    "menos formal",
    "sem formalidade",
    "sin formalidad",
    "अनौपचारिक",
    "غير رسمي",
    "غير رسمية",
];

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_sentence_has_clauses() {
        let clauses = clauses("Hello, I am Ana and please be formal");
        let clauses: Vec<String> = clauses.iter().map(|clause| clause.join(" ")).collect();
        assert_eq!(clauses, ["Hello,", "I am Ana", "please be formal"]);
    }

    #[test]
    fn a_wish_is_heard() {
        for text in [
            "I prefer that you are formal",
            "prefiero que seas formal",
            "prefiro que você seja formal",
            "मैं चाहता हूँ कि आप औपचारिक रहें",
            "أفضل أن تكون رسميا",
        ] {
            assert_eq!(formality(text), Some(Formality::Formal), "{text}");
        }
    }
}
