//! Which conversation or delivery a command is about, and since when.

use jiff::civil::Date;
use jiff::tz::TimeZone;
use jiff::{SignedDuration, Timestamp};
use serde::Serialize;

use super::Failure;
use super::admin_client::Ask;
use super::person::named;
use crate::clock::Clock;
use crate::http::admin::ids::is_beginning;

/// A conversation, by the beginning of its id or by its person.
#[derive(Clone, Debug, clap::Args)]
pub struct Which {
    /// As much of a conversation's id as no other begins with (olifant
    /// conversations list shows it), or a person: +15550100.
    #[arg(value_name = "ID", value_parser = conversation)]
    id: String,
    /// Whose customer the person is; may be left out if there is one business.
    #[arg(long, value_name = "NAME")]
    business: Option<String>,
}

impl Which {
    /// A look at something of it.
    pub fn get(&self, all: &str, what: &str) -> Ask {
        Ask::get(&format!("{all}/{}{what}", self.id)).with("business", self.business.as_ref())
    }

    /// A change of something of it.
    pub fn post(&self, all: &str, what: &str, body: &impl Serialize) -> Result<Ask, Failure> {
        let ask = Ask::post(&format!("{all}/{}{what}", self.id), body)?;
        Ok(ask.with("business", self.business.as_ref()))
    }
}

/// The beginning of a conversation's id, or a person.
pub fn conversation(text: &str) -> Result<String, String> {
    if is_beginning(text) {
        return Ok(text.to_lowercase());
    }
    named(text).map_err(|_| {
        "write the beginning of a conversation's id (olifant conversations list shows it), or a \
         phone number with country code (+15550100)"
            .to_owned()
    })
}

/// The id of a message, the conversation's part of which may be cut.
pub fn delivery(text: &str) -> Result<String, String> {
    let whole = || {
        let (start, rest) = text.split_once('.')?;
        let (seq, part) = rest.split_once('.')?;
        let numbers = seq.parse::<u64>().is_ok() && part.parse::<u16>().is_ok();
        (is_beginning(start) && numbers).then(|| text.to_lowercase())
    };
    whole().ok_or_else(|| {
        "write the id of a message (01a3185c.7.1); olifant deliveries list shows those that wait \
         or failed"
            .to_owned()
    })
}

/// So long ago, or the beginning of a day.
pub fn since(text: &str) -> Result<Timestamp, String> {
    ago(text, Clock::system().now())
        .or_else(|| day(text))
        .or_else(|| text.parse().ok())
        .ok_or_else(|| "write how long ago (2d, 12h, 30m), or a day such as 2026-11-01".to_owned())
}

fn ago(text: &str, now: Timestamp) -> Option<Timestamp> {
    let (number, unit) = text.split_at_checked(text.len().checked_sub(1)?)?;
    let number: i64 = number.parse().ok().filter(|n| (0..=100_000).contains(n))?;
    let ago = match unit {
        "d" => SignedDuration::from_hours(24 * number),
        "h" => SignedDuration::from_hours(number),
        "m" => SignedDuration::from_mins(number),
        _ => return None,
    };
    now.checked_sub(ago).ok()
}

fn day(text: &str) -> Option<Timestamp> {
    let day: Date = Some(text).filter(|text| text.len() == 10)?.parse().ok()?;
    Some(day.to_zoned(TimeZone::UTC).ok()?.timestamp())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn since_is_so_long_ago_or_a_day() {
        let now: Timestamp = "2026-11-26T14:05:00Z".parse().unwrap();
        let at = |text: &str| ago(text, now).map(|at| at.to_string());
        assert_eq!(at("2d").as_deref(), Some("2026-11-24T14:05:00Z"));
        assert_eq!(at("12h").as_deref(), Some("2026-11-26T02:05:00Z"));
        assert_eq!(at("30m").as_deref(), Some("2026-11-26T13:35:00Z"));
        for other in ["", "d", "-2d", "2y", "2", "é", "99999999999d"] {
            assert_eq!(at(other), None, "{other}");
        }
        assert_eq!(since("2026-11-01").unwrap().to_string(), "2026-11-01T00:00:00Z");
        assert!(since("yesterday").is_err_and(|error| error.contains("2026-11-01")));
    }

    #[test]
    fn conversations_and_deliveries_are_named_by_the_beginning_of_an_id() {
        assert_eq!(conversation("01A3185c").as_deref(), Ok("01a3185c"));
        assert_eq!(conversation("+1 555 0100").as_deref(), Ok("+15550100"));
        assert!(conversation("../numbers").is_err_and(|e| e.contains("conversations list")));
        assert_eq!(delivery("01a3185C.7.1").as_deref(), Ok("01a3185c.7.1"));
        for other in ["", "01a3185c", "01a3.7", "01a3.7.x", "01a3.7.1.2", "x/y.7.1"] {
            assert!(delivery(other).is_err_and(|e| e.contains("deliveries list")), "{other}");
        }
    }
}
