//! What is set up at Meta: apps, tokens, accounts and numbers, as plain
//! values. A test plants a fault by setting one of them:
//! `number.set_up(|at| at.token.expires_at = 1_800_000_000)`.

use secrecy::ExposeSecret;

use super::super::MetaAccount;

const FIRST_APP: u64 = 300_000_000_000_001;
const FIRST_ACCOUNT: u64 = 200_000_000_000_001;
const BUSINESS: &str = "400000000000001";

/// All of it.
#[derive(Default)]
pub struct Setup {
    /// Apps.
    pub apps: Vec<App>,
    /// Tokens that Meta has given out.
    pub tokens: Vec<Token>,
    /// WhatsApp Business Accounts.
    pub accounts: Vec<Account>,
    /// Numbers, also such as nobody can write to.
    pub numbers: Vec<PhoneNumber>,
    /// So many times a callback's host is not known yet.
    pub unresolved: usize,
}

/// What belongs to one number, to look at and to change.
pub struct At<'a> {
    /// The app whose webhooks are meant.
    pub app: &'a mut App,
    /// The token that the number is managed with.
    pub token: &'a mut Token,
    /// The account that it belongs to.
    pub account: &'a mut Account,
    /// The number.
    pub number: &'a mut PhoneNumber,
}

/// An app.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct App {
    /// Its id.
    pub id: String,
    /// Signs its webhooks.
    pub secret: String,
    /// Its name.
    pub name: String,
    /// One that is not gets no webhooks of real people.
    pub published: bool,
    /// Where its webhooks go.
    pub callback: Option<Callback>,
    /// Meta calls it; one that failed too long it calls no more.
    pub active: bool,
    /// Which.
    pub fields: Vec<String>,
    /// Fields that it may not have.
    pub refused_fields: Vec<String>,
}

/// An address that answered for itself.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Callback {
    /// The whole URL.
    pub url: String,
    /// What it was asked with.
    pub verify_token: String,
}

/// A token.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Token {
    /// Itself.
    pub token: String,
    /// For which app it was made, by id.
    pub app: String,
    /// `SYSTEM_USER`, `USER`.
    pub kind: String,
    /// In Unix seconds; 0 = never.
    pub expires_at: i64,
    /// What it may do.
    pub scopes: Vec<String>,
    /// And where, by the accounts' ids.
    pub accounts: Vec<String>,
    /// It was not taken back.
    pub valid: bool,
}

/// A WhatsApp Business Account.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Account {
    /// Its id.
    pub id: String,
    /// Its name.
    pub name: String,
    /// The apps that get its webhooks, by id.
    pub subscribed: Vec<String>,
    /// Where its webhooks go instead.
    pub callback: Option<Callback>,
    /// `APPROVED`, `PENDING`, `REJECTED`.
    pub review: String,
    /// `verified`, `not_verified`.
    pub verification: String,
}

/// A number.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct PhoneNumber {
    /// The phone number **id**.
    pub id: String,
    /// The account it belongs to, by id.
    pub account: String,
    /// As people see it, digits only.
    pub display: String,
    /// The display name.
    pub verified_name: String,
    /// Whether it is one of the Cloud API's.
    pub registered: bool,
    /// What Meta has done to it, if anything: `BANNED`, `RESTRICTED` ...
    pub sanction: Option<&'static str>,
    /// Its PIN, if it has one.
    pub pin: Option<String>,
    /// What is done to it is done, and the answer gets lost.
    pub answers_lost: bool,
    /// Where its webhooks go instead.
    pub callback: Option<Callback>,
    /// `GREEN`, `YELLOW`, `RED`, `UNKNOWN`.
    pub quality: String,
    /// `TIER_250`, `TIER_1K` ...
    pub tier: String,
    /// `APPROVED`, `DECLINED`, `PENDING_REVIEW` ...
    pub name_status: String,
    /// `VERIFIED`, `NOT_VERIFIED`, `EXPIRED`.
    pub code_verification: String,
    /// `LIVE` or `SANDBOX`.
    pub mode: String,
    /// What has to be well for it to send.
    pub health: Vec<Entity>,
}

/// One of the things that have to be well.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Entity {
    /// `PHONE_NUMBER`, `WABA`, `BUSINESS`, `APP`.
    pub kind: &'static str,
    /// Its id.
    pub id: String,
    /// `AVAILABLE`, `LIMITED`, `BLOCKED`.
    pub can_send: &'static str,
    /// Why not.
    pub errors: Vec<HealthError>,
}

/// What is wrong with it, in Meta's words.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct HealthError {
    /// Meta's code.
    pub code: u32,
    /// What is wrong.
    pub description: &'static str,
    /// Meta's remedy.
    pub solution: &'static str,
}

impl HealthError {
    /// The account has no payment method that works.
    pub const PAYMENT: Self = Self {
        code: 141_006,
        description: "There is an error with the payment method.",
        solution: "There was an error with your payment method. Please add a new payment method \
                   to the account.",
    };
    /// The account is banned.
    pub const BANNED: Self = Self {
        code: 141_014,
        description: "The WABA is banned.",
        solution: "Please visit Business Support Home for more details on how to appeal the ban.",
    };
    /// The business is not verified.
    pub const UNVERIFIED: Self = Self {
        code: 141_010,
        description: "The Business has not passed business verification.",
        solution: "Visit business settings and start or resolve the business verification request.",
    };
}

impl PhoneNumber {
    /// One that is registered and well.
    pub fn new(id: &str, account: &str, display: &str, app: &str) -> Self {
        let entity = |kind, id: &str| Entity {
            kind,
            id: id.to_owned(),
            can_send: "AVAILABLE",
            errors: Vec::new(),
        };
        Self {
            id: id.into(),
            account: account.into(),
            display: display.trim_start_matches('+').into(),
            verified_name: "Olifant's Shop".into(),
            registered: true,
            sanction: None,
            pin: None,
            answers_lost: false,
            callback: None,
            quality: "GREEN".into(),
            tier: "TIER_1K".into(),
            name_status: "APPROVED".into(),
            code_verification: "VERIFIED".into(),
            mode: "LIVE".into(),
            health: vec![
                entity("PHONE_NUMBER", id),
                entity("WABA", account),
                entity("BUSINESS", BUSINESS),
                entity("APP", app),
            ],
        }
    }

    /// One of the things that have to be well is `BLOCKED` or `LIMITED`.
    pub fn ails(&mut self, kind: &str, can_send: &'static str, error: HealthError) {
        for entity in self.health.iter_mut().filter(|entity| entity.kind == kind) {
            entity.can_send = can_send;
            entity.errors.push(error);
        }
    }

    /// What the worst of them says.
    pub fn can_send(&self) -> &'static str {
        let has = |word: &str| self.health.iter().any(|entity| entity.can_send == word);
        ["BLOCKED", "LIMITED"].into_iter().find(|word| has(word)).unwrap_or("AVAILABLE")
    }
}

/// Where a webhook goes.
#[derive(Debug, PartialEq, Eq)]
pub(super) enum Route {
    /// Nobody has set anything up: where the app listens.
    Unset,
    /// Nowhere: something is set up that keeps it back.
    Nowhere,
    /// There.
    To(String),
}

impl At<'_> {
    /// All is as `olifant connect` leaves it.
    pub fn connect(&mut self, url: &str, verify_token: &str) {
        self.app.callback =
            Some(Callback { url: url.to_owned(), verify_token: verify_token.to_owned() });
        self.app.fields = vec!["messages".into(), "account_update".into()];
        self.account.subscribed = vec![self.app.id.clone()];
        self.number.registered = true;
    }

    /// Where the webhooks of this field go.
    pub(super) fn route(&self, field: &str) -> Route {
        let of_number = self.number.callback.as_ref().or(self.account.callback.as_ref());
        let Some(callback) = of_number.or(self.app.callback.as_ref()) else { return Route::Unset };
        let subscribed = self.account.subscribed.contains(&self.app.id);
        let wanted = self.app.fields.iter().any(|own| own == field);
        match subscribed && wanted && self.app.published {
            true => Route::To(callback.url.clone()),
            false => Route::Nowhere,
        }
    }
}

impl Setup {
    /// Everything works, and nobody has set up where webhooks go: an app for
    /// each secret, an account for each app.
    pub(in crate::sandbox) fn of(numbers: &[MetaAccount]) -> Self {
        let mut setup = Self::default();
        for number in numbers {
            setup.add(number);
        }
        setup
    }

    fn add(&mut self, number: &MetaAccount) {
        let secret = number.app_secret.expose_secret();
        let app = self.apps.iter().position(|app| app.secret == secret).unwrap_or_else(|| {
            let nth = self.apps.len() as u64;
            self.apps.push(app(FIRST_APP + nth, secret));
            self.accounts.push(account(FIRST_ACCOUNT + nth));
            self.apps.len() - 1
        });
        let (app, account) = (self.apps[app].id.clone(), self.accounts[app].id.clone());
        let display = number.display_number.as_str();
        self.numbers.push(PhoneNumber::new(&number.phone_number_id, &account, display, &app));
        let given = number.access_token.expose_secret();
        match self.tokens.iter_mut().find(|token| token.token == given) {
            Some(token) => token.accounts.push(account),
            None => self.tokens.push(token(given, app, account)),
        }
    }

    /// What belongs to a number; `None` = it is not set up.
    pub(super) fn at(&mut self, number: &MetaAccount) -> Option<At<'_>> {
        let own = &number.phone_number_id;
        let (secret, given) = (&number.app_secret, &number.access_token);
        let number = self.numbers.iter_mut().find(|number| number.id == *own)?;
        Some(At {
            app: self.apps.iter_mut().find(|app| app.secret == secret.expose_secret())?,
            token: self.tokens.iter_mut().find(|token| token.token == given.expose_secret())?,
            account: self.accounts.iter_mut().find(|account| account.id == number.account)?,
            number,
        })
    }
}

fn app(id: u64, secret: &str) -> App {
    App {
        id: id.to_string(),
        secret: secret.to_owned(),
        name: "Olifant's App".into(),
        published: true,
        callback: None,
        fields: Vec::new(),
        refused_fields: Vec::new(),
        active: true,
    }
}

fn account(id: u64) -> Account {
    Account {
        id: id.to_string(),
        name: "Olifant's Shop".into(),
        subscribed: Vec::new(),
        callback: None,
        review: "APPROVED".into(),
        verification: "verified".into(),
    }
}

fn token(token: &str, app: String, account: String) -> Token {
    let scopes = ["whatsapp_business_management", "whatsapp_business_messaging"];
    Token {
        token: token.to_owned(),
        app,
        kind: "SYSTEM_USER".into(),
        expires_at: 0,
        scopes: scopes.map(str::to_owned).to_vec(),
        accounts: vec![account],
        valid: true,
    }
}
