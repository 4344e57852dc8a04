//! Message resources, and looking for them.

use jiff::Timestamp;
use jiff::civil::Date;
use jiff::tz::TimeZone;
use serde_json::{Value, json};

use super::super::super::phones::{Bubble, Side};
use super::super::{Form, Number};
use super::error::ApiError;
use super::field;

/// One message of either direction.
pub(super) fn of(number: &Number, bubble: &Bubble) -> Value {
    let account = &number.desk().account.account_sid;
    let uri = format!("/2010-04-01/Accounts/{account}/Messages/{}", bubble.id);
    let status = bubble.reports.last().map(|report| report.status.as_str());
    let (direction, first) = match bubble.side {
        Side::Business => ("outbound-api", "queued"),
        Side::Person => ("inbound", "received"),
    };
    let sent = (status.is_some() || bubble.side == Side::Person).then(|| rfc2822(bubble.at));
    json!({
        "account_sid": account,
        "api_version": "2010-04-01",
        "body": bubble.raw["Body"],
        "date_created": rfc2822(bubble.at),
        "date_sent": sent,
        "date_updated": rfc2822(bubble.at),
        "direction": direction,
        "error_code": null,
        "error_message": null,
        "from": bubble.raw["From"],
        "messaging_service_sid": null,
        "num_media": "0",
        "num_segments": "1",
        "price": null,
        "price_unit": null,
        "sid": bubble.id,
        "status": status.unwrap_or(first),
        "subresource_uris": { "media": format!("{uri}/Media.json") },
        "to": bubble.raw["To"],
        "uri": format!("{uri}.json"),
    })
}

/// All messages of a sender, with the time by which they are looked for.
pub(super) fn all(number: &Number) -> Vec<(Timestamp, Value)> {
    number.sandbox.phones.read(|book| {
        let bubbles = book.of(number.id()).flat_map(|chat| &chat.bubbles);
        bubbles.map(|bubble| (bubble.at, of(number, bubble))).collect()
    })
}

/// What a list is asked for.
pub(super) struct Wanted {
    to: Option<String>,
    from: Option<String>,
    /// Sent then or later (`DateSent>`).
    since: Option<Timestamp>,
    /// Sent then or earlier (`DateSent<`).
    until: Option<Timestamp>,
    pub(super) page_size: usize,
}

impl Wanted {
    pub(super) fn read(query: &Form) -> Result<Self, ApiError> {
        let time = |name| field(query, name).map(time).transpose();
        let page_size = field(query, "PageSize").and_then(|size| size.parse().ok());
        Ok(Self {
            to: field(query, "To").map(str::to_owned),
            from: field(query, "From").map(str::to_owned),
            since: time("DateSent>")?,
            until: time("DateSent<")?,
            page_size: page_size.unwrap_or(50).clamp(1, 1000),
        })
    }

    pub(super) fn holds(&self, at: Timestamp, resource: &Value) -> bool {
        let is = |wanted: &Option<String>, name| {
            wanted.as_deref().is_none_or(|wanted| resource[name] == wanted)
        };
        // Resources know whole seconds only.
        let at = at.as_second();
        is(&self.to, "to")
            && is(&self.from, "from")
            && self.since.is_none_or(|since| since.as_second() <= at)
            && self.until.is_none_or(|until| at <= until.as_second())
    }
}

/// A day (its beginning, in UTC) or a moment.
fn time(text: &str) -> Result<Timestamp, ApiError> {
    let day = || text.parse::<Date>().ok()?.to_zoned(TimeZone::UTC).ok();
    let moment = text.parse::<Timestamp>().ok().or_else(|| day().map(|day| day.timestamp()));
    moment.ok_or(ApiError::new(20001, "DateSent is not a date"))
}

fn rfc2822(at: Timestamp) -> String {
    jiff::fmt::rfc2822::to_string(&at.to_zoned(TimeZone::UTC)).unwrap_or_default()
}
