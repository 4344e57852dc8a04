//! Everything that a person can send through Twilio.

use olifant::domain::content::{Content, MediaKind};
use olifant::domain::message::{Message, Role};
use olifant::domain::person::{Address, Alias, Phone, UserId};
use olifant::sandbox::twilio::Form;
use serde_json::json;

use crate::harness::{ANA, Story};

async fn rows(story: &Story) -> Vec<Message> {
    let conversation = story.conversation(ANA, "twilio").await;
    story.store().window(&conversation, conversation.next_seq, u32::MAX).await.unwrap()
}

async fn last_heard(story: &Story) -> Message {
    rows(story).await.into_iter().rfind(|row| row.role == Role::Person).expect("a message")
}

fn with(mut form: Form, more: &[(&str, &str)]) -> Form {
    form.retain(|(name, _)| more.iter().all(|(given, _)| given != name));
    form.extend(more.iter().map(|(name, value)| ((*name).to_owned(), (*value).to_owned())));
    form
}

#[tokio::test]
async fn each_kind_reaches_the_model_as_words() {
    let story = Story::new().await;
    let ana = story.twilio().person("Ana", ANA);
    let answers = json!({"day": "Monday"});
    for (form, words) in [
        (ana.message("hello"), "hello"),
        (ana.message("join calm-otter"), "join calm-otter"),
        (with(ana.message("of tomorrow"), &[("OfTomorrow", "1"), ("Empty", "")]), "of tomorrow"),
        (ana.picture("my dog"), "[picture] my dog"),
        (ana.video(""), "[video]"),
        (ana.voice_note(), "[voice note]"),
        (ana.document("a.pdf"), "[document] a.pdf"),
        (ana.sticker(), "[sticker]"),
        (ana.contact_card("Ben", "15550100002"), "[document contact card]"),
        (ana.location(12.5, -77.0, None), "[location 12.5, -77]"),
        (
            ana.location(12.5, -77.0, Some(("Shop", "1 Example Street"))),
            "[location 12.5, -77 Shop, 1 Example Street]",
        ),
        (ana.button("SM0", "Yes", Some("yes-id")), "Yes"),
        (ana.button("SM0", "No", None), "No"),
        (ana.list_row("SM0", "row-1", "Large"), "Large"),
        (ana.flow_reply("SM0", &answers), r#"[form flow: {"day":"Monday"}]"#),
    ] {
        assert_eq!(ana.sends(form).await.status, 200);
        story.settle().await;
        let text = last_heard(&story).await.content.as_text();
        assert!(text.starts_with(words), "{text} for {words}");
        assert!(story.model.told().contains(words), "{words}");
    }
    assert_eq!(ana.texts().len(), 15, "each was answered");
}

#[tokio::test]
async fn what_can_not_be_read_gets_an_apology_and_no_model() {
    let story = Story::new().await;
    let ana = story.twilio().person("Ana", ANA);
    ana.sends(with(ana.message(""), &[("MessageType", "poll")])).await;
    story.settle().await;
    assert!(last_heard(&story).await.content.as_text().starts_with("[poll: this kind"));
    assert!(ana.texts()[0].contains("can't read"), "{:?}", ana.texts());
    assert!(story.model.asked().is_empty());
}

#[tokio::test]
async fn each_kind_is_kept_as_what_it_is() {
    let story = Story::new().await;
    let ana = story.twilio().person("Ana", ANA);
    let choice = |id: &str, title: &str| Content::Choice { id: id.into(), title: title.into() };
    for (form, kept) in [
        (ana.button("SM0", "Yes", Some("yes-id")), choice("yes-id", "Yes")),
        (ana.button("SM0", "No", None), choice("No", "No")),
        (ana.list_row("SM0", "row-1", "Large"), choice("row-1", "Large")),
        (with(ana.message("Large"), &[("ListId", "row-1")]), choice("row-1", "Large")),
    ] {
        ana.sends(form).await;
        story.settle().await;
        assert_eq!(last_heard(&story).await.content, kept);
    }
    for (form, kind) in [
        (ana.picture(""), MediaKind::Picture),
        (ana.video(""), MediaKind::Video),
        (ana.voice_note(), MediaKind::VoiceNote),
        (ana.document("a.pdf"), MediaKind::Document),
        (ana.sticker(), MediaKind::Sticker),
    ] {
        let link = form.iter().find(|(name, _)| name == "MediaUrl0").unwrap().1.clone();
        ana.sends(form).await;
        story.settle().await;
        match last_heard(&story).await.content {
            Content::Media(media) => assert_eq!((media.kind, media.reference), (kind, link)),
            other => panic!("{other:?}"),
        }
    }
}

#[tokio::test]
async fn what_surrounds_a_message_is_kept_with_it() {
    let story = Story::new().await;
    let ana = story.twilio().person("Ana", ANA);
    ana.says("hello").await;
    story.settle().await;
    let answer = ana.inbox()[0].id.clone();
    ana.replies(&answer, "this one").await;
    story.settle().await;
    assert_eq!(last_heard(&story).await.attached.quotes, Some(answer.into()));
    for often in [false, true] {
        ana.sends(ana.forwarded(ana.message("a rumour"), often)).await;
        story.settle().await;
        assert!(last_heard(&story).await.attached.forwarded);
    }
    ana.sends(ana.from_ad(ana.message("is it still there?"))).await;
    story.settle().await;
    let referral = last_heard(&story).await.attached.referral.expect("an advertisement");
    assert_eq!(referral.url.as_deref(), Some("https://fb.me/example"));
    assert_eq!(referral.headline.as_deref(), Some("Chat with us"));
    assert_eq!(referral.body.as_deref(), Some("Summer sale is here!"));
    assert_eq!(referral.click_id.as_deref(), Some("Aff-EXAMPLE"));
}

#[tokio::test]
async fn a_person_is_known_by_every_spelling_of_their_id_and_answered_where_they_wrote() {
    for name in ["ExternalUserId", "ExternalUserIdentifier"] {
        let story = Story::new().await;
        let hidden = story.twilio().hidden_person("Ana", "US.1349");
        let form = with(hidden.message("hello"), &[("ExternalUserId", "")]);
        hidden.sends(with(form, &[(name, "whatsapp:US.1349")])).await;
        story.settle().await;
        assert_eq!(hidden.texts(), ["You said: hello"], "{name}");
        // The number shows from now on.
        let shown = story.twilio().person_with_id("Ana", ANA, "US.1349");
        let form = with(shown.message("it's me"), &[("ExternalUserId", "")]);
        shown.sends(with(form, &[(name, "whatsapp:US.1349")])).await;
        story.settle().await;
        let id = Alias::UserId(UserId::parse("US.1349").unwrap());
        let person = story.store().find(&"main".into(), &id).await.unwrap().expect("known");
        assert_eq!(story.person("main", ANA).await.expect("known").id, person.id, "{name}");
        let address = story.conversation(ANA, "twilio").await.address;
        assert_eq!(address, Address::Phone(Phone::parse(ANA).unwrap()));
    }
}

#[tokio::test]
async fn the_metadata_know_the_name_if_nothing_else_does() {
    let story = Story::new().await;
    let ana = story.twilio().person("Ana", ANA);
    ana.sends(with(ana.message("hello"), &[("ProfileName", ""), ("WaId", "")])).await;
    story.settle().await;
    assert_eq!(story.person("main", ANA).await.unwrap().name.as_deref(), Some("Ana"));
}

#[tokio::test]
async fn an_sms_on_the_same_url_is_acknowledged_and_not_kept() {
    let story = Story::new().await;
    let ana = story.twilio().person("Ana", ANA);
    assert_eq!(ana.sends(ana.sms("hello")).await.status, 200);
    story.settle().await;
    assert!(story.person("main", ANA).await.is_none());
    assert!(story.model.asked().is_empty());
}
