//! Fits a text into messages.

use unicode_segmentation::UnicodeSegmentation;

/// Cuts `text` into pieces of at most `limit` UTF-16 units: between
/// paragraphs, else lines, else sentences, else words, else characters as
/// people see them. White space at the cuts is gone and no piece is empty.
///
/// Only a single character that is longer than the limit by itself (a letter
/// under thousands of marks) is cut inside.
pub fn split(text: &str, limit: usize) -> Vec<String> {
    let mut pieces = Vec::new();
    let mut rest = trim(text);
    while !rest.is_empty() {
        let (piece, tail) = rest.split_at(cut(rest, limit));
        pieces.push(trim(piece).to_owned());
        rest = trim(tail);
    }
    pieces
}

/// The places where a text may be cut so far, from best to worst.
#[derive(Default)]
struct Places {
    paragraph: usize,
    line: usize,
    sentence: usize,
    word: usize,
    character: usize,
}

impl Places {
    /// A paragraph that ends early would leave a stub of a message.
    fn best(&self) -> usize {
        let enough = self.character / 3;
        let good = [self.paragraph, self.line, self.sentence];
        let good = good.into_iter().find(|place| *place > enough);
        good.unwrap_or(if self.word > 0 { self.word } else { self.character })
    }
}

/// Where the first piece of a trimmed text ends, in bytes; never 0.
fn cut(text: &str, limit: usize) -> usize {
    let mut places = Places::default();
    let (mut used, mut before, mut run) = (0, "", Gap::None);
    for (at, cluster) in text.grapheme_indices(true) {
        run = run.then(cluster);
        if at > 0 {
            note(&mut places, at, before, run);
        }
        used += units(cluster);
        if used > limit {
            return if at > 0 { places.best() } else { inside(cluster, limit) };
        }
        places.character = at + cluster.len();
        before = cluster;
    }
    text.len()
}

/// Notes what kind of place `at` is: between `before` and a gap (or not).
fn note(places: &mut Places, at: usize, before: &str, gap: Gap) {
    match gap {
        Gap::None if is_full_stop_without_space(before) => places.sentence = at,
        Gap::None => {}
        Gap::Space if is_sentence_end(before) => (places.sentence, places.word) = (at, at),
        Gap::Space => places.word = at,
        Gap::Line => (places.line, places.word) = (at, at),
        Gap::Paragraph => (places.paragraph, places.word) = (at, at),
    }
}

/// The white space that runs up to here.
#[derive(Clone, Copy)]
enum Gap {
    None,
    Space,
    Line,
    Paragraph,
}

impl Gap {
    fn then(self, cluster: &str) -> Self {
        match self {
            _ if !is_blank(cluster) => Self::None,
            Self::Paragraph => Self::Paragraph,
            Self::Line if is_newline(cluster) => Self::Paragraph,
            Self::Line => Self::Line,
            Self::None | Self::Space if is_newline(cluster) => Self::Line,
            Self::None | Self::Space => Self::Space,
        }
    }
}

/// Without the blank characters at both ends. (`str::trim` could take the
/// blank that carries a mark and leave the mark.)
fn trim(text: &str) -> &str {
    let mut clusters = text.grapheme_indices(true).filter(|(_, cluster)| !is_blank(cluster));
    let Some((start, first)) = clusters.next() else { return "" };
    let (last, end) = clusters.next_back().unwrap_or((start, first));
    &text[start..last + end.len()]
}

/// The longest prefix of one oversized character that fits, by code points.
fn inside(cluster: &str, limit: usize) -> usize {
    let mut used = 0;
    let fits = cluster.chars().take_while(|c| {
        used += c.len_utf16();
        used <= limit
    });
    let fits: usize = fits.map(char::len_utf8).sum();
    let one = cluster.chars().next().map_or(1, char::len_utf8);
    fits.max(one)
}

fn units(text: &str) -> usize {
    text.chars().map(char::len_utf16).sum()
}

fn is_blank(cluster: &str) -> bool {
    cluster.chars().all(char::is_whitespace)
}

fn is_newline(cluster: &str) -> bool {
    matches!(cluster, "\n" | "\r\n" | "\r" | "\u{2028}" | "\u{2029}")
}

fn is_sentence_end(cluster: &str) -> bool {
    matches!(cluster, "." | "!" | "?" | "…" | "।" | "؟" | "۔")
        || is_full_stop_without_space(cluster)
}

fn is_full_stop_without_space(cluster: &str) -> bool {
    matches!(cluster, "。" | "！" | "？")
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    #[test]
    fn a_short_text_is_one_message_and_blank_text_is_none() {
        assert_eq!(split("  hello\n", 4096), ["hello"]);
        assert!(split(" \n\t ", 4096).is_empty() && split("", 10).is_empty());
    }

    #[test]
    fn the_best_place_within_reach_is_taken() {
        assert_eq!(split("One two.\n\nThree four five.", 20), ["One two.", "Three four five."]);
        assert_eq!(split("- one two\n- three four", 15), ["- one two", "- three four"]);
        assert_eq!(split("It rains. It pours now.", 18), ["It rains.", "It pours now."]);
        assert_eq!(split("alpha beta gamma", 11), ["alpha beta", "gamma"]);
        assert_eq!(split("alpha beta", 10), ["alpha beta"]);
        assert_eq!(split("你好。再见了朋友", 6), ["你好。", "再见了朋友"]);
        let stub = format!("Hi.\n\n{}", "word ".repeat(10));
        assert!(split(&stub, 40)[0].len() > 30, "a stub is no message of its own");
    }

    #[test]
    fn a_word_longer_than_a_message_is_cut_at_the_limit() {
        let pieces = split(&"x".repeat(10_000), 4096);
        assert_eq!(pieces.iter().map(String::len).collect::<Vec<_>>(), [4096, 4096, 1808]);
    }

    #[test]
    fn families_flags_and_syllables_stay_whole() {
        let family = "👨‍👩‍👧‍👦";
        for piece in split(&family.repeat(50), 64) {
            assert_eq!(piece.len() % family.len(), 0);
        }
        let flags = split(&"🇧🇷🇮🇳".repeat(20), 10);
        assert!(flags.iter().all(|piece| piece == "🇧🇷🇮🇳"), "{flags:?}");
        let greeting = "नमस्ते".repeat(30);
        for piece in split(&greeting, 17) {
            assert!(piece.starts_with(['न', 'म', 'स']), "{piece}");
        }
    }

    #[test]
    fn a_character_larger_than_a_message_can_not_stop_the_world() {
        let monster = format!("a{}", "\u{301}".repeat(100));
        let pieces = split(&monster, 10);
        assert_eq!(pieces.concat(), monster);
        assert!(pieces.iter().all(|piece| units(piece) <= 10));
    }

    fn texts() -> impl Strategy<Value = String> {
        let bit = prop_oneof![
            4 => "[a-z]{1,12}",
            2 => Just(" ".to_owned()),
            1 => "[ \n\r\t]{1,3}",
            1 => "[.!?]",
            1 => Just("👩‍👩‍👧‍👦".to_owned()),
            1 => Just("🇮🇩".to_owned()),
            1 => Just("क्षत्रिय".to_owned()),
            1 => Just("漢字。".to_owned()),
            1 => Just("e\u{301}".to_owned()),
            1 => Just(" \u{301}".to_owned()),
            1 => any::<char>().prop_map(String::from),
        ];
        prop::collection::vec(bit, 0..120).prop_map(|bits| bits.concat())
    }

    proptest! {
        #[test]
        fn pieces_fit_join_back_and_hold_whole_characters(text in texts(), limit in 16usize..80) {
            let pieces = split(&text, limit);
            let solid = |text: &str| -> String {
                text.graphemes(true).filter(|cluster| !is_blank(cluster)).collect()
            };
            prop_assert_eq!(solid(&pieces.concat()), solid(&text));
            let clusters: Vec<&str> = text.graphemes(true).collect();
            let fits = clusters.iter().all(|cluster| units(cluster) <= limit);
            for piece in &pieces {
                prop_assert!(!piece.is_empty() && units(piece) <= limit);
                let whole = piece.graphemes(true).all(|cluster| clusters.contains(&cluster));
                prop_assert!(whole || !fits, "{:?}", piece);
            }
        }
    }
}
