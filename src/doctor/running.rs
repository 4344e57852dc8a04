//! The program that runs may have a public URL of its own: `--tunnel`, or a
//! variable. What is true of it counts, not what a file says.

use std::path::Path;
use std::time::Duration;

use super::finding::Finding;
use super::pages;
use crate::clock::Clock;
use crate::config::{Error, PROMISED_URL, Settings, Sources};
use crate::http::admin::{self, server::ServerLine};
use crate::os;

/// It is on this machine.
const PATIENCE: Duration = Duration::from_secs(5);

/// The configuration, with the public URL of the program that runs on its
/// store, and whether that is another one.
pub async fn settings(
    sources: Sources,
    clock: &Clock,
) -> Result<(Settings, Option<Finding>), Error> {
    let own = Settings::load(sources.clone());
    let theirs = match Settings::load(sources.clone().reached_at(PROMISED_URL)) {
        Ok(settings) => public_url(&admin::socket(&settings.store.url), clock).await,
        Err(_) => None,
    };
    match theirs.filter(|url| !own.as_ref().is_ok_and(|own| says(own, url))) {
        Some(url) => Ok((Settings::load(sources.reached_at(&url))?, Some(other(&url)))),
        None => own.map(|own| (own, None)),
    }
}

async fn public_url(socket: &Path, clock: &Clock) -> Option<String> {
    let client = os::client(socket).build().ok()?;
    let asked = async { client.get("http://admin/server").send().await?.json().await };
    let line: Result<ServerLine, reqwest::Error> = clock.timeout(PATIENCE, asked).await.ok()?;
    Some(line.ok()?.public_url)
}

fn says(settings: &Settings, url: &str) -> bool {
    settings.server.public_base().is_ok_and(|own| own.as_str() == url)
}

fn other(url: &str) -> Finding {
    let url = url.trim_end_matches('/');
    Finding::note(
        "server.otherwise",
        format!("the olifant that runs is reached at {url}, not as the configuration says"),
        "if that is no tunnel of its own, start it anew; looked at is what it says",
        pages::CONFIGURE,
    )
}
