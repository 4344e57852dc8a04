//! What is wrong with the file, and where: line, key and remedy.

use serde::de::DeserializeOwned;
use serde_path_to_error::{Path, Segment};
use toml::de::{DeTable, DeValue};

/// Something that can't be meant so.
#[derive(Debug)]
pub struct Mistake {
    /// Where, from the top of the file.
    path: Vec<Step>,
    /// Where it is if no value is there.
    offset: Option<usize>,
    /// What, and what to do.
    what: String,
}

/// From a value to one inside it.
#[derive(Debug)]
enum Step {
    Key(String),
    Nth(usize),
}

impl Mistake {
    /// A key of the case that does not go with the others.
    pub fn of_case(nth: usize, key: &str, what: &str) -> Self {
        let path = vec![Step::Key("case".into()), Step::Nth(nth), Step::Key(key.into())];
        Self { path, offset: None, what: what.to_owned() }
    }

    /// In one line.
    pub fn told(&self, text: &str) -> String {
        let offset = self.offset_in(text).or(self.offset);
        let line = offset.map(|at| text.bytes().take(at).filter(|byte| *byte == b'\n').count() + 1);
        let line = line.map(|line| format!("line {line}: ")).unwrap_or_default();
        let key = self.key().map(|key| format!("{key}: ")).unwrap_or_default();
        format!("{line}{key}{}", self.what)
    }

    /// Of the value, or of what it should be in.
    fn offset_in(&self, text: &str) -> Option<usize> {
        let mut value = &DeValue::Table(DeTable::parse(text).ok()?.into_inner());
        let mut offset = None;
        for step in &self.path {
            let inside = match step {
                Step::Key(key) => value.get(key.as_str()),
                Step::Nth(nth) => value.get(*nth),
            };
            let Some(inside) = inside else { break };
            offset = Some(inside.span().start);
            value = inside.get_ref();
        }
        offset
    }

    /// As who writes a case calls it.
    fn key(&self) -> Option<String> {
        let keys = self.path.iter().filter_map(|step| match step {
            Step::Key(key) => Some(key.as_str()),
            Step::Nth(_) => None,
        });
        let keys: Vec<&str> = keys.collect();
        match keys.as_slice() {
            [] => None,
            [only] => Some((*only).to_owned()),
            [_, inside @ ..] => Some(inside.join(".")),
        }
    }
}

/// The file as what it should be.
pub fn read<T: DeserializeOwned>(text: &str) -> Result<T, Mistake> {
    let syntax = |error: toml::de::Error| of(&error, Vec::new());
    let file = toml::Deserializer::parse(text).map_err(syntax)?;
    serde_path_to_error::deserialize(file).map_err(|error| of(error.inner(), steps(error.path())))
}

fn of(error: &toml::de::Error, mut path: Vec<Step>) -> Mistake {
    let offset = error.span().map(|span| span.start);
    let message = error.message().replace('\n', " ");
    let missing = message.strip_prefix("missing field `").and_then(|rest| rest.strip_suffix('`'));
    let what = match missing {
        Some(field) => {
            path.push(Step::Key(field.to_owned()));
            "is missing; write it there".to_owned()
        }
        None if message.contains("; ") => message,
        None => format!("{message}; correct it there"),
    };
    Mistake { path, offset, what }
}

fn steps(path: &Path) -> Vec<Step> {
    let step = |segment: &Segment| match segment {
        Segment::Map { key } => Some(Step::Key(key.clone())),
        Segment::Seq { index } => Some(Step::Nth(*index)),
        Segment::Enum { .. } | Segment::Unknown => None,
    };
    path.iter().filter_map(step).collect()
}
