//! Which files there are, and reading them.

use std::collections::HashSet;
use std::path::{Path, PathBuf};

use glob::{GlobError, MatchOptions};

use super::pdf;
use super::split::{self, Piece};

const MB: u64 = 1024 * 1024;
/// The most that is read of one file: what is larger is no text for people.
const LARGEST: u64 = 20 * MB;
/// The most that is read of all files: it is kept in memory.
const LARGEST_TOGETHER: u64 = 100 * MB;

/// `*` ends at a folder, and hidden files stay hidden.
const OPTIONS: MatchOptions = MatchOptions {
    case_sensitive: true,
    require_literal_separator: true,
    require_literal_leading_dot: true,
};

/// A file that was read.
pub struct File {
    /// What to call it: its name, or its path where another has that name.
    pub name: String,
    /// Its sections.
    pub pieces: Vec<Piece>,
    /// Whether `olifant teach` writes it.
    pub taught: bool,
}

/// Reads the taught answers, if there are any, and what the patterns match;
/// with a line for what an operator should know.
pub fn read(
    patterns: &[String],
    answers: Option<&Path>,
) -> Result<(Vec<File>, Vec<String>), String> {
    let (paths, mut warnings) = find(patterns, answers)?;
    let (mut files, mut together) = (Vec::new(), 0);
    for path in &paths {
        let bytes = bytes(path)?;
        together += bytes.len() as u64;
        if together > LARGEST_TOGETHER {
            let most = LARGEST_TOGETHER / MB;
            return Err(format!(
                "assistant.knowledge matches more than {most} MB of files; match fewer or shorter ones"
            ));
        }
        let pieces = pieces(path, bytes)?;
        if pieces.is_empty() && is(path, &["pdf"]) {
            warnings.push(format!(
                "{} has no text that can be read, so nothing of it is known (scanned pages?); \
                 run it through OCR, or write it as text",
                path.display()
            ));
        }
        let taught = Some(path.as_path()) == answers;
        files.push(File { name: name(path, &paths), pieces, taught });
    }
    Ok((files, warnings))
}

/// All files that the patterns match now; a pattern that is none matches none.
pub fn matched(patterns: &[String]) -> Vec<PathBuf> {
    let found = patterns.iter().filter_map(|pattern| expand(pattern).ok()).flatten();
    found.flatten().filter(|path| path.is_file()).collect()
}

/// Each file once, the answers first.
fn find(
    patterns: &[String],
    answers: Option<&Path>,
) -> Result<(Vec<PathBuf>, Vec<String>), String> {
    let (mut paths, mut warnings) = (Vec::new(), Vec::new());
    paths.extend(answers.filter(|path| path.is_file()).map(Path::to_owned));
    for pattern in patterns {
        let found = expand(pattern)?.collect::<Result<Vec<_>, _>>().map_err(|e| {
            format!("assistant.knowledge: {} can't be read: {}", e.path().display(), e.error())
                + "; let it be read, or match less"
        })?;
        let before = paths.len();
        paths.extend(found.into_iter().filter(|path| path.is_file()));
        if paths.len() == before {
            warnings.push(unmatched(pattern));
        }
    }
    let mut seen = HashSet::new();
    paths.retain(|path| seen.insert(path.canonicalize().unwrap_or_else(|_| path.clone())));
    Ok((paths, warnings))
}

fn unmatched(pattern: &str) -> String {
    let here = std::env::current_dir().unwrap_or_default();
    let place = match Path::new(pattern).is_absolute() {
        true => String::new(),
        false => format!(" from {} on, where it was started", here.display()),
    };
    format!("assistant.knowledge: \"{pattern}\" matches no file{place}")
}

fn expand(pattern: &str) -> Result<impl Iterator<Item = Result<PathBuf, GlobError>>, String> {
    glob::glob_with(pattern, OPTIONS).map_err(|e| {
        format!(
            "assistant.knowledge: \"{pattern}\" is no pattern ({}); write a path in which * stands \
             for any name and ** for any folders",
            e.msg
        )
    })
}

fn bytes(path: &Path) -> Result<Vec<u8>, String> {
    let unreadable = |e: std::io::Error| {
        let path = path.display();
        format!("{path} can't be read: {e}; let it be read, or take it out of assistant.knowledge")
    };
    let size = path.metadata().map_err(unreadable)?.len();
    if size > LARGEST {
        return Err(format!(
            "{} has {} MB, more than the {} MB that are read of one file; split it, or take it out \
             of assistant.knowledge",
            path.display(),
            size.div_ceil(MB),
            LARGEST / MB
        ));
    }
    std::fs::read(path).map_err(unreadable)
}

fn pieces(path: &Path, bytes: Vec<u8>) -> Result<Vec<Piece>, String> {
    if is(path, &["pdf"]) {
        return pages(path, &bytes);
    }
    let text = text(path, bytes)?;
    Ok(match is(path, &["md", "markdown"]) {
        true => split::markdown(&text),
        false => split::plain("", &text),
    })
}

fn pages(path: &Path, bytes: &[u8]) -> Result<Vec<Piece>, String> {
    let pages = pdf::pages(bytes).map_err(|e| {
        format!(
            "{} is no PDF that can be read ({e}); save it anew, without a password, or take it out \
             of assistant.knowledge",
            path.display()
        )
    })?;
    let numbered = pages.iter().zip(1..);
    Ok(numbered.flat_map(|(text, n)| split::plain(&format!("page {n}"), text)).collect())
}

/// Lines end as we end them.
fn text(path: &Path, bytes: Vec<u8>) -> Result<String, String> {
    let text = String::from_utf8(bytes).map_err(|_| {
        format!(
            "{} is no text in UTF-8; save it as UTF-8 text, Markdown or PDF, or take it out of \
             assistant.knowledge",
            path.display()
        )
    })?;
    Ok(text.trim_start_matches('\u{feff}').replace("\r\n", "\n"))
}

fn is(path: &Path, endings: &[&str]) -> bool {
    let ending = path.extension().and_then(|ending| ending.to_str()).unwrap_or_default();
    endings.iter().any(|known| ending.eq_ignore_ascii_case(known))
}

fn name(path: &Path, all: &[PathBuf]) -> String {
    let namesakes = all.iter().filter(|other| other.file_name() == path.file_name()).count();
    let short = path.file_name().filter(|_| namesakes == 1).map(Path::new);
    short.unwrap_or(path).display().to_string()
}
