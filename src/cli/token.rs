//! `olifant token`: who may write to people, and use their memory, through the
//! API.

use super::admin_client::{Ask, Reach};
use super::{Failure, minute, say, say_json, under};
use crate::domain::grant::Scope;
use crate::domain::id::Business;
use crate::http::admin::tokens::{TokenLine, TokenMade, TokenWanted};
use crate::http::memory_api::place::{NAMES, Namespace};

const AFTER_HELP: &str = "\
Examples:
  olifant token new --scope messages --label crm --config my.toml
  olifant token new --scope memory --namespace crm --config my.toml
  olifant token new --scope metrics --label prometheus --config my.toml
  olifant token list --config my.toml
  olifant token revoke 0a1b2c3d --config my.toml

A token is shown once; only its hash is kept. It speaks for one business.";

/// Who may use the API: make a token, list them, revoke one.
#[derive(Debug, clap::Args)]
#[command(after_help = AFTER_HELP)]
pub struct Args {
    #[command(subcommand)]
    command: Command,
}

#[derive(Debug, clap::Subcommand)]
enum Command {
    /// Make a token and show it, once.
    New {
        /// What for: messages (write to people), memory (read and write what is
        /// remembered), metrics (read /metrics). May be given several times.
        #[arg(long, required = true, value_parser = scope)]
        scope: Vec<Scope>,
        /// The business that it speaks for; may be left out if there is one.
        #[arg(long, value_name = "NAME")]
        business: Option<String>,
        /// Only this namespace of the memory; whatsapp-PHONE is that person's
        /// profile, by whichever of its names it is asked for.
        #[arg(long, value_name = "NAME", value_parser = namespace)]
        namespace: Option<String>,
        /// A word of your own, so that you know it again.
        #[arg(long, value_name = "TEXT", default_value = "")]
        label: String,
        #[command(flatten)]
        reach: Reach,
    },
    /// All tokens that are valid, without what opens anything.
    List {
        #[command(flatten)]
        reach: Reach,
    },
    /// A token is not valid any more, from this moment.
    Revoke {
        /// Its id, as the list shows it.
        id: String,
        #[command(flatten)]
        reach: Reach,
    },
}

/// Does it.
pub async fn run(args: Args) -> Result<(), Failure> {
    match args.command {
        Command::New { scope, business, namespace, label, reach } => {
            let business = business.as_deref().map(Business::from);
            make(&reach, TokenWanted { scopes: scope, business, namespace, label }).await
        }
        Command::List { reach } => list(&reach).await,
        Command::Revoke { id, reach } => revoke(&reach, &id).await,
    }
}

async fn make(reach: &Reach, wanted: TokenWanted) -> Result<(), Failure> {
    let made: TokenMade = reach.ask(Ask::post("/tokens", &wanted)?).await?;
    match reach.json {
        true => say_json(&made),
        false => say(&made.token),
    }
    Ok(())
}

async fn list(reach: &Reach) -> Result<(), Failure> {
    let lines: Vec<TokenLine> = reach.ask(Ask::get("/tokens")).await?;
    match reach.json {
        true => say_json(&lines),
        false => say(&table(&lines)),
    }
    Ok(())
}

async fn revoke(reach: &Reach, id: &str) -> Result<(), Failure> {
    if !id.bytes().all(|b| b.is_ascii_hexdigit()) {
        return Err(anyhow::anyhow!("{id} is no token's id; olifant token list shows them").into());
    }
    let () = reach.ask(Ask::delete(&format!("/tokens/{id}"))).await?;
    match reach.json {
        true => say_json(&serde_json::json!({ "revoked": id })),
        false => say(&format!("{id} is revoked")),
    }
    Ok(())
}

fn table(lines: &[TokenLine]) -> String {
    let heading = ["ID", "BUSINESS", "SCOPES", "NAMESPACE", "SINCE", "LABEL"];
    let rows = lines.iter().map(|line| {
        let since = minute(line.created_at);
        let (business, scopes) = (line.business.to_string(), scopes(&line.scopes));
        let namespace = line.namespace.clone().unwrap_or_default();
        [line.id.clone(), business, scopes, namespace, since, line.label.clone()]
    });
    under(heading, rows)
}

fn scopes(scopes: &[Scope]) -> String {
    let named = Scope::ALL.iter().filter(|(_, scope)| scopes.contains(scope));
    named.map(|(name, _)| *name).collect::<Vec<_>>().join(", ")
}

fn scope(text: &str) -> Result<Scope, String> {
    let found = Scope::ALL.iter().find(|(name, _)| *name == text);
    found.map(|(_, scope)| *scope).ok_or_else(|| {
        let names: Vec<&str> = Scope::ALL.iter().map(|(name, _)| *name).collect();
        format!("there is no such scope; there are: {}", names.join(", "))
    })
}

fn namespace(text: &str) -> Result<String, String> {
    Namespace::parse(text).map(|name| name.name().to_owned()).ok_or(NAMES.to_owned())
}
