//! Keeps what a person wants of the assistant, for always.

use async_trait::async_trait;
use serde::Deserialize;
use serde_json::json;

use super::remember::save;
use super::{Situation, Tool, ToolResult, citing};
use crate::domain::change::Change;
use crate::domain::memory::{INSTRUCTIONS, Origin, Write};
use crate::llm::ToolSpec;

/// How long they may be, in characters.
const TEXT: usize = 1000;

/// The tool.
pub struct SetInstructions;

#[derive(Deserialize)]
struct Arguments {
    text: String,
}

#[async_trait]
impl Tool for SetInstructions {
    fn spec(&self) -> ToolSpec {
        let parameters = json!({
            "type": "object",
            "properties": { "text": {
                "type": "string",
                "description": "All of it, with what still holds of before; empty deletes it"
            } },
            "required": ["text"],
        });
        let description = "Saves how this person wants you to answer from now on, when they say \
            so: tone, length, what to leave out.";
        ToolSpec { name: "set_instructions".into(), description: description.into(), parameters }
    }

    async fn call(&self, at: &Situation<'_>, arguments: &str) -> Result<ToolResult, String> {
        let Arguments { text } = serde_json::from_str(arguments).map_err(|e| e.to_string())?;
        let (text, length) = (text.trim(), text.trim().chars().count());
        if text.is_empty() {
            let write = Write::delete(INSTRUCTIONS, Origin::Model);
            let changes = vec![Change::Remember(Box::new(write))];
            return Ok(ToolResult { changes, ..ToolResult::says("deleted") });
        }
        if length > TEXT {
            return Err(format!("the text has {length} characters; at most {TEXT}"));
        }
        let cited = citing::source(at, text, None)?;
        save(at, INSTRUCTIONS.to_owned(), text.into(), None, cited).await
    }
}
