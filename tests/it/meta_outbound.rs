//! Everything a business can say over Meta, as it lies on the phone.

use olifant::domain::change::{Change, Saying, Subject};
use olifant::domain::content::{Choice, Choices, Contact, Content, Media, MediaKind, Template};
use olifant::domain::failure::{Class, SendError};
use olifant::domain::message::{Message, Outgoing, Role, Status};
use olifant::provider::Upload;
use olifant::sandbox::gate::Fault;
use olifant::sandbox::meta::Person;
use serde_json::{Value, json};

use crate::harness::{ANA, Story};

/// A story in which Ana has just been answered.
async fn begun() -> (Story, Person) {
    let story = Story::new().await;
    let ana = story.meta().person("Ana", ANA);
    ana.says("hello").await;
    story.settle().await;
    (story, ana)
}

async fn say(story: &Story, message: Outgoing) -> Message {
    let id = story.conversation(ANA, "meta").await.id;
    let saying = Box::new(Saying { role: Role::Business, message, key: None });
    story.store().apply(Subject::Conversation(id), vec![Change::Say(saying)]).await.unwrap();
    story.settle().await;
    story.transcript().await.pop().unwrap()
}

/// Says it, and returns what came out of it on the phone.
async fn shown(story: &Story, ana: &Person, content: Content) -> Value {
    let before = ana.inbox().len();
    let row = say(story, Outgoing::new(content.clone())).await;
    assert_eq!((row.status, row.failure), (Status::Read, None), "{content:?}");
    assert_eq!(row.content, content, "the row keeps what was meant");
    let inbox = ana.inbox();
    assert_eq!(inbox.len(), before + 1, "{content:?}");
    inbox.last().unwrap().raw.clone()
}

fn media(kind: MediaKind, reference: &str, mime: &str) -> Content {
    let caption = Some("the plan".into());
    let filename = Some("plan.pdf".into());
    let (reference, mime) = (reference.into(), mime.into());
    Content::Media(Media { kind, reference, mime, caption, filename, sha256: None })
}

fn choices(count: usize, description: Option<&str>) -> Content {
    let option = |n| Choice {
        id: format!("o{n}"),
        title: format!("Option {n}"),
        description: description.map(Into::into),
    };
    Content::Choices(Choices { text: "When?".into(), options: (1..=count).map(option).collect() })
}

#[tokio::test]
async fn each_kind_is_taken_by_meta_and_seen_as_what_it_is() {
    let (story, ana) = begun().await;
    let link = "https://example.com/plan";
    let card = Contact { name: "Bea".into(), phones: vec!["+1 555 010 0102".into()] };
    let to_click = |title: &str| Content::Link {
        text: "Book here".into(),
        title: title.into(),
        url: link.into(),
    };
    for (content, kind, within) in [
        (Content::Text("good day".into()), "text", json!({ "body": "good day" })),
        (
            media(MediaKind::Picture, link, "image/png"),
            "image",
            json!({ "link": link, "caption": "the plan" }),
        ),
        (
            media(MediaKind::Video, link, "video/mp4"),
            "video",
            json!({ "link": link, "caption": "the plan" }),
        ),
        (media(MediaKind::Audio, link, "audio/mp4"), "audio", json!({ "link": link })),
        (
            media(MediaKind::VoiceNote, link, "audio/ogg"),
            "audio",
            json!({ "link": link, "voice": true }),
        ),
        (
            media(MediaKind::Document, link, "application/pdf"),
            "document",
            json!({ "link": link, "caption": "the plan", "filename": "plan.pdf" }),
        ),
        (media(MediaKind::Sticker, link, "image/webp"), "sticker", json!({ "link": link })),
        (
            Content::Location { latitude: 12.5, longitude: 77.0, name: Some("Shop".into()) },
            "location",
            json!({ "latitude": 12.5, "longitude": 77.0, "name": "Shop" }),
        ),
        (Content::Contacts(vec![card]), "contacts", json!([])),
        (choices(3, None), "interactive", json!({ "type": "button" })),
        (choices(10, None), "interactive", json!({ "type": "list" })),
        (choices(2, Some("more")), "interactive", json!({ "type": "list" })),
        (choices(11, None), "text", json!({ "preview_url": false })),
        (to_click("Book"), "interactive", json!({ "type": "cta_url" })),
        (to_click("Book a table for this evening"), "text", json!({ "preview_url": true })),
        (
            Content::LocationRequest("Where are you?".into()),
            "interactive",
            json!({ "type": "location_request_message", "action": { "name": "send_location" } }),
        ),
    ] {
        let raw = shown(&story, &ana, content).await;
        assert_eq!(raw["type"], kind, "{raw}");
        for (name, value) in within.as_object().into_iter().flatten() {
            assert_eq!(raw[kind][name], *value, "{raw}");
        }
    }
}

#[tokio::test]
async fn what_a_person_taps_is_what_was_offered() {
    let (story, ana) = begun().await;
    for (count, tapped) in [(3, "Option 2"), (10, "Option 7")] {
        shown(&story, &ana, choices(count, None)).await;
        let wamid = ana.inbox().last().unwrap().id.clone();
        assert_eq!(ana.taps(&wamid, tapped).await.status, 200);
        story.settle().await;
        let rows = story.transcript().await;
        let row = rows.iter().rfind(|row| row.role == Role::Person).unwrap();
        let id = format!("o{}", tapped.trim_start_matches("Option "));
        assert_eq!(row.content, Content::Choice { id, title: tapped.into() });
        assert_eq!(row.attached.quotes.as_ref().unwrap().as_str(), wamid);
    }
}

#[tokio::test]
async fn a_quote_shows_and_a_reaction_stands_on_its_message() {
    let (story, ana) = begun().await;
    let theirs = story.transcript().await[0].provider_id.clone().unwrap();
    let quoting = Outgoing { quotes: Some(theirs.clone()), ..Outgoing::text("this one") };
    say(&story, quoting).await;
    assert_eq!(ana.inbox().last().unwrap().quotes.as_deref(), Some(theirs.as_str()));
    let on = |emoji: &str| Content::Reaction { to: theirs.clone(), emoji: emoji.into() };
    let reacting = Outgoing { quotes: Some(theirs.clone()), ..Outgoing::new(on("👍")) };
    let row = say(&story, reacting).await;
    assert_eq!(row.failure, None);
    assert_eq!(ana.bubble(theirs.as_str()).unwrap().reactions.len(), 1);
    say(&story, Outgoing::new(on(""))).await;
    assert!(ana.bubble(theirs.as_str()).unwrap().reactions.is_empty());
}

#[tokio::test]
async fn a_file_is_uploaded_and_sent_by_its_id() {
    let (story, ana) = begun().await;
    let upload = || Upload {
        name: "plan.pdf".into(),
        mime: "application/pdf".into(),
        bytes: b"%PDF-1.4".to_vec(),
    };
    let leave = |number: &'static str| {
        story.within(move |app| async move {
            let number = number.into();
            app.providers.of(&number).unwrap().upload(&number, upload()).await
        })
    };
    let id = leave("meta").await.unwrap();
    let raw = shown(&story, &ana, media(MediaKind::Document, &id, "application/pdf")).await;
    assert_eq!(
        (raw["document"]["id"].as_str(), raw["document"].get("link")),
        (Some(id.as_str()), None)
    );
    story.meta().upload_fault(Fault::Error { status: 400, code: 131_053, retry_after: None });
    for (number, code) in [("meta", Some(131_053)), ("twilio", None)] {
        match leave(number).await {
            Err(SendError::NotSent(failure)) => {
                assert_eq!((failure.class, failure.code), (Class::Refused, code), "{number}");
            }
            other => panic!("{other:?}"),
        }
    }
}

#[tokio::test]
async fn only_a_template_reaches_a_person_whose_window_is_closed() {
    let (story, ana) = begun().await;
    story.advance(25 * 3600);
    let row = say(&story, Outgoing::text("are you there?")).await;
    assert_eq!(row.failure.unwrap().class, Class::WindowClosed);
    let variables = vec!["Ana".into(), "two\nlines\tand     blanks".into(), String::new()];
    let template =
        Template { name: "hello".into(), language: "en_US".into(), variables, components: None };
    let raw = shown(&story, &ana, Content::Template(template)).await;
    assert_eq!(raw["template"]["language"], json!({ "code": "en_US" }));
    let words = |n: usize| raw["template"]["components"][0]["parameters"][n]["text"].clone();
    assert_eq!([words(0), words(1), words(2)], ["Ana", "two lines and blanks", "-"]);
    let own = json!([{ "type": "body", "parameters": [{ "type": "text", "text": "Ana", "parameter_name": "name" }] }]);
    let template = Template {
        name: "hello".into(),
        language: "en_US".into(),
        components: Some(own.clone()),
        ..Template::default()
    };
    assert_eq!(
        shown(&story, &ana, Content::Template(template)).await["template"]["components"],
        own
    );
}

#[tokio::test]
async fn people_who_hide_their_number_get_every_kind_at_their_id() {
    let story = Story::new().await;
    let id = "US.10000000000000000021";
    let shy = story.meta().hidden_person("Shy", id);
    shy.says("hello").await;
    story.settle().await;
    let alias =
        olifant::domain::person::Alias::UserId(olifant::domain::person::UserId::parse(id).unwrap());
    let person = story.store().find(&"main".into(), &alias).await.unwrap().unwrap();
    let contents =
        [choices(3, None), media(MediaKind::Picture, "https://example.com/a.png", "image/png")];
    for content in contents {
        let saying = Saying { role: Role::Business, message: Outgoing::new(content), key: None };
        let subject = Subject::Conversation(person.conversations[0].1);
        story.store().apply(subject, vec![Change::Say(Box::new(saying))]).await.unwrap();
        story.settle().await;
        let raw = shy.inbox().last().unwrap().raw.clone();
        assert_eq!((raw["recipient"].as_str(), raw.get("to")), (Some(id), None));
    }
    assert_eq!(shy.inbox().len(), 3);
}
