//! Knocking at a webhook as Twilio does, to see whether it opens. What is
//! posted here means nothing: the status of no message, by a word that none
//! has.

use reqwest::RequestBuilder;
use reqwest::header::CONTENT_TYPE;
use secrecy::SecretString;
use url::form_urlencoded;

use super::Config;
use crate::provider::signature::{self, Fields};

/// Names no message.
const NOTHING: &str = "SM00000000000000000000000000000000";

/// A form under this token.
pub fn post(
    http: &reqwest::Client,
    url: &str,
    config: &Config,
    auth_token: &SecretString,
) -> RequestBuilder {
    let form = form(config);
    let signature = signature::of_form(auth_token, url, &Fields::of(form.as_bytes()));
    let request = http.post(url).header(CONTENT_TYPE, "application/x-www-form-urlencoded");
    request.header("x-twilio-signature", signature).body(form)
}

/// With what is lost on the way if anything is.
fn form(config: &Config) -> String {
    form_urlencoded::Serializer::new(String::new())
        .append_pair("MessageSid", NOTHING)
        .append_pair("MessageStatus", "knocked")
        .append_pair("AccountSid", &config.account_sid)
        .append_pair("From", &config.from)
        .append_pair("Note", "é + %20 ")
        .append_pair("Empty", "")
        .finish()
}
