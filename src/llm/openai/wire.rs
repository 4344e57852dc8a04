//! The chat-completions format: what is sent, and a lenient reading of what
//! comes back. Servers that "speak OpenAI" agree on little more than this.

use serde::de::DeserializeOwned;
use serde::{Deserialize, Deserializer};
use serde_json::{Value, json};

use crate::domain::message::Role;
use crate::domain::turn::Usage;
use crate::llm::{Completion, Prompt, Step, ToolCall, ToolSpec};

/// Marks what a human of the business wrote: the format has no role for them.
const COLLEAGUE: &str = "[a colleague of the business wrote this] ";

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
    messages.extend(prompt.steps.iter().flat_map(step));
    messages
}

fn said(role: Role, text: &str) -> Value {
    match role {
        Role::Person => json!({ "role": "user", "content": text }),
        Role::Assistant => json!({ "role": "assistant", "content": text }),
        Role::Business => json!({ "role": "assistant", "content": format!("{COLLEAGUE}{text}") }),
    }
}

fn step(step: &Step) -> [Value; 2] {
    let ToolCall { id, name, arguments } = &step.call;
    let call = json!({
        "id": id, "type": "function", "function": { "name": name, "arguments": arguments },
    });
    [
        json!({ "role": "assistant", "content": null, "tool_calls": [call] }),
        json!({ "role": "tool", "tool_call_id": id, "content": step.result }),
    ]
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
        ToolCall { id, name: self.function.name, arguments }
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

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;
    use crate::llm::Line;

    fn completion(body: Value) -> Completion {
        match outcome(body) {
            Outcome::Completion(completion) => completion,
            Outcome::Error { message, .. } => panic!("{message}"),
        }
    }

    fn line(role: Role, text: &str) -> Line {
        Line { role, text: text.into() }
    }

    fn prompt() -> Prompt {
        Prompt {
            system: vec!["rules".into(), "it is Thursday".into()],
            dialog: vec![
                line(Role::Person, "hello"),
                line(Role::Assistant, "hi"),
                line(Role::Business, "I take over"),
                line(Role::Person, "thanks"),
                line(Role::Person, "when?"),
            ],
            steps: vec![],
            tools: vec![],
            max_output_tokens: 100,
        }
    }

    fn roles(messages: &[Value]) -> Vec<&str> {
        messages.iter().filter_map(|message| message["role"].as_str()).collect()
    }

    #[test]
    fn the_time_stands_before_the_question_and_all_before_it_stays_the_same() {
        let messages = messages(&prompt(), true);
        assert_eq!(
            roles(&messages),
            ["system", "user", "assistant", "assistant", "system", "user", "user"]
        );
        assert_eq!(messages[4]["content"], "it is Thursday");
        assert_eq!(messages[3]["content"], format!("{COLLEAGUE}I take over"));
    }

    #[test]
    fn a_strict_server_gets_one_system_message() {
        let messages = messages(&prompt(), false);
        assert_eq!(messages[0]["content"], "rules\n\nit is Thursday");
        assert_eq!(roles(&messages).iter().filter(|role| **role == "system").count(), 1);
    }

    #[test]
    fn a_tool_call_and_its_result_follow_the_question() {
        let call = ToolCall { id: "c1".into(), name: "clock".into(), arguments: "{}".into() };
        let steps = vec![Step { call, result: "noon".into() }];
        let messages = messages(&Prompt { steps, ..prompt() }, true);
        let [.., asked, answered] = &messages[..] else { panic!("too few") };
        assert_eq!(asked["tool_calls"][0]["function"]["name"], "clock");
        assert_eq!(
            (&answered["tool_call_id"], &answered["content"]),
            (&json!("c1"), &json!("noon"))
        );
    }

    #[test]
    fn odd_answers_of_odd_servers_are_read() {
        let odd = completion(json!({
            "created": 1.5, "service_tier": "on_demand", "new": {"x": 1},
            "choices": [{
                "index": 0, "finish_reason": "stop", "logprobs": null,
                "message": {"role": "assistant", "content": "Hello", "tool_calls": null, "annotations": []},
            }],
            "usage": {"prompt_tokens": 12.0, "completion_tokens": 3, "queue_time": 0.1,
                      "prompt_tokens_details": {"cached_tokens": 4}, "completion_tokens_details": null},
        }));
        assert_eq!((odd.text.as_str(), odd.cut), ("Hello", false));
        assert_eq!(odd.usage, Usage { input: 12, cached: 4, output: 3, reasoning: 0 });
        let parts =
            json!([{"type": "text", "text": "a"}, {"type": "x"}, {"type": "text", "text": "b"}]);
        assert_eq!(completion(json!({"choices": [{"message": {"content": parts}}]})).text, "ab");
        let thought = json!({"choices": [{"message": {"content": "<think>hm</think>\nYes"}}]});
        assert_eq!(completion(thought).text, "Yes");
        let cut = json!({"choices": [{"finish_reason": "length", "message": {"content": null}}]});
        assert!(completion(cut.clone()).cut && completion(cut).text.is_empty());
    }

    #[test]
    fn a_call_without_id_and_with_an_object_is_a_call() {
        let function = json!({"name": "find", "arguments": {"q": 1}});
        let calls =
            completion(json!({"choices": [{"message": {"tool_calls": [{"function": function}]}}]}))
                .calls;
        assert_eq!(calls[0].arguments, "{\"q\":1}");
        assert_eq!(calls[0].id, "call_0");
    }

    #[test]
    fn the_sentence_of_an_error_is_found_in_every_shape() {
        for body in [
            r#"{"error":{"message":"no such model","code":404,"type":"x"}}"#,
            r#"{"error":{"message":"no such model","code":"model_not_found","param":null}}"#,
            r#"{"error":"no such model"}"#,
            r#"{"message":"no such model"}"#,
            r#"{"detail":"no such model"}"#,
        ] {
            assert_eq!(error_message(body), "no such model", "{body}");
        }
        for body in ["", "<html>", "[]", "{}", r#"{"error":7}"#] {
            assert_eq!(error_message(body), "", "{body}");
        }
    }

    fn json_values() -> impl Strategy<Value = Value> {
        let leaf = prop_oneof![
            Just(Value::Null),
            any::<bool>().prop_map(Value::from),
            any::<f64>().prop_map(Value::from),
            "\\PC{0,8}".prop_map(Value::from),
        ];
        let key = prop::sample::select(vec![
            "choices",
            "message",
            "content",
            "usage",
            "error",
            "code",
            "tool_calls",
            "function",
            "arguments",
            "name",
            "finish_reason",
            "prompt_tokens",
            "text",
        ]);
        leaf.prop_recursive(5, 40, 4, move |inner| {
            prop_oneof![
                prop::collection::vec(inner.clone(), 0..3).prop_map(Value::from),
                prop::collection::btree_map(key.clone().prop_map(String::from), inner, 0..4)
                    .prop_map(Value::from_iter),
            ]
        })
    }

    proptest! {
        #[test]
        fn no_json_breaks_the_reader(body in json_values(), text in "\\PC{0,40}") {
            let _ = error_message(&body.to_string());
            let _ = error_message(&text);
            let _ = outcome(body);
        }
    }
}
