//! `[numbers.NAME]`: read by what their own `provider` says, and checked
//! against each other.

use std::collections::BTreeMap;

use config::Value;
use secrecy::{ExposeSecret, SecretString};
use url::Url;

use super::Error;
use super::layers::{get, join, origin, table};
use super::section::{missing, read};
use crate::domain::id::NumberName;
use crate::provider::{NumberConfig, meta, twilio};

/// All numbers, by name; there may be none if `dispensable`.
pub fn read_all(
    tree: &Value,
    dispensable: bool,
) -> Result<BTreeMap<NumberName, NumberConfig>, Error> {
    let tables = get(tree, &["numbers"]).and_then(table);
    let numbers: BTreeMap<NumberName, NumberConfig> = tables
        .into_iter()
        .flatten()
        .map(|(name, value)| Ok((NumberName::from(name.as_str()), number(name, value)?)))
        .collect::<Result<_, Error>>()?;
    if numbers.is_empty() && !dispensable {
        let remedy = "olifant connect meta NAME, or olifant connect twilio NAME, sets one up; with \
                      --tunnel it also opens a way in from outside";
        return Err(Error(format!("numbers: none is configured; {remedy}")));
    }
    distinct(tree, &numbers)?;
    Ok(numbers)
}

/// A URL that can be called.
pub fn url(key: &str, text: &str, place: &str) -> Result<Url, Error> {
    let remedy = "write https://HOST, with a port and a path if it has them";
    let wrong = |why: String| Error(format!("{key}: {why}{place}; {remedy}"));
    let url = Url::parse(text).map_err(|e| wrong(format!("not a URL ({e})")))?;
    match (url.scheme(), url.query(), url.fragment()) {
        ("http" | "https", None, None) => Ok(url),
        _ => Err(wrong("not a plain http or https URL".into())),
    }
}

/// Whether a number can be called that, which stands in this place.
pub fn check_name(name: &str, place: &str) -> Result<(), Error> {
    let plain = |b: u8| b.is_ascii_lowercase() || b.is_ascii_digit() || b == b'-' || b == b'_';
    if name.is_empty() || !name.bytes().all(plain) {
        let (path, remedy) = (join("numbers", name), "use only small letters, digits, - and _");
        return Err(Error(format!("{path} is no name for a number{place}; {remedy}")));
    }
    Ok(())
}

fn number(name: &str, value: &Value) -> Result<NumberConfig, Error> {
    check_name(name, &origin(value))?;
    let path = join("numbers", name);
    let Some(provider) = get(value, &["provider"]) else {
        return Err(missing(&path, "numbers.meta", "provider", &origin(value)));
    };
    let number = match provider.clone().into_string().as_deref() {
        Ok("meta") => NumberConfig::Meta(read(value, &path, "numbers.meta")?),
        Ok("twilio") => NumberConfig::Twilio(read(value, &path, "numbers.twilio")?),
        _ => {
            let place = origin(provider);
            return Err(Error(format!(
                "{path}.provider: there is no such provider{place}; write \"meta\" or \"twilio\""
            )));
        }
    };
    checked(number, &Place { path: &path, value })
}

struct Place<'a> {
    path: &'a str,
    value: &'a Value,
}

impl Place<'_> {
    fn origin(&self, key: &str) -> String {
        origin(get(self.value, &[key]).unwrap_or(self.value))
    }

    fn error(&self, key: &str, what: &str) -> Error {
        Error(format!("{}.{key}{}", self.path, what.replacen("{}", &self.origin(key), 1)))
    }

    fn filled(&self, key: &str, secret: &SecretString) -> Result<(), Error> {
        match secret.expose_secret().trim() {
            "" => Err(self.error(key, " is empty{}; give it its value, or take it out")),
            _ => Ok(()),
        }
    }

    fn url(&self, key: &str, text: &str) -> Result<(), Error> {
        url(&join(self.path, key), text, &self.origin(key)).map(drop)
    }

    fn pace(&self, messages_per_s: u32) -> Result<(), Error> {
        match messages_per_s {
            0 => Err(self.error("messages_per_s", " is 0{}; write 1 or more")),
            _ => Ok(()),
        }
    }
}

fn checked(number: NumberConfig, place: &Place<'_>) -> Result<NumberConfig, Error> {
    if number.business().is_in_chat() {
        let what = " begins with chat:{}, as only the business of olifant chat does; write another";
        return Err(place.error("business", what));
    }
    match &number {
        NumberConfig::Meta(config) => meta(config, place)?,
        NumberConfig::Twilio(config) => twilio(config, place)?,
    }
    Ok(number)
}

fn meta(config: &meta::Config, place: &Place<'_>) -> Result<(), Error> {
    let id = &config.phone_number_id;
    if id.is_empty() || !id.bytes().all(|b| b.is_ascii_digit()) {
        let what = " is no phone number id{}; take the id that stands beside the number in WhatsApp > \
                    API setup, digits only";
        return Err(place.error("phone_number_id", what));
    }
    for (key, id) in config.ids() {
        if id.is_empty() || !id.bytes().all(|b| b.is_ascii_digit()) {
            let what = " is no id of Meta's{}; write its digits, or take it out: olifant connect \
                        finds it";
            return Err(place.error(key, what));
        }
    }
    place.filled("access_token", &config.access_token)?;
    place.filled("app_secret", &config.app_secret)?;
    place.filled("verify_token", &config.verify_token)?;
    if let Some(previous) = &config.app_secret_previous {
        place.filled("app_secret_previous", previous)?;
    }
    if config.window_template.as_ref().is_some_and(|t| t.language.trim().is_empty()) {
        let what =
            " has no language{}; add the one that the template has at Meta: language = \"en\"";
        return Err(place.error("window_template", what));
    }
    place.url("graph_url", &config.graph_url)?;
    place.pace(config.messages_per_s)
}

fn twilio(config: &twilio::Config, place: &Place<'_>) -> Result<(), Error> {
    let sid = config.account_sid.strip_prefix("AC").unwrap_or_default();
    if sid.len() != 32 || !sid.bytes().all(|b| b.is_ascii_hexdigit()) {
        let what = " is no account SID{}; write AC and the 32 hex digits that follow it in Twilio's \
                    console";
        return Err(place.error("account_sid", what));
    }
    place.filled("auth_token", &config.auth_token)?;
    if !config.from.starts_with("whatsapp:+") {
        return Err(place.error("from", " is no sender{}; write whatsapp:+ and the digits"));
    }
    place.url("api_url", &config.api_url)?;
    place.pace(config.messages_per_s)
}

/// The same number of the provider twice would make the second one deaf.
fn distinct(tree: &Value, numbers: &BTreeMap<NumberName, NumberConfig>) -> Result<(), Error> {
    let mut seen = BTreeMap::new();
    for (name, config) in numbers {
        let (key, id) = match config {
            NumberConfig::Meta(config) => ("phone_number_id", &config.phone_number_id),
            NumberConfig::Twilio(config) => ("from", &config.from),
        };
        if let Some(first) = seen.insert((key, id), name) {
            let place = get(tree, &["numbers", name.as_str(), key]).map(origin).unwrap_or_default();
            return Err(Error(format!(
                "numbers.{name}.{key} is that of numbers.{first}, too{place}; configure each number once"
            )));
        }
    }
    Ok(())
}
