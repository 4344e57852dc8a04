//! The languages that recall knows ways of their own for, and which of them a
//! text is in.

use std::borrow::Cow;
use std::collections::HashMap;
use std::sync::LazyLock;

use rust_stemmers::Algorithm;
use whatlang::Lang;

use super::fold::{fold, plain};
use super::stop_words;

macro_rules! languages {
    ($($name:ident $byte:literal $code:literal $lang:expr, $stemmer:expr;)*) => {
        /// A language with stop words, most with a stemmer. The bytes stand in
        /// stored terms: they never change.
        #[expect(missing_docs, reason = "their names say it")]
        #[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
        #[repr(u8)]
        pub enum Language { $($name = $byte,)* }

        const TRAITS: &[(Language, &str, Option<Lang>, Option<Algorithm>)] =
            &[$((Language::$name, $code, $lang, $stemmer),)*];
    };
}

languages! {
    English 1 "en" Some(Lang::Eng), Some(Algorithm::English);
    Spanish 2 "es" Some(Lang::Spa), Some(Algorithm::Spanish);
    Portuguese 3 "pt" Some(Lang::Por), Some(Algorithm::Portuguese);
    French 4 "fr" Some(Lang::Fra), Some(Algorithm::French);
    German 5 "de" Some(Lang::Deu), Some(Algorithm::German);
    Italian 6 "it" Some(Lang::Ita), Some(Algorithm::Italian);
    Dutch 7 "nl" Some(Lang::Nld), Some(Algorithm::Dutch);
    Swedish 8 "sv" Some(Lang::Swe), Some(Algorithm::Swedish);
    Danish 9 "da" Some(Lang::Dan), Some(Algorithm::Danish);
    Norwegian 10 "no" Some(Lang::Nob), Some(Algorithm::Norwegian);
    Finnish 11 "fi" Some(Lang::Fin), Some(Algorithm::Finnish);
    Hungarian 12 "hu" Some(Lang::Hun), Some(Algorithm::Hungarian);
    Romanian 13 "ro" Some(Lang::Ron), Some(Algorithm::Romanian);
    Russian 14 "ru" Some(Lang::Rus), Some(Algorithm::Russian);
    Turkish 15 "tr" Some(Lang::Tur), Some(Algorithm::Turkish);
    Arabic 16 "ar" Some(Lang::Ara), Some(Algorithm::Arabic);
    Indonesian 17 "id" None, None;
    Hindi 18 "hi" Some(Lang::Hin), None;
    // Hindi and Urdu as people type them on a Latin keyboard.
    Hinglish 19 "hi-Latn" None, None;
    Polish 20 "pl" Some(Lang::Pol), None;
    Persian 21 "fa" Some(Lang::Pes), None;
    Urdu 22 "ur" Some(Lang::Urd), None;
    Bengali 23 "bn" Some(Lang::Ben), None;
}

impl Language {
    /// All of them.
    pub fn all() -> impl Iterator<Item = Self> {
        TRAITS.iter().map(|(language, ..)| *language)
    }

    /// The language with this code (`pt`, `pt-BR`).
    pub fn from_code(code: &str) -> Option<Self> {
        let find = |code: &str| Self::all().find(|one| one.code().eq_ignore_ascii_case(code));
        find(code).or_else(|| find(code.split(['-', '_']).next()?))
    }

    /// Its code by BCP 47.
    pub fn code(self) -> &'static str {
        self.traits().1
    }

    pub(super) fn from_byte(byte: u8) -> Option<Self> {
        Self::all().find(|one| *one as u8 == byte)
    }

    pub(super) fn stemmer(self) -> Option<Algorithm> {
        self.traits().3
    }

    /// Writes several words as one.
    pub(super) fn compounds(self) -> bool {
        use Language::{Danish, Dutch, Finnish, German, Hungarian, Norwegian, Swedish};
        matches!(self, German | Dutch | Swedish | Danish | Norwegian | Finnish | Hungarian)
    }

    fn traits(self) -> &'static (Self, &'static str, Option<Lang>, Option<Algorithm>) {
        &TRAITS[self as usize - 1]
    }
}

/// Some of the languages, and "none that we know" as one of them.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Languages(u64);

impl Languages {
    /// With this one too.
    pub fn insert(&mut self, language: Option<Language>) {
        self.0 |= 1 << language.map_or(0, |language| language as u8);
    }

    /// With all of those too.
    pub fn extend(&mut self, others: Self) {
        self.0 |= others.0;
    }

    /// Whether it is one of them.
    pub fn contains(self, language: Option<Language>) -> bool {
        self.0 & (1 << language.map_or(0, |language| language as u8)) != 0
    }

    /// Each of them.
    pub fn iter(self) -> impl Iterator<Item = Option<Language>> {
        let all = std::iter::once(None).chain(Language::all().map(Some));
        all.filter(move |one| self.contains(*one))
    }

    pub(super) fn bits(self) -> u64 {
        self.0
    }

    pub(super) fn from_bits(bits: u64) -> Self {
        Self(bits)
    }
}

/// A stop word, folded, and the languages it is one of.
static STOP_WORDS: LazyLock<HashMap<String, Languages>> = LazyLock::new(|| {
    let mut words: HashMap<String, Languages> = HashMap::new();
    for (language, list) in stop_words::LISTS {
        for word in list.split_whitespace() {
            words.entry(fold(&plain(word)).into_owned()).or_default().insert(Some(*language));
        }
    }
    words
});

/// Whether the (folded) word says nothing in this language.
pub(super) fn is_stop_word(word: &str, language: Option<Language>) -> bool {
    language.is_some() && small_in(word).contains(language)
}

/// The languages in which the (folded) word says nothing.
pub(super) fn small_in(word: &str) -> Languages {
    let mut found = STOP_WORDS.get(word).copied().unwrap_or_default();
    if found.contains(Some(Language::English)) {
        found.insert(Some(Language::Hinglish));
    }
    found
}

/// Whether it's a stop word of any language.
pub(super) fn is_stop_word_somewhere(word: &str) -> bool {
    STOP_WORDS.contains_key(word)
}

/// The language of a text with these (folded) words: what most of its small
/// words belong to, else what its letters look like, else `known`.
pub(super) fn detect(
    text: &str,
    words: &[Cow<'_, str>],
    known: Option<Language>,
) -> Option<Language> {
    let votes = Votes::count(words);
    votes
        .clear(known)
        .or_else(|| by_statistics(text, known.is_some()).filter(|found| votes.allow(*found, known)))
        .unwrap_or_else(|| known.or(votes.slight()))
}

/// Fewer letters than this fool the statistics.
const ENOUGH_LETTERS: usize = 24;
/// It takes more of them to say that somebody left their usual language.
const LETTERS_TO_LEAVE: usize = 60;
/// More letters than this tell nothing new.
const LETTERS: usize = 400;

/// `Some(None)` = surely a language that we have no ways for.
fn by_statistics(text: &str, has_usual: bool) -> Option<Option<Language>> {
    let letters: String = text.chars().take(LETTERS).collect();
    let enough = if has_usual { LETTERS_TO_LEAVE } else { ENOUGH_LETTERS };
    if letters.chars().filter(|c| c.is_alphabetic()).count() < enough {
        return None;
    }
    let found = whatlang::detect(&letters).filter(whatlang::Info::is_reliable)?.lang();
    let known = TRAITS.iter().find(|(_, _, lang, _)| *lang == Some(found));
    Some(known.map(|(language, ..)| *language))
}

/// So many words more are no coincidence.
const CLEAR: u32 = 2;

/// How many stop words of each language a text has.
struct Votes(Vec<(u32, Language)>);

impl Votes {
    fn count(words: &[Cow<'_, str>]) -> Self {
        let mut votes: Vec<(u32, Language)> = Language::all().map(|one| (0, one)).collect();
        for found in words.iter().filter_map(|word| STOP_WORDS.get(&**word)) {
            for (count, language) in &mut votes {
                *count += u32::from(found.contains(Some(*language)));
            }
        }
        votes.sort_by_key(|(count, _)| std::cmp::Reverse(*count));
        Self(votes)
    }

    /// More than one word speaks for it, more than for any other, and clearly
    /// more than for the usual language.
    fn clear(&self, known: Option<Language>) -> Option<Option<Language>> {
        let best = self.0[0].0;
        match known {
            _ if best < CLEAR => None,
            Some(_) if self.of(known) + CLEAR > best => Some(known),
            _ => self.slight().map(Some),
        }
    }

    /// No small word of the usual language speaks against it.
    fn allow(&self, found: Option<Language>, known: Option<Language>) -> bool {
        known.is_none() || self.of(found) >= self.of(known)
    }

    fn of(&self, language: Option<Language>) -> u32 {
        let found = self.0.iter().find(|(_, one)| Some(*one) == language);
        found.map_or(0, |(count, _)| *count)
    }

    fn slight(&self) -> Option<Language> {
        let [(best, language), (second, _), ..] = self.0[..] else { return None };
        (best > second).then_some(language)
    }
}
