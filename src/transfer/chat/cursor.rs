//! Reading a head from left to right, past all that can't be seen.

/// Where in a line we are.
#[derive(Clone)]
pub(super) struct Cursor<'a> {
    rest: &'a str,
}

impl<'a> Cursor<'a> {
    pub fn new(line: &'a str) -> Self {
        Self { rest: line }
    }

    /// What has not been read yet.
    pub fn rest(&self) -> &'a str {
        self.rest
    }

    /// The next character, past marks of direction.
    pub fn peek(&mut self) -> Option<char> {
        self.rest = self.rest.trim_start_matches(is_mark);
        self.rest.chars().next()
    }

    /// The next character, if it is one of these.
    pub fn one_of(&mut self, wanted: &[char]) -> Option<char> {
        let next = self.peek().filter(|c| wanted.contains(c))?;
        self.rest = &self.rest[next.len_utf8()..];
        Some(next)
    }

    /// Any number of blanks, narrow and unbreakable ones too.
    pub fn blanks(&mut self) -> bool {
        let before = self.rest.len();
        self.rest = self.rest.trim_start_matches(|c| is_mark(c) || is_blank(c));
        self.rest.len() < before
    }

    /// A number of at most so many digits, of any script; its value and how
    /// many digits it has.
    pub fn number(&mut self, most: usize) -> Option<(u32, usize)> {
        let (mut value, mut digits) = (0, 0);
        while let Some(next) = self.peek().and_then(digit) {
            (value, digits) = (value * 10 + next, digits + 1);
            if digits > most {
                return None;
            }
            self.skip();
        }
        (digits > 0).then_some((value, digits))
    }

    /// One character.
    pub fn skip(&mut self) -> Option<char> {
        let next = self.peek()?;
        self.rest = &self.rest[next.len_utf8()..];
        Some(next)
    }
}

/// What steers the direction of writing, or nothing at all.
pub(super) fn is_mark(c: char) -> bool {
    matches!(c, '\u{200b}'..='\u{200f}' | '\u{202a}'..='\u{202e}' | '\u{2066}'..='\u{2069}' | '\u{feff}')
}

/// A blank within a line.
pub(super) fn is_blank(c: char) -> bool {
    c.is_whitespace() && c != '\n' && c != '\r'
}

/// The zeros of the scripts in which phones write numbers: Latin, Arabic,
/// Persian, Devanagari, Bengali, Thai.
const ZEROS: [u32; 6] = [0x30, 0x660, 0x6f0, 0x966, 0x9e6, 0xe50];

/// What a digit counts.
pub(super) fn digit(c: char) -> Option<u32> {
    ZEROS.iter().find_map(|zero| u32::from(c).checked_sub(*zero).filter(|value| *value < 10))
}
