//! JSON lines: `{"role","text","at","speaker"?,"id"?}`, one message a line.

mod fields;

use jiff::Timestamp;
use jiff::civil::DateTime;
use jiff::tz::TimeZone;
use serde_json::{Number, Value};

use super::gather::Gather;
use super::{ReadError, Reason, Turn};
use crate::domain::message::Role;
use fields::Fields;

/// What stands for each role, whatever the case.
const ROLES: &[(Role, &[&str])] = &[
    (Role::Person, &["user", "person", "customer", "human"]),
    (Role::Assistant, &["assistant", "bot", "ai"]),
    (Role::Business, &["business", "agent", "operator", "staff"]),
];

/// Numbers from here on are milliseconds: as seconds they lie in the year 5138.
const MILLISECONDS: f64 = 1e11;

/// A message without a time comes right after the one before it; the first
/// ones are as old as the first that has a time.
pub(super) fn read(text: &str, now: Timestamp, gather: &mut Gather) -> Result<(), ReadError> {
    let rows = || (1..).zip(text.lines()).filter(|(_, row)| !row.trim().is_empty());
    let known = |(_, row): (usize, &str)| Row::read(row).ok()?.at;
    let mut at = rows().find_map(known).unwrap_or(now);
    for (line, row) in rows() {
        let row = Row::read(row);
        if let Ok(row) = &row {
            at = row.at.unwrap_or(at);
            gather.skip(Reason::UnknownField, row.unknown);
        }
        gather.take(line, row.map(|row| row.into_turn(at)))?;
    }
    Ok(())
}

/// One line.
struct Row {
    role: Role,
    text: String,
    at: Option<Timestamp>,
    speaker: Option<String>,
    id: Option<String>,
    unknown: usize,
}

impl Row {
    fn read(line: &str) -> Result<Self, String> {
        let mut fields = Fields::read(line)?;
        Ok(Self {
            role: role(fields.text("role")?)?,
            text: fields.text("text")?.ok_or("\"text\" is missing: write what was said")?,
            at: fields.take("at").map(time).transpose()?,
            speaker: fields.name("speaker")?,
            id: fields.name("id")?,
            unknown: fields.left(),
        })
    }

    fn into_turn(self, at: Timestamp) -> Turn {
        let Self { role, text, speaker, id, .. } = self;
        Turn { id, role, speaker, at, text, number: None, repetition: 0 }
    }
}

fn role(word: Option<String>) -> Result<Role, String> {
    let words = || ROLES.iter().flat_map(|(_, words)| words.iter().copied()).collect::<Vec<_>>();
    let allowed = || format!("write one of {}", words().join(", "));
    let word = word.ok_or_else(|| format!("\"role\" is missing: {}", allowed()))?;
    let means = |words: &[&str]| words.contains(&word.trim().to_lowercase().as_str());
    let known = ROLES.iter().find(|(_, words)| means(words));
    known
        .map(|(role, _)| *role)
        .ok_or_else(|| format!("the role \"{word}\" is unknown: {}", allowed()))
}

fn time(value: Value) -> Result<Timestamp, String> {
    let read = match &value {
        Value::Number(number) => since_1970(number),
        Value::String(text) => written(text.trim()),
        _ => None,
    };
    read.ok_or_else(|| {
        format!(
            "\"at\" is {value}: write a time like \"2023-05-08T13:56:00Z\", or seconds since 1970"
        )
    })
}

fn since_1970(number: &Number) -> Option<Timestamp> {
    let number = number.as_f64()?;
    let milliseconds = if number.abs() < MILLISECONDS { number * 1000.0 } else { number };
    // Far beyond every time there is, the cast stops at a number that is refused.
    Timestamp::from_millisecond(milliseconds.round() as i64).ok()
}

/// With an offset, or else as UTC has it.
fn written(text: &str) -> Option<Timestamp> {
    if let Ok(number) = text.parse::<Number>() {
        return since_1970(&number);
    }
    let local = || text.parse::<DateTime>().ok()?.to_zoned(TimeZone::UTC).ok();
    text.parse().ok().or_else(|| Some(local()?.timestamp()))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn times_are_written_in_many_ways() {
        for at in [
            r#""2023-05-08T13:56:00Z""#,
            r#""2023-05-08T15:56:00+02:00""#,
            r#""2023-05-08 13:56""#,
            r#""2023-05-08T13:56:00""#,
            "1683554160",
            "1683554160.0",
            "1683554160000",
            r#""1683554160""#,
        ] {
            let row = Row::read(&format!(r#"{{"role":"user","text":"hi","at":{at}}}"#)).unwrap();
            assert_eq!(row.at, Some("2023-05-08T13:56:00Z".parse().unwrap()), "{at}");
        }
        let row = Row::read(r#"{"role":"user","text":"hi","at":"2023-05-08"}"#).unwrap();
        assert_eq!(row.at, Some("2023-05-08T00:00:00Z".parse().unwrap()));
    }

    #[test]
    fn roles_have_many_names() {
        for (word, role) in [
            ("user", Role::Person),
            ("Customer", Role::Person),
            ("HUMAN", Role::Person),
            ("bot", Role::Assistant),
            ("AI", Role::Assistant),
            ("Agent", Role::Business),
        ] {
            let row = Row::read(&format!(r#"{{"role":"{word}","text":"hi"}}"#)).unwrap();
            assert_eq!(row.role, role, "{word}");
        }
    }

    #[test]
    fn a_fault_says_what_to_write() {
        for (line, fault) in [
            (r#"{"text":"hi"}"#, "\"role\" is missing: write one of user"),
            (r#"{"role":"user"}"#, "\"text\" is missing"),
            (r#"{"role":"user","text":5}"#, "\"text\" is 5: write a text"),
            (r#"{"role":"user","text":null}"#, "\"text\" is missing"),
            (
                r#"{"role":"system","text":"x"}"#,
                "the role \"system\" is unknown: write one of user",
            ),
            (r#"{"role":"user","text":"x","at":"noon"}"#, "\"at\" is \"noon\": write a time like"),
            (r#"{"role":"user","text":"x","at":1e300}"#, "\"at\" is 1e+300"),
            (r#"{"role":"user","text":"x","id":[1]}"#, "\"id\" is [1]: write a text"),
            ("[1]", "this is no JSON object"),
            (r#"{"role":"user","#, "this is no JSON object"),
        ] {
            let error = Row::read(line).err().unwrap();
            assert!(error.starts_with(fault), "{line}: {error}");
        }
    }
}
