//! Signatures over webhooks. Every comparison takes the same time whether it
//! fails at the first byte or the last, and an empty secret matches nothing.

use std::collections::BTreeSet;

use axum::http::HeaderMap;
use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use hmac::digest::KeyInit;
use hmac::{Hmac, Mac};
use secrecy::{ExposeSecret, SecretString};
use sha1::Sha1;
use sha2::{Digest, Sha256};
use subtle::ConstantTimeEq;
use url::form_urlencoded;

/// Whether `header` is `sha256=` and the HMAC-SHA256 of the raw body in hex.
pub(super) fn signs_body(secret: &SecretString, body: &[u8], header: &str) -> bool {
    let signature = header.strip_prefix("sha256=").and_then(|hex| hex::decode(hex).ok());
    signature.is_some_and(|signature| {
        made_by::<Hmac<Sha256>>(secret, &signature, |mac| mac.update(body))
    })
}

/// Whether `header` is the base64 of the HMAC-SHA1 of a URL and the fields
/// posted to it. The signer may have written the URL with its port or without.
pub(super) fn signs_form(token: &SecretString, url: &str, fields: &Fields, header: &str) -> bool {
    let Ok(signature) = STANDARD.decode(header) else { return false };
    let signs = |url: &String| {
        made_by::<Hmac<Sha1>>(token, &signature, |mac| {
            mac.update(url.as_bytes());
            fields.0.iter().for_each(|(name, value)| {
                mac.update(name.as_bytes());
                mac.update(value.as_bytes());
            });
        })
    };
    spellings(url).iter().any(signs)
}

/// The fields of a form as they are signed: decoded, sorted bytewise by name
/// and value, each pair once, the empty ones too.
#[derive(Default)]
pub(super) struct Fields(BTreeSet<(String, String)>);

impl Fields {
    pub(super) fn of(form: &[u8]) -> Self {
        Self(form_urlencoded::parse(form).into_owned().collect())
    }
}

/// Whether `hex` is the SHA-256 of the body.
pub(super) fn is_digest(hex: &str, body: &[u8]) -> bool {
    hex::decode(hex).is_ok_and(|digest| Sha256::digest(body).as_slice().ct_eq(&digest).into())
}

/// Whether somebody knows the secret. Digests are compared, since comparing
/// the texts would tell their length.
pub(super) fn knows(secret: &SecretString, guess: &str) -> bool {
    let secret = secret.expose_secret();
    let equal = Sha256::digest(secret).as_slice().ct_eq(&Sha256::digest(guess));
    !secret.is_empty() && bool::from(equal)
}

/// Whether the header names this content type, whatever its parameters.
pub(super) fn is_content_type(headers: &HeaderMap, wanted: &str) -> bool {
    let given = headers.get("content-type").and_then(|value| value.to_str().ok());
    let essence = given.and_then(|given| given.split(';').next()).unwrap_or_default();
    essence.trim().eq_ignore_ascii_case(wanted)
}

fn made_by<M: Mac + KeyInit>(
    secret: &SecretString,
    signature: &[u8],
    feed: impl FnOnce(&mut M),
) -> bool {
    let secret = secret.expose_secret().as_bytes();
    if secret.is_empty() {
        return false;
    }
    <M as KeyInit>::new_from_slice(secret).is_ok_and(|mut mac| {
        feed(&mut mac);
        mac.verify_slice(signature).is_ok()
    })
}

/// The URL without its port, and with it (the scheme's own if none was given).
/// Cut out of the text, because a URL parser would rewrite what was signed.
fn spellings(url: &str) -> [String; 2] {
    let (scheme, rest) = url.split_once("://").unwrap_or(("https", url));
    let (authority, path) = rest.split_at(rest.find(['/', '?']).unwrap_or(rest.len()));
    let own = if scheme == "http" { "80" } else { "443" };
    let (host, port) = match authority.rsplit_once(':') {
        Some((host, port)) if port.bytes().all(|b| b.is_ascii_digit()) => (host, port),
        _ => (authority, own),
    };
    [format!("{scheme}://{host}{path}"), format!("{scheme}://{host}:{port}{path}")]
}
