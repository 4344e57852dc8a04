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
    let signs =
        |url: &String| made_by::<Hmac<Sha1>>(token, &signature, |mac| fields.feed(url, mac));
    spellings(url).iter().any(signs)
}

/// The header that [`signs_body`] takes.
pub(super) fn of_body(secret: &SecretString, body: &[u8]) -> String {
    let mac = fed::<Hmac<Sha256>>(secret, |mac| mac.update(body));
    format!(
        "sha256={}",
        mac.map(|mac| hex::encode(mac.finalize().into_bytes())).unwrap_or_default()
    )
}

/// The header that [`signs_form`] takes.
pub(super) fn of_form(token: &SecretString, url: &str, fields: &Fields) -> String {
    let mac = fed::<Hmac<Sha1>>(token, |mac| fields.feed(url, mac));
    mac.map(|mac| STANDARD.encode(mac.finalize().into_bytes())).unwrap_or_default()
}

/// The fields of a form as they are signed: decoded, sorted bytewise by name
/// and value, each pair once, the empty ones too.
#[derive(Default)]
pub(super) struct Fields(BTreeSet<(String, String)>);

impl Fields {
    pub(super) fn of(form: &[u8]) -> Self {
        Self(form_urlencoded::parse(form).into_owned().collect())
    }

    fn feed(&self, url: &str, mac: &mut impl Mac) {
        mac.update(url.as_bytes());
        self.0.iter().for_each(|(name, value)| {
            mac.update(name.as_bytes());
            mac.update(value.as_bytes());
        });
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
    fed(secret, feed).is_some_and(|mac: M| mac.verify_slice(signature).is_ok())
}

/// `None` = the secret is empty.
fn fed<M: Mac + KeyInit>(secret: &SecretString, feed: impl FnOnce(&mut M)) -> Option<M> {
    let secret = secret.expose_secret().as_bytes();
    let mut mac = <M as KeyInit>::new_from_slice(secret).ok().filter(|_| !secret.is_empty())?;
    feed(&mut mac);
    Some(mac)
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

#[cfg(test)]
mod tests {
    use super::*;

    const FORM: &[u8] =
        b"To=whatsapp%3A%2B15550100000&Body=&Tag=b&Tag=a&Tag=b&Name=Ana+%26+Jo%C3%A3o";

    fn secret(text: &str) -> SecretString {
        text.into()
    }

    #[test]
    fn a_body_is_signed_as_its_bytes_are_on_the_wire() {
        let escaped = br#"{"object":"whatsapp_business_account","note":"na\u00efve"}"#;
        let rewritten = r#"{"object":"whatsapp_business_account","note":"naïve"}"#.as_bytes();
        let hex = "327fa5b8091cf99d457810cc9cee518045a35961a63b69afe7eb88c2f862eea3";
        let header = format!("sha256={hex}");
        assert!(signs_body(&secret("sesame"), escaped, &header));
        assert!(!signs_body(&secret("sesame"), rewritten, &header));
        assert!(!signs_body(&secret("sesam"), escaped, &header));
        assert!(!signs_body(&secret(""), escaped, &header));
        assert_eq!(of_body(&secret("sesame"), escaped), header);
        assert!(!signs_body(&secret(""), escaped, &of_body(&secret(""), escaped)));
        for bad in ["", "sha256=", hex, "sha256=zz", &header[..40], &format!("sha1={hex}")] {
            assert!(!signs_body(&secret("sesame"), escaped, bad), "{bad}");
        }
    }

    #[test]
    fn a_form_is_signed_with_empty_and_repeated_fields_and_either_spelling_of_the_port() {
        let without = "doi0vj1+xDEbGVbTdlREUvvimwo=";
        let with = "E+Bw5rrBQWy3KS+erzuAau9KRvY=";
        let other_port = "riOaN/lyneBlEKq/9m7vej1mrj4=";
        for (url, header, right) in [
            ("https://bot.example.com/hook?x=1", without, true),
            ("https://bot.example.com/hook?x=1", with, true),
            ("https://bot.example.com:443/hook?x=1", with, true),
            ("https://bot.example.com:8443/hook?x=1", without, true),
            ("http://bot.example.com:8080/hook", other_port, true),
            ("http://bot.example.com/hook", other_port, false),
            ("http://bot.example.com/hook?x=1", without, false),
            ("https://bot.example.com/hook?x=2", without, false),
            ("https://bot.example.com/hook?x=1", "", false),
            ("https://bot.example.com/hook?x=1", "not base64", false),
        ] {
            let fields = Fields::of(FORM);
            let own = of_form(&secret("open"), url, &fields);
            assert!(signs_form(&secret("open"), url, &fields, &own), "{url}");
            assert_eq!(signs_form(&secret("open"), url, &fields, header), right, "{url} {header}");
            assert!(!signs_form(&secret("opem"), url, &fields, header), "{url} {header}");
        }
    }

    #[test]
    fn a_url_is_written_with_and_without_its_port() {
        for (url, without, with) in [
            ("https://a.example/b?c", "https://a.example/b?c", "https://a.example:443/b?c"),
            ("http://a.example?c", "http://a.example?c", "http://a.example:80?c"),
            ("https://[::1]/b", "https://[::1]/b", "https://[::1]:443/b"),
            ("https://[::1]:8443/b", "https://[::1]/b", "https://[::1]:8443/b"),
            ("https://u:1@a.example/b", "https://u:1@a.example/b", "https://u:1@a.example:443/b"),
        ] {
            assert_eq!(spellings(url), [without, with]);
        }
    }

    #[test]
    fn a_digest_and_a_token_must_be_exactly_right() {
        let digest = "015abd7f5cc57a2dd94b7590f04ad8084273905ee33ec5cebeae62276a97f862";
        assert!(is_digest(digest, br#"{"a":1}"#));
        assert!(!is_digest(digest, br#"{"a":1} "#));
        assert!(!is_digest(&digest[..62], br#"{"a":1}"#));
        assert!(knows(&secret("sesame"), "sesame"));
        assert!(!knows(&secret("sesame"), "sesam"));
        assert!(!knows(&secret(""), ""));
    }
}
