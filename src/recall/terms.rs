//! The packed terms of one text.

use std::borrow::Cow;

use base64::Engine;
use base64::engine::general_purpose::STANDARD_NO_PAD as BASE64;
use serde::{Deserialize, Deserializer, Serialize, Serializer};

use super::fold::{fold, plain};
use super::forms::Forms;
use super::language::{self, Language};
use super::words::{self, Piece};

/// What can be found of a text: `language u8 | length in words u16 |
/// (hash u32, times u8)…`, little-endian, by hash. Nothing for a text without
/// words.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Terms(Vec<u8>);

const HEADER: usize = 3;
const TERM: usize = 5;

/// The terms of a text. `known` is the language that its author mostly writes.
pub fn analyse(text: &str, known: Option<Language>) -> Terms {
    let plain = plain(text);
    let (pieces, language) = read(&plain, known);
    let mut counted = Counted::default();
    for piece in pieces.iter().filter(|piece| says_something(piece, language)) {
        counted.add(piece, language);
    }
    counted.pack(language)
}

/// The pieces of a [`plain`] text and its language.
pub(super) fn read(plain: &str, known: Option<Language>) -> (Vec<Piece<'_>>, Option<Language>) {
    let pieces = pieces(plain);
    let folded: Vec<Cow<'_, str>> = pieces.iter().filter_map(as_word).map(fold).collect();
    let language = language::detect(plain, &folded, known);
    (pieces, language)
}

/// The pieces of a [`plain`] text.
pub(super) fn pieces(plain: &str) -> Vec<Piece<'_>> {
    words::split(plain).into_iter().map(simple).collect()
}

/// Whether it's none of its language's stop words.
pub(super) fn says_something(piece: &Piece<'_>, language: Option<Language>) -> bool {
    as_word(piece).is_none_or(|word| !language::is_stop_word(&fold(word), language))
}

fn as_word<'t>(piece: &Piece<'t>) -> Option<&'t str> {
    match piece {
        Piece::Word(word) => Some(word),
        Piece::Whole(_) | Piece::Run(_) => None,
    }
}

/// Small words that are written in one with the next, before an apostrophe.
const ELISIONS: &[&str] = &[
    "l", "d", "j", "c", "n", "s", "m", "t", "qu", "jusqu", "lorsqu", "puisqu", "quelqu", "un",
    "dell", "all", "nell", "sull", "dall", "quell", "quest", "bell", "o",
];

/// A word without what an apostrophe ties to it; small words stay whole.
fn simple(piece: Piece<'_>) -> Piece<'_> {
    let Piece::Word(word) = piece else { return piece };
    let Some((head, tail)) = word.split_once('\'') else { return piece };
    if language::is_stop_word_somewhere(&fold(word)) {
        return piece;
    }
    Piece::Word(match () {
        () if ELISIONS.contains(&head) && tail.chars().nth(1).is_some() => tail,
        () => head,
    })
}

impl Terms {
    /// With the name of who said it, which can then be asked for too; still
    /// nothing if nothing was said.
    #[must_use]
    pub fn with_speaker(self, name: &str) -> Self {
        if self.is_empty() {
            return self;
        }
        let packed = self.packed();
        let language = packed.language();
        let mut counted = Counted { length: usize::from(packed.length()), ..Counted::default() };
        let known = |(hash, times)| std::iter::repeat_n(hash, usize::from(times));
        counted.hashes.extend(packed.iter().flat_map(known));
        for piece in pieces(&plain(name)) {
            counted.add(&piece, language);
        }
        counted.pack(language)
    }

    /// For search and storage.
    pub fn packed(&self) -> Packed<'_> {
        Packed(&self.0)
    }

    /// As stored.
    pub fn as_bytes(&self) -> &[u8] {
        &self.0
    }

    /// As [`as_bytes`](Self::as_bytes) gave them; `None` = they are not.
    pub fn from_bytes(bytes: Vec<u8>) -> Option<Self> {
        Packed::new(&bytes)?;
        Some(Self(bytes))
    }

    /// Whether nothing of it can be found.
    pub fn is_empty(&self) -> bool {
        self.0.is_empty()
    }
}

impl Serialize for Terms {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.serialize_str(&BASE64.encode(&self.0))
    }
}

impl<'de> Deserialize<'de> for Terms {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        let text = std::borrow::Cow::<str>::deserialize(deserializer)?;
        let bytes = BASE64.decode(text.as_bytes()).ok().and_then(Self::from_bytes);
        bytes.ok_or_else(|| serde::de::Error::custom("no packed terms"))
    }
}

/// [`Terms`] where they lie.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Packed<'a>(&'a [u8]);

impl<'a> Packed<'a> {
    pub(super) fn new(bytes: &'a [u8]) -> Option<Self> {
        let whole = bytes.is_empty()
            || bytes.len() >= HEADER && (bytes.len() - HEADER).is_multiple_of(TERM);
        whole.then_some(Self(bytes))
    }

    /// The same, on their own.
    pub fn to_terms(self) -> Terms {
        Terms(self.0.to_vec())
    }

    pub(super) fn bytes(self) -> &'a [u8] {
        self.0
    }

    /// The language that the text was taken for.
    pub fn language(self) -> Option<Language> {
        self.0.first().and_then(|byte| Language::from_byte(*byte))
    }

    /// How many words the text has, stop words not counted.
    pub fn length(self) -> u16 {
        match self.0 {
            [_, low, high, ..] => u16::from_le_bytes([*low, *high]),
            _ => 0,
        }
    }

    /// Each term and how often it's there.
    #[inline]
    pub(super) fn iter(self) -> impl Iterator<Item = (u32, u8)> {
        let (terms, _) = self.0.get(HEADER..).unwrap_or_default().as_chunks::<TERM>();
        terms.iter().map(|[a, b, c, d, times]| (u32::from_le_bytes([*a, *b, *c, *d]), *times))
    }
}

#[derive(Default)]
struct Counted {
    /// Each as often as it is there.
    hashes: Vec<u32>,
    length: usize,
}

impl Counted {
    fn add(&mut self, piece: &Piece<'_>, language: Option<Language>) {
        let forms = Forms::of(piece, language);
        self.length += match piece {
            Piece::Word(_) => 1,
            Piece::Run(_) => forms.grams.len(),
            // Its parts count.
            Piece::Whole(_) => 0,
        };
        self.hashes.extend([forms.words, forms.grams, forms.parts].into_iter().flatten());
    }

    fn pack(mut self, language: Option<Language>) -> Terms {
        if self.hashes.is_empty() {
            return Terms::default();
        }
        self.hashes.sort_unstable();
        let mut bytes = Vec::with_capacity(HEADER + TERM * self.hashes.len());
        bytes.push(language.map_or(0, |language| language as u8));
        bytes.extend(u16::try_from(self.length).unwrap_or(u16::MAX).to_le_bytes());
        for same in self.hashes.chunk_by(|one, other| one == other) {
            bytes.extend(same[0].to_le_bytes());
            bytes.push(u8::try_from(same.len()).unwrap_or(u8::MAX));
        }
        Terms(bytes)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn terms_survive_their_row() {
        let terms = analyse("The train to Lisbon leaves at 12:30", None);
        let row = serde_json::to_string(&terms).unwrap();
        assert_eq!(serde_json::from_str::<Terms>(&row).unwrap(), terms);
        assert_eq!(terms.packed().length(), 5);
        assert_eq!(terms.packed().language(), Some(Language::English));
        assert_eq!(Terms::from_bytes(terms.as_bytes().to_vec()), Some(terms));
        assert!(serde_json::from_str::<Terms>("\"AA\"").is_err());
    }

    #[test]
    fn what_says_nothing_has_no_terms() {
        for text in ["", "the and of", "👍", "…!?"] {
            assert_eq!(analyse(text, Some(Language::English)), Terms::default(), "{text}");
        }
    }

    #[test]
    fn a_speaker_adds_their_name() {
        let terms = analyse("see you at the station", None);
        let with = terms.clone().with_speaker("Ana");
        assert_eq!(with.packed().iter().count(), terms.packed().iter().count() + 1);
    }
}
