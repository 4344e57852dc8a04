//! When a text has words that somebody names: all of them, in whatever form,
//! and none that only looks alike.

use super::fold::{fold, plain};
use super::language::Languages;
use super::share::share;
use super::sieve::Sieve;
use super::spaceless::is_spaceless;
use super::terms::pieces;
use super::words::Piece;

/// Words that all have to be there.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Needle(Vec<String>);

/// A word that is longer also stands for those that begin with it: who says
/// "address" means addresses.
const STEM: usize = 4;

/// A shorter word has no plural, and one that is shorter names nothing: it is
/// a number, or yes.
const TELLING: usize = 3;

/// Values that answer a question and name nothing.
const FLAGS: [&str; 11] =
    ["true", "false", "yes", "not", "oui", "non", "nein", "sim", "nao", "tidak", "नहीं"];

impl Needle {
    /// The words that name a thing, without those that stand around every
    /// name; `None` = there is no other word.
    pub fn of(what: &str) -> Option<Self> {
        let words = words_of(&plain(what)).into_iter();
        let telling: Vec<String> = words.filter(|word| !is_about(word)).collect();
        (!telling.is_empty()).then_some(Self(telling))
    }

    /// The same of a name itself, which may be small words only: a girl can be
    /// called Mia.
    pub fn of_name(name: &str) -> Option<Self> {
        let all = || Some(words_of(&plain(name))).filter(|all| !all.is_empty()).map(Self);
        Self::of(name).or_else(all)
    }

    /// The words of a value, if they say enough to be looked for.
    pub fn of_value(value: &str) -> Option<Self> {
        let needle = Self::of_name(value)?;
        let tells = |word: &String| {
            let is_flag = FLAGS.contains(&word.as_str());
            !is_flag && (word.chars().count() >= TELLING || word.contains(is_spaceless))
        };
        needle.0.iter().any(tells).then_some(needle)
    }

    /// Whether it is one word only.
    pub fn is_one_word(&self) -> bool {
        self.0.len() == 1
    }

    /// Whether all the words are there.
    pub fn is_in(&self, text: &str) -> bool {
        let plain = plain(text);
        let words = words_of(&plain);
        self.0.iter().all(|wanted| match wanted.contains(is_spaceless) {
            true => plain.contains(wanted.as_str()),
            false => words.iter().any(|word| is_same(wanted, word) || is_form(wanted, word)),
        })
    }

    /// What lets through every turn that these words can be in, by its terms;
    /// `met` are the languages of the turns.
    pub fn sieve(&self, met: Languages) -> Sieve {
        Sieve::of(self.0.iter().map(String::as_str), met)
    }
}

fn is_same(wanted: &str, word: &str) -> bool {
    word == wanted || (wanted.chars().count() >= STEM && word.starts_with(wanted))
}

/// "Allergies" and "allergy", "cats" and "cat"; but a name that is spelt
/// otherwise is another's.
fn is_form(wanted: &str, word: &str) -> bool {
    let alike = wanted.chars().zip(word.chars()).take_while(|(a, b)| a == b).count();
    let one = |word: &str| word.strip_suffix('s').map(str::len).unwrap_or(word.len());
    match alike {
        0..TELLING => false,
        TELLING => one(wanted) == alike && one(word) == alike,
        _ => share(wanted, word, None) >= 1.0,
    }
}

/// The words of a plain text without their accents; a key's and a code's parts
/// stand apart.
fn words_of(plain: &str) -> Vec<String> {
    let words = pieces(plain).into_iter().filter_map(|piece| match piece {
        Piece::Word(word) => Some(fold(word).into_owned()),
        Piece::Run(signs) => Some(signs),
        Piece::Whole(_) => None,
    });
    words.filter(|word| !word.is_empty()).collect()
}

fn is_about(word: &str) -> bool {
    ABOUT.split_whitespace().any(|small| fold(&plain(small)) == word)
}

/// What stands around the name of a thing when somebody speaks of it.
const ABOUT: &str = "a an the is are am was were be been have has had do i you he she it we they \
    my your his her its our me and or not no yes of to in on at for from with by as about that \
    this what how when where who which can could would please pls plz everything all anything \
    said say told tell called named mentioned wrote know there so just ever i'm i've it's that's \
    el la los las lo le un una es de del al y o en con por para que qué cómo cuándo dónde \
    mi mis tu tus su sus yo sobre todo está sí favor porfa me te se lo he dije dicho conté \
    llama llamo llaman acerca eso esto \
    o a os as um uma é são do da dos das no na em com eu meu meus minha minhas tudo você não \
    eu disse falei contei chama chamo chamam isso isto pra \
    les des une du est suis ai je vous ma mon mes sur et ou au aux dans avec tout oui non \
    j'ai c'est s'il qu'il qu'elle m'appelle s'appelle ce qui il elle plaît svp stp \
    dit raconté appelle appelles appelé nomme \
    der die das den dem ein eine einen ist bin und oder nicht ich sie mein meine meinen meiner \
    meinem mich von vom über dass alles wann wie ja nein zu mit \
    bitte was wer es er heißt heiße heißen genannt namens gesagt erzählt sagte erzählte habe \
    il lo gli uno è sono su della di e non io mia mio miei mie che tutto come sì \
    per sul sulla favore cortesia piacere ho detto raccontato chiama chiamo chiamano quello ciò \
    saya anda yang di ke dan tidak itu ini tentang soal semua bahwa adalah \
    tolong mohon apa aku katakan bilang ceritakan bernama pernah \
    hai hain mera meri mere mujhe main hoon ka ki ke ko mein aur nahi nahin \
    kripaya kripya jo maine kaha bataya bare baare \
    के की का को में बारे मेरा मेरी मेरे मैं है हैं हूँ और यह \
    कृपया जो मैंने कहा बताया था थी कि नहीं \
    أنا هو هي عن من في أن كل إلى على و هذا هذه \
    فضلك لو سمحت رجاء ما قلت قلته قلتها ذكرته أخبرتك يسمى";

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::super::{Language, analyse};
    use super::*;

    fn finds(what: &str, text: &str) -> bool {
        Needle::of(what).is_some_and(|needle| needle.is_in(text))
    }

    const THERE: &[(&str, &str)] = &[
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
        ("an iguana", "forget my iguana"),
        ("my cats", "a cat called Tom"),
        ("my dog", "dog!"),
        ("what I said about tea", "I like tea"),
        ("Lisbon please", "I was in Lisbon"),
        ("lo que dije sobre Lisboa, por favor", "fui a Lisboa"),
        ("o que eu disse sobre o Tejo por favor", "o Tejo"),
        ("ce que j'ai dit sur Lyon s'il te plaît", "Lyon"),
        ("bitte was ich über Bonn gesagt habe", "Bonn"),
        ("quello che ho detto su Roma per favore", "Roma"),
        ("tolong apa yang saya katakan tentang Bali", "Bali"),
        ("कृपया जो मैंने चाय के बारे में कहा", "चाय"),
        ("ما قلته عن القاهرة من فضلك", "القاهرة"),
        ("that my dog is called Bolinha", "dog Bolinha"),
        ("que mi perro se llama Bolinha", "perro Bolinha"),
        ("dass mein Hund Bolinha heißt", "Hund Bolinha"),
    ];

    #[test]
    fn all_words_that_name_something_have_to_be_there() {
        for (what, text) in THERE {
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
            ("the", "the"),
            ("me", "tell me"),
            ("I", "I am"),
            ("my", "my car"),
        ] {
            assert!(!finds(what, text), "{what} in {text}");
        }
    }

    #[test]
    fn a_value_that_says_nothing_is_not_looked_for() {
        for value in ["7", "true", "no", "yes", "Não", "", "…"] {
            assert_eq!(Needle::of_value(value), None, "{value}");
        }
        assert!(Needle::of_value("Ana").is_some_and(|ana| ana.is_in("Hello Ana!")));
        assert!(Needle::of_value("Mia").is_some_and(|mia| mia.is_in("Hello Mia!")));
    }

    #[test]
    fn a_sieve_lets_through_what_the_words_are_in_and_keeps_back_the_rest() {
        let met = Languages::default();
        let lets_through = |what: &str, text: &str| {
            let terms = analyse(text, None);
            let mut met = met;
            met.insert(terms.packed().language());
            met.insert(Some(Language::English));
            Needle::of(what).unwrap().sieve(met).may_have(terms.packed())
        };
        for (what, text) in THERE {
            assert!(lets_through(what, text), "{what} in {text}");
        }
        for (what, text) in [
            ("my address", "we had lunch at the station"),
            ("blue car", "the blue house over there"),
            ("生日", "我想买一本书"),
        ] {
            assert!(!lets_through(what, text), "{what} in {text}");
        }
    }

    proptest! {
        #[test]
        fn what_is_looked_for_is_in_itself(what in "\\PC{0,40}") {
            if let Some(needle) = Needle::of(&what) {
                prop_assert!(needle.is_in(&what), "{:?}", needle);
            }
        }

        #[test]
        fn no_text_with_the_words_stays_in_the_sieve(
            words in prop::collection::vec("[a-zéñüßа-яاأبتكलकमट生日本เกม]{1,9}|[0-9]{1,4}", 1..6),
            which in any::<prop::sample::Index>(),
        ) {
            let (text, what) = (words.join(" "), which.get(&words));
            if let Some(needle) = Needle::of(what) {
                let terms = analyse(&text, None);
                let mut met = Languages::default();
                met.insert(terms.packed().language());
                prop_assert!(needle.is_in(&text));
                prop_assert!(needle.sieve(met).may_have(terms.packed()), "{needle:?} in {text}");
            }
        }
    }
}
