//! Reading bodies that don't always keep to their documentation: an element is
//! an event or it is skipped, and its neighbours go on.

use std::str::FromStr;

use serde::de::{DeserializeOwned, Error as _};
use serde::{Deserialize, Deserializer};
use serde_json::value::RawValue;

use super::Parsed;
use crate::domain::event::Event;
use crate::domain::id::NumberName;

/// Why an element makes no event.
#[derive(Clone, Copy)]
pub(super) enum Skipped {
    /// It is for a number that the secret does not speak for.
    Foreign,
    /// A kind that we knowingly do nothing with.
    Ignored,
    /// Signed, but not readable.
    Unreadable,
}

impl Parsed {
    /// Keeps an element, or counts why not.
    pub(super) fn take(&mut self, element: Result<(NumberName, Event), Skipped>) {
        match element {
            Ok(event) => self.events.push(event),
            Err(Skipped::Foreign) => self.foreign += 1,
            Err(Skipped::Ignored) => self.ignored += 1,
            Err(Skipped::Unreadable) => self.unreadable += 1,
        }
    }
}

/// One element, if it has this shape.
pub(super) fn read<T: DeserializeOwned>(element: &RawValue) -> Option<T> {
    serde_json::from_str(element.get()).ok()
}

/// A text, or a number standing for it.
pub(super) struct Loose(pub(super) String);

impl<'de> Deserialize<'de> for Loose {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        #[derive(Deserialize)]
        #[serde(untagged)]
        enum Either {
            Text(String),
            Number(serde_json::Number),
        }
        Ok(Self(match Either::deserialize(deserializer)? {
            Either::Text(text) => text,
            Either::Number(number) => number.to_string(),
        }))
    }
}

/// A number, or a text standing for it.
pub(super) fn loosely<'de, D, T>(deserializer: D) -> Result<T, D::Error>
where
    D: Deserializer<'de>,
    T: FromStr,
{
    let Loose(text) = Loose::deserialize(deserializer)?;
    text.trim().parse().map_err(|_| D::Error::custom("not such a number"))
}

/// For what only surrounds a message: unreadable is the same as absent.
pub(super) fn forgiving<'de, D, T>(deserializer: D) -> Result<T, D::Error>
where
    D: Deserializer<'de>,
    T: DeserializeOwned + Default,
{
    let raw = Box::<RawValue>::deserialize(deserializer)?;
    Ok(read(&raw).unwrap_or_default())
}
