//! Messages as Twilio tells them: forms.

use super::super::super::identifiers;
use super::super::super::media::File;
use super::super::super::twilio::{Form, Person};
use super::{Manner, Media, Medium, Place, What};

/// The forms, in order; `None` for what Twilio never tells.
pub(super) fn forms(person: &Person, manner: &Manner, what: &What) -> Option<Vec<Form>> {
    let quoted = manner.quotes.as_deref().unwrap_or_default();
    Some(match what {
        What::Tap { id, title } | What::QuickReply { payload: id, title } => {
            vec![person.button(quoted, title, Some(id))]
        }
        What::Reaction { .. } | What::Edit { .. } | What::Delete { .. } => return None,
        what => plain(person, what).into_iter().map(|form| put(person, manner, form)).collect(),
    })
}

/// What can be a reply or forwarded.
fn plain(person: &Person, what: &What) -> Vec<Form> {
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

/// There is no voice flag, and a document's name is its text.
fn media(person: &Person, medium: &Medium) -> Form {
    let file = medium.file();
    let caption = medium.caption.clone().unwrap_or_default();
    let (kind, text) = match medium.media {
        Media::Image => ("image", caption),
        Media::Video => ("video", caption),
        Media::Voice => ("audio", String::new()),
        Media::Document if caption.is_empty() => {
            ("document", file.name.clone().unwrap_or_default())
        }
        Media::Document => ("document", caption),
        Media::Sticker => ("sticker", String::new()),
    };
    let bare = file.mime.split(';').next().unwrap_or_default().to_owned();
    person.file(kind, File { mime: bare, ..file }, &text)
}

fn location(person: &Person, place: &Place) -> Form {
    let mut form = person.location(place.latitude, place.longitude, None);
    let named = [("Label", &place.name), ("Address", &place.address)];
    let named = named.into_iter().filter_map(|(name, value)| Some((name, value.clone()?)));
    form.extend(named.map(|(name, value)| (name.to_owned(), value)));
    form
}

/// With its context. What is forwarded quotes nothing.
fn put(person: &Person, manner: &Manner, form: Form) -> Form {
    if manner.forwarded {
        return person.forwarded(form, false);
    }
    match manner.quotes.as_deref() {
        Some(quoted) => person.quoting(form, quoted),
        None => form,
    }
}
