//! The management half of Twilio's API: how the account stands, which senders
//! there are, and where their webhooks go.
//!
//! | call | here |
//! |---|---|
//! | `GET /2010-04-01/Accounts/{sid}.json` | [`Manager::account`] |
//! | `GET messaging.twilio.com/v2/Channels/Senders` | [`Manager::senders`] |
//! | `POST messaging.twilio.com/v2/Channels/Senders/{sid}` | [`Manager::set_webhook`] |
//!
//! Sources: Twilio's OpenAPI description of its 2010-04-01 API for the
//! account; "Senders API" of its WhatsApp documentation (public beta) for the
//! senders. The webhook of the shared sandbox can't be set by any API: its
//! page in the console can. None was tried against Twilio itself.

mod seen;

use reqwest::{Method, RequestBuilder};
use secrecy::{ExposeSecret, SecretString};
use serde::Deserialize;
use serde::de::DeserializeOwned;
use serde_json::json;
use url::Url;

use super::{Config, call};
use crate::clock::Clock;
use crate::provider::exchange::{Answer, endpoint};
use crate::provider::manage::{ManageError, Refusal, ask, without};

pub use seen::{Account, OfflineReason, Profile, Properties, Sender, Webhook};

/// The shared sender that everybody may try, for whom no API sets anything.
pub const SANDBOX: &str = "whatsapp:+14155238886";

/// Nobody has more senders than stand on so many pages.
const PAGES: usize = 20;

/// Where the API is, and who asks.
#[derive(Clone, Debug)]
pub struct Access {
    /// `numbers.NAME.api_url`.
    pub api_url: String,
    /// `numbers.NAME.account_sid`.
    pub account_sid: String,
    /// `numbers.NAME.auth_token`.
    pub auth_token: SecretString,
}

impl Access {
    /// What the configuration of a number says.
    pub fn of(config: &Config) -> Self {
        let Config { api_url, account_sid, auth_token, .. } = config;
        Self {
            api_url: api_url.clone(),
            account_sid: account_sid.clone(),
            auth_token: auth_token.clone(),
        }
    }

    /// With what the configuration does not say.
    pub fn new(api_url: Option<String>, account_sid: String, auth_token: SecretString) -> Self {
        let api_url = api_url.unwrap_or_else(super::default_api_url);
        Self { api_url, account_sid, auth_token }
    }
}

/// Makes the calls, each once.
pub struct Manager {
    access: Access,
    http: reqwest::Client,
    clock: Clock,
}

#[derive(Deserialize)]
struct Page {
    senders: Vec<Sender>,
    #[serde(default)]
    meta: PageMeta,
}

#[derive(Default, Deserialize)]
#[serde(default)]
struct PageMeta {
    next_page_url: Option<String>,
}

impl Manager {
    /// Asks for this account through this client.
    pub fn new(access: Access, http: reqwest::Client, clock: Clock) -> Self {
        Self { access, http, clock }
    }

    /// How the account stands. A wrong SID or token is refused with code 20003.
    pub async fn account(&self) -> Result<Account, ManageError> {
        let Access { api_url, account_sid, .. } = &self.access;
        let path = ["2010-04-01", "Accounts", &format!("{account_sid}.json")];
        self.ask(self.call(Method::GET, endpoint(api_url, &path)?)).await
    }

    /// The WhatsApp senders of the account. The shared sandbox is none.
    pub async fn senders(&self) -> Result<Vec<Sender>, ManageError> {
        let mut url = self.senders_url(&[])?;
        url.query_pairs_mut().append_pair("Channel", "whatsapp").append_pair("PageSize", "100");
        let mut senders = Vec::new();
        for _ in 0..PAGES {
            let page: Page = self.ask(self.call(Method::GET, url.clone())).await?;
            senders.extend(page.senders);
            // Its host is not taken from the answer: the password goes there.
            let next = page.meta.next_page_url.as_deref().and_then(|next| Url::parse(next).ok());
            let Some(next) = next else { break };
            url.set_query(next.query());
        }
        Ok(senders)
    }

    /// Sends the webhooks of a sender there. What else is set on it stays.
    pub async fn set_webhook(&self, sender: &Sender, url: &str) -> Result<(), ManageError> {
        let webhook = Webhook {
            callback_url: Some(url.to_owned()),
            callback_method: Some("POST".into()),
            ..sender.webhook.clone()
        };
        let request = self.call(Method::POST, self.senders_url(&[&sender.sid])?);
        let changed: Result<Sender, _> =
            self.ask(request.json(&json!({ "webhook": webhook }))).await;
        changed.map(drop)
    }

    fn senders_url(&self, below: &[&str]) -> Result<Url, ManageError> {
        let path = [&["v2", "Channels", "Senders"], below].concat();
        Ok(endpoint(call::messaging(&self.access.api_url), &path)?)
    }

    fn call(&self, method: Method, url: Url) -> RequestBuilder {
        let Access { account_sid, auth_token, .. } = &self.access;
        self.http.request(method, url).basic_auth(account_sid, Some(auth_token.expose_secret()))
    }

    async fn ask<T: DeserializeOwned>(&self, request: RequestBuilder) -> Result<T, ManageError> {
        ask(&self.clock, request, |answer| refusal(answer, &self.access.auth_token)).await
    }
}

fn refusal(answer: &Answer, secret: &SecretString) -> Option<Refusal> {
    #[derive(Deserialize)]
    struct Refused {
        code: u32,
        #[serde(default)]
        message: String,
    }
    let Refused { code, message } = answer.read()?;
    let (status, message) = (answer.status.as_u16(), without(&[secret], &message));
    Some(Refusal { status, code, subcode: None, message })
}

/// The address with what Twilio itself reads of it: three more tries when it
/// can't connect, gets no answer in time, or a 5xx.
pub fn with_retries(url: &str) -> String {
    format!("{url}#rc=3&rp=ct,rt,5xx")
}
