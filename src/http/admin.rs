//! What operators do, as one router. A running program answers it on a socket
//! in the store's folder, which only its own user can open; on a stopped store
//! the command line calls the same router in its own process.

use std::collections::BTreeSet;
use std::io;
use std::os::unix::fs::PermissionsExt;
use std::path::{Path, PathBuf};
use std::time::Duration;

use axum::extract::{Path as Segment, State};
use axum::http::{HeaderMap, StatusCode};
use axum::routing::{delete, get, post};
use axum::{Json, Router};
use jiff::Timestamp;
use serde::{Deserialize, Serialize};
use tokio::net::UnixListener;

use super::Shared;
use super::auth::{hash, new_token};
use super::body::Body;
use super::error::Problem;
use super::messages_api::letter::Letter;
use super::messages_api::{Sent, key, say};
use crate::domain::change::{Change, Subject};
use crate::domain::grant::{Grant, Scope};
use crate::domain::id::{Business, NumberName};
use crate::store;

/// The socket's name in the store's folder.
const SOCKET: &str = "admin.sock";

/// The longest pause that has an end: a year.
const MINUTES: u32 = 366 * 24 * 60;

/// The longest label of a token, in characters.
const LABEL: usize = 200;

/// A number, and how it stands.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct NumberLine {
    /// Its name in the configuration.
    pub name: NumberName,
    /// How it is reached.
    pub provider: String,
    /// Whose it is.
    pub business: Business,
    /// Why nothing is sent from it, if it is paused.
    pub paused: Option<String>,
    /// When it sends again; without, when it is resumed.
    pub paused_until: Option<Timestamp>,
    /// Messages that arrived this month and count against the free ones.
    pub delivered: u32,
    /// So many arrive free each month.
    pub free: u32,
}

/// For how long a number is to be paused.
#[derive(Clone, Copy, Debug, Default, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Pause {
    /// In minutes; without: until it is resumed.
    #[serde(default)]
    pub minutes: Option<u32>,
}

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
    /// The operator's own word for it.
    pub label: String,
    /// Since when.
    pub created_at: Timestamp,
}

/// Where the program that has this store open answers operators.
pub fn socket(config: &store::Config) -> PathBuf {
    let (_, folder) = config.url.split_once(':').unwrap_or_default();
    Path::new(folder).join(SOCKET)
}

/// Listens there, for this user alone. Whoever listened before is gone, since
/// the store was its own; what it left is replaced.
pub fn listen(socket: &Path) -> io::Result<UnixListener> {
    let new = socket.with_extension("new");
    match std::fs::remove_file(&new) {
        Err(e) if e.kind() != io::ErrorKind::NotFound => return Err(e),
        _ => {}
    }
    let listener = UnixListener::bind(&new)?;
    std::fs::set_permissions(&new, std::fs::Permissions::from_mode(0o600))?;
    std::fs::rename(&new, socket)?;
    Ok(listener)
}

/// All commands.
pub fn router(shared: Shared) -> Router {
    Router::new()
        .route("/numbers", get(numbers))
        .route("/numbers/{name}/pause", post(pause))
        .route("/numbers/{name}/resume", post(resume))
        .route("/tokens", get(tokens).post(make_token))
        .route("/tokens/{id}", delete(revoke))
        .route("/messages", post(send))
        .with_state(shared)
}

async fn numbers(State(shared): State<Shared>) -> Result<Json<Vec<NumberLine>>, Problem> {
    let mut lines = Vec::new();
    for name in shared.providers.names() {
        lines.push(number(&shared, name).await?);
    }
    Ok(Json(lines))
}

async fn pause(
    State(shared): State<Shared>,
    Segment(name): Segment<String>,
    Body(Pause { minutes }): Body<Pause>,
) -> Result<Json<NumberLine>, Problem> {
    if minutes.is_some_and(|n| n > MINUTES) {
        let message = "at most a year; leave it out to pause until it is resumed";
        return Err(Problem::invalid("minutes", message));
    }
    let until = minutes.map(|n| shared.clock.now() + Duration::from_secs(60 * u64::from(n)));
    change(&shared, &name, Change::PauseNumber { until }).await
}

async fn resume(
    State(shared): State<Shared>,
    Segment(name): Segment<String>,
) -> Result<Json<NumberLine>, Problem> {
    change(&shared, &name, Change::ResumeNumber).await
}

async fn change(shared: &Shared, name: &str, change: Change) -> Result<Json<NumberLine>, Problem> {
    let name = NumberName::from(name);
    // Known before it is changed.
    number(shared, &name).await?;
    shared.store.apply(Subject::Number(name.clone()), vec![change]).await?;
    number(shared, &name).await.map(Json)
}

async fn number(shared: &Shared, name: &NumberName) -> Result<NumberLine, Problem> {
    let terms = shared.providers.terms(name).ok_or_else(|| {
        let known: Vec<&str> = shared.providers.names().map(NumberName::as_str).collect();
        let message = format!("there is no number {name}; there are {}", known.join(", "));
        Problem::not_found("unknown_number", message)
    })?;
    let state = shared.store.number(name).await?;
    Ok(NumberLine {
        name: name.clone(),
        provider: terms.provider.clone(),
        business: terms.business.clone(),
        paused_until: state.paused.as_ref().and_then(|pause| pause.until),
        paused: state.paused.map(|pause| pause.reason),
        delivered: state.delivered,
        free: terms.free_service_messages,
    })
}

async fn tokens(State(shared): State<Shared>) -> Result<Json<Vec<TokenLine>>, Problem> {
    let mut grants = shared.store.grants().await?;
    grants.sort_by_key(|grant| grant.created_at);
    Ok(Json(grants.into_iter().map(line).collect()))
}

fn line(grant: Grant) -> TokenLine {
    TokenLine {
        id: grant.id().to_owned(),
        scopes: grant.scopes,
        business: grant.business,
        label: grant.label,
        created_at: grant.created_at,
    }
}

async fn make_token(
    State(shared): State<Shared>,
    Body(wanted): Body<TokenWanted>,
) -> Result<Json<TokenMade>, Problem> {
    if wanted.scopes.is_empty() {
        return Err(Problem::invalid("scopes", "a token is for something: name a scope"));
    }
    if wanted.label.chars().count() > LABEL {
        return Err(Problem::invalid("label", format!("at most {LABEL} characters")));
    }
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

/// The one that is named, or the only one.
fn business(shared: &Shared, wanted: Option<Business>) -> Result<Business, Problem> {
    let numbers = shared.providers.names().filter_map(|name| shared.providers.number(name));
    let all: BTreeSet<Business> = numbers.map(|number| number.business).collect();
    let names = || all.iter().map(Business::as_str).collect::<Vec<_>>().join(", ");
    match wanted {
        Some(wanted) if all.contains(&wanted) => Ok(wanted),
        Some(wanted) => {
            let message = format!("there is no business {wanted}; there are {}", names());
            Err(Problem::not_found("unknown_business", message).at("business"))
        }
        None => match all.iter().collect::<Vec<_>>().as_slice() {
            [only] => Ok((*only).clone()),
            _ => {
                let message = format!("there are several businesses; name one of {}", names());
                Err(Problem::conflict("business_needed", message).at("business"))
            }
        },
    }
}

async fn revoke(
    State(shared): State<Shared>,
    Segment(id): Segment<String>,
) -> Result<StatusCode, Problem> {
    let business = Subject::Business(Business::default());
    let revoked = shared.store.apply(business, vec![Change::Revoke(id)]).await;
    revoked.map(|_| StatusCode::NO_CONTENT).map_err(|error| match error {
        store::StoreError::NotFound(_) => {
            let message = "there is no such token; olifant token list shows their ids";
            Problem::not_found("unknown_token", message)
        }
        error => error.into(),
    })
}

async fn send(
    State(shared): State<Shared>,
    headers: HeaderMap,
    Body(letter): Body<Letter>,
) -> Result<(StatusCode, Json<Sent>), Problem> {
    say(&shared, None, &letter, key(&headers)?).await
}
