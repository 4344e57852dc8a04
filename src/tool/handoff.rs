//! Hands the conversation over to a human.

use async_trait::async_trait;
use serde::Deserialize;
use serde_json::json;

use super::{Situation, Tool, ToolResult};
use crate::llm::ToolSpec;

/// That a human is asked for. Who they are and what is said to whom is the
/// assistant's to know.
#[derive(Clone, Debug, PartialEq, Eq, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Request {
    /// Why, in the model's or the person's words.
    pub reason: String,
    /// What it is about, in lines.
    #[serde(default)]
    pub summary: String,
}

/// The tool. It ends the turn: the line that tells the person who answers and
/// when has to come, whatever a model would say instead.
pub struct Handoff;

#[async_trait]
impl Tool for Handoff {
    fn spec(&self) -> ToolSpec {
        ToolSpec {
            name: "handoff".to_owned(),
            description: "Hands this conversation over to a human of the business, and ends your \
                          turn: call it when the person asks for a human, or needs something that \
                          you can't do or must not decide. They are told by themselves who \
                          answers and when: don't repeat it. You are silent from then on."
                .to_owned(),
            parameters: json!({
                "type": "object",
                "properties": {
                    "reason": {
                        "type": "string",
                        "description": "Why a human is needed, in a few words."
                    },
                    "summary": {
                        "type": "string",
                        "description": "What the human has to know, in at most three short lines."
                    }
                },
                "required": ["reason", "summary"],
                "additionalProperties": false
            }),
        }
    }

    async fn call(&self, _: &Situation<'_>, arguments: &str) -> Result<ToolResult, String> {
        let request: Request = serde_json::from_str(arguments).map_err(|e| e.to_string())?;
        if request.reason.trim().is_empty() {
            return Err("the reason is empty; write why a human is needed".to_owned());
        }
        let text = "a human takes over".to_owned();
        Ok(ToolResult { text, handoff: Some(request), ..ToolResult::default() })
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::assistant::sample;

    #[tokio::test]
    async fn a_reason_is_asked_for() {
        let desk = sample::Desk::new(&["hello"]);
        let shown = desk.shown();
        let at = &desk.situation(&shown);
        let asked = Handoff.call(at, r#"{"reason": "a refund", "summary": "Order 7"}"#).await;
        let request = Request { reason: "a refund".into(), summary: "Order 7".into() };
        assert_eq!(asked.map(|result| result.handoff), Ok(Some(request)));
        assert!(Handoff.call(at, r#"{"reason": "a refund"}"#).await.is_ok());
        for wrong in ["{}", r#"{"reason": " "}"#, r#"{"reason": "x", "to": "y"}"#, "hand over"] {
            assert!(Handoff.call(at, wrong).await.is_err(), "{wrong}");
        }
    }
}
