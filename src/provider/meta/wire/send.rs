//! What we send, and what is answered.

use std::borrow::Cow;

use serde::{Deserialize, Serialize};

use super::Error;
use crate::provider::lenient::Loose;

/// `to` or `recipient`, never both.
#[derive(Serialize)]
pub struct Send<'a> {
    pub messaging_product: &'static str,
    pub recipient_type: &'static str,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub to: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub recipient: Option<&'a str>,
    #[serde(flatten)]
    pub said: Said<'a>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub context: Option<Quote<'a>>,
    pub biz_opaque_callback_data: String,
}

/// The type, and the object named like it.
#[derive(Serialize)]
#[serde(tag = "type", rename_all = "snake_case")]
pub enum Said<'a> {
    Text { text: Text<'a> },
    Image { image: File<'a> },
    Video { video: File<'a> },
    Audio { audio: File<'a> },
    Document { document: File<'a> },
    Sticker { sticker: File<'a> },
    Location { location: Place<'a> },
    Contacts { contacts: Vec<Card<'a>> },
    Interactive { interactive: Interactive<'a> },
    Reaction { reaction: Reaction<'a> },
    Template { template: Template<'a> },
}

#[derive(Serialize)]
pub struct Quote<'a> {
    pub message_id: &'a str,
}

#[derive(Serialize)]
pub struct Text<'a> {
    pub body: Cow<'a, str>,
    pub preview_url: bool,
}

/// `id` or `link`, never both.
#[derive(Default, Serialize)]
pub struct File<'a> {
    #[serde(skip_serializing_if = "Option::is_none")]
    pub id: Option<&'a str>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub link: Option<&'a str>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub caption: Option<&'a str>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub filename: Option<&'a str>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub voice: Option<bool>,
}

#[derive(Serialize)]
pub struct Place<'a> {
    pub latitude: f64,
    pub longitude: f64,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub name: Option<&'a str>,
}

#[derive(Serialize)]
pub struct Card<'a> {
    pub name: CardName<'a>,
    pub phones: Vec<CardPhone<'a>>,
}

#[derive(Serialize)]
pub struct CardName<'a> {
    pub formatted_name: &'a str,
    pub first_name: &'a str,
}

#[derive(Serialize)]
pub struct CardPhone<'a> {
    pub phone: &'a str,
}

#[derive(Serialize)]
pub struct Interactive<'a> {
    #[serde(rename = "type")]
    pub kind: &'static str,
    pub body: Words<'a>,
    pub action: Action<'a>,
}

#[derive(Serialize)]
pub struct Words<'a> {
    pub text: &'a str,
}

#[derive(Serialize)]
#[serde(untagged)]
pub enum Action<'a> {
    Buttons { buttons: Vec<Button<'a>> },
    List { button: &'static str, sections: [Section<'a>; 1] },
    Link { name: &'static str, parameters: Link<'a> },
    Named { name: &'static str },
}

#[derive(Serialize)]
pub struct Button<'a> {
    #[serde(rename = "type")]
    pub kind: &'static str,
    pub reply: Row<'a>,
}

#[derive(Serialize)]
pub struct Section<'a> {
    pub title: &'static str,
    pub rows: Vec<Row<'a>>,
}

#[derive(Serialize)]
pub struct Row<'a> {
    pub id: &'a str,
    pub title: &'a str,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub description: Option<&'a str>,
}

#[derive(Serialize)]
pub struct Link<'a> {
    pub display_text: &'a str,
    pub url: &'a str,
}

#[derive(Serialize)]
pub struct Reaction<'a> {
    pub message_id: &'a str,
    pub emoji: &'a str,
}

#[derive(Serialize)]
pub struct Template<'a> {
    pub name: &'a str,
    pub language: Language<'a>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub components: Option<Components<'a>>,
}

#[derive(Serialize)]
pub struct Language<'a> {
    pub code: &'a str,
}

#[derive(Serialize)]
#[serde(untagged)]
pub enum Components<'a> {
    Own(&'a serde_json::Value),
    Body([Body; 1]),
}

#[derive(Serialize)]
pub struct Body {
    #[serde(rename = "type")]
    pub kind: &'static str,
    pub parameters: Vec<Parameter>,
}

#[derive(Serialize)]
pub struct Parameter {
    #[serde(rename = "type")]
    pub kind: &'static str,
    pub text: String,
}

#[derive(Serialize)]
pub struct Signal<'a> {
    pub messaging_product: &'static str,
    pub status: &'static str,
    pub message_id: &'a str,
    pub typing_indicator: Typing,
}

#[derive(Serialize)]
pub struct Typing {
    #[serde(rename = "type")]
    pub kind: &'static str,
}

// --- answers

/// `message_status` is left out: a template held back is reported by its
/// receipts like any other.
#[derive(Deserialize)]
pub struct Sent {
    pub messages: Vec<SentMessage>,
}

#[derive(Deserialize)]
pub struct SentMessage {
    pub id: String,
}

#[derive(Deserialize)]
pub struct Uploaded {
    pub id: Loose,
}

#[derive(Deserialize)]
pub struct Refused {
    pub error: Error,
}
