//! The same question to the model once more. Nothing is sent and nothing is
//! kept.

use std::sync::Arc;
use std::time::Duration;

use axum::Json;
use axum::extract::{Path as Segment, State};
use axum::http::StatusCode;
use serde::{Deserialize, Serialize};

use super::{TurnShown, shown};
use crate::assistant::Mind;
use crate::domain::record::Usage;
use crate::http::admin::Operators;
use crate::http::body::Body;
use crate::http::error::Problem;
use crate::llm::{Prompt, Step, ToolCall};

/// What is to be different.
#[derive(Clone, Debug, Default, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Replay {
    /// The business's instructions, instead of its own of today.
    #[serde(default)]
    pub instructions: Option<String>,
    /// Which model of the server; without: `llm.model`.
    #[serde(default)]
    pub model: Option<String>,
}

/// What came of it.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Replayed {
    /// The model that answered now.
    pub model: String,
    /// What it says now.
    pub now: String,
    /// The tools that it wants to call now: none is called.
    pub calls: Vec<ToolCall>,
    /// What it cost.
    pub usage: Usage,
    /// The model that answered then.
    pub model_then: Option<String>,
    /// What the person got then.
    pub then: Vec<String>,
}

/// What a trace has that is asked again.
#[derive(Deserialize)]
struct Told {
    prompt: Prompt,
    #[serde(default)]
    steps: Vec<Step>,
}

pub async fn replay(
    State(operators): State<Operators>,
    Segment(id): Segment<String>,
    Body(Replay { instructions, model }): Body<Replay>,
) -> Result<Json<Replayed>, Problem> {
    let (turn, conversation) = shown(&operators.shared, &id).await?;
    let mind = operators.mind(&conversation.number.business).ok_or_else(no_model)?;
    let mut prompt = told(&turn)?;
    if let Some(new) = instructions {
        instruct(&mut prompt, &mind, new.trim())?;
    }
    let model = model.unwrap_or_else(|| mind.llm.model.clone());
    let answer = ask(&operators, &mind, &model, &prompt).await?;
    let then = turn.replies.into_iter().map(|reply| reply.text).collect();
    let (now, calls, usage) = (answer.text, answer.calls, answer.usage);
    Ok(Json(Replayed { model, now, calls, usage, model_then: turn.record.model, then }))
}

/// As the model was asked last in that turn: what its tools answered then
/// stands there.
fn told(turn: &TurnShown) -> Result<Prompt, Problem> {
    let trace = turn.trace.clone().ok_or_else(|| {
        let message = "what the model was told in this turn is not kept (any more): \
                       memory.trace_days says for how long, and canned lines ask no model";
        Problem::not_found("no_trace", message)
    })?;
    let Told { prompt, steps } = serde_json::from_value(trace).map_err(|_| {
        let message = "another version of olifant kept this turn; replay a newer one";
        Problem::conflict("other_version", message)
    })?;
    Ok(Prompt { steps, ..prompt })
}

/// The new instructions in the place of those of today.
fn instruct(prompt: &mut Prompt, mind: &Arc<Mind>, new: &str) -> Result<(), Problem> {
    let own = mind.instructions().map_err(|error| Problem::conflict("instructions", error))?;
    let own = own.trim();
    let place = prompt.system.iter_mut().find(|text| !own.is_empty() && text.contains(own));
    let place = place.ok_or_else(|| {
        let message = "today's assistant.instructions do not stand word for word in what the \
                       model was told then; put them back as they were, or replay a newer turn";
        Problem::conflict("other_instructions", message).at("instructions")
    })?;
    *place = place.replacen(own, new, 1);
    Ok(())
}

async fn ask(
    operators: &Operators,
    mind: &Mind,
    model: &str,
    prompt: &Prompt,
) -> Result<crate::llm::Completion, Problem> {
    let failed = |reason: String| Problem::new(StatusCode::BAD_GATEWAY, "no_answer", reason);
    let within = Duration::from_secs(mind.llm.timeout_s);
    let asked = mind.model.complete(model, prompt);
    let answer = operators.shared.clock.timeout(within, asked).await;
    let late = |_| failed("the model did not answer within llm.timeout_s".to_owned());
    answer.map_err(late)?.map_err(|error| failed(error.to_string()))
}

fn no_model() -> Problem {
    let message = "the business of this conversation has no number in the configuration any more";
    Problem::conflict("no_business", message)
}
