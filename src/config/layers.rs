//! The layers of the configuration as trees whose leaves know where they
//! come from, and how one is laid over another.

use std::collections::BTreeMap;
use std::path::Path;

use config::{ConfigError, FileFormat, Map, Source, Value, ValueKind};

use super::{Error, Renamed, reference};

/// Keys that hold secrets; each can be given as `KEY_file`.
pub const SECRETS: &[&str] = &[
    "embeddings_api_key",
    "access_token",
    "app_secret",
    "app_secret_previous",
    "verify_token",
    "auth_token",
    "api_key",
    "secret",
    "key",
    "key_previous",
];

/// A table without keys.
pub fn empty() -> Value {
    Value::new(None, ValueKind::Table(Map::new()))
}

/// The lowest layer.
pub fn defaults() -> Result<Value, Error> {
    text(reference::TEXT)
}

/// A layer from a text.
pub fn text(toml: &str) -> Result<Value, Error> {
    parsed("the built-in configuration", config::File::from_str(toml, FileFormat::Toml).collect())
}

/// A layer from a file.
pub fn file(path: &Path) -> Result<Value, Error> {
    let name = path.display().to_string();
    let remedy = "name a file that can be read with --config or OLIFANT_CONFIG";
    let bytes =
        std::fs::read(path).map_err(|e| Error(format!("{name}: can't be read ({e}); {remedy}")))?;
    if let Err(e) = std::str::from_utf8(&bytes) {
        let line = 1 + bytes[..e.valid_up_to()].iter().filter(|b| **b == b'\n').count();
        return Err(Error(format!(
            "{name}: line {line} is not UTF-8; save the file as UTF-8 text"
        )));
    }
    parsed(&name, config::File::from(path).format(FileFormat::Toml).collect())
}

fn parsed(
    name: &str,
    tree: Result<Map<String, Value>, config::ConfigError>,
) -> Result<Value, Error> {
    let tree = tree.map_err(|e| {
        // The error's own words name the file once more.
        let message = match e {
            ConfigError::FileParse { cause, .. } => cause.to_string(),
            other => other.to_string(),
        };
        let lines = message.lines().map(str::trim).filter(|line| !is_drawn(line));
        let reason = lines.collect::<Vec<_>>().join(": ");
        Error(format!("{name}: {reason}; correct the TOML there"))
    })?;
    Ok(Value::new(None, ValueKind::Table(tree)))
}

/// The parser draws the place, and what stands there may be a secret.
fn is_drawn(line: &str) -> bool {
    line.is_empty() || line.trim_start_matches(|c: char| c.is_ascii_digit()).trim().starts_with('|')
}

/// A layer from the variables `OLIFANT__SECTION__KEY`. What lies `below` says
/// which of them are lists.
pub fn environment(env: &BTreeMap<String, String>, below: &Value) -> Value {
    let mut tree = empty();
    for (name, text) in env {
        let Some(rest) = name.strip_prefix("OLIFANT__") else { continue };
        let rest = rest.to_lowercase();
        let path: Vec<&str> = rest.split("__").collect();
        set(&mut tree, &path, variable(name, text, &path, below));
    }
    tree
}

/// Keys whose value is a table with names of the user's own: JSON, in a
/// variable.
const TABLES: [&str; 4] = ["extra", "window_template", "template", "prices"];

fn variable(name: &String, text: &str, path: &[&str], below: &Value) -> Value {
    let shape = match path {
        ["businesses", _, rest @ ..] => rest,
        whole => whole,
    };
    let kind = match get(below, shape).map(|value| &value.kind) {
        Some(ValueKind::Array(_)) => list(name, text),
        _ if path.last().is_some_and(|key| TABLES.contains(key)) => {
            serde_json::from_str::<Value>(text)
                .map_or_else(|_| text.to_owned().into(), |value| value.kind)
        }
        _ => text.to_owned().into(),
    };
    Value::new(Some(name), kind)
}

fn list(name: &String, text: &str) -> ValueKind {
    let items = text.split(',').map(str::trim).filter(|item| !item.is_empty());
    ValueKind::Array(items.map(|item| Value::new(Some(name), item)).collect())
}

/// The value at a path.
pub fn get<'a>(tree: &'a Value, path: &[&str]) -> Option<&'a Value> {
    path.iter().try_fold(tree, |tree, key| table(tree)?.get(*key))
}

/// The keys of a table; `None` = it is none.
pub fn table(value: &Value) -> Option<&Map<String, Value>> {
    match &value.kind {
        ValueKind::Table(table) => Some(table),
        _ => None,
    }
}

/// Puts a value at a path, making the tables on the way.
pub fn set(tree: &mut Value, path: &[&str], value: Value) {
    let Some((key, rest)) = path.split_first() else {
        *tree = value;
        return;
    };
    if table(tree).is_none() {
        *tree = empty();
    }
    if let ValueKind::Table(table) = &mut tree.kind {
        set(table.entry((*key).to_owned()).or_insert_with(empty), rest, value);
    }
}

/// Lays one tree over another: tables join, everything else is replaced.
pub fn overlay(below: &mut Value, top: Value) {
    match (&mut below.kind, top) {
        (ValueKind::Table(below), Value { kind: ValueKind::Table(top), .. }) => {
            supersede(below, &top);
            for (key, value) in top {
                match below.get_mut(&key) {
                    Some(slot) => overlay(slot, value),
                    None => drop(below.insert(key, value)),
                }
            }
        }
        (_, top) => *below = top,
    }
}

/// A secret that a layer gives in one way is not given in the other by those
/// below it.
fn supersede(below: &mut Map<String, Value>, top: &Map<String, Value>) {
    for secret in SECRETS {
        let file = format!("{secret}_file");
        match (top.contains_key(*secret), top.contains_key(&file)) {
            (true, false) => drop(below.remove(&file)),
            (false, true) => drop(below.remove(*secret)),
            // Both are a mistake, which is told of when they are read.
            _ => {}
        }
    }
}

/// Takes sections out of a layer.
pub fn without(layer: &mut Value, sections: &[&str]) {
    if let ValueKind::Table(table) = &mut layer.kind {
        table.retain(|key, _| !sections.contains(&key.as_str()));
    }
}

/// Every leaf with its dotted key, sorted.
pub fn leaves(tree: &Value) -> BTreeMap<String, &Value> {
    let mut found = BTreeMap::new();
    collect(tree, String::new(), &mut found);
    found
}

fn collect<'a>(value: &'a Value, path: String, found: &mut BTreeMap<String, &'a Value>) {
    match table(value) {
        Some(table) => {
            for (key, value) in table {
                collect(value, join(&path, key), found);
            }
        }
        None => drop(found.insert(path, value)),
    }
}

/// `path.key`.
pub fn join(path: &str, key: &str) -> String {
    if path.is_empty() { key.to_owned() } else { format!("{path}.{key}") }
}

/// Gives keys of an older version their new name; one warning for each.
pub fn rename(layer: &mut Value, renamed: &[Renamed]) -> Vec<String> {
    let mut warnings = Vec::new();
    for Renamed { old, new } in renamed {
        for scope in scopes(layer) {
            let prefix: Vec<&str> = scope.split('.').filter(|part| !part.is_empty()).collect();
            let path = |key: &'static str| -> Vec<&str> {
                prefix.iter().copied().chain(key.split('.')).collect()
            };
            let Some(value) = take(layer, &path(old)) else { continue };
            let (was, is) = (join(&scope, old), join(&scope, new));
            warnings.push(format!(
                "{was} is called {is} now{}; rename it, the next minor version won't know it",
                origin(&value)
            ));
            if get(layer, &path(new)).is_none() {
                set(layer, &path(new), value);
            }
        }
    }
    warnings
}

/// The root, and the businesses, which may hold the same keys.
fn scopes(layer: &Value) -> Vec<String> {
    let businesses = get(layer, &["businesses"]).and_then(table);
    let names = businesses.into_iter().flat_map(|table| table.keys());
    std::iter::once(String::new()).chain(names.map(|n| format!("businesses.{n}"))).collect()
}

fn take(tree: &mut Value, path: &[&str]) -> Option<Value> {
    let (key, rest) = path.split_first()?;
    let ValueKind::Table(table) = &mut tree.kind else { return None };
    if rest.is_empty() { table.remove(*key) } else { take(table.get_mut(*key)?, rest) }
}

/// Replaces every `KEY_file` of a secret by the content of that file.
pub fn read_secrets(layer: &mut Value, path: &str) -> Result<(), Error> {
    let ValueKind::Table(table) = &mut layer.kind else { return Ok(()) };
    for secret in SECRETS {
        let named = format!("{secret}_file");
        let Some(file) = table.remove(&named) else { continue };
        let key = join(path, secret);
        if table.contains_key(*secret) {
            return Err(Error(format!(
                "{key} and {key}_file are both given{}; keep one of them",
                origin(&file)
            )));
        }
        table.insert((*secret).to_owned(), secret_from(&join(path, &named), &file)?);
    }
    table.iter_mut().try_for_each(|(key, value)| read_secrets(value, &join(path, key)))
}

fn secret_from(key: &str, file: &Value) -> Result<Value, Error> {
    let path = file.clone().into_string().unwrap_or_default();
    let content = std::fs::read_to_string(&path).map_err(|e| {
        let place = origin(file);
        Error(format!(
            "{key}: {path} can't be read ({e}){place}; name a file that holds only the secret, \
             as seen from where olifant is started"
        ))
    })?;
    Ok(Value::new(Some(&path), content.trim_end_matches(['\r', '\n'])))
}

/// ` (FILE or VARIABLE)`; empty for built-in values.
pub fn origin(value: &Value) -> String {
    value.origin().map(|origin| format!(" ({origin})")).unwrap_or_default()
}
