//! What stands between the providers and the program, and does not do what it
//! should.

use axum::Router;
use axum::body::Bytes;
use axum::http::{HeaderMap, Method, StatusCode, Uri, header};
use axum::response::{IntoResponse, Redirect, Response};
use axum::routing::any;
use olifant::sandbox::meta::setup::Callback;
use serde_json::{Value, json};

use Does::{Answers, Passes};

use super::planting::public;
use super::{connected, look, only_fault};
use crate::harness::Story;

/// What a proxy does with a request.
enum Does {
    /// Passes it on with this body.
    Passes(Bytes),
    /// Answers by itself.
    Answers(Response),
}

type Meddling = fn(&Method, &str, Bytes) -> Does;

/// Passes on to the app what is left.
async fn proxy(story: &Story, meddle: Meddling) -> String {
    let app = story.url().to_owned();
    let pass = move |method: Method, uri: Uri, headers: HeaderMap, body: Bytes| async move {
        let body = match meddle(&method, uri.path(), body) {
            Passes(body) => body,
            Answers(answer) => return answer,
        };
        let client = reqwest::Client::builder().no_proxy().build().unwrap();
        let request = client.request(method, format!("{app}{uri}")).body(body);
        let kept = headers.into_iter().filter_map(|(name, value)| Some((name?, value)));
        let kept =
            kept.filter(|(name, _)| *name != header::CONTENT_LENGTH && *name != header::HOST);
        let answer = request.headers(kept.collect()).send().await.unwrap();
        let status = answer.status();
        (status, answer.text().await.unwrap()).into_response()
    };
    story.serve(Router::new().fallback(any(pass))).await
}

/// Meta is told of the proxy, and doctor looks through it.
async fn fault_behind(meddle: Meddling) -> &'static str {
    let story = connected().await;
    let url = proxy(&story, meddle).await;
    story.meta().set_up(|at| {
        let url = format!("{url}/webhooks/meta");
        at.app.callback = Some(Callback { url, verify_token: "verify-me".into() });
    });
    only_fault(&look(&story, Some("meta"), &public(&url))).await.id
}

fn is_post(method: &Method) -> bool {
    *method == Method::POST
}

#[tokio::test]
async fn a_proxy_that_writes_json_anew_is_told_apart_from_a_wrong_secret() {
    let found = fault_behind(|method, _, body| match is_post(method) {
        true => Passes(serde_json::from_slice::<Value>(&body).unwrap().to_string().into()),
        false => Passes(body),
    });
    assert_eq!(found.await, "meta.body_altered");
}

#[tokio::test]
async fn somebody_else_who_says_yes_to_everything_is_not_olifant() {
    let found = fault_behind(|method, _, body| match is_post(method) {
        true => Answers("ok".into_response()),
        false => Passes(body),
    });
    assert_eq!(found.await, "meta.signature_unchecked");
}

#[tokio::test]
async fn a_proxy_that_takes_no_posts_or_no_queries_is_named_by_what_it_answers() {
    let no_posts = fault_behind(|method, _, body| match is_post(method) {
        true => Answers(StatusCode::BAD_GATEWAY.into_response()),
        false => Passes(body),
    });
    assert_eq!(no_posts.await, "meta.signature_odd");
    let no_handshake = fault_behind(|method, path, body| match path {
        "/webhooks/meta" if !is_post(method) => Answers("It works!".into_response()),
        _ => Passes(body),
    });
    assert_eq!(no_handshake.await, "meta.handshake_odd");
}

#[tokio::test]
async fn what_answers_at_the_public_url_may_be_something_else() {
    assert_eq!(fault_behind(|_, _, _| Answers("It works!".into_response())).await, "server.other");
    let elsewhere = |_: &Method, _: &str, _| Answers(Redirect::permanent("/there").into_response());
    assert_eq!(fault_behind(elsewhere).await, "server.redirects");
    let full = |_: &Method, _: &str, _| {
        let body = json!({ "ok": false, "reason": "the disk is full" }).to_string();
        Answers((StatusCode::SERVICE_UNAVAILABLE, body).into_response())
    };
    assert_eq!(fault_behind(full).await, "server.not_ready");
}
