//! The access token: whether Meta takes it, for how long, and for what.

use super::{Case, MANAGEMENT, pages, untold};
use crate::doctor::finding::Finding;
use crate::provider::manage::{ManageError, Refusal};
use crate::provider::meta::manage::Token;

/// Meta's code for a token that is none, or none any more.
const NO_TOKEN: u32 = 190;
/// The finer one for its time being over.
const ENDED: u32 = 463;

const MESSAGING: &str = "whatsapp_business_messaging";
const SYSTEM_USER: &str = "SYSTEM_USER";

const ANEW: &str = "make a system user's token that never expires (Business settings > System \
                    users), with whatsapp_business_messaging and whatsapp_business_management";

/// What can be said of it, and itself if it works.
pub async fn examine(case: &Case<'_>) -> (Vec<Finding>, Option<Token>) {
    match case.manager.token().await {
        Ok(token) if !token.is_valid => (vec![invalid("it was taken back")], None),
        Ok(token) => (judged(case, &token), Some(token)),
        Err(error) => (vec![refused(case, &error)], None),
    }
}

fn refused(case: &Case<'_>, error: &ManageError) -> Finding {
    match error {
        ManageError::Refused(Refusal { code: NO_TOKEN, subcode: Some(ENDED), .. }) => {
            let what = "the access token's time is over: Meta takes it no more";
            Finding::fault("meta.token_expired", what, ANEW, pages::META_TOKEN)
        }
        ManageError::Refused(Refusal { code: NO_TOKEN, message, .. }) => invalid(message),
        ManageError::Refused(_) => untold("meta.token", "the token", error),
        ManageError::Unreachable(why) => {
            let what = format!("Meta is not reached: {why}");
            let remedy = "let this machine out to the internet by https, and look at its DNS";
            Finding::fault("meta.unreachable", what, remedy, pages::NOTHING)
        }
        ManageError::Unreadable { .. } => {
            let (what, key) = (format!("somebody else than Meta: {error}"), case.key("graph_url"));
            let remedy = format!("take out {key}, or correct it");
            Finding::fault("meta.graph_url", what, remedy, pages::CONNECT)
        }
    }
}

fn invalid(why: &str) -> Finding {
    let what = format!("Meta does not take the access token: {why}");
    Finding::fault("meta.token_invalid", what, ANEW, pages::META_TOKEN)
}

fn judged(case: &Case<'_>, token: &Token) -> Vec<Finding> {
    let scope = |id, scope: &str, lacks: &str| {
        (!token.may(scope)).then(|| {
            let what = format!("the token lacks the permission {scope}: {lacks}");
            Finding::fault(id, what, ANEW, pages::META_TOKEN)
        })
    };
    let messaging = scope("meta.scope_messaging", MESSAGING, "nothing can be sent");
    let management = scope(
        "meta.scope_management",
        MANAGEMENT,
        "neither connect nor doctor see how the number stands",
    );
    std::iter::once(lasting(case, token)).chain(messaging).chain(management).collect()
}

fn lasting(case: &Case<'_>, token: &Token) -> Finding {
    match token.ends() {
        Some(at) => {
            let days = at.duration_since(case.look.clock.now()).as_hours() / 24;
            let at = at.strftime("%Y-%m-%d %H:%M UTC");
            let what = format!("the token ends on {at}, in {days} days; then nothing is sent");
            Finding::fault("meta.token_temporary", what, ANEW, pages::META_TOKEN)
        }
        None if token.kind != SYSTEM_USER => {
            let what = "the token is a person's: it ends when they change their password or leave";
            Finding::note("meta.token_personal", what, ANEW, pages::META_TOKEN)
        }
        None => Finding::ok("meta.token", "the token is a system user's, and does not end"),
    }
}
