//! What Twilio's error codes mean for us: the same for a refused send and for
//! a failed status.

use std::time::Duration;

use crate::domain::failure::{Class, Failure, Scope};

/// Twilio's daily limit rolls over 24 hours; we look again each hour.
const DAILY_PAUSE: Duration = Duration::from_secs(3600);

/// Rate limits of the channel want a long pause.
const RATE_PAUSE: Duration = Duration::from_secs(30);

/// The failure that a code stands for. `transient` is what the HTTP status
/// says of a code that we don't know.
pub(super) fn failure(code: u32, transient: bool) -> Failure {
    let (class, reason) = known(code).unwrap_or(match transient {
        true => (again(None, Scope::Pair), "an unknown error, temporary by its status"),
        false => (Class::Refused, "an unknown error"),
    });
    Failure::new(class, reason).with_code(code)
}

fn known(code: u32) -> Option<(Class, &'static str)> {
    let (pair, number) = (again(None, Scope::Pair), again(None, Scope::Number));
    Some(match code {
        20003 => (Class::StopNumber, "the account or its token is not accepted"),
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
        21610 => (Class::Refused, "the person has unsubscribed"),
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
        _ => return None,
    })
}

fn again(after: Option<Duration>, scope: Scope) -> Class {
    Class::Transient { after, scope }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn each_code_has_its_consequence() {
        for (code, class) in [
            (20003, Class::StopNumber),
            (20429, again(None, Scope::Number)),
            (63018, again(Some(RATE_PAUSE), Scope::Pair)),
            (63016, Class::WindowClosed),
            (21610, Class::Refused),
            (63024, Class::Refused),
        ] {
            let failure = failure(code, false);
            assert_eq!((failure.class, failure.code), (class, Some(code)));
        }
    }

    #[test]
    fn an_unknown_code_is_final_unless_its_status_says_otherwise() {
        assert_eq!(failure(99_999, false).class, Class::Refused);
        assert_eq!(failure(99_999, true).class, again(None, Scope::Pair));
        assert_eq!(failure(20003, true).class, Class::StopNumber);
    }
}
