//! `olifant connect`: sets up a number with its provider and in the
//! configuration, and shows that it answers. It can be repeated: what is so
//! already stays, and nothing that others set up is undone.

mod asking;
mod file;
mod meta;
mod serving;
mod steps;
mod twilio;

use std::net::SocketAddr;
use std::path::{Path, PathBuf};
use std::time::Duration;

use anyhow::{Context, anyhow};
use secrecy::{ExposeSecret, SecretString};
use serde_json::json;
use url::Url;

use super::admin_client::{self, Ask, Line};
use super::tunnel::{self, Tunnel, Wanted};
use super::{Failure, note, short, start_logging};
use crate::app;
use crate::clock::Clock;
use crate::config::draft::Draft;
use crate::config::{PROMISED_URL, Settings, Sources, numbers};
use crate::http::admin::server::ServerLine;
use crate::telemetry::Format;
use asking::Asking;
use file::ConfigFile;
use serving::Serving;
use steps::Steps;

const AFTER_HELP: &str = "\
Examples:
  olifant connect meta shop --config my.toml
  olifant connect twilio shop --config my.toml
  olifant connect meta shop --config my.toml --tunnel      nothing leads here yet

It asks for what it needs and writes [numbers.shop] into the configuration, with
the secrets in files beside it (secrets/shop_...). If no olifant runs on the store
it serves by itself until it is done, so that the provider gets its answers; with
--tunnel it also opens a way in, and goes on answering until Ctrl-C.
Do it again whenever the public URL or a token changes.";

/// Keys that only this command and doctor read.
const FOR_US_ALONE: [&str; 2] = ["app_id", "waba_id"];

/// So much of a message is shown.
const SHOWN: usize = 500;

/// Set up a number: at Meta or Twilio, and in the configuration.
#[derive(Debug, clap::Args)]
#[command(after_help = AFTER_HELP)]
pub struct Args {
    #[command(subcommand)]
    command: Command,
}

#[derive(Debug, clap::Subcommand)]
enum Command {
    Meta(meta::Args),
    Twilio(twilio::Args),
}

/// What both ask for.
#[derive(Debug, clap::Args)]
struct Common {
    /// The number's name in the configuration, of your own choice.
    name: String,
    /// The configuration; it is made if it is not there.
    #[arg(
        long,
        short,
        value_name = "FILE",
        env = "OLIFANT_CONFIG",
        default_value = "olifant.toml"
    )]
    config: PathBuf,
    /// Where providers reach olifant: https://HOST, by a reverse proxy or a tunnel.
    #[arg(long, value_name = "URL", conflicts_with = "tunnel", value_parser = public)]
    public_url: Option<Url>,
    #[command(flatten)]
    wanted: Wanted,
    /// Take what is usual instead of asking.
    #[arg(long)]
    yes: bool,
    /// Don't wait for a message from your phone.
    #[arg(long)]
    no_wait: bool,
    /// Wait so long for it.
    #[arg(long, value_name = "N", default_value = "5", value_parser = clap::value_parser!(u64).range(1..=1440))]
    minutes: u64,
    /// Print JSON, at the end.
    #[arg(long)]
    json: bool,
}

/// Does it.
pub async fn run(args: Args) -> Result<(), Failure> {
    start_logging(Format::Human, "error")?;
    match args.command {
        Command::Meta(args) => meta::run(args).await,
        Command::Twilio(args) => twilio::run(args).await,
    }
}

/// What both work with.
struct Session {
    common: Common,
    file: ConfigFile,
    draft: Draft,
    asking: Asking,
    steps: Steps,
    http: reqwest::Client,
    clock: Clock,
    tunnel: Option<Tunnel>,
    /// A program that was started before knows something else of the number.
    is_new: bool,
    /// What the file said of the public URL, if that is replaced.
    url_before: Option<Option<String>>,
}

impl Session {
    /// For a number of this provider's.
    fn open(common: Common, provider: &str) -> Result<Self, Failure> {
        numbers::check_name(&common.name, "").map_err(|error| Failure::Configuration(error.0))?;
        let file = ConfigFile::open(&common.config)?;
        let there = file.is_there().then(|| common.config.clone());
        let draft = Draft::load(&Sources { file: there, ..Sources::new(None) })?;
        let session = Self {
            asking: Asking::new(common.yes),
            steps: Steps::new(common.json),
            http: app::client()?,
            clock: Clock::system(),
            tunnel: None,
            is_new: false,
            url_before: None,
            common,
            file,
            draft,
        };
        match session.key("provider") {
            Some(other) if other != provider => Err(anyhow!(
                "numbers.{0} is a number of {other}; choose another name, or take [numbers.{0}] \
                 out of {1}",
                session.common.name,
                session.common.config.display()
            )
            .into()),
            _ => Ok(session),
        }
    }

    /// What the configuration says of the number.
    fn key(&self, key: &str) -> Option<String> {
        self.draft.text(&format!("numbers.{}.{key}", self.common.name))
    }

    /// A secret: from the file that is named, from the configuration, or from
    /// who sits there.
    fn secret(
        &mut self,
        key: &str,
        file: Option<&Path>,
        flag: &str,
        question: &str,
    ) -> Result<SecretString, Failure> {
        match (file, self.key(key)) {
            (Some(file), _) => Ok(asking::secret_from(file)?),
            (None, Some(known)) => Ok(known.into()),
            (None, None) => Ok(self.asking.secret(question, flag)?),
        }
    }

    /// Where providers reach us: by the tunnel that is wanted, as is said, as
    /// the program says that runs, as is configured, or as somebody answers.
    async fn public_url(&mut self) -> Result<Url, Failure> {
        let running = match self.running().await {
            Some(line) => Some(line.ask::<ServerLine>(Ask::get("/server")).await?.public_url),
            None => None,
        };
        if self.common.wanted.is_wanted() {
            return self.open_tunnel(running).await;
        }
        let running = running.filter(|url| url.starts_with("https://"));
        let known = running.or_else(|| self.draft.text("server.public_url"));
        let text = match (&self.common.public_url, known) {
            (Some(url), _) => url.to_string(),
            (None, Some(known)) => known,
            (None, None) => self.asking.text(
                "The URL under which it is reached from outside (https://HOST; or --tunnel opens one)",
                None,
                "--public-url",
            )?,
        };
        Ok(public(&text).map_err(|why| anyhow!(why))?)
    }

    /// It leads to us, and ends with us.
    async fn open_tunnel(&mut self, running: Option<String>) -> Result<Url, Failure> {
        if let Some(url) = running {
            return Err(anyhow!(
                "an olifant runs, and is reached at {url}: leave --tunnel out to use that, or end \
                 it first"
            )
            .into());
        }
        let listen = self.draft.text("server.listen").unwrap_or_default();
        let listen: SocketAddr = listen
            .parse()
            .map_err(|e| Failure::Configuration(format!("server.listen: {listen:?}: {e}")))?;
        let tunnel = self.common.wanted.open(listen.port(), &self.clock).await?;
        let tunnel = self.tunnel.insert(tunnel.context("--tunnel")?);
        self.steps.done("tunnel", &format!("{} ({})", shown(tunnel.url()), tunnel.name()));
        Ok(tunnel.url().clone())
    }

    /// The program that runs on the store, if one does.
    async fn running(&self) -> Option<Line> {
        admin_client::to_running(&self.draft.text("store.url")?).await
    }

    /// Puts a value where the number's keys are, if it is not so by now.
    fn put(&mut self, key: &str, value: &str) -> Result<(), Failure> {
        if self.key(key).as_deref() != Some(value) {
            self.is_new |= !FOR_US_ALONE.contains(&key);
            self.file.set(&["numbers", &self.common.name], key, value)?;
        }
        Ok(())
    }

    /// The same for a secret, which goes into a file of its own.
    fn put_secret(&mut self, key: &str, secret: &SecretString) -> Result<(), Failure> {
        if self.key(key).as_deref() != Some(secret.expose_secret()) {
            self.is_new = true;
            self.file.set_secret(&self.common.name, key, secret)?;
        }
        Ok(())
    }

    /// Writes the configuration if it changed, and reads it whole.
    async fn configured(&mut self, public_url: &Url) -> Result<Settings, Failure> {
        let url = shown(public_url);
        let known = self.draft.text("server.public_url");
        let known = known.as_deref().map(|url| url.trim_end_matches('/'));
        // A tunnel's is good for as long as it is open, and stands in no file.
        let passing = self.tunnel.is_some() || self.runs_at(&url).await?;
        if known != Some(url.as_str()) && !passing {
            self.url_before = Some(self.file.get(&["server", "public_url"]));
            self.file.set(&["server"], "public_url", &url)?;
        }
        let (name, path) = (&self.common.name, self.common.config.display());
        let (changed, settings) = self.file.write(passing.then_some(url.as_str()))?;
        let words = format!("[numbers.{name}] in {path}");
        match changed {
            true => self.steps.done("config", &words),
            false => self.steps.already("config", &words),
        }
        settings.warnings.iter().for_each(|warning| note(warning));
        Ok(settings)
    }

    /// Nobody answers rightly at the new public URL: the one of before stays,
    /// also where it was none, though other numbers may not do without.
    fn take_url_back(&mut self) -> Result<(), Failure> {
        let Some(before) = self.url_before.take() else { return Ok(()) };
        match before {
            Some(url) => self.file.set(&["server"], "public_url", &url)?,
            None => self.file.remove(&["server"], "public_url")?,
        }
        self.file.write(Some(PROMISED_URL)).map(drop)
    }

    /// Whether a program runs that has this URL without the file: a tunnel's.
    async fn runs_at(&self, url: &str) -> Result<bool, Failure> {
        let Some(line) = self.running().await else { return Ok(false) };
        let server: ServerLine = line.ask(Ask::get("/server")).await?;
        Ok(server.public_url.trim_end_matches('/') == url)
    }
}

/// Waits for a message from the person's own phone and shows what it was
/// answered; then says how to go on.
async fn finish(
    session: &mut Session,
    serving: &Serving,
    to: &str,
    facts: serde_json::Value,
) -> Result<(), Failure> {
    let Common { name, config, minutes, no_wait, .. } = &session.common;
    if *no_wait {
        session.steps.report(name, json!({ "facts": facts, "heard": null }));
        session.steps.tell(&format!("set up{}", afterwards(session, config)));
        return stay(session, serving).await;
    }
    session.steps.tell(&format!(
        "\nNow write \"hi\" to {to} from your phone. It waits {minutes} min; Ctrl-C ends it."
    ));
    let limit = Duration::from_secs(60 * minutes);
    let heard = serving.wait(name, limit, &session.clock).await?;
    session.steps.report(name, json!({ "facts": facts, "heard": heard }));
    let Some(heard) = heard else {
        return Err(anyhow!(
            "nobody wrote to {to} within {minutes} min. All is set up; if you did write, \
             olifant doctor says what stands in the way. Run this again to go on waiting"
        )
        .into());
    };
    session.steps.tell(&format!("\nyou      {}", short(&heard.asked, SHOWN)));
    for words in &heard.answered {
        session.steps.tell(&format!("olifant  {}", short(words, SHOWN)));
    }
    match heard.trouble {
        Some(why) => Err(anyhow!("it came in, and no answer arrived: {why}").into()),
        None => {
            session.steps.tell(&format!("\n{to} answers{}", afterwards(session, config)));
            stay(session, serving).await
        }
    }
}

/// What answers from now on.
fn afterwards(session: &Session, config: &Path) -> String {
    match &session.tunnel {
        Some(tunnel) => format!(", through {}, until Ctrl-C", shown(tunnel.url())),
        None => format!(": olifant serve --config {}", config.display()),
    }
}

/// Nobody else could answer through our tunnel.
async fn stay(session: &mut Session, serving: &Serving) -> Result<(), Failure> {
    let Some(tunnel) = &mut session.tunnel else { return Ok(()) };
    let name = tunnel.name();
    tokio::select! {
        () = serving.ended() => Ok(()),
        () = tunnel.ended() => Err(anyhow!(
            "{name} ended, and nothing leads here any more; run this again, which opens it anew"
        )
        .into()),
    }
}

fn public(text: &str) -> Result<Url, String> {
    let url = Url::parse(text.trim_end_matches('/'));
    let url = url.ok().filter(|url| ["http", "https"].contains(&url.scheme()));
    url.ok_or_else(|| format!("{text} is no URL; write https://HOST"))
}

/// A quick tunnel has a new name each time: where one of before led, nobody is
/// any more, and such a path is an olifant's.
fn is_forlorn(url: &str, path: &str) -> bool {
    Url::parse(url).is_ok_and(|url| url.path() == path && tunnel::is_quick(&url))
}

/// A URL without the slash that its type puts behind a bare host.
fn shown(url: &Url) -> String {
    url.as_str().trim_end_matches('/').to_owned()
}
