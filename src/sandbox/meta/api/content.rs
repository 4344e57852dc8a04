//! The content of a message of the app, kind by kind.

use serde::Deserialize;
use serde::de::DeserializeOwned;
use serde_json::{Map, Value};

use super::error::GraphError;
use files::File;

mod files;
mod interactive;
mod others;

/// The longest text, in UTF-16 units.
const LONGEST_TEXT: usize = 4096;

/// An uploaded file that a message uses.
pub(super) struct Uploaded {
    pub(super) kind: &'static str,
    pub(super) id: String,
}

/// A kind of message and the check of its object.
type Kind = (&'static str, fn(&Value) -> Checked);

/// The files a message uses, if it may go.
type Checked = Result<Vec<Uploaded>, GraphError>;

const KINDS: [Kind; 11] = [
    ("audio", |content| files::check("audio", content)),
    ("contacts", others::check_contacts),
    ("document", |content| files::check("document", content)),
    ("image", |content| files::check("image", content)),
    ("interactive", interactive::check),
    ("location", others::check_location),
    ("reaction", others::check_reaction),
    ("sticker", |content| files::check("sticker", content)),
    ("template", others::check_template),
    ("text", check_text),
    ("video", |content| files::check("video", content)),
];

/// Exactly the object of the message's kind may stand beside the envelope.
pub(super) fn check(kind: &str, rest: &Map<String, Value>) -> Checked {
    let known = KINDS.iter().find(|(name, _)| *name == kind);
    let Some((_, check)) = known else {
        return Err(GraphError::parameter(&format!("Unknown type {kind}")));
    };
    if let Some(unexpected) = rest.keys().find(|key| *key != kind) {
        return Err(GraphError::parameter(&format!("Unexpected key {unexpected}")));
    }
    let missing = || GraphError::parameter(&format!("The parameter {kind} is required"));
    check(rest.get(kind).ok_or_else(missing)?)
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Text {
    body: String,
    #[serde(rename = "preview_url")]
    _preview_url: Option<bool>,
}

fn check_text(content: &Value) -> Checked {
    let text: Text = read("text", content)?;
    length("text['body']", &text.body, LONGEST_TEXT)?;
    Ok(Vec::new())
}

/// Reads an object in which nothing may stand that isn't known.
fn read<T: DeserializeOwned>(name: &str, content: &Value) -> Result<T, GraphError> {
    serde_path_to_error::deserialize(content).map_err(|error| {
        GraphError::parameter(&format!("{name}.{}: {}", error.path(), error.inner()))
    })
}

/// Not empty, and not longer than this many UTF-16 units.
fn length(name: &str, text: &str, most: usize) -> Result<(), GraphError> {
    let wrong = |what| Err(GraphError::parameter(&format!("Param {name} {what}")));
    match text.encode_utf16().count() {
        0 => wrong("must not be empty".to_owned()),
        long if long > most => wrong(format!("must be at most {most} characters long")),
        _ => Ok(()),
    }
}

/// No two are equal.
fn unique<'a>(name: &str, texts: impl Iterator<Item = &'a str>) -> Result<(), GraphError> {
    let mut texts: Vec<_> = texts.collect();
    texts.sort_unstable();
    match texts.windows(2).find(|pair| pair[0] == pair[1]) {
        Some(pair) => {
            Err(GraphError::parameter(&format!("Param {name} is not unique: {}", pair[0])))
        }
        None => Ok(()),
    }
}

fn check_url(name: &str, text: &str) -> Result<(), GraphError> {
    let url = url::Url::parse(text).ok().filter(|url| ["http", "https"].contains(&url.scheme()));
    let wrong = || GraphError::parameter(&format!("Param {name} is not a valid URL"));
    url.map(|_| ()).ok_or_else(wrong)
}
