//! Tables as lines: columns that line up on a desk don't on a phone.

use super::Glyph;

type Cell = Vec<Glyph>;

/// A table on its way, cell by cell.
#[derive(Default)]
pub(super) struct Table {
    rows: Vec<Vec<Cell>>,
}

impl Table {
    pub(super) fn row(&mut self) {
        self.rows.push(Vec::new());
    }

    pub(super) fn cell(&mut self, glyphs: impl Iterator<Item = Glyph>) {
        let one_line =
            |glyph: Glyph| if glyph.c == '\n' { Glyph { c: ' ', ..glyph } } else { glyph };
        let cell = trimmed(glyphs.map(one_line).collect());
        if let Some(row) = self.rows.last_mut() {
            row.push(cell);
        }
    }

    /// A line a row: `*first cell*: Header value, Header value`. With two
    /// columns the headers are a line of their own, above.
    pub(super) fn lines(&self) -> Vec<Vec<Glyph>> {
        let Some((header, rows)) = self.rows.split_first() else { return Vec::new() };
        let names = header.get(1..).filter(|names| names.len() > 1 && !rows.is_empty());
        let separator = if self.has_comma(names.is_some()) { "; " } else { ", " };
        let caption = Some(header).filter(|_| names.is_none());
        let lines = caption.into_iter().chain(rows);
        let lines = lines.map(|row| line(row, names.unwrap_or_default(), separator));
        lines.filter(|line| !line.is_empty()).collect()
    }

    fn has_comma(&self, several: bool) -> bool {
        let mut cells = self.rows.iter().flatten().flatten();
        several && cells.any(|glyph| glyph.c == ',')
    }
}

fn line(row: &[Cell], names: &[Cell], separator: &str) -> Vec<Glyph> {
    let Some((first, values)) = row.split_first() else { return Vec::new() };
    let mut line: Vec<Glyph> = first.iter().map(|glyph| bold(*glyph)).collect();
    let nothing = Cell::new();
    let names = names.iter().chain(std::iter::repeat(&nothing));
    let mut between = if line.is_empty() { "" } else { ": " };
    for (value, name) in values.iter().zip(names).filter(|(value, _)| !value.is_empty()) {
        line.extend(plain(between));
        line.extend(name.iter().copied());
        line.extend(plain(if name.is_empty() { "" } else { " " }));
        line.extend(value.iter().copied());
        between = separator;
    }
    line
}

fn bold(glyph: Glyph) -> Glyph {
    let [_, italic, strike] = glyph.style;
    Glyph { style: [true, italic, strike], ..glyph }
}

fn plain(text: &str) -> impl Iterator<Item = Glyph> {
    text.chars().map(|c| Glyph { c, style: Default::default(), solid: false })
}

fn trimmed(mut cell: Cell) -> Cell {
    let blank = |glyph: &mut Glyph| glyph.c.is_whitespace();
    while cell.pop_if(blank).is_some() {}
    let start = cell.iter().position(|glyph| !glyph.c.is_whitespace()).unwrap_or(0);
    cell.split_off(start)
}
