//! What a message begins with: `31/12/2023, 22:15 - ` on one phone,
//! `[12/31/23, 10:15:07 PM] ` on another.

use jiff::civil::Time;

use super::cursor::{Cursor, digit, is_blank};
use super::words::{AFTERNOON, FORENOON};

/// The longest word around a time (`पूर्वाह्न`), in characters.
const WORD: usize = 14;

/// The head of a message.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Head {
    /// How this phone writes heads.
    pub style: Style,
    /// The three numbers of the date, in the order they stand.
    pub date: [Part; 3],
    /// The time on the phone's clock.
    pub time: Time,
    /// How many bytes it takes.
    pub length: usize,
}

/// A number of a date.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Part {
    /// What it says.
    pub value: u32,
    /// How many digits it is written with.
    pub digits: usize,
}

/// What all heads of one text have in common: what differs is a date that
/// somebody wrote.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Style {
    between: char,
    end: End,
}

/// What stands between a time and who spoke.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum End {
    /// `[…] Ana: hello`
    Bracket,
    /// `… - Ana: hello`
    Dash,
    /// `…: Ana: hello`
    Colon,
    /// `… Ana: hello`
    Blank,
}

impl Head {
    /// The head that a line begins with.
    pub fn read(line: &str) -> Option<Self> {
        let mut at = Cursor::new(line);
        let bracket = at.one_of(&['[']).is_some();
        let (date, between) = date(&mut at)?;
        at.one_of(&[',', '،', '.']);
        at.blanks();
        let before = word_before(&mut at);
        let (clock, has_seconds) = clock(&mut at)?;
        let half = before.or_else(|| half_of_day(&mut at));
        let time = half.map_or(Some(clock), |half| half.of(clock))?;
        let end = if bracket { bracket_end(&mut at) } else { open_end(&mut at, has_seconds) }?;
        let length = line.len() - at.rest().len();
        Some(Self { style: Style { between, end }, date, time, length })
    }
}

fn date(at: &mut Cursor) -> Option<([Part; 3], char)> {
    let first = part(at)?;
    let between = at.one_of(&['/', '.', '-'])?;
    at.blanks();
    let second = part(at)?;
    at.one_of(&[between])?;
    at.blanks();
    Some(([first, second, part(at)?], between))
}

fn part(at: &mut Cursor) -> Option<Part> {
    let (value, digits) = at.number(4)?;
    Some(Part { value, digits })
}

/// `klo 22.15` means nothing more; `下午10:15` does.
fn word_before(at: &mut Cursor) -> Option<Half> {
    let half = half_of_day(at);
    for _ in 0..WORD {
        if !at.peek().is_some_and(|c| c.is_alphabetic() || is_blank(c)) {
            break;
        }
        at.skip();
    }
    half
}

fn clock(at: &mut Cursor) -> Option<(Time, bool)> {
    let (hour, _) = at.number(2)?;
    let between = at.one_of(&[':', '.'])?;
    let (minute, 2) = at.number(2)? else { return None };
    let seconds = seconds(at, between);
    let small = |number: u32| i8::try_from(number).ok();
    let second = small(seconds.unwrap_or(0))?;
    let time = Time::new(small(hour)?, small(minute)?, second, 0).ok()?;
    Some((time, seconds.is_some()))
}

/// What else follows is no second: `22.15.` or `22:15: `.
fn seconds(at: &mut Cursor, between: char) -> Option<u32> {
    let mut ahead = at.clone();
    ahead.one_of(&[between])?;
    let (second, 2) = ahead.number(2)? else { return None };
    *at = ahead;
    Some(second)
}

/// The half of the day.
#[derive(Clone, Copy)]
enum Half {
    Forenoon,
    Afternoon,
}

impl Half {
    /// What a clock of twelve hours shows.
    fn of(self, clock: Time) -> Option<Time> {
        let hour = match (self, clock.hour()) {
            (Self::Forenoon, 12) => 0,
            (Self::Afternoon, hour @ 0..12) => hour + 12,
            (_, hour) => hour,
        };
        Time::new(hour, clock.minute(), clock.second(), 0).ok()
    }
}

/// The longest word that means a half of the day, however it is dotted and
/// spaced (`p. m.`).
fn half_of_day(at: &mut Cursor) -> Option<Half> {
    let (mut ahead, mut word, mut found) = (at.clone(), String::new(), None);
    ahead.blanks();
    while word.chars().count() < WORD {
        let ends = |c: &char| "]-–:\n".contains(*c) || digit(*c).is_some();
        let Some(next) = ahead.skip().filter(|c| !ends(c)) else { break };
        if next != '.' && !next.is_whitespace() {
            word.extend(next.to_lowercase());
            found = half_called(&word).map(|half| (half, ahead.clone())).or(found);
        }
    }
    let (half, mut behind) = found?;
    behind.one_of(&['.']);
    *at = behind;
    Some(half)
}

fn half_called(word: &str) -> Option<Half> {
    let forenoon = FORENOON.contains(&word).then_some(Half::Forenoon);
    forenoon.or_else(|| AFTERNOON.contains(&word).then_some(Half::Afternoon))
}

fn bracket_end(at: &mut Cursor) -> Option<End> {
    at.blanks();
    at.one_of(&[']'])?;
    at.blanks();
    Some(End::Bracket)
}

/// Without a dash only old phones end it, and those write seconds.
fn open_end(at: &mut Cursor, has_seconds: bool) -> Option<End> {
    let blank = at.blanks();
    let end = match at.one_of(&['-', '–', ':']) {
        Some(':') if has_seconds => End::Colon,
        Some(':') => return None,
        Some(_) => End::Dash,
        None => return (blank && has_seconds).then_some(End::Blank),
    };
    at.blanks().then_some(end)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn read(line: &str) -> Option<(String, String, &str)> {
        let Head { date, time, length, .. } = Head::read(line)?;
        let date = date.map(|part| part.value.to_string()).join(" ");
        Some((date, time.strftime("%H:%M:%S").to_string(), &line[length..]))
    }

    #[test]
    fn heads_of_many_phones() {
        for (line, date, time) in [
            ("31/12/2023, 22:15 - ", "31 12 2023", "22:15:00"),
            ("[31/12/23, 22:15:07] ", "31 12 23", "22:15:07"),
            ("\u{200e}[12/31/23, 10:15:07\u{202f}PM] ", "12 31 23", "22:15:07"),
            ("12/31/23, 10:15\u{202f}PM - ", "12 31 23", "22:15:00"),
            ("12/31/23, 12:15 AM - ", "12 31 23", "00:15:00"),
            ("12/31/23, 12:15 pm - ", "12 31 23", "12:15:00"),
            ("31/12/23 10:15 p.\u{a0}m. - ", "31 12 23", "22:15:00"),
            ("31/12/2023 1:55 a. m. - ", "31 12 2023", "01:55:00"),
            ("31/12/23, 1:55 p.m. - ", "31 12 23", "13:55:00"),
            ("[31/12/23 1:55:00 p. m.] ", "31 12 23", "13:55:00"),
            ("31.12.23, 22:15 - ", "31 12 23", "22:15:00"),
            ("[31.12.23, 22:15:07] ", "31 12 23", "22:15:07"),
            ("31.12.2023 klo 22.15 - ", "31 12 2023", "22:15:00"),
            ("31. 12. 2023. 22:15:07 ", "31 12 2023", "22:15:07"),
            ("31.12.23 22.15.07: ", "31 12 23", "22:15:07"),
            ("31-12-2023, 10.15 PM - ", "31 12 2023", "22:15:00"),
            ("2023/12/31, 22:15 - ", "2023 12 31", "22:15:00"),
            ("[2023-12-31, 22:15:07] ", "2023 12 31", "22:15:07"),
            ("[2023/12/31 下午10:15:07] ", "2023 12 31", "22:15:07"),
            ("2023. 12. 31. 오후 10:15 - ", "2023 12 31", "22:15:00"),
            ("20/08/24 14.30 - ", "20 8 24", "14:30:00"),
            ("31/12/23, 10:15 अपराह्न - ", "31 12 23", "22:15:00"),
            ("\u{200f}٣١\u{200f}/١٢\u{200f}/٢٠٢٣، ١٠:١٥ م - ", "31 12 2023", "22:15:00"),
        ] {
            let text = format!("{line}Ana: hello");
            assert_eq!(read(&text), Some((date.into(), time.into(), "Ana: hello")), "{line}");
        }
    }

    #[test]
    fn what_people_write_is_no_head() {
        for line in [
            "",
            "hello",
            "31/12/2023",
            "on 31/12/2023, 22:15 - Ana",
            "31/12/2023, 25:15 - Ana: hello",
            "31/12/2023, 22:15",
            "1.2.3",
            "12/05/2023 13:00 dentist: bring the card",
            "[10:15, 31/12/2023] Ana: copied",
            "+1 555 0100",
        ] {
            assert_eq!(Head::read(line), None, "{line}");
        }
    }
}
