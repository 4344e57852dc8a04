//! `GET /exports/{secret}`: all that is kept of a person, for whoever has the
//! link that they were sent. It is made when it is asked for, and nothing says
//! whether there ever was a link that does not work.

use std::collections::BTreeSet;

use axum::extract::{Path, State};
use axum::http::header::{
    CACHE_CONTROL, CONTENT_DISPOSITION, CONTENT_TYPE, REFERRER_POLICY, X_CONTENT_TYPE_OPTIONS,
};
use axum::response::{IntoResponse, Response};
use serde::Deserialize;

use super::Shared;
use super::error::Problem;
use crate::assistant::command::{EXPORTS, hash};
use crate::domain::id::{Business, PersonId};
use crate::domain::memory::Space;
use crate::domain::person::Person;
use crate::recollect::Shelves;
use crate::store::StoreError;
use crate::transfer::export;

/// What the store keeps under the hash of a link's secret.
#[derive(Deserialize)]
struct Granted {
    person: PersonId,
}

/// The document, or nothing.
pub async fn fetch(
    State(shared): State<Shared>,
    Path(secret): Path<String>,
) -> Result<Response, Problem> {
    let person = whose(&shared, &hash(&secret)).await?.ok_or_else(gone)?;
    let document =
        export::document(Shelves::of(&*shared.store), &person, shared.clock.now()).await?;
    let headers = [
        (CONTENT_TYPE, "application/json; charset=utf-8"),
        (CONTENT_DISPOSITION, "attachment; filename=\"olifant-export.json\""),
        (CACHE_CONTROL, "no-store"),
        (REFERRER_POLICY, "no-referrer"),
        (X_CONTENT_TYPE_OPTIONS, "nosniff"),
    ];
    Ok((headers, document.to_json()).into_response())
}

/// A link speaks of one business, but does not say of which.
async fn whose(shared: &Shared, hash: &str) -> Result<Option<Person>, StoreError> {
    for business in businesses(shared) {
        let space = Space::Named(business.clone(), EXPORTS.to_owned());
        let Some(entry) = shared.store.entry(&space, hash).await? else { continue };
        let granted = serde_json::from_value::<Granted>(entry.value).ok();
        let Some(Granted { person }) = granted else { continue };
        let person = shared.store.person(person).await?;
        return Ok(person.filter(|person| person.business == business));
    }
    Ok(None)
}

fn businesses(shared: &Shared) -> BTreeSet<Business> {
    let terms = shared.providers.names().filter_map(|name| shared.providers.terms(name));
    terms.flat_map(|terms| [terms.business.in_chat(), terms.business.clone()]).collect()
}

fn gone() -> Problem {
    let message = "this link does not work (any more): write /export for another one";
    Problem::not_found("gone", message)
}
