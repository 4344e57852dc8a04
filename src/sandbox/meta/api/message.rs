//! A message of the app, checked as the Cloud API checks it.

use serde::Deserialize;
use serde_json::{Map, Value};

use super::super::super::identifiers;
use super::super::super::phones::Contact;
use super::content::{self, Uploaded};
use super::error::GraphError;

/// The longest `biz_opaque_callback_data`, in characters.
const LONGEST_DATA: usize = 512;
/// A message that may go.
pub(super) struct Outgoing {
    pub(super) destination: Destination,
    pub(super) kind: String,
    pub(super) uploaded: Vec<Uploaded>,
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
        let kind = send.kind.clone().unwrap_or_else(|| "text".into());
        let uploaded = content::check(&kind, &send.content)?;
        let words = words(&kind, &raw);
        let quotes = send.quotes(&kind)?;
        Ok(Self { destination: send.destination()?, kind, uploaded, words, quotes, raw })
    }

    pub(super) fn to_group(&self) -> bool {
        self.raw["recipient_type"] == "group"
    }

    /// The message it reacts to, and the emoji.
    pub(super) fn reaction(&self) -> Option<(&str, &str)> {
        let reaction = self.raw.get("reaction")?;
        Some((reaction["message_id"].as_str()?, reaction["emoji"].as_str()?))
    }
}

/// The words of a message of either side, or what stands for it.
pub(in crate::sandbox::meta) fn words(kind: &str, message: &Value) -> String {
    let content = &message[kind];
    match kind {
        "text" => content["body"].as_str().unwrap_or_default().to_owned(),
        "interactive" => interactive(content).unwrap_or("[interactive]").to_owned(),
        "button" => content["text"].as_str().unwrap_or("[button]").to_owned(),
        "template" | "location" => labelled(kind, &content["name"]),
        "contacts" => labelled(kind, &content[0]["name"]["formatted_name"]),
        "order" => labelled(kind, &content["text"]),
        kind => labelled(kind, &content["caption"]),
    }
}

/// What the business asks, or the person picked.
fn interactive(content: &Value) -> Option<&str> {
    let picked = ["button_reply", "list_reply"].map(|reply| content[reply]["title"].as_str());
    content["body"]["text"].as_str().or(picked[0]).or(picked[1])
}

fn labelled(kind: &str, label: &Value) -> String {
    match label.as_str() {
        Some(label) => format!("[{kind}] {label}"),
        None => format!("[{kind}]"),
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

    fn quotes(&self, kind: &str) -> Result<Option<String>, GraphError> {
        let Some(Context { message_id }) = &self.context else { return Ok(None) };
        if kind == "reaction" {
            return Err(GraphError::parameter("context can't be used with a reaction"));
        }
        if !message_id.starts_with("wamid.") {
            return Err(GraphError::value("context['message_id'] is no message id"));
        }
        Ok(Some(message_id.clone()))
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
