//! Messages as Meta's Cloud API tells them.

use serde_json::{Value, json};

use super::super::super::identifiers;
use super::super::super::meta::Person;
use super::{Manner, Media, Medium, Place, What};

/// Elements of `messages`, in order; `None` if the choice isn't there.
pub(super) fn messages(person: &Person, manner: &Manner, what: &What) -> Option<Vec<Value>> {
    let quoted = manner.quotes.as_deref().unwrap_or_default();
    Some(match what {
        What::Tap { id, .. } => vec![person.tap(quoted, id)?],
        What::QuickReply { payload, title } => vec![person.quick_reply(quoted, payload, title)],
        What::Reaction { message, emoji } => vec![reaction(person, message, emoji)],
        What::Edit { message, text } => vec![edit(person, message, text)],
        What::Delete { message } => {
            vec![person.any("revoke", json!({ "original_message_id": message }))]
        }
        what => {
            let plain = plain(person, what);
            plain.into_iter().map(|message| put(person, manner, message)).collect()
        }
    })
}

/// What can be a reply or forwarded.
fn plain(person: &Person, what: &What) -> Vec<Value> {
    match what {
        What::Text { text } => vec![person.message(text)],
        What::Burst { texts } => texts.iter().map(|text| person.message(text)).collect(),
        What::Media(medium) => vec![media(person, medium)],
        What::Location(place) => vec![location(person, place)],
        What::Contact { name, phone } => {
            let digits = identifiers::phone(phone);
            digits.iter().map(|digits| person.contact_card(name, digits)).collect()
        }
        What::Tap { .. } | What::QuickReply { .. } => Vec::new(),
        What::Reaction { .. } | What::Edit { .. } | What::Delete { .. } => Vec::new(),
    }
}

fn media(person: &Person, medium: &Medium) -> Value {
    let caption = medium.caption.as_deref();
    let (kind, caption, extra) = match medium.media {
        Media::Image => ("image", caption, None),
        Media::Video => ("video", caption, None),
        Media::Voice => ("audio", None, Some(("voice", true))),
        Media::Document => ("document", caption, None),
        Media::Sticker => ("sticker", None, Some(("animated", false))),
    };
    let mut message = person.file(kind, medium.file(), caption);
    if let Some((key, value)) = extra {
        message[kind][key] = value.into();
    }
    message
}

fn location(person: &Person, place: &Place) -> Value {
    let mut message = person.location(place.latitude, place.longitude, None);
    for (key, value) in [("name", &place.name), ("address", &place.address)] {
        if let Some(value) = value {
            message["location"][key] = value.as_str().into();
        }
    }
    message
}

/// Taken back it has no emoji.
fn reaction(person: &Person, message: &str, emoji: &str) -> Value {
    let mut body = json!({ "message_id": message });
    if !emoji.is_empty() {
        body["emoji"] = emoji.into();
    }
    person.any("reaction", body)
}

fn edit(person: &Person, message: &str, text: &str) -> Value {
    let new = json!({ "type": "text", "text": { "body": text } });
    person.any("edit", json!({ "original_message_id": message, "message": new }))
}

/// With its context. What is forwarded quotes nothing.
fn put(person: &Person, manner: &Manner, message: Value) -> Value {
    if manner.forwarded {
        return person.forwarded(message, false);
    }
    match manner.quotes.as_deref() {
        Some(quoted) => person.quoting(message, quoted),
        None => message,
    }
}
