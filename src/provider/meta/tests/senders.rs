//! Who wrote, and to which number.

use super::*;
use crate::domain::content::Content;
use crate::domain::person::{Address, Alias, Sender};

#[test]
fn a_text_comes_with_its_sender_and_its_time() {
    let inbound = only_message(from_ana(json!({ "type": "text", "text": { "body": "hello" } })));
    assert_eq!(inbound.provider_id.as_str(), "wamid.1");
    assert_eq!(inbound.at.as_second(), 1_790_000_000);
    assert_eq!(inbound.content, Content::Text("hello".into()));
    assert_eq!(inbound.sender.aliases, [Alias::Phone(phone("15550100101"))]);
    assert_eq!(inbound.sender.address, Address::Phone(phone("15550100101")));
    assert_eq!(inbound.sender.name.as_deref(), Some("Ana"));
}

#[test]
fn texts_and_numbers_stand_for_each_other() {
    let value = json!({
        "contacts": [{ "wa_id": 15550100101u64, "profile": { "name": "Ana" } }],
        "messages": [{ "from": 15550100101u64, "id": "wamid.1", "timestamp": 1790000000,
            "type": "location", "location": { "latitude": "12.5", "longitude": 77 } }],
    });
    let inbound = only_message(told("messages", value));
    assert_eq!(inbound.at.as_second(), 1_790_000_000);
    assert_eq!(inbound.content.as_text(), "[location 12.5, 77]");
    assert_eq!(inbound.sender.name.as_deref(), Some("Ana"));
}

fn hidden(ids: Value) -> Sender {
    let message = json!({ "id": "wamid.1", "timestamp": 1_790_000_000, "type": "text",
        "text": { "body": "hi" } });
    let contacts = json!([{ "user_id": "US.1", "parent_user_id": "US.ENT.1",
        "profile": { "username": "@bea" } }]);
    let value = json!({ "contacts": contacts, "messages": [with(message, ids)] });
    only_message(told("messages", value)).sender
}

#[test]
fn people_without_a_visible_number_are_known_and_answered_by_their_user_id() {
    for ids in [json!({ "from_user_id": "US.1" }), json!({ "from": "US.1" })] {
        let sender = hidden(ids);
        assert_eq!(sender.address, Address::UserId(user("US.1")));
        let aliases = [Alias::UserId(user("US.1")), Alias::ParentUserId(user("US.ENT.1"))];
        assert_eq!(sender.aliases, aliases);
        assert_eq!(sender.name.as_deref(), Some("bea"));
    }
    let both = hidden(json!({ "from": "15550100102", "from_user_id": "US.1" }));
    assert_eq!(both.address, Address::Phone(phone("15550100102")));
    assert_eq!(both.aliases.len(), 3);
}

#[test]
fn a_number_shared_when_asked_becomes_a_name_of_who_shared_it() {
    let shares = |origin: &str, phones: Value| {
        let cards = json!([{ "phones": phones, "vcard": "BEGIN:VCARD" }]);
        hidden(json!({ "from_user_id": "US.1", "type": "contacts", "contacts": cards,
            "origin": origin }))
    };
    let own = json!([{ "phone": "+1 555 010 0101" }]);
    let sender = shares("contact_request", own.clone());
    assert_eq!(sender.aliases.last(), Some(&Alias::Phone(phone("15550100101"))));
    assert_eq!(sender.address, Address::UserId(user("US.1")));
    let two = json!([{ "phone": "+1 555 010 0101" }, { "phone": "+1 555 010 0102" }]);
    for (origin, phones) in [("other", own), ("contact_request", two)] {
        assert_eq!(
            shares(origin, phones).aliases.len(),
            2,
            "somebody else's, or nobody knows whose"
        );
    }
}

#[test]
fn a_contact_that_names_somebody_else_never_lends_its_ids() {
    let value = json!({
        "contacts": [{ "wa_id": "15550100109", "user_id": "US.9", "profile": { "name": "Zoe" } }],
        "messages": [{ "from": "15550100101", "id": "wamid.1", "timestamp": "1", "type": "text",
            "text": { "body": "hi" } }],
    });
    let sender = only_message(told("messages", value)).sender;
    assert_eq!(sender.aliases, [Alias::Phone(phone("15550100101"))]);
    assert_eq!(sender.name, None);
}

#[test]
fn a_group_is_one_sender_and_says_who_spoke() {
    let inbound = only_message(from_ana(json!({
        "type": "text", "text": { "body": "all of you" }, "group_id": "g1",
    })));
    assert_eq!(inbound.sender.aliases, [Alias::Group("g1".into())]);
    assert_eq!(inbound.sender.address, Address::Group("g1".into()));
    assert_eq!(inbound.sender.name, None);
    assert_eq!(inbound.attached.speaker.as_deref(), Some("Ana"));
}

#[test]
fn elements_for_numbers_that_the_secret_does_not_speak_for_are_dropped_and_counted() {
    let message = json!({ "from": "15550100101", "id": "wamid.1", "timestamp": "1",
        "type": "text", "text": { "body": "hi" } });
    let to = |id: Value| {
        json!({ "field": "messages",
            "value": { "metadata": { "phone_number_id": id }, "messages": [message, message] } })
    };
    let parsed = parse(&envelope(json!([to(json!("103")), to(json!("999")), to(json!(102))])));
    assert_eq!(parsed.foreign, 4);
    assert_eq!(parsed.events.len(), 2);
    assert!(parsed.events.iter().all(|(number, _)| number.as_str() == "clinic"));
}

#[test]
fn an_entry_is_for_whom_its_values_say_whatever_its_own_id_and_time() {
    let text = json!({ "type": "text", "text": { "body": "hi" } });
    let changes = json!([change("messages", anas(text))]);
    for entry in [
        json!({ "changes": changes }),
        json!({ "id": 7, "time": 1_790_000_000, "changes": changes }),
        json!({ "id": "102", "time": "soon", "messaging_account_id": "103", "changes": changes }),
        json!({ "id": null, "waac_id": 103, "changes": changes }),
    ] {
        let body = json!({ "object": "whatsapp_business_account", "entry": [entry] });
        assert_eq!(only_message(parse(&body)).content, Content::Text("hi".into()));
    }
}

#[test]
fn one_bad_element_does_not_sink_the_rest() {
    let good = json!({ "from": "15550100101", "id": "wamid.1", "timestamp": "1", "type": "text",
        "text": { "body": "hi" } });
    let but = |fields: Value| with(good.clone(), fields);
    let nobodys = but(json!({ "from": null }));
    let timeless = but(json!({ "timestamp": "soon" }));
    let wordless = but(json!({ "text": "hi" }));
    let nowhere =
        but(json!({ "type": "location", "location": { "latitude": "nan", "longitude": 1 } }));
    let bad_trimmings = but(json!({ "context": [], "referral": 7, "group_id": {}, "origin": 1 }));
    let messages = json!([7, null, nobodys, timeless, wordless, nowhere, bad_trimmings, good]);
    let statuses = json!([{}, { "id": "wamid.2", "status": "read", "pricing": 7, "errors": 1 }]);
    let value = json!({ "contacts": [7], "messages": messages, "statuses": statuses,
        "errors": ["?"] });
    let mut body = envelope(json!([7, change("messages", value)]));
    body["entry"].as_array_mut().expect("a list").push(json!("nonsense"));
    let parsed = parse(&body);
    assert_eq!((parsed.events.len(), parsed.unreadable), (3, 10));
}
