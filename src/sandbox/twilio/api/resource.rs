//! Message resources, and looking for them.

use jiff::Timestamp;
use jiff::civil::Date;
use jiff::tz::TimeZone;
use serde_json::{Value, json};

use super::super::super::phones::{Bubble, Side};
use super::super::{Form, Number, webhook};
use super::error::ApiError;
use super::field;

/// Marks what the app said in its answer to a webhook.
pub(super) const REPLY: &str = "Direction";

/// One message of either direction.
pub(super) fn of(number: &Number, bubble: &Bubble) -> Value {
    let account = &number.desk().account.account_sid;
    let uri = format!("/2010-04-01/Accounts/{account}/Messages/{}", bubble.id);
    let last = bubble.reports.last();
    let status = last.map(|report| report.status.as_str());
    let code = last.and_then(|report| report.code);
    let (direction, first) = match bubble.side {
        Side::Business if bubble.raw[REPLY].is_string() => ("outbound-reply", "queued"),
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
        "error_code": code,
        "error_message": code.map(|code| format!("The channel reported {code}")),
        "from": bubble.raw["From"],
        "messaging_service_sid": null,
        "num_media": num_media(bubble),
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

fn num_media(bubble: &Bubble) -> String {
    let sent = if bubble.raw["MediaUrl"].is_string() { "1" } else { "0" };
    bubble.raw["NumMedia"].as_str().unwrap_or(sent).to_owned()
}

/// All messages of a sender, with the time by which they are looked for.
pub(super) fn all(number: &Number) -> Vec<(Timestamp, Value)> {
    number.sandbox.phones.read(|book| {
        let bubbles = book.of(number.id()).flat_map(|chat| &chat.bubbles);
        bubbles.map(|bubble| (bubble.at, of(number, bubble))).collect()
    })
}

/// A page of the messages that are wanted, the newest first.
pub(super) fn page(numbers: &[Number], account: &str, wanted: &Wanted) -> Value {
    let mut resources: Vec<_> = numbers.iter().flat_map(all).collect();
    resources.retain(|(at, resource)| wanted.holds(*at, resource));
    // Of two with the same time the later one stands first, too.
    resources.reverse();
    resources.sort_by_key(|(at, _)| std::cmp::Reverse(*at));
    let all: Vec<_> = resources.into_iter().map(|(_, resource)| resource).collect();
    let seen = wanted.after.as_ref().and_then(|sid| all.iter().position(|one| one["sid"] == *sid));
    let rest = &all[seen.map_or(0, |seen| seen + 1)..];
    let messages = &rest[..rest.len().min(wanted.page_size)];
    let last = messages.last().filter(|_| rest.len() > messages.len());
    json!({
        "messages": messages,
        "page": wanted.page,
        "page_size": wanted.page_size,
        "first_page_uri": wanted.uri(account, 0, None),
        "next_page_uri": last.map(|last| wanted.uri(account, wanted.page + 1, last["sid"].as_str())),
        "previous_page_uri": null,
        "uri": wanted.uri(account, wanted.page, wanted.after.as_deref()),
        "start": wanted.page * wanted.page_size,
        "end": (wanted.page * wanted.page_size + messages.len()).saturating_sub(1),
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
    /// Sent on that day (`DateSent`).
    on: Option<Date>,
    page_size: usize,
    page: usize,
    /// The last message of the page before.
    after: Option<String>,
    /// What was asked, without the page.
    search: Form,
}

impl Wanted {
    pub(super) fn read(query: &Form) -> Result<Self, ApiError> {
        let time = |name| field(query, name).map(time).transpose();
        let number = |name| field(query, name).and_then(|size| size.parse::<usize>().ok());
        let on = field(query, "DateSent").map(str::parse).transpose();
        let after = field(query, "PageToken").map(|token| token.trim_start_matches("PA"));
        let is_page = |name: &str| ["Page", "PageSize", "PageToken"].contains(&name);
        Ok(Self {
            to: field(query, "To").map(str::to_owned),
            from: field(query, "From").map(str::to_owned),
            since: time("DateSent>")?,
            until: time("DateSent<")?,
            on: on.map_err(|_| ApiError::new(20001, "DateSent is not a date"))?,
            page_size: number("PageSize").unwrap_or(50).clamp(1, 1000),
            page: number("Page").unwrap_or(0),
            after: after.map(str::to_owned),
            search: query.iter().filter(|(name, _)| !is_page(name)).cloned().collect(),
        })
    }

    pub(super) fn holds(&self, at: Timestamp, resource: &Value) -> bool {
        let is = |wanted: &Option<String>, name| {
            wanted.as_deref().is_none_or(|wanted| resource[name] == wanted)
        };
        let day = at.to_zoned(TimeZone::UTC).date();
        // Resources know whole seconds only.
        let at = at.as_second();
        is(&self.to, "to")
            && is(&self.from, "from")
            && self.on.is_none_or(|on| on == day)
            && self.since.is_none_or(|since| since.as_second() <= at)
            && self.until.is_none_or(|until| at <= until.as_second())
    }
}

impl Wanted {
    /// The address of a page, from the root of the host.
    fn uri(&self, account: &str, page: usize, after: Option<&str>) -> String {
        let mut query = self.search.clone();
        query.push(("PageSize".into(), self.page_size.to_string()));
        query.push(("Page".into(), page.to_string()));
        query.extend(after.map(|sid| ("PageToken".to_owned(), format!("PA{sid}"))));
        format!("/2010-04-01/Accounts/{account}/Messages.json?{}", webhook::encode(&query))
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
