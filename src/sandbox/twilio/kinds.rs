//! Everything a person can send: forms, each under a new SID, to be handed to
//! `sends`.

use serde_json::Value;

use super::super::identifiers;
use super::super::media::File;
use super::{Form, Person, webhook};

impl Person {
    /// A file in a message of this kind (`image`, `video`, `audio`, `document`,
    /// `sticker`, `contacts`), which the app can download; the text beside it.
    pub fn file(&self, kind: &str, file: File, text: &str) -> Form {
        let account = &self.number.desk().account;
        let (sid, medium) = (identifiers::mms_sid(), identifiers::media_sid());
        let path = format!(
            "/twilio/2010-04-01/Accounts/{}/Messages/{sid}/Media/{medium}",
            account.account_sid
        );
        let mut form = webhook::message(account, &self.contact, &sid, text);
        for (name, value) in [
            ("NumMedia", "1"),
            ("MessageType", kind),
            ("MediaContentType0", &file.mime),
            ("MediaUrl0", &self.number.sandbox.own_url(&path)),
        ] {
            webhook::set(&mut form, name, value);
        }
        self.number.sandbox.media.put(self.number.id(), &medium, file);
        form
    }

    /// A picture; its caption is the text.
    pub fn picture(&self, caption: &str) -> Form {
        self.file("image", File::picture(), caption)
    }

    /// A film.
    pub fn video(&self, caption: &str) -> Form {
        self.file("video", File::video(), caption)
    }

    /// A recorded voice. Twilio doesn't tell it from a song.
    pub fn voice_note(&self) -> Form {
        self.file("audio", File { mime: "audio/ogg".into(), ..File::voice() }, "")
    }

    /// A document; its name is the text.
    pub fn document(&self, name: &str) -> Form {
        self.file("document", File::document(name), name)
    }

    /// A sticker.
    pub fn sticker(&self) -> Form {
        self.file("sticker", File::sticker(), "")
    }

    /// Somebody's card; the number in digits.
    pub fn contact_card(&self, name: &str, phone: &str) -> Form {
        self.file("contacts", File::vcard(name, phone), "")
    }

    /// A place, with its name and address if it has them.
    pub fn location(&self, latitude: f64, longitude: f64, named: Option<(&str, &str)>) -> Form {
        let (latitude, longitude) = (latitude.to_string(), longitude.to_string());
        let place =
            [("MessageType", "location"), ("Latitude", &latitude), ("Longitude", &longitude)];
        let mut form = self.with("", &place);
        if let Some((name, address)) = named {
            webhook::set(&mut form, "Label", name);
            webhook::set(&mut form, "Address", address);
        }
        form
    }

    /// A tap on a quick reply of a message; its payload may be missing.
    pub fn button(&self, sid: &str, text: &str, payload: Option<&str>) -> Form {
        let mut form = self.with(
            text,
            &[("MessageType", "button"), ("ButtonText", text), ("ButtonType", "REPLY")],
        );
        if let Some(payload) = payload {
            webhook::set(&mut form, "ButtonPayload", payload);
        }
        self.quoting(form, sid)
    }

    /// A tap on a row of a list.
    pub fn list_row(&self, sid: &str, id: &str, title: &str) -> Form {
        let row = [("MessageType", "interactive"), ("ListId", id), ("ListTitle", title)];
        self.quoting(self.with(title, &row), sid)
    }

    /// The answers of a form (a flow).
    pub fn flow_reply(&self, sid: &str, answers: &Value) -> Form {
        let answers = answers.to_string();
        let data = [
            ("MessageType", "interactive"),
            ("InteractiveData", answers.as_str()),
            ("FlowData", &answers),
        ];
        self.quoting(self.with("", &data), sid)
    }

    /// A text that comes as SMS, on the same URL.
    pub fn sms(&self, text: &str) -> Form {
        let bare = |address: &str| address.trim_start_matches("whatsapp:").to_owned();
        let mut form = self.message(text);
        form.retain(|(name, _)| {
            !["WaId", "ProfileName", "ChannelMetadata", "MessageType"].contains(&name.as_str())
        });
        let own = bare(&webhook::address(&self.contact));
        webhook::set(&mut form, "From", &own);
        webhook::set(&mut form, "To", &bare(self.number.id()));
        form
    }

    /// The message as a reply to another one.
    pub fn quoting(&self, mut form: Form, sid: &str) -> Form {
        let own = self.wrote(sid).then(|| webhook::address(&self.contact));
        let sender = own.as_deref().unwrap_or(self.number.id());
        webhook::set(&mut form, "OriginalRepliedMessageSid", sid);
        webhook::set(&mut form, "OriginalRepliedMessageSender", sender);
        form
    }

    /// The message as forwarded, perhaps often.
    pub fn forwarded(&self, mut form: Form, often: bool) -> Form {
        webhook::set(&mut form, "Forwarded", "true");
        webhook::set(&mut form, "FrequentlyForwarded", if often { "true" } else { "false" });
        form
    }

    /// The message as the first after a click on an ad.
    pub fn from_ad(&self, mut form: Form) -> Form {
        for (name, value) in [
            ("ReferralBody", "Summer sale is here!"),
            ("ReferralHeadline", "Chat with us"),
            ("ReferralSourceId", "120226305854810726"),
            ("ReferralSourceType", "ad"),
            ("ReferralSourceUrl", "https://fb.me/example"),
            ("ReferralCtwaClid", "Aff-EXAMPLE"),
        ] {
            webhook::set(&mut form, name, value);
        }
        form
    }

    fn with(&self, text: &str, parameters: &[(&str, &str)]) -> Form {
        let mut form = self.message(text);
        parameters.iter().for_each(|(name, value)| webhook::set(&mut form, name, value));
        form
    }
}
