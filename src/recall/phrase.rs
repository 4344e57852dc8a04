//! Words as somebody wrote them, looked for in a text: whole, in their order,
//! and in no other form.

use unicode_segmentation::UnicodeSegmentation;

use super::fold::{fold, plain};
use super::spaceless::is_spaceless;

/// Words that stand one after the other.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Phrase(Vec<String>);

impl Phrase {
    /// `None` = there is nothing to be seen.
    pub fn of(words: &str) -> Option<Self> {
        Some(Self(tokens(words))).filter(|phrase| !phrase.0.is_empty())
    }

    /// Whether a text says them. Case, accents that people leave out, blanks
    /// and the marks of WhatsApp's markup make no difference.
    pub fn is_in(&self, text: &str) -> bool {
        tokens(text).windows(self.0.len()).any(|tokens| tokens == self.0)
    }
}

/// The words and signs of a text; where a script writes no spaces, its letters.
fn tokens(text: &str) -> Vec<String> {
    let plain = plain(&text.replace(is_markup, " "));
    let words = plain.split_word_bounds().map(str::trim).flat_map(parts);
    words.map(|word| fold(word).into_owned()).filter(|word| !word.is_empty()).collect()
}

/// Bold, slanted, struck through, code.
fn is_markup(c: char) -> bool {
    matches!(c, '*' | '_' | '~' | '`')
}

/// `10am` is `10 am`, and a run of katakana has no borders of its own.
fn parts(word: &str) -> Vec<&str> {
    if word.starts_with(is_spaceless) {
        return word.graphemes(true).collect();
    }
    let mut parts = Vec::new();
    let (mut from, mut before) = (0, None);
    for (at, c) in word.char_indices() {
        let kind = (c.is_numeric(), c.is_alphabetic());
        if matches!((before, kind), (Some((true, _)), (_, true)) | (Some((_, true)), (true, _))) {
            parts.push(&word[from..at]);
            from = at;
        }
        before = Some(kind);
    }
    parts.push(&word[from..]);
    parts
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    fn says(text: &str, words: &str) -> bool {
        Phrase::of(words).is_some_and(|phrase| phrase.is_in(text))
    }

    #[test]
    fn case_accents_blanks_and_markup_make_no_difference() {
        for (text, words) in [
            ("O horário é das 9h às 18h.", "HORARIO"),
            ("Abrimos às\n9  horas", "as 9 horas"),
            ("Open at *10:00*, _every_ day", "at 10:00, every"),
            ("from 10am", "10 AM"),
            ("It costs 25 €.", "25€"),
            ("Straße 7", "strasse 7"),
            ("१० बजे", "10 बजे"),
            ("l’heure", "l'heure"),
            ("ana@shop.example", "Ana@shop.example"),
            ("🙂 hello", "🙂"),
        ] {
            assert!(says(text, words), "{words} in {text}");
        }
    }

    #[test]
    fn words_are_whole_in_every_script() {
        for (there, other, words) in [
            ("we open on Sunday", "we open on Sundays", "Sunday"),
            ("a cat", "the category", "cat"),
            ("9 horas", "19 horas", "9"),
            ("10 euros", "10.50 euros", "10"),
            ("यह कमल है", "यह कमला है", "कमल"),
            ("दिन", "दीन", "दिन"),
            ("কাল আসুন", "কালো বই", "কাল"),
            ("هذا كتاب", "هذه كتابة", "كتاب"),
            ("זה ספר", "הספרים", "ספר"),
            ("我们星期六开门", "我们星期天开门", "星期六"),
            ("アイスコーヒー", "アイスティー", "コーヒー"),
            ("ราคา 50 บาท", "ราคา 50 หยวน", "บาท"),
            ("카페 지금", "카페는 지금", "카페"),
        ] {
            assert!(says(there, words), "{words} in {there}");
            assert!(!says(other, words), "{words} in {other}");
        }
    }

    #[test]
    fn nothing_is_no_phrase() {
        for nothing in ["", " \n", "**", "\u{200b}"] {
            assert_eq!(Phrase::of(nothing), None, "{nothing:?}");
        }
    }

    proptest! {
        #[test]
        fn a_text_says_itself(text in "\\PC{0,40}") {
            if let Some(phrase) = Phrase::of(&text) {
                prop_assert!(phrase.is_in(&format!("x {text} y")), "{:?}", phrase);
            }
        }
    }
}
