//! The management half of the Graph API: what a token may do, which numbers
//! there are and how they stand, and where webhooks go.
//!
//! | call | here |
//! |---|---|
//! | `GET /debug_token` | [`Manager::token`] |
//! | `GET /app` | [`Manager::app`] |
//! | `GET /{waba}` | [`Manager::account`] |
//! | `GET /{waba}/phone_numbers` | [`Manager::phone_numbers`] |
//! | `GET /{phone_number_id}` | [`Manager::phone_number`] |
//! | `POST /{phone_number_id}/register` | [`Manager::register`] |
//! | `POST /{phone_number_id}` (`webhook_configuration`) | [`Manager::override_callback`] |
//! | `GET`, `POST /{waba}/subscribed_apps` | [`Manager::subscribed_apps`], [`Manager::subscribe_app`] |
//! | `GET`, `POST /{app}/subscriptions` | [`Manager::subscription`], [`Manager::subscribe`] |
//!
//! Sources: Meta's OpenAPI description of its business messaging API (v23.0)
//! for all that stands below a WABA or a number; the Graph API reference of
//! `debug_token` and of `app/subscriptions`; "Webhook overrides" of the
//! WhatsApp documentation (2026-06-28). None was tried against Meta itself.

mod seen;

use reqwest::{Method, RequestBuilder};
use secrecy::{ExposeSecret, SecretString};
use serde::Deserialize;
use serde::de::DeserializeOwned;
use serde_json::json;

use super::Config;
use crate::clock::Clock;
use crate::provider::exchange::{Answer, endpoint};
use crate::provider::manage::{ManageError, Refusal, ask, without};

pub use seen::{
    Account, App, Entity, Field, Granted, Health, HealthError, PhoneNumber, Routes, Subscription,
    Throughput, Token,
};

/// The object of all webhooks about WhatsApp.
const OBJECT: &str = "whatsapp_business_account";

/// What is asked of a number. Meta refuses the whole question for one field
/// that it does not know any more.
const FIELDS: &str = "id,display_phone_number,verified_name,status,quality_rating,platform_type,\
    code_verification_status,name_status,account_mode,messaging_limit_tier,throughput,\
    webhook_configuration,health_status";

/// What it always knows.
const LASTING_FIELDS: &str = "id,display_phone_number,verified_name,status,quality_rating,\
    platform_type,code_verification_status,webhook_configuration,health_status";

/// A field that is not there, among other things.
const INVALID_PARAMETER: u32 = 100;

/// Nobody has more numbers than stand on so many pages.
const PAGES: usize = 20;

/// Where the Graph API is, and who asks.
#[derive(Clone, Debug)]
pub struct Access {
    /// `numbers.NAME.graph_url`.
    pub graph_url: String,
    /// `numbers.NAME.api_version`.
    pub api_version: String,
    /// `numbers.NAME.access_token`.
    pub token: SecretString,
}

impl Access {
    /// What the configuration of a number says.
    pub fn of(config: &Config) -> Self {
        Self {
            graph_url: config.graph_url.clone(),
            api_version: config.api_version.clone(),
            token: config.access_token.clone(),
        }
    }

    /// With what the configuration does not say.
    pub fn new(graph_url: Option<String>, version: Option<String>, token: SecretString) -> Self {
        let graph_url = graph_url.unwrap_or_else(super::default_graph_url);
        let api_version = version.unwrap_or_else(super::default_api_version);
        Self { graph_url, api_version, token }
    }
}

/// What speaks for an app itself, not for somebody who uses it.
#[derive(Clone, Debug)]
pub struct AppKey {
    /// The app's id.
    pub id: String,
    /// Its secret.
    pub secret: SecretString,
}

impl AppKey {
    fn token(&self) -> SecretString {
        format!("{}|{}", self.id, self.secret.expose_secret()).into()
    }
}

/// Where webhooks are to go. Meta asks there before it agrees.
#[derive(Clone, Debug)]
pub struct Callback {
    /// The whole URL, with `/webhooks/meta`.
    pub url: String,
    /// What Meta shows when it asks.
    pub verify_token: SecretString,
}

/// Makes the calls, each once.
pub struct Manager {
    access: Access,
    http: reqwest::Client,
    clock: Clock,
}

#[derive(Deserialize)]
struct Data<T> {
    data: T,
}

#[derive(Deserialize)]
struct Page<T> {
    data: Vec<T>,
    #[serde(default)]
    paging: Paging,
}

#[derive(Default, Deserialize)]
#[serde(default)]
struct Paging {
    cursors: Cursors,
    next: Option<String>,
}

#[derive(Default, Deserialize)]
#[serde(default)]
struct Cursors {
    after: Option<String>,
}

/// That it was done is said by the status; what stands in the body differs.
#[derive(Deserialize)]
struct Done {}

impl Manager {
    /// Asks with this token through this client.
    pub fn new(access: Access, http: reqwest::Client, clock: Clock) -> Self {
        Self { access, http, clock }
    }

    /// What the token is and may do; it asks about itself. One that Meta does
    /// not know any more is refused with code 190.
    pub async fn token(&self) -> Result<Token, ManageError> {
        let own = self.access.token.expose_secret();
        let request = self.call(Method::GET, &["debug_token"])?.query(&[("input_token", own)]);
        self.ask::<Data<Token>>(request).await.map(|found| found.data)
    }

    /// The app that the token was made for.
    pub async fn app(&self) -> Result<App, ManageError> {
        self.ask(self.call(Method::GET, &["app"])?.query(&[("fields", "id,name")])).await
    }

    /// A WhatsApp Business Account (WABA), by its id.
    pub async fn account(&self, id: &str) -> Result<Account, ManageError> {
        let fields = "id,name,account_review_status,business_verification_status";
        self.ask(self.call(Method::GET, &[id])?.query(&[("fields", fields)])).await
    }

    /// The numbers of an account, in short.
    pub async fn phone_numbers(&self, account: &str) -> Result<Vec<PhoneNumber>, ManageError> {
        let fields = "id,display_phone_number,verified_name,status,quality_rating";
        let (mut numbers, mut after) = (Vec::new(), None);
        for _ in 0..PAGES {
            let request = self.call(Method::GET, &[account, "phone_numbers"])?;
            let request = request.query(&[("fields", fields), ("limit", "100")]);
            let request = request.query(&after.iter().map(|at| ("after", at)).collect::<Vec<_>>());
            let page: Page<PhoneNumber> = self.ask(request).await?;
            numbers.extend(page.data);
            after = page.paging.cursors.after.filter(|_| page.paging.next.is_some());
            if after.is_none() {
                break;
            }
        }
        Ok(numbers)
    }

    /// How a number stands, by its id.
    pub async fn phone_number(&self, id: &str) -> Result<PhoneNumber, ManageError> {
        match self.fields_of(id, FIELDS).await {
            Err(e) if e.code() == Some(INVALID_PARAMETER) => {
                self.fields_of(id, LASTING_FIELDS).await
            }
            found => found,
        }
    }

    async fn fields_of(&self, id: &str, fields: &str) -> Result<PhoneNumber, ManageError> {
        self.ask(self.call(Method::GET, &[id])?.query(&[("fields", fields)])).await
    }

    /// Makes a number one of the Cloud API. The PIN of six digits is set if it
    /// has none, and has to be right if it has one.
    pub async fn register(&self, id: &str, pin: &SecretString) -> Result<(), ManageError> {
        let body = json!({ "messaging_product": "whatsapp", "pin": pin.expose_secret() });
        let request = self.call(Method::POST, &[id, "register"])?.json(&body);
        self.do_it(request, &[pin]).await
    }

    /// Sends the webhooks of one number elsewhere than its app says.
    pub async fn override_callback(
        &self,
        id: &str,
        callback: &Callback,
    ) -> Result<(), ManageError> {
        let Callback { url, verify_token } = callback;
        let (uri, token) = (url, verify_token.expose_secret());
        let body = json!({
            "webhook_configuration": { "override_callback_uri": uri, "verify_token": token }
        });
        self.do_it(self.call(Method::POST, &[id])?.json(&body), &[verify_token]).await
    }

    /// The apps that get the webhooks of an account.
    pub async fn subscribed_apps(&self, account: &str) -> Result<Vec<App>, ManageError> {
        #[derive(Deserialize)]
        struct Subscribed {
            whatsapp_business_api_data: App,
        }
        let request = self.call(Method::GET, &[account, "subscribed_apps"])?;
        let apps = self.ask::<Data<Vec<Subscribed>>>(request).await?.data;
        Ok(apps.into_iter().map(|app| app.whatsapp_business_api_data).collect())
    }

    /// The token's own app gets the webhooks of an account, too.
    pub async fn subscribe_app(&self, account: &str) -> Result<(), ManageError> {
        self.do_it(self.call(Method::POST, &[account, "subscribed_apps"])?, &[]).await
    }

    /// Where an app's webhooks about WhatsApp go, and which; `None` = nowhere.
    pub async fn subscription(&self, app: &AppKey) -> Result<Option<Subscription>, ManageError> {
        let request = self.call_as(&app.token(), Method::GET, &[&app.id, "subscriptions"])?;
        let all = self.ask_hiding::<Data<Vec<Subscription>>>(request, &[&app.secret]).await?.data;
        Ok(all.into_iter().find(|subscription| subscription.object == OBJECT))
    }

    /// Sends an app's webhooks about WhatsApp there: these fields. Whether
    /// Meta adds to the fields that are on or replaces them is not documented,
    /// so name them all.
    pub async fn subscribe(
        &self,
        app: &AppKey,
        callback: &Callback,
        fields: &[&str],
    ) -> Result<(), ManageError> {
        let request = self.call_as(&app.token(), Method::POST, &[&app.id, "subscriptions"])?;
        let request = request.form(&[
            ("object", OBJECT),
            ("callback_url", &callback.url),
            ("verify_token", callback.verify_token.expose_secret()),
            ("fields", &fields.join(",")),
            ("include_values", "true"),
        ]);
        self.do_it(request, &[&app.secret, &callback.verify_token]).await
    }

    fn call(&self, method: Method, path: &[&str]) -> Result<RequestBuilder, ManageError> {
        self.call_as(&self.access.token, method, path)
    }

    fn call_as(
        &self,
        token: &SecretString,
        method: Method,
        path: &[&str],
    ) -> Result<RequestBuilder, ManageError> {
        let path = [&[self.access.api_version.as_str()], path].concat();
        let url = endpoint(&self.access.graph_url, &path)?;
        Ok(self.http.request(method, url).bearer_auth(token.expose_secret()))
    }

    async fn do_it(
        &self,
        request: RequestBuilder,
        secrets: &[&SecretString],
    ) -> Result<(), ManageError> {
        self.ask_hiding::<Done>(request, secrets).await.map(|Done {}| ())
    }

    async fn ask<T: DeserializeOwned>(&self, request: RequestBuilder) -> Result<T, ManageError> {
        self.ask_hiding(request, &[]).await
    }

    async fn ask_hiding<T: DeserializeOwned>(
        &self,
        request: RequestBuilder,
        secrets: &[&SecretString],
    ) -> Result<T, ManageError> {
        let secrets = [secrets, &[&self.access.token]].concat();
        ask(&self.clock, request, |answer| refusal(answer, &secrets)).await
    }
}

/// What Meta says to people, if it does; else what it says to programs.
fn refusal(answer: &Answer, secrets: &[&SecretString]) -> Option<Refusal> {
    #[derive(Deserialize)]
    struct Refused {
        error: seen::Error,
    }
    let Refused { error } = answer.read()?;
    let details = error.error_data.and_then(|data| data.details);
    let words = match (error.error_user_msg, details) {
        (Some(words), _) => words,
        (None, Some(details)) => format!("{}: {details}", error.message),
        (None, None) => error.message,
    };
    Some(Refusal {
        status: answer.status.as_u16(),
        code: error.code,
        subcode: error.error_subcode,
        message: without(secrets, &words),
    })
}
