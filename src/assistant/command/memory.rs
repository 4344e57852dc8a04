//! `/memory`: what is known of the person, in words.

use serde_json::Value;

use super::Order;
use crate::assistant::context::one_line;
use crate::domain::memory::{Entry, INSTRUCTIONS};
use crate::recollect::kept;
use crate::store::StoreError;

/// How much of one value is told, in characters.
const VALUE: usize = 300;

impl Order<'_> {
    /// All of it: entries, wishes, how much is kept, what can be done about it.
    pub(super) async fn known(&self) -> Result<String, StoreError> {
        let entries = self.shelves.entries(self.turn.person.id).await?;
        let (wishes, entries): (Vec<Entry>, Vec<Entry>) =
            entries.into_iter().partition(|entry| entry.key == INSTRUCTIONS);
        let wishes = wishes.iter().map(|wish| {
            let value = one_line(&told(&wish.value), VALUE);
            self.line("memory_instructions", &[("value", &value)])
        });
        let mut parts = vec![self.entries(&entries)];
        parts.extend(wishes);
        parts.push(self.kept().await?);
        parts.push(self.line("memory_how", &[]));
        Ok(parts.join("\n\n"))
    }

    /// A line each, but not where the dialog stands.
    fn entries(&self, entries: &[Entry]) -> String {
        let state = &self.mind.memory.state_keys;
        let entries = entries.iter().filter(|entry| !state.contains(&entry.key));
        let items: Vec<String> = entries.map(|entry| self.item(entry)).collect();
        match items.is_empty() {
            true => self.line("memory_nothing", &[]),
            false => format!("{}\n{}", self.line("memory_known", &[]), items.join("\n")),
        }
    }

    fn item(&self, entry: &Entry) -> String {
        let label = self.mind.replies.label(self.language, &entry.key);
        let label = label.map_or_else(|| readable(&entry.key), str::to_owned);
        format!("• {label}: {}", one_line(&told(&entry.value), VALUE))
    }

    async fn kept(&self) -> Result<String, StoreError> {
        let kept = kept(self.shelves, &self.turn.person).await?;
        let since = kept.since.unwrap_or(self.now).to_zoned(self.mind.schedule.zone.clone());
        let (count, since) = (kept.messages.to_string(), since.strftime("%Y-%m-%d").to_string());
        Ok(self.line("memory_messages", &[("count", &count), ("since", &since)]))
    }
}

/// A key as people write: `favourite_colour` is a favourite colour.
fn readable(key: &str) -> String {
    let words = key.replace(['_', '-', '.'], " ");
    let mut chars = words.trim().chars();
    let first = chars.next().into_iter().flat_map(char::to_uppercase);
    first.chain(chars).collect()
}

/// A value as people write.
fn told(value: &Value) -> String {
    match value {
        Value::String(text) => text.clone(),
        Value::Array(values) => values.iter().map(told).collect::<Vec<_>>().join(", "),
        Value::Object(fields) => {
            let field = |(key, value): (&String, &Value)| format!("{key}: {}", told(value));
            fields.iter().map(field).collect::<Vec<_>>().join(", ")
        }
        Value::Null | Value::Bool(_) | Value::Number(_) => value.to_string(),
    }
}
