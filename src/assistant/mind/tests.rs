use super::*;
use crate::assistant::sample;
use crate::llm::stand_in::{Answer, StandIn, http, refuses, says};

struct Desk {
    server: StandIn,
    mind: Mind,
    clock: Clock,
}

impl Desk {
    async fn new(answers: impl IntoIterator<Item = Answer>) -> Self {
        let server = StandIn::start(answers).await;
        let clock = Clock::manual(sample::now());
        let mind = sample::mind(server.config(), &clock);
        Self { server, mind, clock }
    }

    async fn answer(&self, turn: &Turn) -> Finished {
        self.within(turn, sample::limits()).await
    }

    async fn within(&self, turn: &Turn, limits: Limits) -> Finished {
        let (desk, context) = (sample::Desk::new(&[]), Context::default());
        let answer = self.mind.answer(turn, &context, desk.shelves(), limits, &self.clock);
        answer.await
    }
}

fn texts(finished: &Finished) -> Vec<String> {
    finished.messages.iter().map(|message| message.content.as_text()).collect()
}

#[tokio::test]
async fn a_turn_is_answered_and_its_record_says_how() {
    let desk = Desk::new([says("  Hello Ana! \n")]).await;
    let finished = desk.answer(&sample::turn(&["hi", "are you open?"])).await;
    assert_eq!(texts(&finished), ["Hello Ana!"]);
    let record = finished.record;
    assert_eq!((record.verdict, record.model.as_deref()), (Verdict::Answered, Some("first")));
    assert_eq!((record.usage.input, record.usage.output), (10, 5));
    assert_eq!(record.told.map(|told| told.len()), Some(64));
    let told = desk.server.asked()[0].body["messages"].to_string();
    assert!(told.contains("Be kind.") && told.contains("Tuesday 2026-12-01"), "{told}");
    assert!(told.ends_with(r#"{"content":"are you open?","role":"user"}]"#), "{told}");
}

#[tokio::test]
async fn when_no_model_answers_the_person_is_told_in_their_language() {
    let desk = Desk::new([refuses(401, "bad key"), refuses(401, "bad key")]).await;
    let finished = desk.answer(&sample::turn(&["hola, ¿cuándo abren?"])).await;
    assert!(texts(&finished)[0].starts_with("Lo siento"), "{:?}", texts(&finished));
    let Verdict::Failed(reason) = finished.record.verdict else { panic!("not failed") };
    assert!(reason.contains("401"), "{reason}");
    assert_eq!(finished.record.model, None);
}

#[tokio::test]
async fn a_long_answer_is_cut_to_the_limits_of_the_number() {
    let desk = Desk::new([says(&"one two three. ".repeat(300))]).await;
    let limits = Limits { text: 1600, ..sample::limits() };
    let turn = sample::turn(&["tell me"]);
    let finished = desk.within(&turn, limits).await;
    assert_eq!(finished.messages.len(), 3);
    assert!(texts(&finished).iter().all(|text| text.len() <= 1600 && text.ends_with("three.")));
}

#[tokio::test]
async fn a_turn_that_nobody_could_begin_in_time_still_gets_an_answer() {
    let desk = Desk::new([says("Hi"), says("Hi")]).await;
    desk.clock.advance(Duration::from_secs(3600));
    let mut turn = sample::turn(&["hello"]);
    assert_eq!(desk.answer(&turn).await.record.verdict, Verdict::Answered);
    turn.attempt = LATE_ATTEMPTS + 1;
    assert!(matches!(desk.answer(&turn).await.record.verdict, Verdict::Failed(_)));
}

#[tokio::test]
async fn what_changes_comes_last_so_that_the_rest_can_be_cached() {
    let desk = Desk::new([]).await;
    let turn = sample::turn(&["hello"]);
    let context = Context::default();
    let prompt = |now| desk.mind.draft(&turn, &context, now).expect("a draft").brief(vec![]).prompt;
    let (one, two) = (prompt(sample::now()), prompt(sample::now() + Duration::from_secs(60)));
    assert_eq!(one.system[0], two.system[0]);
    assert_ne!(one.system[1], two.system[1]);
    assert_ne!(hash(&one), hash(&two));
}

#[tokio::test]
async fn a_wrong_configuration_is_named_with_its_remedy() {
    let llm = StandIn::start([]).await.config();
    let config = sample::config;
    let build = |config: Config, llm: llm::Config| {
        let all = BusinessConfig { assistant: config, ..sample::business(llm) };
        let built = Mind::build(all, http(), Clock::system(), None);
        built.err().unwrap_or_default()
    };
    assert_eq!(build(config(), llm.clone()), "");
    for (config, hint) in [
        (Config { language: "xx".into(), ..config() }, "assistant.language"),
        (Config { deadline_s: 0, ..config() }, "assistant.deadline_s = 0"),
        (Config { timezone: "Nowhere".into(), ..config() }, "assistant.timezone"),
        (Config { instructions: "{{ nmae }}".into(), ..config() }, "assistant.instructions:1"),
        (
            Config { instructions_file: Some("/nowhere".into()), ..config() },
            "assistant.instructions_file",
        ),
    ] {
        assert!(build(config.clone(), llm.clone()).contains(hint), "{hint}");
    }
    let wrong = llm::Config { provider: "magic".into(), ..llm.clone() };
    assert!(build(config(), wrong).contains("llm.provider"));
    let wrong = llm::Config { model: String::new(), ..llm.clone() };
    assert!(build(config(), wrong).contains("llm.model"));
    let demo = llm::Config { provider: "demo".into(), base_url: String::new(), ..llm };
    assert_eq!(build(config(), demo), "");
}
