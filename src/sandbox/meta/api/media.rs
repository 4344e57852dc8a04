//! Uploads, downloads and deletions of files.

use std::collections::HashMap;
use std::sync::Arc;
use std::time::Duration;

use axum::body::Bytes;
use axum::extract::{Path, Query, State};
use axum::http::{HeaderMap, StatusCode, Uri};
use axum::response::{IntoResponse, Response};
use serde_json::{Value, json};

use super::super::super::media::{File, download};
use super::super::super::{Sandbox, identifiers};
use super::super::Number;
use super::error::GraphError;
use super::multipart::{self, Part};
use super::{answer, authorise, manage, numbers_of};

/// The largest document, and so the largest upload.
pub(super) const LARGEST: usize = 100 * MB;
/// The address of a file is good for so long.
const GOOD_FOR: Duration = Duration::from_secs(5 * 60);
const MB: usize = 1024 * 1024;

/// Types that go, the kind of message they go in, and their largest size.
const TYPES: [(&str, &str, usize); 19] = [
    ("audio/aac", "audio", 16 * MB),
    ("audio/amr", "audio", 16 * MB),
    ("audio/mpeg", "audio", 16 * MB),
    ("audio/mp4", "audio", 16 * MB),
    ("audio/ogg", "audio", 16 * MB),
    ("video/mp4", "video", 16 * MB),
    ("video/3gpp", "video", 16 * MB),
    ("image/jpeg", "image", 5 * MB),
    ("image/png", "image", 5 * MB),
    ("image/webp", "sticker", MB / 2),
    ("text/plain", "document", LARGEST),
    ("text/csv", "document", LARGEST),
    ("application/pdf", "document", LARGEST),
    ("application/msword", "document", LARGEST),
    ("application/vnd.ms-excel", "document", LARGEST),
    ("application/vnd.ms-powerpoint", "document", LARGEST),
    (
        "application/vnd.openxmlformats-officedocument.wordprocessingml.document",
        "document",
        LARGEST,
    ),
    ("application/vnd.openxmlformats-officedocument.spreadsheetml.sheet", "document", LARGEST),
    (
        "application/vnd.openxmlformats-officedocument.presentationml.presentation",
        "document",
        LARGEST,
    ),
];

pub(super) async fn upload(
    State(sandbox): State<Arc<Sandbox>>,
    Path((version, id)): Path<(String, String)>,
    uri: Uri,
    headers: HeaderMap,
    body: Bytes,
) -> Response {
    let parts = multipart::read(&headers, &body).unwrap_or_default();
    sandbox.record("POST", format!("/graph{}", uri.path()), shown(&parts));
    match authorise(&sandbox, &version, &id, &headers) {
        Err(error) => error.into_response(),
        Ok(number) => {
            let gate = &number.desk().uploads;
            gate.pass(|| answer(keep(&number, parts)), GraphError::of_fault).await
        }
    }
}

/// The form as the log shows it.
fn shown(parts: &[Part]) -> Value {
    let value = |part: &Part| match &part.mime {
        Some(mime) => json!({ "mime": mime, "name": part.file_name, "size": part.bytes.len() }),
        None => String::from_utf8_lossy(&part.bytes).into(),
    };
    Value::Object(parts.iter().map(|part| (part.name.clone(), value(part))).collect())
}

fn keep(number: &Number, mut parts: Vec<Part>) -> Result<Value, GraphError> {
    let mut take = |name: &str| {
        let at = parts.iter().position(|part| part.name == name);
        let missing = || GraphError::parameter(&format!("The parameter {name} is required"));
        at.map(|at| parts.swap_remove(at)).ok_or_else(missing)
    };
    let file = take("file")?;
    let kind = take("type")?;
    if take("messaging_product")?.bytes != b"whatsapp" {
        return Err(GraphError::parameter("messaging_product must be whatsapp"));
    }
    if let Some(part) = parts.first() {
        return Err(GraphError::parameter(&format!("Unexpected key {}", part.name)));
    }
    let mime = file.mime.ok_or_else(|| GraphError::parameter("file has no content type"))?;
    check(&mime, &kind.bytes, file.bytes.len())?;
    let id = identifiers::media_id();
    let kept = File { mime, bytes: file.bytes, name: file.file_name };
    number.sandbox.media.put(number.id(), &id, kept);
    Ok(json!({ "id": id }))
}

fn check(mime: &str, declared: &[u8], size: usize) -> Result<(), GraphError> {
    if bare(mime).as_bytes() != bare(&String::from_utf8_lossy(declared)).as_bytes() {
        return Err(GraphError::parameter("type is not the content type of file"));
    }
    let known = TYPES.iter().find(|(known, ..)| *known == bare(mime));
    match known {
        None => Err(GraphError::parameter(&format!("file must not be of type {mime}"))),
        Some(_) if size == 0 => Err(GraphError::parameter("file is empty")),
        Some((_, kind, most)) if size > *most => {
            Err(GraphError::upload(&format!("{kind} of type {mime} must not exceed {most} bytes")))
        }
        Some(_) => Ok(()),
    }
}

/// Whether a file of this type goes in a message of this kind. Sounds and
/// pictures go as documents, too.
pub(super) fn fits(mime: &str, kind: &str) -> bool {
    kind == "document" || TYPES.iter().any(|(known, of, _)| *known == bare(mime) && *of == kind)
}

fn bare(mime: &str) -> &str {
    mime.split(';').next().unwrap_or_default().trim()
}

/// Where the file is, for a while; or the number or account with this id.
pub(super) async fn look(
    State(sandbox): State<Arc<Sandbox>>,
    Path((version, id)): Path<(String, String)>,
    Query(query): Query<HashMap<String, String>>,
    uri: Uri,
    headers: HeaderMap,
) -> Response {
    sandbox.record("GET", format!("/graph{}", uri.path()), json!(query));
    if let Some(found) = manage::look(&sandbox, &version, &headers, &id, query.get("fields")) {
        return answer(found);
    }
    let numbers = numbers_of(&sandbox, &version, &headers);
    answer(numbers.and_then(|numbers| described(&numbers, &id, query.get("phone_number_id"))))
}

fn described(numbers: &[Number], id: &str, of: Option<&String>) -> Result<Value, GraphError> {
    let (number, file) = owner(numbers, id, of)?;
    Ok(json!({
        "messaging_product": "whatsapp",
        "url": address(number, id),
        "mime_type": file.mime,
        "sha256": hex::encode(file.sha256()),
        "file_size": file.bytes.len().to_string(),
        "id": id,
    }))
}

/// An address of the file, on the host of the files.
pub(in crate::sandbox::meta) fn address(number: &Number, id: &str) -> String {
    let sandbox = &number.sandbox;
    let token = sandbox.media.link(id, sandbox.clock.now(), GOOD_FOR);
    sandbox.own_url(&format!("/lookaside/{token}"))
}

fn owner<'a>(
    numbers: &'a [Number],
    id: &str,
    of: Option<&String>,
) -> Result<(&'a Number, Arc<File>), GraphError> {
    let asked = numbers.iter().filter(|number| of.is_none_or(|of| of == number.id()));
    let mut found = asked
        .filter_map(|number| number.sandbox.media.of(number.id(), id).map(|file| (number, file)));
    found.next().ok_or_else(|| GraphError::no_such_object(id))
}

pub(super) async fn delete(
    State(sandbox): State<Arc<Sandbox>>,
    Path((version, id)): Path<(String, String)>,
    uri: Uri,
    headers: HeaderMap,
) -> Response {
    sandbox.record("DELETE", format!("/graph{}", uri.path()), Value::Null);
    let numbers = numbers_of(&sandbox, &version, &headers);
    answer(numbers.and_then(|numbers| {
        owner(&numbers, &id, None)?;
        sandbox.media.delete(&id);
        Ok(json!({ "success": true }))
    }))
}

/// The bytes: for the same token only, and not for ever.
pub(super) async fn fetch(
    State(sandbox): State<Arc<Sandbox>>,
    Path(token): Path<String>,
    headers: HeaderMap,
) -> Response {
    sandbox.record("GET", format!("/lookaside/{token}"), Value::Null);
    let numbers = match numbers_of(&sandbox, "v25.0", &headers) {
        Ok(numbers) => numbers,
        Err(error) => return error.into_response(),
    };
    match sandbox.media.follow(&token, sandbox.clock.now()) {
        Some((id, file)) if owner(&numbers, &id, None).is_ok() => download(&file),
        _ => StatusCode::NOT_FOUND.into_response(),
    }
}
