//! The golden set: bodies of every odd kind, and what must come of each. The
//! people are invented; `{run}` stands for digits that differ from run to run,
//! so that nobody of an earlier run is met again.

use std::fmt;

use jiff::Timestamp;
use serde_json::{Value, json};

use super::{Came, NotPosted, Replay, Signed};

/// One webhook and what must come of it.
struct Step {
    says: &'static str,
    body: Body,
    signed: Signed,
    status: u16,
    outcome: &'static str,
}

enum Body {
    File(&'static str),
    Thousand,
}

macro_rules! step {
    ($says:literal, $file:literal, $outcome:literal) => {
        Step {
            says: $says,
            body: Body::File(include_str!(concat!("../../../templates/golden/", $file))),
            signed: Signed::Rightly,
            status: 200,
            outcome: $outcome,
        }
    };
}

const fn forged(step: Step) -> Step {
    Step { signed: Signed::Falsely, status: 401, ..step }
}

/// In this order: what is edited was said before.
const STEPS: &[Step] = &[
    step!("a text", "text.json", "new=1"),
    step!("the same once more", "text.json", "duplicate=1"),
    forged(step!("a text with a forged signature", "text_forged.json", "")),
    step!("a sender without a phone number", "user_id_only.json", "new=1"),
    step!("no sender at all", "no_sender.json", "unreadable=1"),
    step!("a new phone number", "number_change.json", "applied=1"),
    step!("a burst of five", "burst.json", "new=5"),
    step!("an edit", "edit.json", "applied=1"),
    step!("a message taken back", "revoke.json", "applied=1"),
    step!("a reaction", "reaction.json", "applied=1"),
    step!("a kind that nobody knows yet", "unknown_type.json", "new=1"),
    step!("a field that nobody knows yet", "unknown_field.json", "ignored=1"),
    step!("a broken element among good ones", "broken_element.json", "new=2 unreadable=1"),
    step!("statuses of messages that are not ours", "statuses.json", "ignored=3"),
    Step {
        says: "a thousand messages in one batch",
        body: Body::Thousand,
        signed: Signed::Rightly,
        status: 200,
        outcome: "new=1000",
    },
    step!("Twilio: a text", "twilio_text.txt", "new=1"),
    step!("Twilio: the same once more", "twilio_text.txt", "duplicate=1"),
    forged(step!("Twilio: a text with a forged signature", "twilio_text_forged.txt", "")),
    step!("Twilio: a picture", "twilio_picture.txt", "new=1"),
    step!("Twilio: a sender without a phone number", "twilio_user_id_only.txt", "new=1"),
    step!("Twilio: an SMS", "twilio_sms.txt", "ignored=1"),
    step!("Twilio: a status of a message that is not ours", "twilio_status.txt", "ignored=1"),
];

/// What came of a step.
#[derive(Debug)]
pub struct Line {
    /// What was posted.
    pub says: &'static str,
    /// What must come of it.
    pub expected: Came,
    /// What came of it; `None` = its provider has no number here.
    pub came: Option<Came>,
}

impl Line {
    /// Whether all is as it must be.
    pub fn is_ok(&self) -> bool {
        self.came.as_ref().is_none_or(|came| *came == self.expected)
    }
}

impl fmt::Display for Line {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Self { says, expected, came } = self;
        match came {
            None => write!(f, "--      {says}: skipped, no number of this provider"),
            Some(came) if came == expected => write!(f, "ok      {says}: {came}"),
            Some(came) => write!(f, "NOT OK  {says}: {came}, must be {expected}"),
        }
    }
}

/// Posts the whole set, each line as soon as it is known. `run` is six digits.
pub async fn run(
    replay: &Replay,
    run: &str,
    now: Timestamp,
    mut tell: impl FnMut(&Line),
) -> Result<bool, NotPosted> {
    let mut all_ok = true;
    for step in STEPS {
        let body = step.body(run, now);
        let came = match replay.post(body.as_bytes(), step.signed).await {
            Ok(came) => Some(came),
            Err(NotPosted::NoNumber) => None,
            Err(unreachable) => return Err(unreachable),
        };
        let expected = Came { status: step.status, outcome: step.outcome.to_owned() };
        let line = Line { says: step.says, expected, came };
        all_ok &= line.is_ok();
        tell(&line);
    }
    Ok(all_ok)
}

impl Step {
    fn body(&self, run: &str, now: Timestamp) -> String {
        let body = match self.body {
            Body::File(body) => body.to_owned(),
            Body::Thousand => thousand().to_string(),
        };
        body.trim_end().replace("{run}", run).replace("{now}", &now.as_second().to_string())
    }
}

/// As many elements as the Cloud API puts into one request, of ten people.
fn thousand() -> Value {
    let message = |n: usize| {
        json!({
            "from": format!("155502{{run}}{}", n % 10),
            "id": format!("wamid.golden-{{run}}-batch-{n}"),
            "timestamp": "{now}",
            "type": "text",
            "text": { "body": format!("Number {n} of a thousand") },
        })
    };
    let value = json!({
        "messaging_product": "whatsapp",
        "metadata": { "display_phone_number": "15550100", "phone_number_id": "100000000000100" },
        "messages": (0..1000).map(message).collect::<Vec<_>>(),
    });
    json!({
        "object": "whatsapp_business_account",
        "entry": [{ "id": "1", "changes": [{ "field": "messages", "value": value }] }],
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn each_file_is_what_its_provider_posts() {
        for step in STEPS {
            let body = step.body("123456", Timestamp::UNIX_EPOCH);
            assert!(!body.contains("{run}") && !body.contains("{now}"), "{}", step.says);
            if !step.says.starts_with("Twilio") {
                assert!(serde_json::from_str::<Value>(&body).is_ok(), "{}", step.says);
            }
        }
    }
}
