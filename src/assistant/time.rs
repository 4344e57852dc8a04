//! Opening hours, and the calendar that the model is told: models are bad at
//! working out which day "next Tuesday" is, so every date is spelled out.

use std::collections::BTreeSet;

use jiff::civil::{Date, Weekday};
use jiff::tz::TimeZone;
use jiff::{Timestamp, ToSpan, Zoned};

use super::Hours;

/// How many days after today the calendar goes.
const DAYS_AHEAD: i64 = 14;

/// When a business is open, in its own time zone.
pub(super) struct Schedule {
    zone: TimeZone,
    /// By [`Weekday::to_monday_zero_offset`].
    week: [Vec<Span>; 7],
    closed: BTreeSet<Date>,
    /// No hours are configured: always open, and not worth a word.
    always: bool,
}

/// Minutes from midnight; the end can lie on the next day.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
struct Span {
    from: i64,
    to: i64,
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

const DAY: i64 = 24 * 60;
const SHORT: [&str; 7] = ["Mon", "Tue", "Wed", "Thu", "Fri", "Sat", "Sun"];

fn days(hours: &Hours) -> [(&'static str, Option<&str>); 7] {
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

fn closed_day(text: &str) -> Result<Date, String> {
    text.trim().parse().map_err(|_| {
        format!("assistant.hours.closed: \"{text}\" is not a date; write \"2026-12-25\"")
    })
}

fn spans_of(key: &str, text: &str) -> Result<Vec<Span>, String> {
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

fn list(spans: &[Span]) -> String {
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

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    fn week(open: &str) -> Hours {
        let open = || Some(open.to_owned());
        Hours {
            closed: vec!["2026-12-25".into()],
            mon: open(),
            tue: open(),
            wed: open(),
            thu: open(),
            fri: open(),
            ..Hours::default()
        }
    }

    fn schedule(zone: &str, hours: &Hours) -> Schedule {
        Schedule::read(zone, hours).expect("readable")
    }

    fn calendar(zone: &str, hours: &Hours, now: &str) -> Calendar {
        schedule(zone, hours).calendar(now.parse().expect("a time"))
    }

    #[test]
    fn on_a_thursday_next_tuesday_has_its_date() {
        let told = calendar("UTC", &Hours::default(), "2026-11-26T14:05:00Z");
        assert_eq!(told.now, "Thursday 2026-11-26 14:05");
        let day = &told.days[5];
        assert_eq!((day.weekday, day.date.as_str()), ("Tuesday", "2026-12-01"));
        assert_eq!(told.days.len(), 15, "today and two weeks");
    }

    #[test]
    fn midnight_in_sao_paulo_is_not_midnight_in_utc() {
        let told = calendar("America/Sao_Paulo", &Hours::default(), "2026-11-27T01:30:00Z");
        assert_eq!(told.now, "Thursday 2026-11-26 22:30");
        assert_eq!(told.days[0].date, "2026-11-26");
        let later = calendar("America/Sao_Paulo", &Hours::default(), "2026-11-27T03:00:00Z");
        assert_eq!(later.now, "Friday 2026-11-27 00:00");
    }

    #[test]
    fn open_until_and_opens_at() {
        let hours = week("09:00-13:00, 14:00-18:00");
        let state = |now: &str| calendar("Asia/Kolkata", &hours, now).state;
        assert_eq!(
            state("2026-11-26T05:00:00Z"),
            "The business is open now, until Thursday 2026-11-26 13:00."
        );
        assert_eq!(
            state("2026-11-26T08:00:00Z"),
            "The business is closed now; it opens Thursday 2026-11-26 14:00."
        );
        assert_eq!(
            state("2026-11-27T13:00:00Z"),
            "The business is closed now; it opens Monday 2026-11-30 09:00."
        );
    }

    #[test]
    fn a_closed_day_is_closed_whatever_the_week_says() {
        let told = calendar("Europe/Berlin", &week("09:00-18:00"), "2026-12-25T10:00:00Z");
        assert_eq!(told.state, "The business is closed now; it opens Monday 2026-12-28 09:00.");
        assert_eq!(told.days[0].hours, "closed");
        assert_eq!(told.days[3].hours, "open 09:00-18:00");
    }

    #[test]
    fn a_night_reaches_into_the_next_day() {
        let hours = Hours { fri: Some("20:00-02:00".into()), ..Hours::default() };
        let told = calendar("UTC", &hours, "2026-11-28T01:00:00Z");
        assert_eq!(told.state, "The business is open now, until Saturday 2026-11-28 02:00.");
        let hours = Hours {
            fri: Some("20:00-24:00".into()),
            sat: Some("00:00-03:00".into()),
            ..Hours::default()
        };
        let told = calendar("UTC", &hours, "2026-11-27T21:00:00Z");
        assert_eq!(told.state, "The business is open now, until Saturday 2026-11-28 03:00.");
    }

    #[test]
    fn the_clock_on_the_wall_counts_when_summer_time_ends() {
        let hours = Hours { sun: Some("09:00-18:00".into()), ..Hours::default() };
        let berlin = |now: &str| calendar("Europe/Berlin", &hours, now);
        assert_eq!(berlin("2026-10-25T07:30:00Z").now, "Sunday 2026-10-25 08:30");
        let told = berlin("2026-10-24T21:00:00Z");
        assert_eq!(told.now, "Saturday 2026-10-24 23:00");
        assert_eq!(told.state, "The business is closed now; it opens Sunday 2026-10-25 09:00.");
        assert!(berlin("2026-10-25T08:00:00Z").state.contains("open now, until"));
    }

    #[test]
    fn hours_read_as_a_line_and_no_hours_need_none() {
        let mut hours = week("09:00-18:00");
        hours.sat = Some("10:00-14:00".into());
        let line = "Mon-Fri 09:00-18:00; Sat 10:00-14:00; closed on 2026-12-25";
        assert_eq!(schedule("UTC", &hours).readable(), line);
        assert_eq!(schedule("UTC", &Hours::default()).readable(), "");
        let told = calendar("UTC", &Hours::default(), "2026-11-26T14:05:00Z");
        assert!(told.state.contains("always") && told.days[0].hours.is_empty());
    }

    #[test]
    fn what_is_wrong_is_named_with_its_remedy() {
        let read =
            |zone: &str, hours: Hours| Schedule::read(zone, &hours).err().unwrap_or_default();
        assert!(read("Mars/Olympus", Hours::default()).contains("assistant.timezone"));
        for text in ["9-18", "09:00", "09:60-18:00", "25:00-26:00", "09:00-12:00,11:00-13:00", "x"]
        {
            let why = read("UTC", Hours { tue: Some(text.into()), ..Hours::default() });
            assert!(why.contains("assistant.hours.tue") && why.contains("09:00-18:00"), "{why}");
        }
        let why = read("UTC", Hours { closed: vec!["25.12.".into()], ..Hours::default() });
        assert!(why.contains("assistant.hours.closed"), "{why}");
    }

    proptest! {
        #[test]
        fn no_text_breaks_the_parser(text in "[0-9:, –-]{0,20}|\\PC{0,12}") {
            for span in spans_of("mon", &text).into_iter().flatten() {
                prop_assert!(span.from < span.to && span.from < DAY && span.to <= 2 * DAY);
            }
        }
    }
}
