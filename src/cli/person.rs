//! Whom a command is about.

use serde::Serialize;

use super::Failure;
use super::admin_client::Ask;
use crate::domain::person::Alias;
use crate::http::admin::whom::Name;

/// A person, by any of their names.
#[derive(Clone, Debug, clap::Args)]
pub struct Of {
    /// A phone number (+15550100, in any spelling), a user id (US.1349...), or
    /// the id of a person.
    #[arg(value_parser = named)]
    person: String,
    /// Whose customer; may be left out if there is one business, and with an id
    /// of a person.
    #[arg(long, value_name = "NAME")]
    business: Option<String>,
}

impl Of {
    /// How the person was called.
    pub fn name(&self) -> &str {
        &self.person
    }

    /// The same, by the id that an answer says: whoever has the number later is
    /// somebody else.
    pub fn known_as(&mut self, id: Option<String>) {
        self.person = id.unwrap_or_else(|| std::mem::take(&mut self.person));
    }

    /// A look at something of theirs.
    pub fn get(&self, what: &str) -> Ask {
        Ask::get(&self.path(what)).with("business", self.business.as_ref())
    }

    /// A change of something of theirs.
    pub fn post(&self, what: &str, body: &impl Serialize) -> Result<Ask, Failure> {
        Ok(Ask::post(&self.path(what), body)?.with("business", self.business.as_ref()))
    }

    /// The end of something of theirs.
    pub fn delete(&self, what: &str) -> Ask {
        Ask::delete(&self.path(what)).with("business", self.business.as_ref())
    }

    fn path(&self, what: &str) -> String {
        format!("/people/{}{what}", self.person)
    }
}

/// A name in the one spelling that fits into a path.
pub fn named(text: &str) -> Result<String, String> {
    Ok(match Name::parse(text) {
        Some(Name::Alias(Alias::Phone(phone))) => format!("+{}", phone.digits()),
        Some(Name::Alias(_)) => text.to_owned(),
        Some(Name::Id(id)) => id.to_string(),
        None => {
            return Err("write a phone number with country code (+15550100), a user id \
                        (US.1349...), or the id of a person (olifant people list shows it)"
                .to_owned());
        }
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn all_spellings_of_a_number_are_one_path() {
        for number in ["+1 555 0100", "1-555-0100", "15550100"] {
            assert_eq!(named(number).as_deref(), Ok("+15550100"), "{number}");
        }
        let id = "0A".repeat(16);
        assert_eq!(named(&id), Ok(id.to_lowercase()));
        assert_eq!(named("US.1349").as_deref(), Ok("US.1349"));
        for nobody in ["Ana", "../numbers", ""] {
            assert!(named(nobody).is_err_and(|error| error.contains("olifant people list")));
        }
    }
}
