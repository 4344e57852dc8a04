//! Dates that a question names, in the languages of the canned lines.

use jiff::civil::Date;
use jiff::tz::TimeZone;
use jiff::{SignedDuration, Timestamp};

use super::fold::{fold, plain};

/// The months by name, as written in nine languages.
const MONTHS: [&str; 12] = [
    "january enero janeiro janvier januar janner gennaio januari जनवरी يناير جانفي",
    "february febrero fevereiro fevrier februar febbraio februari फरवरी فبراير فيفري شباط",
    "march marzo marco mars marz maerz maret मार्च مارس اذار",
    "april abril avril aprile अप्रैल ابريل افريل نيسان",
    "may mayo maio mai maggio mei मई مايو ماي ايار",
    "june junio junho juin juni giugno जून يونيو يونيه جوان حزيران",
    "july julio julho juillet juli luglio जुलाई يوليو يوليه جويليه تموز",
    "august agosto aout agustus अगस्त اغسطس اوت",
    "september septiembre setiembre setembro septembre settembre सितंबर सितम्बर سبتمبر ايلول",
    "october octubre outubro octobre oktober ottobre अक्टूबर अक्तूबर اكتوبر",
    "november noviembre novembro novembre नवंबर नवम्बर نوفمبر",
    "december diciembre dezembro decembre dezember dicembre desember दिसंबर दिसम्बर ديسمبر",
];

/// Their short names: months only with a number beside them.
const SHORT: [&str; 12] = [
    "jan ene janv gen",
    "feb fev fevr",
    "mar",
    "apr abr avr",
    "mag",
    "jun giu",
    "jul juil lug",
    "aug agt",
    "sep sept",
    "oct okt ott",
    "nov",
    "dec dic dez des",
];

/// Names that mean something else as well: months only with a number beside
/// them or a word that goes before a month.
const AMBIGUOUS: &[&str] =
    &["may", "march", "mars", "marco", "mai", "mei", "avril", "april", "juli"];
const BEFORE_A_MONTH: &[&str] = &[
    "in", "of", "since", "until", "till", "last", "next", "this", "early", "late", "mid", "de",
    "en", "em", "im", "seit", "nel", "di", "bulan", "to", "from", "by",
];

/// What a question says about when.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(super) struct DateWords {
    years: Vec<i16>,
    months: Vec<i8>,
    days: Vec<i8>,
}

impl DateWords {
    /// The dates in a question's words.
    pub(super) fn of(text: &str) -> Self {
        let mut found = Self::default();
        let plain = plain(text);
        for chunk in plain.split_whitespace() {
            found.numeric(chunk);
        }
        found.named(&tokens(&plain));
        for list in [&mut found.months, &mut found.days] {
            list.sort_unstable();
            list.dedup();
        }
        found.years.sort_unstable();
        found.years.dedup();
        found
    }

    /// Whether it names none.
    pub(super) fn is_empty(&self) -> bool {
        self.years.is_empty() && self.months.is_empty() && self.days.is_empty()
    }

    /// How many words of a date there are.
    pub(super) fn count(&self) -> usize {
        usize::from(!self.years.is_empty())
            + usize::from(!self.months.is_empty())
            + usize::from(!self.days.is_empty())
    }

    /// Which of year, month and day this date shares.
    pub(super) fn shared(&self, date: Date) -> [bool; 3] {
        [
            self.years.contains(&date.year()),
            self.months.contains(&date.month()),
            self.days.contains(&date.day()),
        ]
    }

    /// `2023-05-08`, `8/5/2023`, `8.5.23`; which of two small numbers is the
    /// month is anybody's guess.
    fn numeric(&mut self, chunk: &str) {
        let chunk = chunk.trim_matches(|c: char| !c.is_alphanumeric());
        let parts: Vec<&str> = chunk.split(['-', '/', '.']).collect();
        let numbers: Option<Vec<i16>> = parts.iter().map(|part| part.parse().ok()).collect();
        let (year, day, month) = match numbers.as_deref() {
            Some([year @ FIRST_YEAR..=LAST_YEAR, month, day]) => (*year, *day, *month),
            Some([day @ 13..=31, month, year] | [month, day @ 13..=31, year]) => {
                (*year, *day, *month)
            }
            Some([one, other, year]) => {
                self.days.extend(small(*other, 31));
                self.months.extend(small(*one, 12));
                (*year, *one, *other)
            }
            _ => return,
        };
        self.years.push(if year < 100 { 2000 + year } else { year });
        self.days.extend(small(day, 31));
        self.months.extend(small(month, 12));
    }

    fn named(&mut self, tokens: &[Token]) {
        for (at, token) in tokens.iter().enumerate() {
            match token {
                Token::Number(year @ FIRST_YEAR..=LAST_YEAR) => self.years.push(*year),
                Token::Number(_) => {}
                Token::Word(word) => self.month(tokens, at, word),
            }
        }
    }

    fn month(&mut self, tokens: &[Token], at: usize, word: &str) {
        let near = tokens[at.saturating_sub(2)..(at + 3).min(tokens.len())].iter();
        let numbers: Vec<i16> = near.filter_map(Token::number).collect();
        let announced = at.checked_sub(1).and_then(|at| tokens.get(at)).is_some_and(|before| {
            matches!(before, Token::Word(before) if BEFORE_A_MONTH.contains(&before.as_str()))
        });
        let long = position(&MONTHS, word);
        let sure = !numbers.is_empty() || long.is_some() && announced;
        let short = position(&SHORT, word).filter(|_| !numbers.is_empty());
        let month = long.filter(|_| sure || !AMBIGUOUS.contains(&word)).or(short);
        if let Some(month) = month {
            self.months.push(month);
            self.days.extend(numbers.iter().filter_map(|number| small(*number, 31)));
        }
    }
}

fn small(number: i16, largest: i8) -> Option<i8> {
    i8::try_from(number).ok().filter(|number| (1..=largest).contains(number))
}

const FIRST_YEAR: i16 = 1990;
const LAST_YEAR: i16 = 2099;

fn position(names: &[&str; 12], word: &str) -> Option<i8> {
    let at = names.iter().position(|names| names.split(' ').any(|name| name == word))?;
    i8::try_from(at + 1).ok()
}

#[derive(Debug, PartialEq)]
enum Token {
    Word(String),
    Number(i16),
}

impl Token {
    fn number(&self) -> Option<i16> {
        match self {
            Self::Number(number) => Some(*number),
            Self::Word(_) => None,
        }
    }
}

/// Words and numbers; the 8 of "8th" and of "5月8日" too.
fn tokens(plain: &str) -> Vec<Token> {
    let spaced = plain.replace('月', " \u{6708} ").replace(['年', '日'], " ");
    let words = spaced.split(|c: char| !is_of_a_word(c)).filter(|word| !word.is_empty());
    let mut tokens: Vec<Token> = words.map(token).collect();
    for at in 1..tokens.len() {
        if tokens[at] == Token::Word("月".to_owned())
            && let Some(month @ 1..=12) = tokens[at - 1].number()
            && let Some(name) = MONTHS[month.unsigned_abs() as usize - 1].split(' ').nth(1)
        {
            tokens[at - 1] = Token::Word(name.to_owned());
        }
    }
    tokens
}

/// Vowel signs of Hindi are no letters for Unicode.
fn is_of_a_word(c: char) -> bool {
    c.is_alphanumeric() || matches!(c, '\u{900}'..='\u{963}')
}

fn token(word: &str) -> Token {
    let digits = word.find(|c: char| !c.is_ascii_digit()).unwrap_or(word.len());
    match word[..digits].parse() {
        Ok(number) if word.len() - digits <= 2 => Token::Number(number),
        _ => Token::Word(fold(word).into_owned()),
    }
}

/// Dates of times that mostly come one behind the other: a day's borders are
/// looked up once.
pub(super) struct Calendar<'a> {
    time_zone: &'a TimeZone,
    day: Option<(i64, i64, Date)>,
}

impl<'a> Calendar<'a> {
    pub(super) fn new(time_zone: &'a TimeZone) -> Self {
        Self { time_zone, day: None }
    }

    /// The date at this second since 1970.
    pub(super) fn date(&mut self, at: i64) -> Date {
        match self.day {
            Some((start, end, date)) if (start..end).contains(&at) => date,
            _ => self.look_up(at),
        }
    }

    fn look_up(&mut self, at: i64) -> Date {
        let time = Timestamp::from_second(at).unwrap_or(Timestamp::UNIX_EPOCH);
        let here = time.to_zoned(self.time_zone.clone());
        let date = here.date();
        let start = here.start_of_day().map_or(time, |start| start.timestamp()).as_second();
        let tomorrow = here.tomorrow().and_then(|next| next.start_of_day());
        let end = tomorrow.map_or_else(
            |_| start.saturating_add(SignedDuration::from_hours(1).as_secs()),
            |next| next.timestamp().as_second(),
        );
        self.day = Some((start, end, date));
        date
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn found(text: &str) -> (Vec<i16>, Vec<i8>, Vec<i8>) {
        let DateWords { years, months, days } = DateWords::of(text);
        (years, months, days)
    }

    #[test]
    fn dates_are_named_in_many_ways() {
        for text in [
            "what happened on 8 May 2023?",
            "May 8th, 2023",
            "el 8 de mayo de 2023",
            "8 de maio de 2023",
            "8 मई 2023",
            "le 8 mai 2023",
            "am 8. Mai 2023",
            "8 مايو 2023",
            "l'8 maggio 2023",
            "8 Mei 2023",
            "2023年5月8日",
        ] {
            assert_eq!(found(text), (vec![2023], vec![5], vec![8]), "{text}");
        }
        assert_eq!(found("on 2023-05-18"), (vec![2023], vec![5], vec![18]));
        assert_eq!(found("18/5/2023"), (vec![2023], vec![5], vec![18]));
        assert_eq!(found("18.5.23"), (vec![2023], vec![5], vec![18]));
    }

    #[test]
    fn a_month_alone_counts_unless_it_may_be_another_word() {
        assert_eq!(found("in may"), (vec![], vec![5], vec![]));
        assert_eq!(found("last December"), (vec![], vec![12], vec![]));
        assert_eq!(found("en marzo"), (vec![], vec![3], vec![]));
        for text in ["may I come?", "12 apples", "a march for peace", "al mar", "3 days ago"] {
            assert!(DateWords::of(text).is_empty(), "{text}");
        }
    }

    #[test]
    fn days_begin_at_midnight_where_the_business_is() {
        let zone = TimeZone::get("America/Sao_Paulo").unwrap();
        let mut calendar = Calendar::new(&zone);
        let midnight: Timestamp = "2024-03-10T00:00:00-03:00".parse().unwrap();
        assert_eq!(calendar.date(midnight.as_second()).day(), 10);
        assert_eq!(calendar.date(midnight.as_second() - 1).day(), 9);
        assert_eq!(calendar.date(midnight.as_second() + 86_399).day(), 10);
        assert_eq!(calendar.date(midnight.as_second() + 86_400).day(), 11);
        for at in [i64::MIN, i64::MAX] {
            calendar.date(at);
        }
    }
}
