//! The part of the Graph API that the app calls, as strict as the real one.

use std::sync::Arc;
use std::time::Duration;

use axum::body::Bytes;
use axum::extract::{Path, State};
use axum::http::{HeaderMap, Uri, header};
use axum::response::{IntoResponse, Response};
use axum::routing::post;
use axum::{Json, Router};
use secrecy::ExposeSecret;
use serde::Deserialize;
use serde_json::{Value, json};

use super::super::phones::{Bubble, Contact};
use super::super::post::UnderWay;
use super::super::{Sandbox, identifiers};
use super::Number;
use error::GraphError;
use message::{Destination, Outgoing};

pub(super) use message::words;

mod error;
mod message;

/// How long typing dots stay without an answer.
const TYPING: Duration = Duration::from_secs(25);

pub(in crate::sandbox) fn routes() -> Router<Arc<Sandbox>> {
    Router::new().route("/{version}/{phone_number_id}/messages", post(messages))
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
    let token = headers.get(header::AUTHORIZATION).and_then(|value| value.to_str().ok());
    let token = token.and_then(|value| value.strip_prefix("Bearer ")).unwrap_or_default();
    let is_its = |number: &Number| number.desk().account.access_token.expose_secret() == token;
    let numbers: Vec<_> = (0..sandbox.meta.len()).map(|index| sandbox.meta(index)).collect();
    if !numbers.iter().any(is_its) {
        return Err(GraphError::token());
    }
    if !is_version(version) {
        return Err(GraphError::parameter("Unknown version of the Graph API"));
    }
    let mut own = numbers.into_iter().filter(is_its);
    own.find(|number| number.id() == id).ok_or_else(|| GraphError::no_such_object(id))
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
        chat.mark_read(&signal.message_id, until);
        Ok(json!({ "success": true }))
    })
}

/// Puts a message on the person's phone.
fn accept(number: &Number, body: Value) -> Result<Value, GraphError> {
    let outgoing = Outgoing::read(body)?;
    let (input, contact) = match outgoing.destination {
        Destination::Contact { input, contact } => (input, contact),
        // Answered like any other, and never delivered.
        Destination::UserIdAsPhone(id) => {
            return Ok(accepted(json!({ "input": id, "wa_id": id }), &identifiers::wamid("")));
        }
    };
    let wamid = identifiers::wamid(contact.address());
    let card = match &contact.phone {
        Some(phone) => json!({ "input": input, "wa_id": phone }),
        None => json!({ "input": input, "user_id": contact.user_id }),
    };
    let bubble =
        Bubble::received(wamid.clone(), number.sandbox.clock.now(), outgoing.words, outgoing.raw);
    deliver(number, &contact, bubble.quoting(outgoing.quotes));
    Ok(accepted(card, &wamid))
}

fn accepted(card: Value, wamid: &str) -> Value {
    json!({ "messaging_product": "whatsapp", "contacts": [card], "messages": [{ "id": wamid }] })
}

fn deliver(number: &Number, contact: &Contact, bubble: Bubble) {
    let wamid = bubble.id.clone();
    // Counted before the phone shows it: whoever saw it can wait for the rest.
    let under_way = UnderWay::new(&number.sandbox);
    number.sandbox.phones.change(|book| book.open(number.id(), contact).show(bubble));
    if number.desk().reports_by_itself() {
        let number = number.clone();
        tokio::spawn(async move {
            let _under_way = under_way;
            for status in ["sent", "delivered", "read"] {
                number.send_status(&wamid, status, None).await;
            }
        });
    }
}
