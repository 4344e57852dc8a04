//! Notes a fact about the person under a key.

use std::time::Duration;

use async_trait::async_trait;
use serde::Deserialize;
use serde_json::{Value, json};

use super::{Noted, Situation, Tool, ToolResult, citing};
use crate::domain::change::Change;
use crate::domain::id::MessageId;
use crate::domain::memory::{Entry, INSTRUCTIONS, Op, Origin, Space, Write};
use crate::llm::ToolSpec;

/// How long a key may be, in characters.
const KEY: usize = 128;
/// How long a value may be, in characters.
const VALUE: usize = 1000;

/// The tool.
pub struct Remember;

#[derive(Deserialize)]
struct Arguments {
    key: String,
    value: Value,
    ttl: Option<u64>,
    quote: Option<String>,
}

#[async_trait]
impl Tool for Remember {
    fn spec(&self) -> ToolSpec {
        let text = |about: &str| json!({ "type": "string", "description": about });
        let parameters = json!({
            "type": "object",
            "properties": {
                "key": text("What it is about, in English snake_case: name, formality, diet"),
                "value": text("The fact, short, in the person's language"),
                "ttl": {
                    "type": "integer", "minimum": 1,
                    "description": "Only if it ends by itself: after so many seconds"
                },
                "quote": text("The person's own words that say so"),
            },
            "required": ["key", "value"],
        });
        let description = "Saves a lasting fact that the person said about themselves; the same \
            key again corrects it. They are told by themselves. Never jokes, what-ifs, or what \
            others say.";
        ToolSpec { name: "remember".into(), description: description.into(), parameters }
    }

    async fn call(&self, at: &Situation<'_>, arguments: &str) -> Result<ToolResult, String> {
        let Arguments { key, value, ttl, quote } =
            serde_json::from_str(arguments).map_err(|e| e.to_string())?;
        let (key, value) = (checked_key(&key)?, checked_value(value)?);
        let cited = citing::source(at, &said(&key, &value), quote.as_deref())?;
        let ttl = ttl.map(Duration::from_secs);
        save(at, key, value, ttl, cited).await
    }
}

/// The change, and what is told of it. What is known already is confirmed in
/// silence.
pub(super) async fn save(
    at: &Situation<'_>,
    key: String,
    value: Value,
    ttl: Option<Duration>,
    cited: MessageId,
) -> Result<ToolResult, String> {
    let space = Space::Person(at.turn.person.id);
    let before = at.shelves.memory.entry(&space, &key).await.map_err(|e| e.to_string())?;
    let known = before.as_ref().filter(|before| is_same(before, &value));
    let (text, value) = match known {
        Some(known) => ("known already".to_owned(), known.value.clone()),
        None => (format!("saved: {key}"), value),
    };
    let corrected = before.is_some();
    let noted = Noted { key: key.clone(), value: plain(&value), corrected };
    let noted = if known.is_some() { vec![] } else { vec![noted] };
    let op = Op::Set { value: value.clone(), ttl };
    let write = Write { cites: vec![cited], op, ..Write::set(key, value, Origin::Model) };
    let changes = vec![Change::Remember(Box::new(write))];
    Ok(ToolResult { changes, noted, ..ToolResult::says(text) })
}

fn checked_key(key: &str) -> Result<String, String> {
    let key = key.split_whitespace().collect::<Vec<_>>().join("_").to_lowercase();
    let fits = |c: char| matches!(c, 'a'..='z' | '0'..='9' | '_' | '.' | '-');
    match () {
        () if key == INSTRUCTIONS => Err(format!("{INSTRUCTIONS} are set with set_instructions")),
        () if key.is_empty() || key.len() > KEY || !key.chars().all(fits) => {
            Err(format!("the key must be 1 to {KEY} of a-z, 0-9, _, . and -"))
        }
        () => Ok(key),
    }
}

fn checked_value(value: Value) -> Result<Value, String> {
    let value = match value {
        Value::String(text) => Value::String(text.trim().to_owned()),
        Value::Number(_) | Value::Bool(_) => value,
        Value::Null | Value::Array(_) | Value::Object(_) => {
            return Err("the value must be a text, a number, true or false".to_owned());
        }
    };
    let length = plain(&value).chars().count();
    match length {
        0 => Err("the value is empty; to delete a fact use forget".to_owned()),
        _ if length > VALUE => Err(format!("the value has {length} characters; at most {VALUE}")),
        _ => Ok(value),
    }
}

/// What has to come from the person: yes and no say nothing by themselves.
fn said(key: &str, value: &Value) -> String {
    match value {
        Value::Bool(_) => key.replace(['_', '.', '-'], " "),
        other => plain(other),
    }
}

fn plain(value: &Value) -> String {
    match value {
        Value::String(text) => text.clone(),
        other => other.to_string(),
    }
}

/// Whether a note says the same, however it is spelt.
fn is_same(before: &Entry, value: &Value) -> bool {
    let bare = |text: String| text.split_whitespace().collect::<Vec<_>>().join(" ").to_lowercase();
    bare(before.text()) == bare(plain(value))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::assistant::sample::{self, Desk};
    use crate::domain::message::{Message, Role};

    async fn call(desk: &Desk, arguments: Value) -> Result<ToolResult, String> {
        let shown = desk.shown();
        Remember.call(&desk.situation(&shown), &arguments.to_string()).await
    }

    /// Who said it: the `seq` of the message that is cited.
    async fn cited(desk: &Desk, value: &str, quote: Option<&str>) -> Option<u64> {
        let result =
            call(desk, json!({ "key": "k", "value": value, "quote": quote })).await.ok()?;
        let Change::Remember(write) = &result.changes[0] else { return None };
        Some(write.cites[0].position.seq)
    }

    #[tokio::test]
    async fn keys_and_values_have_their_limits() {
        let desk = Desk::new(&["I like tea"]);
        for (key, value, hint) in [
            ("", json!("tea"), "1 to 128"),
            ("größe", json!("tea"), "1 to 128"),
            (&"k".repeat(129), json!("tea"), "1 to 128"),
            ("instructions", json!("tea"), "set_instructions"),
            ("drink", json!(" "), "is empty"),
            ("drink", json!(["tea"]), "a text, a number"),
            ("drink", json!(null), "a text, a number"),
            ("drink", json!("x".repeat(1001)), "1001 characters; at most 1000"),
        ] {
            let why = call(&desk, json!({ "key": key, "value": value })).await.expect_err(hint);
            assert!(why.contains(hint), "{key}: {why}");
        }
        let result = call(&desk, json!({ "key": "Favourite Drink", "value": " tea ", "ttl": 60 }));
        let result = result.await.expect("saved");
        let Change::Remember(write) = &result.changes[0] else { panic!("no write") };
        assert_eq!((write.key.as_str(), write.origin), ("favourite_drink", Origin::Model));
        let ttl = Some(Duration::from_secs(60));
        assert_eq!(write.op, Op::Set { value: "tea".into(), ttl });
        let noted = Noted { key: "favourite_drink".into(), value: "tea".into(), corrected: false };
        assert_eq!(result.noted, [noted]);
    }

    #[tokio::test]
    async fn a_fact_cites_the_message_that_says_it() {
        let mut desk = Desk::new(&["I drink tea", "and I live in Porto", "bye"]);
        assert_eq!(cited(&desk, "tea", None).await, Some(1));
        assert_eq!(cited(&desk, "Porto", Some("I live in Porto")).await, Some(2));
        assert_eq!(cited(&desk, "formal", None).await, Some(3), "said in short what they mean");
        desk.turn.inbound = vec![sample::message(9, "yes")];
        desk.history = vec![
            sample::message(4, "my name is Ana"),
            Message { role: Role::Assistant, ..sample::message(5, "you prefer window seats?") },
        ];
        assert_eq!(cited(&desk, "Ana", None).await, Some(4));
        assert_eq!(cited(&desk, "window seats", None).await, None, "the assistant said that");
        assert_eq!(cited(&desk, "window seats", Some("yes")).await, None, "whatever is quoted");
        desk.quoted = vec!["my name is Rumpelstiltskin".into()];
        assert_eq!(cited(&desk, "Rumpelstiltskin", None).await, None, "somebody else said that");
        desk.turn.inbound[0].attached.forwarded = true;
        assert_eq!(cited(&desk, "formal", None).await, None, "nobody said anything");
    }
}
