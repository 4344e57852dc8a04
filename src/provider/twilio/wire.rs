//! Twilio's forms and JSON. Nothing outside this folder sees them. A field of
//! a form that is absent and one that is empty mean the same.

use std::collections::BTreeMap;

use jiff::Timestamp;
use serde::de::value::{Error as BadForm, MapDeserializer};
use serde::{Deserialize, Serialize};
use url::form_urlencoded;

use crate::provider::lenient::{Loose, forgiving};

/// So many files an MMS may have. On WhatsApp each is a message of its own.
const MOST_FILES: usize = 10;

/// One webhook, if it is a form. Fields that we don't know are left out.
pub(super) fn read(form: &[u8]) -> Option<Webhook> {
    let fields: BTreeMap<_, _> = form_urlencoded::parse(form).into_owned().collect();
    let files = (0..MOST_FILES).filter_map(|n| file(&fields, n)).collect();
    let fields: MapDeserializer<'_, _, BadForm> = MapDeserializer::new(fields.into_iter());
    let webhook = Webhook::deserialize(fields).ok()?;
    Some(Webhook { files, ..webhook }.filled())
}

fn file(fields: &BTreeMap<String, String>, n: usize) -> Option<File> {
    let field = |name: &str| fields.get(&format!("{name}{n}")).map(|text| text.trim().to_owned());
    let url = field("MediaUrl").filter(|url| !url.is_empty())?;
    Some(File { url, mime: field("MediaContentType").unwrap_or_default() })
}

// --- webhooks: a message or a status

/// What a webhook says. Left out on purpose:
/// - `NumMedia`, `NumSegments`, `ReferralNumMedia`: they count what is there;
/// - `ApiVersion`, `MessagingServiceSid`, `Channel…`: how it got here;
/// - `ButtonType`: a reply and an action are both taps;
/// - `ListDescription`: our own words about the row;
/// - `OriginalRepliedMessageSender`: the store knows whose message it is;
/// - `ReferralSourceId`, `ReferralSourceType`, `ReferralMedia…`: which ad it
///   was is said by its words, its link and the click, and its picture is ours;
/// - `FromCity` and its like: empty on WhatsApp;
/// - `ErrorMessage`, `ChannelStatusMessage`, `StructuredMessage`: the code
///   says it without anybody's words.
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
    pub(super) channel_metadata: String,

    // What.
    pub(super) message_type: String,
    pub(super) body: String,
    #[serde(skip)]
    pub(super) files: Vec<File>,
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
    pub(super) event_type: String,
    pub(super) error_code: String,
}

/// `MediaUrl0` and `MediaContentType0`, and so on.
pub(super) struct File {
    pub(super) url: String,
    pub(super) mime: String,
}

/// `ChannelMetadata`: the profile once more, as JSON.
#[derive(Default, Deserialize)]
#[serde(default)]
struct Metadata {
    #[serde(deserialize_with = "forgiving")]
    data: MetadataData,
}

#[derive(Default, Deserialize)]
#[serde(default)]
struct MetadataData {
    #[serde(deserialize_with = "forgiving")]
    context: Profile,
}

#[derive(Default, Deserialize)]
#[serde(rename_all = "PascalCase", default)]
struct Profile {
    #[serde(deserialize_with = "forgiving")]
    profile_name: Option<Loose>,
    #[serde(deserialize_with = "forgiving")]
    wa_id: Option<Loose>,
}

impl Webhook {
    /// With what only its metadata say.
    fn filled(mut self) -> Self {
        let metadata: Metadata = serde_json::from_str(&self.channel_metadata).unwrap_or_default();
        let Profile { profile_name, wa_id } = metadata.data.context;
        fill(&mut self.profile_name, profile_name);
        fill(&mut self.wa_id, wa_id);
        self
    }
}

fn fill(field: &mut String, otherwise: Option<Loose>) {
    if field.trim().is_empty() {
        *field = otherwise.map(|text| text.0).unwrap_or_default();
    }
}

// --- calls

#[derive(Debug, Default, PartialEq, Serialize)]
#[serde(rename_all = "PascalCase")]
pub(super) struct Send {
    pub(super) to: String,
    pub(super) from: String,
    pub(super) body: Option<String>,
    pub(super) media_url: Option<String>,
    pub(super) persistent_action: Option<String>,
    pub(super) content_sid: Option<String>,
    pub(super) content_variables: Option<String>,
    pub(super) status_callback: String,
}

#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
pub(super) struct Signal<'a> {
    pub(super) channel: &'static str,
    pub(super) message_id: &'a str,
}

/// What is looked for in the list of messages.
pub(super) struct Search {
    pub(super) to: String,
    pub(super) from: Option<String>,
    pub(super) since: Timestamp,
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
    #[serde(default, deserialize_with = "forgiving")]
    pub(super) date_sent: Option<String>,
    #[serde(default, deserialize_with = "forgiving")]
    pub(super) from: Option<String>,
    #[serde(default, deserialize_with = "forgiving")]
    pub(super) num_media: Option<Loose>,
}

impl Message {
    pub(super) fn error_code(&self) -> Option<u32> {
        self.error_code.as_ref().and_then(|code| code.0.parse().ok())
    }

    pub(super) fn is(&self, direction: &str) -> bool {
        self.direction.as_deref().is_some_and(|way| way.starts_with(direction))
    }

    pub(super) fn has_files(&self) -> bool {
        self.num_media.as_ref().is_some_and(|count| count.0 != "0")
    }
}

#[derive(Deserialize)]
pub(super) struct MediaPage {
    pub(super) media_list: Vec<Medium>,
}

#[derive(Deserialize)]
pub(super) struct Medium {
    pub(super) sid: String,
    #[serde(default, deserialize_with = "forgiving")]
    pub(super) content_type: String,
}

#[derive(Deserialize)]
pub(super) struct Refused {
    pub(super) code: u32,
}
