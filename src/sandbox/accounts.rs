//! Whom the stand-ins stand in for.

use std::path::PathBuf;

use secrecy::SecretString;

use crate::clock::Clock;

/// What a sandbox stands in for.
pub struct Options {
    /// Where the app listens: `http://127.0.0.1:8080`. May be set later.
    pub app_url: String,
    /// Numbers of the Cloud API; the phone page writes to the first.
    pub meta: Vec<MetaAccount>,
    /// Senders of Twilio; the phone page writes to the first.
    pub twilio: Vec<TwilioAccount>,
    /// Keeps the chats over a restart.
    pub state_file: Option<PathBuf>,
    /// The time.
    pub clock: Clock,
    /// Shown on the phone page.
    pub info: PhoneInfo,
}

/// A number of the Cloud API and its secrets.
#[derive(Clone)]
pub struct MetaAccount {
    /// The phone number **id**.
    pub phone_number_id: String,
    /// The phone number, digits only.
    pub display_number: String,
    /// What the app must send as Bearer.
    pub access_token: SecretString,
    /// Signs the webhooks.
    pub app_secret: SecretString,
    /// Answers the GET handshake.
    pub verify_token: SecretString,
}

/// A sender of Twilio and its secrets.
#[derive(Clone)]
pub struct TwilioAccount {
    /// `AC…`.
    pub account_sid: String,
    /// The password of the API, and the key of the webhooks' signatures.
    pub auth_token: SecretString,
    /// `whatsapp:+15550100000`.
    pub from: String,
}

/// What the phone page tells about the assistant behind it.
#[derive(Clone, Debug, Default, serde::Serialize)]
pub struct PhoneInfo {
    /// Which model answers.
    pub model: String,
    /// What leaves this machine, in a sentence.
    pub leaves: String,
    /// The dev folder, for the commands the page names.
    #[serde(skip)]
    pub folder: Option<PathBuf>,
}
