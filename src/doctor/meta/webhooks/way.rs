//! The way of webhooks, as Meta knows it: which, and where to.

use crate::doctor::finding::Finding;
use crate::doctor::meta::{Case, WEBHOOK};
use crate::doctor::pages;
use crate::provider::meta::manage::{PhoneNumber, Subscription};

/// What people write comes under this one.
const MESSAGES: &str = "messages";
/// Restrictions and violations come under this one.
const ACCOUNT: &str = "account_update";

/// What is set on the app, and on the number itself.
pub struct Way<'a> {
    pub case: &'a Case<'a>,
    pub subscription: Option<&'a Subscription>,
    pub number: Option<&'a PhoneNumber>,
}

impl Way<'_> {
    /// Which webhooks come; nothing to say where they go nowhere.
    pub fn fields(&self) -> Option<Finding> {
        self.set()?;
        let connect = self.turn_on();
        let page = pages::META_WEBHOOKS;
        let Some(subscription) = self.subscription.filter(|s| s.has(MESSAGES)) else {
            let what = "the app's webhook field messages is off: what people write does not come";
            return Some(Finding::fault("meta.messages_off", what, connect, page));
        };
        Some(if !subscription.active {
            let what = "Meta sends nothing to the app's webhook: it is not active";
            Finding::fault("meta.inactive", what, connect, page)
        } else if !subscription.has(ACCOUNT) {
            let what = "the app's webhook field account_update is off: no word of restrictions";
            Finding::note("meta.account_update_off", what, connect, page)
        } else {
            Finding::ok("meta.fields", "the webhook fields messages and account_update are on")
        })
    }

    /// Connect does it, unless the app's webhooks are somebody else's.
    fn turn_on(&self) -> String {
        let of_app = self.subscription.map(|s| s.callback_url.split(['?', '#']).next());
        let of_app = of_app.flatten().filter(|url| !url.is_empty());
        let base = self.case.door.base.as_ref();
        match of_app.filter(|url| base.is_some_and(|base| *url != format!("{base}{WEBHOOK}"))) {
            Some(other) => format!(
                "turn it on in the app dashboard > WhatsApp > Configuration: the app's webhooks \
                 go to {other}, and olifant connect leaves them alone"
            ),
            None => format!("olifant connect meta {} turns it on", self.case.name),
        }
    }

    /// Where they go.
    pub fn goal(&self) -> Finding {
        let connect = format!("olifant connect meta {} sets it", self.case.name);
        let Some(set) = self.set() else {
            let what = "no callback URL is set at Meta: what people write goes nowhere";
            return Finding::fault("meta.no_callback", what, connect, pages::META_WEBHOOKS);
        };
        let set = set.split(['?', '#']).next().unwrap_or_default();
        let Some(base) = &self.case.door.base else {
            let what = format!("whether {set}, where webhooks go, is here");
            return Finding::unchecked("meta.callback", what);
        };
        let ours = format!("{base}{WEBHOOK}");
        if set == ours {
            return Finding::ok("meta.callback", format!("webhooks go to {ours}"));
        }
        let what = format!("webhooks go to {set}, not to {ours}");
        let remedy = format!("{connect}, on this number alone if the app has others");
        Finding::fault("meta.callback_elsewhere", what, remedy, pages::META_OVERRIDE)
    }

    /// What counts of what is set.
    fn set(&self) -> Option<&str> {
        let own = self.number.and_then(|number| number.webhook_configuration.effective());
        let of_app = self.subscription.map(|subscription| subscription.callback_url.as_str());
        own.or(of_app).filter(|url| !url.is_empty())
    }
}
