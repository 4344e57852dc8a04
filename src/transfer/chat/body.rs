//! What a message says: words, or a phrase in the phone's language that stands
//! for a picture, which becomes our own.

use super::cursor::is_mark;
use super::words::{ATTACHED, CONTACTS, DELETED, EDITED, MEDIA, OMITTED};
use crate::domain::content::{Contact, Content, Media, MediaKind};

/// No phrase is longer, in bytes.
const PHRASE: usize = 250;

/// Where a map shows a place.
const MAP: &str = "https://maps.google.com/?q=";

/// The names that phones give to files, up to a number.
const FILES: [&str; 7] = ["IMG-", "VID-", "AUD-", "PTT-", "STK-", "DOC-", "GIF-"];

/// The words as the transcript has them.
pub(super) fn text(body: &str) -> String {
    let lines = body.replace("\r\n", "\n");
    let words = without_edit_mark(trimmed(&lines));
    let (first, caption) = parts(words);
    match placeholder(first) {
        Some(placeholder) => format!("{placeholder} {caption}").trim_end().to_owned(),
        None => words.to_owned(),
    }
}

/// Whether it is a phrase of the phone's.
pub(super) fn is_known(body: &str) -> bool {
    placeholder(parts(without_edit_mark(trimmed(body))).0).is_some()
}

/// The first line, which can be a phrase, and what was written to it.
fn parts(words: &str) -> (&str, &str) {
    let (first, caption) = words.split_once('\n').unwrap_or((words, ""));
    (trimmed(first), trimmed(caption))
}

fn trimmed(text: &str) -> &str {
    text.trim_matches(|c: char| is_mark(c) || c.is_whitespace())
}

/// `See you at 5 <This message was edited>`
fn without_edit_mark(text: &str) -> &str {
    let marked = text.strip_suffix('>').and_then(|text| text.rsplit_once('<'));
    let is_mark = |mark: &str| EDITED.contains(&phrase(mark).as_str());
    marked.filter(|(_, mark)| is_mark(mark)).map_or(text, |(words, _)| trimmed(words))
}

/// As the tables have it: small letters, no marks, no full stop.
fn phrase(text: &str) -> String {
    let seen: String = text.chars().filter(|c| !is_mark(*c)).collect();
    seen.trim().trim_end_matches(['.', '。', '।']).to_lowercase()
}

fn placeholder(first: &str) -> Option<String> {
    if first.len() > PHRASE {
        return None;
    }
    let phrase = phrase(first);
    let inside = phrase.strip_prefix('<').and_then(|phrase| phrase.strip_suffix('>'));
    match inside.unwrap_or(&phrase).trim().trim_end_matches('.') {
        words if DELETED.contains(&words) => Some(Content::Revoked.as_text()),
        words if MEDIA.contains(&words) => Some("[media]".to_owned()),
        words if CONTACTS.contains(&words) => Some("[contact]".to_owned()),
        words => omitted(words)
            .or_else(|| omitted_document(first, words))
            .or_else(|| attached(first).map(file))
            .or_else(|| place(first))
            .map(|content| content.as_text()),
    }
}

fn omitted(words: &str) -> Option<Content> {
    let kind = OMITTED.iter().find(|(_, phrases)| phrases.contains(&words))?.0;
    Some(media(kind, None))
}

fn media(kind: MediaKind, filename: Option<&str>) -> Content {
    let (reference, mime) = (String::new(), String::new());
    let filename = filename.map(str::to_owned);
    Content::Media(Media { kind, reference, mime, caption: None, filename, sha256: None })
}

fn contact(name: &str) -> Content {
    Content::Contacts(vec![Contact { name: name.to_owned(), phones: Vec::new() }])
}

/// `menu.pdf • 3 pages document omitted`
fn omitted_document(first: &str, words: &str) -> Option<Content> {
    let (kind, phrases) = OMITTED.iter().find(|(kind, _)| *kind == MediaKind::Document)?;
    phrases.iter().find(|ending| words.ends_with(&format!(" {ending}")))?;
    let name = trimmed(first.split_once('•')?.0);
    is_file(name).then(|| media(*kind, Some(name)))
}

/// `<attached: 12-PHOTO.jpg>` or `IMG-1-WA1.jpg (file attached)`: the name.
fn attached(first: &str) -> Option<&str> {
    let in_brackets = || {
        let inside = first.strip_prefix('<')?.strip_suffix('>')?;
        Some(inside.split_once(':')?.1)
    };
    let with_words = || {
        let (name, words) = first.strip_suffix(')')?.rsplit_once(" (")?;
        (is_phones_own(name) || ATTACHED.contains(&phrase(words).as_str())).then_some(name)
    };
    in_brackets().or_else(with_words).map(trimmed).filter(|name| is_file(name))
}

fn is_phones_own(name: &str) -> bool {
    let number = FILES.iter().find_map(|prefix| trimmed(name).strip_prefix(prefix));
    number.is_some_and(|number| number.starts_with(|c: char| c.is_ascii_digit()))
}

fn is_file(name: &str) -> bool {
    let short = |ending: &str| (1..=5).contains(&ending.len());
    name.rsplit_once('.').is_some_and(|(stem, ending)| {
        !stem.is_empty() && short(ending) && ending.bytes().all(|b| b.is_ascii_alphanumeric())
    })
}

/// By the ending; only a document's name says something.
fn file(name: &str) -> Content {
    let (stem, ending) = name.rsplit_once('.').unwrap_or((name, ""));
    let kind = match ending.to_ascii_lowercase().as_str() {
        "vcf" => return contact(stem),
        "jpg" | "jpeg" | "png" | "heic" | "heif" | "gif" => MediaKind::Picture,
        "webp" => MediaKind::Sticker,
        "mp4" | "mov" | "3gp" | "mkv" | "avi" | "webm" => MediaKind::Video,
        "opus" => MediaKind::VoiceNote,
        "ogg" | "m4a" | "mp3" | "aac" | "amr" | "wav" => MediaKind::Audio,
        _ => return media(MediaKind::Document, Some(name)),
    };
    media(kind, None)
}

/// `location: https://maps.google.com/?q=12.97,77.59`
fn place(first: &str) -> Option<Content> {
    let (word, link) = first.split_once(": ")?;
    let (latitude, longitude) = trimmed(link).strip_prefix(MAP)?.split_once(',')?;
    let degrees = |text: &str| text.parse().ok().filter(|degrees: &f64| degrees.is_finite());
    let (latitude, longitude) = (degrees(latitude)?, degrees(longitude)?);
    (!word.contains(' ')).then_some(Content::Location { latitude, longitude, name: None })
}
