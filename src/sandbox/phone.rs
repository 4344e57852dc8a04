//! The phone page and its API. To show another kind of message: one more
//! branch where `phone.js` fills a bubble, from the `raw` message in the state.

use std::convert::Infallible;
use std::sync::Arc;

use axum::extract::{Query, Request, State};
use axum::http::{HeaderMap, HeaderValue, StatusCode, header};
use axum::middleware::{self, Next};
use axum::response::sse::{Event, KeepAlive, Sse};
use axum::response::{IntoResponse, Response};
use axum::routing::{get, post};
use axum::{Json, Router};
use futures_util::stream::{self, Stream};
use serde::{Deserialize, Serialize};
use serde_json::{Value, json};

use super::phones::book::Chat;
use super::phones::{Bubble, Contact};
use super::{Sandbox, meta, twilio};
use people::{PEOPLE, Resident};

mod people;

const PAGE: &str = include_str!("../../templates/sandbox/phone.html");
const STYLE: &str = include_str!("../../templates/sandbox/phone.css");
const SCRIPT: &str = include_str!("../../templates/sandbox/phone.js");

/// So many messages of a chat are on the page.
const SHOWN: usize = 300;

/// So many characters fit in a message on a real phone.
const LONGEST: usize = 4096;

/// The page loads nothing from anywhere else and runs no inline script.
const POLICY: &str = "default-src 'none'; script-src 'self'; style-src 'self'; \
    connect-src 'self'; img-src 'self' data:; base-uri 'none'; form-action 'none'; \
    frame-ancestors 'none'";

/// The people of the page get their phones.
pub(super) fn introduce(sandbox: &Arc<Sandbox>) {
    for resident in PEOPLE {
        for provider in [Provider::Meta, Provider::Twilio] {
            if let Some(account) = provider.account(sandbox) {
                sandbox.phones.change(|book| book.introduce(&account, &resident.contact()));
            }
        }
    }
}

pub(super) fn routes() -> Router<Arc<Sandbox>> {
    Router::new()
        .route("/", get(|| async { asset("text/html; charset=utf-8", PAGE) }))
        .route("/phone/phone.css", get(|| async { asset("text/css; charset=utf-8", STYLE) }))
        .route("/phone/phone.js", get(|| async { asset("text/javascript; charset=utf-8", SCRIPT) }))
        .route("/phone/state", get(state))
        .route("/phone/events", get(events))
        .route("/phone/say", post(say))
        .route("/phone/retry", post(retry))
        .route_layer(middleware::from_fn(only_local))
}

fn asset(kind: &'static str, text: &'static str) -> Response {
    let headers = [
        (header::CONTENT_TYPE, kind),
        (header::CONTENT_SECURITY_POLICY, POLICY),
        (header::CACHE_CONTROL, "no-cache"),
        (header::X_CONTENT_TYPE_OPTIONS, "nosniff"),
        (header::REFERRER_POLICY, "no-referrer"),
    ];
    (headers, text).into_response()
}

/// A page elsewhere whose name was pointed at this machine carries its own
/// name in `Host`.
async fn only_local(request: Request, next: Next) -> Response {
    if is_local(request.headers()) {
        return next.run(request).await;
    }
    (StatusCode::FORBIDDEN, "Open this page as http://localhost or http://127.0.0.1")
        .into_response()
}

fn is_local(headers: &HeaderMap) -> bool {
    let host = headers.get(header::HOST).map(HeaderValue::to_str);
    let Some(Ok(host)) = host else { return false };
    let name = match host.rsplit_once(':') {
        Some((name, port)) if port.bytes().all(|b| b.is_ascii_digit()) => name,
        _ => host,
    };
    ["localhost", "127.0.0.1", "[::1]"].contains(&name)
}

/// Through which stand-in a message goes.
#[derive(Clone, Copy, Deserialize, Serialize)]
#[serde(rename_all = "snake_case")]
enum Provider {
    Meta,
    Twilio,
}

impl Provider {
    /// The key of the first account's chats.
    fn account(self, sandbox: &Arc<Sandbox>) -> Option<String> {
        match self {
            Self::Meta => sandbox.meta.first().map(|desk| desk.account.phone_number_id.clone()),
            Self::Twilio => sandbox.twilio.first().map(|desk| desk.account.from.clone()),
        }
    }
}

/// Which chat is looked at.
#[derive(Deserialize)]
struct Selected {
    provider: Provider,
    person: String,
}

async fn state(State(sandbox): State<Arc<Sandbox>>, Query(selected): Query<Selected>) -> Response {
    let Some(account) = selected.provider.account(&sandbox) else { return unknown() };
    let Some(resident) = people::find(&selected.person) else { return unknown() };
    let now = sandbox.clock.now();
    let view = sandbox.phones.read(|book| {
        let chat = |contact: &Contact| book.chat(&account, contact);
        let people: Vec<_> = PEOPLE.iter().map(|one| card(one, chat(&one.contact()))).collect();
        let open = chat(&resident.contact());
        let typing = open.and_then(|chat| chat.typing_until).map(|until| until.duration_since(now));
        json!({
            "info": sandbox.info,
            "longest": LONGEST,
            "people": people,
            "bubbles": open.map(|chat| chat.newest(SHOWN).iter().map(bubble).collect::<Vec<_>>()),
            "typing_ms": typing.map_or(0, |left| left.as_millis().max(0)),
        })
    });
    Json(view).into_response()
}

fn card(resident: &Resident, chat: Option<&Chat>) -> Value {
    json!({
        "key": resident.key,
        "name": resident.name,
        "number": resident.shown_number(),
        "id": resident.user_id,
        "last": chat.and_then(|chat| chat.bubbles.last()).map(bubble),
    })
}

fn bubble(bubble: &Bubble) -> Value {
    json!({
        "id": bubble.id,
        "side": bubble.side,
        "at": bubble.at.as_millisecond(),
        "text": bubble.text,
        "quotes": bubble.quotes,
        "tick": bubble.tick,
        "reports": bubble.reports,
        "raw": bubble.raw,
    })
}

fn unknown() -> Response {
    (StatusCode::NOT_FOUND, "no such phone").into_response()
}

/// One event for each change; the page then asks for the state.
async fn events(
    State(sandbox): State<Arc<Sandbox>>,
) -> Sse<impl Stream<Item = Result<Event, Infallible>>> {
    let watching = (sandbox.phones.watch(), sandbox.closed.subscribe());
    let changes = stream::unfold(watching, |(mut phones, mut closed)| async move {
        tokio::select! {
            changed = phones.changed() => changed.ok()?,
            _ = closed.wait_for(|closed| *closed) => return None,
        }
        let version = *phones.borrow_and_update();
        Some((Ok(Event::default().data(version.to_string())), (phones, closed)))
    });
    Sse::new(changes).keep_alive(KeepAlive::default())
}

#[derive(Deserialize)]
struct Say {
    #[serde(flatten)]
    to: Selected,
    text: String,
}

async fn say(State(sandbox): State<Arc<Sandbox>>, Json(say): Json<Say>) -> Response {
    if say.text.trim().is_empty() {
        return (StatusCode::BAD_REQUEST, "nothing was written").into_response();
    }
    if say.text.chars().count() > LONGEST {
        return (StatusCode::PAYLOAD_TOO_LARGE, "the message is too long").into_response();
    }
    let Some(phone) = phone(&sandbox, &say.to) else { return unknown() };
    // The page sees by the ticks what becomes of it.
    tokio::spawn(async move { phone.says(&say.text).await });
    StatusCode::ACCEPTED.into_response()
}

#[derive(Deserialize)]
struct Retry {
    #[serde(flatten)]
    to: Selected,
    id: String,
}

/// The same webhook once more.
async fn retry(State(sandbox): State<Arc<Sandbox>>, Json(retry): Json<Retry>) -> Response {
    let account = retry.to.provider.account(&sandbox);
    let raw = account.and_then(|account| {
        sandbox.phones.change(|book| Some(book.bubble(&account, &retry.id)?.again()))
    });
    let Some((phone, raw)) = phone(&sandbox, &retry.to).zip(raw) else { return unknown() };
    tokio::spawn(async move { phone.sends(raw).await });
    StatusCode::ACCEPTED.into_response()
}

/// Somebody's phone in one of the two networks.
enum Phone {
    Meta(meta::Person),
    Twilio(twilio::Person),
}

fn phone(sandbox: &Arc<Sandbox>, selected: &Selected) -> Option<Phone> {
    let contact = people::find(&selected.person)?.contact();
    selected.provider.account(sandbox)?;
    Some(match selected.provider {
        Provider::Meta => Phone::Meta(sandbox.meta(0).owner(contact)),
        Provider::Twilio => Phone::Twilio(sandbox.twilio(0).owner(contact)),
    })
}

impl Phone {
    async fn says(&self, text: &str) {
        match self {
            Self::Meta(person) => person.says(text).await,
            Self::Twilio(person) => person.says(text).await,
        };
    }

    async fn sends(&self, raw: Value) {
        match self {
            Self::Meta(person) => person.sends(raw).await,
            Self::Twilio(person) => person.sends(twilio::webhook::form(&raw)).await,
        };
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_local_names_open_the_page() {
        let local = |host: &str| {
            let mut headers = HeaderMap::new();
            headers.insert(header::HOST, HeaderValue::from_str(host).unwrap());
            is_local(&headers)
        };
        for host in ["localhost", "localhost:8080", "127.0.0.1:1", "[::1]:8080", "[::1]"] {
            assert!(local(host), "{host}");
        }
        for host in ["evil.example", "localhost.evil.example:80", "127.0.0.1.evil.example", ""] {
            assert!(!local(host), "{host}");
        }
        assert!(!is_local(&HeaderMap::new()));
    }
}
