//! Calls of the Graph API.

use reqwest::RequestBuilder;
use secrecy::ExposeSecret;

use super::{Config, Meta, codes, wire};
use crate::domain::failure::SendError;
use crate::domain::id::{NumberName, ProviderId};
use crate::domain::person::Address;
use crate::provider::exchange::{Answer, call, endpoint, unknown_number};
use crate::provider::{Lookup, Parcel};

/// Sends one message.
pub(super) async fn send(meta: &Meta, parcel: &Parcel<'_>) -> Result<ProviderId, SendError> {
    let config = meta.config(parcel.number).ok_or_else(unknown_number)?;
    let request = messages(meta, config)?.json(&letter(parcel));
    sent(&call(&meta.clock, request).await?)
}

/// Marks a message as read and shows typing dots.
pub(super) async fn signal(
    meta: &Meta,
    number: &NumberName,
    message: &ProviderId,
) -> Result<(), SendError> {
    let config = meta.config(number).ok_or_else(unknown_number)?;
    let request = messages(meta, config)?.json(&wire::Signal {
        messaging_product: "whatsapp",
        status: "read",
        message_id: message.as_str(),
        typing_indicator: wire::Typing { kind: "text" },
    });
    let answer = call(&meta.clock, request).await?;
    if answer.status.is_success() { Ok(()) } else { Err(refused(&answer)) }
}

/// Meta has no list of what was sent.
pub(super) async fn lookup(_meta: &Meta, _parcel: &Parcel<'_>) -> Lookup {
    Lookup::Unknown
}

fn messages(meta: &Meta, config: &Config) -> Result<RequestBuilder, SendError> {
    let path = [config.api_version.as_str(), &config.phone_number_id, "messages"];
    let url = endpoint(&config.graph_url, &path)?;
    Ok(meta.http.post(url).bearer_auth(config.access_token.expose_secret()))
}

fn letter<'a>(parcel: &Parcel<'a>) -> wire::Send<'a> {
    let (recipient_type, to, recipient) = match parcel.to {
        // Without `+` Meta may take the number for one of our own country.
        Address::Phone(phone) => ("individual", Some(format!("+{}", phone.digits())), None),
        // In `to` a user id is accepted and never delivered.
        Address::UserId(id) => ("individual", None, Some(id.as_str())),
        Address::Group(id) => ("group", Some(id.clone()), None),
    };
    let quotes = parcel.message.attached.quotes.as_ref();
    wire::Send {
        messaging_product: "whatsapp",
        recipient_type,
        to,
        recipient,
        kind: "text",
        text: wire::SendText { body: parcel.message.content.as_text(), preview_url: false },
        context: quotes.map(|id| wire::Quote { message_id: id.as_str() }),
        biz_opaque_callback_data: parcel.delivery.to_string(),
    }
}

fn sent(answer: &Answer) -> Result<ProviderId, SendError> {
    let message = answer.read().and_then(|sent: wire::Sent| sent.messages.into_iter().next());
    message.map(|message| message.id.into()).ok_or_else(|| refused(answer))
}

fn refused(answer: &Answer) -> SendError {
    let Some(wire::Refused { error }) = answer.read() else { return answer.wordless() };
    let trace = error.fbtrace_id.unwrap_or_default();
    tracing::debug!(meta.code = error.code, meta.trace = trace, "Meta refused a call");
    answer.refusal(codes::failure(error.code, error.is_transient))
}
