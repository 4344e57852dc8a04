//! Stories of who gets in and who does not. What becomes of a message that
//! does is told in `tests/it`.

use std::collections::BTreeMap;

use axum::body::{Body, to_bytes};
use axum::http::{Method, Request, StatusCode};
use jiff::Timestamp;
use tokio::sync::watch;
use tower::ServiceExt;

use super::*;
use crate::alert::Alerts;
use crate::domain::id::NumberName;
use crate::provider::NumberConfig;
use crate::store;

struct Server {
    router: Router,
    stopping: CancellationToken,
    _dir: tempfile::TempDir,
}

impl Server {
    /// With one number of Meta.
    fn new() -> Self {
        let dir = tempfile::tempdir().unwrap();
        let clock = Clock::manual(Timestamp::UNIX_EPOCH);
        let url = format!("sled:{}", dir.path().join("store").display());
        let config =
            store::Config { url, cache_mb: 8, min_free_mb: 0, key: None, key_previous: None };
        let store = store::open(&config, &[], clock.clone()).unwrap();
        let public_url = watch::channel(Url::parse("https://bot.example.com").unwrap()).1;
        let http = reqwest::Client::builder().build().unwrap();
        let providers = Providers::new(numbers(), public_url.clone(), http, clock.clone());
        let (_, minds) = tokio::sync::watch::channel(Arc::default());
        let alerts = Arc::new(Alerts::new(clock.clone()));
        let stopping = CancellationToken::new();
        let providers = Arc::new(providers);
        let metrics = Arc::new(Metrics::new(Default::default(), clock.now()));
        let intake = Intake::new(store.clone(), providers.clone(), minds, alerts, metrics.clone());
        let shared = Shared {
            looks: Arc::new(memory_api::looks::Looks::new(store.clone())),
            memory_api: memory_api::Config {
                max_value_chars: 10,
                max_list_chars: 100,
                max_keys: 10,
            },
            store,
            providers,
            intake,
            public_url,
            clock,
            metrics,
            stopping: stopping.clone(),
        };
        Self { router: router(shared), stopping, _dir: dir }
    }

    async fn json(&self, path: &str) -> serde_json::Value {
        let request = Request::get(path).body(Body::empty()).unwrap();
        let response = self.router.clone().oneshot(request).await.unwrap();
        let body = to_bytes(response.into_body(), 1_000_000).await.unwrap();
        serde_json::from_slice(&body).unwrap()
    }

    async fn answer(&self, method: Method, path: &str, body: Vec<u8>) -> (StatusCode, String) {
        let request = Request::builder().method(method).uri(path);
        let request = request.header("content-type", "application/json");
        let request = request.body(Body::from(body)).unwrap();
        let response = self.router.clone().oneshot(request).await.unwrap();
        let status = response.status();
        let body = to_bytes(response.into_body(), 10_000).await.unwrap();
        (status, String::from_utf8(body.to_vec()).unwrap())
    }

    async fn status(&self, method: Method, path: &str, body: Vec<u8>) -> u16 {
        self.answer(method, path, body).await.0.as_u16()
    }
}

fn numbers() -> BTreeMap<NumberName, NumberConfig> {
    let number = serde_json::json!({
        "provider": "meta", "phone_number_id": "1", "access_token": "t", "app_secret": "s",
        "verify_token": "v",
    });
    let config = serde_json::from_value(number).unwrap();
    BTreeMap::from([(NumberName::from("front"), NumberConfig::Meta(config))])
}

#[tokio::test]
async fn it_says_whether_it_lives_and_whether_it_is_ready() {
    let server = Server::new();
    let ok = (StatusCode::OK, r#"{"ok":true}"#.to_owned());
    assert_eq!(server.answer(Method::GET, "/healthz", vec![]).await, ok);
    assert_eq!(server.answer(Method::GET, "/readyz", vec![]).await, ok);
    server.stopping.cancel();
    let not = r#"{"ok":false,"reason":"shutting down"}"#.to_owned();
    let unavailable = (StatusCode::SERVICE_UNAVAILABLE, not);
    assert_eq!(server.answer(Method::GET, "/readyz", vec![]).await, unavailable);
    assert_eq!(server.answer(Method::GET, "/healthz", vec![]).await, ok);
}

#[tokio::test]
async fn the_public_routes_are_described() {
    let document = Server::new().json("/openapi.json").await;
    assert!(document["openapi"].as_str().unwrap().starts_with("3.1"));
    let paths: Vec<&String> = document["paths"].as_object().unwrap().keys().collect();
    assert_eq!(
        paths,
        [
            "/healthz",
            "/memory/{namespace}",
            "/memory/{namespace}/{key}",
            "/readyz",
            "/stats/memory",
            "/v1/media",
            "/v1/memory/{namespace}",
            "/v1/memory/{namespace}/{key}",
            "/v1/memory/{namespace}/{key}/append",
            "/v1/memory/{namespace}/{key}/incr",
            "/v1/messages",
            "/v1/messages/{id}",
        ]
    );
    for path in paths.iter().filter(|path| !path.ends_with('z')) {
        for (method, operation) in document["paths"][path.as_str()].as_object().unwrap() {
            assert!(operation["responses"]["401"].is_object(), "{method} {path}");
            assert!(operation["security"][0]["token"].is_array(), "{method} {path}");
        }
    }
}

#[tokio::test]
async fn strangers_learn_nothing() {
    let server = Server::new();
    let unauthorized = (StatusCode::UNAUTHORIZED, "Unauthorized".to_owned());
    assert_eq!(server.answer(Method::POST, "/webhooks/meta", b"{}".to_vec()).await, unauthorized);
    let handshake = "/webhooks/meta?hub.mode=subscribe&hub.verify_token=x&hub.challenge=1";
    let forbidden = (StatusCode::FORBIDDEN, "Forbidden".to_owned());
    assert_eq!(server.answer(Method::GET, handshake, vec![]).await, forbidden);
    assert_eq!(server.status(Method::GET, "/", vec![]).await, 404);
}

#[tokio::test]
async fn a_provider_without_a_number_is_not_there() {
    let server = Server::new();
    assert_eq!(server.status(Method::POST, "/webhooks/twilio", vec![]).await, 404);
    assert_eq!(server.status(Method::POST, "/webhooks/twilio/status", vec![]).await, 404);
    assert_eq!(server.status(Method::GET, "/webhooks/twilio", vec![]).await, 405);
}

#[tokio::test]
async fn a_body_over_the_limit_is_not_even_checked() {
    let server = Server::new();
    let long = |bytes| server.status(Method::POST, "/webhooks/meta", vec![b' '; bytes]);
    assert_eq!(long(webhook::MAX_BODY).await, 401);
    assert_eq!(long(webhook::MAX_BODY + 1).await, 413);
}

#[tokio::test]
async fn when_it_stops_requests_under_way_are_answered_and_new_ones_refused() {
    let server = Server::new();
    let listener = tokio::net::TcpListener::bind("127.0.0.1:0").await.unwrap();
    let url = format!("http://{}/healthz", listener.local_addr().unwrap());
    let stop = CancellationToken::new();
    let clock = Clock::system();
    let serving = tokio::spawn(serve(listener, server.router.clone(), clock, stop.clone()));
    let http = reqwest::Client::builder().build().unwrap();
    assert_eq!(http.get(&url).send().await.unwrap().text().await.unwrap(), r#"{"ok":true}"#);
    stop.cancel();
    serving.await.unwrap().unwrap();
    assert!(http.get(&url).send().await.is_err());
}
