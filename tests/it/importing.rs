//! What comes in from elsewhere, batch by batch, while the program runs.

use axum::body::{Body, to_bytes};
use axum::http::{Request, StatusCode};
use serde_json::{Value, json};
use tower::ServiceExt;

use crate::harness::Story;

async fn post(story: &Story, path: &str, body: Value) -> (StatusCode, Value) {
    let request = Request::post(format!("http://admin/people/{path}?business=main"))
        .header("content-type", "application/json")
        .body(Body::from(body.to_string()))
        .unwrap();
    let answer = story.app().admin().oneshot(request).await.unwrap();
    let status = answer.status();
    let body = to_bytes(answer.into_body(), usize::MAX).await.unwrap();
    (status, serde_json::from_slice(&body).unwrap_or_default())
}

fn batch(id: &str) -> Value {
    let turn = json!({ "id": id, "role": "person", "at": "2026-01-01T12:00:00Z", "text": "my dog is Rex" });
    json!({ "archive": "chat", "turns": [turn] })
}

#[tokio::test]
async fn who_is_forgotten_in_the_middle_of_an_import_stays_forgotten() {
    let story = Story::new().await;
    let (status, first) = post(&story, "+15550100/turns", batch("m1")).await;
    assert_eq!((status, &first["came"]["new"]), (StatusCode::OK, &json!(1)));
    let id = first["person"].as_str().unwrap().to_owned();
    let (status, second) = post(&story, &format!("{id}/turns"), batch("m2")).await;
    assert_eq!((status, &second["person"]), (StatusCode::OK, &first["person"]));
    let facts = json!({ "facts": [{ "key": "plan", "value": "gold" }] });
    let (_, known) = post(&story, "+15550100/facts", facts.clone()).await;
    assert_eq!(known, json!({ "person": id, "came": { "new": 1, "known": 0, "expired": 0 } }));
    let forget = Request::delete(format!("http://admin/people/{id}")).body(Body::empty()).unwrap();
    let forgotten = story.app().admin().oneshot(forget).await.unwrap();
    assert_eq!(forgotten.status(), StatusCode::NO_CONTENT);
    for (what, body) in [("turns", batch("m3")), ("facts", facts)] {
        let (status, problem) = post(&story, &format!("{id}/{what}"), body).await;
        assert_eq!(status, StatusCode::NOT_FOUND, "{problem}");
        assert_eq!(problem["error"]["code"], "unknown_person");
    }
    assert!(story.person("main", "15550100").await.is_none());
}
