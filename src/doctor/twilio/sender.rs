//! The sender: whether it is the account's, is online, and where its webhooks
//! go.

use super::{Case, WEBHOOK, pages};
use crate::doctor::finding::Finding;
use crate::provider::twilio::manage::{OfflineReason, SANDBOX, Sender, with_retries};

/// So many senders are named of those that there are.
const NAMED: usize = 5;

/// What can be said of it.
pub async fn examine(case: &Case<'_>) -> Vec<Finding> {
    if case.config.from == SANDBOX {
        return shared(case);
    }
    let senders = match case.manager.senders().await {
        Ok(senders) => senders,
        Err(error) => {
            let why = format!("the sender and its webhook: Twilio does not tell: {error}");
            return vec![Finding::unchecked("twilio.sender", why)];
        }
    };
    match senders.iter().find(|sender| sender.sender_id == case.config.from) {
        Some(sender) => {
            [vec![online(sender)], quality(sender).into_iter().collect(), webhook(case, sender)]
                .concat()
        }
        None => vec![unknown(case, &senders)],
    }
}

fn shared(case: &Case<'_>) -> Vec<Finding> {
    let base = case.door.base.as_deref().unwrap_or("https://YOUR.HOST");
    let url = with_retries(&format!("{base}{WEBHOOK}"));
    vec![
        Finding::note(
            "twilio.sandbox",
            "it is Twilio's shared sandbox: each person joins by \"join TWO-WORDS\", for 72 hours",
            "get a sender of your own for real people",
            pages::TWILIO_SANDBOX,
        ),
        Finding::unchecked(
            "twilio.webhook",
            format!("the sandbox's webhook: no API shows it; in the console it has to be {url}"),
        ),
    ]
}

fn unknown(case: &Case<'_>, senders: &[Sender]) -> Finding {
    let there: Vec<&str> = senders.iter().take(NAMED).map(|s| s.sender_id.as_str()).collect();
    let what = format!("{} is no WhatsApp sender of the account", case.key("from"));
    let remedy = match there.is_empty() {
        true => "register one in the console: Messaging > Senders > WhatsApp senders".to_owned(),
        false => format!("write one that it has: {}", there.join(", ")),
    };
    Finding::fault("twilio.sender_unknown", what, remedy, pages::TWILIO_SENDERS)
}

/// `ONLINE:UPDATING` is online.
fn online(sender: &Sender) -> Finding {
    let Sender { sender_id, status, .. } = sender;
    if status.starts_with("ONLINE") {
        return Finding::ok("twilio.sender", format!("{sender_id} is online"));
    }
    let reason = |reason: &OfflineReason| format!(": {} ({})", reason.message, reason.code);
    let reasons: String = sender.offline_reasons.iter().flatten().map(reason).collect();
    let what = format!("{sender_id} is {status}{reasons}");
    let remedy = "mend what the console says of it: Messaging > Senders > WhatsApp senders";
    Finding::fault("twilio.sender_offline", what, remedy, pages::TWILIO_SENDERS)
}

fn quality(sender: &Sender) -> Option<Finding> {
    (sender.properties.quality_rating.as_deref() == Some("LOW")).then(|| {
        let what = "people block or report it: its quality is low";
        let remedy = "write less to people who did not ask for it; limits are lowered next";
        Finding::fault("twilio.quality_low", what, remedy, pages::TWILIO_SENDERS)
    })
}

fn webhook(case: &Case<'_>, sender: &Sender) -> Vec<Finding> {
    let connect = format!("olifant connect twilio {} sets it", case.name);
    let Some(set) = sender.webhook.callback_url.as_deref().filter(|url| !url.is_empty()) else {
        let what = "the sender has no webhook: what people write goes nowhere";
        let fault = Finding::fault("twilio.no_webhook", what, connect, pages::TWILIO_SENDERS);
        return vec![fault];
    };
    let (called, overrides) = set.split_once('#').unwrap_or((set, ""));
    let called = called.split('?').next().unwrap_or_default();
    let ours = case.door.base.as_ref().map(|base| format!("{base}{WEBHOOK}"));
    if ours.as_deref().is_some_and(|ours| ours != called) {
        let what = format!("webhooks go to {called}, not to {}", ours.unwrap_or_default());
        let page = pages::TWILIO_SENDERS;
        return vec![Finding::fault("twilio.webhook_elsewhere", what, connect, page)];
    }
    if sender.webhook.callback_method.as_deref() == Some("GET") {
        let what = "the sender's webhook is called by GET, and only POST is taken";
        let page = pages::TWILIO_SENDERS;
        return vec![Finding::fault("twilio.webhook_get", what, connect, page)];
    }
    let well = Finding::ok("twilio.webhook", format!("webhooks go to {called}"));
    let once = (!overrides.contains("rc=")).then(|| {
        let what = "Twilio calls the webhook once, and does not try again";
        let remedy = format!("{connect} to {}", with_retries(called));
        Finding::note("twilio.no_retries", what, remedy, pages::TWILIO_RETRIES)
    });
    std::iter::once(well).chain(once).collect()
}
