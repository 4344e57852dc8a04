//! Everything a person can send: elements of `messages`, each under a new id,
//! to be handed to `sends` or `change`.

use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use serde_json::{Value, json};

use super::super::identifiers;
use super::super::media::{File, vcard};
use super::{Person, api};

impl Person {
    /// A file in a message of this kind (`image`, `video`, `audio`, `document`,
    /// `sticker`), which the app can download.
    pub fn file(&self, kind: &str, file: File, caption: Option<&str>) -> Value {
        let id = identifiers::media_id();
        let mut body = json!({
            "id": id,
            "mime_type": file.mime,
            "sha256": STANDARD.encode(file.sha256()),
        });
        let named = file.name.as_deref();
        let extra = [("caption", caption), ("filename", named.filter(|_| kind == "document"))];
        for (key, value) in extra {
            if let Some(value) = value {
                body[key] = value.into();
            }
        }
        self.number.sandbox.media.put(self.number.id(), &id, file);
        body["url"] = api::address(&self.number, &id).into();
        self.any(kind, body)
    }

    /// A picture.
    pub fn picture(&self, caption: Option<&str>) -> Value {
        self.file("image", File::picture(), caption)
    }

    /// A film.
    pub fn video(&self, caption: Option<&str>) -> Value {
        self.file("video", File::video(), caption)
    }

    /// A recorded voice.
    pub fn voice_note(&self) -> Value {
        with(self.file("audio", File::voice(), None), "audio", "voice", true.into())
    }

    /// A song.
    pub fn audio(&self) -> Value {
        with(self.file("audio", File::audio(), None), "audio", "voice", false.into())
    }

    /// A document.
    pub fn document(&self, name: &str, caption: Option<&str>) -> Value {
        self.file("document", File::document(name), caption)
    }

    /// A sticker.
    pub fn sticker(&self) -> Value {
        with(self.file("sticker", File::sticker(), None), "sticker", "animated", false.into())
    }

    /// A place, with its name and address if it has them.
    pub fn location(&self, latitude: f64, longitude: f64, named: Option<(&str, &str)>) -> Value {
        let mut body = json!({ "latitude": latitude, "longitude": longitude });
        if let Some((name, address)) = named {
            body["name"] = name.into();
            body["address"] = address.into();
        }
        self.any("location", body)
    }

    /// Somebody's card; the number in digits.
    pub fn contact_card(&self, name: &str, phone: &str) -> Value {
        let first = name.split(' ').next();
        let phone = json!({ "phone": format!("+{phone}"), "wa_id": phone, "type": "CELL" });
        let name = json!({ "formatted_name": name, "first_name": first });
        self.any("contacts", json!([{ "name": name, "phones": [phone] }]))
    }

    /// The own number, shared because the app asked for it: there is no name.
    pub fn shared_contact(&self, phone: &str) -> Value {
        let card = vcard(&self.contact.name, phone);
        let phones = json!([{ "phone": format!("+{phone}") }]);
        let mut message = self.any("contacts", json!([{ "vcard": card, "phones": phones }]));
        message["origin"] = "contact_request".into();
        message
    }

    /// A tap on a button or a row of a list, by its id or its title; `None` if
    /// the message has no such choice.
    pub fn tap(&self, wamid: &str, choice: &str) -> Option<Value> {
        let sandbox = &self.number.sandbox;
        let raw = sandbox
            .phones
            .read(|book| book.find(self.number.id(), wamid).map(|bubble| bubble.raw.clone()))?;
        let action = &raw["interactive"]["action"];
        let picked = |choices: Vec<&Value>| {
            let mut found = choices.into_iter();
            found.find(|one| one["id"] == choice || one["title"] == choice).cloned()
        };
        let reply = match (picked(buttons(action)), picked(rows(action))) {
            (Some(button), _) => json!({ "type": "button_reply", "button_reply": button }),
            (None, Some(row)) => json!({ "type": "list_reply", "list_reply": row }),
            (None, None) => return None,
        };
        Some(self.quoting(self.any("interactive", reply), wamid))
    }

    /// A tap on a button of a template.
    pub fn quick_reply(&self, wamid: &str, payload: &str, text: &str) -> Value {
        self.quoting(self.any("button", json!({ "payload": payload, "text": text })), wamid)
    }

    /// The answers of a form (a flow).
    pub fn flow_reply(&self, wamid: &str, answers: &Value) -> Value {
        let reply = json!({ "name": "flow", "body": "Sent", "response_json": answers.to_string() });
        let body = json!({ "type": "nfm_reply", "nfm_reply": reply });
        self.quoting(self.any("interactive", body), wamid)
    }

    /// An order of products: id, quantity, price in dollars.
    pub fn order(&self, text: &str, products: &[(&str, u32, f64)]) -> Value {
        let items: Vec<_> = products
            .iter()
            .map(|(id, quantity, price)| {
                json!({
                    "product_retailer_id": id,
                    "quantity": quantity,
                    "item_price": price,
                    "currency": "USD",
                })
            })
            .collect();
        self.any("order", json!({ "catalog_id": CATALOG, "text": text, "product_items": items }))
    }

    /// Something the API can't carry; perhaps Meta says what it was.
    pub fn unsupported(&self, kind: Option<&str>) -> Value {
        let body = kind.map_or(Value::Null, |kind| json!({ "type": kind }));
        let mut message = self.any("unsupported", body);
        let details = "Message type is currently not supported.";
        message["errors"] = json!([{
            "code": 131051,
            "title": "Message type unknown",
            "message": "Message type unknown",
            "error_data": { "details": details },
        }]);
        message
    }

    /// The chat was opened for the first time.
    pub fn welcome_request(&self) -> Value {
        self.any("request_welcome", Value::Null)
    }

    /// The message as a reply to another one.
    pub fn quoting(&self, mut message: Value, wamid: &str) -> Value {
        let number = &self.number.desk().account.display_number;
        let from = if self.wrote(wamid) { self.contact.address() } else { number };
        message["context"] = json!({ "from": from, "id": wamid });
        message
    }

    /// The message as forwarded, perhaps often.
    pub fn forwarded(&self, mut message: Value, often: bool) -> Value {
        let key = if often { "frequently_forwarded" } else { "forwarded" };
        message["context"] = json!({ key: true });
        message
    }

    /// The message as the first after a click on an ad.
    pub fn from_ad(&self, mut message: Value) -> Value {
        message["referral"] = json!({
            "source_url": "https://fb.me/example",
            "source_id": "120226305854810726",
            "source_type": "ad",
            "headline": "Chat with us",
            "body": "Summer sale is here!",
            "media_type": "image",
            "image_url": "https://scontent.example/ad.jpg",
            "ctwa_clid": "Aff-EXAMPLE",
            "welcome_message": { "text": "Hi! What can we do for you?" },
        });
        message
    }

    /// The message as a question about a product.
    pub fn about_product(&self, mut message: Value, product: &str) -> Value {
        let referred = json!({ "catalog_id": CATALOG, "product_retailer_id": product });
        let from = &self.number.desk().account.display_number;
        let id = identifiers::wamid(self.contact.address());
        message["context"] = json!({ "from": from, "id": id, "referred_product": referred });
        message
    }
}

/// The catalogue of the made-up shop.
const CATALOG: &str = "194836987003835";

fn with(mut message: Value, kind: &str, key: &str, value: Value) -> Value {
    message[kind][key] = value;
    message
}

fn buttons(action: &Value) -> Vec<&Value> {
    list(&action["buttons"]).map(|button| &button["reply"]).collect()
}

fn rows(action: &Value) -> Vec<&Value> {
    list(&action["sections"]).flat_map(|section| list(&section["rows"])).collect()
}

fn list(value: &Value) -> impl Iterator<Item = &Value> {
    value.as_array().into_iter().flatten()
}
