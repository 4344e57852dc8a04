//! Walks over the source with the parser's events and copies what lies between.

mod block;
mod inline;

use std::ops::Range;

use pulldown_cmark::{Event, Options, Parser, Tag, TagEnd};

use super::table::Table;
use super::{Glyph, Style, meaning};

/// The characters of the result, before the marks.
pub(super) fn read(source: &str) -> Vec<Glyph> {
    let mut reader = Reader::new(source);
    for (event, range) in parse(source) {
        reader.event(event, range);
    }
    reader.copy_to(source.len());
    reader.out
}

const BOLD: usize = 0;
const ITALIC: usize = 1;
const STRIKE: usize = 2;

struct Reader<'a> {
    source: &'a str,
    /// Where bare links stand.
    links: Vec<Range<usize>>,
    /// Whether a single star is italic.
    is_markdown: bool,
    /// What is copied so far ends here.
    at: usize,
    out: Vec<Glyph>,
    depth: [usize; 3],
    /// Open emphasis: its style and the width of its marks, if it is meant.
    emphasis: Vec<Option<(usize, usize)>>,
    /// Open links: where their text begins in `out`, and where they lead.
    targets: Vec<(usize, String)>,
    /// The `#` of a heading are not copied.
    skip: bool,
    quotes: usize,
    code: Option<Code>,
    table: Table,
    /// Where the open cell of a table begins in `out`.
    cell: Option<usize>,
}

/// A block of code on its way; `None` = it stays as it is written.
struct Code(Option<String>);

fn parse(source: &str) -> impl Iterator<Item = (Event<'_>, Range<usize>)> {
    let options =
        Options::ENABLE_STRIKETHROUGH | Options::ENABLE_TABLES | Options::ENABLE_TASKLISTS;
    Parser::new_ext(source, options).into_offset_iter()
}

fn speaks_markdown(source: &str) -> bool {
    parse(source).any(|(event, range)| {
        matches!(event, Event::Start(Tag::Strong)) && source[range].starts_with("**")
    })
}

impl<'a> Reader<'a> {
    fn new(source: &'a str) -> Self {
        Self {
            source,
            links: meaning::links(source),
            is_markdown: speaks_markdown(source),
            at: 0,
            out: Vec::new(),
            depth: [0; 3],
            emphasis: Vec::new(),
            targets: Vec::new(),
            skip: false,
            quotes: 0,
            code: None,
            table: Table::default(),
            cell: None,
        }
    }

    fn event(&mut self, event: Event<'_>, range: Range<usize>) {
        if let Some(code) = self.code.take() {
            return self.code(code, event, range);
        }
        if std::mem::take(&mut self.skip) {
            if let Event::End(TagEnd::Heading(_)) = event {
                self.depth[BOLD] -= 1;
                return;
            }
            self.at = range.start;
        }
        match event {
            Event::Start(tag) => self.start(tag, range),
            Event::End(tag) => self.end(tag, range),
            Event::Text(text) => self.text(&text, range),
            Event::Code(code) => self.inline_code(&code, range),
            Event::InlineHtml(html) if meaning::is_line_break(&html) => self.line_break(range),
            Event::Html(html) if meaning::is_line_break(&html) => self.replace(range, ""),
            Event::HardBreak if self.source[range.clone()].starts_with('\\') => {
                self.replace(range, "\n");
            }
            Event::TaskListMarker(done) => self.replace(range, if done { "✅" } else { "⬜" }),
            Event::Rule => self.rule(range),
            Event::SoftBreak | Event::HardBreak => self.copy_to(range.end),
            // Shown as they are written; the last four are not asked for.
            Event::Html(_)
            | Event::InlineHtml(_)
            | Event::InlineMath(_)
            | Event::DisplayMath(_)
            | Event::FootnoteReference(_) => {}
        }
    }

    fn start(&mut self, tag: Tag<'_>, range: Range<usize>) {
        match tag {
            Tag::Emphasis => self.emphasis(self.single(&range), 1, range),
            Tag::Strong => self.emphasis(BOLD, 2, range),
            Tag::Strikethrough => {
                let width = if self.source[range.start..].starts_with("~~") { 2 } else { 1 };
                self.emphasis(STRIKE, width, range);
            }
            Tag::Link { dest_url, .. } => self.link(1, dest_url.into_string(), range),
            Tag::Image { dest_url, .. } => self.link(2, dest_url.into_string(), range),
            Tag::Heading { .. } => self.heading(range),
            Tag::Item => self.item(range),
            Tag::BlockQuote(_) => self.quotes += 1,
            Tag::CodeBlock(kind) => self.code_block(&kind, range),
            Tag::Table(_) => {
                self.copy_to(range.start);
                self.table = Table::default();
            }
            Tag::TableHead | Tag::TableRow => self.table.row(),
            Tag::TableCell => (self.at, self.cell) = (range.start, Some(self.out.len())),
            _ => self.copy_to(range.start),
        }
    }

    fn end(&mut self, tag: TagEnd, range: Range<usize>) {
        match tag {
            TagEnd::Emphasis | TagEnd::Strong | TagEnd::Strikethrough => self.end_emphasis(range),
            TagEnd::Link | TagEnd::Image => self.end_link(range),
            TagEnd::Heading(_) => self.end_heading(range),
            TagEnd::BlockQuote(_) => self.quotes -= 1,
            TagEnd::TableCell => {
                self.copy_to(range.end);
                let start = self.cell.take().unwrap_or(self.out.len());
                self.table.cell(self.out.drain(start..));
            }
            TagEnd::Table => self.end_table(range),
            _ => {}
        }
    }

    /// Text, without the backslash that kept it from being Markdown.
    fn text(&mut self, text: &str, range: Range<usize>) {
        let gap = self.source.get(self.at..range.start).unwrap_or_default();
        let escape = usize::from(gap.ends_with('\\') && !self.in_link(range.start - 1));
        self.copy_to(range.start - escape);
        if self.source[range.clone()] == *text || self.in_link(range.start) {
            self.copy(range.clone(), self.style());
        } else {
            self.push(text, self.style(), false);
        }
        self.at = self.at.max(range.end);
    }

    fn replace(&mut self, range: Range<usize>, text: &str) {
        self.copy_to(range.start);
        self.push(text, Style::default(), false);
        self.at = range.end;
    }

    /// Copies what Markdown says nothing about. At the start of a line that is
    /// indentation and the like, which has no style.
    fn copy_to(&mut self, end: usize) {
        if end > self.at {
            let starts = self.out.last().is_none_or(|glyph| glyph.c == '\n');
            let style = if starts { Style::default() } else { self.style() };
            self.copy(self.at..end, style);
            self.at = end;
        }
    }

    fn copy(&mut self, range: Range<usize>, style: Style) {
        let start = range.start;
        for (at, c) in self.source[range].char_indices() {
            let solid = self.in_link(start + at);
            self.out.push(Glyph { c, style, solid });
        }
    }

    fn push(&mut self, text: &str, style: Style, solid: bool) {
        self.out.extend(text.chars().map(|c| Glyph { c, style, solid }));
    }

    fn style(&self) -> Style {
        self.depth.map(|depth| depth > 0)
    }

    fn in_link(&self, at: usize) -> bool {
        let next = self.links.partition_point(|link| link.end <= at);
        self.links.get(next).is_some_and(|link| link.start <= at)
    }
}
