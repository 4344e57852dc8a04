//! A message as Meta takes it, one function a kind. What does not fit the form
//! it was made for goes as words: nothing is cut, and nothing is lost.

use std::borrow::Cow;

use super::wire::send::{
    Action, Body, Button, Card, CardName, CardPhone, Components, File, Interactive, Language, Link,
    Parameter, Place, Quote, Reaction, Row, Said, Section, Send, Template, Text, Words,
};
use crate::domain::content::{self, Choices, Contact, Content, Media, MediaKind};
use crate::domain::message;
use crate::domain::person::Address;
use crate::provider::Parcel;

/// The longest words above buttons, a link and a request for a place.
const SHORT: usize = 1024;
/// The longest words above a list.
const LONG: usize = 4096;
/// The longest words on a button.
const BUTTON: usize = 20;
/// So many buttons fit.
const BUTTONS: usize = 3;
/// The longest id of a button.
const BUTTON_ID: usize = 256;
/// So many rows fit in a list.
const ROWS: usize = 10;
/// The longest title of a row.
const ROW: usize = 24;
/// The longest id of a row.
const ROW_ID: usize = 200;
/// The longest description of a row.
const DESCRIPTION: usize = 72;

/// What stands on the button that opens a list, and above its rows: it can't
/// be left out, and nobody here knows a better word.
const OPTIONS: &str = "Options";

/// The whole body of a call.
pub(super) fn letter<'a>(parcel: &Parcel<'a>) -> Send<'a> {
    let (recipient_type, to, recipient) = match parcel.to {
        // Without `+` Meta may take the number for one of our own country.
        Address::Phone(phone) => ("individual", Some(format!("+{}", phone.digits())), None),
        // In `to` a user id is accepted and never delivered.
        Address::UserId(id) => ("individual", None, Some(id.as_str())),
        Address::Group(id) => ("group", Some(id.clone()), None),
    };
    Send {
        messaging_product: "whatsapp",
        recipient_type,
        to,
        recipient,
        said: said(&parcel.message.content),
        context: quote(parcel.message),
        biz_opaque_callback_data: parcel.delivery.to_string(),
    }
}

/// A reaction names its message itself.
fn quote(message: &message::Message) -> Option<Quote<'_>> {
    let quotes = message.attached.quotes.as_ref();
    let quotes = quotes.filter(|_| !matches!(message.content, Content::Reaction { .. }));
    quotes.map(|id| Quote { message_id: id.as_str() })
}

fn said(content: &Content) -> Said<'_> {
    match content {
        Content::Text(words) => text(words),
        Content::Media(media) => media_file(media),
        Content::Location { latitude, longitude, name } => {
            let place = Place { latitude: *latitude, longitude: *longitude, name: name.as_deref() };
            Said::Location { location: place }
        }
        Content::Contacts(cards) => Said::Contacts { contacts: cards.iter().map(card).collect() },
        Content::Choices(choices) => {
            buttons(choices).or_else(|| list(choices)).unwrap_or_else(|| text(content.as_text()))
        }
        Content::Link { text: words, title, url } => {
            link(words, title, url).unwrap_or_else(|| with_preview(content.as_text()))
        }
        Content::LocationRequest(words) => location_request(words).unwrap_or_else(|| text(words)),
        Content::Reaction { to, emoji } => {
            Said::Reaction { reaction: Reaction { message_id: to.as_str(), emoji } }
        }
        Content::Template(filled) => Said::Template { template: template(filled) },
        // Only people send these; whoever forwards one forwards its words.
        Content::Choice { .. }
        | Content::Form { .. }
        | Content::Order { .. }
        | Content::Unsupported(_)
        | Content::Revoked => text(content.as_text()),
    }
}

/// Without a preview: it would show words and a picture of a page that nobody
/// of the business has looked at, below words that a model wrote.
fn text<'a>(body: impl Into<Cow<'a, str>>) -> Said<'a> {
    Said::Text { text: Text { body: body.into(), preview_url: false } }
}

/// Here the link is what the message is about.
fn with_preview(body: String) -> Said<'static> {
    Said::Text { text: Text { body: body.into(), preview_url: true } }
}

/// By link or by the id of an upload. A recording and a sticker have no room
/// for words, and only a document has a name.
fn media_file(media: &Media) -> Said<'_> {
    let is_link = media.reference.contains("://");
    let (id, link) = match media.reference.as_str() {
        link if is_link => (None, Some(link)),
        id => (Some(id), None),
    };
    let caption = media.caption.as_deref().filter(|caption| !caption.is_empty());
    let bare = File { id, link, ..File::default() };
    match media.kind {
        MediaKind::Picture => Said::Image { image: File { caption, ..bare } },
        MediaKind::Video => Said::Video { video: File { caption, ..bare } },
        MediaKind::Audio => Said::Audio { audio: bare },
        MediaKind::VoiceNote => Said::Audio { audio: File { voice: Some(true), ..bare } },
        MediaKind::Document => {
            let filename = media.filename.as_deref();
            Said::Document { document: File { caption, filename, ..bare } }
        }
        MediaKind::Sticker => Said::Sticker { sticker: bare },
    }
}

/// A card must have a name, and one part of it must be named besides.
fn card(contact: &Contact) -> Card<'_> {
    let first = contact.phones.first().map_or("", String::as_str);
    let name = if contact.name.is_empty() { first } else { contact.name.as_str() };
    Card {
        name: CardName { formatted_name: name, first_name: name },
        phones: contact.phones.iter().map(|phone| CardPhone { phone }).collect(),
    }
}

fn buttons(choices: &Choices) -> Option<Said<'_>> {
    let options = &choices.options;
    let fits = fits(&choices.text, SHORT)
        && (1..=BUTTONS).contains(&options.len())
        && options.iter().all(|o| {
            o.description.is_none() && self::fits(&o.title, BUTTON) && self::fits(&o.id, BUTTON_ID)
        });
    let button = |option| Button { kind: "reply", reply: row(option) };
    let action = || Action::Buttons { buttons: options.iter().map(button).collect() };
    fits.then(|| interactive("button", &choices.text, action()))
}

fn list(choices: &Choices) -> Option<Said<'_>> {
    let options = &choices.options;
    let described = |text: &Option<String>| text.iter().all(|text| fits(text, DESCRIPTION));
    let fits = fits(&choices.text, LONG)
        && (1..=ROWS).contains(&options.len())
        && options.iter().all(|o| {
            self::fits(&o.title, ROW) && self::fits(&o.id, ROW_ID) && described(&o.description)
        });
    let section = || Section { title: OPTIONS, rows: options.iter().map(row).collect() };
    let action = || Action::List { button: OPTIONS, sections: [section()] };
    fits.then(|| interactive("list", &choices.text, action()))
}

fn row(option: &content::Choice) -> Row<'_> {
    Row { id: &option.id, title: &option.title, description: option.description.as_deref() }
}

fn link<'a>(text: &'a str, title: &'a str, url: &'a str) -> Option<Said<'a>> {
    let is_web = url.starts_with("https://") || url.starts_with("http://");
    let fits = fits(text, SHORT) && fits(title, BUTTON) && is_web;
    let parameters = Link { display_text: title, url };
    fits.then(|| interactive("cta_url", text, Action::Link { name: "cta_url", parameters }))
}

fn location_request(text: &str) -> Option<Said<'_>> {
    let action = Action::Named { name: "send_location" };
    fits(text, SHORT).then(|| interactive("location_request_message", text, action))
}

fn interactive<'a>(kind: &'static str, text: &'a str, action: Action<'a>) -> Said<'a> {
    Said::Interactive { interactive: Interactive { kind, body: Words { text }, action } }
}

fn template(filled: &content::Template) -> Template<'_> {
    let own = filled.components.as_ref().map(Components::Own);
    let body = || {
        let parameters = filled.variables.iter().map(|words| parameter(words)).collect();
        Components::Body([Body { kind: "body", parameters }])
    };
    Template {
        name: &filled.name,
        language: Language { code: &filled.language },
        components: own.or_else(|| (!filled.variables.is_empty()).then(body)),
    }
}

/// Meta refuses a template that is filled with a line's end, a tab, more than
/// four blanks in a row, or nothing.
fn parameter(words: &str) -> Parameter {
    let flat = words.split_whitespace().collect::<Vec<_>>().join(" ");
    Parameter { kind: "text", text: if flat.is_empty() { "-".to_owned() } else { flat } }
}

/// Meta does not say what it counts; UTF-16 units are the most it can be.
fn fits(text: &str, most: usize) -> bool {
    (1..=most).contains(&text.encode_utf16().count())
}
