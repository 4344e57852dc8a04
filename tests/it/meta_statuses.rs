//! What Meta reports of what we sent.

use olifant::domain::message::{Message, Pricing, Status};
use olifant::sandbox::Receipts;
use olifant::sandbox::meta::{self, Person};
use serde_json::{Value, json};

use crate::harness::{ANA, Story};

/// A reply that was sent, and of which nothing is known yet.
async fn sent() -> (Story, Person, String) {
    let story = Story::new().await;
    let ana = story.meta().person("Ana", ANA);
    story.meta().receipts(Receipts::Manual);
    ana.says("hello").await;
    story.settle().await;
    let wamid = ana.inbox()[0].id.clone();
    (story, ana, wamid)
}

async fn row(story: &Story) -> Message {
    story.transcript().await.pop().unwrap()
}

/// A status with these fields, and nothing else.
async fn status(story: &Story, fields: Value) {
    let mut status = json!({ "timestamp": 1_800_000_000 });
    for (name, value) in fields.as_object().unwrap() {
        status[name] = value.clone();
    }
    let value = json!({ "metadata": { "phone_number_id": "1000000001" }, "statuses": [status] });
    assert_eq!(story.meta().field("messages", value).await.status, 200);
}

#[tokio::test]
async fn each_status_moves_a_message_on_and_none_moves_it_back() {
    let (story, _ana, wamid) = sent().await;
    for (told, stands) in [
        ("sent", Status::Sent),
        ("deleted", Status::Sent),
        ("delivered", Status::Delivered),
        ("of_tomorrow", Status::Delivered),
        ("played", Status::Played),
        ("read", Status::Played),
        ("sent", Status::Played),
    ] {
        status(&story, json!({ "id": wamid, "status": told })).await;
        assert_eq!(row(&story).await.status, stands, "{told}");
    }
    let errors = json!([{ "code": 131_026, "title": "late" }]);
    status(&story, json!({ "id": wamid, "status": "failed", "errors": errors })).await;
    assert_eq!(row(&story).await.status, Status::Played, "whoever has heard it has got it");
}

#[tokio::test]
async fn a_price_is_kept_and_old_trimmings_harm_nothing() {
    let (story, _ana, wamid) = sent().await;
    let legacy = json!({ "id": "c", "expiration_timestamp": "1800000000" });
    let pricing = json!({ "billable": true, "pricing_model": "CBP", "category": "service" });
    status(
        &story,
        json!({ "id": wamid, "status": "delivered", "conversation": legacy,
        "pricing": pricing }),
    )
    .await;
    let kept = Pricing {
        billable: true,
        model: "CBP".into(),
        kind: String::new(),
        category: "service".into(),
    };
    assert_eq!(row(&story).await.pricing, Some(kept));
    story.meta().send_priced_status(&wamid, "read", meta::Pricing::FreeService).await;
    let free = row(&story).await.pricing.unwrap();
    assert_eq!((free.billable, free.kind.as_str()), (false, "free_customer_service"));
}

#[tokio::test]
async fn our_own_id_finds_the_message_under_an_id_that_nobody_knows() {
    let (story, ana, _) = sent().await;
    let ours = ana.inbox()[0].raw["biz_opaque_callback_data"].clone();
    let fields = json!({ "id": "wamid.of-a-lost-answer", "status": "delivered",
        "biz_opaque_callback_data": ours });
    status(&story, fields).await;
    assert_eq!(row(&story).await.status, Status::Delivered);
}

#[tokio::test]
async fn a_status_of_nothing_we_know_changes_nothing() {
    let (story, _ana, _) = sent().await;
    for data in [json!("job-42"), json!(7), Value::Null] {
        let fields = json!({ "id": "wamid.strange", "status": "read",
            "biz_opaque_callback_data": data });
        status(&story, fields).await;
    }
    status(&story, json!({ "status": "read" })).await;
    assert_eq!(row(&story).await.status, Status::Sent);
}

#[tokio::test]
async fn a_failure_without_a_word_is_final() {
    let (story, ana, wamid) = sent().await;
    status(&story, json!({ "id": wamid, "status": "failed" })).await;
    story.settle().await;
    let row = row(&story).await;
    assert_eq!((row.status, row.failure.unwrap().code), (Status::Failed, None));
    assert_eq!(ana.inbox().len(), 1);
}
