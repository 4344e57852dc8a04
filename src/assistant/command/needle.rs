//! When a text is about what somebody wants forgotten.

use unicode_segmentation::UnicodeSegmentation;

use crate::assistant::language;
use crate::assistant::replies::words::bare;
use crate::recollect::share;

/// Words that all have to be there.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Needle(Vec<String>);

/// A word that is longer also stands for those that begin with it: who says
/// "address" means addresses.
const STEM: usize = 4;

/// A value that is shorter names nothing: it is a number, or yes.
const TELLING: usize = 3;

impl Needle {
    /// The words of an order, without those that stand everywhere; `None` =
    /// there is no word.
    pub fn of(what: &str) -> Option<Self> {
        let all = words_of(what);
        let mut telling = all.clone();
        telling.retain(|word| !language::is_small(word) && !is_about(word));
        Some(Self(if telling.is_empty() { all } else { telling }))
            .filter(|Self(all)| !all.is_empty())
    }

    /// The words of a value, if they say enough to be looked for.
    pub fn of_value(value: &str) -> Option<Self> {
        let needle = Self::of(value)?;
        let tells =
            |word: &String| word.chars().count() >= TELLING && word != "true" && word != "false";
        needle.0.iter().any(tells).then_some(needle)
    }

    /// Whether all the words are there.
    pub fn is_in(&self, text: &str) -> bool {
        let (words, plain) = (words_of(text), bare(text));
        self.0.iter().all(|wanted| match wanted.chars().any(is_unspaced) {
            true => plain.contains(wanted.as_str()),
            false => words.iter().any(|word| is_same(wanted, word) || is_form(wanted, word)),
        })
    }
}

fn is_same(wanted: &str, word: &str) -> bool {
    word == wanted || (wanted.chars().count() >= STEM && word.starts_with(wanted))
}

/// "Allergies" and "allergy"; but a name that is spelt otherwise is another's.
fn is_form(wanted: &str, word: &str) -> bool {
    let alike = wanted.chars().zip(word.chars()).take_while(|(a, b)| a == b).count();
    alike >= STEM && share(wanted, word) >= 1.0
}

/// A key's words stand apart, too.
fn words_of(text: &str) -> Vec<String> {
    let plain = bare(&text.replace(['_', '.'], " "));
    let words = plain.split_whitespace().flat_map(|word| match word.chars().any(is_unspaced) {
        true => vec![bare(word)],
        false => word.unicode_words().map(str::to_owned).collect(),
    });
    words.filter(|word| !word.is_empty()).collect()
}

/// Scripts that leave no blanks between words.
fn is_unspaced(c: char) -> bool {
    matches!(c, '\u{e00}'..='\u{eff}' | '\u{1000}'..='\u{109f}' | '\u{1780}'..='\u{17ff}'
        | '\u{3040}'..='\u{30ff}' | '\u{3400}'..='\u{9fff}')
}

fn is_about(word: &str) -> bool {
    ABOUT.split_whitespace().any(|small| bare(small) == word)
}

/// What stands around the name of a thing in an order.
const ABOUT: &str = "about that this of everything all anything was were have said told \
    de del sobre que todo mis tu tus al lo la un una es son \
    da do das dos minha meus minhas tudo um uma o a os as eu \
    ma mon mes sur du des que tout un une au aux suis ai \
    von vom über mich meine meinen meiner meinem dass alles ein eine bin \
    su del della di mia mio miei mie che tutto un una \
    tentang soal semua bahwa \
    के की का को में बारे मेरा मेरी मेरे मैं है हूँ \
    عن من في أن كل إلى";

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    fn finds(what: &str, text: &str) -> bool {
        Needle::of(what).is_some_and(|needle| needle.is_in(text))
    }

    #[test]
    fn all_words_that_name_something_have_to_be_there() {
        for (what, text) in [
            ("my address", "Address: 1 Long Road"),
            ("everything about the blue car", "my car is BLUE!"),
            ("favourite colour", "favourite_colour green"),
            ("mi dirección", "la direccion es calle 7"),
            ("adresse", "Meine Adressen"),
            ("मेरा पता", "पता: गेट 7"),
            ("عنواني", "هذا عنواني القديم"),
            ("生日", "我的生日是五月"),
            ("diabetes", "I have diabetes."),
            ("my allergies", "I have an allergy, sadly"),
            ("mis reservas", "quiero hacer una reserva para mañana"),
            ("the", "the"),
        ] {
            assert!(finds(what, text), "{what} in {text}");
        }
        for (what, text) in [
            ("my address", "my car"),
            ("blue car", "a car that is red"),
            ("cat", "the category"),
            ("car", "I'm careful"),
            ("the who", "the car"),
            ("my doctor", "my dog"),
            ("Anna", "Ana"),
            ("生日", "日生"),
            ("", "anything"),
            ("!", "anything!"),
        ] {
            assert!(!finds(what, text), "{what} in {text}");
        }
    }

    #[test]
    fn a_value_that_says_nothing_is_not_looked_for() {
        for value in ["7", "true", "no", "", "…"] {
            assert_eq!(Needle::of_value(value), None, "{value}");
        }
        assert!(Needle::of_value("Ana").is_some_and(|ana| ana.is_in("Hello Ana!")));
    }

    proptest! {
        #[test]
        fn what_is_looked_for_is_in_itself(what in "\\PC{0,40}") {
            if let Some(needle) = Needle::of(&what) {
                prop_assert!(needle.is_in(&what), "{:?}", needle);
            }
        }
    }
}
