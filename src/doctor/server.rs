//! `server.public_url`: whether the program answers where providers call it.

use serde::Deserialize;
use url::Url;

use super::finding::Finding;
use super::knock::{Answer, Closed, knock};
use super::{Look, OFFLINE, pages};
use crate::provider::NumberConfig;

/// The way in.
pub struct Door {
    /// What can be said of it.
    pub findings: Vec<Finding>,
    /// What providers are told to call, without `/` at its end.
    pub base: Option<String>,
    /// Why there is no use in knocking.
    pub shut: Option<&'static str>,
}

#[derive(Deserialize)]
struct Health {
    ok: bool,
    reason: Option<String>,
}

/// Calls the program from outside.
pub async fn examine(look: &Look) -> Door {
    let Some(url) = &look.settings.server.public_url else {
        let shut = Some("server.public_url is not set");
        return Door { findings: vec![unset()], base: None, shut };
    };
    let base = Some(url.as_str().trim_end_matches('/').to_owned());
    if let Some(offline) = look.offline("server.public_url", "whether it is reached") {
        return Door { findings: vec![offline], base, shut: Some(OFFLINE) };
    }
    let finding = match insecure(look, url) {
        Some(finding) => Err(finding),
        None => answered(look, url).await,
    };
    let shut = finding.is_err().then_some("server.public_url does not work");
    Door { findings: vec![finding.unwrap_or_else(|fault| fault)], base, shut }
}

fn unset() -> Finding {
    Finding::note(
        "server.no_public_url",
        "server.public_url is not set: whether providers reach it can't be looked at",
        "set server.public_url to the https address that is entered at the provider",
        pages::CONFIGURE,
    )
}

/// Stand-ins may call http; no provider does.
fn insecure(look: &Look, url: &Url) -> Option<Finding> {
    let real = |config: &NumberConfig| match config {
        NumberConfig::Meta(config) => config.graph_url.starts_with("https://"),
        NumberConfig::Twilio(config) => config.api_url.starts_with("https://"),
    };
    (url.scheme() != "https" && look.numbers().any(|(_, config)| real(config))).then(|| {
        Finding::fault(
            "server.not_https",
            format!("providers call nothing but https, and server.public_url is {}", shown(url)),
            "put a tunnel or a reverse proxy with a certificate in front, and write its https \
             address",
            pages::CONFIGURE,
        )
    })
}

async fn answered(look: &Look, url: &Url) -> Result<Finding, Finding> {
    let ready = format!("{}/readyz", url.as_str().trim_end_matches('/'));
    let url = shown(url);
    match knock(look, look.http.get(ready)).await {
        Ok(answer) => judged(&url, &answer),
        Err(closed) => Err(unreachable(look, &url, closed)),
    }
}

fn judged(url: &str, answer: &Answer) -> Result<Finding, Finding> {
    let health: Option<Health> = serde_json::from_str(&answer.body).ok();
    let status = answer.status;
    let (id, what, remedy) = match health {
        Some(Health { ok: true, .. }) => {
            return Ok(Finding::ok("server.public_url", format!("it answers at {url}")));
        }
        Some(Health { reason, .. }) => (
            "server.not_ready",
            format!("it answers at {url}, and takes no messages: {}", reason.unwrap_or_default()),
            "mend what it says; providers deliver again later",
        ),
        None if (300..400).contains(&status) => (
            "server.redirects",
            format!("{url} sends callers elsewhere (HTTP {status}), and providers do not follow"),
            "write the address that they are sent to",
        ),
        None => (
            "server.other",
            format!("something else than olifant answers at {url} (HTTP {status})"),
            "let the proxy or tunnel pass everything under it to server.listen",
        ),
    };
    Err(Finding::fault(id, what, remedy, pages::NOTHING))
}

fn unreachable(look: &Look, url: &str, closed: Closed) -> Finding {
    let what = format!("nobody answers at {url}: {closed}");
    match closed {
        Closed::Certificate => {
            let remedy = "give the proxy a certificate of a public authority, with its whole \
                          chain: providers take no other";
            Finding::fault("server.certificate", what, remedy, pages::NOTHING)
        }
        _ => {
            let listen = look.settings.server.listen;
            let remedy = format!(
                "start olifant serve; then see that DNS, firewall, and proxy or tunnel lead from \
                 there to {listen} (behind some routers a machine can't call itself by its public \
                 name: try it from another one)"
            );
            Finding::fault("server.unreachable", what, remedy, pages::NOTHING)
        }
    }
}

/// Without a password.
fn shown(url: &Url) -> String {
    let mut url = url.clone();
    // Only URLs without a host refuse this, and they hold no password.
    let _ = url.set_username("").and_then(|()| url.set_password(None));
    url.as_str().trim_end_matches('/').to_owned()
}
