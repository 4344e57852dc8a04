//! The way of the webhooks: from the app to here, or, if the app's go
//! elsewhere, those of this number alone.

use std::time::Duration;

use anyhow::anyhow;

use super::super::super::{Failure, note};
use super::super::{Session, is_forlorn};
use super::{Found, refused};
use crate::provider::manage::ManageError;
use crate::provider::meta::manage::Subscription;

/// What people write, and what became of what they were sent.
const MESSAGES: &str = "messages";

/// Good to know, and not for every app: each is asked for by itself.
const OTHERS: [&str; 4] =
    ["account_update", "smb_message_echoes", "standby", "messaging_handovers"];

/// Meta asked the address, and it did not answer rightly.
const HANDSHAKE: u32 = 2200;

/// How long Meta is given to find a new tunnel, the first time and at last:
/// half a minute in all.
const FIRST_PAUSE: Duration = Duration::from_secs(1);
const LONGEST_PAUSE: Duration = Duration::from_secs(16);

/// Sets it, as far as it is not so.
pub async fn set(session: &mut Session, found: &Found) -> Result<(), Failure> {
    let now = found.manager.subscription(&found.app).await;
    let now = now.map_err(|error| refused("Meta does not say where webhooks go", &error))?;
    match now {
        Some(now) if !is_ours(found, &now.callback_url) => leave(session, found, &now)?,
        now => take_app(session, found, &now.unwrap_or_default()).await?,
    }
    subscribe(session, found).await?;
    take_number(session, found).await
}

/// It is here, or where we were before.
fn is_ours(found: &Found, url: &str) -> bool {
    url == found.callback.url || found.callback_before.as_deref() == Some(url)
}

/// Somebody else gets the app's webhooks, and goes on getting them.
fn leave(session: &mut Session, found: &Found, there: &Subscription) -> Result<(), Failure> {
    let (name, url) = (&found.app_name, &there.callback_url);
    if !there.has(MESSAGES) {
        return Err(anyhow!(
            "the app {name} sends its webhooks to {url}, but not the field messages, which this \
             number needs: switch it on at developers.facebook.com > {name} > WhatsApp > \
             Configuration > Webhook fields, then run this again"
        )
        .into());
    }
    let words = format!("the app {name} goes on sending its webhooks to {url}");
    session.steps.noted("callback", &words);
    Ok(())
}

/// The app's webhooks come here, field by field.
async fn take_app(session: &mut Session, found: &Found, now: &Subscription) -> Result<(), Failure> {
    // One that answered wrongly for too long is called no more until it is set anew.
    let is_here = now.callback_url == found.callback.url && now.active;
    let mut on: Vec<&str> = now.fields.iter().map(|field| field.name.as_str()).collect();
    if is_here && on.contains(&MESSAGES) {
        session.steps.already("callback", &found.callback.url);
    } else {
        if !on.contains(&MESSAGES) {
            on.insert(0, MESSAGES);
        }
        let set = subscribe_to(session, found, &on).await;
        set.map_err(|error| not_taken(session, found, &error))?;
        session.steps.done("callback", &found.callback.url);
    }
    for field in OTHERS.into_iter().filter(|field| !now.has(field)) {
        add(session, found, &mut on, field).await?;
    }
    match on.len() == now.fields.len() {
        true => session.steps.already("fields", &on.join(", ")),
        false => session.steps.done("fields", &on.join(", ")),
    }
    Ok(())
}

/// One more field, unless Meta does not want to.
async fn add(
    session: &mut Session,
    found: &Found,
    on: &mut Vec<&str>,
    field: &'static str,
) -> Result<(), Failure> {
    on.push(field);
    match subscribe_to(session, found, on).await {
        Ok(()) => Ok(()),
        Err(ManageError::Refused(refusal)) => {
            on.pop();
            let words = format!(
                "Meta does not send {field} to this app ({refusal}); people are answered all the same"
            );
            session.steps.noted("field", &words);
            Ok(())
        }
        Err(error) => Err(refused(&format!("the field {field}"), &error)),
    }
}

async fn subscribe_to(
    session: &Session,
    found: &Found,
    fields: &[&str],
) -> Result<(), ManageError> {
    patiently(session, async || found.manager.subscribe(&found.app, &found.callback, fields).await)
        .await
}

/// The name of a tunnel that was opened a moment ago is not known everywhere
/// yet.
async fn patiently(
    session: &Session,
    set: impl AsyncFn() -> Result<(), ManageError>,
) -> Result<(), ManageError> {
    let mut pause = FIRST_PAUSE;
    loop {
        let done = set().await;
        let unknown = done.as_ref().is_err_and(|error| error.code() == Some(HANDSHAKE));
        if session.tunnel.is_none() || !unknown || pause > LONGEST_PAUSE {
            return done;
        }
        if pause == FIRST_PAUSE {
            note(
                "the tunnel's name is not known everywhere yet; Meta is asked again, for half a minute",
            );
        }
        session.clock.pause(pause).await;
        pause *= 2;
    }
}

/// The account's webhooks go to the app.
async fn subscribe(session: &mut Session, found: &Found) -> Result<(), Failure> {
    let account = &found.account;
    let what = format!("Meta does not send the webhooks of the account {account} to the app");
    let apps = found.manager.subscribed_apps(account).await;
    let apps = apps.map_err(|error| refused(&what, &error))?;
    let words = format!("the app gets what is written to the account {account}");
    if apps.iter().any(|app| app.id == found.app.id) {
        session.steps.already("account", &words);
        return Ok(());
    }
    found.manager.subscribe_app(account).await.map_err(|error| refused(&what, &error))?;
    session.steps.done("account", &words);
    Ok(())
}

/// If what is set by now leads elsewhere, the number's own webhooks come here.
async fn take_number(session: &mut Session, found: &Found) -> Result<(), Failure> {
    let number = found.manager.phone_number(&found.number.id).await;
    let routes = number
        .map_err(|error| refused("Meta does not show where the number's webhooks go", &error))?
        .webhook_configuration;
    let own = routes.phone_number.as_deref().filter(|url| !url.is_empty());
    let ours = &found.callback.url;
    match (own, routes.effective()) {
        (Some(own), _) if own == ours => {
            session.steps.already("override", &format!("this number's go to {ours}"));
            return Ok(());
        }
        (None, Some(there)) if there == ours => return Ok(()),
        (Some(other), _) if !is_ours(found, other) && !is_forlorn(other, "/webhooks/meta") => {
            let replaced = session.asking.replaces("number", other)?;
            session.steps.noted("override", &replaced);
        }
        _ => {}
    }
    let set = patiently(session, async || {
        found.manager.override_callback(&found.number.id, &found.callback).await
    });
    set.await.map_err(|error| not_taken(session, found, &error))?;
    session.steps.done("override", &format!("this number's webhooks go to {ours}"));
    Ok(())
}

fn not_taken(session: &Session, found: &Found, error: &ManageError) -> Failure {
    let url = &found.callback.url;
    match error.code() {
        Some(HANDSHAKE) => {
            let listen = session.draft.text("server.listen").unwrap_or_default();
            anyhow!(
                "Meta asked {url} whether it is yours, and did not get the answer ({error}). The \
                 tunnel or reverse proxy has to be up, speak https, and lead to {listen}; then run \
                 this again"
            )
            .into()
        }
        _ => refused(&format!("Meta does not send webhooks to {url}"), error),
    }
}
