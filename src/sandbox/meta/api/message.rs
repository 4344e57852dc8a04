//! A message of the app, checked as the Cloud API checks it.

use serde::Deserialize;
use serde_json::{Map, Value};

use super::super::super::identifiers;
use super::super::super::phones::Contact;
use super::error::GraphError;

/// The longest text, in UTF-16 units.
const LONGEST_TEXT: usize = 4096;
/// The longest `biz_opaque_callback_data`, in characters.
const LONGEST_DATA: usize = 512;
/// Kinds of messages; each has an object of its own name.
const KINDS: [&str; 11] = [
    "audio",
    "contacts",
    "document",
    "image",
    "interactive",
    "location",
    "reaction",
    "sticker",
    "template",
    "text",
    "video",
];

/// A message that may go.
pub(super) struct Outgoing {
    pub(super) destination: Destination,
    pub(super) words: String,
    pub(super) quotes: Option<String>,
    pub(super) raw: Value,
}

/// Where a message goes.
pub(super) enum Destination {
    /// To somebody's phone.
    Contact { input: String, contact: Contact },
    /// Nowhere: an id was given as if it were a phone number.
    UserIdAsPhone(String),
}

impl Outgoing {
    pub(super) fn read(raw: Value) -> Result<Self, GraphError> {
        let send: Send = serde_json::from_value(raw.clone())
            .map_err(|e| GraphError::parameter(&e.to_string()))?;
        send.check_envelope()?;
        let kind = send.kind.as_deref().unwrap_or("text");
        check_content(kind, &send.content)?;
        let words = words(kind, &raw);
        let quotes = send.context.as_ref().map(|context| context.message_id.clone());
        Ok(Self { destination: send.destination()?, words, quotes, raw })
    }
}

/// The words of a message of either side, or what stands for it.
pub(in crate::sandbox::meta) fn words(kind: &str, message: &Value) -> String {
    let content = &message[kind];
    match kind {
        "text" => content["body"].as_str().unwrap_or_default().to_owned(),
        "interactive" => content["body"]["text"].as_str().unwrap_or("[interactive]").to_owned(),
        kind => match content["caption"].as_str() {
            Some(caption) => format!("[{kind}] {caption}"),
            None => format!("[{kind}]"),
        },
    }
}

#[derive(Deserialize)]
struct Send {
    messaging_product: String,
    recipient_type: Option<RecipientType>,
    to: Option<String>,
    recipient: Option<String>,
    #[serde(rename = "type")]
    kind: Option<String>,
    context: Option<Context>,
    biz_opaque_callback_data: Option<String>,
    #[serde(flatten)]
    content: Map<String, Value>,
}

#[derive(Deserialize, PartialEq)]
#[serde(rename_all = "snake_case")]
enum RecipientType {
    Individual,
    Group,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Context {
    message_id: String,
}

impl Send {
    fn check_envelope(&self) -> Result<(), GraphError> {
        if self.messaging_product != "whatsapp" {
            return Err(GraphError::parameter("messaging_product must be whatsapp"));
        }
        let data = self.biz_opaque_callback_data.as_deref().unwrap_or_default();
        if data.chars().count() > LONGEST_DATA {
            return Err(GraphError::parameter("biz_opaque_callback_data is too long"));
        }
        Ok(())
    }

    fn destination(&self) -> Result<Destination, GraphError> {
        match (&self.to, &self.recipient) {
            (Some(_), Some(_)) | (None, None) => {
                Err(GraphError::parameter("Exactly one of to and recipient is required"))
            }
            (Some(to), None) if self.recipient_type == Some(RecipientType::Group) => Ok(group(to)),
            (Some(to), None) => phone(to),
            (None, Some(id)) => user_id(id),
        }
    }
}

fn group(id: &str) -> Destination {
    let contact = Contact { name: id.into(), phone: None, user_id: Some(id.into()) };
    Destination::Contact { input: id.to_owned(), contact }
}

fn phone(to: &str) -> Result<Destination, GraphError> {
    if identifiers::is_user_id(to) {
        return Ok(Destination::UserIdAsPhone(to.to_owned()));
    }
    let digits =
        identifiers::phone(to).ok_or_else(|| GraphError::value("to is no phone number"))?;
    let contact = Contact::unknown(&digits);
    Ok(Destination::Contact { input: to.to_owned(), contact })
}

fn user_id(id: &str) -> Result<Destination, GraphError> {
    if !identifiers::is_user_id(id) {
        return Err(GraphError::value("recipient is no user id"));
    }
    Ok(Destination::Contact { input: id.to_owned(), contact: Contact::unknown(id) })
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Text {
    body: String,
    #[serde(rename = "preview_url")]
    _preview_url: Option<bool>,
}

/// Exactly the object of the message's kind may stand beside the envelope.
fn check_content(kind: &str, rest: &Map<String, Value>) -> Result<(), GraphError> {
    if !KINDS.contains(&kind) {
        return Err(GraphError::parameter("Unknown type"));
    }
    if let Some(unexpected) = rest.keys().find(|key| *key != kind) {
        return Err(GraphError::parameter(&format!("Unexpected key {unexpected}")));
    }
    let missing = || GraphError::parameter(&format!("The parameter {kind} is required"));
    let content = rest.get(kind).ok_or_else(missing)?;
    if kind == "text" { check_text(content) } else { Ok(()) }
}

fn check_text(content: &Value) -> Result<(), GraphError> {
    let text = Text::deserialize(content).map_err(|e| GraphError::parameter(&e.to_string()))?;
    match text.body.encode_utf16().count() {
        0 => Err(GraphError::parameter("Param text['body'] must not be empty")),
        1..=LONGEST_TEXT => Ok(()),
        _ => Err(GraphError::parameter("Param text['body'] must be at most 4096 characters long")),
    }
}
