//! Opening hours, and the calendar that the model is told: models are bad at
//! working out which day "next Tuesday" is, so every date is spelled out.

mod hours;
#[cfg(test)]
mod tests;

use std::collections::BTreeSet;

use jiff::civil::{Date, Weekday};
use jiff::tz::TimeZone;
use jiff::{Timestamp, ToSpan, Zoned};

use super::Hours;
use hours::{DAY, Span, closed_day, days, list, spans_of};

/// How many days after today the calendar goes.
const DAYS_AHEAD: i64 = 14;

/// When a business is open, in its own time zone.
pub(super) struct Schedule {
    pub zone: TimeZone,
    /// By [`Weekday::to_monday_zero_offset`].
    week: [Vec<Span>; 7],
    closed: BTreeSet<Date>,
    /// No hours are configured: always open, and not worth a word.
    always: bool,
}

/// The time as the model reads it.
#[derive(Debug, serde::Serialize)]
pub(super) struct Calendar {
    /// `Thursday 2026-11-26 14:05`.
    pub now: String,
    /// The IANA name.
    pub timezone: String,
    /// Open or closed, and until when.
    pub state: String,
    /// Today and the days after.
    pub days: Vec<Day>,
}

/// A line of the calendar.
#[derive(Debug, serde::Serialize)]
pub(super) struct Day {
    /// `Tuesday`.
    pub weekday: &'static str,
    /// `2026-12-01`.
    pub date: String,
    /// `open 09:00-18:00`, `closed`, or nothing if there are no hours.
    pub hours: String,
}

impl Schedule {
    /// Reads `assistant.timezone` and `assistant.hours`; the error names the
    /// key and what to write.
    pub fn read(timezone: &str, hours: &Hours) -> Result<Self, String> {
        let zone = TimeZone::get(timezone).map_err(|_| {
            format!(
                "assistant.timezone = \"{timezone}\" is unknown; write an IANA name such as \"America/Sao_Paulo\""
            )
        })?;
        let closed = hours.closed.iter().map(|day| closed_day(day)).collect::<Result<_, _>>()?;
        let always = days(hours).iter().all(|(_, text)| text.is_none());
        let mut week: [Vec<Span>; 7] = Default::default();
        for (spans, (key, text)) in week.iter_mut().zip(days(hours)) {
            *spans = match text {
                _ if always => vec![Span { from: 0, to: DAY }],
                Some(text) => spans_of(key, text)?,
                None => Vec::new(),
            };
        }
        Ok(Self { zone, week, closed, always })
    }

    /// The hours in a line: `Mon-Fri 09:00-18:00; closed on 2026-12-25`.
    pub fn readable(&self) -> String {
        let mut parts: Vec<String> = Vec::new();
        if !self.always {
            parts.extend(self.runs().into_iter().filter_map(|(first, last)| self.run(first, last)));
        }
        let closed: Vec<String> = self.closed.iter().map(Date::to_string).collect();
        if !closed.is_empty() {
            parts.push(format!("closed on {}", closed.join(", ")));
        }
        parts.join("; ")
    }

    /// What the model is told of the time.
    pub fn calendar(&self, now: Timestamp) -> Calendar {
        let now = now.to_zoned(self.zone.clone());
        Calendar {
            now: self.stamp(&now),
            timezone: self.zone.iana_name().unwrap_or("UTC").to_owned(),
            state: self.state(&now),
            days: self.dates(&now, 0).map(|date| self.day(date)).collect(),
        }
    }

    /// `Thursday 2026-11-26 14:05`.
    pub fn stamp(&self, at: &Zoned) -> String {
        format!("{} {}", weekday(at.weekday()), at.strftime("%Y-%m-%d %H:%M"))
    }

    fn state(&self, now: &Zoned) -> String {
        if self.always && self.closed.is_empty() {
            return "There are no opening hours: the business can always be written to.".to_owned();
        }
        let horizon = now.date().checked_add(DAYS_AHEAD.days()).unwrap_or(Date::MAX);
        let open = self.open_spans(now);
        match open.iter().find(|(_, end)| end > now) {
            Some((start, end)) if start <= now && end.date() > horizon => {
                "The business is open.".to_owned()
            }
            Some((start, end)) if start <= now => {
                format!("The business is open now, until {}.", self.stamp(end))
            }
            Some((start, _)) => {
                format!("The business is closed now; it opens {}.", self.stamp(start))
            }
            None => "The business is closed now.".to_owned(),
        }
    }

    /// When it is open, from yesterday (a night can reach into today) to the
    /// end of the calendar, in order; spans that touch are one.
    fn open_spans(&self, now: &Zoned) -> Vec<(Zoned, Zoned)> {
        let mut open: Vec<(Zoned, Zoned)> = Vec::new();
        for date in self.dates(now, -1) {
            for span in self.spans(date) {
                let (Some(start), Some(end)) = (self.at(date, span.from), self.at(date, span.to))
                else {
                    continue;
                };
                match open.last_mut() {
                    Some(last) if start <= last.1 => last.1 = last.1.clone().max(end),
                    Some(_) | None => open.push((start, end)),
                }
            }
        }
        open
    }

    fn dates(&self, now: &Zoned, first: i64) -> impl Iterator<Item = Date> + use<> {
        let today = now.date();
        (first..=DAYS_AHEAD).filter_map(move |n| today.checked_add(n.days()).ok())
    }

    fn spans(&self, date: Date) -> &[Span] {
        let day = date.weekday().to_monday_zero_offset().unsigned_abs();
        match self.closed.contains(&date) {
            true => &[],
            false => &self.week[usize::from(day)],
        }
    }

    /// The instant that many minutes into the day, by the clock on the wall.
    fn at(&self, date: Date, minutes: i64) -> Option<Zoned> {
        let date = date.checked_add((minutes / DAY).days()).ok()?;
        let (hour, minute) = (minutes % DAY / 60, minutes % 60);
        let time = date.at(i8::try_from(hour).ok()?, i8::try_from(minute).ok()?, 0, 0);
        time.to_zoned(self.zone.clone()).ok()
    }

    fn day(&self, date: Date) -> Day {
        let spans = self.spans(date);
        let hours = match spans {
            [] => "closed".to_owned(),
            _ if self.always => String::new(),
            _ => format!("open {}", list(spans)),
        };
        Day { weekday: weekday(date.weekday()), date: date.to_string(), hours }
    }

    /// The first and last days of runs with the same hours.
    fn runs(&self) -> Vec<(usize, usize)> {
        let mut runs: Vec<(usize, usize)> = Vec::new();
        for day in 0..7 {
            match runs.last_mut() {
                Some(run) if self.week[run.1] == self.week[day] => run.1 = day,
                Some(_) | None => runs.push((day, day)),
            }
        }
        runs
    }

    fn run(&self, first: usize, last: usize) -> Option<String> {
        let spans = self.week[first].as_slice();
        let names = match first == last {
            true => SHORT[first].to_owned(),
            false => format!("{}-{}", SHORT[first], SHORT[last]),
        };
        (!spans.is_empty()).then(|| format!("{names} {}", list(spans)))
    }
}

const SHORT: [&str; 7] = ["Mon", "Tue", "Wed", "Thu", "Fri", "Sat", "Sun"];

fn weekday(day: Weekday) -> &'static str {
    match day {
        Weekday::Monday => "Monday",
        Weekday::Tuesday => "Tuesday",
        Weekday::Wednesday => "Wednesday",
        Weekday::Thursday => "Thursday",
        Weekday::Friday => "Friday",
        Weekday::Saturday => "Saturday",
        Weekday::Sunday => "Sunday",
    }
}
