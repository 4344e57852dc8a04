//! `olifant connect twilio`: the account, the sender, and the way of its
//! webhooks.

use std::path::PathBuf;

use anyhow::{Context, anyhow};
use secrecy::SecretString;
use serde_json::json;

use super::super::Failure;
use super::serving::Serving;
use super::{Common, Session, finish, is_forlorn, shown};
use crate::provider::manage::ManageError;
use crate::provider::twilio::manage::{Access, Manager, SANDBOX, Sender, with_retries};

const AFTER_HELP: &str = "\
Examples:
  olifant connect twilio shop --config my.toml
  olifant connect twilio trial --config my.toml --sender sandbox
  olifant connect twilio shop --config my.toml --public-url https://bot.example.com \\
      --account-sid AC... --auth-token-file token --sender +15550100 --yes

It needs the account SID and the auth token (console.twilio.com > Account info).
The webhook of a sender of your own it sets itself; that of the sandbox no API
can set: it says what to do on its page. api_url of [numbers.NAME] counts if it
is there.";

/// Name and password are wrong.
const UNKNOWN: u32 = 20003;

/// Set up a WhatsApp sender of Twilio's, or its sandbox.
#[derive(Debug, clap::Args)]
#[command(after_help = AFTER_HELP)]
pub struct Args {
    #[command(flatten)]
    common: Common,
    /// The account SID.
    #[arg(long, value_name = "SID")]
    account_sid: Option<String>,
    /// The auth token's file; - reads a line of the input.
    #[arg(long, value_name = "FILE")]
    auth_token_file: Option<PathBuf>,
    /// Which sender: its number, or sandbox.
    #[arg(long, value_name = "NUMBER")]
    sender: Option<String>,
}

/// What the senders are.
enum Wanted {
    /// Of the account's own list.
    Own(Box<Sender>),
    /// The shared one, or one whose list Twilio does not show.
    ByHand(String),
}

impl Wanted {
    fn from(&self) -> &str {
        match self {
            Self::Own(sender) => &sender.sender_id,
            Self::ByHand(from) => from,
        }
    }
}

/// Does it.
pub async fn run(args: Args) -> Result<(), Failure> {
    let Args { common, account_sid, auth_token_file, sender } = args;
    let mut session = Session::open(common, "twilio")?;
    let sid = match account_sid.or_else(|| session.key("account_sid")) {
        Some(sid) => sid,
        None => session.asking.text(
            "The account SID (console.twilio.com > Account info)",
            None,
            "--account-sid",
        )?,
    };
    let token = session.secret(
        "auth_token",
        auth_token_file.as_deref(),
        "--auth-token-file",
        "The auth token (console.twilio.com > Account info)",
    )?;
    let url = session.public_url().await?;
    let access = Access::new(session.key("api_url"), sid.clone(), token.clone());
    let manager = Manager::new(access, session.http.clone(), session.clock.clone());

    check(&mut session, &manager).await?;
    let sender = choose(&mut session, &manager, sender).await?;
    write(&mut session, &sid, &token, &sender)?;
    let settings = session.configured(&url).await?;
    let base = shown(&url);
    let serving = Serving::begin(&mut session, settings, Some(&base)).await?;
    let webhook = with_retries(&format!("{base}/webhooks/twilio"));
    let done = set_up(&mut session, &serving, &manager, &sender, &webhook).await;
    let ended = serving.end().await;
    done.and(ended)
}

async fn set_up(
    session: &mut Session,
    serving: &Serving,
    manager: &Manager,
    sender: &Wanted,
    webhook: &str,
) -> Result<(), Failure> {
    match sender {
        Wanted::Own(sender) => set(session, manager, sender, webhook).await?,
        Wanted::ByHand(from) => by_hand(session, from, webhook),
    }
    let number = sender.from().trim_start_matches("whatsapp:");
    let facts = json!({ "from": sender.from(), "webhook": webhook });
    finish(session, serving, number, facts).await
}

/// The account is there and may send.
async fn check(session: &mut Session, manager: &Manager) -> Result<(), Failure> {
    let account = manager.account().await.map_err(|error| match error.code() {
        Some(UNKNOWN) => anyhow!(
            "Twilio does not take this account SID with this auth token ({error}); both stand at \
             console.twilio.com > Account info: say the right ones with --account-sid and \
             --auth-token-file. An API key does not do: only the auth token signs \
             webhooks"
        ),
        _ => anyhow!("Twilio does not show the account: {error}"),
    })?;
    if account.status != "active" {
        return Err(anyhow!(
            "the account {} is {}; console.twilio.com > Billing says why",
            account.friendly_name,
            account.status
        )
        .into());
    }
    session.steps.done("account", &format!("{}, active", account.friendly_name));
    if account.kind == "Trial" {
        let words = "a trial account sends 50 messages a day, and only to numbers you confirmed";
        session.steps.noted("account", words);
    }
    Ok(())
}

async fn choose(
    session: &mut Session,
    manager: &Manager,
    wanted: Option<String>,
) -> Result<Wanted, Failure> {
    let wanted = wanted.or_else(|| session.key("from"));
    let (mut shown, senders) = (true, manager.senders().await);
    let senders = match senders {
        Ok(senders) => senders,
        Err(ManageError::Refused(refusal)) => {
            session.steps.noted("sender", &format!("Twilio does not show the senders ({refusal})"));
            shown = false;
            Vec::new()
        }
        Err(error) => return Err(anyhow!("Twilio does not show the senders: {error}").into()),
    };
    let wanted = match wanted {
        Some(wanted) => address(&wanted)?,
        None => ask(session, &senders)?,
    };
    let own = senders.into_iter().find(|sender| sender.sender_id == wanted);
    let sender = match own {
        Some(sender) => {
            let name = sender.profile.name.as_deref().unwrap_or_default();
            let words = format!("{wanted} {name:?}, {}", sender.status.to_lowercase());
            match sender.status.starts_with("ONLINE") {
                true => session.steps.done("sender", &words),
                false => session.steps.noted("sender", &format!("{words}{}", offline(&sender))),
            }
            Wanted::Own(Box::new(sender))
        }
        None if shown && wanted != SANDBOX => {
            let words = format!("{wanted} is not among the account's WhatsApp senders");
            session.steps.noted("sender", &words);
            Wanted::ByHand(wanted)
        }
        None => {
            session.steps.done("sender", &wanted);
            Wanted::ByHand(wanted)
        }
    };
    Ok(sender)
}

/// Why it is offline, in Twilio's words.
fn offline(sender: &Sender) -> String {
    let reasons = sender.offline_reasons.iter().flatten();
    reasons.map(|reason| format!("; {} ({})", reason.message, reason.code)).collect()
}

/// One of the account's senders, or the sandbox, which is always there.
fn ask(session: &Session, senders: &[Sender]) -> Result<String, Failure> {
    let line = |sender: &Sender| {
        let name = sender.profile.name.as_deref().unwrap_or_default();
        format!("{} {name:?}, {}", sender.sender_id, sender.status.to_lowercase())
    };
    let mut lines: Vec<String> = senders.iter().map(line).collect();
    lines.push(format!("{SANDBOX}, the sandbox: for trying it out, without paperwork"));
    let chosen = session.asking.choose("Which sender", &lines, "--sender")?;
    Ok(senders.get(chosen).map_or(SANDBOX, |sender| &sender.sender_id).to_owned())
}

/// `whatsapp:+` and the digits, whatever was written.
fn address(text: &str) -> Result<String, Failure> {
    if text == "sandbox" {
        return Ok(SANDBOX.to_owned());
    }
    let digits: String = text.chars().filter(char::is_ascii_digit).collect();
    let sender = (digits.len() > 6).then(|| format!("whatsapp:+{digits}"));
    Ok(sender.with_context(|| format!("{text} is no sender; write +15550100, or sandbox"))?)
}

fn write(
    session: &mut Session,
    sid: &str,
    token: &SecretString,
    sender: &Wanted,
) -> Result<(), Failure> {
    session.put("provider", "twilio")?;
    session.put("account_sid", sid)?;
    session.put("from", sender.from())?;
    session.put_secret("auth_token", token)
}

/// The sender's webhooks come here.
async fn set(
    session: &mut Session,
    manager: &Manager,
    sender: &Sender,
    webhook: &str,
) -> Result<(), Failure> {
    let now = sender.webhook.callback_url.as_deref().filter(|url| !url.is_empty());
    match now {
        Some(now) if now == webhook && is_post(sender) => {
            session.steps.already("webhook", webhook);
            return Ok(());
        }
        Some(other)
            if !is_ours(session, other, webhook) && !is_forlorn(other, "/webhooks/twilio") =>
        {
            let replaced = session.asking.replaces("sender", other)?;
            session.steps.noted("webhook", &replaced);
        }
        _ => {}
    }
    match manager.set_webhook(sender, webhook).await {
        Ok(()) => session.steps.done("webhook", webhook),
        Err(ManageError::Refused(refusal)) => {
            let words = format!("Twilio does not let a program set it ({refusal})");
            session.steps.noted("webhook", &words);
            by_hand(session, &sender.sender_id, webhook);
        }
        Err(error) => return Err(anyhow!("Twilio does not set the webhook: {error}").into()),
    }
    Ok(())
}

/// Here, or where we were before, with or without more tries.
fn is_ours(session: &Session, url: &str, webhook: &str) -> bool {
    let before = session.draft.text("server.public_url");
    let before = before.map(|url| format!("{}/webhooks/twilio", url.trim_end_matches('/')));
    let [goes, here] = [url, webhook].map(|url| url.split('#').next());
    goes == before.as_deref() || goes == here
}

/// Nothing else is taken.
fn is_post(sender: &Sender) -> bool {
    sender.webhook.callback_method.as_deref().is_none_or(|method| method == "POST")
}

/// What no API does.
fn by_hand(session: &mut Session, from: &str, webhook: &str) {
    let steps = match from {
        SANDBOX => format!(
            "open console.twilio.com > Messaging > Try it out > Send a WhatsApp message > Sandbox \
             settings;\n  put this at \"When a message comes in\", with POST, and save:\n    \
             {webhook}\n  then send \"join\" and the two words of that page to {} from your phone",
            from.trim_start_matches("whatsapp:")
        ),
        _ => format!(
            "open console.twilio.com > Messaging > Senders > WhatsApp senders > {};\n  put this at \
             \"Webhook URL for incoming messages\", with POST, and save:\n    {webhook}",
            from.trim_start_matches("whatsapp:")
        ),
    };
    session.steps.by_hand("webhook", &steps);
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_sender_is_named_in_any_spelling_or_as_the_sandbox() {
        for text in ["+15550100", "whatsapp:+15550100", "1 555-0100"] {
            assert_eq!(address(text).ok().as_deref(), Some("whatsapp:+15550100"), "{text}");
        }
        assert_eq!(address("sandbox").ok().as_deref(), Some(SANDBOX));
        assert!(address("shop").is_err());
    }
}
