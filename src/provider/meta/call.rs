//! Calls of the Graph API.

use std::time::Duration;

use reqwest::RequestBuilder;
use reqwest::multipart::{Form, Part};
use secrecy::ExposeSecret;

use super::letter::letter;
use super::wire::{self, send};
use super::{Config, Meta, codes};
use crate::domain::failure::{Class, Failure, SendError};
use crate::domain::id::{NumberName, ProviderId};
use crate::provider::exchange::{Answer, call, call_within, endpoint, unknown_number};
use crate::provider::{Lookup, Parcel, Upload};

/// A hundred megabytes over a slow line take their time.
const UPLOADED_WITHIN: Duration = Duration::from_secs(300);

/// Sends one message.
pub(super) async fn send(meta: &Meta, parcel: &Parcel<'_>) -> Result<ProviderId, SendError> {
    let config = meta.config(parcel.number).ok_or_else(unknown_number)?;
    let request = post(meta, config, "messages")?.json(&letter(parcel));
    sent(&call(&meta.clock, request).await?)
}

/// Leaves a file with Meta, for thirty days; returns its id.
pub(super) async fn upload(
    meta: &Meta,
    number: &NumberName,
    file: Upload,
) -> Result<String, SendError> {
    let config = meta.config(number).ok_or_else(unknown_number)?;
    let part = Part::bytes(file.bytes).file_name(file.name);
    let part = part.mime_str(&file.mime).map_err(|_| typeless())?;
    let form = Form::new().text("messaging_product", "whatsapp").text("type", file.mime);
    let request = post(meta, config, "media")?.multipart(form.part("file", part));
    let answer = call_within(&meta.clock, UPLOADED_WITHIN, request).await?;
    let uploaded = answer.read().map(|uploaded: send::Uploaded| uploaded.id.0);
    uploaded.ok_or_else(|| refused(&answer))
}

/// Marks a message as read and shows typing dots.
pub(super) async fn signal(
    meta: &Meta,
    number: &NumberName,
    message: &ProviderId,
) -> Result<(), SendError> {
    let config = meta.config(number).ok_or_else(unknown_number)?;
    let request = post(meta, config, "messages")?.json(&send::Signal {
        messaging_product: "whatsapp",
        status: "read",
        message_id: message.as_str(),
        typing_indicator: send::Typing { kind: "text" },
    });
    let answer = call(&meta.clock, request).await?;
    if answer.status.is_success() { Ok(()) } else { Err(refused(&answer)) }
}

/// Meta has no list of what was sent.
pub(super) async fn lookup(_meta: &Meta, _parcel: &Parcel<'_>) -> Lookup {
    Lookup::Unknown
}

fn post(meta: &Meta, config: &Config, what: &str) -> Result<RequestBuilder, SendError> {
    let path = [config.api_version.as_str(), &config.phone_number_id, what];
    let url = endpoint(&config.graph_url, &path)?;
    Ok(meta.http.post(url).bearer_auth(config.access_token.expose_secret()))
}

fn sent(answer: &Answer) -> Result<ProviderId, SendError> {
    let message = answer.read().and_then(|sent: send::Sent| sent.messages.into_iter().next());
    message.map(|message| message.id.into()).ok_or_else(|| refused(answer))
}

fn refused(answer: &Answer) -> SendError {
    let Some(send::Refused { error }) = answer.read() else { return answer.wordless() };
    let trace = error.fbtrace_id.as_deref().unwrap_or_default();
    tracing::debug!(meta.code = error.code, meta.trace = trace, "Meta refused a call");
    // What Meta itself could not do may go through in a minute.
    let is_transient = error.is_transient || answer.status.is_server_error();
    answer.refusal(codes::failure(&wire::Error { is_transient, ..error }))
}

fn typeless() -> SendError {
    SendError::NotSent(Failure::new(Class::Refused, "the file's type is no media type"))
}
