//! A person's memory on its way out and in: our own export, JSON lines, and
//! the text of WhatsApp's "Export chat". Bytes in, values out, and back;
//! nothing is stored here.

mod chat;
pub mod document;
pub mod export;
mod gather;
mod lines;
#[cfg(test)]
mod tests;

use std::borrow::Cow;
use std::collections::BTreeMap;
use std::fmt;

use jiff::Timestamp;
use jiff::tz::TimeZone;
use sha2::{Digest as _, Sha256};

use crate::domain::message::Role;
use document::{Fact, Person};
use gather::Gather;

/// Reads whichever of the three formats it is. On an error nothing has
/// happened yet: what was read is only handed out whole.
pub fn read(bytes: &[u8], options: &Options) -> Result<Imported, ReadError> {
    let text = decoded(bytes, options.on_error)?;
    let mut gather = Gather::new(options.on_error);
    match Format::of(&text)? {
        Format::Document => document::read(&text, &mut gather)?,
        Format::Lines => lines::read(&text, options.now, &mut gather)?,
        Format::Chat => chat::read(&text, options, &mut gather)?,
    }
    Ok(gather.finish())
}

/// What a file does not say of itself.
#[derive(Clone, Debug)]
pub struct Options {
    /// The time zone of the phone that exported a chat. (JSON lines without
    /// an offset are UTC.)
    pub zone: TimeZone,
    /// Who in a chat is the business; everybody else is the person.
    pub business_speaker: Option<String>,
    /// How a chat writes its dates; what the file itself shows comes first.
    pub date_order: Option<DateOrder>,
    /// The time: no message is younger, and what has no time at all is as old.
    pub now: Timestamp,
    /// What a faulty line means.
    pub on_error: OnError,
}

impl Options {
    /// UTC, nobody named, and the first fault ends it.
    pub fn at(now: Timestamp) -> Self {
        let (zone, on_error) = (TimeZone::UTC, OnError::Stop);
        Self { zone, business_speaker: None, date_order: None, now, on_error }
    }
}

/// What a faulty line means.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum OnError {
    /// Nothing is read.
    #[default]
    Stop,
    /// The line is left out and counted. (Our own export is read whole or not
    /// at all.)
    Skip,
}

/// How a date is written.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum DateOrder {
    /// 31/12/2023
    DayMonth,
    /// 12/31/2023
    MonthDay,
    /// 2023/12/31
    YearMonth,
}

/// What a file held.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Imported {
    /// Who it is about; only our own export says.
    pub person: Option<Person>,
    /// What was known of them; only our own export says.
    pub profile: Vec<Fact>,
    /// How they want to be answered; only our own export says.
    pub instructions: Option<String>,
    /// What was said, by time; at the same time, as the file has it.
    pub turns: Vec<Turn>,
    /// How the dates of a chat were read.
    pub dates: Option<Dates>,
    /// What was left out, and how often.
    pub skipped: BTreeMap<Reason, usize>,
}

/// How the dates of a chat were read.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Dates {
    /// In this order.
    pub order: DateOrder,
    /// The file or the caller decided it; else it is a guess worth telling.
    pub sure: bool,
}

/// One message.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Turn {
    /// What the file calls it.
    pub id: Option<String>,
    /// Who said it.
    pub role: Role,
    /// Their name, where several are the person.
    pub speaker: Option<String>,
    /// When.
    pub at: Timestamp,
    /// The words, or a placeholder as [`Content::as_text`] has it.
    ///
    /// [`Content::as_text`]: crate::domain::content::Content::as_text
    pub text: String,
    /// The number of ours it was said on; only our own export says.
    pub number: Option<String>,
    /// How many before it are the same in role, time and words.
    pub repetition: usize,
}

impl Turn {
    /// A name that it has in every file that holds it: importing twice brings
    /// it in once.
    pub fn key(&self) -> String {
        self.id.clone().unwrap_or_else(|| {
            let Self { role, at, text, repetition, .. } = self;
            let whole = format!("{role:?}\n{}\n{repetition}\n{text}", at.as_nanosecond());
            format!("import-{}", hex::encode(&Sha256::digest(whole)[..16]))
        })
    }
}

/// Why something was left out.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Reason {
    /// A line that nobody said: "Ana joined the group".
    Notice,
    /// A message without words.
    Empty,
    /// The same message again, by its id.
    Repeated,
    /// A line that can't be read, with [`OnError::Skip`].
    Faulty,
    /// A reply that never reached the person.
    NeverArrived,
    /// A field that we know nothing of; its line was read all the same.
    UnknownField,
}

impl fmt::Display for Reason {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::Notice => "notices",
            Self::Empty => "empty messages",
            Self::Repeated => "messages given twice",
            Self::Faulty => "faulty lines",
            Self::NeverArrived => "messages that never arrived",
            Self::UnknownField => "unknown fields",
        })
    }
}

/// Why nothing was read, and what to do. For the operator's eyes: it can name
/// people, so it is no log line.
#[derive(Debug, PartialEq, Eq, thiserror::Error)]
pub enum ReadError {
    /// No letter in it.
    #[error("the file is empty")]
    Empty,
    /// A phone packs its export.
    #[error("this is a ZIP archive: unpack it and import the .txt inside")]
    Zip,
    /// Not UTF-8.
    #[error("line {line}: this is not UTF-8: save the file as UTF-8")]
    Encoding {
        /// Where.
        line: usize,
    },
    /// A JSON list.
    #[error("this is a JSON list: write one object a line (jq -c '.[]' FILE)")]
    List,
    /// None of the three.
    #[error(
        "this is no format we know: an export of Olifant's, JSON lines like \
         {{\"role\":\"user\",\"text\":\"…\",\"at\":\"2023-05-08T13:56:00Z\"}}, or the text of \
         WhatsApp's \"Export chat\""
    )]
    Unknown,
    /// Written by a later Olifant.
    #[error("this export has form {0}, and form {max} is the last we know: update Olifant", max = document::FORM)]
    TooNew(u32),
    /// One line.
    #[error("line {line}: {what}")]
    Line {
        /// Which, from 1.
        line: usize,
        /// What is wrong and what to write.
        what: String,
    },
    /// Nobody said who is the business.
    #[error("who of these is the business? {}: name it (--me NAME)", quoted(.0))]
    WhoIsWho(Vec<String>),
    /// Somebody else was named.
    #[error("nobody called \"{named}\" speaks here, but {} do", quoted(.speakers))]
    NoSuchSpeaker {
        /// The name that was given.
        named: String,
        /// Who speaks.
        speakers: Vec<String>,
    },
}

fn quoted(names: &[String]) -> String {
    let names: Vec<String> = names.iter().map(|name| format!("\"{name}\"")).collect();
    names.join(", ")
}

fn decoded(bytes: &[u8], on_error: OnError) -> Result<Cow<'_, str>, ReadError> {
    if bytes.starts_with(b"PK\x03\x04") {
        return Err(ReadError::Zip);
    }
    let bytes = bytes.strip_prefix(b"\xEF\xBB\xBF").unwrap_or(bytes);
    match (std::str::from_utf8(bytes), on_error) {
        (Ok(text), _) => Ok(Cow::Borrowed(text)),
        (Err(_), OnError::Skip) => Ok(String::from_utf8_lossy(bytes)),
        (Err(error), OnError::Stop) => {
            let before = &bytes[..error.valid_up_to()];
            Err(ReadError::Encoding { line: 1 + before.iter().filter(|b| **b == b'\n').count() })
        }
    }
}

/// The formats.
enum Format {
    Document,
    Lines,
    Chat,
}

impl Format {
    /// By how it begins. A document on one line names itself in it; on many,
    /// its first line is no object yet.
    fn of(text: &str) -> Result<Self, ReadError> {
        let text = text.trim_start();
        let first = text.lines().next().ok_or(ReadError::Empty)?.trim_end();
        match first.as_bytes() {
            b"{" => Ok(Self::Document),
            [b'{', ..] if first.contains("\"olifant_export\"") => Ok(Self::Document),
            [b'{', ..] => Ok(Self::Lines),
            _ if chat::is_one(text) => Ok(Self::Chat),
            [b'[', ..] if text[1..].trim_start().starts_with('{') => Err(ReadError::List),
            _ => Err(ReadError::Unknown),
        }
    }
}
