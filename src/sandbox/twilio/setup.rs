//! What is set up at Twilio: accounts and senders, as plain values. A test
//! plants a fault by setting one of them:
//! `sender.set_up(|at| at.account.status = "suspended".into())`.

use super::super::{TwilioAccount, identifiers};

/// The shared sender, which is none of the account's own.
const SHARED: &str = "whatsapp:+14155238886";

/// All of it.
#[derive(Default)]
pub struct Setup {
    /// Accounts.
    pub accounts: Vec<Account>,
    /// Senders.
    pub senders: Vec<Sender>,
}

/// What belongs to one sender, to look at and to change.
pub struct At<'a> {
    /// The account.
    pub account: &'a mut Account,
    /// The sender.
    pub sender: &'a mut Sender,
}

/// An account.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Account {
    /// `AC…`.
    pub sid: String,
    /// Its name.
    pub name: String,
    /// `active`, `suspended`, `closed`.
    pub status: String,
    /// `Full` or `Trial`.
    pub kind: String,
    /// Whether it may use the API of senders.
    pub senders_api: bool,
}

/// A sender.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Sender {
    /// `XE…`.
    pub sid: String,
    /// Whose it is.
    pub account: String,
    /// `whatsapp:+15550100000`.
    pub sender_id: String,
    /// The shared one is on nobody's list.
    pub listed: bool,
    /// The display name.
    pub name: String,
    /// `ONLINE`, `OFFLINE` ...
    pub status: String,
    /// Why it is offline: Twilio's code and words.
    pub offline: Option<(String, String)>,
    /// Where its webhooks go, with what stands behind `#`.
    pub callback: Option<String>,
    /// How it is called there: `POST` or `GET`.
    pub method: String,
    /// Where they go when that fails.
    pub fallback: Option<String>,
    /// Where it is told what became of messages.
    pub status_callback: Option<String>,
    /// `HIGH`, `MEDIUM`, `LOW`.
    pub quality: String,
    /// `1K Customers/24hr`.
    pub limit: String,
}

impl Setup {
    /// Everything works, and nobody has set up where webhooks go.
    pub(in crate::sandbox) fn of(senders: &[TwilioAccount]) -> Self {
        let mut setup = Self::default();
        for TwilioAccount { account_sid, from, .. } in senders {
            if !setup.accounts.iter().any(|account| account.sid == *account_sid) {
                setup.accounts.push(account(account_sid));
            }
            setup.senders.push(sender(account_sid, from));
        }
        setup
    }

    /// What belongs to a sender; `None` = it is not set up.
    pub(super) fn at(&mut self, own: &TwilioAccount) -> Option<At<'_>> {
        Some(At {
            account: self.accounts.iter_mut().find(|account| account.sid == own.account_sid)?,
            sender: self.senders.iter_mut().find(|sender| sender.sender_id == own.from)?,
        })
    }
}

fn account(sid: &str) -> Account {
    Account {
        sid: sid.to_owned(),
        name: "Olifant's Shop".into(),
        status: "active".into(),
        kind: "Full".into(),
        senders_api: true,
    }
}

fn sender(account: &str, from: &str) -> Sender {
    Sender {
        sid: format!("XE{}", identifiers::token()),
        account: account.to_owned(),
        sender_id: from.to_owned(),
        listed: from != SHARED,
        name: "Olifant's Shop".into(),
        status: "ONLINE".into(),
        offline: None,
        callback: None,
        method: "POST".into(),
        fallback: None,
        status_callback: None,
        quality: "HIGH".into(),
        limit: "1K Customers/24hr".into(),
    }
}
