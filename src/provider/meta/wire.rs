//! Meta's JSON. Nothing outside this folder sees it. Lists hold raw elements,
//! so that one bad element can't sink its neighbours; ids, times and numbers
//! are read whether they come as texts or as numbers; what is not named here
//! is passed over.

pub(super) mod account;
pub(super) mod content;
pub(super) mod send;

use serde::Deserialize;
use serde_json::value::RawValue;

pub(super) use crate::provider::lenient::read;
use crate::provider::lenient::{Loose, forgiving, loosely};

// --- the envelope. An entry's `id` names an account and its `time` may be
// missing; `messaging_account_id` and `waac_id` come and go. None is read: the
// phone number id alone says for whom a value is.

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
    pub(super) user_id_update: Vec<Box<RawValue>>,
    #[serde(default, deserialize_with = "forgiving")]
    pub(super) errors: Vec<Box<RawValue>>,
}

#[derive(Deserialize)]
pub(super) struct Metadata {
    pub(super) phone_number_id: Loose,
}

impl Value {
    pub(super) fn elements(&self) -> usize {
        let lists = [&self.messages, &self.statuses, &self.message_echoes, &self.user_id_update];
        lists.iter().map(|list| list.len()).sum()
    }

    pub(super) fn contacts(&self) -> Vec<Contact> {
        self.contacts.iter().filter_map(|raw| read(raw)).collect()
    }
}

// --- people

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

#[derive(Deserialize)]
pub(super) struct UserIdUpdate {
    #[serde(default, deserialize_with = "forgiving")]
    pub(super) wa_id: Option<Loose>,
    #[serde(default, deserialize_with = "forgiving")]
    pub(super) user_id: Renamed,
    #[serde(default, deserialize_with = "forgiving")]
    pub(super) parent_user_id: Renamed,
}

#[derive(Default, Deserialize)]
pub(super) struct Renamed {
    pub(super) previous: Option<String>,
    pub(super) current: Option<String>,
}

// --- what all messages and echoes have

#[derive(Deserialize)]
pub(super) struct Message {
    pub(super) id: String,
    #[serde(deserialize_with = "loosely")]
    pub(super) timestamp: i64,
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
    pub(super) origin: Option<String>,
    #[serde(default, deserialize_with = "forgiving")]
    pub(super) context: Option<Context>,
    #[serde(default, deserialize_with = "forgiving")]
    pub(super) referral: Option<Referral>,
}

#[derive(Deserialize)]
pub(super) struct Context {
    #[serde(default, deserialize_with = "forgiving")]
    pub(super) id: Option<String>,
    #[serde(default, deserialize_with = "forgiving")]
    pub(super) forwarded: bool,
    #[serde(default, deserialize_with = "forgiving")]
    pub(super) frequently_forwarded: bool,
    #[serde(default, deserialize_with = "forgiving")]
    pub(super) referred_product: Option<ReferredProduct>,
}

/// The catalogue's own id is left out: a number has one catalogue.
#[derive(Deserialize)]
pub(super) struct ReferredProduct {
    pub(super) product_retailer_id: Loose,
}

/// The advertisement's picture is left out: its words say what it was.
#[derive(Deserialize)]
pub(super) struct Referral {
    #[serde(default, deserialize_with = "forgiving")]
    pub(super) source_url: Option<String>,
    #[serde(default, deserialize_with = "forgiving")]
    pub(super) source_type: Option<String>,
    #[serde(default, deserialize_with = "forgiving")]
    pub(super) source_id: Option<Loose>,
    #[serde(default, deserialize_with = "forgiving")]
    pub(super) headline: Option<String>,
    #[serde(default, deserialize_with = "forgiving")]
    pub(super) body: Option<String>,
    #[serde(default, deserialize_with = "forgiving")]
    pub(super) ctwa_clid: Option<String>,
    #[serde(default, deserialize_with = "forgiving")]
    pub(super) welcome_message: Option<Welcome>,
}

#[derive(Deserialize)]
pub(super) struct Welcome {
    pub(super) text: String,
}

// --- statuses

/// Whose it is is known from what was sent: the recipient's ids, which are
/// spelt in two ways, are left out. So is `conversation`, which is gone since
/// v24.
#[derive(Deserialize)]
pub(super) struct Status {
    pub(super) id: String,
    pub(super) status: String,
    #[serde(default, deserialize_with = "forgiving")]
    pub(super) biz_opaque_callback_data: Option<String>,
    #[serde(default, deserialize_with = "forgiving")]
    pub(super) pricing: Option<Pricing>,
    #[serde(default, deserialize_with = "forgiving")]
    pub(super) errors: Vec<Error>,
}

#[derive(Deserialize)]
pub(super) struct Pricing {
    #[serde(default, deserialize_with = "forgiving")]
    pub(super) billable: bool,
    #[serde(default, deserialize_with = "forgiving")]
    pub(super) pricing_model: String,
    #[serde(default, rename = "type", deserialize_with = "forgiving")]
    pub(super) kind: String,
    #[serde(default, deserialize_with = "forgiving")]
    pub(super) category: String,
}

// --- errors: the same in statuses, in webhooks about an account and in
// refused calls

#[derive(Deserialize)]
pub(super) struct Error {
    #[serde(deserialize_with = "loosely")]
    pub(super) code: u32,
    #[serde(default, deserialize_with = "forgiving")]
    pub(super) is_transient: bool,
    #[serde(default, deserialize_with = "forgiving")]
    pub(super) fbtrace_id: Option<String>,
    #[serde(default, deserialize_with = "forgiving")]
    pub(super) title: String,
    #[serde(default, deserialize_with = "forgiving")]
    pub(super) message: String,
    #[serde(default, deserialize_with = "forgiving")]
    pub(super) error_data: ErrorData,
}

#[derive(Default, Deserialize)]
pub(super) struct ErrorData {
    #[serde(default, deserialize_with = "forgiving")]
    pub(super) details: String,
}
