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
    let steps = vec![step("c1", None), step("c2", None)];
    let messages = messages(&Prompt { steps, ..prompt() }, true);
    let [.., first, _, asked, answered] = &messages[..] else { panic!("too few") };
    assert_eq!(first["tool_calls"].as_array().map(Vec::len), Some(1));
    let function = json!({"name": "clock", "arguments": "{}"});
    let call = json!([{"id": "c2", "type": "function", "function": function}]);
    assert_eq!(asked["tool_calls"], call);
    assert_eq!((&answered["tool_call_id"], &answered["content"]), (&json!("c2"), &json!("noon")));
}

fn step(id: &str, extra_content: Option<Value>) -> Step {
    let (id, name, arguments) = (id.into(), "clock".into(), "{}".into());
    Step { call: ToolCall { id, name, arguments, extra_content }, result: "noon".into() }
}

#[test]
fn what_a_server_signed_goes_back_signed_and_together() {
    let signature = json!({"google": {"thought_signature": "c2ln"}});
    let function = json!({"name": "clock", "arguments": "{}"});
    let calls = json!([
        {"id": "c1", "function": function, "extra_content": signature},
        {"id": "c2", "function": function},
    ]);
    let calls = completion(json!({"choices": [{"message": {"tool_calls": calls}}]})).calls;
    assert_eq!(calls[0].extra_content, Some(signature.clone()));
    let again = step("c3", Some(signature.clone()));
    let steps = calls.into_iter().map(|call| Step { call, result: "noon".into() });
    let steps = steps.chain([again]).collect();
    let messages = messages(&Prompt { steps, ..prompt() }, true);
    let [.., both, first, second, third, last] = &messages[..] else { panic!("too few") };
    assert_eq!(both["tool_calls"][0]["extra_content"], signature);
    assert_eq!(both["tool_calls"][1]["id"], "c2");
    assert_eq!((&first["tool_call_id"], &second["tool_call_id"]), (&json!("c1"), &json!("c2")));
    assert_eq!(
        (&third["tool_calls"][0]["id"], &last["tool_call_id"]),
        (&json!("c3"), &json!("c3"))
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
