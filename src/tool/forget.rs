//! Deletes what the person wants forgotten.

use async_trait::async_trait;
use serde::Deserialize;
use serde_json::json;

use super::{Situation, Tool, ToolResult};
use crate::domain::memory::Origin;
use crate::llm::ToolSpec;
use crate::recollect::{self, Forgetting, Found, Query, Wish};

/// How many messages are offered when nothing is noted so.
const OFFERED: usize = 5;

/// The tool.
pub struct Forget;

#[derive(Deserialize)]
struct Arguments {
    what: String,
}

#[async_trait]
impl Tool for Forget {
    fn spec(&self) -> ToolSpec {
        let parameters = json!({
            "type": "object",
            "properties": { "what": {
                "type": "string",
                "description": "A key or value of what you know, or ids of messages that this tool named"
            } },
            "required": ["what"],
        });
        let description = "Deletes for good what the person wants you to forget: the fact and \
            every message that says it. Everything at once they get by writing /forget all.";
        ToolSpec { name: "forget".into(), description: description.into(), parameters }
    }

    async fn call(&self, at: &Situation<'_>, arguments: &str) -> Result<ToolResult, String> {
        let Arguments { what } = serde_json::from_str(arguments).map_err(|e| e.to_string())?;
        let what = what.trim();
        if what.is_empty() {
            return Err("say what is to be forgotten".to_owned());
        }
        let wish = Wish {
            person: &at.turn.person,
            what,
            called: at.called,
            order: &[],
            origin: Origin::Model,
            now: at.now,
        };
        let gone = recollect::forget(at.shelves, &wish).await.map_err(|e| e.to_string())?;
        match gone.is_empty() {
            true => offer(at, what).await,
            false => Ok(ToolResult { changes: gone.changes.clone(), ..told(&gone) }),
        }
    }
}

fn told(gone: &Forgetting) -> ToolResult {
    ToolResult::says(format!(
        "deleted: {} ({} messages). Say so without repeating what it was",
        gone.keys.join(", "),
        gone.messages
    ))
}

/// Nothing is noted so: which message is meant?
async fn offer(at: &Situation<'_>, what: &str) -> Result<ToolResult, String> {
    let query = Query { limit: OFFERED, ..Query::new(what) };
    let found = recollect::find(at.shelves, &at.turn.person, &query, &Default::default()).await;
    let found = found.map_err(|e| e.to_string())?;
    if found.is_empty() {
        return Ok(ToolResult::says("nothing was deleted: there is nothing of that"));
    }
    let line = |one: &Found| format!("{} {}", one.id, recollect::line(&one.message, at.zone));
    let lines: Vec<String> = found.iter().map(line).collect();
    Ok(ToolResult::says(format!(
        "nothing was deleted: nothing is noted so. Ask which of these messages is meant, then call \
         this with its id:\n{}",
        lines.join("\n")
    )))
}
