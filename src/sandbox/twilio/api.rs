//! The part of Twilio's API that the app calls, as strict as the real one.

use std::sync::Arc;
use std::time::Duration;

use axum::body::Bytes;
use axum::extract::{Path, RawQuery, State};
use axum::http::{HeaderMap, StatusCode, Uri, header};
use axum::response::{IntoResponse, Response};
use axum::routing::{get, post};
use axum::{Json, Router};
use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use secrecy::ExposeSecret;
use serde_json::{Value, json};

use super::super::phones::{Bubble, Contact};
use super::super::post::UnderWay;
use super::super::{Sandbox, identifiers};
use super::{Form, Number, webhook};
use error::ApiError;
use resource::Wanted;
use webhook::field;

mod error;
mod resource;

/// The longest text, in UTF-16 units.
const LONGEST_BODY: usize = 1600;
/// How long typing dots stay without an answer.
const TYPING: Duration = Duration::from_secs(25);

pub(in crate::sandbox) fn routes() -> Router<Arc<Sandbox>> {
    Router::new()
        .route("/2010-04-01/Accounts/{sid}/Messages.json", post(create).merge(get(list)))
        .route("/v2/Indicators/Typing.json", post(typing))
}

async fn create(
    State(sandbox): State<Arc<Sandbox>>,
    Path(sid): Path<String>,
    uri: Uri,
    headers: HeaderMap,
    body: Bytes,
) -> Response {
    let form = webhook::decode(&body);
    sandbox.record("POST", format!("/twilio{}", uri.path()), webhook::object(&form));
    let numbers = match authorise(&sandbox, &headers, Some(&sid)) {
        Ok(numbers) => numbers,
        Err(error) => return error.into_response(),
    };
    let from = field(&form, "From").unwrap_or_default();
    // A sender that isn't there has no gate; the account's first one has.
    let own = numbers.iter().find(|number| number.id() == from);
    let Some(gate) = own.or(numbers.first()).map(|number| &number.desk().gate) else {
        return ApiError::authenticate().into_response();
    };
    gate.pass(|| created(accept(own, &form)), ApiError::of_fault).await
}

fn created(result: Result<Value, ApiError>) -> Response {
    match result {
        Ok(resource) => (StatusCode::CREATED, Json(resource)).into_response(),
        Err(error) => error.into_response(),
    }
}

/// The senders of the account, if name and password are its own.
fn authorise(
    sandbox: &Arc<Sandbox>,
    headers: &HeaderMap,
    sid: Option<&str>,
) -> Result<Vec<Number>, ApiError> {
    let given = headers.get(header::AUTHORIZATION).and_then(|value| value.to_str().ok());
    let numbers = (0..sandbox.twilio.len()).map(|index| sandbox.twilio(index));
    let own: Vec<_> = numbers.filter(|number| Some(basic(number).as_str()) == given).collect();
    let of_path =
        own.iter().all(|number| sid.is_none_or(|sid| number.desk().account.account_sid == sid));
    if own.is_empty() || !of_path { Err(ApiError::authenticate()) } else { Ok(own) }
}

fn basic(number: &Number) -> String {
    let account = &number.desk().account;
    let pair = format!("{}:{}", account.account_sid, account.auth_token.expose_secret());
    format!("Basic {}", STANDARD.encode(pair))
}

/// Puts a message on the person's phone.
fn accept(number: Option<&Number>, form: &Form) -> Result<Value, ApiError> {
    let contact = check(number, form)?;
    // `check` refuses a sender that isn't there.
    let number = number.ok_or_else(ApiError::authenticate)?;
    let callback = field(form, "StatusCallback");
    if callback.is_some_and(|url| number.sandbox.reach(url).is_none()) {
        return Err(ApiError::new(21609, "The StatusCallback URL is not a URL of the app"));
    }
    let bubble = show(number, &contact, webhook::object(form));
    Ok(resource::of(number, &bubble))
}

/// Who is meant, if everything is right.
fn check(number: Option<&Number>, form: &Form) -> Result<Contact, ApiError> {
    let to = field(form, "To").ok_or(ApiError::new(21604, "A 'To' phone number is required."))?;
    let from =
        field(form, "From").ok_or(ApiError::new(21603, "A 'From' phone number is required."))?;
    if to.starts_with("whatsapp:") != from.starts_with("whatsapp:") {
        return Err(ApiError::new(21910, "'To' and 'From' must be of the same channel"));
    }
    if number.is_none() {
        return Err(ApiError::new(63007, "No channel with the specified From address was found"));
    }
    if to == from {
        return Err(ApiError::new(63031, "To and From are the same"));
    }
    let body = field(form, "Body").unwrap_or_default();
    let other = ["MediaUrl", "ContentSid", "PersistentAction"];
    if body.is_empty() && other.iter().all(|name| field(form, name).is_none()) {
        return Err(ApiError::new(21619, "A text message body or media urls must be specified."));
    }
    if body.encode_utf16().count() > LONGEST_BODY {
        return Err(ApiError::new(21617, "The message body exceeds the 1600 character limit."));
    }
    webhook::contact(to).ok_or(ApiError::new(21211, "The 'To' number is not a valid phone number."))
}

/// Delivers what the app said in its answer to a webhook.
pub(super) fn deliver(number: &Number, contact: &Contact, body: String, callback: Option<String>) {
    let mut raw = json!({
        "To": webhook::address(contact),
        "From": number.id(),
        "Body": body,
    });
    if let Some(callback) = callback {
        raw["StatusCallback"] = callback.into();
    }
    show(number, contact, raw);
}

fn show(number: &Number, contact: &Contact, raw: Value) -> Bubble {
    let text = raw["Body"].as_str().filter(|body| !body.is_empty()).unwrap_or("[media]").to_owned();
    let bubble = Bubble::received(identifiers::sid(), number.sandbox.clock.now(), text, raw);
    // Counted before the phone shows it: whoever saw it can wait for the rest.
    let under_way = UnderWay::new(&number.sandbox);
    number.sandbox.phones.change(|book| book.open(number.id(), contact).show(bubble.clone()));
    if number.desk().reports_by_itself() {
        report(number, bubble.id.clone(), under_way);
    }
    bubble
}

fn report(number: &Number, sid: String, under_way: UnderWay) {
    let number = number.clone();
    tokio::spawn(async move {
        let _under_way = under_way;
        for status in ["sent", "delivered", "read"] {
            number.send_status(&sid, status, None).await;
        }
    });
}

async fn list(
    State(sandbox): State<Arc<Sandbox>>,
    Path(sid): Path<String>,
    uri: Uri,
    RawQuery(query): RawQuery,
    headers: HeaderMap,
) -> Response {
    let query = webhook::decode(query.unwrap_or_default().as_bytes());
    sandbox.record("GET", format!("/twilio{}", uri.path()), webhook::object(&query));
    match authorise(&sandbox, &headers, Some(&sid)).and_then(|numbers| found(&numbers, &query)) {
        Ok(page) => Json(page).into_response(),
        Err(error) => error.into_response(),
    }
}

fn found(numbers: &[Number], query: &Form) -> Result<Value, ApiError> {
    let wanted = Wanted::read(query)?;
    let mut resources: Vec<_> = numbers.iter().flat_map(resource::all).collect();
    resources.retain(|(at, resource)| wanted.holds(*at, resource));
    resources.sort_by_key(|(at, _)| std::cmp::Reverse(*at));
    resources.truncate(wanted.page_size);
    let messages: Vec<_> = resources.into_iter().map(|(_, resource)| resource).collect();
    Ok(json!({
        "messages": messages,
        "page": 0,
        "page_size": wanted.page_size,
        "next_page_uri": null,
        "previous_page_uri": null,
    }))
}

/// A message of the person turns blue, with typing dots.
async fn typing(State(sandbox): State<Arc<Sandbox>>, headers: HeaderMap, body: Bytes) -> Response {
    let form = webhook::decode(&body);
    sandbox.record("POST", "/twilio/v2/Indicators/Typing.json".into(), webhook::object(&form));
    let shown =
        authorise(&sandbox, &headers, None).and_then(|numbers| show_typing(&numbers, &form));
    match shown {
        Ok(()) => Json(json!({ "success": true })).into_response(),
        Err(error) => error.into_response(),
    }
}

fn show_typing(numbers: &[Number], form: &Form) -> Result<(), ApiError> {
    if field(form, "channel") != Some("whatsapp") {
        return Err(ApiError::new(20001, "channel must be whatsapp"));
    }
    let id = field(form, "messageId").unwrap_or_default();
    let known = numbers.iter().any(|number| {
        let until = number.sandbox.clock.now() + TYPING;
        number.sandbox.phones.change(|book| {
            let chat = book.with(number.id(), id);
            chat.map(|chat| chat.mark_read(id, Some(until))).is_some()
        })
    });
    if known { Ok(()) } else { Err(ApiError::not_found()) }
}
