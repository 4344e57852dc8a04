//! Turns a model's Markdown into WhatsApp's own marks.
//!
//! The source is copied, not written anew: only what Markdown marks up is
//! changed, so lists keep their numbers, and indentation, blank lines and text
//! that is Markdown by accident stay as they were written. `reader` finds what
//! is meant, `line` sets the marks where WhatsApp will see them.
//!
//! A single star is bold to WhatsApp and italic to Markdown. Who writes `**`
//! anywhere speaks Markdown; else `*this*` is bold, as models are told.

mod line;
pub(super) mod marks;
mod meaning;
mod reader;
mod table;

/// The same text as people see it on WhatsApp. One that is nothing but marks
/// stays as it is: an answer is never silence.
pub(super) fn to_whatsapp(markdown: &str) -> String {
    let source = markdown.replace("\r\n", "\n").replace('\r', "\n");
    let glyphs = reader::read(&meaning::eased(&source));
    let lines = glyphs.split(|glyph| glyph.c == '\n' && !glyph.solid);
    let text = lines.map(line::render).collect::<Vec<_>>().join("\n");
    if text.trim().is_empty() { source } else { text }
}

/// Which of bold, italic and strike a character has: see [`marks::STYLES`].
type Style = [bool; 3];

/// One character on the way from one markup to the other.
#[derive(Clone, Copy)]
struct Glyph {
    c: char,
    style: Style,
    /// Of a link or of code: nothing may touch it.
    solid: bool,
}

#[cfg(test)]
mod tests;
