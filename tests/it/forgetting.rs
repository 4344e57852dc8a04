//! What goes when a person names it as people speak, and what stays.

use olifant::domain::change::{Change, Subject};
use olifant::domain::memory::{Origin, Page, Space, Write};
use olifant::sandbox::meta::Person;
use serde_json::json;

use crate::harness::{ANA, Story};
use crate::model::Say;

async fn gets(story: &Story, ana: &Person, text: &str) -> String {
    ana.says(text).await;
    story.settle().await;
    ana.texts().pop().unwrap_or_default()
}

async fn after(said: &[&str], notes: &[(&str, &str)]) -> (Story, Person) {
    let story = Story::new().await;
    let ana = story.meta().person("Ana", ANA);
    for text in said {
        gets(&story, &ana, text).await;
    }
    let person = Subject::Person(story.person("main", ANA).await.unwrap().id);
    for (key, value) in notes {
        let write = Write::set(*key, json!(value), Origin::Model);
        let write = vec![Change::Remember(Box::new(write))];
        story.store().apply(person.clone(), write).await.unwrap();
    }
    (story, ana)
}

async fn keys(story: &Story) -> Vec<String> {
    let space = Space::Person(story.person("main", ANA).await.unwrap().id);
    let page = Page { limit: 100, ..Page::default() };
    let (entries, _) = story.store().entries(&space, &page).await.unwrap();
    entries.into_iter().map(|entry| entry.key).collect()
}

async fn told(story: &Story) -> String {
    let rows = story.transcript().await;
    rows.iter().map(|row| row.content.as_text()).collect::<Vec<_>>().join("\n")
}

const NOTES: &[(&str, &str)] = &[
    ("address", "12 Vine Street"),
    ("dog", "Bolinha"),
    ("formality", "formal"),
    ("likes", "tea"),
    ("son", "Mia"),
];

#[tokio::test]
async fn only_what_is_meant_goes_however_it_is_said() {
    for (order, gone) in [
        ("/forget my address", &["address"][..]),
        ("/forget my address please", &["address"]),
        ("/olvida mi dirección, por favor", &["address"]),
        ("/forget the form of address", &["formality"]),
        ("/forget what I said about tea", &["likes"]),
        ("/forget that my dog is called Bolinha", &["dog"]),
        ("/forget that my old brown dog is really called Bolinha", &["dog"]),
        ("/vergiss bitte Vine Street", &["address"]),
        ("/forget my son", &["son"]),
        ("/forget Mia", &["son"]),
        ("/forget a", &[]),
        ("/forget I", &[]),
        ("/forget the", &[]),
        ("/forget that", &[]),
        ("/forget please", &[]),
        ("/forget my cat", &[]),
    ] {
        let (story, ana) = after(&["hello, the weather is a joy, I say"], NOTES).await;
        let answer = gets(&story, &ana, order).await;
        let left = keys(&story).await;
        let all = NOTES.iter().map(|(key, _)| *key);
        let missing: Vec<&str> = all.filter(|key| !left.iter().any(|it| it == key)).collect();
        assert_eq!(missing, gone, "{order}: {answer}");
        assert!(told(&story).await.contains("You said: hello"), "{order}");
        let begins = if gone.is_empty() { "I have found nothing" } else { "" };
        assert!(answer.starts_with(begins), "{order}: {answer}");
    }
}

#[tokio::test]
async fn of_an_address_under_another_key_the_form_of_address_is_none() {
    let notes = [("home_address", "12 Vine Street"), ("formality", "formal")];
    let (story, ana) = after(&["hello"], &notes).await;
    gets(&story, &ana, "/forget my address").await;
    assert_eq!(keys(&story).await, ["formality"]);
}

#[tokio::test]
async fn words_that_too_many_messages_have_delete_none() {
    let (story, ana) = after(&["I was in Lisbon"; 10], &[]).await;
    let said = gets(&story, &ana, "Lisbon and Porto").await;
    assert_eq!(said, "You said: Lisbon and Porto");
    let answer = gets(&story, &ana, "/forget Lisbon please").await;
    assert!(answer.starts_with("That is said in 22 messages"), "{answer}");
    assert_eq!(told(&story).await.matches("I was in Lisbon").count(), 20);
    assert!(!told(&story).await.contains("Lisbon please"), "the order itself is not kept");
    let answer = gets(&story, &ana, "/forget Porto please").await;
    assert_eq!(answer, "It is deleted. Notes: 0, messages: 2.");
    let answer = gets(&story, &ana, "/forget Lisbon please").await;
    assert_eq!(answer, "It is deleted. Notes: 0, messages: 20.");
}

#[tokio::test]
async fn what_was_made_forgets_a_note_that_no_message_says() {
    let (story, ana) = after(&["hello"], &[("badge", "Zephyr")]).await;
    gets(&story, &ana, "hello again").await;
    let traces = async || {
        let conversation = story.conversation(ANA, "meta").await.id;
        let mut traces = Vec::new();
        for row in story.transcript().await {
            let id = olifant::domain::id::MessageId { conversation, position: row.position };
            traces.extend(story.store().trace(id).await.unwrap());
        }
        traces
    };
    assert!(json!(traces().await).to_string().contains("Zephyr"));
    story.model.will([Say::Call("forget", json!({"what": "badge"})), Say::Text("It is gone.")]);
    assert_eq!(gets(&story, &ana, "forget that thing").await, "It is gone.");
    assert_eq!(keys(&story).await, [""; 0]);
    assert_eq!(traces().await, [json!(null); 0]);
}
