//! Reads `assistant.hours`; errors name the key and what to write.

use jiff::civil::Date;

use crate::assistant::Hours;

/// Minutes in a day.
pub(super) const DAY: i64 = 24 * 60;

/// Minutes from midnight; the end can lie on the next day.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Span {
    pub from: i64,
    pub to: i64,
}

/// The texts of the week, from Monday on, with their keys.
pub(super) fn days(hours: &Hours) -> [(&'static str, Option<&str>); 7] {
    [
        ("mon", hours.mon.as_deref()),
        ("tue", hours.tue.as_deref()),
        ("wed", hours.wed.as_deref()),
        ("thu", hours.thu.as_deref()),
        ("fri", hours.fri.as_deref()),
        ("sat", hours.sat.as_deref()),
        ("sun", hours.sun.as_deref()),
    ]
}

/// A day off.
pub(super) fn closed_day(text: &str) -> Result<Date, String> {
    text.trim().parse().map_err(|_| {
        format!("assistant.hours.closed: \"{text}\" is not a date; write \"2026-12-25\"")
    })
}

/// The spans of a day, in order.
pub(super) fn spans_of(key: &str, text: &str) -> Result<Vec<Span>, String> {
    let wrong = || {
        format!(
            "assistant.hours.{key} = \"{text}\" is not understood; write \"09:00-18:00\", several spans with commas, or leave the day out if it is closed"
        )
    };
    let pieces = text.split(',').map(str::trim).filter(|piece| !piece.is_empty());
    let mut spans = pieces.map(span_of).collect::<Option<Vec<_>>>().ok_or_else(wrong)?;
    spans.sort_by_key(|span| span.from);
    let overlap = spans.windows(2).any(|pair| pair[0].to > pair[1].from);
    if overlap { Err(wrong()) } else { Ok(spans) }
}

fn span_of(text: &str) -> Option<Span> {
    let (from, to) = text.split_once(['-', '–'])?;
    let (from, to) = (minutes_of(from)?, minutes_of(to)?);
    let to = if to <= from { to + DAY } else { to };
    (from < DAY && to - from <= DAY).then_some(Span { from, to })
}

fn minutes_of(text: &str) -> Option<i64> {
    let (hour, minute) = text.trim().split_once(':')?;
    let digits =
        |text: &str| (1..=2).contains(&text.len()) && text.bytes().all(|b| b.is_ascii_digit());
    if !digits(hour) || !digits(minute) {
        return None;
    }
    let (hour, minute): (i64, i64) = (hour.parse().ok()?, minute.parse().ok()?);
    (minute < 60 && hour * 60 + minute <= DAY).then_some(hour * 60 + minute)
}

/// Spans as they are written.
pub(super) fn list(spans: &[Span]) -> String {
    let spans: Vec<String> = spans.iter().map(Span::to_string).collect();
    spans.join(", ")
}

impl std::fmt::Display for Span {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        let clock = |minutes: i64| match minutes {
            DAY => "24:00".to_owned(),
            _ => format!("{:02}:{:02}", minutes % DAY / 60, minutes % 60),
        };
        write!(f, "{}-{}", clock(self.from), clock(self.to))
    }
}
