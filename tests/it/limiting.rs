//! What one person may take in a day, and two programs that answer each other.

use std::sync::Arc;

use olifant::domain::record::TurnRecord;

use crate::harness::{ANA, BEN, Story};
use crate::listener::{Listener, SECRET};

const REACHED: &str =
    "I have reached what I may answer one person in a day. Tomorrow I can answer you again.";
const DAY: u64 = 24 * 3600;

/// An operator.
const OLGA: &str = "15550100190";

/// How the last turn with this person went, on the Meta number.
async fn record(story: &Story, phone: &str) -> TurnRecord {
    let rows = story.said_to(phone, "meta").await;
    rows.into_iter().rev().find_map(|row| row.turn).unwrap()
}

#[tokio::test]
async fn beyond_the_day_it_is_said_once_then_silence_until_tomorrow() {
    let story =
        Story::with("[limits]\nturns_per_day = 2\n[handoff]\ncontact = \"+1 555 0199\"").await;
    let ana = story.meta().person("Ana", ANA);
    for words in ["one", "two", "three", "four"] {
        ana.says(words).await;
        story.settle().await;
    }
    assert_eq!(story.model.asked().len(), 2, "the third and the fourth cost nothing");
    let last = ana.inbox().pop().unwrap().text;
    assert_eq!(last, format!("{REACHED} Until then you can reach us at +1 555 0199."));
    assert_eq!(ana.inbox().len(), 3, "it is said once");
    ana.says("a human please").await;
    story.settle().await;
    assert_eq!(ana.inbox().len(), 4, "and a human can be asked for all the same");
    assert!(story.conversation(ANA, "meta").await.handoff.is_some());
    assert_eq!(story.model.asked().len(), 2);

    story.meta().person("Ben", BEN).says("hello").await;
    story.settle().await;
    assert_eq!(story.model.asked().len(), 3, "another person's day is their own");

    story.advance(DAY);
    ana.says("and today?").await;
    story.settle().await;
    assert_eq!(ana.inbox().len(), 5);
    assert!(story.model.told().contains("four"), "what was said meanwhile is known");
}

#[tokio::test]
async fn the_count_is_the_persons_on_all_numbers_and_outlives_a_crash() {
    let mut story = Story::with("[limits]\nturns_per_day = 2").await;
    let (meta, twilio) = (story.meta().person("Ana", ANA), story.twilio().person("Ana", ANA));
    meta.says("one").await;
    story.settle().await;
    twilio.says("two").await;
    story.settle().await;
    story.restart().await;
    twilio.says("three").await;
    story.settle().await;
    assert_eq!(twilio.inbox().pop().unwrap().text, REACHED);
    assert_eq!(story.model.asked().len(), 2);

    meta.says("/memory").await;
    story.settle().await;
    assert!(meta.inbox().pop().unwrap().text.contains("noted nothing"), "rules still work");
}

#[tokio::test]
async fn a_turn_says_what_it_cost_and_money_is_a_limit() {
    let story = Story::with(
        "[limits]\ncost_per_day = 0.00000001\n\
         [limits.prices.\"stand-in\"]\ninput = 1.0\noutput = 2.0",
    )
    .await;
    let ana = story.meta().person("Ana", ANA);
    ana.says("one").await;
    story.settle().await;
    let record = record(&story, ANA).await;
    let usage = record.usage;
    assert_eq!(record.cost.unwrap().0, (usage.input + 2 * usage.output) * 1_000_000);
    ana.says("two").await;
    story.settle().await;
    assert_eq!(ana.inbox().pop().unwrap().text, REACHED);
}

/// What the person reads when another program seems to be there.
const PROMISE: &str =
    "A person from our team will answer you here. Until then you can reach us at +1 555 0199.";

#[tokio::test]
async fn another_program_is_handed_over_once_and_heard_again_after_a_while() {
    let listener = Arc::new(Listener::default());
    let mut story = Story::asleep("", "").await;
    let url = story.serve(listener.router()).await;
    story.configure(&format!(
        "[limits]\nloop_turns = 12\n[handoff]\ncontact = \"+1 555 0199\"\n\
         operators = [\"+{OLGA}\"]\n[alerts]\nurl = \"{url}/hear\"\nsecret = \"{SECRET}\""
    ));
    story.start().await;
    let (olga, bot) = (story.meta().person("Olga", OLGA), story.meta().person("Bot", BEN));
    olga.says("hello").await;
    story.settle().await;
    for n in 0..30 {
        bot.says(&format!("We have received your message. Your ticket is {n}.")).await;
        story.settle().await;
    }
    let said = bot.texts();
    assert!(said.len() < 9, "it went on for {} answers", said.len());
    assert_eq!(story.model.asked().len(), said.len() - 1, "the last one is no model's");
    assert_eq!(said.last().unwrap(), PROMISE);
    let told = &olga.texts()[1];
    assert!(told.contains("Bot") && told.contains("limits.loop_turns"), "{told}");
    assert!(story.conversation(BEN, "meta").await.handoff.is_some(), "it is seen who waits");
    let alerts = listener.heard();
    assert_eq!(alerts[0].1["data"]["kind"], "looping");

    story.advance(3601);
    bot.says("hello, a person now").await;
    story.settle().await;
    assert_eq!(bot.texts().len(), said.len() + 1, "after a while it is heard again");
}

#[tokio::test]
async fn a_program_that_says_something_new_each_time_is_noticed_too() {
    let story = Story::with("[limits]\nloop_turns = 12").await;
    let bot = story.meta().person("Bot", BEN);
    let polite = ["Thank you", "No, it is I who has to thank"].into_iter().cycle();
    for thanks in polite.take(30) {
        bot.says(&format!("{thanks}, and I wish you a wonderful day as well!")).await;
        story.settle().await;
        story.advance(5);
    }
    assert_eq!(story.model.asked().len(), 12);
}

#[tokio::test]
async fn who_writes_on_while_the_model_thinks_is_no_program() {
    let story = Story::with("[limits]\nloop_turns = 12").await;
    let ana = story.meta().person("Ana", ANA);
    let doors: Vec<_> = (0..25).map(|_| story.model.door()).collect();
    ana.says("and one more thing").await;
    let mut work = story.begin();
    for door in doors {
        tokio::select! {
            () = door.reached() => {}
            _ = &mut work => panic!("it is silent"),
        }
        ana.says("and one more thing").await;
        story.advance(2);
        door.open();
    }
    work.await.unwrap();
    assert_eq!(ana.inbox().len(), 26);
}

#[tokio::test]
async fn who_shows_many_things_at_once_is_no_program() {
    let story = Story::with("[limits]\nloop_turns = 12").await;
    let ana = story.meta().person("Ana", ANA);
    for _ in 0..8 {
        let forwarded = ana.message("All pupils come at nine, said the school to all parents.");
        for shown in [
            ana.picture(None),
            ana.voice_note(),
            ana.sticker(),
            ana.location(12.97, 77.59, None),
            ana.contact_card("Ben", BEN),
            ana.forwarded(forwarded, false),
        ] {
            ana.sends(shown).await;
            story.settle().await;
        }
    }
    assert_eq!(ana.inbox().len(), 48);
}

#[tokio::test]
async fn who_answers_one_short_question_after_the_other_is_no_program() {
    let story = Story::with("[limits]\nloop_turns = 12").await;
    let ana = story.meta().person("Ana", ANA);
    for _ in 0..30 {
        ana.says("no").await;
        story.settle().await;
        story.advance(3);
    }
    assert_eq!(ana.inbox().len(), 30);
}
