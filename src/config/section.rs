//! From a tree to a section's struct, and from serde's errors to one line
//! that a person can act on.

use config::{ConfigError, Value};
use serde::de::DeserializeOwned;

use super::layers::{SECRETS, get, join, origin};
use super::{Error, reference};

/// Reads a section. `path` is what the user calls it, `section` what
/// `default.toml` does (`numbers.shop` is its `numbers.meta`).
pub fn read<T: DeserializeOwned>(value: &Value, path: &str, section: &str) -> Result<T, Error> {
    serde_path_to_error::deserialize(value.clone()).map_err(|e| {
        let inside = e.path().to_string();
        let inside = if inside == "." { "" } else { inside.as_str() };
        Complaint { value, path, section, inside }.line(&plain(e.inner()))
    })
}

/// `key` is not among the `known` ones of the table `path`.
pub fn unknown(path: &str, key: &str, known: &[&str], place: &str) -> Error {
    let whole = join(path, key);
    let remedy = match closest(key, known) {
        Some(near) => format!("did you mean {}?", join(path, near)),
        None => format!("known there: {}", known.join(", ")),
    };
    Error(format!("{whole} is not a key{place}; {remedy}"))
}

/// `key` has to be there and is not.
pub fn missing(path: &str, section: &str, key: &str, place: &str) -> Error {
    let whole = join(path, key);
    let file = if SECRETS.contains(&key) { format!(", {whole}_file") } else { String::new() };
    let meaning = reference::key(section, key).map(|key| meaning(&key.comment)).unwrap_or_default();
    Error(format!("{whole} is missing{place}; set it{file} or {}{meaning}", env_name(&whole)))
}

/// A comment as an aside.
fn meaning(comment: &str) -> String {
    let mut rest = comment.trim_end_matches('.').chars();
    let first = rest.next().map(|c| c.to_lowercase().to_string()).unwrap_or_default();
    format!(" ({first}{})", rest.as_str())
}

/// The variable for a dotted key.
pub fn env_name(key: &str) -> String {
    format!("OLIFANT__{}", key.to_uppercase().replace('.', "__"))
}

/// How the config crate says that a word is none of those it can be.
const NO_VARIANT: &str = " does not have variant constructor ";

struct Complaint<'a> {
    value: &'a Value,
    path: &'a str,
    section: &'a str,
    inside: &'a str,
}

impl Complaint<'_> {
    fn line(&self, message: &str) -> Error {
        let (table, key) = self.inside.rsplit_once('.').unwrap_or(("", self.inside));
        if let Some(rest) = message.strip_prefix("unknown field `") {
            let mut names = rest.split('`').step_by(2);
            let key = names.next().unwrap_or_default();
            let known: Vec<&str> = rest.split('`').skip(2).step_by(2).collect();
            return unknown(&join_maybe(self.path, table), key, &known, &self.place(self.inside));
        }
        if let Some(field) =
            quoted(message, "missing field `").or(quoted(message, "missing configuration field \""))
        {
            let field = field.rsplit('.').next().unwrap_or(field);
            return missing(
                &join_maybe(self.path, self.inside),
                self.section,
                field,
                &self.place(""),
            );
        }
        let (what, place) = (self.readable(message), self.place(self.inside));
        let remedy = remedy(&join_maybe(self.section, table), without_index(key), message);
        Error(format!("{}: {what}{place}; {remedy}", join_maybe(self.path, self.inside)))
    }

    /// Without the words of the libraries, which say nothing to who writes a
    /// configuration.
    fn readable(&self, message: &str) -> String {
        if let Some((_, value)) = message.split_once(NO_VARIANT) {
            return format!("there is no \"{value}\"");
        }
        if message == "invalid socket address syntax" {
            return format!("\"{}\" is not ADDRESS:PORT", self.text());
        }
        let text = format!("{:?}", self.text());
        if let Some(why) = message.strip_suffix(&format!(": {text}")) {
            return format!("{text} is not a URL ({why})");
        }
        let wrong = ["invalid type: ", "invalid value: "];
        let wrong = wrong.iter().find_map(|prefix| message.strip_prefix(prefix));
        match wrong.and_then(|rest| rest.rsplit_once(", expected ")) {
            Some((found, expected)) => format!("{} is not {}", thing(found), kind(expected)),
            None => message.to_owned(),
        }
    }

    fn text(&self) -> String {
        let value = get(self.value, &[self.inside]).cloned();
        value.and_then(|value| value.into_string().ok()).unwrap_or_default()
    }

    /// Where the value at `inside` comes from, or its table.
    fn place(&self, inside: &str) -> String {
        let path: Vec<&str> =
            inside.split('.').map(without_index).filter(|part| !part.is_empty()).collect();
        origin(get(self.value, &path).unwrap_or(self.value))
    }
}

fn join_maybe(path: &str, inside: &str) -> String {
    if inside.is_empty() { path.to_owned() } else { join(path, inside) }
}

fn without_index(part: &str) -> &str {
    part.split('[').next().unwrap_or(part)
}

fn quoted<'a>(message: &'a str, before: &str) -> Option<&'a str> {
    message.strip_prefix(before)?.split(['`', '"']).next()
}

/// The message without the key and origin that the config crate adds.
fn plain(error: &ConfigError) -> String {
    match error {
        ConfigError::At { error, .. } => plain(error),
        ConfigError::Type { unexpected, expected, .. } => {
            format!("invalid type: {unexpected}, expected {expected}")
        }
        other => other.to_string(),
    }
}

/// What serde found, as a person would write it.
fn thing(found: &str) -> &str {
    match found {
        "map" => "a table",
        "sequence" => "a list",
        "unit value" => "nothing",
        text if text.starts_with("string ") => &text["string ".len()..],
        value => value.split('`').nth(1).unwrap_or(value),
    }
}

/// What serde expected, as a person would say it.
fn kind(expected: &str) -> String {
    let has = |word| expected.contains(word);
    match () {
        () if has("unsigned 32") => format!("a whole number from 0 to {}", u32::MAX),
        () if has("integer") || has("u64") || has("u32") => "a whole number of 0 or more".into(),
        () if has("bool") => "true or false".into(),
        () if has("float") || has("f64") => "a number".into(),
        () if has("string") => "a text".into(),
        () if has("array") || has("sequence") => "a list".into(),
        () if has("map") || has("struct ") => "a table".into(),
        () => expected.to_owned(),
    }
}

/// What `default.toml` offers for a key.
fn remedy(section: &str, key: &str, message: &str) -> String {
    match reference::key(section, key) {
        Some(key) if message.contains(NO_VARIANT) => {
            let words: Vec<&str> = key.comment.split('"').skip(1).step_by(2).collect();
            format!("write \"{}\"", words.join("\" or \""))
        }
        Some(key) if key.is_default => format!("default {}", key.value),
        Some(key) => format!("write it like {}", key.value),
        None => "write a table there".into(),
    }
}

/// The known name nearest to a mistyped one; `None` = nothing is near.
fn closest<'a>(typed: &str, known: &[&'a str]) -> Option<&'a str> {
    let near = known.iter().map(|name| (distance(typed, name), *name)).min()?;
    (near.0 <= 2.max(typed.len() / 3)).then_some(near.1)
}

/// Levenshtein's distance.
fn distance(a: &str, b: &str) -> usize {
    let b: Vec<char> = b.chars().collect();
    let mut row: Vec<usize> = (0..=b.len()).collect();
    for (i, ca) in a.chars().enumerate() {
        let mut corner = i;
        row[0] = i + 1;
        for (j, cb) in b.iter().enumerate() {
            let swap = corner + usize::from(ca != *cb);
            corner = row[j + 1];
            row[j + 1] = swap.min(corner + 1).min(row[j] + 1);
        }
    }
    row[b.len()]
}
