//! What Meta's error codes mean for us: the same for a refused send and for a
//! failed status.

use std::time::Duration;

use crate::domain::failure::{Class, Failure, Scope};

/// Meta gives no wait for its spam limit, which lasts for hours.
const SPAM_PAUSE: Duration = Duration::from_secs(3600);

/// Raising a number's throughput takes about a minute.
const UPGRADE: Duration = Duration::from_secs(60);

/// The failure that a code stands for. `transient` is what Meta says of a
/// code that we don't know.
pub(super) fn failure(code: u32, transient: bool) -> Failure {
    let (class, reason) = known(code).unwrap_or(match transient {
        true => (again(None, Scope::Pair), "an unknown error, temporary by Meta's word"),
        false => (Class::Refused, "an unknown error"),
    });
    Failure::new(class, reason).with_code(code)
}

fn known(code: u32) -> Option<(Class, &'static str)> {
    let (pair, number) = (again(None, Scope::Pair), again(None, Scope::Number));
    Some(match code {
        0 | 190 => (Class::StopNumber, "the access token is not accepted"),
        3 | 10 | 200..=299 | 131005 => (Class::StopNumber, "a permission is missing"),
        368 | 131031 => (Class::StopNumber, "the account is locked or restricted"),
        130497 => (Class::Refused, "the account may not write to this country"),
        131037 => (Class::StopNumber, "the display name is not approved"),
        131042 => (Class::StopNumber, "the payment method does not work"),
        131045 | 133010 | 133016 => (Class::StopNumber, "the number is not registered"),
        131064 => (Class::StopNumber, "a messaging limit is used up after template violations"),

        4 | 80007 | 130429 => (number, "the rate limit of the number is reached"),
        131048 => (again(Some(SPAM_PAUSE), Scope::Number), "the spam limit is reached"),
        131057 => (again(Some(UPGRADE), Scope::Number), "the number is under maintenance"),
        131056 => (pair, "too many messages to this person in a short time"),
        1 | 2 | 131000 | 131016 | 135000 => (pair, "Meta has an internal error or is down"),
        132069 => (pair, "the flow is throttled"),

        131047 => (Class::WindowClosed, "more than 24 hours since the person last wrote"),

        33 | 100 | 131008 | 131009 => (Class::Refused, "a parameter is not valid"),
        131021 => (Class::Refused, "sender and recipient are the same"),
        131026 => (Class::Refused, "the person can't get this message"),
        131030 => (Class::Refused, "the person is not on the list of the test number"),
        131049 => (Class::Refused, "Meta chose not to deliver it"),
        131050 => (Class::Refused, "the person stopped marketing messages"),
        130472 => (Class::Refused, "the person is part of an experiment of Meta's"),
        131051 => (Class::Refused, "the type of message is not supported"),
        131052 | 131053 => (Class::Refused, "the file could not be loaded"),
        131062 => (Class::Refused, "this message can't go to a user id"),
        131063 => (Class::Refused, "marketing templates are disabled"),
        132000..=132068 => (Class::Refused, "the template or flow can't be sent"),
        137000 => (Class::Refused, "the person's identity has changed"),
        131020 | 131041 | 131200..=131299 => (Class::Refused, "the group can't be written to"),
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
            (190, Class::StopNumber),
            (250, Class::StopNumber),
            (130429, again(None, Scope::Number)),
            (131056, again(None, Scope::Pair)),
            (131047, Class::WindowClosed),
            (131026, Class::Refused),
            (131201, Class::Refused),
        ] {
            let failure = failure(code, false);
            assert_eq!((failure.class, failure.code), (class, Some(code)));
        }
    }

    #[test]
    fn an_unknown_code_is_final_unless_meta_says_otherwise() {
        assert_eq!(failure(999_999, false).class, Class::Refused);
        assert_eq!(failure(999_999, true).class, again(None, Scope::Pair));
        assert_eq!(failure(190, true).class, Class::StopNumber);
    }
}
