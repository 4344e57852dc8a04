//! Who may speak, and for which numbers.

use super::*;

#[test]
fn the_secret_that_matched_decides_which_numbers_a_body_speaks_for() {
    let numbers = |secret| {
        let verified = OFFLINE.verify(&signed(secret, b"{}"));
        verified.map(|v| v.numbers().iter().map(ToString::to_string).collect::<Vec<_>>())
    };
    assert_eq!(numbers("secret"), Ok(vec!["shop".into(), "clinic".into()]));
    assert_eq!(numbers("bank secret"), Ok(vec!["bank".into()]));
    assert_eq!(numbers("old secret").map(|numbers| numbers.len()), Ok(3));
    assert_eq!(numbers("guess"), Err(Rejected::Forged));
}

#[test]
fn what_is_not_signed_json_is_rejected() {
    let mut unsigned = signed("secret", b"{}");
    unsigned.headers.remove("x-hub-signature-256");
    assert_eq!(OFFLINE.verify(&unsigned).err(), Some(Rejected::Unsigned));
    let mut form = signed("secret", b"{}");
    form.headers.insert("content-type", "text/plain".parse().expect("a value"));
    assert_eq!(OFFLINE.verify(&form).err(), Some(Rejected::ContentType));
    let mut changed = signed("secret", b"{}");
    changed.body = b"{} ".to_vec().into();
    assert_eq!(OFFLINE.verify(&changed).err(), Some(Rejected::Forged));
}

#[test]
fn the_handshake_echoes_the_challenge_to_who_knows_the_token() {
    let right = "hub.mode=subscribe&hub.challenge=%3C42%3E&hub.verify_token=open+sesame";
    assert_eq!(OFFLINE.handshake(right), Some("<42>".into()));
    for wrong in [
        "",
        "hub.mode=subscribe&hub.challenge=42&hub.verify_token=",
        "hub.mode=subscribe&hub.challenge=42&hub.verify_token=open",
        "hub.mode=unsubscribe&hub.challenge=42&hub.verify_token=open+sesame",
        "hub.mode=subscribe&hub.verify_token=open+sesame",
    ] {
        assert_eq!(OFFLINE.handshake(wrong), None, "{wrong}");
    }
}
