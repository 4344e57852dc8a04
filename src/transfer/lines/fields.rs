//! The fields of one line.

use serde_json::{Map, Value};

/// What has not been taken yet.
pub(super) struct Fields(Map<String, Value>);

impl Fields {
    pub fn read(line: &str) -> Result<Self, String> {
        serde_json::from_str(line).map(Self).map_err(|error| {
            format!("this is no JSON object ({error}): write {{\"role\":\"user\",\"text\":\"…\"}}")
        })
    }

    /// `null` counts as not there.
    pub fn take(&mut self, name: &str) -> Option<Value> {
        self.0.remove(name).filter(|value| !value.is_null())
    }

    pub fn text(&mut self, name: &str) -> Result<Option<String>, String> {
        match self.take(name) {
            None => Ok(None),
            Some(Value::String(text)) => Ok(Some(text)),
            Some(other) => Err(format!("\"{name}\" is {other}: write a text")),
        }
    }

    /// A text, or a number for one; an empty one names nothing.
    pub fn name(&mut self, name: &str) -> Result<Option<String>, String> {
        let text = match self.take(name) {
            None => return Ok(None),
            Some(Value::String(text)) => text,
            Some(Value::Number(number)) => number.to_string(),
            Some(other) => return Err(format!("\"{name}\" is {other}: write a text")),
        };
        Ok(Some(text).filter(|text| !text.is_empty()))
    }

    /// How many fields nobody asked for.
    pub fn left(self) -> usize {
        self.0.len()
    }
}
