//! Whose body it is.

use sha2::{Digest, Sha256};

use super::*;

#[test]
fn the_token_that_matched_decides_which_numbers_a_body_speaks_for() {
    let numbers = |token| {
        let verified = OFFLINE.verify(&signed(token, HOOK, b"Body=&Tag=b&Tag=a&Tag=b"));
        verified.map(|v| v.numbers().iter().map(ToString::to_string).collect::<Vec<_>>())
    };
    assert_eq!(numbers("token"), Ok(vec!["shop".into(), "clinic".into()]));
    assert_eq!(numbers("bank token"), Ok(vec!["bank".into()]));
    assert_eq!(numbers("guess"), Err(Rejected::Forged));
}

#[test]
fn what_is_not_a_signed_form_is_rejected() {
    let mut unsigned = signed("token", HOOK, b"a=1");
    unsigned.headers.remove("x-twilio-signature");
    assert_eq!(OFFLINE.verify(&unsigned).err(), Some(Rejected::Unsigned));
    let mut text = signed("token", HOOK, b"a=1");
    text.headers.insert("content-type", "text/plain".parse().expect("a value"));
    assert_eq!(OFFLINE.verify(&text).err(), Some(Rejected::ContentType));
    let mut changed = signed("token", HOOK, b"a=1");
    changed.body = b"a=2".to_vec().into();
    assert_eq!(OFFLINE.verify(&changed).err(), Some(Rejected::Forged));
}

#[test]
fn json_counts_only_with_its_digest_in_the_signed_url() {
    let body = br#"{"a":1}"#;
    let verify = |url: &str, body: &[u8], kind| {
        OFFLINE.verify(&request("token", url, body, kind, url)).map(|v| OFFLINE.parse(v).ignored)
    };
    let url = format!("{HOOK}?bodySHA256={}", hex::encode(Sha256::digest(body)));
    assert_eq!(verify(&url, body, "application/json"), Ok(1));
    assert_eq!(verify(&url, b"{}", "application/json"), Err(Rejected::Forged));
    assert_eq!(verify(HOOK, body, "application/json"), Err(Rejected::Unsigned));
    // A form is signed with its fields, whatever the query claims.
    let form = "application/x-www-form-urlencoded";
    assert_eq!(verify(&url, b"Body=hi", form), Err(Rejected::Forged));
}
