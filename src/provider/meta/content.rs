//! What was said: from the object named like a message's type to our kinds.

use std::collections::HashMap;

use serde::de::DeserializeOwned;
use serde_json::value::RawValue;

use super::wire::{self, content};
use crate::domain::content::{Contact, Content, Media, MediaKind};
use crate::domain::message::{Attached, Referral};
use crate::provider::identity::given;

/// The fields of a message, of which one is named like its type.
pub(super) struct Body(HashMap<String, Box<RawValue>>);

impl Body {
    pub(super) fn of(element: &RawValue) -> Option<Self> {
        wire::read(element).map(Self)
    }

    /// The object under this name, if it is there and has this shape.
    pub(super) fn object<T: DeserializeOwned>(&self, name: &str) -> Option<T> {
        self.0.get(name).and_then(|raw| wire::read(raw))
    }

    /// What a message of this type says. `None` if it can't be read; a type
    /// that we don't know is readable as what it is.
    pub(super) fn content(&self, kind: &str) -> Option<Content> {
        if !self.holds(kind) {
            return Some(Content::Unsupported(kind.to_owned()));
        }
        Some(match kind {
            "text" => Content::Text(self.object::<content::Text>(kind)?.body),
            "image" => self.media(kind, MediaKind::Picture)?,
            "video" => self.media(kind, MediaKind::Video)?,
            "audio" => self.media(kind, MediaKind::Audio)?,
            "document" => self.media(kind, MediaKind::Document)?,
            "sticker" => self.media(kind, MediaKind::Sticker)?,
            "location" => location(self.object(kind)?)?,
            "contacts" => contacts(self.object(kind)?),
            "interactive" => interactive(self.object(kind)?),
            "button" => button(self.object(kind)?),
            "order" => order(self.object(kind)?),
            "unsupported" => {
                Content::Unsupported(match self.object::<content::Unsupported>(kind) {
                    Some(object) => object.kind,
                    None => kind.to_owned(),
                })
            }
            other => Content::Unsupported(other.to_owned()),
        })
    }

    /// Meta leaves the object out when it could not read it itself (an answer
    /// to a list, a file that is too large): there was a message all the same.
    fn holds(&self, kind: &str) -> bool {
        self.0.get(kind).is_some_and(|raw| raw.get() != "null")
    }

    fn media(&self, name: &str, kind: MediaKind) -> Option<Content> {
        let media: content::Media = self.object(name)?;
        let kind = if media.voice { MediaKind::VoiceNote } else { kind };
        Some(Content::Media(Media {
            kind,
            reference: media.id.0,
            mime: media.mime_type.unwrap_or_default(),
            caption: media.caption,
            filename: media.filename,
            sha256: media.sha256,
        }))
    }
}

/// What surrounds a message. Of its `context`, who wrote the quoted message is
/// left out, since that message is known; a message's own `errors` only say
/// again that it can't be read.
pub(super) fn attached(message: &wire::Message, speaker: Option<String>) -> Attached {
    let context = message.context.as_ref();
    let product = context.and_then(|context| context.referred_product.as_ref());
    Attached {
        quotes: context.and_then(|context| given(context.id.as_deref()?)).map(Into::into),
        forwarded: context.is_some_and(|c| c.forwarded || c.frequently_forwarded),
        speaker,
        referral: message.referral.as_ref().map(referral),
        product: product
            .and_then(|product| given(&product.product_retailer_id.0))
            .map(str::to_owned),
        ..Attached::default()
    }
}

/// The greeting that the person saw below an advertisement belongs to its
/// words; without an address its kind and id say which it was.
fn referral(referral: &wire::Referral) -> Referral {
    let kind = referral.source_type.as_deref().unwrap_or("ad");
    let id = referral.source_id.as_ref().map(|id| format!("{kind} {}", id.0));
    let greeting = referral.welcome_message.as_ref().map(|greeting| greeting.text.as_str());
    let words: Vec<&str> = referral.body.as_deref().into_iter().chain(greeting).collect();
    Referral {
        url: referral.source_url.clone().or(id),
        headline: referral.headline.clone(),
        body: given(&words.join("\n")).map(str::to_owned),
        click_id: referral.ctwa_clid.clone(),
    }
}

fn location(place: content::Location) -> Option<Content> {
    let words = [place.name, place.address, place.url];
    let words: Vec<String> = words.into_iter().flatten().collect();
    let on_earth = place.latitude.is_finite() && place.longitude.is_finite();
    on_earth.then(|| Content::Location {
        latitude: place.latitude,
        longitude: place.longitude,
        name: given(&words.join(", ")).map(str::to_owned),
    })
}

fn contacts(cards: Vec<content::Card>) -> Content {
    Content::Contacts(cards.into_iter().map(contact).collect())
}

/// A card that answers a request for contact has no name.
fn contact(card: content::Card) -> Contact {
    let name = card.name.and_then(|name| name.formatted_name.or(name.first_name));
    let phones = card.phones.into_iter().filter_map(|phone| phone.phone.or(phone.wa_id));
    let mut phones: Vec<String> = phones.map(|phone| phone.0).collect();
    if phones.is_empty() {
        phones = card.vcard.as_deref().map(numbers_on).unwrap_or_default();
    }
    Contact { name: name.unwrap_or_default(), phones }
}

/// The numbers on a vCard: lines such as `TEL;TYPE=CELL:+1 555 0100` and
/// `item1.TEL:…`.
fn numbers_on(vcard: &str) -> Vec<String> {
    let is_number = |label: &str| {
        let property = label.split(';').next().unwrap_or_default();
        property.rsplit('.').next().is_some_and(|name| name.trim().eq_ignore_ascii_case("tel"))
    };
    let lines = vcard.lines().filter_map(|line| line.split_once(':'));
    let numbers =
        lines.filter(|(label, _)| is_number(label)).filter_map(|(_, number)| given(number));
    numbers.map(str::to_owned).collect()
}

fn interactive(answer: content::Interactive) -> Content {
    match answer {
        content::Interactive::ButtonReply { button_reply: choice }
        | content::Interactive::ListReply { list_reply: choice } => {
            Content::Choice { id: choice.id, title: choice.title }
        }
        content::Interactive::NfmReply { nfm_reply: form } => {
            let name = form.name.unwrap_or_else(|| "flow".to_owned());
            Content::Form { name, answers: form.response_json }
        }
        content::Interactive::CallPermissionReply { call_permission_reply: reply } => {
            Content::Choice { id: "call_permission_reply".to_owned(), title: reply.response }
        }
        content::Interactive::Other => Content::Unsupported("interactive".to_owned()),
    }
}

fn button(button: content::Button) -> Content {
    let id = button.payload.unwrap_or_else(|| button.text.clone());
    Content::Choice { id, title: button.text }
}

fn order(order: content::Order) -> Content {
    Content::Order {
        text: order.text.unwrap_or_default(),
        items: order.product_items.into_iter().map(item).collect(),
    }
}

/// `2 × SKU (12.50 EUR)`.
fn item(item: content::Item) -> String {
    let what = format!("{} × {}", item.quantity.0, item.product_retailer_id.0);
    let price = item.item_price.map(|price| price.0);
    let price: Vec<String> =
        price.map(|price| amount(&price)).into_iter().chain(item.currency).collect();
    match price.is_empty() {
        true => what,
        false => format!("{what} ({})", price.join(" ")),
    }
}

/// As people write it: 12.5 is 12.50, and 12 is 12.
fn amount(price: &str) -> String {
    match price.parse::<f64>() {
        Ok(amount) if amount.fract() != 0.0 => format!("{amount:.2}"),
        _ => price.to_owned(),
    }
}
