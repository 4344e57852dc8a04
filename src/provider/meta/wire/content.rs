//! The object that is named like a message's type. Of files the short-lived
//! `url` is left out, since the id leads to a new one, and whether a sticker
//! moves.

use serde::Deserialize;
use serde_json::value::RawValue;

use crate::provider::lenient::{Loose, forgiving, loosely};

#[derive(Deserialize)]
pub struct Text {
    pub body: String,
}

#[derive(Deserialize)]
pub struct Media {
    pub id: Loose,
    #[serde(default, deserialize_with = "forgiving")]
    pub mime_type: Option<String>,
    #[serde(default, deserialize_with = "forgiving")]
    pub sha256: Option<String>,
    #[serde(default, deserialize_with = "forgiving")]
    pub caption: Option<String>,
    #[serde(default, deserialize_with = "forgiving")]
    pub filename: Option<String>,
    #[serde(default, deserialize_with = "forgiving")]
    pub voice: bool,
}

#[derive(Deserialize)]
pub struct Location {
    #[serde(deserialize_with = "loosely")]
    pub latitude: f64,
    #[serde(deserialize_with = "loosely")]
    pub longitude: f64,
    #[serde(default, deserialize_with = "forgiving")]
    pub name: Option<String>,
    #[serde(default, deserialize_with = "forgiving")]
    pub address: Option<String>,
    #[serde(default, deserialize_with = "forgiving")]
    pub url: Option<String>,
}

/// Of a card the name and the numbers count; the rest is for an address book.
#[derive(Deserialize)]
pub struct Card {
    #[serde(default, deserialize_with = "forgiving")]
    pub name: Option<CardName>,
    #[serde(default, deserialize_with = "forgiving")]
    pub phones: Vec<CardPhone>,
    #[serde(default, deserialize_with = "forgiving")]
    pub vcard: Option<String>,
}

#[derive(Deserialize)]
pub struct CardName {
    pub formatted_name: Option<String>,
    pub first_name: Option<String>,
}

#[derive(Deserialize)]
pub struct CardPhone {
    pub phone: Option<Loose>,
    pub wa_id: Option<Loose>,
}

#[derive(Deserialize)]
#[serde(tag = "type", rename_all = "snake_case")]
pub enum Interactive {
    ButtonReply {
        button_reply: Choice,
    },
    ListReply {
        list_reply: Choice,
    },
    NfmReply {
        nfm_reply: Form,
    },
    CallPermissionReply {
        call_permission_reply: Permission,
    },
    #[serde(other)]
    Other,
}

/// A row's `description` is left out: it is ours, and stands in the transcript
/// beside the title.
#[derive(Deserialize)]
pub struct Choice {
    pub id: String,
    pub title: String,
}

/// `body` is left out: it always says "Sent".
#[derive(Deserialize)]
pub struct Form {
    pub response_json: String,
    pub name: Option<String>,
}

/// Until when and by what it was given is left out: we call nobody.
#[derive(Deserialize)]
pub struct Permission {
    pub response: String,
}

#[derive(Deserialize)]
pub struct Button {
    pub payload: Option<String>,
    pub text: String,
}

#[derive(Deserialize)]
pub struct Order {
    #[serde(default, deserialize_with = "forgiving")]
    pub text: Option<String>,
    #[serde(default)]
    pub product_items: Vec<Item>,
}

#[derive(Deserialize)]
pub struct Item {
    pub product_retailer_id: Loose,
    pub quantity: Loose,
    #[serde(default, deserialize_with = "forgiving")]
    pub item_price: Option<Loose>,
    #[serde(default, deserialize_with = "forgiving")]
    pub currency: Option<String>,
}

#[derive(Deserialize)]
pub struct Unsupported {
    #[serde(rename = "type")]
    pub kind: String,
}

// --- what is no content of its own

#[derive(Deserialize)]
pub struct Reaction {
    pub message_id: String,
    #[serde(default, deserialize_with = "forgiving")]
    pub emoji: Option<String>,
}

#[derive(Deserialize)]
pub struct Edit {
    pub original_message_id: String,
    pub message: Box<RawValue>,
}

#[derive(Deserialize)]
pub struct Edited {
    #[serde(rename = "type")]
    pub kind: String,
}

#[derive(Deserialize)]
pub struct Revoke {
    pub original_message_id: String,
}

#[derive(Deserialize)]
pub struct System {
    #[serde(rename = "type")]
    pub kind: String,
    #[serde(default, deserialize_with = "forgiving")]
    pub wa_id: Option<Loose>,
    /// Seen by others, in no page of Meta's.
    #[serde(default, deserialize_with = "forgiving")]
    pub new_wa_id: Option<Loose>,
    /// The former number, in webhooks of old.
    #[serde(default, deserialize_with = "forgiving")]
    pub customer: Option<Loose>,
    #[serde(default, deserialize_with = "forgiving")]
    pub user_id: Option<String>,
    #[serde(default, deserialize_with = "forgiving")]
    pub parent_user_id: Option<String>,
    #[serde(default, deserialize_with = "forgiving")]
    pub previous_user_id: Option<String>,
    #[serde(default, deserialize_with = "forgiving")]
    pub previous_parent_user_id: Option<String>,
}
