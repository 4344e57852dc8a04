//! Our own door, as Meta finds it: the handshake, and signatures through
//! whatever stands before it.

use rand::RngExt;
use rand::distr::Alphanumeric;
use secrecy::SecretString;

use super::{Case, WEBHOOK, pages};
use crate::doctor::door::{Signed, signed};
use crate::doctor::finding::Finding;
use crate::doctor::knock::knock;
use crate::provider::meta::knock::{self as meta, DELICATE, PLAIN};

/// What can be said of it.
pub async fn examine(case: &Case<'_>) -> Vec<Finding> {
    let url = match (&case.door.base, case.door.shut) {
        (Some(base), None) => format!("{base}{WEBHOOK}"),
        (_, why) => {
            let why = why.unwrap_or_default();
            return vec![
                Finding::unchecked("meta.handshake", format!("the handshake: {why}")),
                Finding::unchecked("meta.signature", format!("signatures: {why}")),
            ];
        }
    };
    let (handshake, signature) = tokio::join!(handshake(case, &url), signature(case, &url));
    vec![handshake, signature]
}

async fn handshake(case: &Case<'_>, url: &str) -> Finding {
    let challenge: String =
        rand::rng().sample_iter(Alphanumeric).take(16).map(char::from).collect();
    let token = &case.config.verify_token;
    let request = meta::handshake(&case.look.http, url, token, &challenge);
    let (id, what) = match knock(case.look, request).await {
        Ok(answer) if answer.status == 200 && answer.body == challenge => {
            return Finding::ok("meta.handshake", "the handshake is right");
        }
        Ok(answer) if answer.status == 403 => {
            let what = "what answers there has another verify token";
            let remedy = format!("start olifant anew with {}", case.key("verify_token"));
            return Finding::fault("meta.verify_token", what, remedy, pages::CONNECT);
        }
        Ok(answer) => ("meta.handshake_odd", format!("HTTP {}", answer.status)),
        Err(closed) => ("meta.handshake_odd", closed.to_string()),
    };
    let remedy = format!("let the proxy pass {WEBHOOK} on as it comes, with its query");
    Finding::fault(id, format!("the handshake at {url} fails: {what}"), remedy, pages::NOTHING)
}

async fn signature(case: &Case<'_>, url: &str) -> Finding {
    match knocked(case, url, DELICATE).await {
        Signed::Told => Finding::ok("meta.signature", "what is signed arrives as it was signed"),
        Signed::Refused => refused(case, url).await,
        Signed::Careless => {
            let what = format!("{url} takes what nobody signed: it is not olifant that answers");
            let remedy = format!("let the proxy pass {WEBHOOK} on to server.listen");
            Finding::fault("meta.signature_unchecked", what, remedy, pages::NOTHING)
        }
        Signed::Odd(status) => {
            let what = format!("a signed request to {url} is answered with HTTP {status}");
            let remedy = "let the proxy pass POST requests of up to 4 MB on";
            Finding::fault("meta.signature_odd", what, remedy, pages::NOTHING)
        }
        Signed::Closed(closed) => {
            let what = format!("a signed request to {url} gets no answer: {closed}");
            let remedy = "look at the proxy's log";
            Finding::fault("meta.signature_odd", what, remedy, pages::NOTHING)
        }
    }
}

/// The secret, or somebody on the way who writes JSON anew?
async fn refused(case: &Case<'_>, url: &str) -> Finding {
    match knocked(case, url, PLAIN).await {
        Signed::Told => {
            let what =
                "a proxy changes what is signed: escaped letters and blanks arrive otherwise";
            let remedy =
                "let it pass bodies on byte by byte (no JSON filter, no firewall rewriting)";
            Finding::fault("meta.body_altered", what, remedy, pages::NOTHING)
        }
        _ => {
            let what = "what is signed with the app secret is refused (401): the olifant that \
                        answers has another one";
            let remedy = format!("start it anew with {}", case.key("app_secret"));
            Finding::fault("meta.signature_refused", what, remedy, pages::NOTHING)
        }
    }
}

async fn knocked(case: &Case<'_>, url: &str, body: &'static str) -> Signed {
    let http = &case.look.http;
    let rightly = meta::post(http, url, &case.config.app_secret, body);
    let wrongly = meta::post(http, url, &SecretString::from("nobody's"), body);
    signed(case.look, rightly, wrongly).await
}
