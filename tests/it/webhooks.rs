//! What may come in, and what may not.

use serde_json::json;

use crate::harness::{ANA, BEN, Story};

#[tokio::test]
async fn what_is_not_signed_by_us_is_refused_and_leaves_no_trace() {
    let story = Story::new().await;
    let meta = story.meta();
    let body = meta.envelope(vec![
        meta.person("Ana", ANA).change(vec![meta.person("Ana", ANA).message("hi")]),
    ]);
    assert_eq!(meta.post_signed_with("not-the-secret", &body).await.status, 401);
    assert_eq!(meta.post_raw(None, body.to_string()).await.status, 401);
    for bad in ["", "sha256=", "sha256=zz", "sha1=00", "sha256=00", "Ω"] {
        assert_eq!(meta.post_raw(Some(bad), body.to_string()).await.status, 401, "{bad}");
    }
    let twilio = story.twilio();
    let form = twilio.person("Ana", ANA).message("hi");
    assert_eq!(twilio.post_signed_with("not-the-token", &form).await.status, 401);
    assert_eq!(twilio.post_raw(None, "Body=hi").await.status, 401);
    assert!(story.person("main", ANA).await.is_none());
    story.settle().await;
    assert!(story.model.asked().is_empty());
}

#[tokio::test]
async fn one_numbers_secret_cannot_speak_for_another() {
    let story = Story::new().await;
    let (first, second) = (story.sandbox.meta(0), story.sandbox.meta(1));
    let ana = second.person("Ana", ANA);
    let forged = second.envelope(vec![ana.change(vec![ana.message("from number one's secret")])]);
    assert_eq!(
        first.post_signed_with("secret-one", &forged).await.status,
        200,
        "signed, so taken…"
    );
    story.settle().await;
    assert!(story.person("other", ANA).await.is_none(), "…but nothing of it is kept");
    assert!(story.model.asked().is_empty());
}

#[tokio::test]
async fn a_signed_body_that_cannot_be_read_is_acknowledged() {
    let story = Story::new().await;
    let meta = story.meta();
    for body in [
        json!({}),
        json!([]),
        json!("text"),
        json!({"object": "page"}),
        json!({"object": "whatsapp_business_account", "entry": 7}),
    ] {
        assert_eq!(meta.post(&body).await.status, 200, "{body}");
    }
    let ana = meta.person("Ana", ANA);
    let whole = meta.envelope(vec![ana.change(vec![ana.message("hi")])]).to_string();
    let cut = &whole[..whole.len() / 2];
    let signature = sign("secret-one", cut);
    assert_eq!(meta.post_raw(Some(&signature), cut).await.status, 200);
    assert!(story.person("main", ANA).await.is_none());
}

#[tokio::test]
async fn what_is_too_large_or_of_another_type_is_refused() {
    let story = Story::new().await;
    let meta = story.meta();
    let large = "x".repeat(5 * 1024 * 1024);
    assert_eq!(meta.post_raw(Some(&sign("secret-one", &large)), large.clone()).await.status, 413);
    let client = reqwest::Client::builder().no_proxy().build().unwrap();
    let signature = sign("secret-one", "{}");
    let request = client
        .post(url(&story, "/webhooks/meta"))
        .header("content-type", "text/plain")
        .header("x-hub-signature-256", signature);
    assert_eq!(request.body("{}").send().await.unwrap().status(), 415);
    let request =
        client.post(url(&story, "/webhooks/twilio")).header("content-type", "application/json");
    assert_eq!(request.body("{}").send().await.unwrap().status(), 401);
    assert_eq!(client.get(url(&story, "/webhooks/twilio")).send().await.unwrap().status(), 405);
    assert_eq!(client.get(url(&story, "/nothing")).send().await.unwrap().status(), 404);
}

#[tokio::test]
async fn the_handshake_echoes_the_challenge_to_whoever_knows_the_token() {
    let story = Story::new().await;
    let client = reqwest::Client::builder().no_proxy().build().unwrap();
    let ask = async |token: &str| {
        let query = format!(
            "/webhooks/meta?hub.mode=subscribe&hub.challenge=1158201444&hub.verify_token={token}"
        );
        let answer = client.get(url(&story, &query)).send().await.unwrap();
        (answer.status().as_u16(), answer.text().await.unwrap())
    };
    assert_eq!(ask("verify-me").await, (200, "1158201444".into()));
    for wrong in ["", "verify", "verify-me-not"] {
        assert!(ask(wrong).await.0 >= 400, "{wrong}");
    }
}

#[tokio::test]
async fn a_batch_is_read_element_by_element() {
    let story = Story::new().await;
    let meta = story.meta();
    let (ana, ben) = (meta.person("Ana", ANA), meta.person("Ben", BEN));
    let broken = json!({"from": 5, "id": [], "type": "text"});
    let body = meta.envelope(vec![
        ana.change(vec![ana.message("one"), broken, ana.message("two")]),
        json!({"field": "unheard_of", "value": {"x": 1}}),
        ben.change(vec![ben.message("three")]),
    ]);
    assert_eq!(meta.post(&body).await.status, 200);
    story.settle().await;
    assert_eq!(ana.texts(), ["You said: one | two"]);
    assert_eq!(ben.texts(), ["You said: three"]);
}

#[tokio::test]
async fn it_says_whether_it_lives_and_is_ready() {
    let story = Story::new().await;
    let client = reqwest::Client::builder().no_proxy().build().unwrap();
    for path in ["/healthz", "/readyz"] {
        assert_eq!(client.get(url(&story, path)).send().await.unwrap().status(), 200, "{path}");
    }
}

fn url(story: &Story, path: &str) -> String {
    format!("{}{path}", story.url())
}

fn sign(secret: &str, body: &str) -> String {
    use hmac::{Hmac, KeyInit, Mac};
    let mut mac = Hmac::<sha2::Sha256>::new_from_slice(secret.as_bytes()).unwrap();
    mac.update(body.as_bytes());
    format!("sha256={}", hex::encode(mac.finalize().into_bytes()))
}
