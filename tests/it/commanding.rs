//! What a person orders by a word behind a slash, whatever the model: on both
//! providers alike, and in their own language.

use olifant::domain::change::{Change, Saying, Subject};
use olifant::domain::content::Content;
use olifant::domain::memory::{Asked, Entry, Origin, Page, Space, Write};
use olifant::domain::message::{Message, Outgoing, Role, Status};
use olifant::domain::record::Verdict;
use olifant::provider::NumberConfig;
use olifant::sandbox::gate::Fault;
use olifant::sandbox::phones::Bubble;
use olifant::sandbox::{meta, twilio};
use serde_json::{Value, json};

use crate::harness::{ANA, BEN, Story};

/// A phone, whoever the number's provider is.
enum Phone {
    Meta(meta::Person),
    Twilio(twilio::Person),
}

impl Phone {
    fn of(story: &Story, number: &str, digits: &str) -> Self {
        match number {
            "meta" => Self::Meta(story.meta().person("Ana", digits)),
            _ => Self::Twilio(story.twilio().person("Ana", digits)),
        }
    }

    async fn says(&self, text: &str) {
        match self {
            Self::Meta(person) => person.says(text).await,
            Self::Twilio(person) => person.says(text).await,
        };
    }

    /// Says it, and what came back last.
    async fn gets(&self, story: &Story, text: &str) -> String {
        self.says(text).await;
        story.settle().await;
        self.last()
    }

    fn inbox(&self) -> Vec<Bubble> {
        match self {
            Self::Meta(person) => person.inbox(),
            Self::Twilio(person) => person.inbox(),
        }
    }

    fn last(&self) -> String {
        self.inbox().pop().map(|bubble| bubble.text).unwrap_or_default()
    }
}

/// The two providers, by the name of their number.
const PROVIDERS: [&str; 2] = ["meta", "twilio"];

/// Ana has said these to the number, one after the other.
async fn after(number: &str, said: &[&str]) -> (Story, Phone) {
    let story = Story::new().await;
    let ana = Phone::of(&story, number, ANA);
    for text in said {
        ana.gets(&story, text).await;
    }
    (story, ana)
}

async fn remember(story: &Story, key: &str, value: Value) {
    let person = story.person("main", ANA).await.unwrap().id;
    let write = Change::Remember(Box::new(Write::set(key, value, Origin::Model)));
    story.store().apply(Subject::Person(person), vec![write]).await.unwrap();
}

async fn known(story: &Story) -> Vec<Entry> {
    let person = story.person("main", ANA).await.unwrap().id;
    let page = Page { limit: 100, ..Page::default() };
    story.store().entries(&Space::Person(person), &page).await.unwrap().0
}

fn asked(story: &Story) -> usize {
    story.model.asked().len()
}

async fn texts(story: &Story, number: &str) -> Vec<String> {
    story.said_to(ANA, number).await.iter().map(|row| row.content.as_text()).collect()
}

#[tokio::test]
async fn memory_is_told_as_a_list_without_where_the_dialog_stands() {
    for number in PROVIDERS {
        let (story, ana) = after(number, &["hello"]).await;
        let nothing = ana.gets(&story, "/memory").await;
        assert!(nothing.starts_with("I have noted nothing about you yet.\n\n"), "{nothing}");
        remember(&story, "conversation_stage", json!("ordering")).await;
        remember(&story, "likes", json!(["tea", "long walks"])).await;
        remember(&story, "likes_2", json!("rain")).await;
        remember(&story, "favourite_colour", json!("blue")).await;
        remember(&story, "instructions", json!("Be brief.")).await;
        let told = ana.gets(&story, "/memory").await;
        let begins = "What I know about you:\n• Favourite colour: blue\n• Likes: rain\n• Likes: tea, long walks\n\n\
                      How you want me to answer: Be brief.\n\n\
                      Messages between us that are kept: 5, since 2027-01-15.\n\n";
        assert!(told.starts_with(begins), "{told}");
        assert!(told.contains("/forget all") && !told.contains("ordering"), "{told}");
        assert_eq!(asked(&story), 1, "no model is asked");
        let row = story.said_to(ANA, number).await.pop().unwrap();
        assert_eq!(row.turn.unwrap().verdict, Verdict::Said);
    }
}

#[tokio::test]
async fn commands_speak_the_persons_language() {
    for (order, begins) in [
        ("/ayuda", "Escríbame como a una persona."),
        ("/hilfe", "Schreiben Sie mir wie einem Menschen."),
        ("/ajuda", "Escreva para mim"),
        ("/aide", "Écrivez-moi"),
        ("/aiuto", "Mi scriva"),
        ("/bantuan", "Tulislah"),
        ("/मदद", "मुझे वैसे ही लिखें"),
        ("/مساعدة", "اكتب لي"),
        ("/help", "Write to me"),
    ] {
        let (story, ana) = after("meta", &[]).await;
        let told = ana.gets(&story, order).await;
        assert!(told.starts_with(begins), "{order}: {told}");
    }
    let (story, ana) = after("twilio", &["hola, ¿a qué hora abren mañana por la mañana?"]).await;
    assert!(ana.gets(&story, "/help").await.starts_with("Escríbame"), "as she wrote before");
}

#[tokio::test]
async fn a_command_of_one_language_is_answered_in_it_and_then_what_is_noted_counts() {
    let english = "hello, when are you open tomorrow morning?";
    let (story, ana) = after("meta", &[english]).await;
    let question = ana.gets(&story, "/olvidar todo").await;
    assert!(question.starts_with("¿"), "{question}");
    ana.says("what about the evening, please?").await;
    assert!(ana.gets(&story, "/olvidar todo").await.starts_with("Shall I"), "as she writes now");
    for noted in ["es", "Spanish"] {
        let (story, ana) = after("meta", &["👍"]).await;
        remember(&story, "language", json!(noted)).await;
        let told = ana.gets(&story, "/help").await;
        assert!(told.starts_with("Escríbame"), "{noted}: {told}");
    }
}

#[tokio::test]
async fn a_command_in_a_burst_is_done_and_the_rest_is_kept() {
    let (story, ana) = after("meta", &["hello"]).await;
    for text in ["where is my order?", "/help", "it is late"] {
        ana.says(text).await;
    }
    story.settle().await;
    assert!(ana.last().starts_with("Write to me"));
    assert_eq!((asked(&story), ana.inbox().len()), (1, 2));
    ana.gets(&story, "are you there?").await;
    assert!(story.model.told().contains("where is my order?"));
}

#[tokio::test]
async fn while_a_human_answers_commands_are_done_too() {
    let (story, ana) = after("twilio", &["hello"]).await;
    let id = story.conversation(ANA, "twilio").await.id;
    let pause = vec![Change::Pause { until: None }];
    story.store().apply(Subject::Conversation(id), pause).await.unwrap();
    ana.gets(&story, "are you there?").await;
    assert_eq!(ana.inbox().len(), 1);
    assert!(ana.gets(&story, "/memory").await.starts_with("I have noted nothing"));
}

#[tokio::test]
async fn an_operators_orders_are_others() {
    let desk = format!("[handoff]\noperators = [\"+{BEN}\"]");
    let story = Story::with(&desk).await;
    let ben = Phone::of(&story, "meta", BEN);
    let told = ben.gets(&story, "/memory").await;
    assert!(told.starts_with("Quote a person's message"), "{told}");
}

#[tokio::test]
async fn new_begins_afresh_on_every_number_and_keeps_what_is_known() {
    let (story, ana) = after("meta", &["the old story"]).await;
    let there = Phone::of(&story, "twilio", ANA);
    there.gets(&story, "the other story").await;
    remember(&story, "likes", json!("tea")).await;
    let told = ana.gets(&story, "/new").await;
    assert!(told.starts_with("We begin a fresh conversation."), "{told}");
    ana.gets(&story, "hi").await;
    let told = story.model.told();
    assert!(!told.contains("old story") && !told.contains("other story"), "{told}");
    assert_eq!(known(&story).await.len(), 1);
}

#[tokio::test]
async fn forget_without_a_word_asks_for_one_and_what_is_not_there_is_not_found() {
    let (story, ana) = after("meta", &["hello"]).await;
    assert!(ana.gets(&story, "/forget").await.starts_with("What should I forget?"));
    remember(&story, "likes", json!("tea")).await;
    let before = known(&story).await;
    assert_eq!(before.len(), 1);
    assert!(ana.gets(&story, "/olvidar").await.contains("?"));
    assert_eq!(known(&story).await, before);
}

#[tokio::test]
async fn what_is_not_there_is_not_found_and_the_order_itself_is_forgotten() {
    let (story, ana) = after("meta", &["hello"]).await;
    let told = ana.gets(&story, "/forget my divorce").await;
    assert!(told.starts_with("I have found nothing of that"), "{told}");
    assert!(!texts(&story, "meta").await.iter().any(|text| text.contains("divorce")));
}

#[tokio::test]
async fn a_note_goes_with_all_that_says_the_same_on_every_number() {
    for number in PROVIDERS {
        let said = ["I am allergic to peanuts", "my car is blue", "is the cake without peanuts?"];
        let (story, ana) = after(number, &said).await;
        let other = PROVIDERS.into_iter().find(|other| *other != number).unwrap();
        Phone::of(&story, other, ANA).gets(&story, "no peanuts please").await;
        remember(&story, "allergies", json!("peanuts")).await;
        remember(&story, "car", json!("blue")).await;
        let told = ana.gets(&story, "/forget my allergies").await;
        assert_eq!(told, "It is deleted. Notes: 1, messages: 6.");
        let keys: Vec<String> = known(&story).await.into_iter().map(|entry| entry.key).collect();
        assert_eq!(keys, ["car"]);
        let left = [texts(&story, number).await, texts(&story, other).await].concat();
        assert!(
            !left.iter().any(|text| text.contains("peanut") || text.contains("allerg")),
            "{left:?}"
        );
        assert!(left.iter().any(|text| text.contains("my car is blue")));
    }
}

#[tokio::test]
async fn where_no_note_matches_messages_go() {
    for (number, said, order, done) in [
        ("meta", "I was in hospital in May", "/forget the hospital", "It is deleted. Notes: 0, "),
        ("twilio", "ontem fui ao médico", "/esquecer o médico", "Está apagado. Anotações: 0, "),
    ] {
        let (story, ana) = after(number, &[said, "olá, você está aí?"]).await;
        let told = ana.gets(&story, order).await;
        assert!(told.starts_with(done) && told.contains(": 2"), "{told}");
        let left = texts(&story, number).await;
        assert!(!left.iter().any(|text| text.contains("hospital") || text.contains("médico")));
    }
}

#[tokio::test]
async fn what_is_called_so_goes_and_not_what_only_sounds_like_it() {
    let (story, ana) = after("meta", &["my name is Ana", "my dog is called Rex"]).await;
    remember(&story, "name", json!("Ana")).await;
    remember(&story, "dog_name", json!("Rex")).await;
    ana.gets(&story, "/olvidar mi nombre").await;
    let left = known(&story).await;
    assert_eq!(left.iter().map(|entry| entry.key.as_str()).collect::<Vec<_>>(), ["dog_name"]);
    assert!(texts(&story, "meta").await.iter().any(|text| text.contains("Rex")));
}

#[tokio::test]
async fn what_a_colleague_said_is_the_businesss() {
    let (story, ana) = after("meta", &["I live in Mulberry Lane"]).await;
    let id = story.conversation(ANA, "meta").await.id;
    let message = Outgoing::new(Content::Text("We deliver to Mulberry Lane.".into()));
    let said = Saying { role: Role::Business, message, key: None };
    let say = vec![Change::Say(Box::new(said))];
    story.store().apply(Subject::Conversation(id), say).await.unwrap();
    story.settle().await;
    ana.gets(&story, "/forget Mulberry Lane").await;
    let left = texts(&story, "meta").await;
    let named: Vec<&String> = left.iter().filter(|text| text.contains("Mulberry")).collect();
    assert_eq!(named, ["We deliver to Mulberry Lane."]);
}

#[tokio::test]
async fn what_was_known_before_a_correction_can_go_alone() {
    let (story, ana) = after("meta", &["hello"]).await;
    remember(&story, "address", json!("1 Long Road")).await;
    remember(&story, "address", json!("2 High Street")).await;
    let told = ana.gets(&story, "/forget Long Road").await;
    assert!(told.starts_with("It is deleted. Notes: 1"), "{told}");
    let left = known(&story).await;
    assert_eq!(left[0].value, json!("2 High Street"));
    let person = story.person("main", ANA).await.unwrap().id;
    let before = story.store().history(&Space::Person(person), "address").await.unwrap();
    assert!(before.is_empty());
}

#[tokio::test]
async fn forget_all_asks_back_and_a_no_keeps_everything() {
    for (number, no) in [("meta", "no"), ("twilio", "2"), ("twilio", "No, thanks")] {
        let (story, ana) = after(number, &["hello"]).await;
        remember(&story, "likes", json!("tea")).await;
        let question = ana.gets(&story, "/forget all").await;
        assert!(question.starts_with("Shall I delete all our messages"), "{question}");
        let asked_at = story.conversation(ANA, number).await.asked;
        assert!(matches!(asked_at, Some(Asked::ForgetAll { .. })));
        assert_eq!(ana.gets(&story, no).await, "All right, everything stays as it is.");
        assert_eq!(story.conversation(ANA, number).await.asked, None);
        assert_eq!((known(&story).await.len(), asked(&story)), (1, 1));
    }
}

#[tokio::test]
async fn anything_else_is_answered_as_usual_and_the_question_is_over() {
    let (story, ana) = after("meta", &["/forget all", "are you open?", "yes"]).await;
    assert_eq!(ana.last(), "You said: yes");
    assert_eq!(story.conversation(ANA, "meta").await.asked, None);
    ana.gets(&story, "/forget all").await;
    story.advance(601);
    assert_eq!(ana.gets(&story, "yes").await, "You said: yes", "too late");
    ana.gets(&story, "/forget all").await;
    assert!(ana.gets(&story, "/help").await.starts_with("Write to me"));
    assert_eq!(story.conversation(ANA, "meta").await.asked, None);
}

#[tokio::test]
async fn a_yes_to_another_question_deletes_nothing() {
    let (story, ana) = after("meta", &["hello", "/forget all"]).await;
    let id = story.conversation(ANA, "meta").await.id;
    let message = olifant::domain::message::Outgoing::text("Shall we deliver at five?");
    let saying = olifant::domain::change::Saying { role: Role::Business, message, key: None };
    let say = vec![Change::Say(Box::new(saying))];
    story.store().apply(Subject::Conversation(id), say).await.unwrap();
    story.settle().await;
    assert_eq!(ana.gets(&story, "yes").await, "You said: yes");
    let rows: Vec<Message> = story.transcript().await;
    assert!(rows.iter().any(|row| row.content == Content::Text("hello".into())));
}

#[tokio::test]
async fn a_tap_that_comes_too_late_asks_again() {
    let (story, ana) = after("meta", &["hello", "/forget all"]).await;
    let question = ana.inbox().pop().unwrap();
    ana.gets(&story, "wait").await;
    let Phone::Meta(person) = &ana else { unreachable!() };
    assert_eq!(person.taps(&question.id, "Forget everything").await.status, 200);
    story.settle().await;
    assert!(ana.last().starts_with("Shall I delete"), "{}", ana.last());
}

#[tokio::test]
async fn after_a_yes_nothing_is_known_and_the_farewell_arrives() {
    for (number, said, order, yes, farewell) in [
        (
            "meta",
            "hi, my name is Zita",
            "/forget all",
            "yes",
            "Everything is deleted: our messages",
        ),
        ("meta", "hallo, mein Name ist Zita", "/vergiss alles", "Ja, bitte!", "Alles ist gelöscht"),
        ("twilio", "hola, mi nombre es Zita", "/olvidar todo", "1", "Todo está borrado"),
        ("twilio", "halo, nama saya Zita", "/lupakan semua", "ya", "Semuanya sudah dihapus"),
    ] {
        let (story, ana) = after(number, &[said]).await;
        remember(&story, "name", json!("Zita")).await;
        ana.gets(&story, order).await;
        let told = ana.gets(&story, yes).await;
        assert!(told.starts_with(farewell), "{told}");
        assert!(story.person("main", ANA).await.is_none());
        ana.gets(&story, "hello").await;
        assert!(!story.model.told().contains("Zita"));
        assert!(known(&story).await.is_empty());
    }
}

#[tokio::test]
async fn a_tap_confirms_and_nobody_is_introduced_to_who_leaves() {
    let story = Story::with("[assistant]\nintroduce = true").await;
    let person = story.meta().person("Ana", ANA);
    for text in ["hello", "/forget all"] {
        person.says(text).await;
        story.settle().await;
    }
    person.taps(&person.inbox().pop().unwrap().id, "Forget everything").await;
    story.settle().await;
    assert!(person.texts().pop().unwrap().starts_with("Everything is deleted"));
    person.says("hello").await;
    story.settle().await;
    assert!(person.texts().pop().unwrap().contains("(AI)"), "they are new");
}

#[tokio::test]
async fn who_wants_no_messages_can_still_be_forgotten() {
    for number in PROVIDERS {
        let (story, ana) = after(number, &["hello", "stop"]).await;
        let count = ana.inbox().len();
        ana.gets(&story, "/help").await;
        assert_eq!(ana.inbox().len(), count, "but is told nothing else");
        ana.gets(&story, "/forget all").await;
        assert!(ana.gets(&story, "yes").await.starts_with("Everything is deleted"));
    }
}

/// What stands behind a link.
async fn fetched(url: &str) -> (u16, Value) {
    let client = reqwest::Client::builder().no_proxy().build().unwrap();
    let answer = client.get(url).send().await.unwrap();
    (answer.status().as_u16(), answer.json().await.unwrap())
}

fn link(text: &str) -> String {
    text.lines().find(|line| line.starts_with("http")).expect("a link").to_owned()
}

#[tokio::test]
async fn on_twilio_an_export_is_behind_a_link_of_ones_own_for_a_day() {
    let (mut story, ana) = after("twilio", &["I like green tea"]).await;
    Phone::of(&story, "twilio", BEN).gets(&story, "I am somebody else").await;
    remember(&story, "likes", json!("green tea")).await;
    remember(&story, "instructions", json!("Be brief.")).await;
    let told = ana.gets(&story, "/export").await;
    assert!(told.contains("24 hours"), "{told}");
    let path = url::Url::parse(&link(&told)).unwrap().path().to_owned();
    story.restart().await;
    let url = format!("{}{path}", story.url());
    let (status, document) = fetched(&url).await;
    assert_eq!(status, 200);
    is_all_of_it(&story, &document);
    assert_eq!(fetched(&format!("{url}0")).await.0, 404);
    story.advance(24 * 60 * 60);
    assert_eq!(fetched(&url).await.0, 404);
}

/// Everything of Ana and nothing of Ben, in a form that can come in again.
fn is_all_of_it(story: &Story, document: &Value) {
    assert_eq!(document["olifant_export"], 1);
    assert_eq!(document["profile"][0]["value"], "green tea");
    assert_eq!(document["instructions"], "Be brief.");
    let said = &document["conversations"][0]["messages"];
    assert_eq!(said[0]["text"], "I like green tea");
    assert_eq!(said[1]["text"], "You said: I like green tea");
    assert!(!document.to_string().contains("somebody else"));
    let options = olifant::transfer::Options::at(story.clock.now());
    let read = olifant::transfer::read(document.to_string().as_bytes(), &options).unwrap();
    assert_eq!(read.turns.len(), said.as_array().unwrap().len());
}

#[tokio::test]
async fn on_meta_an_export_is_a_file_that_is_made_when_it_goes_out() {
    let (story, ana) = after("meta", &["I like green tea"]).await;
    Phone::of(&story, "meta", BEN).gets(&story, "I am somebody else").await;
    remember(&story, "likes", json!("green tea")).await;
    remember(&story, "instructions", json!("Be brief.")).await;
    story.meta().upload_fault(Fault::Error { status: 500, code: 131_000, retry_after: None });
    ana.gets(&story, "/export").await;
    let file = &ana.inbox().pop().unwrap().raw["document"];
    let words = (&file["filename"], &file["caption"]);
    assert_eq!(words, (&json!("olifant-export.txt"), &json!("All that is kept about you.")));
    let document = uploaded(&story, file["id"].as_str().unwrap()).await;
    is_all_of_it(&story, &document);
    let row = story.transcript().await.pop().unwrap();
    let told = "[document olifant-export.txt] All that is kept about you.";
    assert_eq!((row.content.as_text().as_str(), row.status), (told, Status::Read));
    assert_eq!(ana.inbox().len(), 2, "once");
}

/// What was left with Meta.
async fn uploaded(story: &Story, id: &str) -> Value {
    let Some(NumberConfig::Meta(number)) = story.app().settings.numbers.get(&"meta".into()) else {
        panic!("no number")
    };
    let base = number.graph_url.trim_end_matches('/').to_owned();
    let client = reqwest::Client::builder().no_proxy().build().unwrap();
    let get = async |url: &str| {
        let request = client.get(url).bearer_auth("token-1000000001");
        request.send().await.unwrap().json::<Value>().await.unwrap()
    };
    let place = get(&format!("{base}/v25.0/{id}")).await;
    get(place["url"].as_str().unwrap()).await
}

#[tokio::test]
async fn a_link_of_somebody_who_is_forgotten_leads_nowhere() {
    let (story, ana) = after("twilio", &["hello"]).await;
    let url = link(&ana.gets(&story, "/exportar").await);
    assert_eq!(fetched(&url).await.0, 200);
    ana.gets(&story, "/forget all").await;
    ana.gets(&story, "yes").await;
    assert_eq!(fetched(&url).await.0, 404);
}
