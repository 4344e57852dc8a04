//! `[events]` and `[alerts]`: whether they can be told as they say.

use config::Value;
use secrecy::SecretString;
use url::Url;

use super::layers::{get, origin};
use super::{Error, read_section};
use crate::domain::person::Phone;
use crate::worker::jobs::{Alerts, Events, check_secret};

/// `[events]`, read and checked.
pub fn events(tree: &Value) -> Result<Events, Error> {
    let events: Events = read_section(tree, "events")?;
    signed(tree, "events", events.url.as_ref(), events.secret.as_ref())?;
    Ok(events)
}

/// `[alerts]`, read and checked.
pub fn alerts(tree: &Value) -> Result<Alerts, Error> {
    let alerts: Alerts = read_section(tree, "alerts")?;
    signed(tree, "alerts", alerts.url.as_ref(), alerts.secret.as_ref())?;
    if let Some(at) = alerts.to.iter().position(|entry| Phone::parse(entry).is_none()) {
        return Err(Error(format!(
            "alerts.to: its entry {} is no phone number{}; write + and the digits with the \
             country code",
            at + 1,
            place(tree, "alerts", "to")
        )));
    }
    Ok(alerts)
}

/// A line if operators can't be reached at night.
pub fn warning(alerts: &Alerts) -> Option<String> {
    (!alerts.to.is_empty() && alerts.template.is_none()).then(|| {
        "alerts.template is not set: whoever is in alerts.to and has not written to the number \
         for 24 hours is not told; write the name of an approved template"
            .to_owned()
    })
}

/// Nothing is told to an address without a signature.
fn signed(
    tree: &Value,
    section: &str,
    url: Option<&Url>,
    secret: Option<&SecretString>,
) -> Result<(), Error> {
    let Some(url) = url else { return Ok(()) };
    if !matches!(url.scheme(), "http" | "https") {
        return Err(Error(format!(
            "{section}.url: not an http or https URL{}; write https://HOST/PATH",
            place(tree, section, "url")
        )));
    }
    let Some(secret) = secret else {
        return Err(Error(format!(
            "{section}.secret is missing, and {section}.url needs it to sign what it tells; set it \
             or {section}.secret_file to whsec_ and the base64 of 32 random bytes (openssl rand \
             -base64 32)"
        )));
    };
    check_secret(secret)
        .map_err(|what| Error(format!("{section}.secret {what}{}", place(tree, section, "secret"))))
}

fn place(tree: &Value, section: &str, key: &str) -> String {
    get(tree, &[section, key]).map(origin).unwrap_or_default()
}
