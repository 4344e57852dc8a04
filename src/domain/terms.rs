//! The words of a text as a search index keeps them: packed, and of no use for
//! reading. `recall` makes them and knows what they mean.

use std::fmt;

use base64::Engine;
use base64::engine::general_purpose::STANDARD_NO_PAD;
use serde::{Deserialize, Deserializer, Serialize, Serializer};

/// Packed terms of one text; as JSON a text in base64.
#[derive(Clone, Default, PartialEq, Eq)]
pub struct Packed(pub Vec<u8>);

impl Packed {
    /// There is nothing to find in the text.
    pub fn is_empty(&self) -> bool {
        self.0.is_empty()
    }
}

impl fmt::Debug for Packed {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "Packed({} bytes)", self.0.len())
    }
}

impl Serialize for Packed {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.serialize_str(&STANDARD_NO_PAD.encode(&self.0))
    }
}

impl<'de> Deserialize<'de> for Packed {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        let text = std::borrow::Cow::<str>::deserialize(deserializer)?;
        STANDARD_NO_PAD.decode(text.as_bytes()).map(Self).map_err(serde::de::Error::custom)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn terms_survive_the_journey_through_json() {
        let packed = Packed((0..=255).collect());
        let json = serde_json::to_string(&packed).expect("a text");
        assert_eq!(serde_json::from_str::<Packed>(&json).expect("terms"), packed);
        assert!(serde_json::from_str::<Packed>("\"ä\"").is_err());
    }
}
