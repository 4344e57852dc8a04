//! Who calls the API: a token in `Authorization: Bearer` (for memory also
//! `Basic`), of which the store knows only the hash. Without a token nothing is
//! open.

use axum::extract::FromRequestParts;
use axum::http::header::AUTHORIZATION;
use axum::http::request::Parts;
use axum::http::{HeaderMap, StatusCode};
use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use sha2::{Digest, Sha256};

use super::Shared;
use super::error::Problem;
use crate::domain::grant::{Grant, Scope};
use crate::domain::id::Business;

/// Tells a token of ours from others', for people and for scanners of leaks.
const PREFIX: &str = "olf_";

/// A new token: 256 random bits.
pub fn new_token() -> String {
    format!("{PREFIX}{}", hex::encode(rand::random::<[u8; 32]>()))
}

/// What the store knows of a token. Looking it up takes a time that says
/// something of the hash, and so nothing of the token.
pub fn hash(token: &str) -> String {
    hex::encode(Sha256::digest(token))
}

/// A program that has shown a valid token.
pub struct Caller(Grant);

impl Caller {
    /// The business that it speaks for, if it may do this.
    pub fn business(self, scope: Scope) -> Result<Business, Problem> {
        match self.0.scopes.contains(&scope) {
            true => Ok(self.0.business),
            false => Err(Problem::new(
                StatusCode::FORBIDDEN,
                "scope",
                "the token is not for this; make another with olifant token new --scope",
            )),
        }
    }
}

impl FromRequestParts<Shared> for Caller {
    type Rejection = Problem;

    async fn from_request_parts(parts: &mut Parts, shared: &Shared) -> Result<Self, Problem> {
        let token = bearer(&parts.headers).map(str::to_owned);
        granted(shared, token, "messages").await.map(Self)
    }
}

/// A program that has shown a token for memory: as `Bearer`, or as user or
/// password of a URL, for clients that know no tokens.
pub struct Keeper(pub Grant);

impl Keeper {
    /// Who sends these headers.
    pub async fn of(shared: &Shared, headers: &HeaderMap) -> Result<Self, Problem> {
        let token = bearer(headers).map(str::to_owned).or_else(|| basic(headers));
        let grant = granted(shared, token, "memory").await?;
        Caller(grant.clone()).business(Scope::Memory)?;
        Ok(Self(grant))
    }
}

impl FromRequestParts<Shared> for Keeper {
    type Rejection = Problem;

    async fn from_request_parts(parts: &mut Parts, shared: &Shared) -> Result<Self, Problem> {
        Self::of(shared, &parts.headers).await
    }
}

/// A program that has shown a token for what is measured: of the whole program,
/// whichever business the token names.
pub struct Watcher;

impl FromRequestParts<Shared> for Watcher {
    type Rejection = Problem;

    async fn from_request_parts(parts: &mut Parts, shared: &Shared) -> Result<Self, Problem> {
        let token = bearer(&parts.headers).map(str::to_owned);
        let grant = granted(shared, token, "metrics").await?;
        Caller(grant).business(Scope::Metrics).map(|_| Self)
    }
}

async fn granted(shared: &Shared, token: Option<String>, scope: &str) -> Result<Grant, Problem> {
    let unauthenticated = || {
        let message = format!(
            "a valid token is missing: send Authorization: Bearer olf_…; make one with \
             olifant token new --scope {scope}"
        );
        Problem::new(StatusCode::UNAUTHORIZED, "unauthenticated", message)
    };
    let token = token.ok_or_else(unauthenticated)?;
    shared.store.grant(&hash(&token)).await?.ok_or_else(unauthenticated)
}

fn bearer(headers: &HeaderMap) -> Option<&str> {
    shown(headers, "bearer")
}

/// Of user and password the one that looks like a token; else the password.
fn basic(headers: &HeaderMap) -> Option<String> {
    let text = String::from_utf8(STANDARD.decode(shown(headers, "basic")?).ok()?).ok()?;
    let (user, password) = text.split_once(':')?;
    let is_user = user.starts_with(PREFIX) && !password.starts_with(PREFIX);
    Some(if is_user { user } else { password }.to_owned())
}

fn shown<'a>(headers: &'a HeaderMap, wanted: &str) -> Option<&'a str> {
    let (scheme, token) = headers.get(AUTHORIZATION)?.to_str().ok()?.split_once(' ')?;
    scheme.eq_ignore_ascii_case(wanted).then(|| token.trim())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_token_is_long_random_and_known_by_its_hash_alone() {
        let (one, other) = (new_token(), new_token());
        assert_ne!(one, other);
        assert_eq!(one.len(), PREFIX.len() + 64);
        assert_eq!(hash(&one).len(), 64);
        assert_ne!(hash(&one), hash(&other));
    }

    #[test]
    fn the_token_stands_behind_its_scheme() {
        let token = |value: &str| {
            let headers = HeaderMap::from_iter([(AUTHORIZATION, value.parse().unwrap())]);
            bearer(&headers).map(str::to_owned)
        };
        assert_eq!(token("Bearer olf_1"), Some("olf_1".into()));
        assert_eq!(token("bearer  olf_1 "), Some("olf_1".into()));
        for bad in ["olf_1", "Basic olf_1", ""] {
            assert_eq!(token(bad), None, "{bad}");
        }
    }
    #[test]
    fn a_url_holds_it_as_user_or_as_password() {
        let token = |pair: &str| {
            let value = format!("Basic {}", STANDARD.encode(pair)).parse().unwrap();
            basic(&HeaderMap::from_iter([(AUTHORIZATION, value)]))
        };
        for pair in ["olifant:olf_1", ":olf_1", "olf_1:", "olf_1:x", "olf_2:olf_1"] {
            assert_eq!(token(pair), Some("olf_1".into()), "{pair}");
        }
        assert_eq!(token("a:b"), Some("b".into()));
        assert_eq!(token("olf_1"), None);
    }
}
