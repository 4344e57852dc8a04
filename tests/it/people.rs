//! Who is who, and who never meets whom.

use crate::harness::{ANA, Story};

#[tokio::test]
async fn somebody_without_a_visible_number_is_answered_at_their_id() {
    let story = Story::new().await;
    let hidden = story.meta().hidden_person("Shy", "US.10000000000000000001");
    assert_eq!(hidden.says("hello").await.status, 200);
    story.settle().await;
    assert_eq!(hidden.texts(), ["You said: hello"]);
    let sent =
        story.sandbox.calls().into_iter().rev().find(|call| call.body["type"] == "text").unwrap();
    assert_eq!(sent.body["recipient"], "US.10000000000000000001");
    assert!(sent.body.get("to").is_none());
}

#[tokio::test]
async fn a_person_who_hides_the_number_later_is_still_the_same_person() {
    let story = Story::new().await;
    let meta = story.meta();
    let id = "US.10000000000000000002";
    meta.person_with_id("Ana", ANA, id).says("I am Ana").await;
    story.settle().await;
    let hidden = meta.hidden_person("Ana", id);
    hidden.says("who am I?").await;
    story.settle().await;
    assert!(story.model.told().contains("I am Ana"));
    assert_eq!(hidden.texts().last().unwrap(), "You said: who am I?");
    let sent = story.sandbox.calls().into_iter().rev().find(|call| call.body["type"] == "text");
    assert_eq!(sent.unwrap().body["recipient"], id, "answered where she wrote from");
}

#[tokio::test]
async fn the_same_phone_on_meta_and_twilio_is_one_person_with_two_conversations() {
    let story = Story::new().await;
    story.meta().person("Ana", ANA).says("hello").await;
    story.settle().await;
    story.twilio().person("Ana", ANA).says("hello again").await;
    story.settle().await;
    let person = story.person("main", ANA).await.unwrap();
    assert_eq!(person.conversations.len(), 2);
    let told = story.model.told();
    assert!(told.contains("hello\n") && told.contains("hello again"), "one memory: {told}");
}

#[tokio::test]
async fn two_businesses_never_share_a_person_or_a_word() {
    let story = Story::new().await;
    let (here, there) = (story.sandbox.meta(0), story.sandbox.meta(1));
    here.person("Ana", ANA).says("my secret is plum").await;
    story.settle().await;
    there.person("Ana", ANA).says("what is my secret?").await;
    story.settle().await;
    assert!(!story.model.told().contains("plum"));
    let (one, other) =
        (story.person("main", ANA).await.unwrap(), story.person("other", ANA).await.unwrap());
    assert_ne!(one.id, other.id);
}

#[tokio::test]
async fn numbers_on_the_deny_list_are_stored_and_not_answered_in_any_spelling() {
    let story = Story::with("[policy]\ndeny = [\"+52 1 55 5010 0001\"]").await;
    let rosa = story.meta().person("Rosa", "525550100001");
    rosa.says("hola").await;
    story.settle().await;
    assert!(rosa.texts().is_empty());
    assert!(story.person("main", "525550100001").await.is_some());
}

#[tokio::test]
async fn group_chats_are_not_kept_unless_wanted_and_then_answered_in_the_group() {
    for wanted in [false, true] {
        let story = Story::with(&format!("[policy]\ngroups = {wanted}")).await;
        let ana = story.meta().person("Ana", ANA);
        let mut message = ana.message("who brings the cake?");
        message["group_id"] = "G1".into();
        assert_eq!(ana.sends(message).await.status, 200);
        story.settle().await;
        let sent = story.sandbox.calls().into_iter().find(|call| call.body["type"] == "text");
        assert_eq!(sent.is_some(), wanted);
        if let Some(sent) = sent {
            assert_eq!(
                (&sent.body["recipient_type"], &sent.body["to"]),
                (&"group".into(), &"G1".into())
            );
            assert!(story.model.told().contains("Ana: who brings the cake?"));
        }
        assert!(story.person("main", ANA).await.is_none(), "a group is nobody's own memory");
    }
}

#[tokio::test]
async fn a_phone_number_with_a_new_owner_is_a_new_person() {
    let story = Story::new().await;
    let meta = story.meta();
    meta.person_with_id("Ana", ANA, "US.10000000000000000003").says("my secret is plum").await;
    story.settle().await;
    let before = story.person("main", ANA).await.unwrap();
    meta.person_with_id("Bob", ANA, "US.10000000000000000004").says("what is my secret?").await;
    story.settle().await;
    assert!(!story.model.told().contains("plum"));
    assert_ne!(story.person("main", ANA).await.unwrap().id, before.id);
}

#[tokio::test]
async fn somebody_without_a_visible_number_is_answered_on_twilio_too() {
    let story = Story::new().await;
    let hidden = story.twilio().hidden_person("Shy", "US.10000000000000000005");
    assert_eq!(hidden.says("hello").await.status, 200);
    story.settle().await;
    assert_eq!(hidden.texts(), ["You said: hello"]);
}
