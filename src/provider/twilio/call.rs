//! Calls of Twilio's REST API.

use std::time::Duration;

use jiff::Timestamp;
use jiff::fmt::rfc2822;
use jiff::tz::TimeZone;
use reqwest::RequestBuilder;
use secrecy::ExposeSecret;
use serde::de::DeserializeOwned;
use url::Url;

use super::letter::{from, letter, to};
use super::{Config, ReplyBy, Twilio, codes, default_api_url, parse, twiml, wire};
use crate::domain::event::Receipt;
use crate::domain::failure::SendError;
use crate::domain::id::{NumberName, ProviderId};
use crate::provider::exchange::{Answer, call, endpoint, unknown_number};
use crate::provider::{Lookup, Parcel};

/// How far Twilio's clock may be behind ours (its times are whole seconds).
const SKEW: Duration = Duration::from_secs(5);

/// More than one person can get from us within a day or two of doubt.
const PAGE: u32 = 200;

/// Sends one message: in the answer of a webhook that waits for it, else by a
/// call. What is handed to a webhook has no id yet; the first news of it
/// brings one, and if none comes the connection broke.
pub(super) async fn send(twilio: &Twilio, parcel: &Parcel<'_>) -> Result<ProviderId, SendError> {
    let config = twilio.config(parcel.number).ok_or_else(unknown_number)?;
    let letter = letter(twilio, config, parcel)?;
    let answer = twiml::answer(&letter).filter(|_| config.reply == ReplyBy::Twiml);
    if answer.is_some_and(|answer| twilio.waiting.hand_over(parcel.number, parcel.to, answer)) {
        return Err(SendError::Uncertain);
    }
    let url = messages(config, &["Messages.json"])?;
    let request = signed_in(twilio.http.post(url), config).form(&letter);
    sent(&call(&twilio.clock, request).await?)
}

/// Marks a message as read and shows typing dots.
pub(super) async fn signal(
    twilio: &Twilio,
    number: &NumberName,
    message: &ProviderId,
) -> Result<(), SendError> {
    let config = twilio.config(number).ok_or_else(unknown_number)?;
    let url = endpoint(messaging(&config.api_url), &["v2", "Indicators", "Typing.json"])?;
    let form = wire::Signal { channel: "whatsapp", message_id: message.as_str() };
    let request = signed_in(twilio.http.post(url), config).form(&form);
    let answer = call(&twilio.clock, request).await?;
    if answer.status.is_success() { Ok(()) } else { Err(refused(&answer)) }
}

/// Looks through the messages that went to this person since.
pub(super) async fn lookup(twilio: &Twilio, parcel: &Parcel<'_>) -> Lookup {
    look_up(twilio, parcel).await.unwrap_or(Lookup::Unanswered)
}

/// What is under this URL of the API, if it has this shape.
pub(super) async fn get<T: DeserializeOwned>(
    twilio: &Twilio,
    config: &Config,
    url: Url,
) -> Result<T, SendError> {
    let answer = call(&twilio.clock, signed_in(twilio.http.get(url), config)).await?;
    answer.read().ok_or_else(|| refused(&answer))
}

/// A URL below the account's.
pub(super) fn messages(config: &Config, below: &[&str]) -> Result<Url, SendError> {
    let account = ["2010-04-01", "Accounts", &config.account_sid];
    endpoint(&config.api_url, &[&account, below].concat())
}

/// The list of messages, searched.
pub(super) fn list(config: &Config, search: &wire::Search) -> Result<Url, SendError> {
    let mut url = messages(config, &["Messages.json"])?;
    let wire::Search { to, from, since, page_size } = search;
    let day = since.to_zoned(TimeZone::UTC).date().to_string();
    url.query_pairs_mut()
        .append_pair("To", to)
        .extend_pairs(from.iter().map(|from| ("From", from)))
        // Reads as `DateSent>=…`: from that day on.
        .append_pair("DateSent>", &day)
        .append_pair("PageSize", &page_size.to_string());
    Ok(url)
}

/// One of the times in Twilio's lists.
pub(super) fn time(text: Option<&str>) -> Option<Timestamp> {
    Some(rfc2822::parse(text?).ok()?.timestamp())
}

/// Typing dots and senders live on a host of their own; a stand-in for Twilio
/// has one.
pub(super) fn messaging(api_url: &str) -> &str {
    match api_url.trim_end_matches('/') == default_api_url() {
        true => "https://messaging.twilio.com",
        false => api_url,
    }
}

fn signed_in(request: RequestBuilder, config: &Config) -> RequestBuilder {
    request.basic_auth(&config.account_sid, Some(config.auth_token.expose_secret()))
}

fn sent(answer: &Answer) -> Result<ProviderId, SendError> {
    let Some(message) = answer.read::<wire::Message>() else { return Err(refused(answer)) };
    match message.error_code() {
        Some(code) => Err(answer.refusal(codes::failure(code, None))),
        None => Ok(message.sid.into()),
    }
}

fn refused(answer: &Answer) -> SendError {
    let Some(wire::Refused { code }) = answer.read() else { return answer.wordless() };
    tracing::debug!(twilio.code = code, "Twilio refused a call");
    answer.refusal(codes::failure(code, Some(answer.status)))
}

async fn look_up(twilio: &Twilio, parcel: &Parcel<'_>) -> Result<Lookup, SendError> {
    let config = twilio.config(parcel.number).ok_or_else(unknown_number)?;
    let letter = letter(twilio, config, parcel)?;
    let search = wire::Search {
        to: to(parcel.to)?,
        from: Some(from(config)),
        since: earliest(parcel),
        page_size: PAGE,
    };
    let page = get(twilio, config, list(config, &search)?).await?;
    Ok(found(&page, parcel, letter.body.as_deref()))
}

/// An equal text from before the first attempt is another message's. What has
/// no words of ours (a template, a bare file) is known by its time alone.
fn found(page: &wire::Page, parcel: &Parcel<'_>, text: Option<&str>) -> Lookup {
    let is_it = |message: &&wire::Message| {
        text.is_none_or(|text| message.body.as_deref().map(str::trim) == Some(text.trim()))
            && message.is("outbound")
            && time(message.date_created.as_deref()).is_some_and(|at| at >= earliest(parcel))
    };
    let candidates = page.messages.iter().filter(is_it);
    let receipts: Vec<Receipt> = candidates.filter_map(|it| receipt(it, parcel)).collect();
    match (receipts.is_empty(), &page.next_page_uri) {
        (false, _) => Lookup::Found(receipts),
        (true, None) => Lookup::Absent,
        (true, Some(_)) => Lookup::Unknown,
    }
}

fn receipt(message: &wire::Message, parcel: &Parcel<'_>) -> Option<Receipt> {
    let id = message.sid.as_str().into();
    parse::receipt(Some(parcel.delivery), id, &message.status, message.error_code())
}

fn earliest(parcel: &Parcel<'_>) -> Timestamp {
    parcel.since.saturating_sub(SKEW).unwrap_or(parcel.since)
}
