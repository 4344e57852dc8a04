//! The part of the Graph API that the app calls, as strict as the real one.

use std::sync::Arc;
use std::time::Duration;

use axum::body::Bytes;
use axum::extract::{DefaultBodyLimit, Path, State};
use axum::http::{HeaderMap, Uri, header};
use axum::response::{IntoResponse, Response};
use axum::routing::{get, post};
use axum::{Json, Router};
use secrecy::ExposeSecret;
use serde::Deserialize;
use serde_json::{Value, json};

use super::super::gate::{Course, Passage};
use super::super::phones::{Bubble, Contact, Side};
use super::super::post::UnderWay;
use super::super::{Sandbox, identifiers};
use super::Number;
use error::GraphError;
use message::{Destination, Outgoing};

pub(super) use media::address;
pub(super) use message::words;

mod content;
mod error;
mod handshake;
mod manage;
mod media;
mod message;
mod multipart;
mod node;

/// How long typing dots stay without an answer.
const TYPING: Duration = Duration::from_secs(25);
/// Nobody can react to what is older.
const REACTABLE: Duration = Duration::from_secs(30 * 24 * 3600);
/// What a form has around its file.
const FORM: usize = 64 * 1024;

pub(in crate::sandbox) fn routes() -> Router<Arc<Sandbox>> {
    let upload = post(media::upload).layer(DefaultBodyLimit::max(media::LARGEST + FORM));
    Router::new()
        .route("/{version}/{id}/messages", post(messages))
        .route("/{version}/{id}/media", upload)
        .route("/{version}/{id}", get(media::look).post(manage::update).delete(media::delete))
        .route("/{version}/debug_token", get(manage::token))
        .route("/{version}/app", get(manage::app))
        .route("/{version}/{id}/phone_numbers", get(manage::numbers))
        .route("/{version}/{id}/register", post(manage::register))
        .route(
            "/{version}/{id}/subscribed_apps",
            get(manage::subscribed).post(manage::subscribe_app),
        )
        .route("/{version}/{id}/subscriptions", get(manage::subscriptions).post(manage::subscribe))
}

/// The host of the files.
pub(in crate::sandbox) fn lookaside() -> Router<Arc<Sandbox>> {
    Router::new().route("/lookaside/{token}", get(media::fetch))
}

async fn messages(
    State(sandbox): State<Arc<Sandbox>>,
    Path((version, id)): Path<(String, String)>,
    uri: Uri,
    headers: HeaderMap,
    body: Bytes,
) -> Response {
    let body: Option<Value> = serde_json::from_slice(&body).ok();
    sandbox.record("POST", format!("/graph{}", uri.path()), body.clone().unwrap_or_default());
    let number = match authorise(&sandbox, &version, &id, &headers) {
        Ok(number) => number,
        Err(error) => return error.into_response(),
    };
    match body {
        None => GraphError::parameter("The body is not valid JSON").into_response(),
        Some(body) if body.get("status").is_some() => answer(signal(&number, body)),
        Some(body) => {
            let gate = &number.desk().gate;
            gate.pass(|| answer(accept(&number, body)), GraphError::of_fault).await
        }
    }
}

/// The number, if the token may speak for it.
fn authorise(
    sandbox: &Arc<Sandbox>,
    version: &str,
    id: &str,
    headers: &HeaderMap,
) -> Result<Number, GraphError> {
    let mut own = numbers_of(sandbox, version, headers)?.into_iter();
    own.find(|number| number.id() == id).ok_or_else(|| GraphError::no_such_object(id))
}

/// The numbers that the token may speak for: one at least.
fn numbers_of(
    sandbox: &Arc<Sandbox>,
    version: &str,
    headers: &HeaderMap,
) -> Result<Vec<Number>, GraphError> {
    let token = bearer(headers);
    let is_its = |number: &Number| {
        let desk = number.desk();
        desk.account.access_token.expose_secret() == token && !number.switches().token_revoked
    };
    let numbers = (0..sandbox.meta.len()).map(|index| sandbox.meta(index));
    let own: Vec<_> = numbers.filter(is_its).collect();
    if own.is_empty() {
        return Err(GraphError::token());
    }
    if own.iter().any(|number| number.switches().provider_down) {
        return Err(GraphError::down());
    }
    if !is_version(version) {
        return Err(GraphError::parameter("Unknown version of the Graph API"));
    }
    manage::may_send(sandbox, token)?;
    Ok(own)
}

fn bearer(headers: &HeaderMap) -> &str {
    let given = headers.get(header::AUTHORIZATION).and_then(|value| value.to_str().ok());
    given.and_then(|value| value.strip_prefix("Bearer ")).unwrap_or_default()
}

fn is_version(version: &str) -> bool {
    let parts = version.strip_prefix('v').and_then(|version| version.split_once('.'));
    parts.is_some_and(|(major, minor)| major.parse::<u16>().is_ok() && minor == "0")
}

fn answer(result: Result<Value, GraphError>) -> Response {
    match result {
        Ok(body) => Json(body).into_response(),
        Err(error) => error.into_response(),
    }
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Signal {
    messaging_product: String,
    status: String,
    message_id: String,
    typing_indicator: Option<Typing>,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Typing {
    #[serde(rename = "type")]
    kind: String,
}

/// A message of the person turns blue, with or without typing dots.
fn signal(number: &Number, body: Value) -> Result<Value, GraphError> {
    let signal: Signal =
        serde_json::from_value(body).map_err(|e| GraphError::parameter(&e.to_string()))?;
    if signal.messaging_product != "whatsapp" || signal.status != "read" {
        return Err(GraphError::parameter("status must be read"));
    }
    if signal.typing_indicator.as_ref().is_some_and(|typing| typing.kind != "text") {
        return Err(GraphError::parameter("typing_indicator.type must be text"));
    }
    let sandbox = &number.sandbox;
    let until = signal.typing_indicator.map(|_| sandbox.clock.now() + TYPING);
    sandbox.phones.change(|book| {
        let chat = book.with(number.id(), &signal.message_id);
        let chat = chat.ok_or_else(|| GraphError::parameter("message_id is not known"))?;
        chat.mark_read(&signal.message_id);
        if let Some(until) = until {
            chat.type_until(sandbox.clock.now(), until);
        }
        Ok(json!({ "success": true }))
    })
}

/// Puts a message on the person's phone.
fn accept(number: &Number, body: Value) -> Result<Value, GraphError> {
    let outgoing = Outgoing::read(body)?;
    check_uploads(number, &outgoing)?;
    if number.switches().unpaid {
        return Err(GraphError::unpaid());
    }
    if !number.set_up(|at| at.number.registered) {
        return Err(GraphError::unregistered());
    }
    let (input, contact) = match &outgoing.destination {
        Destination::Contact { input, contact } => (input.clone(), contact.clone()),
        // Answered like any other, and never delivered.
        Destination::UserIdAsPhone(id) => {
            return Ok(accepted(json!({ "input": id, "wa_id": id }), &identifiers::wamid("")));
        }
    };
    let course = course(number, &contact, &outgoing)?;
    let wamid = identifiers::wamid(contact.address());
    let card = match &contact.phone {
        Some(phone) => json!({ "input": input, "wa_id": phone }),
        None => json!({ "input": input, "user_id": contact.user_id }),
    };
    deliver(number, &contact, &wamid, outgoing, course);
    Ok(accepted(card, &wamid))
}

/// The files that the message uses are there, and of a type that goes.
fn check_uploads(number: &Number, outgoing: &Outgoing) -> Result<(), GraphError> {
    for used in &outgoing.uploaded {
        let file = number.sandbox.media.of(number.id(), &used.id);
        let file = file.ok_or_else(|| GraphError::value(&format!("{} is no media id", used.id)))?;
        if !media::fits(&file.mime, used.kind) {
            let details = format!("{} is of type {}, not {}", used.id, file.mime, used.kind);
            return Err(GraphError::upload(&details));
        }
    }
    Ok(())
}

/// How the message's way will go on, if it may go at all.
fn course(number: &Number, contact: &Contact, outgoing: &Outgoing) -> Result<Course, GraphError> {
    if contact.phone.as_deref() == Some(number.desk().account.display_number.as_str()) {
        return Err(GraphError::same());
    }
    let sandbox = &number.sandbox;
    let free = outgoing.kind != "template" && !outgoing.to_group();
    match sandbox.passage(&number.desk().gate, number.id(), contact) {
        Passage::Refused if free => return Err(GraphError::window()),
        Passage::Lost if free => return Ok(Course::Fails(131_047)),
        Passage::Open | Passage::Lost | Passage::Refused => {}
    }
    match outgoing.reaction() {
        Some((target, _)) => check_target(number, target).map(|()| Course::Reacts),
        None => Ok(Course::Arrives),
    }
}

fn check_target(number: &Number, target: &str) -> Result<(), GraphError> {
    let now = number.sandbox.clock.now();
    let there = number.sandbox.phones.read(|book| {
        let bubble = book.find(number.id(), target);
        bubble
            .is_some_and(|bubble| !bubble.hidden && !bubble.revoked && now <= bubble.at + REACTABLE)
    });
    there.then_some(()).ok_or_else(|| GraphError::value("reaction['message_id'] is not known"))
}

fn accepted(card: Value, wamid: &str) -> Value {
    json!({ "messaging_product": "whatsapp", "contacts": [card], "messages": [{ "id": wamid }] })
}

fn deliver(number: &Number, contact: &Contact, id: &str, outgoing: Outgoing, course: Course) {
    let reaction = outgoing.reaction().map(|(id, emoji)| (id.to_owned(), emoji.to_owned()));
    let (now, hidden) = (number.sandbox.clock.now(), !matches!(course, Course::Arrives));
    let bubble = Bubble::received(id.to_owned(), now, outgoing.words, outgoing.raw);
    let bubble = bubble.quoting(outgoing.quotes).hidden_if(hidden);
    // Counted before the phone shows it: whoever saw it can wait for the rest.
    let under_way = UnderWay::new(&number.sandbox);
    number.sandbox.phones.change(|book| {
        if let Some((target, emoji)) = reaction.filter(|_| matches!(course, Course::Reacts)) {
            book.react(number.id(), &target, Side::Business, &emoji);
        }
        book.open(number.id(), contact).show(bubble);
    });
    number.report(id, course, under_way);
}
