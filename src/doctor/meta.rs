//! A number at Meta: its token, itself, its account, and the way of its
//! webhooks, from Meta's side and from ours.

mod account;
mod door;
mod number;
mod token;
mod webhooks;

use super::finding::Finding;
use super::server::Door;
use super::{Look, pages};
use crate::domain::id::NumberName;
use crate::provider::manage::ManageError;
use crate::provider::meta::Config;
use crate::provider::meta::manage::{Access, Manager, Token};

/// Where webhooks come in.
const WEBHOOK: &str = "/webhooks/meta";

/// What manages numbers and accounts.
const MANAGEMENT: &str = "whatsapp_business_management";

/// One number, and who is asked about it.
struct Case<'a> {
    look: &'a Look,
    name: &'a NumberName,
    config: &'a Config,
    manager: Manager,
    door: &'a Door,
}

/// What can be said of it.
pub async fn examine(look: &Look, name: &NumberName, config: &Config, door: &Door) -> Vec<Finding> {
    if let Some(offline) = look.offline("meta.token", "what Meta says of it") {
        return vec![offline];
    }
    let manager = Manager::new(Access::of(config), look.http.clone(), look.clock.clone());
    let case = Case { look, name, config, manager, door };
    let (theirs, ours) = tokio::join!(case.theirs(), door::examine(&case));
    [theirs, ours].concat()
}

impl Case<'_> {
    /// What Meta says.
    async fn theirs(&self) -> Vec<Finding> {
        let (mut findings, token) = token::examine(self).await;
        let Some(token) = token else {
            let why = "number, account and webhooks at Meta: it did not say who we are";
            findings.push(Finding::unchecked("meta.rest", why));
            return findings;
        };
        let ((number, seen), account) =
            tokio::join!(number::examine(self, &token), account::examine(self, &token));
        let webhooks = webhooks::examine(self, &token, seen.as_ref()).await;
        [findings, number, account, webhooks].concat()
    }

    /// `numbers.shop.key`.
    fn key(&self, key: &str) -> String {
        format!("numbers.{}.{key}", self.name)
    }

    fn may_look(&self, token: &Token) -> bool {
        token.may(MANAGEMENT)
    }
}

/// A call that told nothing, for a reason that is no finding of its own.
fn untold(id: &'static str, what: &str, error: &ManageError) -> Finding {
    Finding::unchecked(id, format!("{what}: Meta does not tell: {error}"))
}

/// What the token may not look at.
fn not_allowed(id: &'static str, what: &str) -> Finding {
    Finding::unchecked(id, format!("{what}: the token lacks {MANAGEMENT}"))
}
