//! The account: whether we are let in, and how it stands.

use super::{Case, pages};
use crate::doctor::finding::Finding;
use crate::provider::manage::ManageError;
use crate::provider::twilio::manage::Account;

/// Twilio's code for a wrong SID or token.
const STRANGER: u32 = 20003;

/// What can be said of it, and whether there is any use in asking more.
pub async fn examine(case: &Case<'_>) -> (Vec<Finding>, bool) {
    match case.manager.account().await {
        Ok(account) => judged(&account),
        Err(error) => (vec![refused(case, &error)], false),
    }
}

fn refused(case: &Case<'_>, error: &ManageError) -> Finding {
    match error {
        ManageError::Refused(refusal) if refusal.code == STRANGER => {
            let what = "Twilio does not take account SID and auth token";
            let (sid, token) = (case.key("account_sid"), case.key("auth_token"));
            let remedy = format!("write both as the console shows them, as {sid} and {token}");
            Finding::fault("twilio.credentials", what, remedy, pages::TWILIO_CREDENTIALS)
        }
        ManageError::Refused(_) => Finding::unchecked(
            "twilio.account",
            format!("the account: Twilio does not tell: {error}"),
        ),
        ManageError::Unreachable(why) => {
            let what = format!("Twilio is not reached: {why}");
            let remedy = "let this machine out to the internet by https, and look at its DNS";
            Finding::fault("twilio.unreachable", what, remedy, pages::NOTHING)
        }
        ManageError::Unreadable { .. } => {
            let what = format!("somebody else than Twilio: {error}");
            let remedy = format!("take out {}, or correct it", case.key("api_url"));
            Finding::fault("twilio.api_url", what, remedy, pages::CONNECT)
        }
    }
}

fn judged(account: &Account) -> (Vec<Finding>, bool) {
    let Account { friendly_name: name, status, kind, .. } = account;
    if status != "active" {
        let what = format!("the account \"{name}\" is {status}: nothing comes and goes");
        let remedy = "the console says why: mostly the balance; pay, or ask Twilio";
        let fault =
            Finding::fault("twilio.account_status", what, remedy, pages::TWILIO_CREDENTIALS);
        return (vec![fault], false);
    }
    let trial = (kind == "Trial").then(|| {
        let what = "it is a trial account: 50 messages a day, and Twilio's own words before yours";
        let remedy = "upgrade it in the console before real people write";
        Finding::note("twilio.trial", what, remedy, pages::TWILIO_TRIAL)
    });
    let well = Finding::ok("twilio.account", format!("the account \"{name}\" is active"));
    (std::iter::once(well).chain(trial).collect(), true)
}
