//! The words of a PDF, page by page.

use std::collections::BTreeMap;

use lopdf::content::{Content, Operation};
use lopdf::{Document, Encoding, Object, ObjectId};

/// The most that one page may unpack to.
const LARGEST_PAGE: usize = 16 * 1024 * 1024;
/// A gap in a line that is a blank, in thousandths of the letters' size.
const BLANK: f32 = -200.0;
/// Two or three letters that are drawn as one.
const LIGATURES: &[(char, &str)] =
    &[('ﬀ', "ff"), ('ﬁ', "fi"), ('ﬂ', "fl"), ('ﬃ', "ffi"), ('ﬄ', "ffl"), ('ﬅ', "st"), ('ﬆ', "st")];

/// The text of each page; empty where there is none, or none that can be read.
pub fn pages(bytes: &[u8]) -> lopdf::Result<Vec<String>> {
    let document = Document::load_mem(bytes)?;
    let pages = document.get_pages().into_values();
    Ok(pages.map(|page| text(&document, page).unwrap_or_default()).collect())
}

fn text(document: &Document, page: ObjectId) -> lopdf::Result<String> {
    let fonts = document.get_page_fonts(page)?;
    let encodings = fonts.into_iter().filter_map(|(name, font)| {
        Some((name, font.get_font_encoding_with_limit(document, LARGEST_PAGE).ok()?))
    });
    let mut pen = Pen { encodings: encodings.collect(), ..Pen::default() };
    let content = document.get_page_content_with_limit(page, LARGEST_PAGE)?;
    for operation in &Content::decode(&content)?.operations {
        pen.follow(operation);
    }
    Ok(pen.text.trim().to_owned())
}

/// What writes, and where it stands.
#[derive(Default)]
struct Pen<'a> {
    encodings: BTreeMap<Vec<u8>, Encoding<'a>>,
    font: Vec<u8>,
    /// Nothing was written in it yet.
    fresh: bool,
    /// The height of the line.
    at: Option<f32>,
    text: String,
}

impl Pen<'_> {
    fn follow(&mut self, operation: &Operation) {
        let with = &operation.operands;
        match operation.operator.as_str() {
            "Tf" => self.take(with),
            // Along the line it is kerning, except where another font begins.
            "Td" | "TD" if number(with, 1) == 0.0 && !self.fresh => {}
            "Td" | "TD" if number(with, 1) == 0.0 => self.part(' '),
            "Td" | "TD" | "T*" => self.part('\n'),
            "Tm" => self.place(number(with, 5)),
            "Tj" | "TJ" => self.write(with),
            "'" | "\"" => {
                self.part('\n');
                self.write(with);
            }
            _ => {}
        }
    }

    fn take(&mut self, font: &[Object]) {
        let name = font.first().and_then(|name| name.as_name().ok());
        self.font = name.unwrap_or_default().to_vec();
        self.fresh = true;
    }

    fn place(&mut self, height: f32) {
        let same = self.at == Some(height);
        self.at = Some(height);
        self.part(if same { ' ' } else { '\n' });
    }

    /// Two things are apart once.
    fn part(&mut self, by: char) {
        match (by, self.text.pop()) {
            (_, None) => {}
            (_, Some('\n')) => self.text.push('\n'),
            (by, Some(' ')) => self.text.push(by),
            (by, Some(last)) => self.text.extend([last, by]),
        }
    }

    fn write(&mut self, with: &[Object]) {
        for object in with {
            match object {
                Object::Array(parts) => self.write(parts),
                Object::String(bytes, _) => self.decode(bytes),
                gap if gap.as_float().is_ok_and(|gap| gap < BLANK) => self.part(' '),
                _ => {}
            }
        }
    }

    fn decode(&mut self, bytes: &[u8]) {
        let encoding = self.encodings.get(&self.font);
        let text = encoding.and_then(|encoding| Document::decode_text(encoding, bytes).ok());
        for letter in text.unwrap_or_default().chars() {
            match LIGATURES.iter().find(|(drawn, _)| *drawn == letter) {
                Some((_, letters)) => self.text.push_str(letters),
                None => self.text.push(letter),
            }
        }
        self.fresh = false;
    }
}

fn number(with: &[Object], at: usize) -> f32 {
    with.get(at).and_then(|object| object.as_float().ok()).unwrap_or_default()
}
