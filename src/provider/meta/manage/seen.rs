//! What the management calls show. What Meta leaves out is empty: which fields
//! a number has depends on its age and on the version of the API.

use jiff::Timestamp;
use serde::{Deserialize, Deserializer, Serialize};

use crate::provider::lenient::{Loose, loosely};

/// What a token is and may do.
#[derive(Clone, Debug, Default, PartialEq, Eq, Deserialize)]
#[serde(default)]
pub struct Token {
    /// The app that it was made for.
    #[serde(deserialize_with = "text")]
    pub app_id: String,
    /// That app's name.
    pub application: String,
    /// `SYSTEM_USER`, `USER`, `PAGE` ...
    #[serde(rename = "type")]
    pub kind: String,
    /// Whether Meta takes it.
    pub is_valid: bool,
    /// When it ends, in Unix seconds; 0 = never.
    pub expires_at: i64,
    /// What it may do.
    pub scopes: Vec<String>,
    /// And where.
    pub granular_scopes: Vec<Granted>,
}

/// A permission, and on what.
#[derive(Clone, Debug, Default, PartialEq, Eq, Deserialize)]
#[serde(default)]
pub struct Granted {
    /// The permission.
    pub scope: String,
    /// Accounts, by id; empty = all.
    #[serde(deserialize_with = "texts")]
    pub target_ids: Vec<String>,
}

impl Token {
    /// Whether it may do this.
    pub fn may(&self, scope: &str) -> bool {
        self.scopes.iter().any(|own| own == scope)
    }

    /// When it ends; `None` = never, as a system user's does.
    pub fn ends(&self) -> Option<Timestamp> {
        (self.expires_at != 0).then(|| Timestamp::from_second(self.expires_at).ok())?
    }

    /// The WhatsApp Business Accounts that it names, each once.
    pub fn accounts(&self) -> Vec<&str> {
        let of_whatsapp = |granted: &&Granted| granted.scope.starts_with("whatsapp_business_");
        let named = self.granular_scopes.iter().filter(of_whatsapp);
        let mut ids: Vec<&str> = Vec::new();
        for id in named.flat_map(|granted| &granted.target_ids) {
            if !ids.contains(&id.as_str()) {
                ids.push(id);
            }
        }
        ids
    }
}

/// An app.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct App {
    /// Its id.
    #[serde(deserialize_with = "text")]
    pub id: String,
    /// Its name.
    #[serde(default)]
    pub name: String,
}

/// A WhatsApp Business Account (WABA), lately also called messaging account.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default)]
pub struct Account {
    /// Its id.
    #[serde(deserialize_with = "text")]
    pub id: String,
    /// Its name.
    pub name: String,
    /// `APPROVED`, `PENDING`, `REJECTED` ...
    pub account_review_status: String,
    /// `verified`, `not_verified`, `pending` ...
    pub business_verification_status: String,
}

/// A number, and how it stands.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default)]
pub struct PhoneNumber {
    /// The phone number **id**.
    #[serde(deserialize_with = "text")]
    pub id: String,
    /// As people see it.
    pub display_phone_number: String,
    /// The display name.
    pub verified_name: String,
    /// `CONNECTED`, `PENDING`, `DISCONNECTED`, `RESTRICTED`, `BANNED` ...
    pub status: String,
    /// `GREEN`, `YELLOW`, `RED`, `UNKNOWN`, `NA`.
    pub quality_rating: String,
    /// `CLOUD_API` once it is registered there.
    pub platform_type: String,
    /// `VERIFIED`, `NOT_VERIFIED`, `EXPIRED`.
    pub code_verification_status: String,
    /// What became of the display name: `APPROVED`, `DECLINED` ...
    pub name_status: String,
    /// `LIVE` or `SANDBOX`.
    pub account_mode: String,
    /// `TIER_250`, `TIER_1K` ...
    pub messaging_limit_tier: String,
    /// How fast it may send.
    pub throughput: Throughput,
    /// Where its webhooks go.
    pub webhook_configuration: Routes,
    /// Whether it can send, and what stands in the way.
    pub health_status: Health,
}

impl PhoneNumber {
    /// Whether it is registered with the Cloud API.
    pub fn is_registered(&self) -> bool {
        let apart = ["PENDING", "DISCONNECTED", "UNVERIFIED", "MIGRATED", "DELETED"];
        self.platform_type == "CLOUD_API" && !apart.contains(&self.status.as_str())
    }
}

/// How fast a number may send.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default)]
pub struct Throughput {
    /// `STANDARD`, `HIGH`, `NOT_APPLICABLE`.
    pub level: String,
}

/// Where the webhooks of a number go: the first of these that there is.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default)]
pub struct Routes {
    /// Set on the number itself.
    pub phone_number: Option<String>,
    /// Set on its account.
    pub whatsapp_business_account: Option<String>,
    /// Set on the app.
    pub application: Option<String>,
}

impl Routes {
    /// The one that counts.
    pub fn effective(&self) -> Option<&str> {
        let all = [&self.phone_number, &self.whatsapp_business_account, &self.application];
        all.into_iter().flatten().map(String::as_str).find(|url| !url.is_empty())
    }
}

/// Whether a number can send, and what stands in the way.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default)]
pub struct Health {
    /// `AVAILABLE`, `LIMITED`, `BLOCKED`.
    pub can_send_message: String,
    /// All that has to be well for it.
    pub entities: Vec<Entity>,
}

/// One of those: the number, its account, the business, the app.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default)]
pub struct Entity {
    /// `PHONE_NUMBER`, `WABA`, `BUSINESS`, `APP`.
    pub entity_type: String,
    /// Its id.
    #[serde(deserialize_with = "text")]
    pub id: String,
    /// As above.
    pub can_send_message: String,
    /// Why not.
    pub errors: Vec<HealthError>,
    /// What else Meta has to say.
    pub additional_info: Vec<String>,
}

/// What is wrong, and Meta's own remedy.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default)]
pub struct HealthError {
    /// Meta's code: 141006 is the payment method.
    pub error_code: u32,
    /// What is wrong.
    pub error_description: String,
    /// What to do.
    pub possible_solution: String,
}

/// Where an app's webhooks go, and which.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default)]
pub struct Subscription {
    /// `whatsapp_business_account`.
    pub object: String,
    /// Where.
    pub callback_url: String,
    /// Whether Meta sends anything.
    pub active: bool,
    /// Which.
    pub fields: Vec<Field>,
}

impl Subscription {
    /// Whether this field is on.
    pub fn has(&self, field: &str) -> bool {
        self.fields.iter().any(|own| own.name == field)
    }
}

/// A kind of webhook.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default)]
pub struct Field {
    /// `messages`, `account_update` ...
    pub name: String,
    /// The version of the API whose shape it has.
    pub version: String,
}

/// Meta's no.
#[derive(Deserialize)]
pub(super) struct Error {
    #[serde(deserialize_with = "loosely")]
    pub(super) code: u32,
    pub(super) error_subcode: Option<u32>,
    #[serde(default)]
    pub(super) message: String,
    pub(super) error_user_msg: Option<String>,
    pub(super) error_data: Option<ErrorData>,
}

#[derive(Deserialize)]
pub(super) struct ErrorData {
    pub(super) details: Option<String>,
}

fn text<'de, D: Deserializer<'de>>(deserializer: D) -> Result<String, D::Error> {
    Loose::deserialize(deserializer).map(|Loose(text)| text)
}

fn texts<'de, D: Deserializer<'de>>(deserializer: D) -> Result<Vec<String>, D::Error> {
    Vec::<Loose>::deserialize(deserializer)
        .map(|ids| ids.into_iter().map(|Loose(text)| text).collect())
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    #[test]
    fn ids_are_texts_or_numbers_and_an_account_is_named_once() {
        let token: Token = serde_json::from_value(json!({
            "app_id": 670_843_887_433_847_u64, "type": "SYSTEM_USER", "application": "Shop",
            "is_valid": true, "expires_at": 0, "scopes": ["whatsapp_business_messaging"],
            "granular_scopes": [
                { "scope": "whatsapp_business_management", "target_ids": ["1", 2] },
                { "scope": "whatsapp_business_messaging", "target_ids": ["2"] },
                { "scope": "pages_show_list", "target_ids": ["9"] },
                { "scope": "business_management" },
            ],
        }))
        .unwrap();
        assert_eq!((token.app_id.as_str(), token.ends()), ("670843887433847", None));
        assert_eq!(token.accounts(), ["1", "2"]);
        assert!(token.may("whatsapp_business_messaging") && !token.may("business_management"));
    }

    #[test]
    fn the_nearest_route_counts_and_an_empty_one_is_none() {
        let routes = |number: &str, account: &str| Routes {
            phone_number: Some(number.into()),
            whatsapp_business_account: Some(account.into()),
            application: Some("c".into()),
        };
        assert_eq!(routes("a", "b").effective(), Some("a"));
        assert_eq!(routes("", "b").effective(), Some("b"));
        assert_eq!(routes("", "").effective(), Some("c"));
        assert_eq!(Routes::default().effective(), None);
    }
}
