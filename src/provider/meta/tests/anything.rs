//! Whatever is signed is read without harm.

use proptest::prelude::*;

use super::*;
use crate::domain::content::{Content, Template};
use crate::domain::message::Message;
use crate::domain::person::Address;
use crate::provider::stand_in::{delivery, reply};

fn anything() -> impl Strategy<Value = Value> {
    let key = prop::sample::select(vec![
        "object",
        "entry",
        "changes",
        "field",
        "value",
        "metadata",
        "phone_number_id",
        "contacts",
        "messages",
        "statuses",
        "message_echoes",
        "errors",
        "id",
        "from",
        "type",
        "text",
        "body",
        "image",
        "interactive",
        "context",
        "timestamp",
        "edit",
        "message",
        "status",
        "system",
        "wa_id",
        "user_id",
        "user_id_update",
        "previous",
        "current",
        "reaction",
        "message_id",
        "emoji",
        "order",
        "contacts",
        "phones",
        "vcard",
        "location",
        "latitude",
        "longitude",
        "event",
        "ban_info",
        "pricing",
        "code",
    ]);
    let text = prop::sample::select(vec![
        "whatsapp_business_account",
        "messages",
        "smb_message_echoes",
        "standby",
        "user_id_update",
        "account_update",
        "user_changed_number",
        "system",
        "reaction",
        "location",
        "order",
        "contacts",
        "101",
        "15550100101",
        "US.1",
        "text",
        "image",
        "edit",
        "interactive",
        "failed",
        "",
        "ü",
        "99999999999999999999",
    ]);
    let leaf = prop_oneof![
        text.prop_map(Value::from),
        any::<f64>().prop_map(Value::from),
        any::<i64>().prop_map(Value::from),
        any::<bool>().prop_map(Value::from),
        Just(Value::Null),
    ];
    leaf.prop_recursive(7, 64, 6, move |inner| {
        prop_oneof![
            prop::collection::vec(inner.clone(), 0..4).prop_map(Value::from),
            prop::collection::btree_map(key.clone(), inner, 0..6).prop_map(|map| json!(map)),
        ]
    })
}

/// Words of all kinds, some with the blanks that Meta refuses.
fn words() -> impl Strategy<Value = String> {
    prop::collection::vec(
        prop_oneof![Just("\n"), Just("\t"), Just("      "), Just("a"), Just("ü😀")],
        0..12,
    )
    .prop_map(|pieces| pieces.concat())
}

proptest! {
    /// Nothing that Meta refuses fills a template, and no word is lost.
    #[test]
    fn a_template_is_filled_as_meta_wants_it(variable in words()) {
        let template = Template { name: "t".into(), variables: vec![variable.clone()], ..Template::default() };
        let message = Message { content: Content::Template(template), ..reply("") };
        let (number, to) = ("shop".into(), Address::Group("g1".into()));
        let parcel = Parcel { number: &number, to: &to, message: &message, delivery: delivery(), since: now() };
        let letter = serde_json::to_value(letter::letter(&parcel)).expect("JSON");
        let filled = letter["template"]["components"][0]["parameters"][0]["text"].as_str().expect("words");
        prop_assert!(!filled.is_empty() && !filled.contains(['\n', '\t']) && !filled.contains("     "));
        prop_assert!(variable.split_whitespace().all(|word| filled.contains(word)));
    }


    /// Whatever is signed: no panic, and a message is never made of nothing.
    #[test]
    fn parsing_survives_any_json(part in anything(), depth in 0..4) {
        let body = match depth {
            0 => part,
            1 => envelope(part),
            2 => envelope(json!([{ "field": "messages", "value": part }])),
            _ => envelope(json!([change("messages", json!({ "messages": [part] }))])),
        };
        let parsed = parse(&body);
        prop_assert!(parsed.events.iter().all(|(number, _)| number.as_str() != "bank"));
        let moved = |event: &Event| match event {
            Event::Moved(moved) => !moved.before.is_empty() && !moved.after.is_empty(),
            _ => true,
        };
        prop_assert!(parsed.events.iter().all(|(_, event)| moved(event)));
    }

    /// Not even JSON.
    #[test]
    fn parsing_survives_any_bytes(body in prop::collection::vec(any::<u8>(), 0..200)) {
        prop_assert!(parse_bytes(&body).events.is_empty());
    }
}
