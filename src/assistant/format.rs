//! Fits a text into messages.

mod code;

use unicode_segmentation::UnicodeSegmentation;

use self::code::Rest;
use super::markdown::marks;

/// Cuts `text` into pieces of at most `limit` UTF-16 units: between
/// paragraphs, else lines, else sentences, else words, else characters as
/// people see them. White space at the cuts is gone and no piece is empty.
/// A block of code that is cut is closed, and opened again in the next piece.
///
/// Only a single character that is longer than the limit by itself (a letter
/// under thousands of marks) is cut inside.
pub fn split(text: &str, limit: usize) -> Vec<String> {
    let mut rest = Rest { text: trim(text), in_code: false };
    let mut pieces = Vec::new();
    while !rest.text.is_empty() {
        pieces.extend(rest.piece(limit));
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

/// Where the first piece of a trimmed text ends, in bytes; never 0. Rather
/// before a pair of marks than between them.
fn cut(text: &str, limit: usize) -> usize {
    let at = farthest(text, limit);
    let begins = |mark| pair_around(text, at, mark);
    let before = marks::ALL.into_iter().filter_map(begins).min();
    before.filter(|before| *before > at / 2).unwrap_or(at)
}

/// Where formatting begins that ends, on the same line, only after `at`.
fn pair_around(text: &str, at: usize, mark: char) -> Option<usize> {
    let start = text[..at].rfind('\n').map_or(0, |newline| newline + 1);
    let end = text[at..].find('\n').map_or(text.len(), |newline| at + newline);
    let line = &text[start..end];
    let mut open = None;
    for (place, _) in line.match_indices(mark) {
        let before = line[..place].chars().next_back();
        let after = line[place + 1..].chars().next();
        match open {
            None if start + place >= at => return None,
            None if marks::opens(before, after) => open = Some(start + place),
            Some(open) if marks::closes(before, after) && start + place >= at => return Some(open),
            Some(_) if marks::closes(before, after) => open = None,
            None | Some(_) => {}
        }
    }
    None
}

/// The best place within the limit.
fn farthest(text: &str, limit: usize) -> usize {
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
mod tests;
