//! Cuts that fall into a block of code.

use super::{cut, trim, units};

const FENCE: &str = "```";
const OPEN: &str = "```\n";
const CLOSE: &str = "\n```";

/// Limits below this hold no more than marks.
const LEAST: usize = 16;

/// What is still to be cut.
pub(super) struct Rest<'a> {
    pub(super) text: &'a str,
    /// It begins inside a block of code.
    pub(super) in_code: bool,
}

impl Rest<'_> {
    /// Takes the next piece off; `None` = it would hold nothing.
    pub(super) fn piece(&mut self, limit: usize) -> Option<String> {
        let indented = self.text.len() - self.text.trim_start().len();
        if indented > limit / 2 {
            self.text = trim(self.text);
        }
        let open = if self.in_code { OPEN } else { "" };
        let room = limit.saturating_sub(units(open));
        let mut at = self.place(room);
        if limit < LEAST {
            return self.take(at, open, "");
        }
        if self.cuts_code(at) {
            at = self.place(room - units(CLOSE));
        }
        match self.cuts_code(at) {
            true => self.cut_code(at, open),
            false => self.take(at, open, ""),
        }
    }

    fn cut_code(&mut self, at: usize, open: &str) -> Option<String> {
        let (head, tail) = (self.text[..at].trim_end(), self.text[at..].trim_start());
        if let Some(tail) = tail.strip_prefix(FENCE) {
            // The block ends here anyhow.
            let end = self.text.len() - tail.len();
            let piece = format!("{open}{}{CLOSE}", self.trim(head));
            self.skip(end, false);
            return Some(piece);
        }
        match head.strip_suffix(FENCE) {
            // It begins here: it belongs to the next piece.
            Some("") => {
                self.skip(at, true);
                None
            }
            Some(head) => self.take(head.len(), open, ""),
            None => self.take(at, open, CLOSE),
        }
    }

    /// Takes the text up to here.
    fn take(&mut self, at: usize, open: &str, close: &str) -> Option<String> {
        let piece = format!("{open}{}{close}", self.trim(&self.text[..at]));
        let end = if close.is_empty() { at } else { self.text[..at].trim_end().len() };
        self.skip(end, !close.is_empty());
        Some(piece)
    }

    /// Without white space around; code keeps the indentation it begins with.
    fn trim<'b>(&self, head: &'b str) -> &'b str {
        if self.in_code { head.trim_end() } else { trim(head) }
    }

    fn skip(&mut self, at: usize, in_code: bool) {
        let tail = &self.text[at..];
        self.text = if in_code { after_newlines(tail) } else { trim(tail) };
        self.in_code = in_code;
    }

    /// Where the text would be cut: behind its indentation, and never within a
    /// fence.
    fn place(&self, room: usize) -> usize {
        let lead = self.text.len() - self.text.trim_start().len();
        let space = units(&self.text[..lead]);
        let at = lead + cut(&self.text[lead..], room.saturating_sub(space));
        let ticks = self.text[..at].trim_end_matches('`').len();
        let within = ticks < at && self.text[at..].starts_with('`');
        if within && ticks > lead { ticks } else { at }
    }

    /// Whether this place is between the fences of a block.
    fn cuts_code(&self, at: usize) -> bool {
        let fences = self.text[..at].matches(FENCE).count();
        (fences % 2 == 1) != self.in_code && self.text[at..].contains(FENCE)
    }
}

/// Without white space before it, but with its indentation.
fn after_newlines(text: &str) -> &str {
    let blank = text.len() - text.trim_start().len();
    let start = text[..blank].rfind('\n').map_or(blank, |newline| newline + 1);
    &text[start..]
}
