//! The account (WABA) that the number is in: whether it is that one, how it
//! stands, and whether the app hears of it.

use super::{Case, not_allowed, pages, untold};
use crate::doctor::finding::Finding;
use crate::provider::meta::manage::{Account, Token};

/// What can be said of it.
pub async fn examine(case: &Case<'_>, token: &Token) -> Vec<Finding> {
    if !case.may_look(token) {
        return vec![not_allowed("meta.account", "the account")];
    }
    match find(case, token).await {
        Ok(account) => {
            let (stands, heard) =
                tokio::join!(stands(case, &account), subscribed(case, token, &account));
            [stands, vec![heard]].concat()
        }
        Err(finding) => vec![finding],
    }
}

/// The one that has the number, of those that it can be in.
async fn find(case: &Case<'_>, token: &Token) -> Result<String, Finding> {
    let mut last = None;
    for account in case.accounts(token) {
        match case.manager.phone_numbers(&account).await {
            Ok(numbers) if numbers.iter().any(|n| n.id == case.config.phone_number_id) => {
                return match case.config.account() {
                    Some(configured) if configured != account => Err(other(case, &account)),
                    _ => Ok(account),
                };
            }
            Ok(_) => {}
            Err(error) => last = Some(error),
        }
    }
    let unnamed = || {
        let key = case.key("waba_id");
        Finding::unchecked(
            "meta.account",
            format!("the account: it is in none that Meta names; set {key}"),
        )
    };
    Err(last.map_or_else(unnamed, |error| untold("meta.account", "the account", &error)))
}

fn other(case: &Case<'_>, account: &str) -> Finding {
    let newer = case.config.messaging_account_id.is_some();
    let key = case.key(if newer { "messaging_account_id" } else { "waba_id" });
    let what = format!("{key} is not the account that the number is in");
    let remedy = format!("write {key} = \"{account}\"");
    Finding::fault("meta.account_other", what, remedy, pages::META_ACCOUNT)
}

async fn stands(case: &Case<'_>, id: &str) -> Vec<Finding> {
    match case.manager.account(id).await {
        Ok(account) => std::iter::once(reviewed(&account)).chain(verified(&account)).collect(),
        Err(error) => vec![untold("meta.account", "the account", &error)],
    }
}

fn reviewed(account: &Account) -> Finding {
    let Account { name, account_review_status: status, .. } = account;
    let what = format!("Meta's review of the account \"{name}\": {status}");
    let page = pages::META_ACCOUNT;
    match status.as_str() {
        "REJECTED" => {
            let remedy = "read why in Business Support Home, mend it, and ask for another review";
            Finding::fault("meta.account_rejected", what, remedy, page)
        }
        "PENDING" => Finding::note("meta.account_pending", what, "wait for Meta", page),
        _ => Finding::ok("meta.account", format!("it is in the account \"{name}\"")),
    }
}

fn verified(account: &Account) -> Option<Finding> {
    (account.business_verification_status == "not_verified").then(|| {
        let what = "Meta has not verified the business: it can begin few conversations a day";
        let remedy = "Business settings > Security center > Start verification";
        Finding::note("meta.business_unverified", what, remedy, pages::META_ACCOUNT)
    })
}

async fn subscribed(case: &Case<'_>, token: &Token, account: &str) -> Finding {
    let apps = match case.manager.subscribed_apps(account).await {
        Ok(apps) => apps,
        Err(error) => return untold("meta.subscribed", "the account's webhooks", &error),
    };
    if apps.iter().any(|app| app.id == token.app_id) {
        return Finding::ok("meta.subscribed", "the app gets the account's webhooks");
    }
    let what = "the app is not subscribed to the account: what people write does not come";
    let remedy = format!("olifant connect meta {} does it", case.name);
    Finding::fault("meta.not_subscribed", what, remedy, pages::META_WEBHOOKS)
}
