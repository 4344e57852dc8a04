//! Forms of Twilio, made fit for the program that gets them.

use secrecy::ExposeSecret;
use sha2::{Digest, Sha256};
use url::form_urlencoded;

use super::Signed;
use crate::sandbox::{TwilioAccount, signing};

/// The fields of a form, in order.
pub(super) type Form = Vec<(String, String)>;

/// Fields that hold the id of a message.
const IDS: [&str; 4] = ["MessageSid", "SmsSid", "SmsMessageSid", "OriginalRepliedMessageSid"];

/// The same form for this account and with ids of its own.
pub(super) fn adapt(body: &[u8], ours: Option<&TwilioAccount>, fresh: Option<&str>) -> Form {
    let mut form: Form = form_urlencoded::parse(body).into_owned().collect();
    let our_side = if is_status(&form) { "From" } else { "To" };
    for (name, value) in &mut form {
        if let Some(account) = ours {
            match name.as_str() {
                "AccountSid" => account.account_sid.clone_into(value),
                name if name == our_side => account.from.clone_into(value),
                _ => {}
            }
        }
        if let Some(fresh) = fresh.filter(|_| IDS.contains(&name.as_str())) {
            *value = another(value, fresh);
        }
    }
    form
}

/// Where it goes.
pub(super) fn path(form: &Form) -> &'static str {
    if is_status(form) { "/webhooks/twilio/status" } else { "/webhooks/twilio" }
}

/// The header that proves who posts it.
pub(super) fn signature(
    account: &TwilioAccount,
    public_url: &str,
    form: &Form,
    signed: Signed,
) -> (&'static str, String) {
    let token = match signed {
        Signed::Rightly => account.auth_token.expose_secret(),
        Signed::Falsely => "nobody's token",
    };
    ("x-twilio-signature", signing::twilio(token, public_url, form))
}

/// News of a message of ours, and no message of a person's.
fn is_status(form: &Form) -> bool {
    let status = |(name, value): &(String, String)| {
        matches!(name.as_str(), "MessageStatus" | "SmsStatus")
            && !matches!(value.as_str(), "" | "received" | "receiving")
    };
    form.iter().any(status)
}

/// Two letters and 32 hex digits, the same for the same id.
fn another(id: &str, fresh: &str) -> String {
    let kind = id.get(..2).unwrap_or("SM");
    let digest = hex::encode(Sha256::digest(format!("{id} {fresh}")));
    format!("{kind}{}", &digest[..32])
}

#[cfg(test)]
mod tests {
    use super::*;

    fn account() -> TwilioAccount {
        TwilioAccount {
            account_sid: "AC1".into(),
            auth_token: "t".into(),
            from: "whatsapp:+15550101".into(),
        }
    }

    fn field(form: &Form, name: &str) -> String {
        form.iter().find(|(field, _)| field == name).unwrap().1.clone()
    }

    #[test]
    fn our_side_and_ids_are_replaced() {
        let message =
            b"MessageSid=SM00&SmsStatus=received&From=whatsapp%3A%2B15550123&To=x&Body=hi";
        let form = adapt(message, Some(&account()), Some("1"));
        assert_eq!((field(&form, "To"), path(&form)), (account().from, "/webhooks/twilio"));
        assert_eq!(field(&form, "From"), "whatsapp:+15550123");
        assert_eq!(field(&form, "MessageSid").len(), 34);
        assert_eq!(adapt(message, Some(&account()), Some("1")), form, "a duplicate stays one");
        let status = b"MessageSid=SM00&MessageStatus=read&From=x&To=whatsapp%3A%2B15550123";
        let form = adapt(status, Some(&account()), None);
        assert_eq!(
            (field(&form, "From"), path(&form)),
            (account().from, "/webhooks/twilio/status")
        );
        assert_eq!(field(&form, "MessageSid"), "SM00");
    }
}
