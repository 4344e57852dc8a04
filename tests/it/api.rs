//! The business's other programs write to people.

use olifant::domain::change::{Change, Subject};
use olifant::domain::content::Content;
use olifant::domain::message::Role;
use reqwest::Method;
use serde_json::{Value, json};

use crate::harness::{ANA, Story};
use crate::operating::{operate, token};

/// A program of a business, with its token.
struct Program {
    token: String,
}

impl Program {
    async fn of(story: &Story, business: &str) -> Self {
        Self { token: token(story, business).await }
    }

    async fn posts(&self, story: &Story, key: Option<&str>, body: &Value) -> (u16, Value) {
        let request = client().post(format!("{}/v1/messages", story.url())).json(body);
        let request = request.bearer_auth(&self.token);
        let keyed = key.into_iter().fold(request, |r, key| r.header("idempotency-key", key));
        answer(keyed).await
    }

    async fn writes(&self, story: &Story, body: Value) -> (u16, Value) {
        self.posts(story, None, &body).await
    }

    async fn looks(&self, story: &Story, id: &str) -> (u16, Value) {
        let url = format!("{}/v1/messages/{id}", story.url());
        answer(client().get(url).bearer_auth(&self.token)).await
    }
}

fn client() -> reqwest::Client {
    reqwest::Client::builder().no_proxy().build().unwrap()
}

async fn answer(request: reqwest::RequestBuilder) -> (u16, Value) {
    let answer = request.send().await.unwrap();
    (answer.status().as_u16(), answer.json().await.unwrap())
}

/// A story in which Ana has written to the Meta number a moment ago.
async fn met() -> Story {
    let story = Story::new().await;
    story.meta().person("Ana", ANA).says("hello").await;
    story.settle().await;
    story
}

fn text(words: &str) -> Value {
    json!({ "to": format!("+{ANA}"), "text": words })
}

#[tokio::test]
async fn nothing_is_open_without_a_token() {
    let story = met().await;
    let program = Program::of(&story, "main").await;
    let url = format!("{}/v1/messages", story.url());
    let request = client().post(&url).json(&text("hi"));
    for request in [
        request.try_clone().unwrap(),
        request.try_clone().unwrap().bearer_auth(""),
        request.try_clone().unwrap().bearer_auth(format!("{}0", program.token)),
        request.try_clone().unwrap().basic_auth("olifant", Some(&program.token)),
    ] {
        let answer = request.send().await.unwrap();
        assert_eq!(answer.status(), 401);
        assert_eq!(answer.headers()["www-authenticate"], "Bearer");
        assert!(answer.text().await.unwrap().contains("olifant token new"), "the remedy");
    }
    assert_eq!(program.writes(&story, text("hi")).await.0, 202);
    let tokens = operate(&story, Method::GET, "/tokens", Value::Null).await.1;
    let id = tokens[0]["id"].as_str().unwrap();
    assert!(!tokens.to_string().contains(&program.token));
    operate(&story, Method::DELETE, &format!("/tokens/{id}"), Value::Null).await;
    assert_eq!(program.writes(&story, text("hi again")).await.0, 401, "revoked");
}

#[tokio::test]
async fn a_text_reaches_the_phone_and_stands_in_the_transcript_as_the_businesss_words() {
    let story = met().await;
    let program = Program::of(&story, "main").await;
    let (status, sent) = program.writes(&story, text("Your table is ready.")).await;
    assert_eq!((status, &sent["status"]), (202, &json!("queued")));
    story.settle().await;
    let ana = story.meta().person("Ana", ANA);
    assert_eq!(ana.texts().last().unwrap(), "Your table is ready.");
    let row = story.transcript().await.pop().unwrap();
    assert_eq!(row.role, Role::Business);
    assert_eq!(row.content, Content::Text("Your table is ready.".into()));
    let id = sent["id"].as_str().unwrap();
    let read = json!({ "id": id, "status": "read" });
    assert_eq!(program.looks(&story, id).await, (200, read));
    ana.says("thank you").await;
    story.settle().await;
    assert!(story.model.told().contains("Your table is ready."), "the model knows of it");
    story.assert_done().await;
}

#[tokio::test]
async fn a_message_with_a_key_is_said_once_whatever_happens_between() {
    let mut story = met().await;
    let program = Program::of(&story, "main").await;
    let (status, first) = program.posts(&story, Some("order-7"), &text("Ready.")).await;
    assert_eq!(status, 202);
    assert_eq!(program.posts(&story, Some("order-7"), &text("Ready.")).await, (200, first.clone()));
    story.restart().await;
    story.settle().await;
    story.advance(25 * 60 * 60);
    let (status, again) = program.posts(&story, Some("order-7"), &text("Ready.")).await;
    assert_eq!((status, &again["id"], &again["status"]), (200, &first["id"], &json!("read")));
    let (status, problem) = program.posts(&story, Some("order-7"), &text("Late.")).await;
    assert_eq!((status, &problem["error"]["code"]), (409, &json!("key_reused")));
    let mut elsewhere = text("Ready.");
    elsewhere["number"] = "twilio".into();
    let (status, problem) = program.posts(&story, Some("order-7"), &elsewhere).await;
    assert_eq!((status, &problem["error"]["code"]), (409, &json!("key_reused")));
    story.settle().await;
    let ana = story.meta().person("Ana", ANA);
    assert_eq!(ana.texts().iter().filter(|text| *text == "Ready.").count(), 1);
    assert!(!ana.texts().contains(&"Late.".to_owned()));
}

#[tokio::test]
async fn many_at_once_with_one_key_are_one_message() {
    let story = met().await;
    let program = Program::of(&story, "main").await;
    let body = text("Ready.");
    let all = (0..8).map(|_| program.posts(&story, Some("k"), &body));
    let answers = futures::future::join_all(all).await;
    assert_eq!(answers.iter().filter(|(status, _)| *status == 202).count(), 1);
    assert!(answers.iter().all(|(_, sent)| sent["id"] == answers[0].1["id"]));
    story.settle().await;
    let texts = story.meta().person("Ana", ANA).texts();
    assert_eq!(texts.iter().filter(|text| *text == "Ready.").count(), 1);
}

#[tokio::test]
async fn a_closed_window_is_known_before_anything_is_sent() {
    let story = met().await;
    let program = Program::of(&story, "main").await;
    let stranger = json!({ "to": "+15550100077", "number": "meta", "text": "hi" });
    let (status, problem) = program.writes(&story, stranger).await;
    assert_eq!((status, &problem["error"]["code"]), (409, &json!("window_closed")));
    story.advance(24 * 60 * 60);
    let (status, problem) = program.writes(&story, text("hi")).await;
    assert_eq!((status, &problem["error"]["field"]), (409, &json!("to")));
    assert!(problem["error"]["message"].as_str().unwrap().contains("window_template"));
    let template = json!({ "name": "come_back", "language": "en" });
    let letter = json!({ "to": format!("+{ANA}"), "template": template });
    assert_eq!(program.writes(&story, letter).await.0, 202);
    let stranger = json!({ "to": "+15550100077", "number": "meta", "template": template });
    assert_eq!(program.writes(&story, stranger).await.0, 202);
    assert!(story.person("main", "15550100077").await.is_some());
}

#[tokio::test]
async fn whoever_opted_out_is_left_alone() {
    let story = met().await;
    let program = Program::of(&story, "main").await;
    let conversation = story.conversation(ANA, "meta").await;
    let subject = Subject::Conversation(conversation.id);
    story.store().apply(subject, vec![Change::OptOut]).await.unwrap();
    for letter in [
        text("hi"),
        json!({ "to": conversation.id.to_string(), "text": "hi" }),
        json!({ "to": conversation.person.to_string(), "template": { "name": "come_back" } }),
    ] {
        let (status, problem) = program.writes(&story, letter).await;
        assert_eq!((status, &problem["error"]["code"]), (409, &json!("opted_out")));
    }
}

#[tokio::test]
async fn a_token_speaks_for_its_business_and_sees_no_other() {
    let story = met().await;
    let (ours, theirs) = (Program::of(&story, "main").await, Program::of(&story, "other").await);
    let (_, sent) = ours.writes(&story, text("Ready.")).await;
    let id = sent["id"].as_str().unwrap();
    assert_eq!(theirs.looks(&story, id).await.0, 404);
    assert_eq!(ours.looks(&story, id).await.0, 200);
    let conversation = story.conversation(ANA, "meta").await;
    for (letter, code) in [
        (json!({ "to": conversation.id.to_string(), "text": "hi" }), "unknown_person"),
        (json!({ "to": conversation.person.to_string(), "text": "hi" }), "unknown_person"),
        (json!({ "to": format!("+{ANA}"), "number": "meta", "text": "hi" }), "unknown_number"),
    ] {
        let (status, problem) = theirs.writes(&story, letter).await;
        assert_eq!((status, &problem["error"]["code"]), (404, &json!(code)));
    }
    let (status, problem) = theirs.writes(&story, text("hi")).await;
    assert_eq!((status, &problem["error"]["code"]), (409, &json!("window_closed")), "a stranger");
    let inbound = story.transcript().await.remove(0).position;
    let id = format!("{}.{}.{}", conversation.id, inbound.seq, inbound.part);
    assert_eq!(ours.looks(&story, &id).await.0, 404, "what a person wrote is not told");
}

#[tokio::test]
async fn it_goes_out_from_the_number_that_the_person_wrote_to_last() {
    let story = met().await;
    let program = Program::of(&story, "main").await;
    let (status, problem) = program
        .writes(&story, json!({ "to": "+15550100077", "template": { "name": "come_back" } }))
        .await;
    assert_eq!((status, &problem["error"]["code"]), (409, &json!("number_needed")));
    story.advance(60);
    story.twilio().person("Ana", ANA).says("here now").await;
    story.settle().await;
    assert_eq!(program.writes(&story, text("Ready.")).await.0, 202);
    let named = json!({ "to": format!("+{ANA}"), "number": "meta", "text": "There." });
    assert_eq!(program.writes(&story, named).await.0, 202);
    story.settle().await;
    assert_eq!(story.twilio().person("Ana", ANA).texts().last().unwrap(), "Ready.");
    assert_eq!(story.meta().person("Ana", ANA).texts().last().unwrap(), "There.");
}

#[tokio::test]
async fn a_quote_names_a_message_of_the_same_conversation() {
    let story = met().await;
    let program = Program::of(&story, "main").await;
    let conversation = story.conversation(ANA, "meta").await.id;
    let asked = story.transcript().await.remove(0);
    let id = format!("{conversation}.{}.{}", asked.position.seq, asked.position.part);
    let mut letter = text("About this.");
    letter["reply_to"] = id.into();
    assert_eq!(program.writes(&story, letter.clone()).await.0, 202);
    story.settle().await;
    let bubble = story.meta().person("Ana", ANA).inbox().pop().unwrap();
    assert_eq!(bubble.quotes, asked.provider_id.map(|id| id.as_str().to_owned()));
    letter["reply_to"] = format!("{}.1.0", "0".repeat(32)).into();
    let (status, problem) = program.writes(&story, letter).await;
    assert_eq!((status, &problem["error"]["field"]), (404, &json!("reply_to")));
}

#[tokio::test]
async fn each_kind_of_message_reaches_the_phone() {
    let story = met().await;
    let program = Program::of(&story, "main").await;
    let option = |title: &str| json!({ "title": title });
    let link = "https://example.com/menu.pdf";
    for (field, content, kind) in [
        ("text", json!("Hello."), "text"),
        (
            "template",
            json!({ "name": "ready", "language": "en", "variables": ["Ana"] }),
            "template",
        ),
        ("media", json!({ "kind": "document", "link": link, "filename": "menu.pdf" }), "document"),
        ("media", json!({ "kind": "picture", "link": link, "caption": "soup" }), "image"),
        (
            "choices",
            json!({ "text": "Soup?", "options": [option("Yes"), option("No")] }),
            "interactive",
        ),
        ("link", json!({ "text": "Our menu", "title": "Open", "url": link }), "interactive"),
        ("location_request", json!("Where are you?"), "interactive"),
        ("location", json!({ "latitude": 38.7, "longitude": -9.1, "name": "Here" }), "location"),
    ] {
        let mut letter = json!({ "to": format!("+{ANA}") });
        letter[field] = content;
        let (status, sent) = program.writes(&story, letter).await;
        assert_eq!(status, 202, "{field}: {sent}");
        story.settle().await;
        let bubble = story.meta().person("Ana", ANA).inbox().pop().unwrap();
        assert_eq!(bubble.raw["type"], kind, "{field}");
        let id = sent["id"].as_str().unwrap();
        assert_eq!(program.looks(&story, id).await.1["status"], "read", "{field}");
    }
}

#[tokio::test]
async fn a_file_is_left_with_the_provider_and_sent_by_its_id() {
    let story = met().await;
    let program = Program::of(&story, "main").await;
    let upload = |query: &str| {
        let url = format!("{}/v1/media?{query}", story.url());
        client().post(url).bearer_auth(&program.token).body(b"JFIF".to_vec())
    };
    let jpeg = |query: &str| upload(query).header("content-type", "image/jpeg");
    let (status, file) = answer(jpeg("number=meta&name=soup.jpg")).await;
    assert_eq!(status, 200, "{file}");
    let picture = json!({ "kind": "picture", "id": file["id"], "caption": "soup" });
    let letter = json!({ "to": format!("+{ANA}"), "media": picture });
    assert_eq!(program.writes(&story, letter.clone()).await.0, 202);
    story.settle().await;
    let bubble = story.meta().person("Ana", ANA).inbox().pop().unwrap();
    assert_eq!(bubble.raw["image"]["id"], file["id"]);

    let (status, problem) = answer(jpeg("number=twilio")).await;
    assert_eq!((status, &problem["error"]["field"]), (422, &json!("number")));
    story.twilio().person("Ana", ANA).says("here").await;
    let mut there = letter;
    there["number"] = "twilio".into();
    let (status, problem) = program.writes(&story, there).await;
    assert_eq!((status, &problem["error"]["field"]), (422, &json!("media.id")));
    assert_eq!(answer(jpeg("")).await.0, 409, "which number?");
    assert_eq!(answer(jpeg("number=second")).await.0, 404, "another business's");
    assert_eq!(answer(jpeg("nmber=meta")).await.0, 422);
    assert_eq!(answer(upload("number=meta")).await.0, 415);
    let url = format!("{}/v1/media?number=meta", story.url());
    assert_eq!(answer(client().post(url)).await.0, 401);
}

#[tokio::test]
async fn a_mistake_is_an_answer_that_names_it() {
    let story = met().await;
    let program = Program::of(&story, "main").await;
    let to = format!("+{ANA}");
    for (letter, field) in [
        (json!({ "to": to }), "text"),
        (json!({ "to": to, "text": "a", "location_request": "b" }), "text"),
        (json!({ "to": to, "text": null }), "text"),
        (json!({ "to": to, "text": " \n" }), "text"),
        (json!({ "to": to, "txt": "hi" }), "txt"),
        (json!({ "to": "Ana", "text": "hi" }), "to"),
        (json!({ "to": to, "text": "a".repeat(4097) }), "text"),
        (json!({ "to": to, "media": { "kind": "picture" } }), "media"),
        (json!({ "to": to, "media": { "kind": "picture", "link": "http://x" } }), "media"),
        (json!({ "to": to, "choices": { "text": "a", "options": [] } }), "choices.options"),
        (json!({ "to": to, "location": { "latitude": 91, "longitude": 0 } }), "location.latitude"),
    ] {
        let (status, problem) = program.writes(&story, letter.clone()).await;
        assert_eq!((status, &problem["error"]["field"]), (422, &json!(field)), "{letter}");
    }
    let post = || client().post(format!("{}/v1/messages", story.url())).bearer_auth(&program.token);
    assert_eq!(answer(post().header("content-type", "text/plain").body("{}")).await.0, 415);
    assert_eq!(answer(post().header("content-type", "application/json").body("{")).await.0, 400);
    assert_eq!(answer(post().json(&text(&"a".repeat(200_000)))).await.0, 413);
    assert_eq!(answer(post().header("idempotency-key", "a b").json(&text("hi"))).await.0, 400);
    story.settle().await;
    assert_eq!(story.meta().person("Ana", ANA).texts(), ["You said: hello"]);
}

#[tokio::test]
async fn a_key_of_another_persons_message_is_a_conflict() {
    let story = Story::new().await;
    let token = token(&story, "main").await;
    let post = |to: &str| {
        let template = json!({ "name": "come_back", "language": "en" });
        reqwest::Client::builder()
            .no_proxy()
            .build()
            .unwrap()
            .post(format!("{}/v1/messages", story.url()))
            .bearer_auth(&token)
            .header("idempotency-key", "k")
            .json(&json!({ "to": to, "number": "meta", "template": template }))
            .send()
    };
    assert_eq!(post("+15550100077").await.unwrap().status(), 202);
    let second = post("+15550100078").await.unwrap();
    story.settle().await;
    let got = story.meta().person("B", "15550100078").inbox().len();
    assert_eq!((second.status().as_u16(), got), (409, 0), "{}", second.text().await.unwrap());
}

#[tokio::test]
async fn every_answer_of_the_api_is_a_problem() {
    let story = Story::new().await;
    let token = token(&story, "main").await;
    let client = reqwest::Client::builder().no_proxy().build().unwrap();
    let answer = client
        .get(format!("{}/v1/messages/%FF", story.url()))
        .bearer_auth(&token)
        .send()
        .await
        .unwrap();
    let (status, kind) = (answer.status().as_u16(), answer.headers().get("content-type").cloned());
    let text = answer.text().await.unwrap();
    assert_eq!(status, 404, "{kind:?} {text}");
}

#[tokio::test]
async fn a_name_that_the_schema_forbids_is_refused() {
    let story = Story::new().await;
    let token = token(&story, "main").await;
    let client = reqwest::Client::builder().no_proxy().build().unwrap();
    for name in ["".to_owned(), "a".repeat(300)] {
        let answer = client
            .post(format!("{}/v1/media?number=meta&name={name}", story.url()))
            .bearer_auth(&token)
            .header("content-type", "image/jpeg")
            .body(b"JFIF".to_vec())
            .send()
            .await
            .unwrap();
        assert_eq!(answer.status(), 422);
    }
}

#[tokio::test]
async fn many_with_one_key_to_a_stranger() {
    let story = Story::new().await;
    let token = token(&story, "main").await;
    let template = json!({ "name": "come_back", "language": "en" });
    let post = || {
        reqwest::Client::builder()
            .no_proxy()
            .build()
            .unwrap()
            .post(format!("{}/v1/messages", story.url()))
            .bearer_auth(&token)
            .header("idempotency-key", "k")
            .json(&json!({ "to": "+15550100077", "number": "meta", "template": template }))
            .send()
    };
    let all = futures::future::join_all((0..8).map(|_| post())).await;
    let codes: Vec<_> = all.into_iter().map(|r| r.unwrap().status().as_u16()).collect();
    assert_eq!(codes.iter().filter(|c| **c == 202).count(), 1, "{codes:?}");
    assert_eq!(codes.iter().filter(|c| **c == 200).count(), 7, "{codes:?}");
}
