//! A sender at Twilio: its account, itself, and the way of its webhooks, from
//! Twilio's side and from ours.

mod account;
mod door;
mod sender;

use super::finding::Finding;
use super::server::Door;
use super::{Look, pages};
use crate::domain::id::NumberName;
use crate::provider::twilio::Config;
use crate::provider::twilio::manage::{Access, Manager};

/// Where webhooks come in.
const WEBHOOK: &str = "/webhooks/twilio";

/// One sender, and who is asked about it.
struct Case<'a> {
    look: &'a Look,
    name: &'a NumberName,
    config: &'a Config,
    manager: Manager,
    door: &'a Door,
}

/// What can be said of it.
pub async fn examine(look: &Look, name: &NumberName, config: &Config, door: &Door) -> Vec<Finding> {
    if let Some(offline) = look.offline("twilio.account", "what Twilio says of it") {
        return vec![offline];
    }
    let manager = Manager::new(Access::of(config), look.http.clone(), look.clock.clone());
    let case = Case { look, name, config, manager, door };
    let (theirs, ours) = tokio::join!(case.theirs(), door::examine(&case));
    [theirs, ours].concat()
}

impl Case<'_> {
    /// What Twilio says.
    async fn theirs(&self) -> Vec<Finding> {
        let (mut findings, works) = account::examine(self).await;
        if works {
            findings.extend(sender::examine(self).await);
        } else {
            let why = "the sender and its webhook: the account does not work";
            findings.push(Finding::unchecked("twilio.rest", why));
        }
        findings
    }

    /// `numbers.shop.key`.
    fn key(&self, key: &str) -> String {
        format!("numbers.{}.{key}", self.name)
    }
}
