//! Which key of which namespace a request is about, and whether its caller may
//! use it.

use std::collections::HashMap;

use axum::extract::{FromRequestParts, Path};
use axum::http::HeaderMap;
use axum::http::request::Parts;
use serde_json::Value;

use super::place::{KEYS, NAMES, Namespace, is_key};
use super::shown::expect;
use super::visit::Visit;
use crate::domain::memory::{Entry, Op, Origin, Write};
use crate::http::Shared;
use crate::http::auth::Keeper;
use crate::http::error::Problem;

/// A key of a namespace that the caller may use.
pub struct Spot {
    /// The look at its namespace.
    pub visit: Visit,
    /// Which.
    pub key: String,
}

impl Spot {
    /// Does it, if it stands as `If-Match` says.
    pub(super) async fn write(self, op: Op, headers: &HeaderMap) -> Result<Option<Entry>, Problem> {
        let write = Write::set(self.key, Value::Null, Origin::Api);
        Ok(self.visit.write(Write { op, expect: expect(headers)?, ..write }).await?)
    }

    /// The same where something is there afterwards.
    pub(super) async fn put(self, op: Op, headers: &HeaderMap) -> Result<Entry, Problem> {
        self.write(op, headers).await?.ok_or_else(no_key)
    }
}

/// What is answered where nothing is.
pub(super) fn no_key() -> Problem {
    Problem::not_found("not_found", "there is no such key").at("key")
}

impl FromRequestParts<Shared> for Visit {
    type Rejection = Problem;

    async fn from_request_parts(parts: &mut Parts, shared: &Shared) -> Result<Self, Problem> {
        let Keeper(grant) = Keeper::from_request_parts(parts, shared).await?;
        let namespace = Namespace::parse(&named(parts, "namespace").await);
        let namespace = namespace.ok_or_else(|| Problem::invalid("namespace", NAMES))?;
        Self::begin(shared, grant, namespace).await
    }
}

impl FromRequestParts<Shared> for Spot {
    type Rejection = Problem;

    async fn from_request_parts(parts: &mut Parts, shared: &Shared) -> Result<Self, Problem> {
        let visit = Visit::from_request_parts(parts, shared).await?;
        match named(parts, "key").await {
            key if is_key(&key) => Ok(Self { visit, key }),
            _ => Err(Problem::invalid("key", KEYS)),
        }
    }
}

/// A part of the path; what can't be read is no good name either.
async fn named(parts: &mut Parts, name: &str) -> String {
    let path = Path::<HashMap<String, String>>::from_request_parts(parts, &()).await;
    path.ok().and_then(|Path(mut path)| path.remove(name)).unwrap_or_default()
}
