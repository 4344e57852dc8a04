//! A text in words. What writes no spaces comes in runs; a number or a code
//! comes whole and in parts, since people ask for either.

use unicode_segmentation::UnicodeSegmentation;

use super::spaceless::{self, is_spaceless};

/// A piece of a [`plain`](super::fold::plain) text.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) enum Piece<'t> {
    /// A word, or a part of a code.
    Word(&'t str),
    /// A number, code, address or word with a hyphen without what stands
    /// between its parts.
    Whole(String),
    /// Signs of a script without spaces.
    Run(String),
}

/// The pieces of a text in their order.
pub(super) fn split(plain: &str) -> Vec<Piece<'_>> {
    let mut pieces = Vec::new();
    for chunk in plain.split_whitespace() {
        for stretch in stretches(chunk) {
            match stretch.chars().next() {
                Some(first) if is_spaceless(first) => {
                    pieces.extend(spaceless::runs(stretch).map(Piece::Run));
                }
                _ => spaced(stretch, &mut pieces),
            }
        }
    }
    pieces.extend(phone_numbers(plain).map(Piece::Whole));
    pieces
}

/// Cuts where spaceless writing begins and ends.
fn stretches(chunk: &str) -> Vec<&str> {
    if chunk.is_ascii() {
        return vec![chunk];
    }
    let mut cuts = vec![0];
    let mut before = None;
    for (at, c) in chunk.char_indices() {
        let now = is_spaceless(c);
        if before.is_some_and(|before| before != now) {
            cuts.push(at);
        }
        before = Some(now);
    }
    cuts.push(chunk.len());
    cuts.windows(2).map(|pair| &chunk[pair[0]..pair[1]]).collect()
}

/// Longer than this it's no code that anybody asks for whole.
const LONGEST_WHOLE: usize = 48;

fn spaced<'t>(stretch: &'t str, pieces: &mut Vec<Piece<'t>>) {
    let words: Vec<&str> = stretch.unicode_words().flat_map(parts).collect();
    let whole: String = words.concat();
    let is_code = words.len() > 1 && whole.len() <= LONGEST_WHOLE && !stretch.contains("://");
    let is_phone = whole.len() >= SHORTEST_PHONE && whole.bytes().all(|b| b.is_ascii_digit());
    if is_code && !is_phone {
        pieces.push(Piece::Whole(whole.replace('\'', "")));
    }
    pieces.extend(words.into_iter().filter_map(|word| part(word, is_code)));
}

/// `12:30` in `12` and `30`, `5kg` in `5` and `kg`.
fn parts(word: &str) -> Vec<&str> {
    let mut found = Vec::new();
    for part in word.split(['.', ':', '_', ',', '·', ';']).filter(|part| !part.is_empty()) {
        let digit = |c: char| c.is_ascii_digit();
        let mut rest = part;
        while let Some(first) = rest.chars().next() {
            let end = rest.find(|c| digit(c) != digit(first)).unwrap_or(rest.len());
            let (head, tail) = rest.split_at(end);
            found.push(head);
            rest = tail;
        }
    }
    found
}

/// A part of a code without leading zeros, unless it's a letter that says
/// nothing alone.
fn part(word: &str, of_code: bool) -> Option<Piece<'_>> {
    if of_code && word.len() == 1 && word.bytes().all(|b| b.is_ascii_alphabetic()) {
        return None;
    }
    let digits = word.bytes().all(|b| b.is_ascii_digit());
    let word = if digits { word.trim_start_matches('0') } else { word };
    (!word.is_empty()).then_some(Piece::Word(word))
}

/// A number with fewer digits reaches nobody.
pub(super) const SHORTEST_PHONE: usize = 7;
/// The most that E.164 allows.
const LONGEST_PHONE: usize = 15;

/// The digits of what may be phone numbers, however they are grouped.
fn phone_numbers(plain: &str) -> impl Iterator<Item = String> {
    let grouping = |c: char| c.is_ascii_digit() || " -.()+/\u{a0}".contains(c);
    plain.split(move |c| !grouping(c)).filter_map(|run| {
        let digits: String = run.chars().filter(char::is_ascii_digit).collect();
        (SHORTEST_PHONE..=LONGEST_PHONE).contains(&digits.len()).then_some(digits)
    })
}

#[cfg(test)]
mod tests {
    use super::Piece::{Run, Whole, Word};
    use super::*;

    fn word(text: &str) -> Piece<'_> {
        Word(text)
    }

    fn whole(text: &str) -> Piece<'_> {
        Whole(text.to_owned())
    }

    #[test]
    fn a_text_has_words() {
        assert_eq!(split("it's (really) nice!"), ["it's", "really", "nice"].map(word));
        assert_eq!(split("मेरी किताब"), ["मेरी", "किताब"].map(word));
        assert_eq!(split(" … 👍 "), []);
    }

    #[test]
    fn a_code_comes_whole_and_in_parts() {
        assert_eq!(split("a-1042,"), [whole("a1042"), word("1042")]);
        assert_eq!(split("12:30"), [whole("1230"), word("12"), word("30")]);
        assert_eq!(split("5kg"), [whole("5kg"), word("5"), word("kg")]);
        assert_eq!(
            split("ana.p@example.com"),
            [whole("anapexamplecom"), word("ana"), word("example"), word("com")]
        );
    }

    #[test]
    fn a_phone_number_is_one_however_it_is_grouped() {
        for text in ["+1 555 010 0123", "+1-555-010-0123", "(1) 555.0100123", "15550100123"] {
            assert!(split(text).contains(&whole("15550100123")), "{text}");
        }
    }

    #[test]
    fn writing_without_spaces_comes_in_runs() {
        let run = |text: &str| Run(text.to_owned());
        assert_eq!(split("我爱iphone手机"), [run("爱"), word("iphone"), run("手机")]);
        assert_eq!(split("ฉันชอบแมว"), [run("ชอบแมว")]);
    }
}
