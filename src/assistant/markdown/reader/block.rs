//! What takes lines of its own.

use std::ops::Range;

use pulldown_cmark::{CodeBlockKind, Event};

use super::{BOLD, Code, Reader};
use crate::assistant::markdown::marks::HAIR_SPACE;
use crate::assistant::markdown::{Style, meaning};

impl Reader<'_> {
    pub(super) fn heading(&mut self, range: Range<usize>) {
        self.copy_to(range.start);
        if meaning::is_heading(&self.source[range]) {
            self.depth[BOLD] += 1;
            self.skip = true;
        }
    }

    pub(super) fn end_heading(&mut self, range: Range<usize>) {
        if meaning::is_heading(&self.source[range.clone()]) {
            self.depth[BOLD] -= 1;
            self.at = self.end_of_text(&range);
        }
    }

    /// Stars look like marks; the other bullets and the numbers stay.
    pub(super) fn item(&mut self, range: Range<usize>) {
        let text = &self.source[range.clone()];
        let bullet = range.end - text.trim_start().len();
        if self.source[bullet..].starts_with(['*'])
            && self.source[bullet + 1..].starts_with([' ', '\t'])
        {
            self.replace(bullet..bullet + 1, "-");
        }
    }

    pub(super) fn rule(&mut self, range: Range<usize>) {
        let line = range.start..self.end_of_text(&range);
        if !self.source[line.clone()].starts_with('-') {
            self.replace(line, "---");
        }
    }

    /// Indented text stays as it is written: it is seldom code.
    pub(super) fn code_block(&mut self, kind: &CodeBlockKind<'_>, range: Range<usize>) {
        self.copy_to(range.start);
        self.code = Some(Code(match kind {
            CodeBlockKind::Fenced(info) if meaning::is_code_block(&self.source[range]) => {
                Some(meaning::title(info).map(|title| format!("{title}\n")).unwrap_or_default())
            }
            CodeBlockKind::Fenced(_) | CodeBlockKind::Indented => None,
        }));
    }

    pub(super) fn code(&mut self, mut code: Code, event: Event<'_>, range: Range<usize>) {
        match (event, &mut code.0) {
            (Event::End(_), Some(text)) => {
                let block = fenced(text.trim_end_matches('\n'), &self.prefix(range.start));
                self.push(&block, Style::default(), true);
                self.at = self.end_of_text(&range);
                return;
            }
            (Event::End(_), None) => return,
            (Event::Text(more), Some(text)) => text.push_str(&more),
            _ => {}
        }
        self.code = Some(code);
    }

    pub(super) fn end_table(&mut self, range: Range<usize>) {
        let prefix = format!("\n{}", self.prefix(range.start));
        for (n, line) in self.table.lines().into_iter().enumerate() {
            if n > 0 {
                self.push(&prefix, Style::default(), false);
            }
            self.out.extend(line);
        }
        self.at = self.end_of_text(&range);
    }

    /// What each further line of a block begins with, so that it stays within
    /// its quote or under its bullet.
    pub(super) fn prefix(&self, at: usize) -> String {
        let line = self.source[..at].rfind('\n').map_or(0, |newline| newline + 1);
        let blank = |c: char| if c == '>' || c.is_whitespace() { c } else { ' ' };
        self.source[line..at].chars().map(blank).collect()
    }

    pub(super) fn end_of_text(&self, range: &Range<usize>) -> usize {
        range.start + self.source[range.clone()].trim_end().len()
    }
}

/// A block of code; in a quote each line has its own marks, as quotes are of
/// one line. Fences inside would end it: they are parted.
fn fenced(text: &str, prefix: &str) -> String {
    let text = text.replace("```", &format!("``{HAIR_SPACE}`"));
    if text.trim().is_empty() {
        return String::new();
    }
    if !prefix.contains('>') {
        return format!("```\n{text}\n```");
    }
    let lines = text.lines().filter(|line| !line.trim().is_empty());
    let lines: Vec<_> = lines.map(|line| format!("```{line}```")).collect();
    lines.join(&format!("\n{prefix}"))
}
