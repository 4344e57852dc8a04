use jiff::Timestamp;
use secrecy::SecretString;
use serde_json::json;

use super::*;
use crate::domain::message::Role;
use crate::llm::stand_in::{Answer, StandIn, http, ran_out, refuses, says};
use crate::llm::{Line, TokenParam, ToolSpec};

fn prompt() -> Prompt {
    let text = "my secret is the blue door".to_owned();
    Prompt {
        system: vec!["rules".into(), "it is Thursday".into()],
        dialog: vec![Line { role: Role::Person, text }],
        steps: vec![],
        tools: vec![],
        max_output_tokens: 100,
    }
}

fn model(config: &Config) -> OpenAi {
    OpenAi::new(config, http(), Clock::manual(Timestamp::UNIX_EPOCH)).expect("configured")
}

async fn told(answer: Answer) -> Result<Completion, ModelError> {
    let server = StandIn::start([answer]).await;
    let answer = model(&server.config()).complete("first", &prompt()).await;
    assert_eq!(server.asked().len(), 1, "asked once, whatever the answer");
    answer
}

fn refused(answer: Result<Completion, ModelError>) -> String {
    match answer {
        Err(ModelError::Refused(reason)) => reason,
        other => panic!("{other:?}"),
    }
}

fn transient(answer: Result<Completion, ModelError>) -> (Option<u64>, String) {
    match answer {
        Err(ModelError::Transient { after, reason }) => (after.map(|wait| wait.as_secs()), reason),
        other => panic!("{other:?}"),
    }
}

#[tokio::test]
async fn a_question_goes_out_and_its_answer_comes_back() {
    let server = StandIn::start([says("Hello!")]).await;
    let extra = [("top_p".to_owned(), json!(0.5))].into_iter().collect();
    let config = Config { temperature: Some(0.2), extra, ..server.config() };
    let answer = model(&config).complete("first", &prompt()).await.expect("an answer");
    assert_eq!((answer.text.as_str(), answer.usage.input), ("Hello!", 10));
    let asked = &server.asked()[0];
    assert_eq!(asked.uri, "/v1/chat/completions");
    assert_eq!(asked.headers["authorization"], "Bearer sk-test-1234");
    let mut body = asked.body.clone();
    assert!(body["messages"].take().is_array());
    let rest = json!({"model": "first", "messages": null, "max_tokens": 100, "temperature": 0.2, "top_p": 0.5});
    assert_eq!(body, rest);
}

#[tokio::test]
async fn a_base_url_with_a_query_keeps_it() {
    let server = StandIn::start([says("Hello!")]).await;
    let base_url = format!("{}/deployments/d?api-version=2024-10-21", server.url);
    let config = Config { base_url, ..server.config() };
    model(&config).complete("first", &prompt()).await.expect("an answer");
    let asked = &server.asked()[0];
    assert_eq!(asked.uri, "/v1/deployments/d/chat/completions?api-version=2024-10-21");
    assert_eq!(asked.headers["api-key"], "sk-test-1234");
}

#[tokio::test]
async fn what_may_pass_is_transient() {
    for status in [408, 409, 429, 500, 502, 503] {
        let (after, reason) = transient(told(refuses(status, "busy")).await);
        assert_eq!(after, None);
        assert!(reason.contains(&status.to_string()) && reason.contains("busy"), "{reason}");
    }
    assert_eq!(transient(told(Answer::RetryAfter(429, "7")).await).0, Some(7));
    assert_eq!(transient(told(Answer::RetryAfter(503, "3600")).await).0, Some(60));
    assert_eq!(transient(told(Answer::RetryAfter(429, "soon")).await).0, None);
    transient(told(Answer::Raw(500, "<html>Bad gateway</html>")).await);
}

#[tokio::test]
async fn garbage_with_a_200_is_transient() {
    transient(told(Answer::Raw(200, "<html>Welcome</html>")).await);
    transient(told(Answer::Raw(200, "")).await);
    transient(told(Answer::Json(200, json!({"choices": []}))).await);
    transient(told(Answer::Json(200, json!([1]))).await);
    let stopped = json!({"choices": [{"finish_reason": "error", "message": {"content": "Hel"}}]});
    transient(told(Answer::Json(200, stopped)).await);
    let disguised = json!({"error": {"message": "rate limited", "code": 429}});
    assert!(transient(told(Answer::Json(200, disguised)).await).1.contains("rate limited"));
}

#[tokio::test]
async fn what_will_not_pass_is_refused_with_the_reason() {
    for status in [400, 401, 402, 403, 404, 413, 422] {
        let reason = refused(told(refuses(status, "no such model")).await);
        assert_eq!(reason, format!("the model's server answered {status}: no such model"));
    }
    let long = refused(told(refuses(400, &"x".repeat(5000))).await);
    assert!(long.chars().count() < 260);
}

#[tokio::test]
async fn an_error_never_repeats_the_key_or_what_was_said() {
    for message in ["bad key sk-test-1234", "can't parse: my secret is the blue door, sorry"] {
        let reason = refused(told(refuses(400, message)).await);
        assert!(!reason.contains("1234") && !reason.contains("secret"), "{reason}");
        assert!(reason.contains("400"));
    }
}

#[tokio::test]
async fn nobody_there_is_transient() {
    let config =
        Config { base_url: "http://127.0.0.1:1/v1".into(), ..StandIn::start([]).await.config() };
    assert!(
        transient(model(&config).complete("first", &prompt()).await).1.contains("no connection")
    );
}

#[tokio::test]
async fn a_server_that_hangs_is_left_after_the_timeout() {
    let server = StandIn::start([Answer::Never]).await;
    let clock = Clock::manual(Timestamp::UNIX_EPOCH);
    let model = OpenAi::new(&server.config(), http(), clock.clone()).expect("configured");
    let prompt = prompt();
    let (answer, ()) = tokio::join!(model.complete("first", &prompt), async {
        server.arrived().await;
        clock.advance(Duration::from_secs(30));
    });
    assert_eq!(transient(answer).1, "the model's server: no answer within 30 s");
}

#[tokio::test]
async fn a_refused_parameter_is_left_out_from_then_on() {
    let no = |field: &str| {
        refuses(
            400,
            &format!(
                "Unsupported parameter: '{field}' is not supported with this model. Use 'other' instead."
            ),
        )
    };
    let server = StandIn::start([
        no("max_tokens"),
        no("temperature"),
        says("one"),
        says("two"),
        says("three"),
    ])
    .await;
    let config = Config { temperature: Some(0.0), ..server.config() };
    let model = model(&config);
    for (name, text) in [("first", "one"), ("first", "two"), ("second", "three")] {
        assert_eq!(model.complete(name, &prompt()).await.expect("an answer").text, text);
    }
    let sent: Vec<Vec<String>> =
        server.asked().iter().map(|asked| fields_of(&asked.body)).collect();
    assert_eq!(sent[0], ["max_tokens", "temperature"]);
    assert_eq!(sent[1], ["max_completion_tokens", "temperature"]);
    assert_eq!(sent[2], ["max_completion_tokens"]);
    assert_eq!(sent[3], ["max_completion_tokens"], "it is remembered");
    assert_eq!(sent[4], ["max_tokens", "temperature"], "for that model only");
}

fn fields_of(body: &Value) -> Vec<String> {
    let fields = body.as_object().into_iter().flat_map(Map::keys);
    fields.filter(|field| !OURS.contains(&field.as_str())).cloned().collect()
}

#[tokio::test]
async fn a_model_that_knows_no_tools_is_asked_without_them() {
    for (status, words) in [
        (400, "registry/library/gemma:2b does not support tools"),
        (404, "No endpoints found that support tool use."),
        (400, "\"auto\" tool choice requires --enable-auto-tool-choice to be set"),
        (500, "tools param requires --jinja flag"),
    ] {
        let server = StandIn::start([refuses(status, words), says("Hello!")]).await;
        let spec = ToolSpec {
            name: "fly".into(),
            description: "d".into(),
            parameters: json!({ "type": "object" }),
        };
        let prompt = Prompt { tools: vec![spec], ..prompt() };
        model(&server.config()).complete("first", &prompt).await.expect("an answer");
        let with: Vec<bool> =
            server.asked().iter().map(|asked| asked.body.get("tools").is_some()).collect();
        assert_eq!(with, [true, false], "{words}");
    }
}

#[tokio::test]
async fn a_parameter_refused_for_ever_ends_in_an_error() {
    let no = || {
        Answer::Json(
            422,
            json!({"detail": [{"type": "extra_forbidden", "loc": ["body", "max_tokens"]}]}),
        )
    };
    let server = StandIn::start([no(), no(), no(), no()]).await;
    refused(model(&server.config()).complete("first", &prompt()).await);
    let server = StandIn::start([no()]).await;
    let config = Config { token_param: TokenParam::MaxTokens, ..server.config() };
    refused(model(&config).complete("first", &prompt()).await);
    assert_eq!(server.asked().len(), 1, "what the operator wrote down is not second-guessed");
}

#[tokio::test]
async fn a_server_that_wants_one_system_message_gets_one() {
    let server =
        StandIn::start([refuses(500, "System message must be at the beginning."), says("Hello!")])
            .await;
    model(&server.config()).complete("first", &prompt()).await.expect("an answer");
    let messages = &server.asked()[1].body["messages"];
    assert_eq!(messages[0]["content"], "rules\n\nit is Thursday");
    assert_eq!(messages.as_array().map(Vec::len), Some(2));
}

#[tokio::test]
async fn an_empty_answer_that_ran_out_of_room_is_given_back_as_such() {
    let answer = told(ran_out()).await.expect("a completion");
    assert!(answer.cut && answer.text.is_empty());
    assert_eq!(answer.usage.output, 100);
}

#[tokio::test]
async fn fields_that_are_ours_can_not_be_overridden() {
    let extra = [("stream".to_owned(), json!(true))].into_iter().collect();
    let config = Config { extra, ..StandIn::start([]).await.config() };
    let why = OpenAi::new(&config, http(), Clock::system()).err().unwrap_or_default();
    assert!(why.contains("llm.extra") && why.contains("stream"), "{why}");
    let api_key = SecretString::from("two\nlines");
    let config = Config { api_key, ..StandIn::start([]).await.config() };
    assert!(OpenAi::new(&config, http(), Clock::system()).is_err());
}
