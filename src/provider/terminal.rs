//! Whoever sits at a terminal (`olifant chat`): what is sent to them waits here
//! until it is fetched. Nothing of it leaves the machine.

use std::collections::{HashMap, VecDeque};
use std::sync::{Mutex, PoisonError};
use std::time::Duration;

use async_trait::async_trait;

use super::webhook::{Rejected, Verified, WebhookRequest};
use super::{Limits, Lookup, Parcel, Parsed, Provider, Upload};
use crate::domain::content::Content;
use crate::domain::failure::{Class, Failure, SendError};
use crate::domain::id::{NumberName, ProviderId};
use crate::domain::pace::Rate;
use crate::domain::person::Address;

/// So much waits for somebody who does not fetch it; it stands in the
/// transcript as well.
const KEPT: usize = 100;

/// Nobody is made to wait.
const AT_ONCE: Rate = Rate { every: Duration::ZERO, burst: 1 };

/// What people at terminals have been told, and not fetched yet.
#[derive(Default)]
pub struct Terminal(Mutex<HashMap<(NumberName, Address), VecDeque<Content>>>);

impl Terminal {
    /// What this person was told since they last fetched it.
    pub fn fetch(&self, number: &NumberName, person: &Address) -> Vec<Content> {
        let mut told = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        told.remove(&(number.clone(), person.clone())).unwrap_or_default().into()
    }

    fn tell(&self, parcel: &Parcel<'_>) {
        let mut told = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        let told = told.entry((parcel.number.clone(), parcel.to.clone())).or_default();
        if told.len() == KEPT {
            told.pop_front();
        }
        told.push_back(parcel.message.content.clone());
    }
}

#[async_trait]
impl Provider for Terminal {
    /// Nobody speaks for a terminal over HTTP.
    fn verify(&self, _: &WebhookRequest) -> Result<Verified, Rejected> {
        Err(Rejected::Unsigned)
    }

    fn parse(&self, _: Verified) -> Parsed {
        Parsed::default()
    }

    async fn send(&self, parcel: &Parcel<'_>) -> Result<ProviderId, SendError> {
        self.tell(parcel);
        Ok(ProviderId::from(format!("chat-{}", parcel.delivery)))
    }

    async fn upload(&self, _: &NumberName, _: Upload) -> Result<String, SendError> {
        let reason = "a terminal takes no files";
        Err(SendError::NotSent(Failure::new(Class::Refused, reason)))
    }

    async fn signal(&self, _: &NumberName, _: &ProviderId) {}

    /// What was told to a program that ended is told again.
    async fn lookup(&self, _: &Parcel<'_>) -> Lookup {
        Lookup::Absent
    }

    fn limits(&self, _: &NumberName) -> Limits {
        Limits {
            text: 4096,
            quotes: false,
            reactions: false,
            languages: false,
            uploads: false,
            pair: AT_ONCE,
            number: AT_ONCE,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::domain::id::{Business, Number};
    use crate::domain::person::Phone;
    use crate::provider::stand_in;

    fn at(phone: &str) -> Address {
        Address::Phone(Phone::parse(phone).expect("a phone number"))
    }

    #[tokio::test]
    async fn what_is_sent_waits_for_its_person_and_the_oldest_makes_room() {
        let (terminal, number) = (Terminal::default(), Number::in_chat(&Business::default()).name);
        let (ana, ben) = (at("+15550101"), at("+15550102"));
        for n in 0..=KEPT {
            let (message, delivery) = (stand_in::reply(&n.to_string()), stand_in::delivery());
            let since = stand_in::now();
            let parcel = Parcel { number: &number, to: &ana, message: &message, delivery, since };
            terminal.send(&parcel).await.expect("told");
        }
        assert!(terminal.fetch(&number, &ben).is_empty());
        let told = terminal.fetch(&number, &ana);
        assert_eq!((told.len(), told[0].as_text().as_str()), (KEPT, "1"));
        assert!(terminal.fetch(&number, &ana).is_empty());
    }
}
