//! What goes out, in Twilio's fields. Some kinds have none: those that read
//! well as words go as words, the others are refused.

use std::collections::BTreeMap;

use url::Url;

use super::sender::{CHANNEL, bare};
use super::{Config, Twilio, wire};
use crate::domain::content::{Contact, Content, Media, Template};
use crate::domain::failure::{Class, Failure, SendError};
use crate::domain::person::Address;
use crate::provider::Parcel;
use crate::provider::exchange::endpoint;

/// One message, addressed. What it quotes is left out: there is no parameter
/// for it.
pub(super) fn letter(
    twilio: &Twilio,
    config: &Config,
    parcel: &Parcel<'_>,
) -> Result<wire::Send, SendError> {
    Ok(wire::Send {
        to: to(parcel.to)?,
        from: from(config),
        status_callback: callback(twilio, parcel)?,
        ..said(&parcel.message.content)?
    })
}

/// A person's address, as Twilio writes it.
pub(super) fn to(address: &Address) -> Result<String, SendError> {
    match address {
        Address::Phone(phone) => Ok(format!("{CHANNEL}+{}", phone.digits())),
        Address::UserId(id) => Ok(format!("{CHANNEL}{}", id.as_str())),
        Address::Group(_) => Err(refused("Twilio has no group chats")),
    }
}

/// Our own address.
pub(super) fn from(config: &Config) -> String {
    format!("{CHANNEL}{}", bare(&config.from))
}

/// Where news of the message comes to, with our own id.
fn callback(twilio: &Twilio, parcel: &Parcel<'_>) -> Result<String, SendError> {
    let path = ["webhooks", "twilio", "status"];
    let mut callback = endpoint(twilio.public_url.borrow().as_str(), &path)?;
    callback.query_pairs_mut().append_pair("delivery", &parcel.delivery.to_string());
    Ok(callback.into())
}

fn said(content: &Content) -> Result<wire::Send, SendError> {
    match content {
        // Buttons and lists need an object made beforehand in Twilio's Content
        // API, so choices are numbered and links stand in the text.
        Content::Text(_)
        | Content::Choices(_)
        | Content::Link { .. }
        | Content::LocationRequest(_) => Ok(words(content.as_text())),
        Content::Contacts(cards) => Ok(words(contacts(cards))),
        Content::Location { latitude, longitude, name } => {
            Ok(location(*latitude, *longitude, name.as_deref()))
        }
        Content::Media(media) => file(media),
        Content::Template(template) => Ok(filled_in(template)),
        Content::Reaction { .. } => Err(refused("Twilio can't send reactions")),
        Content::Choice { .. }
        | Content::Form { .. }
        | Content::Order { .. }
        | Content::Unsupported(_)
        | Content::Revoked => Err(refused("only people send this kind of message")),
    }
}

fn words(text: String) -> wire::Send {
    wire::Send { body: Some(text), ..wire::Send::default() }
}

fn contacts(cards: &[Contact]) -> String {
    let line = |card: &Contact| format!("{}: {}", card.name, card.phones.join(", "));
    cards.iter().map(line).collect::<Vec<_>>().join("\n")
}

/// A pin has to have words beside it.
fn location(latitude: f64, longitude: f64, name: Option<&str>) -> wire::Send {
    let place = format!("{latitude},{longitude}");
    let (action, body) = match name {
        Some(name) => (format!("geo:{place}|{name}"), name.to_owned()),
        None => (format!("geo:{place}"), place),
    };
    wire::Send { persistent_action: Some(action), ..words(body) }
}

fn file(media: &Media) -> Result<wire::Send, SendError> {
    let url = Url::parse(&media.reference).ok();
    if !url.is_some_and(|url| matches!(url.scheme(), "https" | "http")) {
        return Err(refused("Twilio takes files by link: give a URL that anybody can fetch"));
    }
    let (media_url, body) = (Some(media.reference.clone()), media.caption.clone());
    Ok(wire::Send { media_url, body, ..wire::Send::default() })
}

/// A template's own id decides its language.
fn filled_in(template: &Template) -> wire::Send {
    let numbered: BTreeMap<usize, &String> = (1..).zip(&template.variables).collect();
    let own = template.components.as_ref().map(ToString::to_string);
    let variables = (!numbered.is_empty()).then(|| serde_json::json!(numbered).to_string());
    wire::Send {
        content_sid: Some(template.name.clone()),
        content_variables: own.or(variables),
        ..wire::Send::default()
    }
}

fn refused(reason: &str) -> SendError {
    SendError::NotSent(Failure::new(Class::Refused, reason))
}
