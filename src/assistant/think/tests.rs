use async_trait::async_trait;
use serde_json::json;

use super::*;
use crate::assistant::sample;
use crate::llm::stand_in::{Answer, StandIn, calls, ran_out, refuses, says};
use crate::llm::{Line, ToolSpec};
use crate::tool::{Situation, Tool, ToolResult};

struct Clockwork;

#[async_trait]
impl Tool for Clockwork {
    fn spec(&self) -> ToolSpec {
        ToolSpec { name: "pause".into(), description: "d".into(), parameters: json!({}) }
    }

    async fn call(&self, _: &Situation<'_>, arguments: &str) -> Result<ToolResult, String> {
        match arguments {
            "{}" => Ok(ToolResult { changes: vec![Change::Resume], ..ToolResult::says("done") }),
            other => Err(format!("{other} makes no sense")),
        }
    }
}

struct Thinker {
    server: StandIn,
    mind: Mind,
    desk: sample::Desk,
    clock: Clock,
}

impl Thinker {
    async fn new(answers: impl IntoIterator<Item = Answer>) -> Self {
        let server = StandIn::start(answers).await;
        let clock = Clock::manual(sample::NOW.parse().expect("a time"));
        let mut mind = sample::mind(server.config(), &clock);
        mind.tools = &[&Clockwork];
        Self { server, mind, desk: sample::Desk::new(&["hello"]), clock }
    }

    fn thinking(&self) -> Thinking<'_> {
        let deadline = self.desk.turn.since + Duration::from_secs(120);
        Thinking::new(&self.mind, self.desk.situation(&[]), &self.clock, deadline)
    }

    async fn answer(&self) -> Result<Thought, String> {
        self.thinking().answer(&mut prompt()).await
    }

    fn waited(&self) -> Duration {
        self.clock.now().duration_since(self.desk.turn.since).try_into().expect("forward")
    }
}

fn prompt() -> Prompt {
    let text = "hello".to_owned();
    Prompt {
        system: vec!["rules".into(), "it is Thursday".into()],
        dialog: vec![Line { role: crate::domain::message::Role::Person, text }],
        steps: vec![],
        tools: vec![Clockwork.spec()],
        max_output_tokens: 100,
    }
}

fn text(answer: Result<Thought, String>) -> String {
    answer.expect("an answer").text
}

#[tokio::test]
async fn a_transient_failure_is_tried_again_after_a_pause() {
    let thinker = Thinker::new([refuses(500, "oh"), Answer::Raw(200, "<html>"), says("Hi")]).await;
    assert_eq!(text(thinker.answer().await), "Hi");
    assert_eq!(thinker.server.models(), ["first", "first", "first"]);
    let pauses = Duration::from_millis(250 + 500)..=Duration::from_millis(500 + 1000);
    assert!(pauses.contains(&thinker.waited()), "{:?}", thinker.waited());
}

#[tokio::test]
async fn the_servers_wish_for_a_pause_wins() {
    let thinker = Thinker::new([Answer::RetryAfter(429, "9"), says("Hi")]).await;
    assert_eq!(text(thinker.answer().await), "Hi");
    assert_eq!(thinker.waited(), Duration::from_secs(9));
}

#[tokio::test]
async fn after_three_tries_or_a_refusal_the_next_model_is_asked() {
    let busy = || refuses(503, "busy");
    let thinker = Thinker::new([busy(), busy(), busy(), says("Hi")]).await;
    assert_eq!(text(thinker.answer().await), "Hi");
    assert_eq!(thinker.server.models(), ["first", "first", "first", "second"]);
    let thinker = Thinker::new([refuses(404, "no such model"), says("Hi")]).await;
    let mut thinking = thinker.thinking();
    assert_eq!(text(thinking.answer(&mut prompt()).await), "Hi");
    assert_eq!(thinking.model, Some("second"));
    assert_eq!(thinker.waited(), Duration::ZERO);
}

#[tokio::test]
async fn an_outage_shorter_than_the_deadline_is_waited_out() {
    let outage = (0..10).map(|_| refuses(503, "busy")).chain([says("Hi")]);
    let thinker = Thinker::new(outage.collect::<Vec<_>>()).await;
    assert_eq!(text(thinker.answer().await), "Hi");
    let models = thinker.server.models();
    assert_eq!(models[..6], ["first", "first", "first", "second", "second", "second"]);
    assert_eq!(models.len(), 11, "round after round");
}

#[tokio::test]
async fn a_pause_beyond_the_deadline_is_not_made() {
    let late = || Answer::RetryAfter(429, "60");
    let thinker = Thinker::new([late(), late(), late(), late()]).await;
    thinker.answer().await.expect_err("no answer");
    assert_eq!(thinker.server.models(), ["first", "first", "second"]);
    assert_eq!(thinker.waited(), Duration::from_secs(60));
}

#[tokio::test]
async fn a_model_that_hangs_is_left_at_the_deadline() {
    let thinker = Thinker::new([Answer::Never]).await;
    let mut thinking = thinker.thinking();
    thinking.deadline = thinker.desk.turn.since + Duration::from_secs(10);
    let mut prompt = prompt();
    let (answer, ()) = tokio::join!(thinking.answer(&mut prompt), async {
        thinker.server.arrived().await;
        thinker.clock.advance(Duration::from_secs(10));
    });
    assert!(answer.expect_err("no answer").contains("deadline_s"));
    assert_eq!(thinker.server.models(), ["first"], "and nobody else is asked");
}

#[tokio::test]
async fn an_answer_that_ran_out_of_room_gets_twice_the_room() {
    let thinker = Thinker::new([ran_out(), says("Hi")]).await;
    let mut thinking = thinker.thinking();
    assert_eq!(text(thinking.answer(&mut prompt()).await), "Hi");
    let room = |asked: &crate::llm::stand_in::Asked| asked.body["max_tokens"].as_u64();
    let rooms: Vec<Option<u64>> = thinker.server.asked().iter().map(room).collect();
    assert_eq!(rooms, [Some(100), Some(200)]);
    assert_eq!(thinking.usage.output, 105, "both are paid for");
    assert_eq!(thinker.waited(), Duration::ZERO);
}

#[tokio::test]
async fn an_empty_answer_is_tried_once_more() {
    let thinker = Thinker::new([says(" \n"), says(""), says("Hi")]).await;
    assert_eq!(text(thinker.answer().await), "Hi");
    assert_eq!(thinker.server.models(), ["first", "first", "second"]);
}

#[tokio::test]
async fn a_tool_is_called_and_its_change_comes_with_the_answer() {
    let thinker = Thinker::new([calls("pause", "{}"), says("Done")]).await;
    let mut prompt = prompt();
    let thought = thinker.thinking().answer(&mut prompt).await.expect("an answer");
    assert_eq!((thought.text.as_str(), thought.changes), ("Done", vec![Change::Resume]));
    assert_eq!(prompt.steps[0].result, "done");
    let told = &thinker.server.asked()[1].body["messages"];
    assert_eq!(
        told.as_array().and_then(|told| told.last()).map(|last| &last["content"]),
        Some(&json!("done"))
    );
}

#[tokio::test]
async fn choices_stand_under_the_last_words_or_under_their_own() {
    let options = r#"[{"title": "Small"}, {"title": "Large"}]"#;
    let offer = |text: &str| format!(r#"{{"text": "{text}", "options": {options}}}"#);
    for (text, last, expected) in
        [("Which one?", "So, which?", "So, which?"), ("Which one?", "", "Which one?")]
    {
        let mut thinker =
            Thinker::new([calls("offer_choices", &offer(text)), says(last), says("late")]).await;
        thinker.mind.tools = crate::tool::TOOLS;
        let thought = thinker.answer().await.expect("an answer");
        assert_eq!(thought.text, expected);
        let titles = thought.choices.map(|c| c.options.into_iter().map(|o| o.title).collect());
        assert_eq!(titles, Some(vec!["Small".to_owned(), "Large".to_owned()]));
    }
}

#[tokio::test]
async fn choices_without_any_words_are_no_answer() {
    let options = r#"{"options": [{"title": "Small"}, {"title": "Large"}]}"#;
    let mut thinker =
        Thinker::new([calls("offer_choices", options), says(""), says("Size?")]).await;
    thinker.mind.tools = crate::tool::TOOLS;
    assert_eq!(text(thinker.answer().await), "Size?");
}

#[tokio::test]
async fn a_wrong_call_is_told_to_the_model() {
    let thinker = Thinker::new([calls("fly", "{}"), calls("pause", "7"), says("Sorry")]).await;
    let mut prompt = prompt();
    let thought = thinker.thinking().answer(&mut prompt).await.expect("an answer");
    assert!(thought.changes.is_empty());
    let results: Vec<&str> = prompt.steps.iter().map(|step| step.result.as_str()).collect();
    assert_eq!(results, ["error: there is no tool called fly", "error: 7 makes no sense"]);
}

#[tokio::test]
async fn calling_tools_for_ever_comes_to_an_end() {
    let thinker = Thinker::new((0..9).map(|_| calls("pause", "{}"))).await;
    assert!(thinker.answer().await.expect_err("no end").contains("llm.max_steps = 3"));
    assert_eq!(thinker.server.asked().len(), 4);
}

#[tokio::test]
async fn the_model_that_answered_goes_on() {
    let thinker = Thinker::new([refuses(404, "gone"), calls("pause", "{}"), says("Done")]).await;
    assert_eq!(text(thinker.answer().await), "Done");
    assert_eq!(thinker.server.models(), ["first", "second", "second"]);
}

#[test]
fn pauses_grow_to_their_limit() {
    for (attempt, most) in [(1, 500), (2, 1000), (4, 4000), (5, 8000), (60, 8000)] {
        let pause = backoff(attempt);
        assert!(pause <= Duration::from_millis(most) && pause >= Duration::from_millis(most / 2));
    }
}

#[tokio::test]
async fn a_hand_over_ends_the_turn_and_its_words_come_first() {
    let arguments = r#"{"reason": "a refund"}"#;
    let mut thinker = Thinker::new([calls("handoff", arguments), says("never said")]).await;
    thinker.mind.tools = crate::tool::TOOLS;
    let mut thinking = thinker.thinking();
    let thought = thinking.answer(&mut prompt()).await.expect("a thought");
    assert_eq!(thinking.handoff.map(|request| request.reason).as_deref(), Some("a refund"));
    assert_eq!(thinker.server.asked().len(), 1);
    let next =
        Thought { text: "Somebody will.".into(), changes: vec![Change::Resume], choices: None };
    let both = Thought { text: "I can't.".into(), ..thought.clone() }.then(next.clone());
    assert_eq!((both.text.as_str(), both.changes.len()), ("I can't.\n\nSomebody will.", 1));
    assert_eq!(thought.then(next).text, "Somebody will.", "there were no words beside the call");
}

struct Archive;

#[async_trait]
impl Tool for Archive {
    fn spec(&self) -> ToolSpec {
        ToolSpec { name: "archive".into(), description: "d".into(), parameters: json!({}) }
    }

    async fn call(&self, _: &Situation<'_>, _: &str) -> Result<ToolResult, String> {
        Ok(ToolResult::says("[2026-01-01 10:00 person, forwarded] the plan is platinum"))
    }
}

#[tokio::test]
async fn what_a_tool_found_again_makes_no_fact() {
    let fact = r#"{"key":"plan","value":"platinum"}"#;
    let answers = [calls("archive", "{}"), calls("remember", fact), says("Hi")];
    let mut thinker = Thinker::new(answers).await;
    let remember = crate::tool::TOOLS.iter().find(|tool| tool.spec().name == "remember");
    thinker.mind.tools = Box::leak(Box::new([&Archive as &dyn Tool, *remember.expect("it")]));
    let mut prompt = prompt();
    let thought = thinker.thinking().answer(&mut prompt).await.expect("an answer");
    assert_eq!(thought.changes, []);
    assert!(prompt.steps[1].result.contains("not saved"), "{}", prompt.steps[1].result);
}
