//! Who may use the API.

use axum::Json;
use axum::extract::{Path as Segment, State};
use axum::http::StatusCode;
use jiff::Timestamp;
use serde::{Deserialize, Serialize};

use super::whom::business;
use crate::domain::change::{Change, Subject};
use crate::domain::grant::{Grant, Scope};
use crate::domain::id::Business;
use crate::http::Shared;
use crate::http::auth::{hash, new_token};
use crate::http::body::Body;
use crate::http::error::Problem;
use crate::http::memory_api::place::{NAMES, Namespace};
use crate::store::StoreError;

/// The longest label of a token, in characters.
const LABEL: usize = 200;

/// A token that is asked for.
#[derive(Clone, Debug, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct TokenWanted {
    /// What for.
    pub scopes: Vec<Scope>,
    /// Whom it speaks for; without: the only business.
    #[serde(default)]
    pub business: Option<Business>,
    /// Only this namespace's memory; without: all of the business.
    #[serde(default)]
    pub namespace: Option<String>,
    /// The operator's own word for it.
    #[serde(default)]
    pub label: String,
}

/// A new token: the only time that it is seen.
#[derive(Clone, Serialize, Deserialize)]
pub struct TokenMade {
    /// How operators call it.
    pub id: String,
    /// Whom it speaks for.
    pub business: Business,
    /// The token itself.
    pub token: String,
}

/// A token, without what opens anything.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct TokenLine {
    /// How operators call it.
    pub id: String,
    /// What for.
    pub scopes: Vec<Scope>,
    /// Whom it speaks for.
    pub business: Business,
    /// Only this namespace's memory; without: all of the business.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub namespace: Option<String>,
    /// The operator's own word for it.
    pub label: String,
    /// Since when.
    pub created_at: Timestamp,
}

pub(super) async fn list(State(shared): State<Shared>) -> Result<Json<Vec<TokenLine>>, Problem> {
    let mut grants = shared.store.grants().await?;
    grants.sort_by_key(|grant| grant.created_at);
    Ok(Json(grants.into_iter().map(line).collect()))
}

fn line(grant: Grant) -> TokenLine {
    TokenLine {
        id: grant.id().to_owned(),
        scopes: grant.scopes,
        business: grant.business,
        namespace: grant.namespace,
        label: grant.label,
        created_at: grant.created_at,
    }
}

pub(super) async fn make(
    State(shared): State<Shared>,
    Body(wanted): Body<TokenWanted>,
) -> Result<Json<TokenMade>, Problem> {
    if wanted.scopes.is_empty() {
        return Err(Problem::invalid("scopes", "a token is for something: name a scope"));
    }
    if wanted.label.chars().count() > LABEL {
        return Err(Problem::invalid("label", format!("at most {LABEL} characters")));
    }
    check_namespace(&wanted)?;
    let business = business(&shared, wanted.business)?;
    let token = new_token();
    let grant = Grant {
        hash: hash(&token),
        scopes: wanted.scopes,
        business: business.clone(),
        namespace: wanted.namespace,
        label: wanted.label,
        created_at: shared.clock.now(),
    };
    let id = grant.id().to_owned();
    shared.store.apply(Subject::Business(business.clone()), vec![Change::Grant(grant)]).await?;
    Ok(Json(TokenMade { id, business, token }))
}

fn check_namespace(wanted: &TokenWanted) -> Result<(), Problem> {
    let Some(name) = &wanted.namespace else { return Ok(()) };
    if wanted.scopes != [Scope::Memory] {
        let message = "a namespace is for a token that is for memory alone";
        return Err(Problem::invalid("namespace", message));
    }
    match Namespace::parse(name) {
        Some(_) => Ok(()),
        None => Err(Problem::invalid("namespace", NAMES)),
    }
}

pub(super) async fn revoke(
    State(shared): State<Shared>,
    Segment(id): Segment<String>,
) -> Result<StatusCode, Problem> {
    let business = Subject::Business(Business::default());
    let revoked = shared.store.apply(business, vec![Change::Revoke(id)]).await;
    revoked.map(|_| StatusCode::NO_CONTENT).map_err(|error| match error {
        StoreError::NotFound(_) => {
            let message = "there is no such token; olifant token list shows their ids";
            Problem::not_found("unknown_token", message)
        }
        error => error.into(),
    })
}
