//! From a signed body to events, element by element: what can't be read is
//! counted, and its neighbours go on.

mod account;
mod fields;
mod moved;
mod said;
mod status;

use serde_json::value::RawValue;

use super::{Config, codes, wire};
use crate::domain::event::Event;
use crate::domain::id::NumberName;
use crate::provider::Parsed;
use crate::provider::lenient::Skipped;
use crate::provider::webhook::Verified;
use fields::Field;

type Element = Result<Event, Skipped>;

/// Reads a whole body.
pub(super) fn parse(numbers: &[(NumberName, Config)], verified: &Verified) -> Parsed {
    let mut reader = Reader { numbers, verified, parsed: Parsed::default() };
    reader.body(verified.body());
    reader.parsed
}

struct Reader<'a> {
    numbers: &'a [(NumberName, Config)],
    verified: &'a Verified,
    parsed: Parsed,
}

impl Reader<'_> {
    fn body(&mut self, body: &[u8]) {
        match serde_json::from_slice::<wire::Envelope>(body) {
            Ok(envelope) if envelope.object == "whatsapp_business_account" => {
                envelope.entry.iter().for_each(|entry| self.entry(entry));
            }
            Ok(_) => self.parsed.ignored += 1,
            Err(_) => self.parsed.unreadable += 1,
        }
    }

    fn entry(&mut self, entry: &RawValue) {
        match wire::read::<wire::Entry>(entry) {
            Some(entry) => entry.changes.iter().for_each(|change| self.change(change)),
            None => self.parsed.unreadable += 1,
        }
    }

    fn change(&mut self, change: &RawValue) {
        let Some(wire::Change { field, value }) = wire::read(change) else {
            self.parsed.unreadable += 1;
            return;
        };
        match fields::field(&field) {
            Field::Messages => self.value(&value, Self::messages),
            Field::Standby => self.value(&value, Self::standby),
            Field::Echoes => self.value(&value, Self::echoes),
            Field::Moves => self.value(&value, Self::moves),
            Field::Account => self.account(&value),
            Field::Acknowledged(reason) => {
                self.parsed.ignored += 1;
                tracing::debug!(meta.field = field, reason, "A webhook that asks for nothing");
            }
        }
    }

    fn value(&mut self, value: &RawValue, read: fn(&mut Self, &NumberName, &wire::Value)) {
        let Some(value) = wire::read::<wire::Value>(value) else {
            self.parsed.unreadable += 1;
            return;
        };
        match self.number(&value.metadata.phone_number_id.0) {
            Some(number) => read(self, &number, &value),
            None => self.parsed.foreign += value.elements().max(1),
        }
    }

    /// By the phone number id, and only if the secret speaks for it: the id
    /// of an entry names an account, which may have several numbers.
    fn number(&self, phone_number_id: &str) -> Option<NumberName> {
        let signed = |name: &&NumberName| self.verified.numbers().contains(name);
        let ours = self.numbers.iter().filter(|(_, c)| c.phone_number_id == phone_number_id);
        ours.map(|(name, _)| name).find(signed).cloned()
    }

    fn messages(&mut self, number: &NumberName, value: &wire::Value) {
        let contacts = value.contacts();
        value.messages.iter().for_each(|raw| self.take(number, said::message(raw, &contacts)));
        value.statuses.iter().for_each(|raw| self.take(number, status::status(raw)));
        self.errors(number, value);
    }

    /// What becomes of the other program's messages is its own business.
    fn standby(&mut self, number: &NumberName, value: &wire::Value) {
        let contacts = value.contacts();
        value.messages.iter().for_each(|raw| self.take(number, said::overheard(raw, &contacts)));
        self.parsed.ignored += value.statuses.len();
    }

    fn echoes(&mut self, number: &NumberName, value: &wire::Value) {
        let contacts = value.contacts();
        value.message_echoes.iter().for_each(|raw| self.take(number, said::echo(raw, &contacts)));
    }

    fn moves(&mut self, number: &NumberName, value: &wire::Value) {
        value.user_id_update.iter().for_each(|raw| self.take(number, moved::by_update(raw)));
    }

    fn take(&mut self, number: &NumberName, element: Element) {
        self.parsed.take(element.map(|event| (number.clone(), event)));
    }

    /// Beside messages they say why one of them can't be read; alone they
    /// concern the operator.
    fn errors(&mut self, number: &NumberName, value: &wire::Value) {
        for raw in &value.errors {
            match wire::read::<wire::Error>(raw) {
                Some(error) if value.elements() == 0 => {
                    let (code, reason) = (error.code, codes::failure(&error).reason);
                    let notice = format!("Meta reports error {code}: {reason}");
                    self.parsed.notices.push((number.clone(), notice));
                }
                Some(_) => self.parsed.ignored += 1,
                None => self.parsed.unreadable += 1,
            }
        }
    }

    /// An account's value names no number: it concerns all that are signed for.
    fn account(&mut self, value: &RawValue) {
        let Some(update) = wire::read::<wire::account::Update>(value) else {
            self.parsed.unreadable += 1;
            return;
        };
        let Some(notice) = account::notice(update) else {
            self.parsed.ignored += 1;
            return;
        };
        let numbers = self.verified.numbers().iter();
        self.parsed.notices.extend(numbers.map(|number| (number.clone(), notice.clone())));
    }
}
