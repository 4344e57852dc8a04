//! The sentences that somebody says themselves, and means.

use super::facts::{contains, plain, said};
use super::names;

/// What the person said: what they quote or forward are other people's words.
pub(super) fn own(text: &str) -> String {
    if text.starts_with("[forwarded") { String::new() } else { said(text) }
}

/// The sentences without jokes; "Just kidding." takes back the one before it.
pub(super) fn meant(own: &str) -> Vec<&str> {
    let all: Vec<&str> = own.lines().flat_map(split).collect();
    let taken_back = |at: usize| all.get(at).is_some_and(|next| is_joke(next));
    let meant = all.iter().enumerate().filter(|(at, _)| !taken_back(*at) && !taken_back(at + 1));
    meant.map(|(_, sentence)| *sentence).collect()
}

/// The dot of "Dr." ends no sentence.
fn split(line: &str) -> Vec<&str> {
    let (mut sentences, mut start) = (Vec::new(), 0);
    for (at, end) in line.match_indices(['.', '!', '?', ';', '।', '؟']) {
        let sentence = &line[start..at];
        let word = sentence.split_whitespace().next_back().unwrap_or_default();
        if end == "." && names::is_title(word) {
            continue;
        }
        sentences.push(&line[start..at + end.len()]);
        start = at + end.len();
    }
    sentences.push(&line[start..]);
    sentences.retain(|sentence| !plain(sentence).is_empty());
    sentences
}

fn is_joke(sentence: &str) -> bool {
    let text = plain(&sentence.replace(',', " "));
    let has = |list: &[&str]| list.iter().any(|phrase| contains(&text, phrase));
    has(JOKES) && !has(NO_JOKES)
}

const JOKES: &[&str] = &[
    "kidding",
    "joking",
    "jk",
    "just a joke",
    "es broma",
    "era broma",
    "es una broma",
    "era una broma",
    "estoy bromeando",
    "brincadeira",
    "estou brincando",
    "estou a brincar",
    "tô brincando",
    "brincando",
    "scherzo",
    "sto scherzando",
    "scherz",
    "nur spaß",
    "je plaisante",
    "je rigole",
    "bercanda",
    "mazaak",
    "mazak",
    "मज़ाक",
    "मजाक",
    "أمزح",
    "امزح",
    "مزحة",
    "مجرد مزحة",
];

const NO_JOKES: &[&str] = &[
    "not kidding",
    "no kidding",
    "not joking",
    "no es broma",
    "no estoy bromeando",
    "não é brincadeira",
    "sem brincadeira",
    "não estou brincando",
    "kein scherz",
    "मज़ाक नहीं",
    "मजाक नहीं",
    "لا أمزح",
];

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn jokes_are_not_meant() {
        for joke in [
            "haha my name is Batman just kidding",
            "my name is Batman, just kidding!",
            "My name is Batman. Just kidding.",
            "call me Batman, I'm joking",
            "me llamo Batman, es broma",
            "me chamo Batman, brincadeira!",
            "mi chiamo Batman, scherzo",
            "ich heiße Batman, Scherz",
            "मेरा नाम बैटमैन है, मज़ाक था",
            "اسمي باتمان، أمزح",
        ] {
            assert!(meant(joke).is_empty(), "{joke}");
        }
        assert_eq!(meant("Just kidding. I am Ana."), [" I am Ana."]);
        assert_eq!(meant("my name is Ana, no kidding").len(), 1);
    }

    #[test]
    fn a_title_ends_no_sentence() {
        assert_eq!(meant("Call me Dr. Silva. I like tea"), ["Call me Dr. Silva.", " I like tea"]);
        assert_eq!(meant("…!?"), [""; 0]);
    }
}
