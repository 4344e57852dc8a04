//! What looks like Markdown but is not meant so.

use std::ops::Range;

use super::marks::HAIR_SPACE;

/// Whether marks of `width` bytes at both ends of `range` are emphasis and not
/// arithmetic (`2*3*4`), ranges (`10~20, 30~40`) or footnotes (`(*) and (*)`).
pub(super) fn is_emphasis(source: &str, range: &Range<usize>, width: usize) -> bool {
    let inner = &source[range.start + width..range.end - width];
    if inner.starts_with([')', ']', '}', ',', ';']) || is_name(source, range) {
        return false;
    }
    let Some(before) = source[..range.start].chars().next_back() else { return true };
    if !before.is_alphanumeric() {
        return true;
    }
    // Inside a word, where WhatsApp would not format anyhow.
    let lone_tilde = width == 1 && source[range.start..].starts_with('~');
    let letters = inner.chars().all(char::is_alphabetic) && inner.chars().nth(2 - width).is_some();
    !before.is_numeric() && !lone_tilde && (letters || (width == 2 && !before.is_ascii()))
}

/// Names that begin and end with underscores: `@_ana_`, `__init__.py`.
fn is_name(source: &str, range: &Range<usize>) -> bool {
    let (before, after) = (&source[..range.start], &source[range.end..]);
    let file = after.strip_prefix('.').is_some_and(|end| end.starts_with(char::is_alphanumeric));
    let part = before.ends_with(['@', '/']) || after.starts_with(['(', '/']) || file;
    source[range.start..].starts_with('_') && part
}

/// With a hair space where Markdown fails those who write without spaces:
/// `**` between punctuation and a letter can't end there (`**重点：**内容`).
/// WhatsApp wants the space as well.
pub(super) fn eased(source: &str) -> String {
    let mut text = String::new();
    for line in source.split_inclusive('\n') {
        let mut at = 0;
        for (n, (place, stars)) in line.match_indices("**").enumerate() {
            let before = line[..place].chars().next_back();
            let after = line[place + stars.len()..].chars().next();
            let gap = match n % 2 {
                0 if before.is_some_and(is_letter) && after.is_some_and(is_punctuation) => place,
                1 if before.is_some_and(is_punctuation) && after.is_some_and(is_letter) => {
                    place + stars.len()
                }
                _ => continue,
            };
            text.push_str(&line[at..gap]);
            text.push(HAIR_SPACE);
            at = gap;
        }
        text.push_str(&line[at..]);
    }
    text
}

fn is_letter(c: char) -> bool {
    c.is_alphabetic() && !c.is_ascii()
}

fn is_punctuation(c: char) -> bool {
    !c.is_alphanumeric() && !c.is_whitespace()
}

/// Whether this text is a heading by its `#`, not by a line of
/// dashes under it (those who write one want a line).
pub(super) fn is_heading(text: &str) -> bool {
    let rest = text.trim_start_matches('#');
    rest.len() < text.len() && rest.starts_with([' ', '\t'])
}

/// A fence that is never closed but has another inside is WhatsApp's own
/// (text directly behind it), one of tildes is a line of them, and one before
/// nothing is no fence.
pub(super) fn is_code_block(block: &str) -> bool {
    let (first, rest) = block.split_once('\n').unwrap_or((block, ""));
    let tildes = first.starts_with('~');
    let last = rest.trim_end().rsplit('\n').next().unwrap_or_default();
    let last = last.trim_start_matches([' ', '>', '\t']);
    let fence = if tildes { '~' } else { '`' };
    let closed = last.len() >= 3 && last.chars().all(|c| c == fence);
    closed || !(tildes || rest.trim().is_empty() || rest.contains("```"))
}

/// What stands behind an opening fence and is not the name of a language.
pub(super) fn title(info: &str) -> Option<&str> {
    let language = |c: char| c.is_ascii_alphanumeric() || "+#-_.".contains(c);
    (info.len() > 20 || !info.chars().all(language)).then_some(info)
}

pub(super) fn is_line_break(html: &str) -> bool {
    let tag = html.trim().to_ascii_lowercase();
    matches!(tag.as_str(), "<br>" | "<br/>" | "<br />")
}

/// The links that stand bare in the text.
pub(super) fn links(source: &str) -> Vec<Range<usize>> {
    let mut links: Vec<Range<usize>> = Vec::new();
    let mut before = ' ';
    for (at, c) in source.char_indices() {
        let free = links.last().is_none_or(|link| link.end <= at);
        if free && !before.is_alphanumeric() && starts_link(&source[at..]) {
            links.push(at..at + link_length(&source[at..]));
        }
        before = c;
    }
    links
}

fn starts_link(text: &str) -> bool {
    let schemes = ["http://", "https://", "www."];
    schemes.iter().any(|scheme| {
        text.get(..scheme.len()).is_some_and(|start| start.eq_ignore_ascii_case(scheme))
    })
}

/// Punctuation and marks at its end are the sentence's.
fn link_length(text: &str) -> usize {
    let ends = |c: char| c.is_whitespace() || "<>\"`|\\，。；：！？、）」".contains(c);
    let link = &text[..text.find(ends).unwrap_or(text.len())];
    let link = &link[..link.find("](").unwrap_or(link.len())];
    let bare = link.trim_end_matches(|c| ".,:;!?'*_~)]}".contains(c));
    let paired = link[bare.len()..].starts_with(')') && bare.contains('(');
    bare.len() + usize::from(paired)
}
