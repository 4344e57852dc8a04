//! The phone page and its API. To show another kind of message: one more
//! branch in `content.js`, from the `raw` message in the state. To send another
//! kind: one more variant in `send.rs`, and an entry in `compose.js`.

use std::convert::Infallible;
use std::sync::Arc;

use axum::extract::{DefaultBodyLimit, Path, Query, Request, State};
use axum::http::{HeaderMap, HeaderValue, StatusCode, header};
use axum::middleware::{self, Next};
use axum::response::sse::{Event, KeepAlive, Sse};
use axum::response::{IntoResponse, Response};
use axum::routing::{get, post};
use axum::{Json, Router};
use futures_util::stream::{self, Stream};
use serde::{Deserialize, Serialize};
use serde_json::{Value, json};

use super::phones::Contact;
use super::{Sandbox, meta, twilio};
use people::{PEOPLE, Resident};

mod faults;
mod people;
mod send;
mod state;

const PAGE: &str = include_str!("../../templates/sandbox/phone.html");
const STYLE: &str = include_str!("../../templates/sandbox/phone.css");

/// The page's script, a module a file.
const SCRIPTS: &[(&str, &str)] = &[
    ("phone.js", include_str!("../../templates/sandbox/phone.js")),
    ("bubble.js", include_str!("../../templates/sandbox/bubble.js")),
    ("chat.js", include_str!("../../templates/sandbox/chat.js")),
    ("compose.js", include_str!("../../templates/sandbox/compose.js")),
    ("content.js", include_str!("../../templates/sandbox/content.js")),
    ("faults.js", include_str!("../../templates/sandbox/faults.js")),
    ("forms.js", include_str!("../../templates/sandbox/forms.js")),
    ("markup.js", include_str!("../../templates/sandbox/markup.js")),
    ("overlay.js", include_str!("../../templates/sandbox/overlay.js")),
    ("small.js", include_str!("../../templates/sandbox/small.js")),
    ("talk.js", include_str!("../../templates/sandbox/talk.js")),
];

/// The largest file of a real phone, as base64, and its words.
const LARGEST: usize = 24 << 20;

/// The page loads nothing from anywhere else and runs no inline script.
const POLICY: &str = "default-src 'none'; script-src 'self'; style-src 'self'; \
    connect-src 'self'; img-src 'self' data:; media-src 'self'; base-uri 'none'; form-action 'none'; \
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
        .route("/phone/{script}", get(script))
        .route("/phone/state", get(look))
        .route("/phone/events", get(events))
        .route("/phone/send", post(send::send).layer(DefaultBodyLimit::max(LARGEST)))
        .route("/phone/say", post(send::say))
        .route("/phone/retry", post(retry))
        .route("/phone/media/{id}", get(medium))
        .route("/phone/faults", get(faults::list).post(faults::flip))
        .route_layer(middleware::from_fn(only_local))
}

async fn script(Path(name): Path<String>) -> Response {
    match SCRIPTS.iter().find(|(script, _)| *script == name) {
        Some((_, text)) => asset("text/javascript; charset=utf-8", text),
        None => (StatusCode::NOT_FOUND, "no such page").into_response(),
    }
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

async fn look(State(sandbox): State<Arc<Sandbox>>, Query(selected): Query<Selected>) -> Response {
    let Some(account) = selected.provider.account(&sandbox) else { return unknown() };
    let Some(resident) = people::find(&selected.person) else { return unknown() };
    let now = sandbox.clock.now();
    let view = sandbox.phones.read(|book| {
        let chat = |contact: &Contact| book.chat(&account, contact);
        let card = |one: &Resident| state::card(one, chat(&one.contact()));
        let open = chat(&resident.contact());
        let typing = open.and_then(|chat| chat.typing_until).map(|until| until.duration_since(now));
        json!({
            "info": sandbox.info,
            "longest": send::LONGEST,
            "people": PEOPLE.iter().map(card).collect::<Vec<_>>(),
            "bubbles": open.map(state::bubbles),
            "typing_ms": typing.map_or(0, |left| left.as_millis().max(0)),
        })
    });
    Json(view).into_response()
}

/// A file of a message. Whatever it is, nothing in it runs.
async fn medium(State(sandbox): State<Arc<Sandbox>>, Path(id): Path<String>) -> Response {
    let Some(file) = sandbox.medium(&id) else { return unknown() };
    let headers = [
        (header::CONTENT_TYPE, file.mime.clone()),
        (header::CONTENT_DISPOSITION, "attachment".to_owned()),
        (header::CONTENT_SECURITY_POLICY, "default-src 'none'; sandbox".to_owned()),
        (header::X_CONTENT_TYPE_OPTIONS, "nosniff".to_owned()),
    ];
    (headers, file.bytes.clone()).into_response()
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
    async fn sends(&self, raw: Value) {
        match self {
            Self::Meta(person) => person.sends(raw).await,
            Self::Twilio(person) => person.sends(twilio::webhook::form(&raw)).await,
        };
    }
}

#[cfg(test)]
mod tests;
