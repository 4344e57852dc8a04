//! Sets the marks of one line.

use super::Glyph;
use super::marks::{self, HAIR_SPACE, STYLES, closes, opens};

/// One line as WhatsApp wants it.
pub(super) fn render(line: &[Glyph]) -> String {
    let line = mend(line);
    let mut runs = Vec::new();
    for style in 0..STYLES.len() {
        runs.extend(runs_of(&line, style));
    }
    guarded(&marked(&line, nested(runs)))
}

/// A stretch of characters in one style.
#[derive(Clone, Copy)]
struct Run {
    start: usize,
    end: usize,
    style: usize,
}

/// A character of the result.
#[derive(Clone, Copy)]
struct Token {
    c: char,
    kind: Kind,
}

#[derive(Clone, Copy, PartialEq)]
enum Kind {
    Text,
    Opening,
    Closing,
    Solid,
}

/// Bold that Markdown misses: before a letter it can't end with punctuation
/// (`**重点：**内容`), and inside of what it takes for code it isn't seen.
fn mend(line: &[Glyph]) -> Vec<Glyph> {
    let mut mended: Vec<Glyph> = Vec::new();
    let mut rest = line;
    while let Some((start, end)) = missed_bold(rest, mended.last()) {
        mended.extend(&rest[..start]);
        let bold = |glyph: &Glyph| Glyph {
            style: [!glyph.solid, glyph.style[1], glyph.style[2]],
            ..*glyph
        };
        mended.extend(rest[start + 2..end].iter().map(bold));
        rest = &rest[end + 2..];
    }
    mended.extend(rest);
    mended
}

/// The places of `**` and its end.
fn missed_bold(line: &[Glyph], before: Option<&Glyph>) -> Option<(usize, usize)> {
    let stars =
        |at: usize| line[at..].iter().take(2).filter(|g| g.c == '*' && !g.solid).count() == 2;
    let at = |at: usize| line.get(at).map(|glyph| glyph.c);
    let first = (0..line.len()).find(|place| {
        let before = place.checked_sub(1).map_or(before, |place| line.get(place));
        let after = at(place + 2);
        stars(*place)
            && !before.is_some_and(|glyph| glyph.c.is_ascii_alphanumeric() || glyph.c == '*')
            && after.is_some_and(|c| !c.is_whitespace() && c != '*')
    })?;
    let last = (first + 3..line.len()).find(|place| stars(*place))?;
    let meant = at(last - 1).is_some_and(|c| !c.is_whitespace()) && at(last + 2) != Some('*');
    meant.then_some((first, last))
}

/// The stretches of a style that WhatsApp would show.
fn runs_of(line: &[Glyph], style: usize) -> Vec<Run> {
    let has = |glyph: &Glyph| glyph.style[style] && !glyph.solid;
    let mut runs = Vec::new();
    let mut start = 0;
    for part in line.chunk_by(|a, b| has(a) == has(b)) {
        if has(&part[0]) {
            runs.extend(trimmed(line, Run { start, end: start + part.len(), style }));
        }
        start += part.len();
    }
    runs.retain(|run| stands_free(line, *run));
    runs
}

/// Without white space at its ends; `None` = there is nothing else in it.
fn trimmed(line: &[Glyph], run: Run) -> Option<Run> {
    let solid = |at: &usize| !line[*at].c.is_whitespace();
    let start = (run.start..run.end).find(solid)?;
    let end = (start..run.end).rfind(solid)? + 1;
    Some(Run { start, end, ..run })
}

/// Marks that touch a word do nothing, and those that touch a link break it.
fn stands_free(line: &[Glyph], run: Run) -> bool {
    let touches = |glyph: &Glyph| glyph.solid || glyph.c.is_alphanumeric();
    let before = run.start.checked_sub(1).and_then(|at| line.get(at));
    !before.is_some_and(touches) && !line.get(run.end).is_some_and(touches)
}

/// From outside to inside, without those that overlap half.
fn nested(mut runs: Vec<Run>) -> Vec<Run> {
    runs.sort_by_key(|run| (run.start, std::cmp::Reverse(run.end)));
    let mut kept: Vec<Run> = Vec::new();
    let mut around: Vec<usize> = Vec::new();
    for run in runs {
        around.retain(|end| *end > run.start);
        if around.iter().all(|end| *end >= run.end) {
            around.push(run.end);
            kept.push(run);
        }
    }
    kept
}

fn marked(line: &[Glyph], runs: Vec<Run>) -> Vec<Token> {
    let mut tokens = Vec::new();
    let mut open: Vec<Run> = Vec::new();
    let mut runs = runs.into_iter().peekable();
    for at in 0..=line.len() {
        while let Some(run) = open.pop_if(|run| run.end == at) {
            tokens.push(Token { c: STYLES[run.style], kind: Kind::Closing });
        }
        while let Some(run) = runs.next_if(|run| run.start == at) {
            tokens.push(Token { c: STYLES[run.style], kind: Kind::Opening });
            open.push(run);
        }
        tokens.extend(line.get(at).map(|glyph| Token {
            c: glyph.c,
            kind: if glyph.solid { Kind::Solid } else { Kind::Text },
        }));
    }
    tokens
}

/// Parts the characters that would pair as marks.
fn guarded(tokens: &[Token]) -> String {
    let mut text = String::new();
    let mut guard = Guard {
        last: marks::ALL.map(|mark| last_closing(tokens, mark)),
        within: [false; marks::ALL.len()],
    };
    for (at, token) in tokens.iter().enumerate() {
        let (before, after) = guard.gaps(tokens, at);
        text.extend(before.then_some(HAIR_SPACE));
        text.push(token.c);
        text.extend(after.then_some(HAIR_SPACE));
    }
    text
}

/// What is known of each mark in a line.
struct Guard {
    last: [usize; marks::ALL.len()],
    within: [bool; marks::ALL.len()],
}

impl Guard {
    /// Whether there must be a space before and after this character.
    fn gaps(&mut self, tokens: &[Token], at: usize) -> (bool, bool) {
        let token = tokens[at];
        let Some(mark) = marks::ALL.iter().position(|mark| *mark == token.c) else {
            return (false, false);
        };
        match token.kind {
            Kind::Solid => return (false, false),
            Kind::Opening | Kind::Closing => {
                self.within[mark] = token.kind == Kind::Opening;
                return (false, false);
            }
            Kind::Text => {}
        }
        let (before, after) = beside(tokens, at);
        let widens = token.c == '`' && is_beside_code(tokens, at);
        let ends = self.within[mark] && closes(before, after);
        let begins = opens(before, after) && self.last[mark] > at + 1;
        (widens || ends, widens || begins)
    }
}

/// A backtick there would make the marks of code a fence.
fn is_beside_code(tokens: &[Token], at: usize) -> bool {
    let is_code = |token: &Token| token.c == '`' && token.kind == Kind::Solid;
    tokens[..at].last().is_some_and(is_code) || tokens.get(at + 1).is_some_and(is_code)
}

/// The last place that could end formatting by this mark; 0 = none. (Code has
/// its own marks, which could end what a stray one began.)
fn last_closing(tokens: &[Token], mark: char) -> usize {
    let could = |at: &usize| {
        let (token, (before, after)) = (tokens[*at], beside(tokens, *at));
        token.c == mark && (token.kind != Kind::Solid || mark == '`') && closes(before, after)
    };
    (0..tokens.len()).rev().find(could).unwrap_or_default()
}

fn beside(tokens: &[Token], at: usize) -> (Option<char>, Option<char>) {
    let c = |at: usize| tokens.get(at).map(|token| token.c);
    (at.checked_sub(1).and_then(c), c(at + 1))
}
