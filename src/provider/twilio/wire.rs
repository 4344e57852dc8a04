//! Twilio's forms and JSON. Nothing outside this folder sees them. A field of
//! a form that is absent and one that is empty mean the same.

use std::collections::BTreeMap;

use serde::de::value::{Error as BadForm, MapDeserializer};
use serde::{Deserialize, Serialize};
use url::form_urlencoded;

use crate::provider::lenient::{Loose, forgiving};

/// One webhook, if it is a form. Fields that we don't know are left out.
pub(super) fn read(form: &[u8]) -> Option<Webhook> {
    let fields: BTreeMap<_, _> = form_urlencoded::parse(form).into_owned().collect();
    let fields: MapDeserializer<'_, _, BadForm> = MapDeserializer::new(fields.into_iter());
    Webhook::deserialize(fields).ok()
}

// --- webhooks: a message or a status

#[derive(Default, Deserialize)]
#[serde(rename_all = "PascalCase", default)]
pub(super) struct Webhook {
    pub(super) account_sid: String,
    pub(super) message_sid: String,
    pub(super) sms_message_sid: String,
    pub(super) sms_sid: String,
    pub(super) from: String,
    pub(super) to: String,

    // Who. The name of the user id is not settled yet, so all spellings count.
    pub(super) wa_id: String,
    pub(super) external_user_id: String,
    pub(super) external_user_identifier: String,
    pub(super) parent_external_user_id: String,
    pub(super) parent_external_user_identifier: String,
    pub(super) profile_name: String,
    pub(super) profile_username: String,
    pub(super) username: String,

    // What.
    pub(super) message_type: String,
    pub(super) body: String,
    pub(super) media_url0: String,
    pub(super) media_content_type0: String,
    pub(super) latitude: String,
    pub(super) longitude: String,
    pub(super) label: String,
    pub(super) address: String,
    pub(super) button_text: String,
    pub(super) button_payload: String,
    pub(super) list_id: String,
    pub(super) list_title: String,
    pub(super) interactive_data: String,
    pub(super) flow_data: String,

    // What surrounds it.
    pub(super) original_replied_message_sid: String,
    pub(super) forwarded: String,
    pub(super) frequently_forwarded: String,
    pub(super) referral_source_url: String,
    pub(super) referral_headline: String,
    pub(super) referral_body: String,
    pub(super) referral_ctwa_clid: String,

    // What became of it.
    pub(super) message_status: String,
    pub(super) sms_status: String,
    pub(super) error_code: String,
}

// --- calls

#[derive(Serialize)]
#[serde(rename_all = "PascalCase")]
pub(super) struct Send {
    pub(super) to: String,
    pub(super) from: String,
    pub(super) body: String,
    pub(super) status_callback: String,
}

#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
pub(super) struct Signal<'a> {
    pub(super) channel: &'static str,
    pub(super) message_id: &'a str,
}

#[derive(Serialize)]
#[serde(rename_all = "PascalCase")]
pub(super) struct Search {
    pub(super) to: String,
    pub(super) from: String,
    /// Goes out as `DateSent>=…`: from that day on.
    #[serde(rename = "DateSent>")]
    pub(super) date_sent_from: String,
    pub(super) page_size: u32,
}

#[derive(Deserialize)]
pub(super) struct Page {
    pub(super) messages: Vec<Message>,
    pub(super) next_page_uri: Option<String>,
}

#[derive(Deserialize)]
pub(super) struct Message {
    pub(super) sid: String,
    #[serde(default, deserialize_with = "forgiving")]
    pub(super) status: String,
    #[serde(default, deserialize_with = "forgiving")]
    pub(super) error_code: Option<Loose>,
    #[serde(default, deserialize_with = "forgiving")]
    pub(super) body: Option<String>,
    #[serde(default, deserialize_with = "forgiving")]
    pub(super) direction: Option<String>,
    #[serde(default, deserialize_with = "forgiving")]
    pub(super) date_created: Option<String>,
}

impl Message {
    pub(super) fn error_code(&self) -> Option<u32> {
        self.error_code.as_ref().and_then(|code| code.0.parse().ok())
    }
}

#[derive(Deserialize)]
pub(super) struct Refused {
    pub(super) code: u32,
}
