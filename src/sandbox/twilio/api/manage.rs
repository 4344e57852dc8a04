//! The management half: the account, and where the webhooks of senders go.

use std::sync::Arc;

use axum::Json;
use axum::body::Bytes;
use axum::extract::{Path, RawQuery, State};
use axum::http::{HeaderMap, StatusCode, Uri};
use axum::response::{IntoResponse, Response};
use serde_json::{Value, json};

use super::super::super::{Sandbox, lock};
use super::super::setup::{Account, Sender, Setup};
use super::super::webhook;
use super::error::ApiError;
use super::{answer, authorise};

/// How an account stands.
pub(super) async fn account(
    State(sandbox): State<Arc<Sandbox>>,
    Path(sid): Path<String>,
    uri: Uri,
    headers: HeaderMap,
) -> Response {
    sandbox.record("GET", format!("/twilio{}", uri.path()), Value::Null);
    let sid = sid.strip_suffix(".json").unwrap_or_default();
    let found = authorise(&sandbox, &headers, Some(sid)).and_then(|_| {
        let setup = lock(&sandbox.set_up_at_twilio);
        let account = setup.accounts.iter().find(|account| account.sid == sid);
        account.map(shown).ok_or_else(ApiError::not_found)
    });
    answer(found)
}

fn shown(account: &Account) -> Value {
    json!({
        "sid": account.sid,
        "friendly_name": account.name,
        "status": account.status,
        "type": account.kind,
    })
}

/// The senders of an account, on one page.
pub(super) async fn senders(
    State(sandbox): State<Arc<Sandbox>>,
    RawQuery(query): RawQuery,
    uri: Uri,
    headers: HeaderMap,
) -> Response {
    let query = webhook::decode(query.unwrap_or_default().as_bytes());
    sandbox.record("GET", format!("/twilio{}", uri.path()), webhook::object(&query));
    answer(own_account(&sandbox, &headers).and_then(|sid| {
        if super::field(&query, "Channel") != Some("whatsapp") {
            return Err(ApiError::new(20001, "Channel is required"));
        }
        let setup = lock(&sandbox.set_up_at_twilio);
        let own = listed(&setup, &sid).map(resource).collect::<Vec<_>>();
        Ok(json!({ "senders": own, "meta": { "page": 0, "next_page_url": null } }))
    }))
}

/// Changes what is named in the body.
pub(super) async fn update(
    State(sandbox): State<Arc<Sandbox>>,
    Path(sid): Path<String>,
    uri: Uri,
    headers: HeaderMap,
    body: Bytes,
) -> Response {
    let body: Value = serde_json::from_slice(&body).unwrap_or_default();
    sandbox.record("POST", format!("/twilio{}", uri.path()), body.clone());
    let changed = own_account(&sandbox, &headers).and_then(|account| {
        let mut setup = lock(&sandbox.set_up_at_twilio);
        change(&mut setup, &account, &sid, &body["webhook"])
    });
    match changed {
        Ok(sender) => (StatusCode::ACCEPTED, Json(sender)).into_response(),
        Err(error) => error.into_response(),
    }
}

/// The whole webhook is replaced.
fn change(setup: &mut Setup, account: &str, sid: &str, webhook: &Value) -> Result<Value, ApiError> {
    let own = |sender: &&mut Sender| sender.listed && sender.account == account;
    let mut own = setup.senders.iter_mut().filter(own);
    let sender = own.find(|sender| sender.sid == sid).ok_or_else(ApiError::not_found)?;
    let url = |key: &str| webhook[key].as_str().map(str::to_owned);
    let callback = url("callback_url").filter(|url| url.starts_with("http"));
    sender.callback = Some(callback.ok_or_else(|| ApiError::new(21_502, "Invalid callback_url"))?);
    sender.method = url("callback_method").unwrap_or_else(|| "POST".into());
    (sender.fallback, sender.status_callback) = (url("fallback_url"), url("status_callback_url"));
    Ok(resource(sender))
}

/// The account that asks, if it may.
fn own_account(sandbox: &Arc<Sandbox>, headers: &HeaderMap) -> Result<String, ApiError> {
    let numbers = authorise(sandbox, headers, None)?;
    let number = numbers.first().ok_or_else(ApiError::authenticate)?;
    match number.set_up(|at| at.account.senders_api) {
        true => Ok(number.desk().account.account_sid.clone()),
        false => Err(ApiError::forbidden()),
    }
}

fn listed<'a>(setup: &'a Setup, account: &'a str) -> impl Iterator<Item = &'a Sender> {
    setup.senders.iter().filter(move |sender| sender.listed && sender.account == account)
}

fn resource(sender: &Sender) -> Value {
    let method = |url: &Option<String>| url.as_ref().map(|_| "POST");
    let reason = |(code, message): &(String, String)| json!([{ "code": code, "message": message, "more_info": null }]);
    json!({
        "sid": sender.sid,
        "sender_id": sender.sender_id,
        "status": sender.status,
        "profile": { "name": sender.name },
        "properties": {
            "quality_rating": sender.quality,
            "messaging_limit": sender.limit,
        },
        "webhook": {
            "callback_url": sender.callback,
            "callback_method": sender.callback.as_ref().map(|_| &sender.method),
            "fallback_url": sender.fallback,
            "fallback_method": method(&sender.fallback),
            "status_callback_url": sender.status_callback,
            "status_callback_method": method(&sender.status_callback),
        },
        "offline_reasons": sender.offline.as_ref().map(reason),
    })
}
