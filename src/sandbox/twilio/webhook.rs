//! Forms of Twilio's webhooks.

use jiff::Timestamp;
use serde_json::{Map, Value, json};
use url::form_urlencoded;

use super::super::TwilioAccount;
use super::super::phones::{Bubble, Contact};
use super::Form;

pub(super) fn encode(form: &Form) -> String {
    form_urlencoded::Serializer::new(String::new()).extend_pairs(form).finish()
}

pub(super) fn decode(text: &[u8]) -> Form {
    form_urlencoded::parse(text).into_owned().collect()
}

/// The parameters as an object; of several values the last.
pub(super) fn object(form: &Form) -> Value {
    let pairs = form.iter().map(|(name, value)| (name.clone(), Value::from(value.as_str())));
    Value::Object(pairs.collect::<Map<_, _>>())
}

/// Back from the object.
pub(in crate::sandbox) fn form(object: &Value) -> Form {
    let fields = object.as_object().into_iter().flatten();
    fields.filter_map(|(name, value)| Some((name.clone(), value.as_str()?.to_owned()))).collect()
}

/// A text that somebody wrote.
pub(super) fn message(account: &TwilioAccount, contact: &Contact, sid: &str, text: &str) -> Form {
    let mut form = pairs(&[
        ("SmsMessageSid", sid),
        ("NumMedia", "0"),
        ("ProfileName", &contact.name),
        ("MessageType", "text"),
        ("SmsSid", sid),
        ("SmsStatus", "received"),
        ("Body", text),
        ("To", &account.from),
        ("NumSegments", "1"),
        ("ReferralNumMedia", "0"),
        ("MessageSid", sid),
        ("AccountSid", &account.account_sid),
        ("ChannelMetadata", &metadata(contact)),
        ("From", &address(contact)),
        ("ApiVersion", "2010-04-01"),
    ]);
    form.extend(contact.phone.iter().map(|phone| ("WaId".to_owned(), phone.clone())));
    let external = contact.user_id.iter().map(|id| format!("whatsapp:{id}"));
    form.extend(external.map(|id| ("ExternalUserId".to_owned(), id)));
    form
}

/// Puts a parameter, in the place of the one that is there.
pub(super) fn set(form: &mut Form, name: &str, value: &str) {
    match form.iter_mut().find(|(key, _)| key == name) {
        Some((_, old)) => value.clone_into(old),
        None => form.push((name.to_owned(), value.to_owned())),
    }
}

/// What became of a message.
pub(super) fn status(
    account: &TwilioAccount,
    to: &str,
    sid: &str,
    status: &str,
    code: Option<u32>,
) -> Form {
    let mut form = pairs(&[
        ("SmsSid", sid),
        ("SmsStatus", status),
        ("MessageStatus", status),
        ("ChannelToAddress", to.trim_start_matches("whatsapp:")),
        ("To", to),
        ("ChannelPrefix", "whatsapp"),
        ("MessageSid", sid),
        ("AccountSid", &account.account_sid),
        ("From", &account.from),
        ("ApiVersion", "2010-04-01"),
        ("ChannelInstallSid", "XE00000000000000000000000000000001"),
    ]);
    if ["delivered", "read"].contains(&status) {
        form.push(("EventType".into(), status.to_uppercase()));
    }
    if let Some(code) = code {
        form.push(("ErrorCode".into(), code.to_string()));
        form.push(("ChannelStatusMessage".into(), format!("The channel reported {code}")));
    }
    form
}

/// `whatsapp:+…`, or `whatsapp:US.…` if the number is hidden.
pub(super) fn address(contact: &Contact) -> String {
    match &contact.phone {
        Some(phone) => format!("whatsapp:+{phone}"),
        None => format!("whatsapp:{}", contact.address()),
    }
}

/// Somebody of whom only this address is known; `None` if it is none.
pub(super) fn contact(address: &str) -> Option<Contact> {
    let bare = address.strip_prefix("whatsapp:")?;
    let number = bare.strip_prefix('+').and_then(super::identifiers::phone);
    let known = number.or_else(|| super::identifiers::is_user_id(bare).then(|| bare.to_owned()));
    known.map(|address| Contact::unknown(&address))
}

/// A message read back from a form, to show it on its writer's phone.
pub(super) fn noted(form: &Form, at: Timestamp) -> Option<(Contact, Bubble)> {
    let contact = contact(field(form, "From")?)?;
    let text = match (field(form, "Body"), field(form, "MessageType")) {
        (Some(body), _) if !body.is_empty() => body.to_owned(),
        (_, kind) => format!("[{}]", kind.unwrap_or("message")),
    };
    let id = field(form, "MessageSid")?.to_owned();
    let quotes = field(form, "OriginalRepliedMessageSid").map(str::to_owned);
    Some((contact, Bubble::written(id, at, text, object(form)).quoting(quotes)))
}

/// The first value of a parameter: `field(&form, "MessageSid")`.
pub fn field<'a>(form: &'a Form, name: &str) -> Option<&'a str> {
    form.iter().find(|(key, _)| key == name).map(|(_, value)| value.as_str())
}

fn metadata(contact: &Contact) -> String {
    let mut context = Map::new();
    context.insert("ProfileName".into(), contact.name.as_str().into());
    context.extend(contact.phone.iter().map(|phone| ("WaId".to_owned(), phone.as_str().into())));
    json!({ "type": "whatsapp", "data": { "context": context } }).to_string()
}

fn pairs(list: &[(&str, &str)]) -> Form {
    list.iter().map(|(name, value)| ((*name).to_owned(), (*value).to_owned())).collect()
}
