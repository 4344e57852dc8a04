//! `[server]`: whether providers can reach what it says, and whether it can
//! work as it says.

use std::collections::BTreeMap;

use config::Value;
use url::{Host, Url};

use super::layers::{get, origin};
use super::{Error, numbers, read_section};
use crate::domain::id::NumberName;
use crate::http;
use crate::provider::NumberConfig;

/// The section, read and checked for these numbers; whether providers reach
/// them is of no matter if they are `dispensable`.
pub fn read(
    tree: &Value,
    numbers: &BTreeMap<NumberName, NumberConfig>,
    dispensable: bool,
) -> Result<http::Config, Error> {
    let server: http::Config = read_section(tree, "server")?;
    match &server.public_url {
        Some(url) => callable(tree, url)?,
        None if dispensable => {}
        None => can_do_without(numbers)?,
    }
    if server.shutdown_s == 0 {
        let what = "server.shutdown_s = 0 leaves no time to finish what has begun";
        return Err(Error(format!("{what}{}; write 1 or more", place(tree, "shutdown_s"))));
    }
    match &server.templates_dir {
        Some(dir) if !dir.is_dir() => Err(Error(format!(
            "server.templates_dir: {} is no directory{}; correct the path, or take it out",
            dir.display(),
            place(tree, "templates_dir")
        ))),
        _ => Ok(server),
    }
}

fn callable(tree: &Value, url: &Url) -> Result<(), Error> {
    let place = place(tree, "public_url");
    numbers::url("server.public_url", url.as_str(), &place)?;
    if url.scheme() == "http" && !is_near(url) {
        let remedy = "put a tunnel or a reverse proxy in front, and write https://HOST";
        return Err(Error(format!(
            "server.public_url: providers call nothing but https{place}; {remedy}"
        )));
    }
    Ok(())
}

/// Twilio signs the URL that it calls, and calls back to it.
fn can_do_without(numbers: &BTreeMap<NumberName, NumberConfig>) -> Result<(), Error> {
    let twilio = numbers.iter().find(|(_, config)| matches!(config, NumberConfig::Twilio(_)));
    match twilio {
        Some((name, _)) => Err(Error(format!(
            "server.public_url is missing, and numbers.{name} needs it because Twilio signs the URL \
             it calls; set it or OLIFANT__SERVER__PUBLIC_URL to https://YOUR.HOST, or serve it with --tunnel"
        ))),
        None => Ok(()),
    }
}

/// On this machine or in this network, where only stand-ins call.
fn is_near(url: &Url) -> bool {
    match url.host() {
        Some(Host::Ipv4(ip)) => ip.is_loopback() || ip.is_private(),
        Some(Host::Ipv6(ip)) => ip.is_loopback() || ip.is_unique_local(),
        Some(Host::Domain(name)) => !name.contains('.') || name.ends_with(".localhost"),
        None => false,
    }
}

fn place(tree: &Value, key: &str) -> String {
    get(tree, &["server", key]).map(origin).unwrap_or_default()
}
