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
    let read = |zone: &str, hours: Hours| Schedule::read(zone, &hours).err().unwrap_or_default();
    assert!(read("Mars/Olympus", Hours::default()).contains("assistant.timezone"));
    for text in ["9-18", "09:00", "09:60-18:00", "25:00-26:00", "09:00-12:00,11:00-13:00", "x"] {
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

#[test]
fn the_zones_are_in_the_binary() {
    let inside = jiff::tz::TimeZoneDatabase::bundled();
    assert!(inside.get("America/Sao_Paulo").is_ok(), "jiff needs tzdb-bundle-always");
}
