//! The forms under which a word is kept and looked for: its stem where its
//! language has a stemmer, pieces of it where none has.

use rust_stemmers::{Algorithm, Stemmer};

use super::endings;
use super::fold::fold;
use super::indonesian;
use super::language::Language;
use super::skeleton::skeleton;
use super::spaceless::{is_alphabet, is_ideograph};
use super::words::{Piece, SHORTEST_PHONE};

/// How a piece of text is kept; the texts are made numbers by [`hash`].
#[derive(Debug, Default)]
pub(super) struct Forms {
    /// Each stands for the whole word.
    pub words: Vec<u32>,
    /// Each is a part of it: pieces of a word, pairs of signs.
    pub grams: Vec<u32>,
    /// Words that it may be put together from.
    pub parts: Vec<u32>,
}

impl Forms {
    /// The forms of a piece of a text in this language.
    pub(super) fn of(piece: &Piece<'_>, language: Option<Language>) -> Self {
        let mut forms = Self::default();
        match piece {
            Piece::Run(signs) => forms.run(signs),
            Piece::Word(word) => forms.word(word, language),
            Piece::Whole(whole) if whole.bytes().all(|b| b.is_ascii_digit()) => forms.digits(whole),
            Piece::Whole(whole) => forms.word(whole, language),
        }
        forms.words.sort_unstable();
        forms.words.dedup();
        forms
    }

    /// Two signs of Chinese or Japanese are a word mostly, and one can be; the
    /// other scripts without spaces are of letters.
    fn run(&mut self, signs: &str) {
        let length = if signs.starts_with(is_alphabet) { 3 } else { 2 };
        self.grams_of(signs, length);
        if signs.chars().nth(1).is_some() {
            let single = signs.chars().filter(|c| is_ideograph(*c));
            self.parts.extend(single.map(|sign| hash(GRAM, sign.encode_utf8(&mut [0; 4]))));
        }
    }

    /// A phone number is also known without its country and area.
    fn digits(&mut self, digits: &str) {
        self.words.push(hash("", digits));
        let longest = digits.len().saturating_sub(1);
        let tails = (SHORTEST_PHONE..=longest).map(|length| &digits[digits.len() - length..]);
        self.words.extend(tails.map(|tail| hash("", tail)));
    }

    fn word(&mut self, word: &str, language: Option<Language>) {
        let folded = fold(word);
        match Script::of(&folded) {
            Script::Digits => self.words.push(hash("", &folded)),
            Script::Latin => self.latin(word, &folded, language),
            Script::Cyrillic => self.stemmed_or_pieces(word, &folded, language, Language::Russian),
            Script::Arabic => self.stemmed_or_pieces(word, &folded, language, Language::Arabic),
            Script::Greek => self.stem(word, &folded, Algorithm::Greek),
            Script::Tamil => self.stem(word, &folded, Algorithm::Tamil),
            Script::Hangul => self.without_ending(&folded, 2),
            Script::Indic => self.without_ending(&folded, 3),
            Script::Other => self.pieces(&folded, 3),
        }
    }

    fn latin(&mut self, word: &str, folded: &str, language: Option<Language>) {
        match language.and_then(|language| Some((language, language.stemmer()?))) {
            Some((language, stemmer)) if is_latin(language) => {
                self.stem(word, folded, stemmer);
                if language.compounds() {
                    self.compound(folded, stemmer);
                }
                match language {
                    Language::German => self.without_umlauts(word, stemmer),
                    Language::Turkish => self.beginning(folded),
                    _ => {}
                }
            }
            _ if language == Some(Language::Indonesian) => {
                self.words.push(hash("", &indonesian::stem(folded)));
            }
            _ => self.tolerant(folded, language),
        }
    }

    fn stemmed_or_pieces(
        &mut self,
        word: &str,
        folded: &str,
        language: Option<Language>,
        stemmed: Language,
    ) {
        match stemmed.stemmer().filter(|_| language == Some(stemmed)) {
            Some(stemmer) => self.stem(word, folded, stemmer),
            None => self.pieces(folded, if stemmed == Language::Arabic { 3 } else { 4 }),
        }
    }

    /// The stem of the word as written, and as if written without accents:
    /// people leave them out here and there.
    fn stem(&mut self, word: &str, folded: &str, stemmer: Algorithm) {
        self.words.push(hash("", &fold(&stem(word, stemmer))));
        if word != folded {
            self.words.push(hash("", &fold(&stem(folded, stemmer))));
        }
    }

    /// München is also written Muenchen.
    fn without_umlauts(&mut self, word: &str, stemmer: Algorithm) {
        if word.contains(['ä', 'ö', 'ü']) {
            let spelled = word.replace('ä', "ae").replace('ö', "oe").replace('ü', "ue");
            self.words.push(hash("", &stem(&spelled, stemmer)));
        }
    }

    /// Turkish puts ending on ending, and its stemmer cuts now too few and now
    /// too many; a word's first letters find as well.
    fn beginning(&mut self, folded: &str) {
        let end = folded.char_indices().nth(5).map_or(folded.len(), |(at, _)| at);
        self.words.push(hash("", &folded[..end]));
    }

    /// Each beginning and each end may be a word; most are none, and found by
    /// nobody.
    fn compound(&mut self, folded: &str, stemmer: Algorithm) {
        if folded.len() < SHORTEST_COMPOUND || !folded.is_ascii() || folded.len() > LONGEST_COMPOUND
        {
            return;
        }
        for cut in SHORTEST_PART..=folded.len() - SHORTEST_PART {
            let (head, tail) = folded.split_at(cut);
            self.parts.extend([head, tail].map(|part| hash("", &stem(part, stemmer))));
        }
        self.parts.sort_unstable();
        self.parts.dedup();
        self.parts.retain(|part| !self.words.contains(part));
    }

    /// For Latin letters of no language that we know: the word, how it sounds,
    /// and pieces.
    fn tolerant(&mut self, folded: &str, language: Option<Language>) {
        self.pieces(folded, 4);
        if matches!(language, None | Some(Language::Hinglish)) {
            self.words.push(hash("", &stem(folded, Algorithm::English)));
            self.words.push(hash(SKELETON, &skeleton(folded)));
        }
    }

    fn without_ending(&mut self, folded: &str, length: usize) {
        self.pieces(folded, length);
        self.words.push(hash("", endings::stem(folded)));
    }

    /// The word and its pieces of so many signs.
    fn pieces(&mut self, folded: &str, length: usize) {
        self.words.push(hash("", folded));
        if folded.chars().nth(length).is_some() {
            self.grams_of(folded, length);
        }
    }

    fn grams_of(&mut self, text: &str, length: usize) {
        let starts: Vec<usize> =
            text.char_indices().map(|(at, _)| at).chain([text.len()]).collect();
        let length = length.min(starts.len() - 1).max(1);
        let grams = starts.windows(length + 1).map(|cut| &text[cut[0]..cut[length]]);
        self.grams.extend(grams.map(|gram| hash(GRAM, gram)));
    }
}

/// Allergy and allergic have stems that differ in their last letter.
const SHORTEST_ON_I: usize = 6;

fn stem(word: &str, stemmer: Algorithm) -> String {
    let mut stem = Stemmer::create(stemmer).stem(word).into_owned();
    if matches!(stemmer, Algorithm::English) && stem.len() >= SHORTEST_ON_I && stem.ends_with('i') {
        stem.pop();
    }
    stem
}

/// Shorter words are not taken apart.
const SHORTEST_COMPOUND: usize = 10;
/// Longer ones neither: that's no word.
const LONGEST_COMPOUND: usize = 40;
/// A part of a compound has at least so many letters.
const SHORTEST_PART: usize = 4;

/// Pieces and skeletons never meet words that look like them.
const GRAM: &str = "\u{1}";
const SKELETON: &str = "\u{2}";

/// FNV-1a, mixed at the end so that its low bits are good ones. It stands in
/// stored terms: it never changes without [`ANALYSER`](super::ANALYSER).
pub(super) fn hash(kind: &str, text: &str) -> u32 {
    let bytes = kind.bytes().chain(text.bytes());
    let hash = bytes
        .fold(0x811c_9dc5_u32, |hash, byte| (hash ^ u32::from(byte)).wrapping_mul(0x0100_0193));
    let hash = (hash ^ (hash >> 16)).wrapping_mul(0x85eb_ca6b);
    hash ^ (hash >> 13)
}

fn is_latin(language: Language) -> bool {
    !matches!(language, Language::Russian | Language::Arabic)
}

/// What a word is written in, by its first letter that tells.
enum Script {
    Digits,
    Latin,
    Cyrillic,
    Greek,
    Arabic,
    Indic,
    Tamil,
    Hangul,
    Other,
}

impl Script {
    fn of(word: &str) -> Self {
        if word.bytes().all(|b| b.is_ascii_digit()) {
            return Self::Digits;
        }
        match word.chars().find(|c| c.is_alphabetic()) {
            Some('a'..='z' | '\u{c0}'..='\u{24f}' | '\u{1e00}'..='\u{1eff}') => Self::Latin,
            Some('\u{370}'..='\u{3ff}' | '\u{1f00}'..='\u{1fff}') => Self::Greek,
            Some('\u{400}'..='\u{52f}') => Self::Cyrillic,
            Some('\u{600}'..='\u{6ff}' | '\u{750}'..='\u{77f}') => Self::Arabic,
            Some('\u{b80}'..='\u{bff}') => Self::Tamil,
            Some('\u{900}'..='\u{dff}') => Self::Indic,
            Some('\u{ac00}'..='\u{d7af}' | '\u{1100}'..='\u{11ff}') => Self::Hangul,
            _ => Self::Other,
        }
    }
}
