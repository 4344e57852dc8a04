//! What the assistant says by rule, whatever the model: STOP and START, who
//! writes, what can't be read, and choices that come back as what they were.

use olifant::domain::change::{Change, Subject};
use olifant::domain::content::Content;
use olifant::domain::message::{Role, Status};
use olifant::domain::record::Verdict;
use serde_json::{Value, json};

use crate::harness::{ANA, BEN, Story};
use crate::model::Say;

const INTRODUCING: &str = "[assistant]\nintroduce = true\nname = \"Nina\"";

#[tokio::test]
async fn stop_is_silence_until_start() {
    let story = Story::new().await;
    let ana = story.meta().person("Ana", ANA);
    for text in ["hello", "STOP", "anybody there?", "stop", "start", "hello again"] {
        ana.says(text).await;
        story.settle().await;
    }
    let texts = ana.texts();
    assert_eq!(texts.len(), 4, "{texts:?}");
    assert_eq!((&*texts[0], &*texts[3]), ("You said: hello", "You said: hello again"));
    assert!(texts[1].contains("write START") && texts[2].contains("STOP ends them"), "{texts:?}");
    assert_eq!(story.model.asked().len(), 2);
    story.assert_done().await;
}

#[tokio::test]
async fn the_same_on_twilio_in_her_own_language() {
    let story = Story::new().await;
    let ana = story.twilio().person("Ana", ANA);
    for text in ["Olá, você tem pão de queijo hoje?", "/stop", "oi?", "Start!", "oi!"] {
        ana.says(text).await;
        story.settle().await;
    }
    let texts = ana.texts();
    assert_eq!(texts.len(), 4, "{texts:?}");
    assert!(texts[1].starts_with("Você não receberá mais mensagens"), "{texts:?}");
    assert!(texts[2].starts_with("Você volta a receber"), "{texts:?}");
    assert_eq!(texts[3], "You said: oi!");
}

#[tokio::test]
async fn a_stop_counts_on_every_number_of_the_business_and_on_no_other() {
    let story = Story::new().await;
    story.meta().person("Ana", ANA).says("stop").await;
    story.settle().await;
    let (on_twilio, elsewhere) =
        (story.twilio().person("Ana", ANA), story.sandbox.meta(1).person("Ana", ANA));
    on_twilio.says("hello").await;
    elsewhere.says("hello").await;
    story.settle().await;
    assert!(on_twilio.texts().is_empty());
    assert_eq!(elsewhere.texts(), ["You said: hello"]);
}

#[tokio::test]
async fn a_stop_in_a_burst_wins_and_of_two_words_the_later() {
    let story = Story::new().await;
    let (ana, ben) = (story.meta().person("Ana", ANA), story.meta().person("Ben", BEN));
    for text in ["where is my order?", "stop", "too late"] {
        ana.says(text).await;
    }
    story.settle().await;
    assert_eq!(ana.texts().len(), 1);
    assert!(ana.texts()[0].contains("START"));
    assert!(story.model.asked().is_empty());
    for text in ["stop", "start"] {
        ben.says(text).await;
    }
    story.settle().await;
    assert_eq!(ben.texts().len(), 1);
    assert!(!story.person("main", BEN).await.unwrap().opted_out, "the later word counts");
}

#[tokio::test]
async fn a_stop_while_the_model_thinks_is_answered_instead_of_the_question() {
    let story = Story::new().await;
    let ana = story.meta().person("Ana", ANA);
    let door = story.model.door();
    ana.says("tell me about cakes").await;
    let work = story.begin();
    door.reached().await;
    ana.says("stop").await;
    door.open();
    work.await.unwrap();
    story.settle().await;
    assert_eq!(ana.texts().len(), 1, "{:?}", ana.texts());
    assert!(ana.texts()[0].contains("START"));
    story.assert_done().await;
}

#[tokio::test]
async fn a_stop_while_a_human_answers_is_confirmed_too() {
    let story = Story::new().await;
    let ana = story.meta().person("Ana", ANA);
    ana.says("hello").await;
    story.settle().await;
    let id = story.conversation(ANA, "meta").await.id;
    let pause = vec![Change::Pause { until: None }];
    story.store().apply(Subject::Conversation(id), pause).await.unwrap();
    for text in ["are you there?", "stop"] {
        ana.says(text).await;
        story.settle().await;
    }
    assert_eq!(ana.texts().len(), 2, "{:?}", ana.texts());
    assert!(ana.texts()[1].contains("START"));
}

#[tokio::test]
async fn somebody_who_is_denied_can_opt_out_all_the_same() {
    let story = Story::with(&format!("[policy]\ndeny = [\"+{ANA}\"]")).await;
    let ana = story.meta().person("Ana", ANA);
    ana.says("stop").await;
    story.settle().await;
    assert!(ana.texts().is_empty());
    assert!(story.person("main", ANA).await.unwrap().opted_out);
}

#[tokio::test]
async fn only_people_on_the_allow_list_are_answered() {
    let story = Story::with(&format!("[policy]\nallow = [\"+{BEN}\"]")).await;
    let (ana, ben) = (story.meta().person("Ana", ANA), story.meta().person("Ben", BEN));
    ana.says("hello").await;
    ben.says("hello").await;
    story.settle().await;
    assert_eq!((ana.texts().len(), ben.texts().len()), (0, 1));
    assert_eq!(story.transcript().await.len(), 1, "it is kept");
}

#[tokio::test]
async fn what_only_sounds_like_stop_reaches_the_model() {
    let story = Story::new().await;
    let ana = story.meta().person("Ana", ANA);
    let said =
        ["cancelar", "cancelar minha consulta", "stop sending me the blue one", "parar", "fim"];
    for text in said {
        ana.says(text).await;
        story.settle().await;
    }
    assert_eq!(ana.texts(), said.map(|text| format!("You said: {text}")));
}

#[tokio::test]
async fn old_messages_are_kept_and_only_the_newest_of_a_conversation_is_answered() {
    let story = Story::with("[policy]\nmax_age_s = 3600").await;
    let ana = story.meta().person("Ana", ANA);
    let two_hours_old = |text: &str| {
        let mut message = ana.message(text);
        message["timestamp"] = (story.clock.now().as_second() - 7200).to_string().into();
        message
    };
    ana.sends(two_hours_old("is it ready?")).await;
    story.settle().await;
    assert_eq!(ana.texts(), ["You said: is it ready?"], "late, but nothing came after it");
    ana.says("hello?").await;
    story.settle().await;
    ana.sends(two_hours_old("I mean the cake")).await;
    story.settle().await;
    assert_eq!(ana.texts().len(), 2);
    let rows = story.transcript().await;
    let late = rows.iter().find(|row| row.content == Content::Text("I mean the cake".into()));
    let verdict = late.unwrap().turn.as_ref().map(|turn| &turn.verdict);
    assert!(verdict.is_some_and(|verdict| verdict.reason().unwrap().contains("max_age_s")));
}

#[tokio::test]
async fn the_first_answer_says_who_writes_once_and_in_the_same_bubble() {
    let story = Story::with(INTRODUCING).await;
    let ana = story.meta().person("Ana", ANA);
    ana.says("hello").await;
    story.settle().await;
    ana.says("hello again").await;
    story.settle().await;
    story.twilio().person("Ana", ANA).says("and here?").await;
    story.settle().await;
    let first = "I am Nina, a virtual assistant (AI).\n\nYou said: hello";
    assert_eq!(ana.texts(), [first, "You said: hello again"]);
    assert_eq!(story.twilio().person("Ana", ANA).texts(), ["You said: and here?"]);
    assert!(story.model.told().contains("not a human"), "and it never denies it");
}

#[tokio::test]
async fn an_apology_is_a_first_contact_too_and_the_privacy_page_is_named() {
    let page = "privacy_url = \"https://shop.example/privacy\"\ndeadline_s = 20";
    let story = Story::with(&format!("{INTRODUCING}\n{page}")).await;
    let ana = story.meta().person("Ana", ANA);
    story.model.will((0..50).map(|_| Say::Status(500, None)));
    ana.says("Bonjour, est-ce que vous avez une table ?").await;
    story.settle().await;
    let texts = ana.texts();
    assert_eq!(texts.len(), 1);
    let begins = "Je suis Nina, assistant virtuel (IA).\nComment vos données sont utilisées : https://shop.example/privacy\n\nDésolé";
    assert!(texts[0].starts_with(begins), "{texts:?}");
}

#[tokio::test]
async fn nobody_is_introduced_to_who_leaves_and_opting_in_repeats_nothing() {
    let story = Story::with(INTRODUCING).await;
    let (ana, ben) = (story.meta().person("Ana", ANA), story.meta().person("Ben", BEN));
    ben.says("stop").await;
    for text in ["hello", "stop", "start", "hello"] {
        ana.says(text).await;
        story.settle().await;
    }
    let nina = |texts: Vec<String>| texts.iter().filter(|text| text.contains("Nina")).count();
    assert_eq!((nina(ana.texts()), ana.texts().len()), (1, 4));
    assert_eq!((nina(ben.texts()), ben.texts().len()), (0, 1));
}

#[tokio::test]
async fn what_can_not_be_read_gets_an_apology_without_the_model() {
    let story = Story::new().await;
    let ana = story.meta().person("Ana", ANA);
    ana.sends(ana.any("hologram", json!({}))).await;
    story.settle().await;
    assert!(ana.texts()[0].contains("can't read this kind of message"), "{:?}", ana.texts());
    assert!(story.model.asked().is_empty());
    let reply = story.transcript().await.pop().unwrap();
    assert_eq!(reply.turn.unwrap().verdict, Verdict::Said);
    ana.sends(ana.any("hologram", json!({}))).await;
    ana.says("it is a hologram").await;
    story.settle().await;
    assert!(story.model.told().contains("[hologram: this kind of message can't be read]"));
}

/// The model offers sizes, and asks for one in these words.
fn offering(count: usize) -> [Say; 2] {
    let option = |n: usize| json!({ "id": format!("size-{n}"), "title": format!("Size {n}") });
    let options: Vec<Value> = (1..=count).map(option).collect();
    [Say::Call("offer_choices", json!({ "options": options })), Say::Text("Which size?")]
}

#[tokio::test]
async fn choices_are_one_bubble_and_come_back_as_what_was_chosen() {
    let story = Story::new().await;
    let ana = story.meta().person("Ana", ANA);
    for (count, kind, typed) in [(3, "button", "2"), (3, "button", "SIZE 2"), (8, "list", "2.")] {
        story.model.will(offering(count));
        ana.says("a cake please").await;
        story.settle().await;
        let asked = ana.inbox().pop().unwrap();
        assert_eq!(asked.raw["interactive"]["type"], kind);
        assert_eq!(asked.raw["interactive"]["body"]["text"], "Which size?");
        ana.says(typed).await;
        story.settle().await;
        assert_eq!(ana.texts().last().unwrap(), "You said: [chose: Size 2 (size-2)]");
        story.model.will(offering(count));
        ana.says("and a second one").await;
        story.settle().await;
        assert_eq!(ana.taps(&ana.inbox().pop().unwrap().id, "Size 2").await.status, 200);
        story.settle().await;
        assert!(story.model.told().ends_with("[chose: Size 2 (size-2)]"), "the same as typed");
    }
    assert_eq!(ana.texts().len(), 12, "one bubble each");
}

#[tokio::test]
async fn on_twilio_choices_are_numbered_and_answered_by_number() {
    let story = Story::new().await;
    let ana = story.twilio().person("Ana", ANA);
    story.model.will(offering(2));
    ana.says("a cake please").await;
    story.settle().await;
    assert_eq!(ana.texts(), ["Which size?\n\n1. Size 1\n2. Size 2"]);
    ana.says("1").await;
    story.settle().await;
    assert_eq!(ana.texts()[1], "You said: [chose: Size 1 (size-1)]");
    ana.says("1").await;
    story.settle().await;
    assert_eq!(ana.texts()[2], "You said: 1", "the question is over");
}

#[tokio::test]
async fn a_model_that_offers_too_much_is_told_so() {
    let story = Story::new().await;
    let ana = story.meta().person("Ana", ANA);
    let long =
        json!({ "options": [{ "title": "a" }, { "title": "the very long name of a cake" }] });
    story.model.will([Say::Call("offer_choices", long), Say::Text("a, or the cake?")]);
    ana.says("a cake please").await;
    story.settle().await;
    assert_eq!(ana.texts(), ["a, or the cake?"]);
    assert!(story.model.told().contains("at most 24 fit"), "{}", story.model.told());
}

#[tokio::test]
async fn a_reaction_is_told_with_the_message_it_is_on() {
    let story = Story::new().await;
    let ana = story.meta().person("Ana", ANA);
    ana.says("is it ready?").await;
    story.settle().await;
    let reply = story.transcript().await.pop().unwrap();
    assert_eq!((reply.role, reply.status), (Role::Assistant, Status::Read));
    let reaction = olifant::domain::event::Event::Reaction {
        message: reply.provider_id.unwrap(),
        emoji: Some("👍".into()),
    };
    crate::answering::accept(&story, reaction).await;
    story.settle().await;
    assert_eq!(ana.texts().len(), 1, "it is no question");
    ana.says("see you").await;
    story.settle().await;
    assert!(story.model.told().contains("You said: is it ready?\n[reacted 👍]"));
}
