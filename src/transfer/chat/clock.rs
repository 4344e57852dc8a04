//! From the phone's clock to the time.

use jiff::Timestamp;
use jiff::tz::TimeZone;

use super::head::Head;
use super::order::date;
use crate::transfer::DateOrder;

/// The phone's clock, message by message.
pub(super) struct Clock<'a> {
    order: DateOrder,
    zone: &'a TimeZone,
    previous: Timestamp,
}

impl<'a> Clock<'a> {
    pub fn new(order: DateOrder, zone: &'a TimeZone) -> Self {
        Self { order, zone, previous: Timestamp::MIN }
    }

    /// When it was. Of an hour that the clock showed twice it is the first,
    /// unless time would go back.
    pub fn time(&mut self, head: &Head) -> Result<Timestamp, String> {
        let date = date(self.order, head.date).ok_or_else(|| impossible(head))?;
        let shown = self.zone.to_ambiguous_timestamp(date.to_datetime(head.time));
        let first = shown.compatible().map_err(|_| impossible(head))?;
        let again = shown.later().unwrap_or(first);
        let forward = first < self.previous && again >= self.previous;
        let at = if forward { again } else { first };
        self.previous = at;
        Ok(at)
    }
}

fn impossible(head: &Head) -> String {
    let [a, b, c] = head.date.map(|part| part.value);
    format!("there is no day {a} {b} {c} where the rest of the file has dates as it does")
}
