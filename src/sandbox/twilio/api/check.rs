//! A message of the app, checked as Twilio checks it.

use serde_json::{Map, Value};

use super::super::super::phones::Contact;
use super::super::{Form, Number, webhook};
use super::error::ApiError;
use super::field;

/// The longest text, in UTF-16 units.
const LONGEST_BODY: usize = 1600;
/// The longest life of a message that waits, in seconds.
const LONGEST_LIFE: u32 = 36_000;

/// Everything that Twilio knows of a message. It ignores the rest; here a
/// misspelt parameter shall show.
const PARAMETERS: [&str; 22] = [
    "AddressRetention",
    "ApplicationSid",
    "Attempt",
    "Body",
    "ContentRetention",
    "ContentSid",
    "ContentVariables",
    "ForceDelivery",
    "From",
    "MaxPrice",
    "MediaUrl",
    "MessagingServiceSid",
    "PersistentAction",
    "ProvideFeedback",
    "RiskCheck",
    "ScheduleType",
    "SendAsMms",
    "SendAt",
    "ShortenUrls",
    "SmartEncoded",
    "StatusCallback",
    "ValidityPeriod",
];

/// Who is meant, if everything is right.
pub(super) fn check(number: Option<&Number>, form: &Form) -> Result<Contact, ApiError> {
    let contact = check_addresses(number, form)?;
    check_names(form)?;
    check_content(form)?;
    check_media(form)?;
    check_template(form)?;
    check_place(form)?;
    let life = field(form, "ValidityPeriod").map(str::parse::<u32>);
    if life.is_some_and(|life| !life.is_ok_and(|life| (1..=LONGEST_LIFE).contains(&life))) {
        return Err(ApiError::new(20001, "ValidityPeriod must be from 1 to 36000"));
    }
    Ok(contact)
}

fn check_addresses(number: Option<&Number>, form: &Form) -> Result<Contact, ApiError> {
    let to = field(form, "To").ok_or(ApiError::new(21604, "A 'To' phone number is required."))?;
    let Some(from) = field(form, "From") else {
        return Err(match field(form, "MessagingServiceSid") {
            Some(_) => ApiError::new(21703, "The Messaging Service has no sender"),
            None => ApiError::new(21603, "A 'From' phone number is required."),
        });
    };
    if to.starts_with("whatsapp:") != from.starts_with("whatsapp:") {
        return Err(ApiError::new(21910, "'To' and 'From' must be of the same channel"));
    }
    if number.is_none() {
        return Err(ApiError::new(63007, "No channel with the specified From address was found"));
    }
    if to == from {
        return Err(ApiError::new(63031, "To and From are the same"));
    }
    webhook::contact(to).ok_or(ApiError::new(21211, "The 'To' number is not a valid phone number."))
}

fn check_names(form: &Form) -> Result<(), ApiError> {
    let known = |name: &str| name == "To" || PARAMETERS.contains(&name);
    match form.iter().all(|(name, _)| known(name)) {
        true => Ok(()),
        false => Err(ApiError::new(20001, "The message has a parameter that is not known")),
    }
}

fn check_content(form: &Form) -> Result<(), ApiError> {
    let has = |name| field(form, name).is_some_and(|value| !value.is_empty());
    let free = ["Body", "MediaUrl", "PersistentAction"].into_iter().any(has);
    match (free, has("ContentSid")) {
        (false, false) => {
            Err(ApiError::new(21619, "A text message body or media urls must be specified."))
        }
        (true, true) => {
            Err(ApiError::new(20001, "ContentSid can't go together with Body or MediaUrl"))
        }
        _ if has("Body") && length(form) > LONGEST_BODY => {
            Err(ApiError::new(21617, "The message body exceeds the 1600 character limit."))
        }
        _ => Ok(()),
    }
}

fn length(form: &Form) -> usize {
    field(form, "Body").unwrap_or_default().encode_utf16().count()
}

fn check_media(form: &Form) -> Result<(), ApiError> {
    let urls: Vec<_> = form.iter().filter(|(name, _)| name == "MediaUrl").collect();
    let is_web = |text: &str| {
        url::Url::parse(text).is_ok_and(|url| ["http", "https"].contains(&url.scheme()))
    };
    if urls.len() > 1 {
        return Err(ApiError::new(21623, "A WhatsApp message carries one medium"));
    }
    match urls.iter().all(|(_, url)| is_web(url)) {
        true => Ok(()),
        false => Err(ApiError::new(21620, "Invalid media URL(s)")),
    }
}

fn check_template(form: &Form) -> Result<(), ApiError> {
    let sid = field(form, "ContentSid");
    let is_sid = |sid: &str| {
        let rest = sid.strip_prefix("HX").unwrap_or_default();
        rest.len() == 32 && rest.bytes().all(|b| b.is_ascii_hexdigit())
    };
    if sid.is_some_and(|sid| !is_sid(sid)) {
        return Err(ApiError::new(21655, "The ContentSid is invalid"));
    }
    let Some(variables) = field(form, "ContentVariables") else { return Ok(()) };
    if sid.is_none() {
        return Err(ApiError::new(21654, "ContentSid is required"));
    }
    let variables = serde_json::from_str::<Map<String, Value>>(variables);
    let texts = variables.is_ok_and(|all| all.values().all(Value::is_string));
    texts.then_some(()).ok_or(ApiError::new(21656, "The ContentVariables are invalid"))
}

/// `geo:latitude,longitude|label`
fn check_place(form: &Form) -> Result<(), ApiError> {
    let Some(action) = field(form, "PersistentAction") else { return Ok(()) };
    let place = action.strip_prefix("geo:").map(|rest| rest.split('|').next().unwrap_or_default());
    let numbers = place.and_then(|place| place.split_once(','));
    let on_earth = numbers.is_some_and(|(latitude, longitude)| {
        let within = |text: &str, most: f64| text.parse::<f64>().is_ok_and(|n| n.abs() <= most);
        within(latitude, 90.0) && within(longitude, 180.0)
    });
    on_earth.then_some(()).ok_or(ApiError::new(20001, "PersistentAction must be geo:lat,lon|label"))
}
