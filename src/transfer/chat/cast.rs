//! Who is the business, and who the person.

use std::collections::BTreeMap;

use super::said::{Said, cleaned};
use crate::domain::message::Role;
use crate::transfer::ReadError;

/// Who speaks in a chat.
pub(super) struct Cast {
    /// Everybody who has a part.
    speakers: Vec<String>,
    business: Option<String>,
}

/// Whose words something is.
pub(super) struct Part {
    /// Who.
    pub role: Role,
    /// Which of the people.
    pub speaker: Option<String>,
}

impl Cast {
    /// With `named` as the business. With two or more speakers somebody has to
    /// be.
    pub fn new<'a>(
        everything: impl Iterator<Item = Said<'a>>,
        named: Option<&str>,
    ) -> Result<Self, ReadError> {
        let names = names(everything);
        let business = named.map(|named| found(named, &names)).transpose()?;
        let speakers = people(names);
        if business.is_none() && speakers.len() > 1 {
            return Err(ReadError::WhoIsWho(speakers));
        }
        Ok(Self { speakers, business })
    }

    /// `None` for whoever only brings notices.
    pub fn part(&self, said: &Said) -> Option<Part> {
        if self.business.as_ref() == Some(&said.speaker) {
            return Some(Part { role: Role::Business, speaker: None });
        }
        let people = || self.speakers.iter().filter(|name| Some(*name) != self.business.as_ref());
        let name = people().find(|name| **name == said.speaker)?;
        let speaker = (people().count() > 1).then(|| name.clone());
        Some(Part { role: Role::Person, speaker })
    }
}

/// Each name, and whether somebody of that name ever typed something.
fn names<'a>(everything: impl Iterator<Item = Said<'a>>) -> BTreeMap<String, bool> {
    let mut names = BTreeMap::new();
    for said in everything {
        let typed = !said.is_untyped();
        *names.entry(said.speaker).or_insert(false) |= typed;
    }
    names
}

/// A group that only brings notices is nobody.
fn people(names: BTreeMap<String, bool>) -> Vec<String> {
    let anybody = names.values().any(|typed| *typed);
    names.into_iter().filter(|(_, typed)| *typed || !anybody).map(|(name, _)| name).collect()
}

fn found(named: &str, names: &BTreeMap<String, bool>) -> Result<String, ReadError> {
    let wanted = cleaned(named).to_lowercase();
    let known = names.keys().find(|name| name.to_lowercase() == wanted);
    known.cloned().ok_or_else(|| ReadError::NoSuchSpeaker {
        named: named.to_owned(),
        speakers: names.keys().cloned().collect(),
    })
}
