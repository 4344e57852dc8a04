//! What Meta tells besides people's messages.

use std::sync::Arc;

use olifant::domain::message::Role;
use serde_json::{Value, json};

use crate::harness::{ANA, Story};
use crate::listener::{Listener, SECRET};

fn sent(story: &Story) -> usize {
    story.sandbox.calls().iter().filter(|call| call.body["type"].is_string()).count()
}

#[tokio::test]
async fn a_human_of_the_business_silences_the_assistant() {
    let story = Story::new().await;
    let ana = story.meta().person("Ana", ANA);
    ana.says("is anybody there?").await;
    assert_eq!(story.meta().human_reply(&ana, "I'll call you").await.status, 200);
    ana.says("thanks").await;
    story.settle().await;
    assert_eq!(sent(&story), 0);
    let rows = story.transcript().await;
    let said: Vec<_> = rows.iter().map(|row| (row.role, row.content.as_text())).collect();
    assert_eq!(said[1], (Role::Business, "I'll call you".into()));
    let taken_back = json!({ "message_echoes": [{ "from": "15550100007", "to": ANA,
        "id": "wamid.x", "timestamp": "1800000000", "type": "revoke",
        "revoke": { "original_message_id": rows[1].provider_id.as_ref().unwrap().as_str() } }],
        "metadata": { "phone_number_id": "1000000001" } });
    assert_eq!(story.meta().field("smb_message_echoes", taken_back).await.status, 200);
    assert_eq!(story.transcript().await[1].content.as_text(), "I'll call you");
}

#[tokio::test]
async fn what_another_program_answers_is_kept_and_not_answered() {
    let (story, listener) = listening().await;
    let ana = story.meta().person("Ana", ANA);
    for text in ["hello", "hello?"] {
        assert_eq!(story.meta().standby(&ana, ana.message(text)).await.status, 200);
    }
    story.settle().await;
    assert_eq!(sent(&story), 0);
    let row = story.transcript().await.pop().unwrap();
    assert_eq!((row.content.as_text().as_str(), row.attached.answered_elsewhere), ("hello?", true));
    assert_eq!(kinds(&listener), ["answered_elsewhere"], "told once");
    ana.says("and you?").await;
    story.settle().await;
    assert_eq!(ana.inbox().len(), 1);
    assert!(story.model.told().contains("hello?"), "what was overheard is known");
}

#[tokio::test]
async fn what_is_taken_from_the_account_is_told_to_the_operator() {
    let (story, listener) = listening().await;
    let ban = json!({ "event": "DISABLED_UPDATE",
        "ban_info": { "waba_ban_state": "SCHEDULE_FOR_DISABLE", "waba_ban_date": "January 1" } });
    assert_eq!(story.meta().field("account_update", ban).await.status, 200);
    story.settle().await;
    assert_eq!(kinds(&listener), ["account"]);
    let reason = listener.heard()[0].1["data"]["reason"].to_string();
    assert!(reason.contains("DISABLED_UPDATE (SCHEDULE_FOR_DISABLE)"), "{reason}");
    story.advance(3601);
    let value = json!({ "metadata": { "phone_number_id": "1000000001" },
        "errors": [{ "code": 131_031, "title": "Business Account locked" }] });
    assert_eq!(story.meta().field("messages", value).await.status, 200);
    story.settle().await;
    assert_eq!(kinds(&listener), ["account", "account"]);
}

#[tokio::test]
async fn all_other_fields_are_acknowledged_and_change_nothing() {
    let (story, listener) = listening().await;
    let ana = story.meta().person("Ana", ANA);
    for field in [
        "account_alerts",
        "account_review_update",
        "automatic_events",
        "business_capability_update",
        "business_username_update",
        "calls",
        "flows",
        "group_lifecycle_update",
        "group_participants_update",
        "group_settings_update",
        "group_status_update",
        "history",
        "message_echoes",
        "message_template_components_update",
        "message_template_quality_update",
        "message_template_status_update",
        "messaging_handovers",
        "partner_solutions",
        "payment_configuration_update",
        "phone_number_name_update",
        "phone_number_quality_update",
        "security",
        "smb_app_state_sync",
        "template_category_update",
        "user_preferences",
        "of_tomorrow",
    ] {
        let value = ana.change(vec![ana.message("of old")])["value"].clone();
        assert_eq!(story.meta().field(field, value).await.status, 200, "{field}");
        assert_eq!(story.meta().field(field, json!("?")).await.status, 200, "{field}");
    }
    story.settle().await;
    assert_eq!((sent(&story), kinds(&listener).len()), (0, 0));
    assert!(story.person("main", ANA).await.is_none());
}

/// A story whose alerts are heard.
async fn listening() -> (Story, Arc<Listener>) {
    let listener = Arc::new(Listener::default());
    let mut story = Story::asleep("", "").await;
    let url = story.serve(listener.router()).await;
    story.configure(&format!("[alerts]\nurl = \"{url}/hear\"\nsecret = \"{SECRET}\"\n"));
    story.start().await;
    (story, listener)
}

fn kinds(listener: &Listener) -> Vec<String> {
    let kind = |body: &Value| body["data"]["kind"].as_str().unwrap().to_owned();
    listener.heard().iter().map(|(_, body)| kind(body)).collect()
}
