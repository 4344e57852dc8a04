//! Which language a person writes, from their own words.

use whatlang::{Detector, Lang};

/// The languages that canned lines exist in.
pub const LANGUAGES: [&str; 9] = ["en", "es", "pt", "hi", "fr", "de", "ar", "it", "id"];

/// What people call them, in English and in the language itself.
const NAMES: [(&str, &str); 9] = [
    ("en", "english"),
    ("es", "spanish español espanol castellano"),
    ("pt", "portuguese português portugues"),
    ("hi", "hindi हिन्दी हिंदी"),
    ("fr", "french français francais"),
    ("de", "german deutsch"),
    ("ar", "arabic العربية عربي"),
    ("it", "italian italiano"),
    ("id", "indonesian indonesia bahasa"),
];

/// The language that somebody noted, by its code (`es`, `pt-BR`) or its name.
pub(super) fn named(noted: &str) -> Option<&'static str> {
    let noted = noted.to_lowercase();
    let mut words = noted.split(|c: char| c.is_whitespace() || "-_,;.()/".contains(c));
    let first = words.clone().next().unwrap_or_default();
    let by_name = |word: &str| NAMES.iter().find(|(_, names)| names.split(' ').any(|n| n == word));
    let by_code = LANGUAGES.into_iter().find(|code| *code == first);
    by_code.or_else(|| words.find_map(by_name).map(|(code, _)| *code))
}

/// The language of `text`, as one of [`LANGUAGES`]; `None` = can't tell.
pub(super) fn of(text: &str) -> Option<&'static str> {
    by_script(text)
        .or_else(|| by_letters(text))
        .or_else(|| by_statistics(text))
        .or_else(|| by_small_words(text))
}

/// Fewer letters than this fool the statistics.
const ENOUGH_LETTERS: usize = 24;

/// Of our languages, only one each is written in these letters.
fn by_script(text: &str) -> Option<&'static str> {
    let count = |range: std::ops::RangeInclusive<char>| {
        text.chars().filter(|c| c.is_alphabetic() && range.contains(c)).count()
    };
    let half = text.chars().filter(|c| c.is_alphabetic()).count().div_ceil(2).max(1);
    if count('\u{900}'..='\u{97f}') >= half {
        return Some("hi");
    }
    (count('\u{600}'..='\u{6ff}') >= half).then_some("ar")
}

/// Letters and signs that of our languages only one writes.
fn by_letters(text: &str) -> Option<&'static str> {
    let has = |signs: &[char]| text.contains(signs);
    match () {
        () if has(&['ã', 'õ', 'Ã', 'Õ']) => Some("pt"),
        () if has(&['ñ', 'Ñ', '¿', '¡']) => Some("es"),
        () if has(&['ß']) => Some("de"),
        () => None,
    }
}

fn by_statistics(text: &str) -> Option<&'static str> {
    let letters = text.chars().filter(|c| c.is_alphabetic()).count();
    if letters < ENOUGH_LETTERS {
        return None;
    }
    let known = [Lang::Eng, Lang::Spa, Lang::Por, Lang::Fra, Lang::Deu, Lang::Ita, Lang::Ind];
    let found = Detector::with_allowlist(known.to_vec()).detect(text)?;
    found.is_reliable().then(|| code(found.lang())).flatten()
}

fn code(lang: Lang) -> Option<&'static str> {
    let known = [
        (Lang::Eng, "en"),
        (Lang::Spa, "es"),
        (Lang::Por, "pt"),
        (Lang::Fra, "fr"),
        (Lang::Deu, "de"),
        (Lang::Ita, "it"),
        (Lang::Ind, "id"),
    ];
    known.iter().find(|(known, _)| *known == lang).map(|(_, code)| *code)
}

/// Words that short messages are made of and that tell languages apart.
const SMALL_WORDS: [(&str, &str); 8] = [
    (
        "en",
        "the is are you my what how when where can hello hi hey thanks thank please yes and i'm it",
    ),
    (
        "es",
        "hola gracias qué cómo cuándo dónde está buenos buenas días el los las mi usted sí quiero por favor",
    ),
    (
        "pt",
        "olá oi obrigado obrigada você não como quando onde está bom dia boa tarde noite meu minha quero",
    ),
    (
        "hi",
        "namaste kya hai hain mera meri naam nahi nahin aap kaise mujhe haan kab kahan shukriya dhanyavad",
    ),
    (
        "fr",
        "bonjour salut merci est le les je vous quand où comment oui s'il plaît c'est mon bonsoir veux",
    ),
    (
        "de",
        "hallo danke bitte ist der die das und ich wann wie guten tag morgen ja nein mein haben sie",
    ),
    (
        "it",
        "ciao grazie è il che per favore quando dove come buongiorno buonasera sono mio sì vorrei",
    ),
    (
        "id",
        "halo terima kasih apa saya anda bisa tidak kapan selamat pagi siang malam yang di mana tolong mau",
    ),
];

/// The language with the most small words, if one has more than all others.
fn by_small_words(text: &str) -> Option<&'static str> {
    let text = text.to_lowercase().replace('’', "'");
    let words: Vec<&str> = text
        .split(|c: char| !c.is_alphabetic() && c != '\'')
        .filter(|word| !word.is_empty())
        .collect();
    let score = |list: &str| {
        words.iter().filter(|word| list.split(' ').any(|small| small == **word)).count()
    };
    let mut scores: Vec<(usize, &str)> =
        SMALL_WORDS.iter().map(|(code, list)| (score(list), *code)).collect();
    scores.sort_by_key(|(score, _)| std::cmp::Reverse(*score));
    match scores[..] {
        [(best, code), (second, _), ..] if best > second => Some(code),
        _ => None,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn short_and_long_messages_have_a_language() {
        for (text, language) in [
            ("Hi, when are you open?", "en"),
            ("hola, cuándo abren?", "es"),
            ("olá, você está aí?", "pt"),
            ("vocês estão abertos hoje?", "pt"),
            ("¿abren hoy?", "es"),
            ("mera naam Ravi hai", "hi"),
            ("नमस्ते, आप कब खुलते हैं?", "hi"),
            ("bonjour, c'est ouvert ?", "fr"),
            ("Hallo, wann ist geöffnet?", "de"),
            ("مرحبا، متى تفتحون؟", "ar"),
            ("ciao, quando aprite?", "it"),
            ("halo, apa bisa pesan?", "id"),
            ("Quisiera saber si mañana puedo recoger el pedido que hice la semana pasada", "es"),
            ("Ich möchte gerne wissen, ob ich meine Bestellung morgen abholen kann", "de"),
            ("Saya ingin memesan dua porsi nasi goreng untuk makan malam nanti", "id"),
        ] {
            assert_eq!(of(text), Some(language), "{text}");
        }
    }

    #[test]
    fn a_noted_language_has_a_code_or_a_name() {
        for (noted, language) in [
            ("es", Some("es")),
            ("pt-BR", Some("pt")),
            ("Spanish", Some("es")),
            ("español (México)", Some("es")),
            ("prefers German", Some("de")),
            ("العربية", Some("ar")),
            ("Bahasa Indonesia", Some("id")),
            ("Klingon", None),
            ("", None),
        ] {
            assert_eq!(named(noted), language, "{noted}");
        }
    }

    #[test]
    fn what_says_nothing_of_a_language_has_none() {
        for text in ["", "👍", "12:30", "ok", "Pizza", "https://example.com"] {
            assert_eq!(of(text), None, "{text}");
        }
    }
}
