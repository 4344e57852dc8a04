//! A text cut where messages begin.

use super::head::{Head, Style};

/// A message, or what stands before the first one.
pub(super) struct Piece<'a> {
    /// The line it begins on, from 1.
    pub line: usize,
    /// How it begins; without one it belongs to no message.
    pub head: Option<Head>,
    /// The rest of its lines.
    pub body: &'a str,
}

/// The pieces of a text. The first head shows how all of them look.
pub(super) struct Pieces<'a> {
    rest: &'a str,
    line: usize,
    style: Option<Style>,
}

impl<'a> Pieces<'a> {
    pub fn new(text: &'a str) -> Self {
        let style = text.lines().find_map(Head::read).map(|head| head.style);
        Self { rest: text, line: 1, style }
    }

    fn head(&self, line: &str) -> Option<Head> {
        Head::read(line).filter(|head| Some(head.style) == self.style)
    }
}

impl<'a> Iterator for Pieces<'a> {
    type Item = Piece<'a>;

    fn next(&mut self) -> Option<Piece<'a>> {
        let mut lines = self.rest.split_inclusive('\n');
        let (mut count, mut length) = (1, lines.next()?.len());
        for line in lines.take_while(|line| self.head(line).is_none()) {
            (count, length) = (count + 1, length + line.len());
        }
        let (piece, rest) = self.rest.split_at(length);
        let (head, line) = (self.head(piece), self.line);
        (self.rest, self.line) = (rest, line + count);
        let body = &piece[head.as_ref().map_or(0, |head| head.length)..];
        let says_nothing = head.is_none() && body.trim().is_empty();
        if says_nothing { self.next() } else { Some(Piece { line, head, body }) }
    }
}
