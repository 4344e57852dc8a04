//! What namespaces and keys are called, and whose a namespace is.

use crate::domain::id::Business;
use crate::domain::memory::Space;
use crate::domain::person::{Alias, Phone};

/// The longest name of a namespace.
const NAMESPACE: usize = 64;

/// What a namespace may be called.
pub const NAMES: &str = "1 to 64 of A-Z, a-z, 0-9 and _ - : + @";

/// The longest key.
const KEY: usize = 128;

/// What a key may be called.
pub const KEYS: &str = "1 to 128 of A-Z, a-z, 0-9 and _ - : + @ .";

/// What the name of a person's namespace begins with; a phone number follows,
/// with or without `+`.
const PEOPLE: [&str; 3] = ["whatsapp-", "user-", "twilio-whatsapp:"];

/// A namespace, by a name that it may have.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Namespace {
    name: String,
    phone: Option<Phone>,
}

impl Namespace {
    /// `None` = nothing may be called so. There is no dot in a name: those
    /// that begin with `olifant.` are our own.
    pub fn parse(name: &str) -> Option<Self> {
        let good = (1..=NAMESPACE).contains(&name.len()) && name.bytes().all(is_plain);
        good.then(|| Self { name: name.to_owned(), phone: phone(name) })
    }

    /// As it was written.
    pub fn name(&self) -> &str {
        &self.name
    }

    /// The person whose profile it is.
    pub fn person(&self) -> Option<Alias> {
        self.phone.clone().map(Alias::Phone)
    }

    /// Where it lies if it is nobody's profile.
    pub fn shared(&self, business: &Business) -> Space {
        Space::Named(business.clone(), self.name.clone())
    }
}

/// Whether a key may be called so.
pub fn is_key(key: &str) -> bool {
    (1..=KEY).contains(&key.len()) && key.bytes().all(|b| is_plain(b) || b == b'.')
}

fn is_plain(b: u8) -> bool {
    b.is_ascii_alphanumeric() || b"_-:+@".contains(&b)
}

fn phone(name: &str) -> Option<Phone> {
    let written = PEOPLE.iter().find_map(|prefix| name.strip_prefix(prefix))?;
    let digits = written.strip_prefix('+').unwrap_or(written);
    Phone::parse(digits).filter(|phone| phone.digits() == digits)
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    fn person(name: &str) -> Option<String> {
        Namespace::parse(name).unwrap().person().map(|alias| alias.canonical())
    }

    #[test]
    fn a_person_has_three_namespaces_each_with_and_without_plus() {
        for prefix in PEOPLE {
            for plus in ["", "+"] {
                let name = format!("{prefix}{plus}15550100146");
                assert_eq!(person(&name).as_deref(), Some("phone:15550100146"), "{name}");
            }
        }
        assert_eq!(person("whatsapp-5215550100146"), person("user-525550100146"), "variants");
    }

    #[test]
    fn other_namespaces_are_nobodys() {
        for name in ["crm", "whatsapp-", "whatsapp-shop", "user-12", "user-1555-010-0146"] {
            assert_eq!(person(name), None, "{name}");
        }
        for name in ["user-++15550100146", "Whatsapp-15550100146", "x-whatsapp-15550100146"] {
            assert_eq!(person(name), None, "{name}");
        }
    }

    #[test]
    fn names_are_short_and_plain() {
        for name in ["", "a b", "a.b", "olifant.x", "é", "a/b", "a\n", &"n".repeat(65)] {
            assert_eq!(Namespace::parse(name), None, "{name}");
        }
        for key in ["", "a b", "a\n", "a/b", "ü", &"k".repeat(129)] {
            assert!(!is_key(key), "{key}");
        }
        for key in [".", "..", "a.b", "a:+@", &"k".repeat(128)] {
            assert!(is_key(key), "{key}");
        }
    }

    proptest! {
        #[test]
        fn any_text_can_be_asked_for(name in ".{0,70}") {
            let plain = |c: char| c.is_ascii_alphanumeric() || "_-:+@".contains(c);
            let good = (1..=64).contains(&name.len()) && name.chars().all(plain);
            prop_assert_eq!(Namespace::parse(&name).is_some(), good);
        }
    }
}
