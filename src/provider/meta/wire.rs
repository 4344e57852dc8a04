//! Meta's JSON. Nothing outside this folder sees it. Lists hold raw elements,
//! so that one bad element can't sink its neighbours; ids and times are read
//! whether they come as text or as numbers.

use serde::{Deserialize, Serialize};
use serde_json::value::RawValue;

pub(super) use crate::provider::lenient::read;
use crate::provider::lenient::{Loose, forgiving};

// --- webhooks: envelope

#[derive(Deserialize)]
pub(super) struct Envelope {
    pub(super) object: String,
    #[serde(default)]
    pub(super) entry: Vec<Box<RawValue>>,
}

#[derive(Deserialize)]
pub(super) struct Entry {
    #[serde(default)]
    pub(super) changes: Vec<Box<RawValue>>,
}

#[derive(Deserialize)]
pub(super) struct Change {
    pub(super) field: String,
    pub(super) value: Box<RawValue>,
}

#[derive(Deserialize)]
pub(super) struct Value {
    pub(super) metadata: Metadata,
    #[serde(default, deserialize_with = "forgiving")]
    pub(super) contacts: Vec<Box<RawValue>>,
    #[serde(default, deserialize_with = "forgiving")]
    pub(super) messages: Vec<Box<RawValue>>,
    #[serde(default, deserialize_with = "forgiving")]
    pub(super) statuses: Vec<Box<RawValue>>,
    #[serde(default, deserialize_with = "forgiving")]
    pub(super) message_echoes: Vec<Box<RawValue>>,
    #[serde(default, deserialize_with = "forgiving")]
    pub(super) errors: Vec<Box<RawValue>>,
}

#[derive(Deserialize)]
pub(super) struct Metadata {
    pub(super) phone_number_id: Loose,
}

#[derive(Deserialize)]
pub(super) struct Contact {
    #[serde(default, deserialize_with = "forgiving")]
    pub(super) profile: Option<Profile>,
    #[serde(default, deserialize_with = "forgiving")]
    pub(super) wa_id: Option<Loose>,
    #[serde(default, deserialize_with = "forgiving")]
    pub(super) user_id: Option<String>,
    #[serde(default, deserialize_with = "forgiving")]
    pub(super) parent_user_id: Option<String>,
}

#[derive(Deserialize)]
pub(super) struct Profile {
    #[serde(default, deserialize_with = "forgiving")]
    pub(super) name: Option<String>,
    #[serde(default, deserialize_with = "forgiving")]
    pub(super) username: Option<String>,
}

// --- webhooks: what all messages and echoes have

#[derive(Deserialize)]
pub(super) struct Message {
    pub(super) id: String,
    pub(super) timestamp: Loose,
    #[serde(rename = "type")]
    pub(super) kind: String,
    #[serde(default, deserialize_with = "forgiving")]
    pub(super) from: Option<Loose>,
    #[serde(default, deserialize_with = "forgiving")]
    pub(super) from_user_id: Option<String>,
    #[serde(default, deserialize_with = "forgiving")]
    pub(super) from_parent_user_id: Option<String>,
    #[serde(default, deserialize_with = "forgiving")]
    pub(super) to: Option<Loose>,
    #[serde(default, deserialize_with = "forgiving")]
    pub(super) to_user_id: Option<String>,
    #[serde(default, deserialize_with = "forgiving")]
    pub(super) to_parent_user_id: Option<String>,
    #[serde(default, deserialize_with = "forgiving")]
    pub(super) group_id: Option<Loose>,
    #[serde(default, deserialize_with = "forgiving")]
    pub(super) context: Option<Context>,
    #[serde(default, deserialize_with = "forgiving")]
    pub(super) referral: Option<Referral>,
}

#[derive(Default, Deserialize)]
pub(super) struct Context {
    pub(super) id: Option<String>,
    #[serde(default, deserialize_with = "forgiving")]
    pub(super) forwarded: bool,
    #[serde(default, deserialize_with = "forgiving")]
    pub(super) frequently_forwarded: bool,
}

#[derive(Deserialize)]
pub(super) struct Referral {
    pub(super) source_url: Option<String>,
    pub(super) headline: Option<String>,
    pub(super) body: Option<String>,
    pub(super) ctwa_clid: Option<String>,
}

// --- webhooks: the object named like the message's type

#[derive(Deserialize)]
pub(super) struct Text {
    pub(super) body: String,
}

#[derive(Deserialize)]
pub(super) struct Media {
    pub(super) id: Loose,
    #[serde(default, deserialize_with = "forgiving")]
    pub(super) mime_type: Option<String>,
    #[serde(default, deserialize_with = "forgiving")]
    pub(super) sha256: Option<String>,
    #[serde(default, deserialize_with = "forgiving")]
    pub(super) caption: Option<String>,
    #[serde(default, deserialize_with = "forgiving")]
    pub(super) filename: Option<String>,
    #[serde(default, deserialize_with = "forgiving")]
    pub(super) voice: bool,
}

#[derive(Deserialize)]
pub(super) struct Location {
    pub(super) latitude: f64,
    pub(super) longitude: f64,
    #[serde(default, deserialize_with = "forgiving")]
    pub(super) name: Option<String>,
    #[serde(default, deserialize_with = "forgiving")]
    pub(super) address: Option<String>,
}

#[derive(Deserialize)]
pub(super) struct Card {
    #[serde(default, deserialize_with = "forgiving")]
    pub(super) name: Option<CardName>,
    #[serde(default, deserialize_with = "forgiving")]
    pub(super) phones: Vec<CardPhone>,
}

#[derive(Deserialize)]
pub(super) struct CardName {
    pub(super) formatted_name: Option<String>,
    pub(super) first_name: Option<String>,
}

#[derive(Deserialize)]
pub(super) struct CardPhone {
    pub(super) phone: Option<Loose>,
    pub(super) wa_id: Option<Loose>,
}

#[derive(Deserialize)]
#[serde(tag = "type", rename_all = "snake_case")]
pub(super) enum Interactive {
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

#[derive(Deserialize)]
pub(super) struct Choice {
    pub(super) id: String,
    pub(super) title: String,
}

#[derive(Deserialize)]
pub(super) struct Form {
    pub(super) response_json: String,
    pub(super) name: Option<String>,
}

#[derive(Deserialize)]
pub(super) struct Permission {
    pub(super) response: String,
}

#[derive(Deserialize)]
pub(super) struct Button {
    pub(super) payload: Option<String>,
    pub(super) text: String,
}

#[derive(Deserialize)]
pub(super) struct Order {
    pub(super) text: Option<String>,
    #[serde(default)]
    pub(super) product_items: Vec<Product>,
}

#[derive(Deserialize)]
pub(super) struct Product {
    pub(super) product_retailer_id: Loose,
    pub(super) quantity: Loose,
}

#[derive(Deserialize)]
pub(super) struct Unsupported {
    #[serde(rename = "type")]
    pub(super) kind: String,
}

#[derive(Deserialize)]
pub(super) struct Edit {
    pub(super) original_message_id: String,
    pub(super) message: Box<RawValue>,
}

#[derive(Deserialize)]
pub(super) struct Edited {
    #[serde(rename = "type")]
    pub(super) kind: String,
}

#[derive(Deserialize)]
pub(super) struct Revoke {
    pub(super) original_message_id: String,
}

// --- webhooks: statuses

#[derive(Deserialize)]
pub(super) struct Status {
    pub(super) id: String,
    pub(super) status: String,
    #[serde(default, deserialize_with = "forgiving")]
    pub(super) biz_opaque_callback_data: Option<String>,
    #[serde(default, deserialize_with = "forgiving")]
    pub(super) errors: Vec<Error>,
}

/// The same in statuses, in webhooks about an account and in refused calls.
#[derive(Deserialize)]
pub(super) struct Error {
    pub(super) code: u32,
    #[serde(default, deserialize_with = "forgiving")]
    pub(super) is_transient: bool,
    #[serde(default, deserialize_with = "forgiving")]
    pub(super) fbtrace_id: Option<String>,
}

// --- calls

#[derive(Serialize)]
pub(super) struct Send<'a> {
    pub(super) messaging_product: &'static str,
    pub(super) recipient_type: &'static str,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(super) to: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(super) recipient: Option<&'a str>,
    #[serde(rename = "type")]
    pub(super) kind: &'static str,
    pub(super) text: SendText,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(super) context: Option<Quote<'a>>,
    pub(super) biz_opaque_callback_data: String,
}

#[derive(Serialize)]
pub(super) struct SendText {
    pub(super) body: String,
    pub(super) preview_url: bool,
}

#[derive(Serialize)]
pub(super) struct Quote<'a> {
    pub(super) message_id: &'a str,
}

#[derive(Serialize)]
pub(super) struct Signal<'a> {
    pub(super) messaging_product: &'static str,
    pub(super) status: &'static str,
    pub(super) message_id: &'a str,
    pub(super) typing_indicator: Typing,
}

#[derive(Serialize)]
pub(super) struct Typing {
    #[serde(rename = "type")]
    pub(super) kind: &'static str,
}

#[derive(Deserialize)]
pub(super) struct Sent {
    pub(super) messages: Vec<SentMessage>,
}

#[derive(Deserialize)]
pub(super) struct SentMessage {
    pub(super) id: String,
}

#[derive(Deserialize)]
pub(super) struct Refused {
    pub(super) error: Error,
}
