//! From what people write to what they get.

use std::time::Duration;

use olifant::domain::change::{Change, Subject};
use olifant::domain::content::Content;
use olifant::domain::event::{Event, Inbound, Received};
use olifant::domain::lane::Quiet;
use olifant::domain::message::{Attached, Role, Status};
use olifant::domain::person::{Address, Alias, Phone, Sender};
use olifant::domain::record::Verdict;
use olifant::store::Accepted;
use serde_json::json;

use crate::harness::{ANA, Story};
use crate::model::Say;

#[tokio::test]
async fn one_message_gets_one_answer() {
    let story = Story::new().await;
    let ana = story.meta().person("Ana", ANA);
    assert_eq!(ana.says("hello").await.status, 200);
    story.settle().await;
    assert_eq!(ana.texts(), ["You said: hello"]);
    story.assert_done().await;
    let reply = story.transcript().await.pop().unwrap();
    assert_eq!((reply.role, reply.status), (Role::Assistant, Status::Read));
    let record = reply.turn.unwrap();
    assert_eq!(record.verdict, Verdict::Answered);
    assert_eq!(
        (record.model.as_deref(), record.usage.input, record.usage.output),
        (Some("stand-in"), 100, 10)
    );
    assert_eq!(record.told.unwrap().len(), 64);
}

#[tokio::test]
async fn the_same_on_twilio_whose_webhook_is_answered_with_empty_twiml() {
    let story = Story::new().await;
    let ana = story.twilio().person("Ana", ANA);
    let answer = ana.says("hello").await;
    assert_eq!(answer.status, 200);
    assert!(answer.body.contains("<Response/>"), "{}", answer.body);
    story.settle().await;
    assert_eq!(ana.texts(), ["You said: hello"]);
}

#[tokio::test]
async fn a_burst_of_five_is_one_turn_and_one_bubble() {
    let story = Story::new().await;
    let ana = story.meta().person("Ana", ANA);
    for word in ["I", "would", "like", "a", "table"] {
        ana.says(word).await;
        story.clock.advance(Duration::from_millis(900));
        story.work().await;
    }
    assert!(ana.texts().is_empty(), "she was still writing");
    story.settle().await;
    assert_eq!(ana.texts(), ["You said: I | would | like | a | table"]);
    assert_eq!(story.model.asked().len(), 1);
}

#[tokio::test]
async fn somebody_who_never_stops_writing_is_answered_at_the_cap() {
    let story = Story::new().await;
    let ana = story.meta().person("Ana", ANA);
    for n in 0..8 {
        ana.says(&format!("{n}")).await;
        story.clock.advance(Duration::from_millis(900));
        story.work().await;
    }
    assert_eq!(ana.texts().len(), 1, "six seconds after the first word");
}

#[tokio::test]
async fn a_webhook_that_comes_twice_is_answered_once_and_so_is_a_replay_on_day_nine() {
    let mut story = Story::new().await;
    let ana = story.meta().person("Ana", ANA);
    ana.says("hello").await;
    assert_eq!(story.meta().replay_last().await.status, 200);
    story.settle().await;
    story.advance(9 * 24 * 3600);
    story.restart().await;
    assert_eq!(story.meta().replay_last().await.status, 200);
    story.settle().await;
    assert_eq!(ana.texts(), ["You said: hello"]);
}

#[tokio::test]
async fn the_bot_remembers_over_a_restart() {
    let mut story = Story::new().await;
    let ana = story.meta().person("Ana", ANA);
    ana.says("my dog is called Bruno").await;
    story.settle().await;
    story.restart().await;
    ana.says("what is my dog called?").await;
    story.settle().await;
    let told = story.model.told();
    assert!(told.contains("my dog is called Bruno") && told.contains("You said: my dog"), "{told}");
}

#[tokio::test]
async fn a_second_message_while_the_model_thinks_gets_its_own_answer_after_the_first() {
    let story = Story::new().await;
    let ana = story.meta().person("Ana", ANA);
    let door = story.model.door();
    ana.says("first").await;
    let work = story.begin();
    door.reached().await;
    ana.says("second").await;
    door.open();
    work.await.unwrap();
    story.settle().await;
    assert_eq!(ana.texts(), ["You said: first", "You said: second"]);
    story.assert_done().await;
}

#[tokio::test]
async fn an_edit_while_the_model_thinks_changes_the_question() {
    let story = Story::new().await;
    let ana = story.meta().person("Ana", ANA);
    let door = story.model.door();
    let question = ana.message("at five");
    let id = question["id"].as_str().unwrap().to_owned();
    ana.sends(question).await;
    let work = story.begin();
    door.reached().await;
    let edit = Event::Edit { message: id.as_str().into(), content: Content::Text("at six".into()) };
    assert_eq!(accept(&story, edit).await, Accepted::Applied);
    door.open();
    work.await.unwrap();
    story.settle().await;
    assert_eq!(ana.texts(), ["You said: at six"]);
    story.assert_done().await;
}

#[tokio::test]
async fn a_revoke_while_the_model_thinks_leaves_nothing_to_answer() {
    let story = Story::new().await;
    let ana = story.meta().person("Ana", ANA);
    let door = story.model.door();
    let mistake = ana.message("sorry, wrong chat");
    let id = mistake["id"].as_str().unwrap().to_owned();
    ana.sends(mistake).await;
    let work = story.begin();
    door.reached().await;
    accept(&story, Event::Revoke { message: id.as_str().into() }).await;
    door.open();
    work.await.unwrap();
    story.settle().await;
    assert!(ana.texts().is_empty());
    story.assert_done().await;
    assert_eq!(story.transcript().await[0].content, Content::Revoked);
}

#[tokio::test]
async fn a_stop_or_a_pause_while_the_model_thinks_drops_its_answer() {
    for change in [Change::OptOut, Change::Pause { until: None }] {
        let story = Story::new().await;
        let ana = story.meta().person("Ana", ANA);
        let door = story.model.door();
        ana.says("hello").await;
        let work = story.begin();
        door.reached().await;
        let id = story.conversation(ANA, "meta").await.id;
        story.store().apply(Subject::Conversation(id), vec![change]).await.unwrap();
        door.open();
        work.await.unwrap();
        story.settle().await;
        assert!(ana.texts().is_empty());
        story.assert_done().await;
    }
}

#[tokio::test]
async fn a_humans_answer_while_the_model_thinks_is_the_answer() {
    let story = Story::new().await;
    let ana = story.meta().person("Ana", ANA);
    let door = story.model.door();
    ana.says("is it ready?").await;
    let work = story.begin();
    door.reached().await;
    let phone = Phone::parse(ANA).unwrap();
    let reply = Inbound {
        provider_id: "human-1".into(),
        sender: Sender {
            aliases: vec![Alias::Phone(phone.clone())],
            address: Address::Phone(phone),
            name: None,
        },
        at: story.clock.now(),
        content: Content::Text("yes, come by".into()),
        attached: Attached::default(),
    };
    accept(&story, Event::HumanReply(reply)).await;
    door.open();
    work.await.unwrap();
    story.settle().await;
    assert!(ana.texts().is_empty());
    story.assert_done().await;
    ana.says("thanks").await;
    story.settle().await;
    assert!(story.model.told().contains("yes, come by"), "the model knows what the human said");
}

#[tokio::test]
async fn every_kind_of_message_reaches_the_model_as_words() {
    let story = Story::new().await;
    let ana = story.meta().person("Ana", ANA);
    let media = |extra: serde_json::Value| {
        let mut media = json!({"id": "m1", "mime_type": "x/y", "sha256": "c2hh"});
        media.as_object_mut().unwrap().extend(extra.as_object().unwrap().clone());
        media
    };
    for (kind, body, words) in [
        ("image", media(json!({"caption": "my dog"})), "[picture] my dog"),
        ("audio", media(json!({"voice": true})), "[voice note]"),
        ("document", media(json!({"filename": "bill.pdf"})), "[document bill.pdf]"),
        (
            "location",
            json!({"latitude": 12.97, "longitude": 77.59, "name": "Bengaluru"}),
            "[location 12.97, 77.59 Bengaluru]",
        ),
    ] {
        ana.sends(ana.any(kind, body)).await;
        story.settle().await;
        let told = story.model.told();
        assert!(told.contains(words), "{kind}: {told}");
    }
    let picture = &story.transcript().await[0];
    assert!(matches!(&picture.content, Content::Media(media) if media.reference == "m1"));
}

#[tokio::test]
async fn typing_is_shown_when_the_model_takes_long() {
    let story = Story::new().await;
    let ana = story.meta().person("Ana", ANA);
    let door = story.model.door();
    ana.says("think hard").await;
    let work = story.begin();
    door.reached().await;
    story.clock.advance(Duration::from_millis(301));
    let call = story.sandbox.called(|call| call.body["status"] == "read").await;
    assert_eq!(call.body["typing_indicator"]["type"], "text");
    door.open();
    work.await.unwrap();
    assert_eq!(ana.texts().len(), 1);
}

#[tokio::test]
async fn a_long_answer_is_split_by_the_numbers_limit_and_stays_in_order() {
    let story = Story::new().await;
    let long: &'static str =
        Box::leak(vec!["a sentence of words. "; 150].concat().into_boxed_str());
    story.model.will([Say::Text(long), Say::Text(long)]);
    let (on_meta, on_twilio) = (story.meta().person("Ana", ANA), story.twilio().person("Ana", ANA));
    on_meta.says("tell me all").await;
    story.settle().await;
    on_twilio.says("tell me all").await;
    story.settle().await;
    assert_eq!(on_meta.texts().len(), 1);
    let pieces = on_twilio.texts();
    assert_eq!(pieces.len(), 2);
    assert!(pieces.iter().all(|piece| piece.len() <= 1600));
    assert_eq!(pieces.join(" "), long.trim());
}

#[tokio::test]
async fn a_model_that_stumbles_is_asked_again_and_nobody_notices() {
    let story = Story::new().await;
    let ana = story.meta().person("Ana", ANA);
    for trouble in [Say::Status(429, Some(3)), Say::Status(500, None), Say::Garbage] {
        story.model.will([trouble]);
        ana.says("hello").await;
        story.settle().await;
    }
    assert_eq!(ana.texts(), ["You said: hello"; 3]);
}

#[tokio::test]
async fn an_answer_that_ran_out_of_room_is_asked_for_once_more_with_double() {
    let story = Story::new().await;
    let ana = story.meta().person("Ana", ANA);
    story.model.will([Say::Cut("")]);
    ana.says("hello").await;
    story.settle().await;
    assert_eq!(ana.texts(), ["You said: hello"]);
    let limits: Vec<u64> =
        story.model.asked().iter().map(|asked| asked["max_tokens"].as_u64().unwrap()).collect();
    assert_eq!(limits[1], limits[0] * 2);
}

#[tokio::test]
async fn a_model_that_hangs_is_left_after_its_time() {
    let story = Story::new().await;
    let ana = story.meta().person("Ana", ANA);
    story.model.will([Say::Hang]);
    let door = story.model.door();
    ana.says("hello").await;
    let work = story.begin();
    door.reached().await;
    door.open();
    story.advance(61);
    work.await.unwrap();
    assert_eq!(ana.texts(), ["You said: hello"]);
}

#[tokio::test]
async fn when_no_model_answers_the_person_gets_an_honest_line_in_their_language() {
    let story = Story::with("[assistant]\ndeadline_s = 20").await;
    let ana = story.meta().person("Ana", ANA);
    story.model.will((0..50).map(|_| Say::Status(500, None)));
    ana.says("Hola, ¿tienen una mesa libre para esta noche? Somos cuatro personas.").await;
    story.settle().await;
    let texts = ana.texts();
    assert_eq!(texts.len(), 1, "one line, not silence");
    assert!(!texts[0].contains("You said"));
    let reply = story.transcript().await.pop().unwrap();
    assert!(
        matches!(reply.turn.unwrap().verdict, Verdict::Failed(_)),
        "the turn is kept as failed"
    );
    let spanish = ["ahora", "momento", "puedo", "Lo siento", "mensaje"];
    assert!(spanish.iter().any(|word| texts[0].contains(word)), "{}", texts[0]);
    story.assert_done().await;
}

#[tokio::test]
async fn fallback_models_are_asked_in_order() {
    let story = Story::with_llm("fallback_models = [\"second\", \"third\"]").await;
    let ana = story.meta().person("Ana", ANA);
    story.model.will([Say::Status(401, None), Say::Status(404, None)]);
    ana.says("hello").await;
    story.settle().await;
    assert_eq!(ana.texts(), ["You said: hello"]);
    let names: Vec<String> = story
        .model
        .asked()
        .iter()
        .map(|asked| asked["model"].as_str().unwrap().to_owned())
        .collect();
    assert_eq!(names, ["stand-in", "second", "third"]);
}

pub async fn accept(story: &Story, event: Event) -> Accepted {
    let number = story.app().providers.number(&"meta".into()).unwrap();
    let quiet = Quiet { settle: Duration::from_secs(1), cap: Duration::from_secs(6) };
    story
        .store()
        .accept(vec![Received { number, quiet, pause: Duration::ZERO, event }])
        .await
        .unwrap()
        .remove(0)
}

#[tokio::test]
async fn markdown_of_the_model_is_whatsapp_markup_on_the_phone() {
    let story = Story::new().await;
    let ana = story.meta().person("Ana", ANA);
    story.model.will([Say::Text(
        "## Our *cakes*\n\n**Fresh** today:\n\n| Cake | Price |\n|---|---|\n| Carrot | 3 € |\n\n\
         * Order by 5 * 2 o'clock\n* [Menu](https://bakery.example/a_b_)\n\n```text\nCODE *10*\n```",
    )]);
    ana.says("what cakes are there?").await;
    story.settle().await;
    assert_eq!(
        ana.texts(),
        ["*Our _cakes_*\n\n*Fresh* today:\n\n*Cake*: Price\n*Carrot*: 3 €\n\n\
          - Order by 5 * 2 o'clock\n- Menu (https://bakery.example/a_b_)\n\n```\nCODE *10*\n```"]
    );
}
