//! What the business knows reaches the model, and what it is taught does so
//! without a restart.

use jiff::civil::date;
use olifant::knowledge::answers;

use crate::harness::{ANA, Story};

const PRICES: &str = "# Prices\n\n## Haircuts\n\nA cut is 35 euros.\n\n## Colour\n\nFrom 80 on.\n";

/// A business that knows what the files `docs/*.md` say.
async fn story_with(text: &str, more: &str) -> Story {
    let mut story = Story::asleep("", "").await;
    std::fs::create_dir(story.path("docs")).unwrap();
    std::fs::write(story.path("docs/prices.md"), text).unwrap();
    let pattern = story.path("docs/*.md");
    story.configure(&format!("[assistant]\nknowledge = [\"{}\"]\n{more}", pattern.display()));
    story.start().await;
    story
}

/// What the model was told after Ana wrote this.
async fn told_after(story: &Story, text: &str) -> String {
    story.meta().person("Ana", ANA).says(text).await;
    story.settle().await;
    story.model.told()
}

#[tokio::test]
async fn the_model_is_told_what_the_business_knows() {
    let story = story_with(PRICES, "").await;
    let told = told_after(&story, "hello").await;
    assert!(told.contains("[prices.md > Prices > Haircuts]\nA cut is 35 euros."), "{told}");
    assert!(told.contains("From 80 on.\n</knowledge>"), "{told}");
}

#[tokio::test]
async fn of_much_it_is_told_what_fits_the_question() {
    let about = |n: usize| format!("## Chapter {n}\n\n{}\n\n", "The sea is wide. ".repeat(60));
    let long = (0..20).map(about).collect::<String>() + PRICES;
    let story = story_with(&long, "[memory]\nknowledge_tokens = 300").await;
    let told = told_after(&story, "What does a haircut cost?").await;
    assert!(told.contains("> Haircuts]\nA cut is 35 euros."), "{told}");
    assert!(told.matches("Chapter").count() < 3, "{told}");
}

#[tokio::test]
async fn a_taught_answer_and_a_changed_file_are_known_after_a_reload() {
    let story = story_with(PRICES, "").await;
    let today = date(2026, 11, 26);
    answers::teach(&story.path("answers.md"), "Do you cut beards?", "Yes, for 15.", today).unwrap();
    std::fs::write(story.path("docs/opening.md"), "Closed on Mondays.").unwrap();
    assert!(!told_after(&story, "beards?").await.contains("for 15"));
    story.within(|app| async move { app.reload().unwrap() }).await;
    let told = told_after(&story, "beards, now?").await;
    assert!(told.contains("[answers.md > Do you cut beards?]\nYes, for 15."), "{told}");
    assert!(told.contains("[opening.md]\nClosed on Mondays."), "{told}");
    answers::teach(&story.path("answers.md"), "do you cut beards", "No more.", today).unwrap();
    story.within(|app| async move { app.reload().unwrap() }).await;
    let told = told_after(&story, "and today?").await;
    assert!(told.contains("No more.") && !told.contains("for 15"), "{told}");
}

#[tokio::test]
async fn a_file_that_can_not_be_read_keeps_what_was_known() {
    let story = story_with(PRICES, "").await;
    std::fs::write(story.path("docs/broken.md"), b"caf\xe9").unwrap();
    let error = story.within(|app| async move { app.reload().err().unwrap().to_string() }).await;
    assert!(error.contains("broken.md is no text in UTF-8"), "{error}");
    assert!(told_after(&story, "hello").await.contains("A cut is 35 euros."));
}
