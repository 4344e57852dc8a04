//! Looks up what was said before.

use std::collections::HashSet;
use std::time::Duration;

use async_trait::async_trait;
use jiff::civil::Date;
use jiff::{Timestamp, ToSpan};
use serde::Deserialize;
use serde_json::json;

use super::{Situation, Tool, ToolResult};
use crate::llm::ToolSpec;
use crate::recollect::{self, Query};

/// How many messages are looked up, if they fit.
const FOUND: usize = 30;
/// How long the meaning of a question may take; then words have to do.
const PATIENCE: Duration = Duration::from_secs(5);

/// The tool.
pub struct Recall;

#[derive(Deserialize)]
struct Arguments {
    query: String,
    from: Option<String>,
    to: Option<String>,
}

#[async_trait]
impl Tool for Recall {
    fn spec(&self) -> ToolSpec {
        let day = |about: &str| json!({ "type": "string", "description": about });
        let parameters = json!({
            "type": "object",
            "properties": {
                "query": day("Words that were probably said, in the person's language"),
                "from": day("The first day, YYYY-MM-DD"),
                "to": day("The last day, YYYY-MM-DD"),
            },
            "required": ["query"],
        });
        let description = "Searches everything that you and the person ever said to each other. \
            Use it before you say that you don't know something they may have told you.";
        ToolSpec { name: "recall".into(), description: description.into(), parameters }
    }

    async fn call(&self, at: &Situation<'_>, arguments: &str) -> Result<ToolResult, String> {
        let Arguments { query, from, to } =
            serde_json::from_str(arguments).map_err(|e| e.to_string())?;
        let from = from.map(|day| begin(at, &day, 0)).transpose()?;
        let to = to.map(|day| begin(at, &day, 1)).transpose()?;
        let meaning = recollect::meaning(at.embeddings, &query, PATIENCE).await;
        let query = Query { from, to, limit: FOUND, meaning, ..Query::new(&query) };
        let question = at.shown.iter().rev().take(at.turn.inbound.len());
        let seen: HashSet<_> = question.map(|(id, _)| *id).collect();
        let found = recollect::find(at.shelves, &at.turn.person, &query, &seen).await;
        let found = found.map_err(|e| e.to_string())?;
        let block = recollect::block(found, at.zone, at.recall_tokens);
        Ok(ToolResult::says(match block.text.is_empty() {
            true => "nothing was found".to_owned(),
            false => block.text,
        }))
    }
}

/// When a day begins, or the one after it.
fn begin(at: &Situation<'_>, day: &str, later: i64) -> Result<Timestamp, String> {
    let wrong = || format!("\"{day}\" is no day; write YYYY-MM-DD");
    let date: Date = day.trim().get(..10).and_then(|day| day.parse().ok()).ok_or_else(wrong)?;
    let date = date.checked_add(later.days()).map_err(|_| wrong())?;
    date.to_zoned(at.zone.clone()).map(|day| day.timestamp()).map_err(|_| wrong())
}
