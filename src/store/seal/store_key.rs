//! `store.key`: what the keys of people are wrapped under.

use std::fmt;

use base64::Engine;
use base64::engine::general_purpose::{STANDARD, STANDARD_NO_PAD, URL_SAFE, URL_SAFE_NO_PAD};
use secrecy::SecretString;
use serde::{Deserialize, Deserializer};
use zeroize::{Zeroize, Zeroizing};

use super::cipher::{Cipher, KEY};

/// 32 bytes, written as 64 hex digits or as base64.
#[derive(Clone, PartialEq, Eq)]
pub struct StoreKey(Zeroizing<[u8; KEY]>);

impl StoreKey {
    /// A key that nobody has had.
    pub fn new_random() -> Self {
        Self(Zeroizing::new(rand::random()))
    }

    /// The key that a text says; `None` = it is none. Zeros are none: slots that
    /// stand open are under them.
    pub fn parse(text: &str) -> Option<Self> {
        let text = text.trim();
        let base64 = [STANDARD, STANDARD_NO_PAD, URL_SAFE, URL_SAFE_NO_PAD];
        let mut all = hex::decode(text)
            .into_iter()
            .chain(base64.iter().filter_map(|alphabet| alphabet.decode(text).ok()));
        let mut bytes = all.find(|bytes| bytes.len() == KEY && bytes.iter().any(|b| *b != 0))?;
        let key = <[u8; KEY]>::try_from(bytes.as_slice()).ok().map(Zeroizing::new).map(Self);
        bytes.zeroize();
        key
    }

    /// As it is shown, once, and written to a file.
    pub fn to_hex(&self) -> SecretString {
        hex::encode(*self.0).into()
    }

    pub(super) fn cipher(&self) -> Cipher {
        Cipher::new(&self.0)
    }
}

/// Never what it is.
impl fmt::Debug for StoreKey {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("StoreKey")
    }
}

impl<'de> Deserialize<'de> for StoreKey {
    fn deserialize<D: Deserializer<'de>>(from: D) -> Result<Self, D::Error> {
        let text = Zeroizing::new(String::deserialize(from)?);
        let no_key = "neither 64 hex digits nor the base64 of 32 bytes";
        Self::parse(&text).ok_or_else(|| serde::de::Error::custom(no_key))
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;
    use secrecy::ExposeSecret;

    use super::*;

    proptest! {
        #[test]
        fn a_key_is_read_in_hex_and_in_base64(bytes: [u8; KEY]) {
            let key = StoreKey(Zeroizing::new(bytes));
            for text in [hex::encode(bytes), hex::encode_upper(bytes), STANDARD.encode(bytes),
                URL_SAFE_NO_PAD.encode(bytes), format!(" {}\n", STANDARD_NO_PAD.encode(bytes))] {
                prop_assert_eq!(StoreKey::parse(&text), Some(key.clone()), "{}", text);
            }
            let shown = key.to_hex();
            prop_assert_eq!(shown.expose_secret(), &hex::encode(bytes));
        }

        #[test]
        fn any_other_text_is_none(
            text in ".{0,40}", bytes in prop::collection::vec(any::<u8>(), 0..32)) {
            prop_assert_eq!(StoreKey::parse(&text), None);
            prop_assert_eq!(StoreKey::parse(&hex::encode(&bytes)), None);
        }
    }

    #[test]
    fn it_is_never_shown_by_accident() {
        let key = StoreKey::new_random();
        assert_ne!(key, StoreKey::new_random());
        assert_eq!(format!("{key:?}"), "StoreKey");
    }
}
