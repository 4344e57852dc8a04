//! Day first or month first? A text doesn't say, but all of it together shows:
//! there is no month 13, no message from the future, and time goes forward.

use jiff::ToSpan as _;
use jiff::civil::{Date, DateTime};

use super::head::{Head, Part};
use crate::transfer::{DateOrder, Dates};

/// The likeliest first, for where nothing decides.
const LIKELY: [DateOrder; 3] = [DateOrder::DayMonth, DateOrder::MonthDay, DateOrder::YearMonth];

/// What speaks against each order.
pub(super) struct Orders {
    latest: DateTime,
    tallies: [Tally; 3],
}

struct Tally {
    order: DateOrder,
    against: Against,
    previous: DateTime,
}

/// The worst first.
#[derive(Clone, Copy, Default, PartialEq, Eq, PartialOrd, Ord)]
struct Against {
    impossible: usize,
    future: usize,
    backwards: usize,
    /// Two digits for a year are seldom put first.
    unusual: usize,
}

impl Orders {
    /// It is `now` on the phone's clock, give or take a day.
    pub fn new(now: DateTime) -> Self {
        let latest = now.saturating_add(1.day());
        let tally = |order| Tally { order, against: Against::default(), previous: DateTime::MIN };
        Self { latest, tallies: LIKELY.map(tally) }
    }

    /// One more head.
    pub fn note(&mut self, head: &Head) {
        for Tally { order, against, previous } in &mut self.tallies {
            let Some(date) = date(*order, head.date) else {
                against.impossible += 1;
                continue;
            };
            let at = date.to_datetime(head.time);
            against.future += usize::from(at > self.latest);
            against.backwards += usize::from(at < *previous);
            let year_first = *order == DateOrder::YearMonth;
            against.unusual += usize::from(year_first && head.date[0].digits == 2);
            *previous = at;
        }
    }

    /// What the caller says counts unless it makes more dates impossible.
    pub fn decide(&self, said: Option<DateOrder>) -> Dates {
        let mut ranked: Vec<&Tally> = self.tallies.iter().collect();
        ranked.sort_by_key(|tally| tally.against);
        let (best, next) = (ranked[0], ranked[1]);
        let possible = |tally: &&&Tally| tally.against.impossible <= best.against.impossible;
        let told = ranked.iter().filter(possible).find(|tally| Some(tally.order) == said);
        match told {
            Some(tally) => Dates { order: tally.order, sure: true },
            None => Dates { order: best.order, sure: best.against < next.against },
        }
    }
}

/// The day that three numbers mean in this order.
pub(super) fn date(order: DateOrder, [a, b, c]: [Part; 3]) -> Option<Date> {
    let (year, month, day) = match order {
        DateOrder::DayMonth => (c, b, a),
        DateOrder::MonthDay => (c, a, b),
        DateOrder::YearMonth => (a, b, c),
    };
    let full = match year.digits {
        2 => year.value + 2000,
        4 => year.value,
        _ => return None,
    };
    let small = |part: Part| i8::try_from(part.value).ok().filter(|_| part.digits <= 2);
    Date::new(i16::try_from(full).ok()?, small(month)?, small(day)?).ok()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn decided(dates: &[&str], said: Option<DateOrder>) -> Dates {
        let mut orders = Orders::new("2026-11-25T12:00".parse().unwrap());
        for date in dates {
            orders.note(&Head::read(&format!("{date}, 10:00 - Ana: hi")).expect(date));
        }
        orders.decide(said)
    }

    #[test]
    fn a_file_shows_how_it_writes_dates() {
        use DateOrder::{DayMonth, MonthDay, YearMonth};
        for (dates, order, sure) in [
            (&["13/01/24"][..], DayMonth, true),
            (&["01/13/24"], MonthDay, true),
            (&["01/02/24", "02/02/24", "01/03/24"], DayMonth, true),
            (&["02/01/24", "02/02/24", "03/01/24"], MonthDay, true),
            (&["11/12/26"], MonthDay, true),
            (&["2024/01/02"], YearMonth, true),
            (&["24-01-13", "24-02-01"], YearMonth, true),
            (&["01/02/24", "03/02/24"], DayMonth, false),
        ] {
            assert_eq!(decided(dates, None), Dates { order, sure }, "{dates:?}");
        }
    }

    #[test]
    fn the_caller_decides_where_the_file_does_not() {
        let said = Some(DateOrder::MonthDay);
        assert_eq!(decided(&["01/02/24", "03/02/24"], said).order, DateOrder::MonthDay);
        assert_eq!(decided(&["13/02/24"], said).order, DateOrder::DayMonth);
    }
}
