//! To come.
#![expect(missing_docs, reason = "a placeholder")]

use std::path::PathBuf;
use std::sync::Arc;

use secrecy::SecretString;

pub struct Options {
    pub app_url: String,
    pub meta: Vec<MetaAccount>,
    pub twilio: Vec<TwilioAccount>,
    pub state_file: Option<PathBuf>,
    pub clock: crate::clock::Clock,
    pub info: PhoneInfo,
}

pub struct MetaAccount {
    pub phone_number_id: String,
    pub display_number: String,
    pub access_token: SecretString,
    pub app_secret: SecretString,
    pub verify_token: SecretString,
}

pub struct TwilioAccount {
    pub account_sid: String,
    pub auth_token: SecretString,
    pub from: String,
}

pub struct PhoneInfo {
    pub model: String,
    pub leaves: String,
}

pub struct Sandbox;

impl Sandbox {
    pub fn new(_: Options) -> Arc<Self> {
        Arc::new(Self)
    }

    pub fn router(self: &Arc<Self>) -> axum::Router {
        axum::Router::new()
    }
}
