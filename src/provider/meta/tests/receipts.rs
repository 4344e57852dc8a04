//! What became of what we sent.

use super::*;
use crate::domain::event::Receipt;
use crate::domain::failure::Class;
use crate::domain::message::{Pricing, Status};
use crate::provider::stand_in::delivery;

fn status(fields: Value) -> Parsed {
    let common = json!({ "id": "wamid.9", "timestamp": "1", "recipient_id": "15550100101" });
    told("messages", json!({ "statuses": [with(common, fields)] }))
}

fn receipt(fields: Value) -> Receipt {
    match only(status(fields)) {
        Event::Receipt(receipt) => receipt,
        other => panic!("{other:?}"),
    }
}

#[test]
fn a_status_carries_our_own_id_back() {
    for (text, expected) in [
        ("sent", Status::Sent),
        ("delivered", Status::Delivered),
        ("read", Status::Read),
        ("played", Status::Played),
    ] {
        let data = delivery().to_string();
        let receipt = receipt(json!({ "status": text, "biz_opaque_callback_data": data }));
        assert_eq!((receipt.delivery, receipt.status), (Some(delivery()), expected));
        assert_eq!(receipt.provider_id.as_str(), "wamid.9");
        assert_eq!((receipt.failure, receipt.pricing), (None, None));
    }
    for unknown in ["deleted", "warning", "of_tomorrow"] {
        assert_ignored(&status(json!({ "status": unknown })), 1, unknown);
    }
}

#[test]
fn the_price_is_kept_however_much_of_it_is_told() {
    let priced = |pricing: Value| receipt(json!({ "status": "sent", "pricing": pricing })).pricing;
    let full = json!({ "billable": false, "pricing_model": "PMP", "type": "free_customer_service",
        "category": "service" });
    let kept = Pricing {
        billable: false,
        model: "PMP".into(),
        kind: "free_customer_service".into(),
        category: "service".into(),
    };
    assert_eq!(priced(full), Some(kept));
    let assistant = priced(json!({ "billable": true, "category": "general_purpose_ai" }));
    let assistant = assistant.expect("a price");
    assert_eq!((assistant.billable, assistant.category.as_str()), (true, "general_purpose_ai"));
    assert_eq!(priced(json!("free")), None);
}

#[test]
fn what_a_status_says_beside_harms_nothing() {
    for conversation in [
        json!({ "id": "c", "expiration_timestamp": "1790000000", "origin": { "type": "service" } }),
        json!({ "id": "c", "expiration_timestamp": 1_790_000_000 }),
        json!(7),
    ] {
        let fields = json!({ "status": "sent", "conversation": conversation, "timestamp": 1,
            "recipient_parent_user_id": "US.ENT.1", "parent_recipient_user_id": 7 });
        assert_eq!(receipt(fields).status, Status::Sent);
    }
    let foreign = receipt(json!({ "status": "read", "biz_opaque_callback_data": "job-42" }));
    assert_eq!(foreign.delivery, None);
}

#[test]
fn a_failed_status_is_classed_like_a_refused_send() {
    let failed = |errors: Value| {
        let receipt = receipt(json!({ "status": "failed", "errors": errors }));
        (receipt.status, receipt.failure.map(|failure| failure.class))
    };
    let window = json!([{ "code": 131047, "title": "Re-engagement message", "href": "/docs" }]);
    assert_eq!(failed(window), (Status::Failed, Some(Class::WindowClosed)));
    let as_text = json!([{ "code": "131042" }]);
    assert_eq!(failed(as_text), (Status::Failed, Some(Class::Unpaid)));
    assert_eq!(failed(json!([])), (Status::Failed, Some(Class::Refused)));
}
