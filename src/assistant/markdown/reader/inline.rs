//! What stands within a line.

use std::ops::Range;

use super::{BOLD, ITALIC, Reader};
use crate::assistant::markdown::{Style, meaning};

impl Reader<'_> {
    /// What a single star or underscore means here.
    pub(super) fn single(&self, range: &Range<usize>) -> usize {
        let star = self.source[range.start..].starts_with('*');
        if star && !self.is_markdown { BOLD } else { ITALIC }
    }

    pub(super) fn emphasis(&mut self, style: usize, width: usize, range: Range<usize>) {
        self.copy_to(range.start);
        let links = self.in_link(range.start) || self.in_link(range.end - 1);
        let meant = !links && meaning::is_emphasis(self.source, &range, width);
        if meant {
            self.at = range.start + width;
            self.depth[style] += 1;
        }
        self.emphasis.push(meant.then_some((style, width)));
    }

    pub(super) fn end_emphasis(&mut self, range: Range<usize>) {
        let Some((style, width)) = self.emphasis.pop().flatten() else {
            return self.copy_to(range.end);
        };
        self.copy_to(range.end - width);
        self.depth[style] -= 1;
        self.at = range.end;
    }

    pub(super) fn link(&mut self, width: usize, target: String, range: Range<usize>) {
        self.copy_to(range.start);
        self.at = range.start + width;
        self.targets.push((self.out.len(), target));
    }

    pub(super) fn end_link(&mut self, range: Range<usize>) {
        self.at = range.end;
        let Some((start, target)) = self.targets.pop() else { return };
        let text: String = self.out[start..].iter().map(|glyph| glyph.c).collect();
        let address = target.trim_start_matches("mailto:").trim_start_matches("tel:");
        if says(&text, address) {
            return;
        }
        if is_part(&text, address) {
            self.out.truncate(start);
            return self.push(address, Style::default(), true);
        }
        self.push(" (", Style::default(), false);
        self.push(address, Style::default(), true);
        self.push(")", Style::default(), false);
    }

    pub(super) fn inline_code(&mut self, code: &str, range: Range<usize>) {
        self.copy_to(range.start);
        let before = self.out.last().is_some_and(|glyph| glyph.c.is_alphanumeric());
        let after = self.source[range.end..].starts_with(char::is_alphanumeric);
        let code = code.trim();
        if before || after || code.is_empty() || code.contains('`') {
            self.push(code, self.style(), false);
        } else {
            self.push(&format!("`{code}`"), Style::default(), true);
        }
        self.at = range.end;
    }

    pub(super) fn line_break(&mut self, range: Range<usize>) {
        if self.source[range.end..].starts_with('\n') {
            return self.replace(range, "");
        }
        self.replace(range, "\n");
        if self.quotes > 0 && self.cell.is_none() {
            self.push("> ", Style::default(), false);
        }
    }
}

/// Whether a link's text says all that its address does.
fn says(text: &str, address: &str) -> bool {
    let digits = |text: &str| text.chars().filter(char::is_ascii_digit).collect::<String>();
    let is_phone = address.starts_with('+') && digits(address) == digits(text);
    address.is_empty() || is_phone
}

/// Whether a link's text is the address, or a shorter form of it.
fn is_part(text: &str, address: &str) -> bool {
    let text = text.trim().trim_end_matches('/').to_lowercase();
    let looks = text.contains('.') && !text.contains(char::is_whitespace);
    let address = address.to_lowercase();
    text.is_empty() || text == address || (looks && address.contains(&text))
}
