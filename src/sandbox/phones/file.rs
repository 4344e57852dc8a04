//! The file that keeps the chats over a restart.

use std::fs;
use std::io::{self, Write};
use std::path::Path;

use super::book::Book;
use crate::os;

/// The chats of the file; `None` if it isn't there or can't be read.
pub(super) fn load(file: &Path) -> Option<Book> {
    let text = fs::read(file).ok()?;
    serde_json::from_slice(&text)
        .map(Book::without_senders)
        .inspect_err(|error| {
            let (line, column) = (error.line(), error.column());
            tracing::warn!(line, column, "the kept chats can't be read; the phones start empty");
        })
        .ok()
}

/// Beside the file, then in its place: a kill leaves the old or the new one.
pub(super) fn write(file: &Path, book: &Book) -> io::Result<()> {
    fs::create_dir_all(file.parent().unwrap_or(file))?;
    let beside = file.with_extension("new");
    let mut out = io::BufWriter::new(private(&beside)?);
    serde_json::to_writer(&mut out, book)?;
    out.flush()?;
    fs::rename(beside, file)
}

fn private(file: &Path) -> io::Result<fs::File> {
    os::private(fs::OpenOptions::new().write(true).create(true).truncate(true)).open(file)
}
