//! `/memory` and `/stats/memory` as BotWire answers them, for programs that
//! were written for it: its words, its order of checks, its oddities. What it
//! can't do is there as well: a token, `ttl`, `:` `+` `@` in names, `typed=1`.

mod body;
mod refusal;
mod scan;
mod shown;

use axum::body::Body;
use axum::extract::{Request, State};
use axum::http::header::{
    ACCESS_CONTROL_ALLOW_HEADERS, ACCESS_CONTROL_ALLOW_METHODS, ACCESS_CONTROL_ALLOW_ORIGIN,
    ACCESS_CONTROL_MAX_AGE, ACCESS_CONTROL_REQUEST_METHOD, LOCATION, ORIGIN,
};
use axum::http::request::Parts;
use axum::http::{HeaderValue, Method, StatusCode, Uri};
use axum::response::{IntoResponse, Response};
use axum::routing::any;
use axum::{Json, Router};
use percent_encoding::percent_decode_str;
use serde_json::Value;
use utoipa::OpenApi;

use super::place::{Namespace, is_key};
use super::visit::Visit;
use crate::domain::grant::Grant;
use crate::domain::memory::{Op, Origin, Page, SpaceInfo, Write};
use crate::http::Shared;
use crate::http::auth::Keeper;
use crate::http::body::whole;
use crate::http::error::Cut;
use body::{Written, flag, limit};
use refusal::Refusal;
use shown::{Deleted, Listed, Shown, Stats, Stored};

/// What pages of the web may do; browsers keep it for ten minutes.
const PREFLIGHT: [(axum::http::HeaderName, &str); 4] = [
    (ACCESS_CONTROL_ALLOW_ORIGIN, "*"),
    (ACCESS_CONTROL_ALLOW_METHODS, "GET, PUT, DELETE, POST"),
    (ACCESS_CONTROL_ALLOW_HEADERS, "Authorization, Content-Type"),
    (ACCESS_CONTROL_MAX_AGE, "600"),
];

/// The description of these routes.
#[derive(OpenApi)]
#[openapi(paths(put, get, delete, list, stats))]
pub struct Routes;

/// The routes.
pub fn router(shared: Shared) -> Router {
    Router::new()
        .route("/memory", any(answer))
        .route("/memory/", any(answer))
        .route("/memory/{*rest}", any(answer))
        .route("/stats/memory", any(answer))
        .with_state(shared)
}

async fn answer(State(shared): State<Shared>, request: Request) -> Response {
    let from_page = request.headers().contains_key(ORIGIN);
    if from_page && is_preflight(&request) {
        return (PREFLIGHT, "OK").into_response();
    }
    let mut response = answered(&shared, request).await.unwrap_or_else(Refusal::into_response);
    if from_page {
        let all = HeaderValue::from_static("*");
        response.headers_mut().insert(ACCESS_CONTROL_ALLOW_ORIGIN, all);
    }
    response
}

/// Browsers show no token when they ask what they may do.
fn is_preflight(request: &Request) -> bool {
    let headers = request.headers();
    request.method() == Method::OPTIONS && headers.contains_key(ACCESS_CONTROL_REQUEST_METHOD)
}

/// Nobody learns anything without a token, not even what is not there.
async fn answered(shared: &Shared, request: Request) -> Result<Response, Refusal> {
    let (parts, body) = request.into_parts();
    let Keeper(grant) = Keeper::of(shared, &parts.headers).await?;
    let path = percent_decode_str(parts.uri.path()).decode_utf8_lossy();
    let Some(asked) = Asked::of(&path) else {
        return redirected(&parts.uri, &path).ok_or_else(Refusal::not_found);
    };
    let called = Called { shared, grant };
    match (asked, parts.method.as_str()) {
        (Asked::Entry(at), "PUT") => put(called, at, &parts, body).await.map(json),
        (Asked::Entry(at), "GET") => get(called, at, &parts.uri).await.map(json),
        (Asked::Entry(at), "DELETE") => delete(called, at).await.map(json),
        (Asked::Entry(_), _) => Err(Refusal::not_allowed("GET, PUT, DELETE")),
        (Asked::Namespace(name), "GET") => list(called, name, &parts.uri).await.map(json),
        (Asked::Stats, "GET") => stats(called).await.map(json),
        (Asked::Namespace(_) | Asked::Stats, _) => Err(Refusal::not_allowed("GET")),
    }
}

fn json(answer: impl serde::Serialize) -> Response {
    Json(answer).into_response()
}

/// A slash too many.
fn redirected(uri: &Uri, path: &str) -> Option<Response> {
    Asked::of(path.trim_end_matches('/'))?;
    let there = uri.path().trim_end_matches('/');
    let query = uri.query().map(|query| format!("?{query}")).unwrap_or_default();
    let headers = [(LOCATION, format!("{there}{query}"))];
    Some((StatusCode::TEMPORARY_REDIRECT, headers).into_response())
}

/// What a path means.
#[derive(Debug, PartialEq, Eq)]
enum Asked<'a> {
    Entry(At<'a>),
    Namespace(&'a str),
    Stats,
}

/// A key, as it was asked for.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
struct At<'a> {
    namespace: &'a str,
    key: &'a str,
}

impl<'a> Asked<'a> {
    fn of(path: &'a str) -> Option<Self> {
        match *path.split('/').collect::<Vec<_>>().as_slice() {
            ["", "stats", "memory"] => Some(Self::Stats),
            ["", "memory", namespace] if !namespace.is_empty() => Some(Self::Namespace(namespace)),
            ["", "memory", namespace, key] if !namespace.is_empty() && !key.is_empty() => {
                Some(Self::Entry(At { namespace, key }))
            }
            _ => None,
        }
    }
}

/// Who calls.
struct Called<'a> {
    shared: &'a Shared,
    grant: Grant,
}

impl Called<'_> {
    async fn visit(self, namespace: &str) -> Result<Visit, Refusal> {
        let namespace = Namespace::parse(namespace).ok_or_else(Refusal::bad_namespace)?;
        Ok(Visit::begin(self.shared, self.grant, namespace).await?)
    }

    async fn at(self, At { namespace, key }: At<'_>) -> Result<Visit, Refusal> {
        if Namespace::parse(namespace).is_some() && !is_key(key) {
            return Err(Refusal::bad_key());
        }
        self.visit(namespace).await
    }
}

/// Keeps a text under a key.
#[utoipa::path(
    put,
    path = "/memory/{namespace}/{key}",
    tag = "botwire",
    params(super::shown::At, ("typed" = Option<String>, Query, description = "`1`: any JSON.")),
    request_body(content = shown::Put, content_type = "application/json"),
    responses(
        (status = 200, description = "It is kept.", body = Stored),
        (status = 400, description = "A name is wrong, or it is too large.", body = shown::Detail),
        (status = 401, description = "No valid token.", body = shown::Detail),
        (status = 403, description = "The token is for something else.", body = shown::Detail),
        (status = 422, description = "The body is wrong.", body = shown::Details),
    ),
    security(("token" = []), ("basic" = [])),
)]
async fn put(called: Called<'_>, at: At<'_>, parts: &Parts, body: Body) -> Result<Stored, Refusal> {
    let config = called.shared.memory_api;
    let body = whole(Request::new(body), config.most_bytes()).await.map_err(cut)?;
    let written = Written::read(&parts.headers, &body, flag(&parts.uri, "typed"))?;
    let visit = called.at(at).await?;
    if !config.quota().fits(&written.value) {
        return Err(Refusal::too_large(config.max_value_chars));
    }
    let op = Op::Set { value: written.value, ttl: written.ttl };
    let write = Write { op, ..Write::set(at.key, Value::Null, Origin::Api) };
    let entry = visit.write(write).await?.ok_or_else(Refusal::not_found)?;
    Ok(Stored::of(at.namespace, &entry))
}

fn cut(cut: Cut) -> Refusal {
    match cut {
        Cut::TooLarge => Refusal::too_large(0),
        Cut::Incomplete => Refusal::unread(),
    }
}

/// What is under a key, as a text.
#[utoipa::path(
    get,
    path = "/memory/{namespace}/{key}",
    tag = "botwire",
    params(super::shown::At, ("typed" = Option<String>, Query, description = "`1`: as it was \
        written, and not as a text.")),
    responses(
        (status = 200, description = "It.", body = Shown),
        (status = 400, description = "A name is wrong.", body = shown::Detail),
        (status = 401, description = "No valid token.", body = shown::Detail),
        (status = 403, description = "The token is for something else.", body = shown::Detail),
        (status = 404, description = "There is no such key.", body = shown::Detail),
    ),
    security(("token" = []), ("basic" = [])),
)]
async fn get(called: Called<'_>, at: At<'_>, uri: &Uri) -> Result<Shown, Refusal> {
    let entry = called.at(at).await?.entry(at.key).await?;
    let entry = entry.ok_or_else(|| Refusal::no_key(at.namespace, at.key))?;
    Ok(Shown::of(at.namespace, entry, flag(uri, "typed")))
}

/// Deletes a key.
#[utoipa::path(
    delete,
    path = "/memory/{namespace}/{key}",
    tag = "botwire",
    params(super::shown::At),
    responses(
        (status = 200, description = "It is gone.", body = Deleted),
        (status = 400, description = "A name is wrong.", body = shown::Detail),
        (status = 401, description = "No valid token.", body = shown::Detail),
        (status = 403, description = "The token is for something else.", body = shown::Detail),
        (status = 404, description = "There is no such key.", body = shown::Detail),
    ),
    security(("token" = []), ("basic" = [])),
)]
async fn delete(called: Called<'_>, at: At<'_>) -> Result<Deleted, Refusal> {
    let deleted = called.at(at).await?.write(Write::delete(at.key, Origin::Api)).await?;
    match deleted {
        Some(_) => Ok(Deleted::of(at.namespace, at.key)),
        None => Err(Refusal::no_key(at.namespace, at.key)),
    }
}

/// The keys of a namespace, the last written first.
#[utoipa::path(
    get,
    path = "/memory/{namespace}",
    tag = "botwire",
    params(super::shown::In, ("limit" = Option<u16>, Query, minimum = 1, maximum = 1000,
        description = "At most so many; all if it is left out.")),
    responses(
        (status = 200, description = "Its keys.", body = Listed),
        (status = 400, description = "The name is wrong.", body = shown::Detail),
        (status = 401, description = "No valid token.", body = shown::Detail),
        (status = 403, description = "The token is for something else.", body = shown::Detail),
        (status = 422, description = "The limit is wrong.", body = shown::Details),
    ),
    security(("token" = []), ("basic" = [])),
)]
async fn list(called: Called<'_>, namespace: &str, uri: &Uri) -> Result<Listed, Refusal> {
    let page = Page { limit: limit(uri)?, ..Page::default() };
    let (entries, _) = called.visit(namespace).await?.entries(&page).await?;
    Ok(Listed::of(namespace, &entries))
}

/// How much the business has, or the namespace that the token is for.
#[utoipa::path(
    get,
    path = "/stats/memory",
    tag = "botwire",
    responses(
        (status = 200, description = "So much.", body = Stats),
        (status = 401, description = "No valid token.", body = shown::Detail),
        (status = 403, description = "The token is for something else.", body = shown::Detail),
    ),
    security(("token" = []), ("basic" = [])),
)]
async fn stats(called: Called<'_>) -> Result<Stats, Refusal> {
    let mut spaces = called.shared.store.spaces(&called.grant.business).await?;
    if let Some(only) = called.grant.namespace.clone() {
        let only = called.visit(&only).await?.space().await?;
        spaces.retain(|info: &SpaceInfo| Some(&info.space) == only.as_ref());
    }
    Ok(Stats::of(&spaces))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_path_is_a_namespace_a_key_or_nothing() {
        assert_eq!(Asked::of("/memory/a"), Some(Asked::Namespace("a")));
        let at = At { namespace: "a", key: "b" };
        assert_eq!(Asked::of("/memory/a/b"), Some(Asked::Entry(at)));
        assert_eq!(Asked::of("/stats/memory"), Some(Asked::Stats));
        for other in ["/memory", "/memory/", "/memory//b", "/memory/a/", "/memory/a/b/c", "/stats"]
        {
            assert_eq!(Asked::of(other), None, "{other}");
        }
    }

    #[test]
    fn a_redirection_stays_here() {
        let location = |uri: &str| {
            let uri: Uri = uri.parse().unwrap();
            let response = redirected(&uri, uri.path())?;
            Some(response.headers()[LOCATION].to_str().unwrap().to_owned())
        };
        assert_eq!(location("/memory/a/?limit=5").as_deref(), Some("/memory/a?limit=5"));
        assert_eq!(location("/memory/a/b/").as_deref(), Some("/memory/a/b"));
        assert_eq!(location("/memory/"), None);
        assert_eq!(location("//evil.example/memory/a/"), None);
    }
}
