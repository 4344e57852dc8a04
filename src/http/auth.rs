//! Who calls the API: a token in `Authorization: Bearer`, of which the store
//! knows only the hash. Without a token nothing is open.

use axum::extract::FromRequestParts;
use axum::http::header::AUTHORIZATION;
use axum::http::request::Parts;
use axum::http::{HeaderMap, StatusCode};
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
        let token = bearer(&parts.headers).ok_or_else(unauthenticated)?;
        let grant = shared.store.grant(&hash(token)).await?;
        grant.map(Self).ok_or_else(unauthenticated)
    }
}

fn bearer(headers: &HeaderMap) -> Option<&str> {
    let (scheme, token) = headers.get(AUTHORIZATION)?.to_str().ok()?.split_once(' ')?;
    scheme.eq_ignore_ascii_case("bearer").then(|| token.trim())
}

fn unauthenticated() -> Problem {
    let message = "a valid token is missing: send Authorization: Bearer olf_…; make one with \
                   olifant token new --scope messages";
    Problem::new(StatusCode::UNAUTHORIZED, "unauthenticated", message)
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
}
