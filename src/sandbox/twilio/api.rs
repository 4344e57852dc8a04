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

use super::super::gate::{Course, Passage};
use super::super::phones::{Bubble, Contact};
use super::super::post::UnderWay;
use super::super::{Sandbox, identifiers};
use super::twiml::Said;
use super::{Form, Number, webhook};
use error::ApiError;
use resource::Wanted;
use webhook::field;

mod check;
mod error;
mod manage;
mod media;
mod resource;

/// How long typing dots stay without an answer.
const TYPING: Duration = Duration::from_secs(25);

pub(in crate::sandbox) fn routes() -> Router<Arc<Sandbox>> {
    let message = "/2010-04-01/Accounts/{sid}/Messages/{message}";
    Router::new()
        .route("/2010-04-01/Accounts/{sid}/Messages.json", post(create).merge(get(list)))
        .route(message, get(look))
        .route(&format!("{message}/Media.json"), get(media::list))
        .route(&format!("{message}/Media/{{medium}}"), get(media::fetch).delete(media::delete))
        .route("/2010-04-01/Accounts/{sid}", get(manage::account))
        .route("/v2/Channels/Senders", get(manage::senders))
        .route("/v2/Channels/Senders/{sid}", post(manage::update))
        .route("/v2/Indicators/Typing.json", post(typing))
}

/// The host of the files.
pub(in crate::sandbox) fn cdn() -> Router<Arc<Sandbox>> {
    Router::new().route("/twilio-cdn/{token}", get(media::download))
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
    let is_its = |number: &Number| {
        let switches = number.switches();
        // An account that isn't paid is suspended, and looks the same.
        Some(basic(number).as_str()) == given && !switches.token_revoked && !switches.unpaid
    };
    let own: Vec<_> = numbers.filter(is_its).collect();
    let of_path =
        own.iter().all(|number| sid.is_none_or(|sid| number.desk().account.account_sid == sid));
    if own.is_empty() || !of_path {
        return Err(ApiError::authenticate());
    }
    match own.iter().any(|number| number.switches().provider_down) {
        true => Err(ApiError::down()),
        false => Ok(own),
    }
}

fn basic(number: &Number) -> String {
    let account = &number.desk().account;
    let pair = format!("{}:{}", account.account_sid, account.auth_token.expose_secret());
    format!("Basic {}", STANDARD.encode(pair))
}

/// Puts a message on the person's phone.
fn accept(number: Option<&Number>, form: &Form) -> Result<Value, ApiError> {
    let contact = check::check(number, form)?;
    // `check` refuses a sender that isn't there.
    let number = number.ok_or_else(ApiError::authenticate)?;
    let callback = field(form, "StatusCallback");
    if callback.is_some_and(|url| number.sandbox.callable(url).is_none()) {
        return Err(ApiError::new(21609, "The StatusCallback URL is not a URL of the app"));
    }
    let free = field(form, "ContentSid").is_none();
    let course = course(number, &contact, free)?;
    let bubble = show(number, &contact, webhook::object(form), course);
    Ok(resource::of(number, &bubble))
}

/// How the message's way will go on, if it may go at all.
fn course(number: &Number, contact: &Contact, free: bool) -> Result<Course, ApiError> {
    match number.sandbox.passage(&number.desk().gate, number.id(), contact) {
        Passage::Refused if free => {
            Err(ApiError::new(63016, "Failed to send freeform message outside the allowed window"))
        }
        Passage::Lost if free => Ok(Course::Fails(63_016)),
        Passage::Open | Passage::Lost | Passage::Refused => Ok(Course::Arrives),
    }
}

/// Delivers what the app said in its answer to a webhook. What the API would
/// refuse is dropped: the error stands in Twilio's debugger only.
pub(super) fn deliver(number: &Number, contact: &Contact, said: Said) {
    let pairs = [
        ("To", Some(webhook::address(contact))),
        ("From", Some(number.id().to_owned())),
        ("Body", Some(said.body)),
        ("MediaUrl", said.media),
        ("StatusCallback", said.status_callback),
    ];
    let pairs = pairs.into_iter().filter_map(|(name, value)| Some((name.to_owned(), value?)));
    let form: Form = pairs.collect();
    let checked = check::check(Some(number), &form);
    if let Ok(course) = checked.and_then(|_| course(number, contact, true)) {
        let mut raw = webhook::object(&form);
        raw[resource::REPLY] = "outbound-reply".into();
        show(number, contact, raw, course);
    }
}

fn show(number: &Number, contact: &Contact, raw: Value, course: Course) -> Bubble {
    let id = match raw["MediaUrl"].is_string() {
        true => identifiers::mms_sid(),
        false => identifiers::sid(),
    };
    let bubble = Bubble::received(id, number.sandbox.clock.now(), words(&raw), raw)
        .hidden_if(matches!(course, Course::Fails(_)));
    // Counted before the phone shows it: whoever saw it can wait for the rest.
    let under_way = UnderWay::new(&number.sandbox);
    number.sandbox.phones.change(|book| book.open(number.id(), contact).show(bubble.clone()));
    number.report(&bubble.id, course, under_way);
    bubble
}

/// The words of a message, or what stands for it.
fn words(raw: &Value) -> String {
    let kinds =
        [("ContentSid", "[template]"), ("PersistentAction", "[location]"), ("MediaUrl", "[media]")];
    let kind = kinds.iter().find(|(name, _)| raw[*name].is_string()).map(|(_, kind)| *kind);
    let body = raw["Body"].as_str().filter(|body| !body.is_empty());
    match (kind, body) {
        (Some(kind), Some(body)) => format!("{kind} {body}"),
        (kind, body) => body.or(kind).unwrap_or_default().to_owned(),
    }
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
    let numbers = authorise(&sandbox, &headers, Some(&sid));
    let page =
        numbers.and_then(|numbers| Ok(resource::page(&numbers, &sid, &Wanted::read(&query)?)));
    answer(page)
}

/// One message.
async fn look(
    State(sandbox): State<Arc<Sandbox>>,
    Path((account, message)): Path<(String, String)>,
    uri: Uri,
    headers: HeaderMap,
) -> Response {
    sandbox.record("GET", format!("/twilio{}", uri.path()), Value::Null);
    let sid = message.strip_suffix(".json").unwrap_or_default();
    let found = authorise(&sandbox, &headers, Some(&account)).and_then(|numbers| {
        let mut all = numbers.iter().flat_map(resource::all).map(|(_, resource)| resource);
        all.find(|resource| resource["sid"] == sid).ok_or_else(ApiError::not_found)
    });
    answer(found)
}

fn answer(result: Result<Value, ApiError>) -> Response {
    match result {
        Ok(body) => Json(body).into_response(),
        Err(error) => error.into_response(),
    }
}

/// A message of the person turns blue, with typing dots.
async fn typing(State(sandbox): State<Arc<Sandbox>>, headers: HeaderMap, body: Bytes) -> Response {
    let form = webhook::decode(&body);
    sandbox.record("POST", "/twilio/v2/Indicators/Typing.json".into(), webhook::object(&form));
    let numbers = authorise(&sandbox, &headers, None);
    answer(
        numbers
            .and_then(|numbers| show_typing(&numbers, &form).map(|()| json!({ "success": true }))),
    )
}

fn show_typing(numbers: &[Number], form: &Form) -> Result<(), ApiError> {
    if field(form, "channel") != Some("whatsapp") {
        return Err(ApiError::new(20001, "channel must be whatsapp"));
    }
    let id = field(form, "messageId").unwrap_or_default();
    let known = numbers.iter().any(|number| {
        let now = number.sandbox.clock.now();
        number.sandbox.phones.change(|book| {
            let Some(chat) = book.with(number.id(), id) else { return false };
            chat.mark_read(id);
            chat.type_until(now, now + TYPING);
            true
        })
    });
    if known { Ok(()) } else { Err(ApiError::not_found()) }
}
