//! What was said: from the object named like a message's type to our kinds.

use std::collections::HashMap;

use serde::de::DeserializeOwned;
use serde_json::value::RawValue;

use super::wire;
use crate::domain::message::{Attached, Contact, Content, Media, MediaKind, Referral};
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
        Some(match kind {
            "text" => Content::Text(self.object::<wire::Text>(kind)?.body),
            "image" => self.media(kind, MediaKind::Picture)?,
            "video" => self.media(kind, MediaKind::Video)?,
            "audio" => self.media(kind, MediaKind::Audio)?,
            "document" => self.media(kind, MediaKind::Document)?,
            "sticker" => self.media(kind, MediaKind::Sticker)?,
            "location" => location(self.object(kind)?),
            "contacts" => contacts(self.object(kind)?),
            "interactive" => self.interactive()?,
            "button" => button(self.object(kind)?),
            "order" => order(self.object(kind)?),
            "unsupported" => Content::Unsupported(match self.object::<wire::Unsupported>(kind) {
                Some(object) => object.kind,
                None => kind.to_owned(),
            }),
            other => Content::Unsupported(other.to_owned()),
        })
    }

    fn media(&self, name: &str, kind: MediaKind) -> Option<Content> {
        let media: wire::Media = self.object(name)?;
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

    /// Meta leaves the object out when it could not read the answer itself.
    fn interactive(&self) -> Option<Content> {
        if !self.0.contains_key("interactive") {
            return Some(Content::Unsupported("interactive".to_owned()));
        }
        Some(match self.object("interactive")? {
            wire::Interactive::ButtonReply { button_reply: choice }
            | wire::Interactive::ListReply { list_reply: choice } => {
                Content::Choice { id: choice.id, title: choice.title }
            }
            wire::Interactive::NfmReply { nfm_reply: form } => {
                let name = form.name.unwrap_or_else(|| "flow".to_owned());
                Content::Form { name, answers: form.response_json }
            }
            wire::Interactive::CallPermissionReply { call_permission_reply: reply } => {
                Content::Choice { id: "call_permission_reply".to_owned(), title: reply.response }
            }
            wire::Interactive::Other => Content::Unsupported("interactive".to_owned()),
        })
    }
}

/// What surrounds a message.
pub(super) fn attached(message: &wire::Message, speaker: Option<String>) -> Attached {
    let context = message.context.as_ref();
    Attached {
        quotes: context.and_then(|context| given(context.id.as_deref()?)).map(Into::into),
        forwarded: context.is_some_and(|c| c.forwarded || c.frequently_forwarded),
        speaker,
        referral: message.referral.as_ref().map(referral),
        ..Attached::default()
    }
}

fn referral(referral: &wire::Referral) -> Referral {
    Referral {
        url: referral.source_url.clone(),
        headline: referral.headline.clone(),
        body: referral.body.clone(),
        click_id: referral.ctwa_clid.clone(),
    }
}

fn location(place: wire::Location) -> Content {
    let name: Vec<String> = place.name.into_iter().chain(place.address).collect();
    Content::Location {
        latitude: place.latitude,
        longitude: place.longitude,
        name: given(&name.join(", ")).map(str::to_owned),
    }
}

fn contacts(cards: Vec<wire::Card>) -> Content {
    Content::Contacts(cards.into_iter().map(contact).collect())
}

/// A card that answers a request for contact has no name.
fn contact(card: wire::Card) -> Contact {
    let name = card.name.and_then(|name| name.formatted_name.or(name.first_name));
    let phones = card.phones.into_iter().filter_map(|phone| phone.phone.or(phone.wa_id));
    Contact { name: name.unwrap_or_default(), phones: phones.map(|phone| phone.0).collect() }
}

fn button(button: wire::Button) -> Content {
    let id = button.payload.unwrap_or_else(|| button.text.clone());
    Content::Choice { id, title: button.text }
}

fn order(order: wire::Order) -> Content {
    let item =
        |item: wire::Product| format!("{} × {}", item.quantity.0, item.product_retailer_id.0);
    Content::Order {
        text: order.text.unwrap_or_default(),
        items: order.product_items.into_iter().map(item).collect(),
    }
}
