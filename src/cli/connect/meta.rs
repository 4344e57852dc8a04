//! `olifant connect meta`: the token, the number, its registration, and the
//! way of its webhooks.

mod number;
mod route;
mod token;

use std::path::{Path, PathBuf};

use anyhow::anyhow;
use secrecy::SecretString;
use serde_json::json;

use super::super::Failure;
use super::serving::Serving;
use super::{Common, Session, finish, shown};
use crate::provider::manage::ManageError;
use crate::provider::meta::manage::{
    Access, AppKey, Callback, Manager, PhoneNumber, Token as TokenInfo,
};

const AFTER_HELP: &str = "\
Examples:
  olifant connect meta shop --config my.toml
  olifant connect meta shop --config my.toml --public-url https://bot.example.com \\
      --token-file token --app-secret-file secret --number +15550100 --yes

It needs a permanent token (Business settings > System users) and the app secret
(App settings > Basic). It finds the app and the WhatsApp Business Account, lets
you pick the number, registers it, and has its webhooks sent here. An app whose
webhooks go elsewhere is left alone: then only those of this number come here.
graph_url and api_version of [numbers.NAME] count if they are there.";

/// Set up a number of Meta's Cloud API.
#[derive(Debug, clap::Args)]
#[command(after_help = AFTER_HELP)]
pub struct Args {
    #[command(flatten)]
    common: Common,
    /// The access token's file; - reads a line of the input.
    #[arg(long, value_name = "FILE")]
    token_file: Option<PathBuf>,
    /// The app secret's file; - reads a line of the input.
    #[arg(long, value_name = "FILE")]
    app_secret_file: Option<PathBuf>,
    /// Take a token that ends, such as the one of API setup, which is good for a day.
    #[arg(long)]
    temporary: bool,
    /// Which number: as people see it, or its phone number id.
    #[arg(long, value_name = "NUMBER")]
    number: Option<String>,
    /// The WhatsApp Business Account, if the token does not name it.
    #[arg(long, value_name = "ID")]
    waba: Option<String>,
    /// The file of the number's PIN for two-step verification, if it has one
    /// or is to have one of your choice; - reads a line of the input.
    #[arg(long, value_name = "FILE")]
    pin_file: Option<PathBuf>,
}

/// What was found out, for all that follows.
struct Found {
    manager: Manager,
    app: AppKey,
    app_name: String,
    account: String,
    number: PhoneNumber,
    callback: Callback,
    /// Where webhooks went by the configuration until now.
    callback_before: Option<String>,
}

/// Does it.
pub async fn run(args: Args) -> Result<(), Failure> {
    let Args { common, token_file, app_secret_file, temporary, number, waba, pin_file } = args;
    let mut session = Session::open(common, "meta")?;
    let token = session.secret(
        "access_token",
        token_file.as_deref(),
        "--token-file",
        "The permanent access token (Business settings > System users)",
    )?;
    let secret = session.secret(
        "app_secret",
        app_secret_file.as_deref(),
        "--app-secret-file",
        "The app secret (App settings > Basic)",
    )?;
    let url = session.public_url().await?;
    let access = Access::new(session.key("graph_url"), session.key("api_version"), token.clone());
    let manager = Manager::new(access, session.http.clone(), session.clock.clone());

    let info = token::check(&mut session, &manager, temporary).await?;
    let app = token::app(&session, &manager, &info, secret.clone()).await?;
    let accounts = accounts(&session, &info, waba)?;
    let (account, number) =
        number::choose(&mut session, &manager, &accounts, number.as_deref()).await?;
    let verify_token = session.key("verify_token").unwrap_or_else(made_up);
    let before = session.draft.text("server.public_url");
    let found = Found {
        callback: callback(&shown(&url), verify_token.into()),
        callback_before: before.map(|url| callback_url(&url)),
        app_name: info.application,
        manager,
        app,
        account,
        number,
    };
    write(&mut session, &found, &token, &secret)?;
    let settings = session.configured(&url).await?;
    let serving = Serving::begin(&mut session, settings, None).await?;
    let done = set_up(&mut session, &serving, &found, pin_file.as_deref()).await;
    let ended = serving.end().await;
    done.and(ended)
}

async fn set_up(
    session: &mut Session,
    serving: &Serving,
    found: &Found,
    pin_file: Option<&Path>,
) -> Result<(), Failure> {
    number::register(session, found, pin_file).await?;
    if let Err(error) = route::set(session, found).await {
        session.take_url_back()?;
        return Err(error);
    }
    let facts = json!({
        "phone_number_id": found.number.id,
        "app_id": found.app.id,
        "waba_id": found.account,
        "callback": found.callback.url,
    });
    finish(session, serving, &found.number.display_phone_number, facts).await
}

/// The accounts that may hold the number: as is said, as is configured, or as
/// the token names them.
fn accounts(
    session: &Session,
    info: &TokenInfo,
    waba: Option<String>,
) -> Result<Vec<String>, Failure> {
    let configured = || session.key("messaging_account_id").or_else(|| session.key("waba_id"));
    if let Some(one) = waba.or_else(configured) {
        return Ok(vec![one]);
    }
    match info.accounts().as_slice() {
        [] => {
            let question = "The id of the WhatsApp Business Account (WhatsApp Manager > Settings); \
                            the token does not name it";
            Ok(vec![session.asking.text(question, None, "--waba")?])
        }
        several => Ok(several.iter().map(|id| (*id).to_owned()).collect()),
    }
}

/// What is known by now goes into the configuration: whoever answers Meta has
/// to know it.
fn write(
    session: &mut Session,
    found: &Found,
    token: &SecretString,
    secret: &SecretString,
) -> Result<(), Failure> {
    session.put("provider", "meta")?;
    session.put("phone_number_id", &found.number.id)?;
    session.put("app_id", &found.app.id)?;
    if session.key("messaging_account_id").as_deref() != Some(&found.account) {
        session.put("waba_id", &found.account)?;
    }
    session.put_secret("access_token", token)?;
    session.put_secret("app_secret", secret)?;
    session.put_secret("verify_token", &found.callback.verify_token)
}

fn callback(base: &str, verify_token: SecretString) -> Callback {
    Callback { url: callback_url(base), verify_token }
}

fn callback_url(base: &str) -> String {
    format!("{}/webhooks/meta", base.trim_end_matches('/'))
}

fn made_up() -> String {
    hex::encode(rand::random::<[u8; 16]>())
}

/// What Meta did not do, and Meta's words.
fn refused(what: &str, error: &ManageError) -> Failure {
    anyhow!("{what}: {error}").into()
}
