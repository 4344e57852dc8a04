//! Everything a person can send over Meta.

use olifant::domain::content::Content;
use olifant::domain::message::{Message, Role};
use olifant::domain::person::{Alias, UserId};
use serde_json::{Value, json};

use crate::harness::{ANA, BEN, Story};

/// What Ana said last, as it stands in the transcript.
async fn last_said(story: &Story) -> Message {
    let rows = story.transcript().await;
    rows.into_iter().rfind(|row| row.role == Role::Person).unwrap()
}

fn sent(story: &Story) -> usize {
    story.sandbox.calls().iter().filter(|call| call.body["type"].is_string()).count()
}

#[tokio::test]
async fn the_model_is_told_of_every_kind_of_message() {
    let story = Story::new().await;
    let ana = story.meta().person("Ana", ANA);
    ana.says("hello").await;
    story.settle().await;
    let wamid = ana.inbox()[0].id.clone();
    let call = json!({ "type": "call_permission_reply",
        "call_permission_reply": { "response": "accept", "response_source": "user_action" } });
    let row = json!({ "type": "list_reply",
        "list_reply": { "id": "am", "title": "Morning", "description": "8 to 12" } });
    for (message, told) in [
        (ana.message("good day"), "good day"),
        (ana.picture(Some("my dog")), "[picture] my dog"),
        (ana.video(Some("my cat")), "[video] my cat"),
        (ana.audio(), "[audio]"),
        (ana.voice_note(), "[voice note]"),
        (ana.document("plan.pdf", Some("the plan")), "[document plan.pdf] the plan"),
        (ana.sticker(), "[sticker]"),
        (ana.location(12.5, 77.0, None), "[location 12.5, 77]"),
        (
            ana.location(12.5, 77.0, Some(("Shop", "1 High St"))),
            "[location 12.5, 77 Shop, 1 High St]",
        ),
        (ana.contact_card("Bea B.", "15550100102"), "[contact Bea B. +15550100102]"),
        (ana.any("interactive", row), "Morning"),
        (ana.any("interactive", call), "accept"),
        (ana.flow_reply(&wamid, &json!({ "stars": 4 })), "[form flow: {\"stars\":4}]"),
        (ana.quick_reply(&wamid, "yes-please", "Yes please"), "Yes please"),
        (ana.order("soon", &[("mug", 2, 12.5)]), "[order 2 × mug (12.50 USD)] soon"),
    ] {
        assert_eq!(ana.sends(message).await.status, 200);
        story.settle().await;
        assert_eq!(last_said(&story).await.content.as_text(), told);
        assert!(story.model.told().contains(told), "{told} in {}", story.model.told());
    }
    story.assert_done().await;
}

#[tokio::test]
async fn what_can_not_be_read_is_kept_as_what_it_was_and_never_met_with_silence() {
    let story = Story::new().await;
    let ana = story.meta().person("Ana", ANA);
    let too_large = {
        let mut message = ana.any("video", Value::Null);
        message["errors"] = json!([{ "code": 131_052, "title": "Media download error" }]);
        message
    };
    let messages = [
        (ana.unsupported(Some("poll")), "[poll"),
        (ana.unsupported(None), "[unsupported"),
        (ana.any("interactive", Value::Null), "[interactive"),
        (ana.any("hologram", json!({ "depth": [1, null] })), "[hologram"),
        (too_large, "[video"),
    ];
    for (answers, (message, told)) in (1..).zip(messages) {
        assert_eq!(ana.sends(message).await.status, 200);
        story.settle().await;
        assert!(last_said(&story).await.content.as_text().starts_with(told), "{told}");
        assert_eq!(ana.inbox().len(), answers, "{told}");
    }
}

#[tokio::test]
async fn what_is_quoted_forwarded_and_advertised_reaches_the_model() {
    let story = Story::new().await;
    let ana = story.meta().person("Ana", ANA);
    ana.says("where is it?").await;
    story.settle().await;
    ana.replies(&ana.inbox()[0].id, "what do you mean?").await;
    story.settle().await;
    assert!(
        story.model.told().contains("[in reply to: \"You said: where is it?\"]\nwhat do you mean?")
    );
    for often in [false, true] {
        ana.sends(ana.forwarded(ana.message("not my words"), often)).await;
        story.settle().await;
        assert!(story.model.told().contains("[forwarded] not my words"));
        assert!(last_said(&story).await.attached.forwarded);
    }
    ana.sends(ana.from_ad(ana.message("is it still on?"))).await;
    story.settle().await;
    assert!(story.model.told().contains("\"Chat with us\"] is it still on?"));
    let referral = last_said(&story).await.attached.referral.unwrap();
    assert_eq!(referral.body.as_deref(), Some("Summer sale is here!\nHi! What can we do for you?"));
    assert_eq!(referral.click_id.as_deref(), Some("Aff-EXAMPLE"));
    ana.sends(ana.about_product(ana.message("how large is it?"), "mug")).await;
    story.settle().await;
    assert_eq!(last_said(&story).await.attached.product.as_deref(), Some("mug"));
}

#[tokio::test]
async fn a_tap_comes_back_as_the_choice_it_was() {
    let story = Story::new().await;
    let ana = story.meta().person("Ana", ANA);
    let tap = json!({ "type": "button_reply", "button_reply": { "id": "y", "title": "Yes" } });
    ana.sends(ana.any("interactive", tap)).await;
    story.settle().await;
    let chosen = Content::Choice { id: "y".into(), title: "Yes".into() };
    assert_eq!(last_said(&story).await.content, chosen);
    assert_eq!(ana.inbox().len(), 1);
}

#[tokio::test]
async fn a_reaction_stands_on_its_message_and_is_not_answered() {
    let story = Story::new().await;
    let ana = story.meta().person("Ana", ANA);
    ana.says("hello").await;
    story.settle().await;
    let wamid = ana.inbox()[0].id.clone();
    for (emoji, stands) in [("👍", Some("👍")), ("❤️", Some("❤️")), ("", None)] {
        assert_eq!(ana.reacts(&wamid, emoji).await.status, 200);
        story.settle().await;
        let row = story.transcript().await.pop().unwrap();
        assert_eq!(row.reaction.as_deref(), stands);
    }
    let mut bare = ana.any("reaction", json!({ "message_id": wamid }));
    bare["reaction"]["emoji"] = Value::Null;
    assert_eq!(ana.sends(bare).await.status, 200);
    story.settle().await;
    assert_eq!(ana.inbox().len(), 1);
    story.assert_done().await;
}

#[tokio::test]
async fn edits_replace_words_and_revokes_remove_them() {
    let story = Story::new().await;
    let ana = story.meta().person("Ana", ANA);
    let message = ana.message("at eight");
    let wamid = message["id"].as_str().unwrap().to_owned();
    ana.sends(message).await;
    ana.edits(&wamid, "at nine").await;
    story.settle().await;
    assert_eq!(ana.texts(), ["You said: at nine"]);
    ana.revokes(&wamid).await;
    ana.says("so?").await;
    story.settle().await;
    let told = story.model.told();
    assert!(!told.contains("at eight") && !told.contains("[person] at nine"), "{told}");
    assert_eq!(story.transcript().await[0].content.as_text(), "[message deleted by its sender]");
}

#[tokio::test]
async fn an_opened_chat_and_new_keys_are_no_words() {
    let story = Story::new().await;
    let ana = story.meta().person("Ana", ANA);
    let keys = |kind: &str| ana.any("system", json!({ "type": kind, "body": "new keys" }));
    for message in [
        ana.welcome_request(),
        keys("user_identity_changed"),
        keys("customer_identity_changed"),
        keys("of_tomorrow"),
    ] {
        assert_eq!(ana.sends(message).await.status, 200);
    }
    story.settle().await;
    assert!(story.person("main", ANA).await.is_none());
    assert_eq!(sent(&story), 0);
}

#[tokio::test]
async fn a_message_of_nobody_is_dropped_and_its_neighbours_are_answered() {
    let story = Story::new().await;
    let ana = story.meta().person("Ana", ANA);
    let mut nobodys = ana.message("who am I?");
    nobodys.as_object_mut().unwrap().remove("from");
    let mut change = ana.change(vec![nobodys.clone(), json!({ "id": 7 }), ana.message("hello")]);
    change["value"]["contacts"] = json!([]);
    assert_eq!(story.meta().post(&story.meta().envelope(vec![change])).await.status, 200);
    story.settle().await;
    assert_eq!(ana.texts(), ["You said: hello"]);
}

#[tokio::test]
async fn a_new_phone_number_keeps_the_memory_and_is_answered() {
    let story = Story::new().await;
    let ana = story.meta().person("Ana", ANA);
    ana.says("my secret is plum").await;
    story.settle().await;
    let before = story.person("main", ANA).await.unwrap();
    let (answer, moved) = ana.changes_number(BEN).await;
    assert_eq!(answer.status, 200);
    moved.says("what is my secret?").await;
    story.settle().await;
    assert!(story.model.told().contains("plum"));
    assert_eq!(story.person("main", BEN).await.unwrap().id, before.id);
    assert!(story.person("main", ANA).await.is_none(), "the old one can be somebody else's now");
    let call = story.sandbox.calls().into_iter().rfind(|call| call.body["type"] == "text").unwrap();
    assert_eq!(call.body["to"], format!("+{BEN}"));
}

#[tokio::test]
async fn a_new_user_id_keeps_the_memory_whichever_way_it_is_told() {
    for by_field in [false, true] {
        let story = Story::new().await;
        let shy = story.meta().hidden_person("Shy", "US.10000000000000000011");
        shy.says("my secret is plum").await;
        story.settle().await;
        let new = "US.10000000000000000012";
        let (answer, moved) = match by_field {
            true => shy.user_id_updated(new).await,
            false => shy.changes_user_id(new).await,
        };
        assert_eq!(answer.status, 200);
        moved.says("what is my secret?").await;
        story.settle().await;
        assert!(story.model.told().contains("plum"), "by field: {by_field}");
        assert_eq!(moved.texts().last().unwrap(), "You said: what is my secret?");
        let last = story.sandbox.calls().into_iter().rfind(|call| call.body["type"] == "text");
        assert_eq!(last.unwrap().body["recipient"], new);
    }
}

#[tokio::test]
async fn a_number_shared_when_asked_is_known_as_the_same_person() {
    let story = Story::new().await;
    let id = "US.10000000000000000013";
    let shy = story.meta().hidden_person("Shy", id);
    shy.sends(shy.shared_contact(ANA)).await;
    story.settle().await;
    let by_id = Alias::UserId(UserId::parse(id).unwrap());
    let by_id = story.store().find(&"main".into(), &by_id).await.unwrap().unwrap();
    assert_eq!(story.person("main", ANA).await.unwrap().id, by_id.id);
    let call = story.sandbox.calls().into_iter().rfind(|call| call.body["type"] == "text").unwrap();
    assert_eq!(call.body["recipient"], id, "answered where they wrote from");
}
