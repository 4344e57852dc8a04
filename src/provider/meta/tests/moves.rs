//! People who get another number or another id.

use super::*;
use crate::domain::event::Moved;
use crate::domain::person::{Address, Alias};

/// What Meta tells among the messages, without contacts.
fn system(fields: Value, system: Value) -> Parsed {
    let common = json!({ "id": "wamid.1", "timestamp": "1", "type": "system", "system": system });
    told("messages", json!({ "messages": [with(common, fields)] }))
}

fn moved(parsed: Parsed) -> Moved {
    match only(parsed) {
        Event::Moved(moved) => moved,
        other => panic!("{other:?}"),
    }
}

fn number(text: &str) -> Alias {
    Alias::Phone(phone(text))
}

fn id(text: &str) -> Alias {
    Alias::UserId(user(text))
}

fn parent(text: &str) -> Alias {
    Alias::ParentUserId(user(text))
}

#[test]
fn a_new_phone_number_takes_the_place_of_the_old_one() {
    let (old, new) = ("15550100101", "15550100102");
    for (fields, told) in [
        (json!({ "from": old }), json!({ "type": "user_changed_number", "wa_id": new })),
        (json!({ "from": old }), json!({ "type": "customer_changed_number", "new_wa_id": new })),
        (
            json!({ "from": old }),
            json!({ "type": "user_changed_number", "wa_id": old, "new_wa_id": new }),
        ),
        (json!({}), json!({ "type": "customer_changed_number", "customer": old, "wa_id": new })),
    ] {
        let moved = moved(system(fields, told));
        assert_eq!(moved.before, [number(old)]);
        assert_eq!(moved.after, [number(new)]);
        assert_eq!(moved.address, Some(Address::Phone(phone(new))));
    }
}

#[test]
fn a_new_id_is_matched_by_the_previous_one_first() {
    let moved_by = |fields, rest: Value| {
        let told = json!({ "type": "user_changed_user_id", "user_id": "US.9", "parent_user_id": "US.ENT.9" });
        moved(system(fields, with(told, rest)))
    };
    let previous = json!({ "previous_user_id": "US.1", "previous_parent_user_id": "US.ENT.1" });
    let both = moved_by(json!({ "from": "15550100101", "from_user_id": "US.9" }), previous.clone());
    assert_eq!(both.before, [id("US.1"), parent("US.ENT.1"), number("15550100101"), id("US.9")]);
    assert_eq!(both.after, [id("US.9"), parent("US.ENT.9")]);
    assert_eq!(both.address, Some(Address::UserId(user("US.9"))));
    let hidden = moved_by(json!({}), previous);
    assert_eq!(hidden.before, [id("US.1"), parent("US.ENT.1")]);
    let by_number = moved_by(json!({ "from": "15550100101" }), json!({ "wa_id": "15550100101" }));
    assert_eq!(by_number.before, [number("15550100101")]);
    assert_eq!(by_number.address, Some(Address::Phone(phone("15550100101"))), "it still shows");
}

#[test]
fn partners_tell_of_new_ids_in_a_field_of_its_own() {
    let update = json!({ "wa_id": "15550100101", "detail": "…", "timestamp": 1,
        "user_id": { "previous": "US.1", "current": "US.9" },
        "parent_user_id": { "previous": "US.ENT.1", "current": "US.ENT.9" } });
    let moved = moved(told("user_id_update", json!({ "user_id_update": [update] })));
    assert_eq!(moved.before, [id("US.1"), parent("US.ENT.1")]);
    assert_eq!(moved.after, [number("15550100101"), id("US.9"), parent("US.ENT.9")]);
    let bare = json!({ "user_id": { "previous": "US.1", "current": "US.9" } });
    let broken = json!([{ "user_id": { "current": "US.9" } }, { "user_id": 7 }, bare]);
    let parsed = told("user_id_update", json!({ "user_id_update": broken }));
    assert_eq!((parsed.events.len(), parsed.unreadable), (1, 2));
}

#[test]
fn new_keys_are_the_same_person_and_nobody_moves_from_nowhere() {
    for kind in ["user_identity_changed", "customer_identity_changed", "of_tomorrow"] {
        let parsed = system(json!({ "from": "15550100101" }), json!({ "type": kind }));
        assert_ignored(&parsed, 1, kind);
    }
    let nowhere =
        system(json!({ "from": "15550100101" }), json!({ "type": "user_changed_number" }));
    assert_ignored(&nowhere, 1, "no new number");
    let nobody =
        system(json!({}), json!({ "type": "user_changed_number", "wa_id": "15550100102" }));
    assert_eq!(nobody.unreadable, 1);
    assert_eq!(from_ana(json!({ "type": "system" })).unreadable, 1);
}
