//! The programs that make tunnels: how each is called, and how it says its
//! URL.
//!
//! To add one: a variant, and what it is in each of the methods.

use clap::ValueEnum;
use serde::Deserialize;
use url::Url;

/// What the hosts of Cloudflare's quick tunnels end with; their names are made
/// up anew at each start.
pub const QUICK: &str = ".trycloudflare.com";

/// Those that are known, in the order in which they are looked for.
#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
pub enum Program {
    /// Cloudflare's quick tunnels: no account, a new URL each time.
    Cloudflared,
    /// Ngrok's: a free account, always the same URL.
    Ngrok,
    /// Tailscale's Funnel: a tailnet, always the same URL.
    Tailscale,
}

impl Program {
    /// The name of the command.
    pub fn name(self) -> &'static str {
        match self {
            Self::Cloudflared => "cloudflared",
            Self::Ngrok => "ngrok",
            Self::Tailscale => "tailscale",
        }
    }

    /// What opens a tunnel to this port and stays until it is ended.
    pub fn arguments(self, port: u16) -> Vec<String> {
        let here = format!("http://127.0.0.1:{port}");
        let port = port.to_string();
        let arguments: &[&str] = match self {
            Self::Cloudflared => &["tunnel", "--no-autoupdate", "--url", &here],
            Self::Ngrok => &["http", &port, "--log", "stdout", "--log-format", "json"],
            Self::Tailscale => &["funnel", &port],
        };
        arguments.iter().map(|argument| (*argument).to_owned()).collect()
    }

    /// The URL, if it stands in this line of its output.
    pub fn url(self, line: &str) -> Option<Url> {
        match self {
            Self::Cloudflared => {
                bare_url(line, QUICK).filter(|url| url.host_str() != Some("api.trycloudflare.com"))
            }
            Self::Tailscale => bare_url(line, ".ts.net"),
            Self::Ngrok => {
                #[derive(Deserialize)]
                struct Logged {
                    url: Url,
                }
                let url = serde_json::from_str::<Logged>(line).ok()?.url;
                Some(url).filter(|url| url.scheme() == "https")
            }
        }
    }

    /// How it comes onto a machine.
    fn install(self) -> &'static str {
        match self {
            Self::Cloudflared => {
                "cloudflared (needs no account) from \
                 https://developers.cloudflare.com/cloudflare-one/connections/connect-networks/downloads"
            }
            Self::Ngrok => {
                "ngrok from https://ngrok.com/download, then ngrok config add-authtoken TOKEN"
            }
            Self::Tailscale => "tailscale from https://tailscale.com/download, then tailscale up",
        }
    }
}

/// The one that is named, or the first that is there; else what to do.
pub fn installed(named: Option<Program>) -> Result<Program, String> {
    let path = std::env::var_os("PATH").unwrap_or_default();
    let folders: Vec<_> = std::env::split_paths(&path).collect();
    let file = |program: &Program| format!("{}{}", program.name(), std::env::consts::EXE_SUFFIX);
    let is_there = |program: &Program| folders.iter().any(|f| f.join(file(program)).is_file());
    let wanted: &[Program] = match &named {
        Some(program) => std::slice::from_ref(program),
        None => Program::value_variants(),
    };
    let missing = || {
        let names: Vec<_> = wanted.iter().map(|program| program.name()).collect();
        let ways: Vec<_> = wanted.iter().map(|program| program.install()).collect();
        let (names, ways) = (names.join(", "), ways.join("; "));
        format!("--tunnel: not installed (not on PATH): {names}; install {ways}")
    };
    wanted.iter().copied().find(is_there).ok_or_else(missing)
}

/// A URL without a path in the line, on a host that ends so.
fn bare_url(line: &str, host: &str) -> Option<Url> {
    let ends = |c: char| c.is_whitespace() || matches!(c, '|' | '"' | '\'' | ',');
    let words = line.split(ends).filter(|word| word.starts_with("https://"));
    let mut urls = words.filter_map(|word| Url::parse(word).ok());
    urls.find(|url| url.path() == "/" && url.host_str().is_some_and(|h| h.ends_with(host)))
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    fn said(program: Program, line: &str) -> Option<String> {
        program.url(line).map(String::from)
    }

    #[test]
    fn each_says_its_url_in_its_own_way() {
        let box_line = "2026-11-25T08:00:00Z INF |  https://two-small-words.trycloudflare.com   |";
        let url = Some("https://two-small-words.trycloudflare.com/".to_owned());
        assert_eq!(said(Program::Cloudflared, box_line), url);
        let json = r#"{"addr":"http://localhost:8080","lvl":"info","msg":"started tunnel","url":"https://abc.ngrok-free.app"}"#;
        assert_eq!(said(Program::Ngrok, json), Some("https://abc.ngrok-free.app/".to_owned()));
        let url = Some("https://box.tail0123.ts.net/".to_owned());
        assert_eq!(said(Program::Tailscale, "https://box.tail0123.ts.net/"), url);
    }

    #[test]
    fn other_urls_are_not_taken_for_it() {
        for (program, line) in [
            (Program::Cloudflared, "INF Requesting new quick Tunnel on trycloudflare.com..."),
            (Program::Cloudflared, "ERR Post \"https://api.trycloudflare.com/tunnel\": EOF"),
            (Program::Cloudflared, "ERR https://api.trycloudflare.com is down"),
            (Program::Cloudflared, "see https://developers.cloudflare.com/"),
            (Program::Ngrok, r#"{"lvl":"info","msg":"client session established"}"#),
            (Program::Ngrok, r#"{"msg":"started tunnel","url":"http://abc.ngrok-free.app"}"#),
            (Program::Ngrok, "https://abc.ngrok-free.app"),
            (Program::Tailscale, "|-- proxy http://127.0.0.1:8080"),
            (Program::Tailscale, "To enable, visit: https://login.tailscale.com/f/funnel?node=n1"),
        ] {
            assert_eq!(said(program, line), None, "{line}");
        }
    }

    proptest! {
        #[test]
        fn whatever_stands_around_it_is_no_obstacle(before in "[^h\n]{0,40}", after in "[^a-z0-9./?#:\\\\-]{0,40}") {
            let line = format!("{before} https://box.tail0123.ts.net {after}");
            let url = Some("https://box.tail0123.ts.net/".to_owned());
            prop_assert_eq!(said(Program::Tailscale, &line), url);
            prop_assert_eq!(said(Program::Ngrok, &line), None);
        }
    }

    #[test]
    fn who_has_none_is_told_where_to_get_each() {
        for program in Program::value_variants() {
            assert!(program.install().starts_with(program.name()), "{program:?}");
        }
    }
}
