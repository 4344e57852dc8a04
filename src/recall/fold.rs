//! Letters that people leave out, and letters that look alike, made one.

use std::borrow::Cow;

use unicode_normalization::UnicodeNormalization;
use unicode_normalization::char::is_combining_mark;

/// Lower case in one form: full-width and presentation forms, any digits and
/// apostrophes as their plain ones, nothing that can't be seen.
pub(super) fn plain(text: &str) -> String {
    if text.is_ascii() {
        return text.to_ascii_lowercase().replace('`', "'");
    }
    let visible = text.chars().filter(|c| !is_invisible(*c));
    visible.nfkc().flat_map(char::to_lowercase).map(simple).collect()
}

/// A word of a [`plain`] text without its accents.
pub(super) fn fold(word: &str) -> Cow<'_, str> {
    if word.is_ascii() {
        return Cow::Borrowed(word);
    }
    let mut folded = String::with_capacity(word.len());
    for c in word.chars() {
        match c {
            'ß' => folded.push_str("ss"),
            'æ' => folded.push_str("ae"),
            'œ' => folded.push_str("oe"),
            'þ' => folded.push_str("th"),
            _ if has_accents(c) => folded.extend(c.nfd().filter(|c| !is_combining_mark(*c))),
            _ => folded.extend(other(c)),
        }
    }
    Cow::Owned(folded)
}

/// Latin, Greek and Cyrillic: their accents are often left out. The marks of
/// other scripts are vowels.
fn has_accents(c: char) -> bool {
    let plain_after_all = "øłđıħŧ".contains(c);
    !plain_after_all && matches!(c, '\u{c0}'..='\u{52f}' | '\u{1e00}'..='\u{1fff}')
}

fn other(c: char) -> Option<char> {
    Some(match c {
        'ø' => 'o',
        'ł' => 'l',
        'đ' => 'd',
        'ı' => 'i',
        'ħ' => 'h',
        'ŧ' => 't',
        'أ' | 'إ' | 'آ' | 'ٱ' => 'ا',
        'ى' | 'ی' | 'ے' | 'ئ' => 'ي',
        'ک' => 'ك',
        'ة' | 'ہ' | 'ھ' | 'ۀ' | 'ۂ' => 'ه',
        'ؤ' => 'و',
        'ँ' => 'ं',
        'ঁ' => 'ং',
        // A dot below a letter of Hindi or Bengali, often left out.
        '\u{93c}' | '\u{9bc}' => return None,
        _ if is_vowel_mark(c) => return None,
        _ => c,
    })
}

/// Short vowels of Arabic and Hebrew, which hardly anybody writes, and the
/// tatweel that only makes a word longer.
pub(super) fn is_vowel_mark(c: char) -> bool {
    matches!(c, '\u{610}'..='\u{61a}' | '\u{640}' | '\u{64b}'..='\u{65f}' | '\u{670}')
        || matches!(c, '\u{6d6}'..='\u{6ed}' | '\u{591}'..='\u{5c7}')
        || matches!(c, '\u{300}'..='\u{36f}')
}

/// Joiners, marks of direction, soft hyphens.
fn is_invisible(c: char) -> bool {
    matches!(c, '\u{ad}' | '\u{200b}'..='\u{200f}' | '\u{202a}'..='\u{202e}')
        || matches!(c, '\u{2060}'..='\u{2069}' | '\u{feff}' | '\u{fe0e}' | '\u{fe0f}')
}

/// The zeros of the scripts that have digits of their own.
const ZEROS: [char; 6] = ['\u{660}', '\u{6f0}', '\u{966}', '\u{9e6}', '\u{e50}', '\u{be6}'];

fn simple(c: char) -> char {
    let digit = |zero: &char| (c as u32).checked_sub(*zero as u32).filter(|digit| *digit < 10);
    match c {
        '`' => '\'',
        '\0'..='\u{7f}' => c,
        '’' | 'ʼ' | '‘' | '´' => '\'',
        '‐' | '‑' | '–' | '—' => '-',
        _ => ZEROS.iter().find_map(digit).and_then(|d| char::from_digit(d, 10)).unwrap_or(c),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_people_leave_out_makes_no_difference() {
        for (text, folded) in [
            ("Mañana", "manana"),
            ("STRASSE", "strasse"),
            ("Straße", "strasse"),
            ("Łódź", "lodz"),
            ("ｃａｆé", "cafe"),
            ("İstanbul", "istanbul"),
            ("ёлка", "елка"),
            ("أَحْمَــد", "احمد"),
            ("१२३", "123"),
            ("d’accord", "d'accord"),
            ("ज़रूर", "जरूर"),
            ("co\u{ad}op", "coop"),
        ] {
            assert_eq!(fold(&plain(text)), folded, "{text}");
        }
    }

    #[test]
    fn vowels_that_are_marks_stay() {
        for text in ["किताब", "বাংলা", "ไทย", "한국어", "が"] {
            assert_eq!(fold(&plain(text)), text);
        }
    }
}
