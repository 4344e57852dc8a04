//! Everything that goes out through Twilio.

use olifant::domain::change::{Change, Saying, Subject};
use olifant::domain::content::{Choice, Choices, Contact, Content, Media, MediaKind, Template};
use olifant::domain::message::{Message, Outgoing, Role, Status};
use olifant::sandbox::twilio::Person;
use serde_json::{Value, json};

use crate::harness::{ANA, Story};

async fn story() -> (Story, Person) {
    let story = Story::new().await;
    let ana = story.twilio().person("Ana", ANA);
    ana.says("hello").await;
    story.settle().await;
    (story, ana)
}

/// The business says it, and it goes out as far as it goes.
async fn say(story: &Story, message: Outgoing) -> Message {
    let conversation = story.conversation(ANA, "twilio").await;
    let saying = Saying { role: Role::Business, message, key: None };
    let subject = Subject::Conversation(conversation.id);
    story.store().apply(subject, vec![Change::Say(Box::new(saying))]).await.unwrap();
    story.settle().await;
    let conversation = story.conversation(ANA, "twilio").await;
    let rows = story.store().window(&conversation, conversation.next_seq, u32::MAX).await.unwrap();
    rows.into_iter().last().expect("a row")
}

/// The fields of the last send beside its addresses.
fn sent(story: &Story) -> Value {
    let mut calls = story.sandbox.calls().into_iter();
    let call = calls.rfind(|call| call.path.ends_with("/Messages.json")).expect("a send");
    let mut fields = call.body.as_object().expect("a form").clone();
    assert_eq!(fields.remove("To"), Some(format!("whatsapp:+{ANA}").into()));
    assert_eq!(fields.remove("From"), Some("whatsapp:+15550100009".into()));
    assert!(fields.remove("StatusCallback").is_some());
    fields.into()
}

fn file(reference: &str, caption: Option<&str>) -> Content {
    Content::Media(Media {
        kind: MediaKind::Picture,
        reference: reference.into(),
        mime: "image/png".into(),
        caption: caption.map(Into::into),
        filename: None,
        sha256: None,
    })
}

fn choices() -> Content {
    let option =
        |id: &str, title: &str| Choice { id: id.into(), title: title.into(), description: None };
    let options = vec![option("s", "Small"), option("l", "Large")];
    Content::Choices(Choices { text: "Which size?".into(), options })
}

fn template() -> Content {
    Content::Template(Template {
        name: "HX00000000000000000000000000000001".into(),
        language: "en".into(),
        variables: vec!["Ana".into(), "9:00".into()],
        components: None,
    })
}

#[tokio::test]
async fn each_kind_goes_out_in_the_fields_that_twilio_knows() {
    let (story, _) = story().await;
    let place = |name: Option<&str>| Content::Location {
        latitude: 12.5,
        longitude: -77.0,
        name: name.map(Into::into),
    };
    let link = Content::Link {
        text: "Book here".into(),
        title: "Book".into(),
        url: "https://example.com/book".into(),
    };
    let card = Contact { name: "Ben".into(), phones: vec!["+15550100002".into()] };
    let picture = "https://example.com/a.png";
    for (content, fields) in [
        (Content::Text("hello".into()), json!({"Body": "hello"})),
        (choices(), json!({"Body": "Which size?\n\n1. Small\n2. Large"})),
        (link, json!({"Body": "Book here\n\nBook: https://example.com/book"})),
        (Content::LocationRequest("Where are you?".into()), json!({"Body": "Where are you?"})),
        (Content::Contacts(vec![card]), json!({"Body": "Ben: +15550100002"})),
        (
            place(Some("Our shop")),
            json!({"Body": "Our shop", "PersistentAction": "geo:12.5,-77|Our shop"}),
        ),
        (place(None), json!({"Body": "12.5,-77", "PersistentAction": "geo:12.5,-77"})),
        (file(picture, Some("a dog")), json!({"Body": "a dog", "MediaUrl": picture})),
        (file(picture, None), json!({"MediaUrl": picture})),
        (
            template(),
            json!({
                "ContentSid": "HX00000000000000000000000000000001",
                "ContentVariables": r#"{"1":"Ana","2":"9:00"}"#,
            }),
        ),
    ] {
        let row = say(&story, Outgoing::new(content)).await;
        assert_eq!(row.status, Status::Read, "{:?}", row.content);
        assert_eq!(sent(&story), fields);
    }
}

#[tokio::test]
async fn what_twilio_cannot_say_fails_in_the_open_and_is_not_sent() {
    let (story, ana) = story().await;
    let reaction = Content::Reaction { to: "SM1".into(), emoji: "👍".into() };
    for (content, reason) in [
        (reaction, "Twilio can't send reactions"),
        (file("106540352242922", None), "Twilio takes files by link"),
    ] {
        let row = say(&story, Outgoing::new(content)).await;
        assert_eq!(row.status, Status::Failed);
        let failure = row.failure.expect("a reason");
        assert!(failure.reason.starts_with(reason), "{}", failure.reason);
    }
    assert_eq!(ana.texts().len(), 1, "only the answer");
}

#[tokio::test]
async fn a_quote_has_no_parameter_and_is_left_out() {
    let (story, ana) = story().await;
    let quotes = Some(ana.inbox()[0].id.clone().into());
    say(&story, Outgoing { quotes, ..Outgoing::text("as I said") }).await;
    assert_eq!(sent(&story), json!({"Body": "as I said"}));
}

#[tokio::test]
async fn a_person_without_a_number_is_written_to_by_their_id() {
    let story = Story::new().await;
    let ana = story.twilio().hidden_person("Ana", "US.1349");
    ana.says("hello").await;
    story.settle().await;
    let calls = story.sandbox.calls();
    let send = calls.iter().rfind(|call| call.path.ends_with("/Messages.json")).unwrap();
    assert_eq!(send.body["To"], "whatsapp:US.1349");
    assert_eq!(ana.texts(), ["You said: hello"]);
}

#[tokio::test]
async fn a_long_answer_is_cut_where_twilio_wants_it() {
    let story = Story::new().await;
    let ana = story.twilio().person("Ana", ANA);
    let long: &'static str = Box::leak("words and more words. ".repeat(150).into_boxed_str());
    story.model.will([crate::model::Say::Text(long)]);
    ana.says("tell me more").await;
    story.settle().await;
    let texts = ana.texts();
    assert!(texts.len() > 1 && texts.iter().all(|text| text.encode_utf16().count() <= 1600));
    assert_eq!(texts.join(" "), long.trim());
}
