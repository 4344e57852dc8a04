//! What people send, kind by kind.

use super::*;
use crate::domain::content::{Content, MediaKind};

fn media(extra: Value) -> Value {
    with(json!({ "id": "7", "mime_type": "x/y", "sha256": "z" }), extra)
}

fn reads_as(kind: &str, object: Value) -> String {
    only_message(from_ana(json!({ "type": kind, kind: object }))).content.as_text()
}

#[test]
fn words_and_files() {
    for (kind, object, text) in [
        ("text", json!({ "body": "hello" }), "hello"),
        ("image", media(json!({ "caption": "my dog" })), "[picture] my dog"),
        ("video", media(json!({ "caption": null })), "[video]"),
        ("audio", media(json!({ "voice": true })), "[voice note]"),
        ("audio", media(json!({ "voice": false })), "[audio]"),
        (
            "document",
            media(json!({ "filename": "a.pdf", "caption": "the plan" })),
            "[document a.pdf] the plan",
        ),
        ("sticker", media(json!({ "animated": true })), "[sticker]"),
    ] {
        assert_eq!(reads_as(kind, object), text);
    }
}

#[test]
fn a_file_keeps_its_reference() {
    let image = json!({ "id": 7, "mime_type": "image/jpeg", "sha256": "z", "url": "https://x" });
    match only_message(from_ana(json!({ "type": "image", "image": image }))).content {
        Content::Media(media) => {
            assert_eq!((media.kind, media.reference.as_str()), (MediaKind::Picture, "7"));
            assert_eq!((media.mime.as_str(), media.sha256.as_deref()), ("image/jpeg", Some("z")));
        }
        other => panic!("{other:?}"),
    }
}

#[test]
fn places() {
    let bare = json!({ "latitude": 12.5, "longitude": -77 });
    let named = json!({ "latitude": 12.5, "longitude": 77, "name": "Shop",
        "address": "1 High St", "url": "https://shop.example" });
    assert_eq!(reads_as("location", bare), "[location 12.5, -77]");
    assert_eq!(
        reads_as("location", named),
        "[location 12.5, 77 Shop, 1 High St, https://shop.example]"
    );
}

#[test]
fn cards() {
    let named = json!([
        { "name": { "formatted_name": "Bea B." }, "phones": [{ "phone": "+1 555" }], "org": {} },
        { "name": { "first_name": "Cem" }, "phones": [{ "wa_id": 15550100102u64 }] },
    ]);
    assert_eq!(reads_as("contacts", named), "[contact Bea B. +1 555; Cem 15550100102]");
    let vcard = "BEGIN:VCARD\r\nFN:Dan\r\nTEL;waid=15550100103;type=CELL:+1 555 010 0103\r\n\
                 item1.tel:+1 555 010 0104\r\nNOTE:TEL 1\r\nEND:VCARD";
    let nameless = |phones: Value| json!([{ "phones": phones, "vcard": vcard }]);
    assert_eq!(
        reads_as("contacts", nameless(json!([]))),
        "[contact +1 555 010 0103, +1 555 010 0104]"
    );
    assert_eq!(reads_as("contacts", nameless(json!([{ "phone": "+1 555" }]))), "[contact +1 555]");
}

#[test]
fn answers_to_what_was_offered() {
    let button = json!({ "type": "button_reply", "button_reply": { "id": "y", "title": "Yes" } });
    let row = json!({ "type": "list_reply",
        "list_reply": { "id": "r", "title": "Row", "description": "d" } });
    let bare_row = json!({ "type": "list_reply", "list_reply": { "id": "r", "title": "Row" } });
    let call = json!({ "type": "call_permission_reply",
        "call_permission_reply": { "response": "accept", "expiration_timestamp": 1, "response_source": "user_action" } });
    for (kind, object, id, title) in [
        ("interactive", button, "y", "Yes"),
        ("interactive", row, "r", "Row"),
        ("interactive", bare_row, "r", "Row"),
        ("interactive", call, "call_permission_reply", "accept"),
        ("button", json!({ "payload": "no-thanks", "text": "No" }), "no-thanks", "No"),
        ("button", json!({ "text": "No" }), "No", "No"),
    ] {
        let content = only_message(from_ana(json!({ "type": kind, kind: object }))).content;
        assert_eq!(content, Content::Choice { id: id.into(), title: title.into() });
    }
    let form = json!({ "type": "nfm_reply",
        "nfm_reply": { "response_json": "{\"a\":1}", "name": "flow", "body": "Sent" } });
    assert_eq!(reads_as("interactive", form), "[form flow: {\"a\":1}]");
}

#[test]
fn orders() {
    let order = json!({ "catalog_id": "c", "text": "please", "product_items": [
        { "product_retailer_id": "sku", "quantity": 2, "item_price": 12.5, "currency": "EUR" },
        { "product_retailer_id": 7, "quantity": "1", "item_price": "1500", "currency": "JPY" },
        { "product_retailer_id": "gift", "quantity": 1 },
    ] });
    let text = "[order 2 × sku (12.50 EUR), 1 × 7 (1500 JPY), 1 × gift] please";
    assert_eq!(reads_as("order", order), text);
}

#[test]
fn what_nobody_can_read_is_still_a_message() {
    for (fields, name) in [
        (
            json!({ "type": "unsupported", "unsupported": { "type": "poll" },
            "errors": [{ "code": 131051 }] }),
            "poll",
        ),
        (json!({ "type": "unsupported", "errors": [{ "code": 131051 }] }), "unsupported"),
        (json!({ "type": "hologram", "hologram": {} }), "hologram"),
        (json!({ "type": "interactive" }), "interactive"),
        (json!({ "type": "interactive", "interactive": { "type": "of_tomorrow" } }), "interactive"),
        (json!({ "type": "video", "video": null, "errors": [{ "code": 131052 }] }), "video"),
    ] {
        let content = only_message(from_ana(fields)).content;
        assert_eq!(content, Content::Unsupported(name.into()));
    }
}

#[test]
fn what_surrounds_a_message_comes_with_it() {
    let surrounded = |fields: Value| {
        let text = json!({ "type": "text", "text": { "body": "hi" } });
        only_message(from_ana(with(text, fields))).attached
    };
    let quoting = surrounded(json!({ "context": { "from": "1", "id": "wamid.0" } }));
    assert_eq!((quoting.quotes, quoting.forwarded), (Some("wamid.0".into()), false));
    for mark in ["forwarded", "frequently_forwarded"] {
        let forwarding = surrounded(json!({ "context": { mark: true } }));
        assert_eq!((forwarding.quotes, forwarding.forwarded), (None, true), "{mark}");
    }
    let product = json!({ "catalog_id": "c", "product_retailer_id": "sku" });
    let asking = surrounded(json!({ "context": { "id": "wamid.0", "referred_product": product } }));
    assert_eq!(asking.product.as_deref(), Some("sku"));
    let bad_id = surrounded(json!({ "context": { "id": 7, "forwarded": true } }));
    assert!(bad_id.forwarded, "one bad field takes no other with it");
}

#[test]
fn an_advertisement_comes_with_what_it_said() {
    let from = |referral: Value| {
        let text = json!({ "type": "text", "text": { "body": "hi" }, "referral": referral });
        only_message(from_ana(text)).attached.referral.expect("a referral")
    };
    let full = from(json!({ "source_url": "https://example.com/ad", "source_id": "9",
        "source_type": "ad", "headline": "Sale", "body": "All must go", "ctwa_clid": "c1",
        "media_type": "image", "welcome_message": { "text": "How can we help?" } }));
    assert_eq!(full.url.as_deref(), Some("https://example.com/ad"));
    assert_eq!(full.headline.as_deref(), Some("Sale"));
    assert_eq!(full.body.as_deref(), Some("All must go\nHow can we help?"));
    assert_eq!(full.click_id.as_deref(), Some("c1"));
    let bare = from(json!({ "source_type": "post", "source_id": 9 }));
    assert_eq!((bare.url.as_deref(), bare.body), (Some("post 9"), None));
}

#[test]
fn a_reaction_is_an_event_and_without_an_emoji_it_is_taken_back() {
    for (reaction, emoji) in [
        (json!({ "message_id": "wamid.0", "emoji": "👍" }), Some("👍".to_owned())),
        (json!({ "message_id": "wamid.0", "emoji": "" }), None),
        (json!({ "message_id": "wamid.0" }), None),
    ] {
        let event = only(from_ana(json!({ "type": "reaction", "reaction": reaction })));
        assert_eq!(event, Event::Reaction { message: "wamid.0".into(), emoji });
    }
}

#[test]
fn edits_and_revokes_name_the_message_they_change() {
    for (message, content) in [
        (json!({ "type": "text", "text": { "body": "at nine" } }), Content::Text("at nine".into())),
        (json!({ "type": "hologram" }), Content::Unsupported("hologram".into())),
    ] {
        let edit = json!({ "original_message_id": "wamid.0", "message": message });
        let edited = Event::Edit { message: "wamid.0".into(), content };
        assert_eq!(only(from_ana(json!({ "type": "edit", "edit": edit }))), edited);
    }
    let revoke = json!({ "type": "revoke", "revoke": { "original_message_id": "wamid.0" } });
    assert_eq!(only(from_ana(revoke)), Event::Revoke { message: "wamid.0".into() });
}

#[test]
fn an_opened_chat_says_nothing() {
    assert_ignored(&from_ana(json!({ "type": "request_welcome" })), 1, "request_welcome");
}
