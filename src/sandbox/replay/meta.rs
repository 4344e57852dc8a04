//! Bodies of the Cloud API, made fit for the program that gets them.

use secrecy::ExposeSecret;
use serde_json::Value;

use super::Signed;
use crate::sandbox::{MetaAccount, signing};

/// Where they go.
pub(super) const PATH: &str = "/webhooks/meta";

/// What every id of a message begins with.
const ID: &str = "wamid.";

/// The same body for this number and with ids of its own. A body that is no
/// JSON, or that nothing has to change in, stays as it is to the byte.
pub(super) fn adapt(body: &[u8], number: Option<&str>, fresh: Option<&str>) -> Vec<u8> {
    let Ok(mut value) = serde_json::from_slice::<Value>(body) else { return body.to_vec() };
    let before = value.clone();
    if let Some(number) = number {
        address(&mut value, number);
    }
    if let Some(fresh) = fresh {
        refresh(&mut value, fresh);
    }
    match value == before {
        true => body.to_vec(),
        false => signing::meta_json(&value).into_bytes(),
    }
}

/// The header that proves who posts it.
pub(super) fn signature(
    account: &MetaAccount,
    body: &[u8],
    signed: Signed,
) -> (&'static str, String) {
    let secret = match signed {
        Signed::Rightly => account.app_secret.expose_secret(),
        Signed::Falsely => "nobody's secret",
    };
    ("x-hub-signature-256", signing::meta(secret, body))
}

fn address(value: &mut Value, number: &str) {
    match value {
        Value::Object(fields) => {
            if let Some(id) = fields.get_mut("phone_number_id") {
                *id = number.into();
            }
            fields.values_mut().for_each(|value| address(value, number));
        }
        Value::Array(items) => items.iter_mut().for_each(|value| address(value, number)),
        _ => {}
    }
}

/// Wherever a message is named, by itself or by one that quotes or edits it.
fn refresh(value: &mut Value, fresh: &str) {
    match value {
        Value::String(text) if text.starts_with(ID) => text.push_str(fresh),
        Value::Object(fields) => fields.values_mut().for_each(|value| refresh(value, fresh)),
        Value::Array(items) => items.iter_mut().for_each(|value| refresh(value, fresh)),
        _ => {}
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn number_and_ids_are_replaced_wherever_they_stand() {
        let body = br#"{"entry":[{"changes":[{"value":{"metadata":{"phone_number_id":"1"},
            "messages":[{"id":"wamid.a","context":{"id":"wamid.b"},"text":{"body":"wamid"}}]}}]}]}"#;
        let adapted: Value = serde_json::from_slice(&adapt(body, Some("2"), Some("-x"))).unwrap();
        let value = &adapted["entry"][0]["changes"][0]["value"];
        assert_eq!(value["metadata"]["phone_number_id"], "2");
        assert_eq!(value["messages"][0]["id"], "wamid.a-x");
        assert_eq!(value["messages"][0]["context"]["id"], "wamid.b-x");
        assert_eq!(value["messages"][0]["text"]["body"], "wamid");
    }

    #[test]
    fn what_has_not_to_change_stays_to_the_byte() {
        let body = br#"{ "a" : "\u00e4" }"#;
        assert_eq!(adapt(body, Some("2"), None), body);
        assert_eq!(adapt(b"{ broken", Some("2"), Some("-x")), b"{ broken");
    }
}
