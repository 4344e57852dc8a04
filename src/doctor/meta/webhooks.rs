//! Where Meta sends webhooks, which, and whose secret signs them.

use super::{Case, WEBHOOK, pages, untold};
use crate::doctor::finding::Finding;
use crate::provider::manage::ManageError;
use crate::provider::meta::manage::{AppKey, PhoneNumber, Subscription, Token};

/// What people write comes under this one.
const MESSAGES: &str = "messages";
/// Restrictions and violations come under this one.
const ACCOUNT: &str = "account_update";

/// Meta's codes for an app that is not who it says.
const FOREIGN: [u32; 4] = [101, 102, 104, 190];

/// What can be said of them.
pub async fn examine(case: &Case<'_>, token: &Token, number: Option<&PhoneNumber>) -> Vec<Finding> {
    if let Some(other) = other_app(case, token) {
        return vec![other];
    }
    let app = AppKey { id: token.app_id.clone(), secret: case.config.app_secret.clone() };
    let published = Finding::unchecked(
        "meta.published",
        "whether the app is published: Meta tells nobody, and one that is not hears only of its \
         testers; see \"Publish\" in the app dashboard",
    );
    match case.manager.subscription(&app).await {
        Ok(subscription) => {
            let mut all = vec![Finding::ok("meta.app_secret", "the app secret is the app's")];
            all.extend(fields(case, subscription.as_ref()));
            all.push(callback(case, subscription.as_ref(), number));
            all.push(published);
            all
        }
        Err(ManageError::Refused(refusal)) if FOREIGN.contains(&refusal.code) => {
            vec![foreign(case, token, &refusal.message)]
        }
        Err(error) => vec![untold("meta.app_secret", "the app secret and its webhooks", &error)],
    }
}

fn other_app(case: &Case<'_>, token: &Token) -> Option<Finding> {
    let configured = case.config.app_id.as_ref().filter(|own| **own != token.app_id)?;
    let what = format!("the token was made for the app {}, not for {configured}", token.app_id);
    let key = case.key("app_id");
    let remedy = format!("write {key} = \"{}\", or make a token for the other", token.app_id);
    Some(Finding::fault("meta.app_other", what, remedy, pages::CONNECT_META))
}

fn foreign(case: &Case<'_>, token: &Token, why: &str) -> Finding {
    let name = &token.application;
    let what = format!("the app secret is not that of the token's app \"{name}\": {why}");
    let key = case.key("app_secret");
    let remedy = format!("write that of App settings > Basic as {key}: every webhook gets a 401");
    Finding::fault("meta.app_secret_wrong", what, remedy, pages::CONNECT_META)
}

fn fields(case: &Case<'_>, subscription: Option<&Subscription>) -> Option<Finding> {
    let subscription = subscription?;
    let connect = format!("olifant connect meta {} turns it on", case.name);
    let page = pages::META_WEBHOOKS;
    Some(if !subscription.has(MESSAGES) {
        let what = "the app's webhook field messages is off: what people write does not come";
        Finding::fault("meta.messages_off", what, connect, page)
    } else if !subscription.active {
        let what = "Meta sends nothing to the app's webhook: it is not active";
        Finding::fault("meta.inactive", what, connect, page)
    } else if !subscription.has(ACCOUNT) {
        let what = "the app's webhook field account_update is off: you don't hear of restrictions";
        Finding::note("meta.account_update_off", what, connect, page)
    } else {
        Finding::ok("meta.fields", "the webhook fields messages and account_update are on")
    })
}

fn callback(
    case: &Case<'_>,
    subscription: Option<&Subscription>,
    number: Option<&PhoneNumber>,
) -> Finding {
    let own = number.and_then(|number| number.webhook_configuration.effective());
    let of_app = subscription.map(|subscription| subscription.callback_url.as_str());
    let connect = format!("olifant connect meta {} sets it", case.name);
    let Some(set) = own.or(of_app).filter(|url| !url.is_empty()) else {
        let what = "no callback URL is set at Meta: what people write goes nowhere";
        return Finding::fault("meta.no_callback", what, connect, pages::META_WEBHOOKS);
    };
    let set = set.split(['?', '#']).next().unwrap_or_default();
    let Some(base) = &case.door.base else {
        return Finding::unchecked(
            "meta.callback",
            format!("whether {set}, where webhooks go, is here"),
        );
    };
    let ours = format!("{base}{WEBHOOK}");
    match set == ours {
        true => Finding::ok("meta.callback", format!("webhooks go to {ours}")),
        false => {
            let what = format!("webhooks go to {set}, not to {ours}");
            let remedy = format!("{connect}, on this number alone if the app has others");
            Finding::fault("meta.callback_elsewhere", what, remedy, pages::META_OVERRIDE)
        }
    }
}
