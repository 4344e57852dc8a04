//! What Meta's error codes mean for us: the same for a refused send and for a
//! failed status.

use std::time::Duration;

use super::wire::Error;
use crate::domain::failure::{Class, Failure, Scope};

/// Meta gives no wait for its spam limit, which lasts for hours.
const SPAM_PAUSE: Duration = Duration::from_secs(3600);

/// Raising a number's throughput takes about a minute.
const UPGRADE: Duration = Duration::from_secs(60);

/// The failure that an error stands for. The code decides. Of one that we
/// don't know, Meta's words do: they are all there is when a prepaid balance
/// falls short, for which it names no code.
pub(super) fn failure(error: &Error) -> Failure {
    let (class, reason) = known(error.code).unwrap_or(if speaks_of_balance(error) {
        (Class::Unpaid, "the prepaid balance falls short")
    } else if error.is_transient {
        (again(None, Scope::Pair), "an unknown error, temporary by Meta's word")
    } else {
        (Class::Refused, "an unknown error")
    });
    Failure::new(class, reason).with_code(error.code)
}

fn known(code: u32) -> Option<(Class, &'static str)> {
    let (pair, number) = (again(None, Scope::Pair), again(None, Scope::Number));
    Some(match code {
        0 | 190 => (Class::StopNumber, "the access token is not accepted"),
        3 | 10 | 200..=299 | 131005 => (Class::StopNumber, "a permission is missing"),
        368 | 131031 => (Class::StopNumber, "the account is locked or restricted"),
        131037 => (Class::StopNumber, "the display name is not approved"),
        131042 => (
            Class::Unpaid,
            "the payment method does not work: mend it in WhatsApp Manager > Payment settings, then \
             olifant numbers resume NAME",
        ),
        131045 | 133010 => (Class::StopNumber, "the number is not registered"),
        133016 => (Class::StopNumber, "the number was registered too often"),
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
        // The country of one person: to all others the number still writes.
        130497 => (Class::Refused, "the account may not write to this country"),
        // Not before a day is over, and then nobody waits for it.
        131049 => (Class::Refused, "Meta chose not to deliver it"),
        // Of marketing only: the person still writes and is answered.
        131050 => (Class::Refused, "the person stopped marketing messages"),
        130472 => (Class::Refused, "the person is part of an experiment of Meta's"),
        131051 => (Class::Refused, "the type of message is not supported"),
        131052 | 131053 => (Class::Refused, "the file could not be loaded"),
        131062 => (Class::Refused, "this message can't go to a user id"),
        131063 => (Class::Refused, "marketing templates are disabled"),
        132000..=132068 => (Class::Refused, "the template or flow can't be sent"),
        // It can't come: we send no hash of an identity.
        137000 => (Class::Refused, "the person's identity has changed"),
        131020 | 131041 | 131200..=131299 => (Class::Refused, "the group can't be written to"),
        _ => return None,
    })
}

fn again(after: Option<Duration>, scope: Scope) -> Class {
    Class::Transient { after, scope }
}

fn speaks_of_balance(error: &Error) -> bool {
    let words = [&error.title, &error.message, &error.error_data.details];
    words.iter().any(|words| {
        let words = words.to_lowercase();
        words.contains("prepaid") || words.contains("balance")
    })
}
