//! Whom a command is about.

use std::collections::BTreeSet;

use axum::extract::{FromRequestParts, Path, Query};
use axum::http::request::Parts;
use serde::Deserialize;

use crate::domain::change::Subject;
use crate::domain::id::{Business, PersonId};
use crate::domain::person::{Alias, Person, Phone, UserId};
use crate::http::Shared;
use crate::http::error::Problem;

/// How operators name a person.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Name {
    /// By a phone number or a user id: somebody else in another business.
    Alias(Alias),
    /// By our own id.
    Id(PersonId),
}

impl Name {
    /// A phone number in any spelling, a user id, or an id of ours.
    pub fn parse(text: &str) -> Option<Self> {
        // Whole, or with dashes as other programs write such ids.
        let is_id = matches!(text.len(), 32 | 36);
        if let Some(id) = text.parse().ok().filter(|_| is_id) {
            return Some(Self::Id(id));
        }
        let phone = || Phone::parse(text).map(Alias::Phone);
        let alias = phone().or_else(|| UserId::parse(text).map(Alias::UserId))?;
        Some(Self::Alias(alias))
    }
}

/// The person in a request's path, of the business in its query.
#[derive(Clone)]
pub struct Whom {
    name: Name,
    business: Option<Business>,
}

impl Whom {
    /// By any of their names; `None` = it is nobody's.
    pub fn named(text: &str, business: Option<Business>) -> Option<Self> {
        Some(Self { name: Name::parse(text)?, business })
    }

    /// Another name in the same business.
    pub fn beside(&self, name: &str) -> Result<Self, Problem> {
        let name = Name::parse(name).ok_or_else(unreadable)?;
        Ok(Self { name, business: self.business.clone() })
    }

    /// Who it is, if anybody knows them.
    pub async fn find(&self, shared: &Shared) -> Result<Option<Person>, Problem> {
        match &self.name {
            Name::Alias(alias) => {
                let business = business(shared, self.business.clone())?;
                Ok(shared.store.find(&business, alias).await?)
            }
            Name::Id(id) => {
                let person = shared.store.person(*id).await?;
                let meant = |person: &Person| {
                    self.business.as_ref().is_none_or(|business| person.business == *business)
                };
                Ok(person.filter(meant))
            }
        }
    }

    /// Who it is; somebody has to know them.
    pub async fn known(&self, shared: &Shared) -> Result<Person, Problem> {
        self.find(shared).await?.ok_or_else(unknown)
    }

    /// Whom changes concern: a stranger with a number or a user id is made.
    pub async fn subject(&self, shared: &Shared) -> Result<Subject, Problem> {
        match &self.name {
            Name::Alias(alias) => {
                let business = business(shared, self.business.clone())?;
                Ok(Subject::Known(business, alias.clone()))
            }
            Name::Id(_) => self.known(shared).await.map(|person| Subject::Person(person.id)),
        }
    }
}

impl<S: Send + Sync> FromRequestParts<S> for Whom {
    type Rejection = Problem;

    async fn from_request_parts(parts: &mut Parts, state: &S) -> Result<Self, Problem> {
        #[derive(Deserialize)]
        struct Named {
            person: String,
        }
        #[derive(Deserialize)]
        struct Of {
            business: Option<Business>,
        }
        let path = Path::<Named>::from_request_parts(parts, state).await;
        let Path(Named { person }) = path.map_err(|_| unreadable())?;
        let query = Query::<Of>::from_request_parts(parts, state).await;
        let Query(Of { business }) =
            query.map_err(|error| Problem::invalid("business", error.body_text()))?;
        Ok(Self { name: Name::parse(&person).ok_or_else(unreadable)?, business })
    }
}

/// What else a command's query says.
pub struct Asked<T>(pub T);

impl<S: Send + Sync, T: serde::de::DeserializeOwned> FromRequestParts<S> for Asked<T> {
    type Rejection = Problem;

    async fn from_request_parts(parts: &mut Parts, state: &S) -> Result<Self, Problem> {
        let query = Query::<T>::from_request_parts(parts, state).await;
        query
            .map(|Query(asked)| Self(asked))
            .map_err(|error| Problem::invalid("query", error.body_text()))
    }
}

/// Those that have numbers.
pub fn businesses(shared: &Shared) -> BTreeSet<Business> {
    let numbers = shared.providers.names().filter_map(|name| shared.providers.number(name));
    numbers.map(|number| number.business).collect()
}

/// The one that is named, or the only one. That of `olifant chat` has to be
/// named.
pub fn business(shared: &Shared, wanted: Option<Business>) -> Result<Business, Problem> {
    one_of(&businesses(shared), wanted)
}

/// The one of these that is named, or the only one.
pub fn one_of(all: &BTreeSet<Business>, wanted: Option<Business>) -> Result<Business, Problem> {
    let names = || all.iter().map(Business::as_str).collect::<Vec<_>>().join(", ");
    match wanted {
        Some(wanted) if all.contains(&Business::from(wanted.configured())) => Ok(wanted),
        Some(wanted) => {
            let message = format!("there is no business {wanted}; there are {}", names());
            Err(Problem::not_found("unknown_business", message).at("business"))
        }
        None => match all.iter().collect::<Vec<_>>().as_slice() {
            [only] => Ok((*only).clone()),
            _ => {
                let message = format!(
                    "there are several businesses; name one of {} (--business NAME)",
                    names()
                );
                Err(Problem::conflict("business_needed", message).at("business"))
            }
        },
    }
}

fn unreadable() -> Problem {
    let message = "write a phone number with country code (+15550100), a user id (US.1349…), or \
                   the id of a person (olifant people list shows it)";
    Problem::invalid("person", message)
}

/// The code that says that nobody is known by a name.
pub const UNKNOWN: &str = "unknown_person";

pub(super) fn unknown() -> Problem {
    let message = "nobody is known by that name; olifant people list shows who is";
    Problem::not_found(UNKNOWN, message).at("person")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_person_is_named_in_any_spelling_of_their_number_by_user_id_or_by_our_id() {
        for number in ["+1 555 0100", "15550100", "+1 (555) 01-00"] {
            let named = Name::parse(number);
            assert!(
                matches!(&named, Some(Name::Alias(Alias::Phone(phone))) if phone.digits() == "15550100"),
                "{number}"
            );
        }
        assert!(matches!(Name::parse("US.1349"), Some(Name::Alias(Alias::UserId(_)))));
        assert!(matches!(Name::parse(&"0a".repeat(16)), Some(Name::Id(_))));
        assert!(matches!(Name::parse(&"01".repeat(16)), Some(Name::Id(_))));
        assert!(matches!(Name::parse("01a3185c-53e8-7aea-acc7-2c4b08c26324"), Some(Name::Id(_))));
        for nobody in ["", "Ana", "+", "12", "..", "0a0a"] {
            assert_eq!(Name::parse(nobody), None, "{nobody}");
        }
    }
}
