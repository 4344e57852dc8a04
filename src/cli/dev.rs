//! `olifant dev`: a phone in the browser, and behind it the true program with
//! stand-ins for Meta and Twilio. Needs no keys and no accounts.

mod folder;

use std::io::ErrorKind;
use std::net::{Ipv4Addr, SocketAddr};
use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::time::Duration;

use anyhow::{Context, anyhow};
use tokio::net::TcpListener;
use tokio_util::sync::CancellationToken;

use super::tunnel::{self, Tunnel, Wanted};
use super::{Failure, say, start_logging};
use crate::app::App;
use crate::clock::Clock;
use crate::config::{Settings, Sources};
use crate::domain::id::Business;
use crate::sandbox::{MetaAccount, Options, PhoneInfo, Sandbox, TwilioAccount};
use crate::telemetry::Format;
use crate::{http, llm, shutdown};
use folder::{Folder, Secrets};

/// In the dev folder.
const STORE: &str = "store";

const META_NUMBER: &str = "+15550100";
const META_ID: &str = "100000000000100";
const TWILIO_NUMBER: &str = "whatsapp:+15550101";
/// Olga on the phone page, who is told when somebody asks for a human.
const OPERATOR: &str = "+15550190";
/// Both stand-ins take it.
const TEMPLATE: &str = "HX00000000000000000000000000000001";

/// What leaves this machine.
const NOTHING: &str = "nothing";

const AFTER_HELP: &str = "\
Examples:
  olifant dev                          the offline demo answers
  OPENAI_API_KEY=... olifant dev       OpenAI answers
  OLIFANT__LLM__BASE_URL=http://127.0.0.1:11434/v1 OLIFANT__LLM__MODEL=qwen3 olifant dev
                                       a server of your own answers
  olifant dev --fresh                  forget everything and begin again
  olifant dev --tunnel                 its webhooks are reachable from outside

Of a configuration, [llm], [assistant], [policy], [handoff] and [sending] are
used; Olga answers for the business. What is said stays in the dev folder until
--fresh.";

/// Chat with it in the browser: no keys, no accounts.
#[derive(Debug, clap::Args)]
#[command(after_help = AFTER_HELP)]
pub struct Args {
    /// Forget what was said in the dev folder and begin again.
    #[arg(long)]
    fresh: bool,
    /// The offline demo answers, even if a model is configured.
    #[arg(long)]
    demo: bool,
    /// Where the program listens; another port if that one is taken.
    #[arg(long, value_name = "ADDRESS", default_value = "127.0.0.1:8080", value_parser = loopback)]
    listen: SocketAddr,
    /// Where the phone page is; another port if that one is taken.
    #[arg(long, value_name = "ADDRESS", default_value = "127.0.0.1:8081", value_parser = loopback)]
    phone_listen: SocketAddr,
    /// Listen to all of the container it runs in: publish its ports to 127.0.0.1 only.
    #[arg(long)]
    container: bool,
    /// A configuration; ./olifant.toml is used if it is there.
    #[arg(long, short, value_name = "FILE", env = "OLIFANT_CONFIG")]
    config: Option<PathBuf>,
    /// The dev folder: store, sandbox and made-up secrets.
    #[arg(long, value_name = "DIR", default_value = "olifant-dev")]
    dir: PathBuf,
    #[command(flatten)]
    wanted: Wanted,
}

/// Runs until a signal.
pub async fn run(args: Args) -> Result<(), Failure> {
    start_logging(Format::Human, "warn")?;
    let folder = Folder::open(&args.dir, args.fresh)?;
    let app_listener = bind(args.open(args.listen), "--listen").await?;
    let phone_listener = bind(args.open(args.phone_listen), "--phone-listen").await?;
    let app_at = local(app_listener.local_addr().context("the app's address")?);
    let phone_at = local(phone_listener.local_addr().context("the phone's address")?);

    let clock = Clock::system();
    let tunnel = args.wanted.open(app_at.port(), &clock).await?;
    let public_url = tunnel.as_ref().map(|tunnel| tunnel.url().to_string());
    let places = Places { app_at, phone_at, public_url };

    let mut settings = settings(&args, &folder, &places)?;
    for warning in &settings.warnings {
        tracing::warn!("{warning}");
    }
    let limit = Duration::from_secs(settings.server.shutdown_s);
    let info = PhoneInfo { folder: Some(args.dir.clone()), ..phone_info(&settings) };
    let greeting = greeting(phone_at, &info);
    let sandbox = sandbox(&folder, app_at, info, clock.clone());
    sandbox.set_own_url(&format!("http://{phone_at}"));
    sandbox.set_public_url(&places.public_url());
    settings.sources.model_hangs = Some(sandbox.model_hangs());
    let app = App::start(settings, clock.clone()).await?;
    let stop = shutdown::on_signal().context("signals")?;
    // The stand-ins stay until the end: work in progress still needs them.
    let never = CancellationToken::new();
    tokio::spawn(http::serve(phone_listener, sandbox.router(), clock.clone(), never));
    if let Some(tunnel) = &tunnel {
        say(&tunnel.greeting(&app.settings));
    }
    say(&greeting);
    let moved = |tunnel: &Tunnel| {
        sandbox.set_public_url(tunnel.url().as_str());
        app.moved_to(tunnel.url().clone());
        say(&tunnel.greeting(&app.settings));
    };
    tokio::select! {
        never = tunnel::keep(tunnel, &clock, &stop, moved) => match never {},
        served = app.clone().serve(app_listener, stop.clone()) => Ok(served?),
        () = shutdown::overdue(&stop, limit, &clock) => {
            Err(anyhow!("work in progress did not end in time").into())
        }
    }
}

impl Args {
    /// Where it listens when it was told to listen there.
    fn open(&self, address: SocketAddr) -> SocketAddr {
        match self.container {
            true => SocketAddr::new(Ipv4Addr::UNSPECIFIED.into(), address.port()),
            false => address,
        }
    }
}

/// The same port, as this machine calls it.
fn local(address: SocketAddr) -> SocketAddr {
    match address.ip().is_unspecified() {
        true => SocketAddr::new(Ipv4Addr::LOCALHOST.into(), address.port()),
        false => address,
    }
}

fn loopback(text: &str) -> Result<SocketAddr, String> {
    let address: SocketAddr = text.parse().map_err(|e| format!("{e}"))?;
    match address.ip().is_loopback() {
        true => Ok(address),
        false => Err("dev mode has no locks: use a loopback address such as 127.0.0.1".into()),
    }
}

async fn bind(address: SocketAddr, option: &str) -> Result<TcpListener, Failure> {
    let bound = match TcpListener::bind(address).await {
        Err(e) if e.kind() == ErrorKind::AddrInUse => another(address, option).await,
        bound => bound,
    };
    Ok(bound.with_context(|| format!("{address} can't be listened on"))?)
}

async fn another(taken: SocketAddr, option: &str) -> std::io::Result<TcpListener> {
    let listener = TcpListener::bind(SocketAddr::new(taken.ip(), 0)).await?;
    let instead = listener.local_addr()?;
    tracing::warn!(
        "another program listens on {taken}, so {instead} is used; {option} chooses one"
    );
    Ok(listener)
}

fn settings(args: &Args, folder: &Folder, places: &Places) -> Result<Settings, Failure> {
    let mut fixed = fixed(&folder.secrets, &folder.path(STORE), places);
    if args.demo {
        fixed.push_str("[llm]\nprovider = \"demo\"\n");
    }
    load(args.config.clone(), fixed)
}

fn load(file: Option<PathBuf>, fixed: String) -> Result<Settings, Failure> {
    let sources = Sources { fixed: Some(fixed), demo_without_model: true, ..Sources::new(file) };
    Ok(Settings::load(sources)?)
}

/// Where everything listens.
struct Places {
    app_at: SocketAddr,
    phone_at: SocketAddr,
    /// Of a tunnel, if there is one.
    public_url: Option<String>,
}

impl Places {
    fn public_url(&self) -> String {
        self.public_url.clone().unwrap_or_else(|| format!("http://{}", self.app_at))
    }
}

/// What dev mode decides itself.
fn fixed(secrets: &Secrets, store: &Path, places: &Places) -> String {
    let (Places { app_at, phone_at, .. }, public_url) = (places, places.public_url());
    let Secrets { access_token, app_secret, verify_token, account_sid, auth_token, store_key } =
        secrets;
    let store = serde_json::Value::from(format!("sled:{}", store.display()));
    format!(
        r#"
[server]
listen = "{app_at}"
public_url = "{public_url}"
[store]
url = {store}
key = "{store_key}"
min_free_mb = 64
[handoff]
operators = ["{OPERATOR}"]
template = {{ name = "{TEMPLATE}", language = "en", variables = ["{{name}}", "{{reason}}", "{{summary}}"] }}
[numbers.meta]
provider = "meta"
phone_number_id = "{META_ID}"
access_token = "{access_token}"
app_secret = "{app_secret}"
verify_token = "{verify_token}"
graph_url = "http://{phone_at}/graph"
[numbers.twilio]
provider = "twilio"
account_sid = "{account_sid}"
auth_token = "{auth_token}"
from = "{TWILIO_NUMBER}"
api_url = "http://{phone_at}/twilio"
"#
    )
}

/// The configuration of an `olifant dev` on this folder, but for where it
/// listens.
pub fn settings_of(config: Option<PathBuf>, dir: &Path) -> Result<Settings, Failure> {
    let (secrets, anywhere) = (folder::secrets_in(dir)?, SocketAddr::from(([127, 0, 0, 1], 0)));
    let places = Places { app_at: anywhere, phone_at: anywhere, public_url: None };
    let fixed = fixed(&secrets, &store_in(dir), &places);
    load(config, fixed)
}

/// The stand-ins' accounts in a dev folder, whoever runs on it.
pub fn accounts_in(dir: &Path) -> anyhow::Result<(MetaAccount, TwilioAccount)> {
    Ok(accounts(&folder::secrets_in(dir)?))
}

/// Where a `olifant dev` on this folder keeps everything.
pub fn store_in(dir: &Path) -> PathBuf {
    dir.join(STORE)
}

fn accounts(secrets: &Secrets) -> (MetaAccount, TwilioAccount) {
    let meta = MetaAccount {
        phone_number_id: META_ID.into(),
        display_number: META_NUMBER.into(),
        access_token: secrets.access_token.as_str().into(),
        app_secret: secrets.app_secret.as_str().into(),
        verify_token: secrets.verify_token.as_str().into(),
    };
    let twilio = TwilioAccount {
        account_sid: secrets.account_sid.clone(),
        auth_token: secrets.auth_token.as_str().into(),
        from: TWILIO_NUMBER.into(),
    };
    (meta, twilio)
}

fn sandbox(folder: &Folder, app_at: SocketAddr, info: PhoneInfo, clock: Clock) -> Arc<Sandbox> {
    let (meta, twilio) = accounts(&folder.secrets);
    Sandbox::new(Options {
        app_url: format!("http://{app_at}"),
        meta: vec![meta],
        twilio: vec![twilio],
        state_file: Some(folder.path("sandbox.json")),
        clock,
        info,
    })
}

fn phone_info(settings: &Settings) -> PhoneInfo {
    let llm = settings.businesses.get(&Business::from("main")).map(|business| &business.llm);
    match llm {
        Some(llm) if llm.provider != "demo" => {
            PhoneInfo { model: llm.model.clone(), leaves: leaves(llm), folder: None }
        }
        _ => PhoneInfo {
            model: "the offline demo, a toy".into(),
            leaves: NOTHING.into(),
            folder: None,
        },
    }
}

fn leaves(llm: &llm::Config) -> String {
    let url = url::Url::parse(&llm.base_url).ok();
    let host = url.as_ref().and_then(url::Url::host_str).unwrap_or_default();
    match host {
        "localhost" | "127.0.0.1" | "[::1]" => NOTHING.into(),
        host => format!("what is said goes to the model at {host}"),
    }
}

fn greeting(phone_at: SocketAddr, info: &PhoneInfo) -> String {
    let PhoneInfo { model, leaves, .. } = info;
    format!(
        "\n  http://{phone_at}/\n\n  Answers: {model}\n  Leaves this machine: {leaves}\n  \
         Ctrl-C ends it; what was said is kept.\n"
    )
}

#[cfg(test)]
mod tests {
    use clap::Parser;

    use super::*;

    #[test]
    fn a_container_is_listened_to_as_a_whole_and_called_by_its_own_name() {
        let args = |more: &[&str]| {
            let arguments = ["olifant", "--listen", "127.0.0.1:9000"].iter().chain(more);
            Cli::parse_from(arguments).args
        };
        let address = |text: &str| text.parse::<SocketAddr>().unwrap();
        let plain = args(&[]);
        assert_eq!(plain.open(plain.listen), plain.listen);
        let contained = args(&["--container"]);
        assert_eq!(contained.open(contained.listen), address("0.0.0.0:9000"));
        assert_eq!(local(address("0.0.0.0:9000")), address("127.0.0.1:9000"));
        assert_eq!(local(address("[::1]:9000")), address("[::1]:9000"));
    }

    #[derive(clap::Parser)]
    struct Cli {
        #[command(flatten)]
        args: Args,
    }

    #[tokio::test]
    async fn a_port_that_is_taken_is_no_obstacle() {
        let first = bind(SocketAddr::from(([127, 0, 0, 1], 0)), "--listen").await.unwrap();
        let taken = first.local_addr().unwrap();
        let second = bind(taken, "--listen").await.unwrap().local_addr().unwrap();
        assert_eq!(second.ip(), taken.ip());
        assert_ne!(second.port(), taken.port());
    }
}
