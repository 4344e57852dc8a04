//! `olifant simulate`: recorded webhooks, posted again to a running program.

use std::net::{IpAddr, Ipv4Addr, SocketAddr};
use std::path::PathBuf;

use anyhow::{Context, anyhow};
use serde_json::json;

use super::admin_client::{Ask, Reach};
use super::{Failure, dev, say, say_json};
use crate::clock::Clock;
use crate::config::{Settings, Sources};
use crate::domain::id::NumberName;
use crate::http::admin::server::ServerLine;
use crate::provider::NumberConfig;
use crate::sandbox::replay::{Came, Replay, Signed, golden};
use crate::sandbox::{MetaAccount, TwilioAccount};

const AFTER_HELP: &str = "\
Examples:
  olifant simulate --dev olifant-dev               the golden set, against olifant dev
  olifant simulate --config my.toml recorded.json  one recording, for my number
  olifant simulate --config my.toml --fresh *.txt  as messages never seen before

Without FILE the golden set is posted: the odd kinds of webhooks, each with what
must come of it. It exits with 1 if something else did. Its people are invented
and what they get is not: a program in production would write to them.

Each line says the HTTP status, and how many elements of the body were new,
duplicate, applied (receipts, edits), ignored, foreign (another number's) or
unreadable.";

/// Post recorded webhooks to a running program, and see what comes of them.
#[derive(Debug, clap::Args)]
#[command(after_help = AFTER_HELP)]
pub struct Args {
    /// Bodies as the provider sent them: JSON of the Cloud API, forms of Twilio.
    files: Vec<PathBuf>,
    /// Where the program listens; server.listen if it is left out.
    #[arg(long)]
    url: Option<String>,
    /// For this number of the configuration, not the first of its provider.
    #[arg(long, value_name = "NAME")]
    number: Option<String>,
    /// Leave the number that the body names.
    #[arg(long)]
    as_is: bool,
    /// Give messages new ids, so that none is known already.
    #[arg(long)]
    fresh: bool,
    #[command(flatten)]
    reach: Reach,
}

/// Posts everything in order.
pub async fn run(args: Args) -> Result<(), Failure> {
    let run = format!("{:06}", rand::random_range(0..1_000_000));
    let mut replay = replay(&args).await?;
    let all_well = match args.files.is_empty() {
        true => golden_set(&replay, &run, args.reach.json).await?,
        false => {
            replay.fresh = args.fresh.then(|| format!("-{run}"));
            recordings(&replay, &args.files, args.reach.json).await?
        }
    };
    match all_well {
        true => Ok(()),
        false => Err(anyhow!("not everything came out as it should").into()),
    }
}

async fn golden_set(replay: &Replay, run: &str, json: bool) -> Result<bool, Failure> {
    let now = Clock::system().now();
    let mut told = Vec::new();
    let told_now = |line: &golden::Line| match json {
        true => told.push(json!({
            "says": line.says,
            "ok": line.is_ok(),
            "came": line.came.as_ref().map(shown),
            "expected": shown(&line.expected),
        })),
        false => say(&line.to_string()),
    };
    let all_ok = golden::run(replay, run, now, told_now).await.context("the golden set")?;
    if json {
        say_json(&told);
    }
    Ok(all_ok)
}

async fn recordings(replay: &Replay, files: &[PathBuf], json: bool) -> Result<bool, Failure> {
    let mut told = Vec::new();
    let mut all_taken = true;
    for file in files {
        let shown_file = file.display();
        let body = std::fs::read(file).with_context(|| format!("{shown_file} can't be read"))?;
        let came = replay.post(&body, Signed::Rightly).await;
        let came = came.with_context(|| format!("{shown_file} was not posted"))?;
        all_taken &= came.status == 200;
        match json {
            true => told.push(json!({ "file": file, "came": shown(&came) })),
            false => say(&format!("{shown_file}: {came}")),
        }
    }
    if json {
        say_json(&told);
    }
    Ok(all_taken)
}

fn shown(came: &Came) -> serde_json::Value {
    json!({ "status": came.status, "outcome": came.outcome })
}

async fn replay(args: &Args) -> Result<Replay, Failure> {
    let url = args.url.clone();
    if let Some(dir) = &args.reach.dev {
        let (meta, twilio) = dev::accounts_in(dir)?;
        let server: ServerLine = args.reach.ask(Ask::get("/server")).await?;
        let public_url = server.public_url;
        let here = || match public_url.starts_with("https:") {
            // A tunnel's; behind it is the usual place.
            true => "http://127.0.0.1:8080".to_owned(),
            false => public_url.clone(),
        };
        let url = url.unwrap_or_else(here);
        let (meta, twilio) = (Some(meta), Some(twilio));
        return Ok(Replay { url, public_url, meta, twilio, as_is: args.as_is, fresh: None });
    }
    let settings = Settings::load(Sources::new(args.reach.config.clone()))?;
    let url = url.unwrap_or_else(|| format!("http://{}", reachable(settings.server.listen)));
    let public_url = settings.server.public_base().context("server.listen makes no URL")?.into();
    let chosen = chosen(&settings, args.number.as_deref())?;
    let (meta, twilio) = (first(&chosen, meta_account), first(&chosen, twilio_account));
    Ok(Replay { url, public_url, meta, twilio, as_is: args.as_is, fresh: None })
}

/// An address that listens everywhere is reached here.
fn reachable(listen: SocketAddr) -> SocketAddr {
    match listen.ip().is_unspecified() {
        true => SocketAddr::new(IpAddr::V4(Ipv4Addr::LOCALHOST), listen.port()),
        false => listen,
    }
}

fn chosen<'a>(settings: &'a Settings, name: Option<&str>) -> anyhow::Result<Vec<&'a NumberConfig>> {
    let Some(name) = name else { return Ok(settings.numbers.values().collect()) };
    let found = settings.numbers.get(&NumberName::from(name));
    found.map(|number| vec![number]).with_context(|| {
        let names: Vec<&str> = settings.numbers.keys().map(NumberName::as_str).collect();
        format!("there is no number {name}; there are {}", names.join(", "))
    })
}

fn first<T>(numbers: &[&NumberConfig], account: fn(&NumberConfig) -> Option<T>) -> Option<T> {
    numbers.iter().find_map(|number| account(number))
}

fn meta_account(number: &NumberConfig) -> Option<MetaAccount> {
    let NumberConfig::Meta(config) = number else { return None };
    Some(MetaAccount {
        phone_number_id: config.phone_number_id.clone(),
        display_number: String::new(),
        access_token: config.access_token.clone(),
        app_secret: config.app_secret.clone(),
        verify_token: config.verify_token.clone(),
    })
}

fn twilio_account(number: &NumberConfig) -> Option<TwilioAccount> {
    let NumberConfig::Twilio(config) = number else { return None };
    Some(TwilioAccount {
        account_sid: config.account_sid.clone(),
        auth_token: config.auth_token.clone(),
        from: config.from.clone(),
    })
}
