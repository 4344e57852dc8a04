//! Our own door, as Twilio finds it: signatures over the URL that it calls.

use secrecy::SecretString;

use super::{Case, WEBHOOK, pages};
use crate::doctor::door::{Signed, signed};
use crate::doctor::finding::Finding;
use crate::provider::twilio::knock as twilio;

/// What can be said of it.
pub async fn examine(case: &Case<'_>) -> Vec<Finding> {
    let url = match (&case.door.base, case.door.shut) {
        (Some(base), None) => format!("{base}{WEBHOOK}"),
        (_, why) => {
            let why = format!("signatures: {}", why.unwrap_or_default());
            return vec![Finding::unchecked("twilio.signature", why)];
        }
    };
    let (http, config) = (&case.look.http, case.config);
    let rightly = twilio::post(http, &url, config, &config.auth_token);
    let wrongly = twilio::post(http, &url, config, &SecretString::from("nobody's"));
    vec![judged(case, &url, signed(case.look, rightly, wrongly).await)]
}

fn judged(case: &Case<'_>, url: &str, signed: Signed) -> Finding {
    let (id, what, remedy, page) = match signed {
        Signed::Told => {
            return Finding::ok("twilio.signature", "what is signed arrives as it was signed");
        }
        Signed::Refused => (
            "twilio.signature_refused",
            format!(
                "what is signed for {url} is refused (401): the olifant that answers checks \
                 another address, or has another auth token"
            ),
            format!(
                "start it anew with this server.public_url and {}; its log says which url it \
                 checked",
                case.key("auth_token")
            ),
            pages::TWILIO_SIGNATURE,
        ),
        Signed::Careless => (
            "twilio.signature_unchecked",
            format!("{url} takes what nobody signed: it is not olifant that answers"),
            format!("let the proxy pass {WEBHOOK} on to server.listen"),
            pages::NOTHING,
        ),
        Signed::Odd(status) => (
            "twilio.signature_odd",
            format!("a signed request to {url} is answered with HTTP {status}"),
            "let the proxy pass POST requests on".to_owned(),
            pages::NOTHING,
        ),
        Signed::Closed(closed) => (
            "twilio.signature_odd",
            format!("a signed request to {url} gets no answer: {closed}"),
            "look at the proxy's log".to_owned(),
            pages::NOTHING,
        ),
    };
    Finding::fault(id, what, remedy, page)
}
