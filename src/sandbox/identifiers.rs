//! Ids as the providers make them.

use base64::Engine;
use base64::engine::general_purpose::STANDARD;

/// A message id of Meta: like the real ones it holds the address in base64.
pub(super) fn wamid(address: &str) -> String {
    let mut bytes = vec![0x1c, 0x18, u8::try_from(address.len()).unwrap_or(u8::MAX)];
    bytes.extend_from_slice(address.as_bytes());
    bytes.extend_from_slice(&[0x15, 0x02, 0x00, 0x12, 0x18, 0x14]);
    bytes.extend_from_slice(hex::encode_upper(rand::random::<[u8; 10]>()).as_bytes());
    bytes.push(0);
    format!("wamid.{}", STANDARD.encode(bytes))
}

/// A message id of Twilio.
pub(super) fn sid() -> String {
    format!("SM{}", token())
}

/// The id of a medium of Meta.
pub(super) fn media_id() -> String {
    (1_000_000_000_000_000 + rand::random::<u64>() % 9_000_000_000_000_000).to_string()
}

/// The id of a message of Twilio that carries a medium.
pub(super) fn mms_sid() -> String {
    format!("MM{}", token())
}

/// The id of a medium of Twilio.
pub(super) fn media_sid() -> String {
    format!("ME{}", token())
}

/// A random name for anything else.
pub(super) fn token() -> String {
    hex::encode(rand::random::<[u8; 16]>())
}

/// The digits of a phone number written in any usual way; `None` if it is none.
pub(super) fn phone(text: &str) -> Option<String> {
    let bare: String = text.chars().filter(|c| !"+-() ".contains(*c)).collect();
    let plausible = (7..=15).contains(&bare.len()) && bare.bytes().all(|b| b.is_ascii_digit());
    plausible.then_some(bare)
}

/// Whether this is a business-scoped user id: `US.1349…`.
pub(super) fn is_user_id(text: &str) -> bool {
    text.split_once('.').is_some_and(|(country, rest)| {
        country.len() == 2
            && country.bytes().all(|b| b.is_ascii_uppercase())
            && (1..=132).contains(&rest.len())
            && rest.bytes().all(|b| b.is_ascii_alphanumeric() || b == b'.')
    })
}
