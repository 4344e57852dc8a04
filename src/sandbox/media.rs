//! Files that travel with messages, in both directions.

use std::collections::{HashMap, VecDeque};
use std::sync::{Arc, Mutex};
use std::time::Duration;

use axum::http::header;
use axum::response::{IntoResponse, Response};
use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use jiff::Timestamp;
use sha2::{Digest, Sha256};

use super::{identifiers, keep, lock};

/// A picture of one point.
const PNG: &str = "iVBORw0KGgoAAAANSUhEUgAAAAEAAAABCAYAAAAfFcSJAAAADUlEQVR42mNk+M9QDwADhgGAWjR9awAAAABJRU5ErkJggg==";
/// A sticker of one point.
const WEBP: &str = "UklGRiIAAABXRUJQVlA4IBYAAAAwAQCdASoBAAEADsD+JaQAA3AAAAAA";

/// What is sent.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct File {
    /// `image/png`.
    pub mime: String,
    /// The content.
    pub bytes: Vec<u8>,
    /// Its name, if it has one.
    pub name: Option<String>,
}

impl File {
    /// A file of any type.
    pub fn new(mime: &str, bytes: impl Into<Vec<u8>>) -> Self {
        Self { mime: mime.to_owned(), bytes: bytes.into(), name: None }
    }

    /// The same with a name.
    pub fn named(self, name: &str) -> Self {
        Self { name: Some(name.to_owned()), ..self }
    }

    /// A small picture.
    pub fn picture() -> Self {
        Self::new("image/png", decoded(PNG))
    }

    /// A small sticker.
    pub fn sticker() -> Self {
        Self::new("image/webp", decoded(WEBP))
    }

    /// The beginning of a film.
    pub fn video() -> Self {
        Self::new("video/mp4", *b"\0\0\0\x18ftypmp42\0\0\0\0mp42isom")
    }

    /// The beginning of a recording.
    pub fn voice() -> Self {
        Self::new("audio/ogg; codecs=opus", *b"OggS\0\x02\0\0\0\0\0\0\0\0OpusHead")
    }

    /// The beginning of a song.
    pub fn audio() -> Self {
        Self::new("audio/mpeg", *b"ID3\x04\0\0\0\0\0\0")
    }

    /// An empty page.
    pub fn document(name: &str) -> Self {
        Self::new("application/pdf", *b"%PDF-1.4\n%%EOF\n").named(name)
    }

    /// A contact card.
    pub fn vcard(name: &str, phone: &str) -> Self {
        Self::new("text/vcard", vcard(name, phone))
    }

    pub(super) fn sha256(&self) -> [u8; 32] {
        Sha256::digest(&self.bytes).into()
    }
}

/// The text of a contact card; the number in digits.
pub(super) fn vcard(name: &str, phone: &str) -> String {
    format!("BEGIN:VCARD\nVERSION:3.0\nFN:{name}\nTEL;waid={phone}:+{phone}\nEND:VCARD")
}

fn decoded(text: &str) -> Vec<u8> {
    STANDARD.decode(text).unwrap_or_default()
}

/// The newest files, and the links that lead to them for a while.
#[derive(Default)]
pub(super) struct Media {
    kept: Mutex<VecDeque<Kept>>,
    links: Mutex<HashMap<String, Link>>,
}

struct Kept {
    id: String,
    account: String,
    file: Arc<File>,
}

struct Link {
    id: String,
    until: Timestamp,
}

impl Media {
    pub(super) fn put(&self, account: &str, id: &str, file: File) {
        let (id, account) = (id.to_owned(), account.to_owned());
        keep(&mut lock(&self.kept), Kept { id, account, file: Arc::new(file) });
    }

    pub(super) fn find(&self, id: &str) -> Option<Arc<File>> {
        self.look(|kept| kept.id == id)
    }

    /// The file, if it is this account's.
    pub(super) fn of(&self, account: &str, id: &str) -> Option<Arc<File>> {
        self.look(|kept| kept.id == id && kept.account == account)
    }

    fn look(&self, is_it: impl Fn(&Kept) -> bool) -> Option<Arc<File>> {
        lock(&self.kept).iter().find(|kept| is_it(kept)).map(|kept| kept.file.clone())
    }

    pub(super) fn delete(&self, id: &str) {
        lock(&self.kept).retain(|kept| kept.id != id);
    }

    /// A name under which the file can be had for so long.
    pub(super) fn link(&self, id: &str, now: Timestamp, good_for: Duration) -> String {
        let token = identifiers::token();
        let mut links = lock(&self.links);
        links.retain(|_, link| now < link.until);
        links.insert(token.clone(), Link { id: id.to_owned(), until: now + good_for });
        token
    }

    /// The id and the file behind such a name, unless it is too late.
    pub(super) fn follow(&self, token: &str, now: Timestamp) -> Option<(String, Arc<File>)> {
        let links = lock(&self.links);
        let link = links.get(token).filter(|link| now < link.until)?;
        Some((link.id.clone(), self.find(&link.id)?))
    }
}

/// The file as the answer to a download.
pub(super) fn download(file: &File) -> Response {
    ([(header::CONTENT_TYPE, file.mime.clone())], file.bytes.clone()).into_response()
}
