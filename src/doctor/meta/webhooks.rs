//! Whose secret signs webhooks, which of them Meta sends, and where.

mod way;

use super::{Case, pages, untold};
use crate::doctor::finding::Finding;
use crate::provider::manage::ManageError;
use crate::provider::meta::manage::{AppKey, PhoneNumber, Token};
use way::Way;

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
            let way = Way { case, subscription: subscription.as_ref(), number };
            all.extend(way.fields());
            all.push(way.goal());
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
    Some(Finding::fault("meta.app_other", what, remedy, pages::CONNECT))
}

fn foreign(case: &Case<'_>, token: &Token, why: &str) -> Finding {
    let name = &token.application;
    let what = format!("the app secret is not that of the token's app \"{name}\": {why}");
    let key = case.key("app_secret");
    let remedy = format!("write that of App settings > Basic as {key}: every webhook gets a 401");
    Finding::fault("meta.app_secret_wrong", what, remedy, pages::CONNECT)
}
