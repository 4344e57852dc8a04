//! What Twilio's error codes mean for us: the same for a refused send and for
//! a failed status.

use std::time::Duration;

use reqwest::StatusCode;

use crate::domain::failure::{Class, Failure, Scope};

/// Twilio's daily limit rolls over 24 hours; we look again each hour.
const DAILY_PAUSE: Duration = Duration::from_secs(3600);

/// Rate limits of the channel want a long pause.
const RATE_PAUSE: Duration = Duration::from_secs(30);

/// The failure that a code stands for. `status` is that of the HTTP answer, if
/// there was one: it decides about a code that we don't know.
pub(super) fn failure(code: u32, status: Option<StatusCode>) -> Failure {
    let status = status.map(|status| status.as_u16());
    let (class, reason) = known(code).unwrap_or_else(|| unknown(status));
    Failure::new(class, reason).with_code(code)
}

fn unknown(status: Option<u16>) -> (Class, &'static str) {
    match status {
        Some(401 | 403) => (Class::StopNumber, "an unknown error: the account may not do this"),
        Some(429 | 500..) => {
            (again(None, Scope::Pair), "an unknown error, temporary by its status")
        }
        _ => (Class::Refused, "an unknown error"),
    }
}

fn known(code: u32) -> Option<(Class, &'static str)> {
    let (pair, number) = (again(None, Scope::Pair), again(None, Scope::Number));
    Some(match code {
        20003 => (
            Class::StopNumber,
            "the account or its token is not accepted (a suspended or unpaid account, too)",
        ),
        21408 | 21606 | 63007 | 63008 | 21703 => {
            (Class::StopNumber, "the sender is not set up for this channel or region")
        }
        63001 | 63020 => (Class::StopNumber, "WhatsApp does not accept the sender's account"),
        63013 | 63026 => (Class::StopNumber, "the sender broke a policy or counts as spam"),

        20429 => (number, "too many requests"),
        21611 | 30001 => (number, "the sender's queue is full"),
        63017 | 63018 => (again(Some(RATE_PAUSE), Scope::Pair), "the channel's rate limit"),
        63119 => (again(Some(RATE_PAUSE), Scope::Pair), "Meta's rate limit is reached"),
        63038 => (again(Some(DAILY_PAUSE), Scope::Number), "the account's daily limit is used up"),
        20500 | 20503 => (pair, "Twilio has an internal error or is down"),
        63009 | 63010 | 63012 | 63023 => (pair, "the channel has an internal error"),
        30008 => (pair, "an unknown delivery error"),

        63016 => (Class::WindowClosed, "more than 24 hours since the person last wrote"),

        21211 | 21614 | 63003 | 63024 => (Class::Refused, "the recipient does not exist"),
        21610 => (Class::Unsubscribed, "the person has unsubscribed"),
        21617 => (Class::Refused, "the text is too long"),
        21620 | 21623 | 63019 | 63034 | 63037 => (Class::Refused, "the file can't be sent"),
        21654..=21656 | 63027..=63029 | 63040 | 63041 => {
            (Class::Refused, "the template can't be sent")
        }
        21910 | 63005 | 63021 | 63030 | 63031 => {
            (Class::Refused, "the channel refused the message")
        }
        30003 => (Class::Refused, "the person's phone can't be reached"),
        30007 => (Class::Refused, "the message was filtered"),
        63014 | 63033 => (Class::Refused, "the person has blocked the sender"),
        63015 => (Class::Refused, "the person has not joined the sandbox"),
        63032 => (Class::Refused, "WhatsApp limits messages to this person"),
        63049..=63051 | 63112 => (Class::Refused, "Meta chose not to deliver it"),
        14107 => (Class::Refused, "too many replies in a row"),
        11200 | 11205 | 11750 | 12100 | 12300 | 57012 => {
            (Class::Refused, "our answer to a webhook was no use: see Twilio's debugger")
        }
        _ => return None,
    })
}

fn again(after: Option<Duration>, scope: Scope) -> Class {
    Class::Transient { after, scope }
}
