//! Knocking at a webhook as Meta does, to see whether it opens. Nothing that is
//! posted here means anything.

use reqwest::RequestBuilder;
use reqwest::header::CONTENT_TYPE;
use secrecy::{ExposeSecret, SecretString};

use crate::provider::signature;

/// Survives whoever reads JSON on the way and writes it anew, sorted or not.
pub const PLAIN: &str = r#"{"entry":[],"object":"whatsapp_business_account"}"#;

/// Means the same, and does not.
pub const DELICATE: &str =
    r#"{"object": "whatsapp_business_account", "note":"\u00e9\/é", "entry": [ ]}"#;

/// The question whether the address is ours: it answers with the challenge.
pub fn handshake(
    http: &reqwest::Client,
    url: &str,
    verify_token: &SecretString,
    challenge: &str,
) -> RequestBuilder {
    http.get(url).query(&[
        ("hub.mode", "subscribe"),
        ("hub.challenge", challenge),
        ("hub.verify_token", verify_token.expose_secret()),
    ])
}

/// A body under this secret.
pub fn post(
    http: &reqwest::Client,
    url: &str,
    app_secret: &SecretString,
    body: &'static str,
) -> RequestBuilder {
    let signature = signature::of_body(app_secret, body.as_bytes());
    let request = http.post(url).header(CONTENT_TYPE, "application/json");
    request.header("x-hub-signature-256", signature).body(body)
}
