//! What one person may take in a day, and two programs that answer each other.

use olifant::domain::record::{TurnRecord, Verdict};

use crate::harness::{ANA, BEN, Story};

const REACHED: &str =
    "I have reached what I may answer one person in a day. Tomorrow I can answer you again.";
const DAY: u64 = 24 * 3600;

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

    story.meta().person("Ben", BEN).says("hello").await;
    story.settle().await;
    assert_eq!(story.model.asked().len(), 3, "another person's day is their own");

    story.advance(DAY);
    ana.says("and today?").await;
    story.settle().await;
    assert_eq!(ana.inbox().len(), 4);
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

#[tokio::test]
async fn another_program_is_left_alone_and_a_quick_person_is_not() {
    let story = Story::with("[limits]\nloop_turns = 12").await;
    let bot = story.meta().person("Bot", BEN);
    for _ in 0..30 {
        bot.says("We have received your message and answer soon.").await;
        story.settle().await;
    }
    let answered = bot.inbox().len();
    assert!(answered < 8, "it went on for {answered} answers");
    let last = record(&story, BEN).await;
    assert!(matches!(&last.verdict, Verdict::Silent(reason) if !reason.is_empty()));

    let ana = story.meta().person("Ana", ANA);
    for n in 0..30 {
        ana.says(&format!("and the next thing, number {n}")).await;
        story.settle().await;
        story.advance(6);
    }
    assert_eq!(ana.inbox().len(), 30);

    story.advance(3601);
    bot.says("hello, a person now").await;
    story.settle().await;
    assert_eq!(bot.inbox().len(), answered + 1, "after a while it is heard again");
}
