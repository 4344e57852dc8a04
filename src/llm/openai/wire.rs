//! The chat-completions format: what is sent, and a lenient reading of what
//! comes back. Servers that "speak OpenAI" agree on little more than this.

#[cfg(test)]
mod tests;

use serde::de::DeserializeOwned;
use serde::{Deserialize, Deserializer};
use serde_json::{Value, json};

use crate::domain::message::Role;
use crate::domain::record::Usage;
use crate::llm::{COLLEAGUE, Completion, Prompt, Step, ToolCall, ToolSpec};

/// The prompt as messages. The last system text (the time) changes with each
/// turn: it stands right before the newest words of the person, so that all
/// before it stays in the server's cache. `late_system = false` is for
/// servers that want one system message and nothing but dialog after it.
pub(super) fn messages(prompt: &Prompt, late_system: bool) -> Vec<Value> {
    let (stable, late) = match prompt.system.split_last() {
        Some((last, stable)) if late_system && !stable.is_empty() => (stable, Some(last)),
        Some(_) | None => (prompt.system.as_slice(), None),
    };
    let mut messages = Vec::new();
    if !stable.is_empty() {
        messages.push(json!({ "role": "system", "content": stable.join("\n\n") }));
    }
    let newest = prompt.dialog.iter().rposition(|line| line.role != Role::Person);
    let (before, question) = prompt.dialog.split_at(newest.map_or(0, |at| at + 1));
    messages.extend(before.iter().map(|line| said(line.role, &line.text)));
    messages.extend(late.map(|text| json!({ "role": "system", "content": text })));
    messages.extend(question.iter().map(|line| said(line.role, &line.text)));
    messages.extend(together(&prompt.steps).flat_map(steps));
    messages
}

/// A server that signs calls signs the first of those that were made together,
/// and wants them back together.
fn together(steps: &[Step]) -> impl Iterator<Item = &[Step]> {
    let is_signed = |step: &Step| step.call.extra_content.is_some();
    let signs = steps.iter().any(is_signed);
    steps.chunk_by(move |_, next| signs && !is_signed(next))
}

fn said(role: Role, text: &str) -> Value {
    match role {
        Role::Person => json!({ "role": "user", "content": text }),
        Role::Assistant => json!({ "role": "assistant", "content": text }),
        Role::Business => json!({ "role": "assistant", "content": format!("{COLLEAGUE}{text}") }),
    }
}

fn steps(made: &[Step]) -> Vec<Value> {
    let calls: Vec<Value> = made.iter().map(|step| call(&step.call)).collect();
    let made = made.iter().map(
        |step| json!({ "role": "tool", "tool_call_id": step.call.id, "content": step.result }),
    );
    let asked = json!({ "role": "assistant", "content": null, "tool_calls": calls });
    std::iter::once(asked).chain(made).collect()
}

fn call(call: &ToolCall) -> Value {
    let ToolCall { id, name, arguments, extra_content } = call;
    let function = json!({ "name": name, "arguments": arguments });
    match extra_content {
        None => json!({ "id": id, "type": "function", "function": function }),
        Some(extra) => json!({
            "id": id, "type": "function", "function": function, "extra_content": extra,
        }),
    }
}

/// A tool as the format has it.
pub(super) fn tool(spec: &ToolSpec) -> Value {
    let ToolSpec { name, description, parameters } = spec;
    json!({
        "type": "function",
        "function": { "name": name, "description": description, "parameters": parameters },
    })
}

/// What became of a request that was answered with 200.
pub(super) enum Outcome {
    Completion(Completion),
    /// An error in the clothes of a success, with its status if it has one.
    Error {
        status: Option<u16>,
        message: String,
    },
}

/// Reads the body of an answer.
pub(super) fn outcome(body: Value) -> Outcome {
    let error = |status, message: &str| Outcome::Error { status, message: message.to_owned() };
    let Ok(reply) = serde_json::from_value::<Reply>(body) else {
        return error(None, "the answer has not the shape of a completion");
    };
    let usage = reply.usage.unwrap_or_default().into();
    let Some(choice) = reply.choices.unwrap_or_default().into_iter().next() else {
        return match reply.error {
            Some(said) => Outcome::Error { status: said.status(), message: said.message() },
            None => error(None, "the answer has no choices"),
        };
    };
    match choice.finish_reason.as_deref() {
        Some("error") => error(None, "the model stopped with an error"),
        reason => Outcome::Completion(
            choice
                .message
                .unwrap_or_default()
                .completion(matches!(reason, Some("length" | "max_tokens" | "MAX_TOKENS")), usage),
        ),
    }
}

/// The server's sentence in the body of an error; empty if there is none.
pub(super) fn error_message(body: &str) -> String {
    match serde_json::from_str::<ErrorBody>(body) {
        Ok(ErrorBody { error: Some(error), .. }) => error.message(),
        Ok(ErrorBody { message: Some(text), .. } | ErrorBody { detail: Some(text), .. }) => text,
        Ok(ErrorBody { .. }) | Err(_) => String::new(),
    }
}

#[derive(Deserialize)]
struct ErrorBody {
    #[serde(default, deserialize_with = "lenient")]
    error: Option<SaidError>,
    #[serde(default, deserialize_with = "lenient")]
    message: Option<String>,
    #[serde(default, deserialize_with = "lenient")]
    detail: Option<String>,
}

#[derive(Deserialize)]
#[serde(untagged)]
enum SaidError {
    Text(String),
    Object {
        #[serde(default, deserialize_with = "lenient")]
        message: Option<String>,
        #[serde(default, deserialize_with = "lenient")]
        code: Option<u16>,
    },
}

impl SaidError {
    fn message(self) -> String {
        match self {
            Self::Text(text) => text,
            Self::Object { message, .. } => message.unwrap_or_default(),
        }
    }

    fn status(&self) -> Option<u16> {
        match self {
            Self::Text(_) => None,
            Self::Object { code, .. } => code.filter(|code| (400..600).contains(code)),
        }
    }
}

#[derive(Deserialize)]
struct Reply {
    #[serde(default, deserialize_with = "lenient")]
    choices: Option<Vec<Choice>>,
    #[serde(default, deserialize_with = "lenient")]
    usage: Option<UsageReply>,
    #[serde(default, deserialize_with = "lenient")]
    error: Option<SaidError>,
}

#[derive(Deserialize)]
struct Choice {
    #[serde(default, deserialize_with = "lenient")]
    message: Option<MessageReply>,
    #[serde(default, deserialize_with = "lenient")]
    finish_reason: Option<String>,
}

#[derive(Default, Deserialize)]
struct MessageReply {
    #[serde(default, deserialize_with = "lenient")]
    content: Option<Words>,
    #[serde(default, deserialize_with = "lenient")]
    refusal: Option<String>,
    #[serde(default, deserialize_with = "lenient")]
    tool_calls: Option<Vec<CallReply>>,
}

impl MessageReply {
    fn completion(self, cut: bool, usage: Usage) -> Completion {
        let text = self.content.map(Words::text).filter(|text| !text.trim().is_empty());
        let text = text.or(self.refusal).unwrap_or_default();
        let calls = self.tool_calls.unwrap_or_default().into_iter().enumerate();
        let calls = calls.map(|(place, call)| call.tool_call(place)).collect();
        Completion { text: without_thoughts(&text).to_owned(), calls, cut, usage }
    }
}

/// Some local servers leave the model's thinking in the text: it is not for
/// the person.
fn without_thoughts(text: &str) -> &str {
    match text.rsplit_once("</think>") {
        Some((_, rest)) => rest.trim_start(),
        None if text.trim_start().starts_with("<think>") => "",
        None => text,
    }
}

#[derive(Deserialize)]
#[serde(untagged)]
enum Words {
    Text(String),
    Parts(Vec<Part>),
}

#[derive(Deserialize)]
struct Part {
    #[serde(default, deserialize_with = "lenient")]
    text: Option<String>,
}

impl Words {
    fn text(self) -> String {
        match self {
            Self::Text(text) => text,
            Self::Parts(parts) => parts.into_iter().filter_map(|part| part.text).collect(),
        }
    }
}

#[derive(Deserialize)]
struct CallReply {
    #[serde(default, deserialize_with = "lenient")]
    id: Option<String>,
    function: FunctionReply,
    #[serde(default)]
    extra_content: Option<Value>,
}

#[derive(Deserialize)]
struct FunctionReply {
    name: String,
    #[serde(default)]
    arguments: Value,
}

impl CallReply {
    /// Some servers give no id, or the arguments as an object.
    fn tool_call(self, place: usize) -> ToolCall {
        let id = self.id.filter(|id| !id.is_empty()).unwrap_or_else(|| format!("call_{place}"));
        let arguments = match self.function.arguments {
            Value::String(text) => text,
            Value::Null => "{}".to_owned(),
            other => other.to_string(),
        };
        let (name, extra_content) = (self.function.name, self.extra_content);
        ToolCall { id, name, arguments, extra_content }
    }
}

#[derive(Default, Deserialize)]
struct UsageReply {
    #[serde(default, deserialize_with = "lenient")]
    prompt_tokens: Option<f64>,
    #[serde(default, deserialize_with = "lenient")]
    completion_tokens: Option<f64>,
    #[serde(default, deserialize_with = "lenient")]
    prompt_tokens_details: Option<Details>,
    #[serde(default, deserialize_with = "lenient")]
    completion_tokens_details: Option<Details>,
}

#[derive(Default, Deserialize)]
struct Details {
    #[serde(default, deserialize_with = "lenient")]
    cached_tokens: Option<f64>,
    #[serde(default, deserialize_with = "lenient")]
    reasoning_tokens: Option<f64>,
}

impl From<UsageReply> for Usage {
    fn from(reply: UsageReply) -> Self {
        // A float-to-integer cast saturates: nonsense becomes 0, never a panic.
        let count = |tokens: Option<f64>| tokens.unwrap_or_default() as u64;
        Self {
            input: count(reply.prompt_tokens),
            cached: count(reply.prompt_tokens_details.unwrap_or_default().cached_tokens),
            output: count(reply.completion_tokens),
            reasoning: count(reply.completion_tokens_details.unwrap_or_default().reasoning_tokens),
        }
    }
}

/// A field of another shape than expected counts as absent.
fn lenient<'de, D: Deserializer<'de>, T: DeserializeOwned>(from: D) -> Result<Option<T>, D::Error> {
    let value = Value::deserialize(from)?;
    Ok(serde_json::from_value(value).ok())
}
