//! Calls of Twilio's REST API.

use std::time::Duration;

use jiff::Timestamp;
use jiff::fmt::rfc2822;
use jiff::tz::TimeZone;
use reqwest::RequestBuilder;
use secrecy::ExposeSecret;
use url::Url;

use super::sender::{CHANNEL, bare};
use super::{Config, Twilio, codes, default_api_url, parse, wire};
use crate::domain::event::Receipt;
use crate::domain::failure::{Class, Failure, SendError};
use crate::domain::id::{NumberName, ProviderId};
use crate::domain::person::Address;
use crate::provider::exchange::{Answer, call, endpoint, unknown_number};
use crate::provider::{Lookup, Parcel};

/// How far Twilio's clock may be behind ours (its times are whole seconds).
const SKEW: Duration = Duration::from_secs(5);

/// More than one person can get from us within a day or two of doubt.
const PAGE: u32 = 200;

/// Sends one message.
pub(super) async fn send(twilio: &Twilio, parcel: &Parcel<'_>) -> Result<ProviderId, SendError> {
    let config = twilio.config(parcel.number).ok_or_else(unknown_number)?;
    let url = messages(config)?;
    let letter = letter(twilio, config, parcel)?;
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
    let url = endpoint(indicators(&config.api_url), &["v2", "Indicators", "Typing.json"])?;
    let form = wire::Signal { channel: "whatsapp", message_id: message.as_str() };
    let request = signed_in(twilio.http.post(url), config).form(&form);
    let answer = call(&twilio.clock, request).await?;
    if answer.status.is_success() { Ok(()) } else { Err(refused(&answer)) }
}

/// Looks through the messages that went to this person since.
pub(super) async fn lookup(twilio: &Twilio, parcel: &Parcel<'_>) -> Lookup {
    match page(twilio, parcel).await {
        Ok(Some(page)) => found(&page, parcel),
        Ok(None) | Err(_) => Lookup::Unknown,
    }
}

fn messages(config: &Config) -> Result<Url, SendError> {
    let path = ["2010-04-01", "Accounts", &config.account_sid, "Messages.json"];
    endpoint(&config.api_url, &path)
}

/// Typing dots live on a host of their own; a stand-in for Twilio has one.
fn indicators(api_url: &str) -> &str {
    match api_url.trim_end_matches('/') == default_api_url() {
        true => "https://messaging.twilio.com",
        false => api_url,
    }
}

fn signed_in(request: RequestBuilder, config: &Config) -> RequestBuilder {
    request.basic_auth(&config.account_sid, Some(config.auth_token.expose_secret()))
}

fn letter(twilio: &Twilio, config: &Config, parcel: &Parcel<'_>) -> Result<wire::Send, SendError> {
    let path = ["webhooks", "twilio", "status"];
    let mut callback = endpoint(twilio.public_url.as_str(), &path)?;
    callback.query_pairs_mut().append_pair("delivery", &parcel.delivery.to_string());
    Ok(wire::Send {
        to: to(parcel.to)?,
        from: from(config),
        body: parcel.message.content.as_text(),
        status_callback: callback.into(),
    })
}

fn to(address: &Address) -> Result<String, SendError> {
    match address {
        Address::Phone(phone) => Ok(format!("{CHANNEL}+{}", phone.digits())),
        Address::UserId(id) => Ok(format!("{CHANNEL}{}", id.as_str())),
        Address::Group(_) => {
            Err(SendError::NotSent(Failure::new(Class::Refused, "Twilio has no group chats")))
        }
    }
}

fn from(config: &Config) -> String {
    format!("{CHANNEL}{}", bare(&config.from))
}

fn sent(answer: &Answer) -> Result<ProviderId, SendError> {
    let Some(message) = answer.read::<wire::Message>() else { return Err(refused(answer)) };
    match message.error_code() {
        Some(code) => Err(answer.refusal(codes::failure(code, false))),
        None => Ok(message.sid.into()),
    }
}

fn refused(answer: &Answer) -> SendError {
    let Some(wire::Refused { code }) = answer.read() else { return answer.wordless() };
    tracing::debug!(twilio.code = code, "Twilio refused a call");
    let transient = answer.status.is_server_error() || answer.status.as_u16() == 429;
    answer.refusal(codes::failure(code, transient))
}

/// `None` if the answer can't be read.
async fn page(twilio: &Twilio, parcel: &Parcel<'_>) -> Result<Option<wire::Page>, SendError> {
    let config = twilio.config(parcel.number).ok_or_else(unknown_number)?;
    let day = earliest(parcel).to_zoned(TimeZone::UTC).date();
    let search = wire::Search {
        to: to(parcel.to)?,
        from: from(config),
        date_sent_from: day.to_string(),
        page_size: PAGE,
    };
    let request = signed_in(twilio.http.get(messages(config)?), config).query(&search);
    Ok(call(&twilio.clock, request).await?.read())
}

/// An equal text from before the first attempt is another message's.
fn found(page: &wire::Page, parcel: &Parcel<'_>) -> Lookup {
    let text = parcel.message.content.as_text();
    let is_it = |message: &&wire::Message| {
        message.body.as_deref().map(str::trim) == Some(text.trim())
            && message.direction.as_deref().is_some_and(|way| way.starts_with("outbound"))
            && created(message).is_some_and(|at| at >= earliest(parcel))
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

fn created(message: &wire::Message) -> Option<Timestamp> {
    Some(rfc2822::parse(message.date_created.as_deref()?).ok()?.timestamp())
}

fn earliest(parcel: &Parcel<'_>) -> Timestamp {
    parcel.since.saturating_sub(SKEW).unwrap_or(parcel.since)
}
