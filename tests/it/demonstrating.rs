//! The demo remembers: told once, past the window, after a kill, on another
//! provider's number, weeks later; until it is told to forget.

use std::fmt::Write as _;

use olifant::sandbox::{meta, twilio};

use crate::harness::{ANA, BEN, Story};

/// So many messages lie between what is told and what is asked.
const BETWEEN: usize = 500;

async fn on_meta(story: &Story, ana: &meta::Person, text: &str) -> String {
    ana.says(text).await;
    story.settle().await;
    ana.texts().pop().unwrap()
}

async fn on_twilio(story: &Story, ana: &twilio::Person, text: &str) -> String {
    ana.says(text).await;
    story.settle().await;
    ana.texts().pop().unwrap()
}

/// Words that nobody asks for.
async fn chat(story: &Story, ana: &meta::Person) {
    for n in 0..BETWEEN / 2 {
        let mut text = String::from("The weather was fine today, and the bus came in time. ");
        write!(text, "Day {n} of my holiday was a good one.").unwrap();
        on_meta(story, ana, &text).await;
    }
}

#[tokio::test]
async fn told_once_it_is_known_weeks_later_on_the_other_providers_number() {
    let mut story = Story::with_llm("provider = \"demo\"").await;
    let ana = story.meta().person("Ana P", ANA);
    let told = on_meta(&story, &ana, "Hello! My name is Mariana.").await;
    assert!(told.contains("Mariana"), "{told}");
    let told = on_meta(&story, &ana, "Please use formal language with me.").await;
    assert!(told.starts_with("I will write to you formally."), "{told}");
    on_meta(&story, &ana, "My bicycle stands in the cellar of number 42.").await;
    chat(&story, &ana).await;
    story.kill().await;
    story.start().await;
    story.advance(21 * 24 * 60 * 60);

    let ana = story.twilio().person("Ana P", ANA);
    let told = on_twilio(&story, &ana, "hello").await;
    assert!(told.starts_with("Good day, Mariana. It is a pleasure"), "{told}");
    let told = on_twilio(&story, &ana, "What did I tell you about my bicycle?").await;
    let found = "On 2027-01-15 you wrote: \"My bicycle stands in the cellar of number 42.\"";
    assert!(told.starts_with(found), "{told}");
    let ben = story.twilio().person("Ben", BEN);
    let told = on_twilio(&story, &ben, "What did I tell you about my bicycle?").await;
    assert!(told.starts_with("I find nothing of that"), "{told}");

    on_twilio(&story, &ana, "/forget all").await;
    let told = on_twilio(&story, &ana, "1").await;
    assert!(told.starts_with("Everything is deleted"), "{told}");
    let told = on_twilio(&story, &ana, "What is my name?").await;
    assert!(told.starts_with("You haven't told me your name yet."), "{told}");
    let told = on_twilio(&story, &ana, "What did I tell you about my bicycle?").await;
    assert!(told.starts_with("I find nothing of that"), "{told}");
}

#[tokio::test]
async fn what_it_likes_to_be_called_in_is_noted_in_every_language_it_speaks() {
    for (said, greeting, hello) in [
        ("Me llamo José. Trátame de usted, por favor", "hola", "Buenos días, José."),
        ("Me chamo João. Prefiro linguagem formal", "olá", "Saudações, João."),
        ("मेरा नाम रवि है। कृपया औपचारिक भाषा में लिखें", "नमस्ते", "सादर नमस्कार, रवि जी।"),
        ("اسمي ليلى. اكتب بلغة رسمية من فضلك", "مرحبا", "تحية طيبة، ليلى."),
    ] {
        let story = Story::with_llm("provider = \"demo\"").await;
        let ana = story.meta().person("A", ANA);
        on_meta(&story, &ana, said).await;
        on_meta(&story, &ana, "/new").await;
        let told = on_meta(&story, &ana, greeting).await;
        assert!(told.starts_with(hello), "{told}");
    }
}
