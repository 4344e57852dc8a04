//! What the business's other programs, its people and Meta itself do.

use super::*;
use crate::domain::content::Content;
use crate::domain::person::Address;

#[test]
fn where_another_program_answers_messages_are_only_overheard() {
    let text = json!({ "type": "text", "text": { "body": "hi" } });
    let value = with(anas(text), json!({ "statuses": [{ "id": "wamid.8", "status": "read" }] }));
    let parsed = told("standby", value);
    assert_eq!((parsed.ignored, parsed.unreadable), (1, 0), "whose receipts are not ours");
    match only(parsed) {
        Event::Standby(inbound) => assert_eq!(inbound.content, Content::Text("hi".into())),
        other => panic!("{other:?}"),
    }
    let revoke = json!({ "type": "revoke", "revoke": { "original_message_id": "wamid.0" } });
    let revoked = Event::Revoke { message: "wamid.0".into() };
    assert_eq!(only(told("standby", anas(revoke))), revoked, "what is kept can be taken back");
}

fn echo(fields: Value) -> Parsed {
    let echo = json!({ "from": "15550100000", "to": "15550100101", "to_user_id": "US.1",
        "to_parent_user_id": "US.ENT.1", "id": "wamid.1", "timestamp": "1" });
    told("smb_message_echoes", json!({ "message_echoes": [with(echo, fields)] }))
}

#[test]
fn a_humans_own_answer_belongs_to_the_person_answered() {
    for (fields, content) in [
        (
            json!({ "type": "text", "text": { "body": "I'll call" } }),
            Content::Text("I'll call".into()),
        ),
        (json!({ "type": "poll" }), Content::Unsupported("poll".into())),
    ] {
        match only(echo(fields)) {
            Event::HumanReply(inbound) => {
                assert_eq!(inbound.sender.address, Address::Phone(phone("15550100101")));
                assert_eq!(inbound.sender.aliases.len(), 3);
                assert_eq!(inbound.content, content);
            }
            other => panic!("{other:?}"),
        }
    }
}

#[test]
fn what_a_human_of_the_business_takes_back_had_been_said() {
    for kind in ["revoke", "edit", "reaction", "system"] {
        assert_ignored(&echo(json!({ "type": kind, kind: {} })), 1, kind);
    }
    assert_eq!(echo(json!({ "type": "text", "text": {} })).unreadable, 1);
}

#[test]
fn every_other_field_is_acknowledged() {
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
        let text = json!({ "type": "text", "text": { "body": "of old" } });
        assert_ignored(&told(field, anas(text)), 1, field);
        let bare = json!([{ "field": field, "value": 7 }]);
        assert_ignored(&parse(&envelope(bare)), 1, field);
    }
    assert_ignored(&parse(&json!({ "object": "page", "entry": [] })), 1, "no WhatsApp");
}

fn account(value: Value) -> Parsed {
    parse(&envelope(json!([{ "field": "account_update", "value": value }])))
}

#[test]
fn what_is_taken_from_an_account_is_told_for_each_number_of_it() {
    for (value, said) in [
        (
            json!({ "event": "DISABLED_UPDATE", "ban_info": { "waba_ban_state": "SCHEDULE_FOR_DISABLE" } }),
            "Meta reports DISABLED_UPDATE (SCHEDULE_FOR_DISABLE): see Business Support Home",
        ),
        (
            json!({ "event": "ACCOUNT_RESTRICTION", "restriction_info": [
            { "restriction_type": "RESTRICTED_BIZ_INITIATED_MESSAGING", "expiration": 1 },
            { "restriction_type": "call +1 555 010 0101" }] }),
            "Meta reports ACCOUNT_RESTRICTION (RESTRICTED_BIZ_INITIATED_MESSAGING): see Business Support Home",
        ),
        (
            json!({ "event": "ACCOUNT_VIOLATION", "violation_info": { "violation_type": "SCAM" },
            "phone_number": 15550100101u64 }),
            "Meta reports ACCOUNT_VIOLATION (SCAM): see Business Support Home",
        ),
        (
            json!({ "event": "OF_TOMORROW", "ban_info": { "waba_ban_state": ["DISABLE", "X_1"] } }),
            "Meta reports OF_TOMORROW (DISABLE, X_1): see Business Support Home",
        ),
        (
            json!({ "event": "ACCOUNT_DELETED" }),
            "Meta reports ACCOUNT_DELETED: see Business Support Home",
        ),
    ] {
        let notices = account(value).notices;
        let numbers: Vec<_> = notices.iter().map(|(number, _)| number.as_str()).collect();
        assert_eq!(numbers, ["shop", "clinic"], "not the bank's, who has another secret");
        assert!(notices.iter().all(|(_, notice)| notice == said), "{notices:?}");
    }
    for event in ["VERIFIED_ACCOUNT", "PARTNER_ADDED", "MM_LITE_TERMS_SIGNED"] {
        assert_ignored(&account(json!({ "event": event })), 1, event);
    }
    assert_eq!(account(json!({})).unreadable, 1);
}

#[test]
fn errors_without_messages_are_told_to_the_operator() {
    let error = json!({ "code": 131031, "title": "Business Account locked" });
    let parsed = told("messages", json!({ "errors": [error] }));
    let notice = "Meta reports error 131031: the account is locked or restricted";
    assert_eq!(parsed.notices, [("shop".into(), notice.to_owned())]);
    let beside = with(anas(json!({ "type": "interactive" })), json!({ "errors": [error] }));
    let parsed = told("messages", beside);
    assert_eq!((parsed.events.len(), parsed.ignored, parsed.notices.len()), (1, 1, 0));
}
