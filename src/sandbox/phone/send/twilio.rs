//! Messages as Twilio tells them: forms.

use std::sync::Arc;

use super::super::super::identifiers;
use super::super::super::twilio::{Form, Person};
use super::super::Sandbox;
use super::{Manner, Media, Medium, Place, What};

/// Writes the messages of one person.
pub(super) struct Writer<'a> {
    sandbox: &'a Arc<Sandbox>,
    person: &'a Person,
    manner: &'a Manner,
}

impl<'a> Writer<'a> {
    pub(super) fn new(sandbox: &'a Arc<Sandbox>, person: &'a Person, manner: &'a Manner) -> Self {
        Self { sandbox, person, manner }
    }

    /// The forms, in order. What Twilio doesn't tell has none.
    pub(super) fn forms(&self, what: &What) -> Vec<Form> {
        match what {
            What::Text { text } => vec![self.write("text", text, &[])],
            What::Burst { texts } => {
                texts.iter().map(|text| self.write("text", text, &[])).collect()
            }
            What::Media(medium) => vec![self.media(medium)],
            What::Location(place) => vec![self.location(place)],
            What::Contact { name, .. } => vec![self.medium("contacts", "", "text/vcard", name)],
            What::Button { id, title } | What::QuickReply { payload: id, title } => {
                let tap =
                    [("ButtonText", title), ("ButtonPayload", id), ("ButtonType", &"REPLY".into())];
                vec![self.write("button", title, &tap)]
            }
            What::Row { id, title, description } => vec![self.row(id, title, description.as_ref())],
            What::Reaction { .. } | What::Edit { .. } | What::Delete { .. } => Vec::new(),
        }
    }

    /// A message with these parameters and its context.
    fn write(&self, kind: &str, body: &str, parameters: &[(&str, &String)]) -> Form {
        let mut form = self.person.message(body);
        set(&mut form, "MessageType", kind);
        parameters.iter().for_each(|(name, value)| set(&mut form, name, value));
        self.add_context(&mut form);
        form
    }

    fn row(&self, id: &String, title: &String, description: Option<&String>) -> Form {
        let mut picked = vec![("ListId", id), ("ListTitle", title)];
        picked.extend(description.map(|description| ("ListDescription", description)));
        self.write("interactive", title, &picked)
    }

    fn location(&self, place: &Place) -> Form {
        let (latitude, longitude) = (place.latitude.to_string(), place.longitude.to_string());
        let mut parameters = vec![("Latitude", &latitude), ("Longitude", &longitude)];
        parameters.extend(place.name.as_ref().map(|name| ("Label", name)));
        parameters.extend(place.address.as_ref().map(|address| ("Address", address)));
        self.write("location", "", &parameters)
    }

    /// There is no voice flag and no file name; a sticker is a picture.
    fn media(&self, medium: &Medium) -> Form {
        let (kind, mime) = match medium.media {
            Media::Image => ("image", "image/jpeg"),
            Media::Video => ("video", "video/mp4"),
            Media::Voice => ("audio", "audio/ogg"),
            Media::Document => ("document", "application/pdf"),
            Media::Sticker => ("sticker", "image/webp"),
        };
        self.medium(kind, medium.caption.as_deref().unwrap_or_default(), mime, "")
    }

    fn medium(&self, kind: &str, body: &str, mime: &str, _name: &str) -> Form {
        let url = format!("https://api.twilio.com/2010-04-01/Media/ME{}", identifiers::token());
        let one = "1".to_owned();
        let parameters =
            [("NumMedia", &one), ("MediaUrl0", &url), ("MediaContentType0", &mime.to_owned())];
        self.write(kind, body, &parameters)
    }

    /// What is forwarded quotes nothing.
    fn add_context(&self, form: &mut Form) {
        if self.manner.forwarded {
            return set(form, "Forwarded", "true");
        }
        let Some(account) = self.sandbox.twilio.first().map(|desk| &desk.account) else { return };
        let Some(quoted) = self.manner.quotes.as_deref() else { return };
        let person = super::who_wrote(self.sandbox, &account.from, quoted);
        let writer = person.and_then(|person| person.phone);
        let writer = writer.map_or(account.from.clone(), |phone| format!("whatsapp:+{phone}"));
        set(form, "OriginalRepliedMessageSid", quoted);
        set(form, "OriginalRepliedMessageSender", &writer);
    }
}

/// In the place of the value that is there, or as a new parameter.
fn set(form: &mut Form, name: &str, value: &str) {
    match form.iter_mut().find(|(key, _)| key == name) {
        Some((_, old)) => value.clone_into(old),
        None => form.push((name.to_owned(), value.to_owned())),
    }
}
