//! From a tree to a section's struct, and from serde's errors to one line
//! that a person can act on.

use config::{ConfigError, Value};
use serde::de::DeserializeOwned;

use super::layers::{get, join, origin};
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
    let meaning = reference::comment(section, key).unwrap_or_default();
    Error(format!("{whole} is missing{place}; set it or {}: {meaning}", env_name(&whole)))
}

/// The variable for a dotted key.
pub fn env_name(key: &str) -> String {
    format!("OLIFANT__{}", key.to_uppercase().replace('.', "__"))
}

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
        let section = join_maybe(self.section, table);
        let meaning = reference::comment(&section, without_index(key));
        let remedy = meaning.unwrap_or_else(|| "write a table there".into());
        let whole = join_maybe(self.path, self.inside);
        Error(format!(
            "{whole}: {}{}; it takes: {remedy}",
            readable(message),
            self.place(self.inside)
        ))
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

/// Words of the libraries that say nothing to who writes a configuration.
fn readable(message: &str) -> String {
    if let Some((_, value)) = message.split_once(" does not have variant constructor ") {
        return format!("there is no \"{value}\"");
    }
    message.replace("struct Config", "a table").replace("struct Hours", "a table")
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
