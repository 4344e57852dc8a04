//! The files of messages.

use std::sync::Arc;
use std::time::Duration;

use axum::Json;
use axum::extract::{Path, State};
use axum::http::{HeaderMap, StatusCode, Uri, header};
use axum::response::{IntoResponse, Redirect, Response};
use serde_json::{Value, json};

use super::super::super::Sandbox;
use super::super::super::media;
use super::super::{Number, webhook};
use super::error::ApiError;
use super::{answer, authorise};

/// A link to the host of the files is good for so long.
const GOOD_FOR: Duration = Duration::from_secs(4 * 3600);

/// What a message carries.
struct Medium {
    sid: String,
    mime: String,
}

pub(super) async fn list(
    State(sandbox): State<Arc<Sandbox>>,
    Path((account, message)): Path<(String, String)>,
    uri: Uri,
    headers: HeaderMap,
) -> Response {
    sandbox.record("GET", format!("/twilio{}", uri.path()), Value::Null);
    let media = authorise(&sandbox, &headers, Some(&account))
        .and_then(|numbers| carried(&numbers, &message));
    answer(media.map(|media| {
        let list = media.iter().map(|medium| resource(&account, &message, medium));
        json!({
            "media_list": list.collect::<Vec<_>>(),
            "page": 0,
            "page_size": 50,
            "next_page_uri": null,
            "uri": format!("{}?PageSize=50&Page=0", uri.path()),
        })
    }))
}

fn resource(account: &str, message: &str, medium: &Medium) -> Value {
    let path = format!("/2010-04-01/Accounts/{account}/Messages/{message}/Media");
    json!({
        "account_sid": account,
        "content_type": medium.mime,
        "parent_sid": message,
        "sid": medium.sid,
        "uri": format!("{path}/{}.json", medium.sid),
    })
}

fn carried(numbers: &[Number], message: &str) -> Result<Vec<Medium>, ApiError> {
    let found = numbers.iter().find_map(|number| {
        let phones = &number.sandbox.phones;
        phones.read(|book| book.find(number.id(), message).map(|bubble| bubble.raw.clone()))
    });
    let form = webhook::form(&found.ok_or_else(ApiError::not_found)?);
    let one = |index: usize| {
        let url = webhook::field(&form, &format!("MediaUrl{index}"))?;
        let mime = webhook::field(&form, &format!("MediaContentType{index}"))?.to_owned();
        Some(Medium { sid: url.rsplit('/').next()?.to_owned(), mime })
    };
    Ok((0..).map_while(one).collect())
}

/// The way to the bytes; with `.json` behind the SID what is known of them.
pub(super) async fn fetch(
    State(sandbox): State<Arc<Sandbox>>,
    Path((account, message, name)): Path<(String, String, String)>,
    uri: Uri,
    headers: HeaderMap,
) -> Response {
    sandbox.record("GET", format!("/twilio{}", uri.path()), Value::Null);
    let sid = name.trim_end_matches(".json");
    match found(&sandbox, &headers, [&account, &message, sid]) {
        Err(error) => error.into_response(),
        Ok(medium) if sid != name => Json(resource(&account, &message, &medium)).into_response(),
        Ok(_) => {
            let token = sandbox.media.link(sid, sandbox.clock.now(), GOOD_FOR);
            let url = sandbox.own_url(&format!("/twilio-cdn/{token}"));
            Redirect::temporary(&url).into_response()
        }
    }
}

fn found(
    sandbox: &Arc<Sandbox>,
    headers: &HeaderMap,
    [account, message, sid]: [&str; 3],
) -> Result<Medium, ApiError> {
    let numbers = authorise(sandbox, headers, Some(account))?;
    let mut media = carried(&numbers, message)?.into_iter();
    let there = |medium: &Medium| medium.sid == sid && sandbox.media.find(sid).is_some();
    media.find(there).ok_or_else(ApiError::not_found)
}

pub(super) async fn delete(
    State(sandbox): State<Arc<Sandbox>>,
    Path((account, message, name)): Path<(String, String, String)>,
    uri: Uri,
    headers: HeaderMap,
) -> Response {
    sandbox.record("DELETE", format!("/twilio{}", uri.path()), Value::Null);
    let sid = name.trim_end_matches(".json");
    match found(&sandbox, &headers, [&account, &message, sid]) {
        Err(error) => error.into_response(),
        Ok(_) => {
            sandbox.media.delete(sid);
            StatusCode::NO_CONTENT.into_response()
        }
    }
}

/// The bytes. The link is signed: like the real host, this one refuses
/// whoever signs in as well.
pub(super) async fn download(
    State(sandbox): State<Arc<Sandbox>>,
    Path(token): Path<String>,
    headers: HeaderMap,
) -> Response {
    sandbox.record("GET", format!("/twilio-cdn/{token}"), Value::Null);
    if headers.contains_key(header::AUTHORIZATION) {
        return (StatusCode::BAD_REQUEST, "Only one auth mechanism allowed").into_response();
    }
    match sandbox.media.follow(&token, sandbox.clock.now()) {
        Some((_, file)) => media::download(&file),
        None => StatusCode::FORBIDDEN.into_response(),
    }
}
