//! A number of the Cloud API as the other side sees it: people write to it,
//! and Meta reports what became of the answers.

pub(super) mod api;
mod business;
mod kinds;
mod noted;
mod person;
pub mod setup;
mod webhook;

use std::sync::Arc;

use secrecy::ExposeSecret;
use serde_json::Value;

use super::gate::{Course, Door, Fault, Switches, Window};
use super::phones::{Contact, Report};
use super::post::UnderWay;
use super::{Answer, Desk, MetaAccount, Receipts, Sandbox, keep, lock, post, signing};
use setup::{At, Route, Setup};

pub use business::Pricing;
pub use person::Person;

/// The field of nearly all webhooks.
const MESSAGES: &str = "messages";

/// A handle on one number.
#[derive(Clone)]
pub struct Number {
    sandbox: Arc<Sandbox>,
    index: usize,
}

impl Number {
    pub(super) fn new(sandbox: &Arc<Sandbox>, index: usize) -> Self {
        Self { sandbox: sandbox.clone(), index }
    }

    /// Someone whose phone number shows (digits only), as before 2026.
    pub fn person(&self, name: &str, phone: &str) -> Person {
        self.owner(Contact::new(name, Some(phone), None))
    }

    /// Someone who hides the number: only the id (`US.1349…`) shows.
    pub fn hidden_person(&self, name: &str, user_id: &str) -> Person {
        self.owner(Contact::new(name, None, Some(user_id)))
    }

    /// Someone whose number and id both show.
    pub fn person_with_id(&self, name: &str, phone: &str, user_id: &str) -> Person {
        self.owner(Contact::new(name, Some(phone), Some(user_id)))
    }

    /// Signs the body and posts it to the app's webhook. The messages of
    /// people who are known stand on their phones, too.
    pub async fn post(&self, body: &Value) -> Answer {
        let text = signing::meta_json(body);
        keep(&mut lock(&self.desk().posted), text.clone());
        let ids = self.note(body);
        let answer = self.post_wanted(body, text).await;
        self.sandbox.phones.answered(self.id(), &ids, answer.status);
        answer
    }

    /// The same under another key: a forgery, or a secret being rotated.
    pub async fn post_signed_with(&self, secret: &str, body: &Value) -> Answer {
        self.post_text(secret, signing::meta_json(body)).await
    }

    /// Posts these bytes with this signature header, or none.
    pub async fn post_raw(&self, signature: Option<&str>, body: impl Into<String>) -> Answer {
        let Some(url) = self.webhook_url(MESSAGES) else { return Answer::none() };
        let request = self.sandbox.http.post(url);
        let mut request = request.header("content-type", "application/json").body(body.into());
        if let Some(signature) = signature {
            request = request.header("x-hub-signature-256", signature);
        }
        post::post(&self.sandbox, request).await
    }

    /// Asks the app to prove that the webhook's address is its own; it answers
    /// with the challenge.
    pub async fn handshake(&self, challenge: &str) -> Answer {
        let token = self.desk().account.verify_token.expose_secret().to_owned();
        self.handshake_with(&token, challenge).await
    }

    /// The same with another token.
    pub async fn handshake_with(&self, verify_token: &str, challenge: &str) -> Answer {
        let query = [
            ("hub.mode", "subscribe"),
            ("hub.challenge", challenge),
            ("hub.verify_token", verify_token),
        ];
        let Some(url) = self.webhook_url(MESSAGES) else { return Answer::none() };
        post::post(&self.sandbox, self.sandbox.http.get(url).query(&query)).await
    }

    /// Posts the n-th webhook of `post` once more, byte by byte, counted from
    /// the oldest that is still logged.
    pub async fn replay(&self, n: usize) -> Answer {
        let text = lock(&self.desk().posted)[n].clone();
        self.post_text(self.desk().account.app_secret.expose_secret(), text).await
    }

    /// Posts the last webhook of `post` once more.
    pub async fn replay_last(&self) -> Answer {
        let count = lock(&self.desk().posted).len();
        self.replay(count - 1).await
    }

    /// Several changes (`Person::change`) as one body.
    pub fn envelope(&self, changes: Vec<Value>) -> Value {
        webhook::envelope(changes)
    }

    /// Tells the app what became of a message: `sent`, `delivered`, `read`,
    /// `played`, `failed`, with Meta's `errors` array if it failed.
    pub async fn send_status(&self, wamid: &str, status: &str, errors: Option<Value>) -> Answer {
        self.tell(wamid, status, errors, Pricing::Service).await
    }

    async fn tell(
        &self,
        wamid: &str,
        status: &str,
        errors: Option<Value>,
        pricing: Pricing,
    ) -> Answer {
        let known = self.sandbox.phones.change(|book| {
            let chat = book.with(self.id(), wamid)?;
            let bubble = chat.bubbles.iter().find(|bubble| bubble.id == wamid)?.clone();
            Some((chat.contact.clone(), bubble))
        });
        let at = self.sandbox.clock.now();
        let code = errors.as_ref().and_then(|errors| errors[0]["code"].as_u64()?.try_into().ok());
        let outcome = webhook::Outcome { status, errors, pricing, at };
        let change = webhook::status(&self.desk().account, known, wamid, outcome);
        let text = signing::meta_json(&webhook::envelope(vec![change]));
        let answer = self.post_text(self.desk().account.app_secret.expose_secret(), text).await;
        let report = Report { status: status.to_owned(), answer: answer.status, code };
        self.sandbox.phones.report(self.id(), wamid, report);
        answer
    }

    /// Whether receipts come by themselves.
    pub fn receipts(&self, receipts: Receipts) {
        *lock(&self.desk().receipts) = receipts;
    }

    /// Queues a fault: each send that arrives takes one.
    pub fn fault(&self, fault: Fault) {
        self.desk().gate.fault(fault);
    }

    /// The same for uploads.
    pub fn upload_fault(&self, fault: Fault) {
        self.desk().uploads.fault(fault);
    }

    /// A door before the next send that has none.
    pub fn door(&self) -> Door {
        self.desk().gate.door()
    }

    /// Ends the waiting of the sends and uploads that hang.
    pub fn release(&self) {
        self.desk().gate.release();
        self.desk().uploads.release();
    }

    /// What is switched on.
    pub fn switches(&self) -> Switches {
        self.desk().gate.switches()
    }

    /// Puts the switches. Receipts that waited come when theirs is off.
    pub fn switch(&self, switches: Switches) {
        let late = self.desk().gate.switch(switches);
        if late.is_empty() {
            return;
        }
        let (number, under_way) = (self.clone(), UnderWay::new(&self.sandbox));
        tokio::spawn(async move {
            let _under_way = under_way;
            for (id, course) in late {
                number.tell_course(&id, course).await;
            }
        });
    }

    /// What becomes of a free message after the window closed.
    pub fn window(&self, window: Window) {
        self.desk().gate.set_window(window);
    }

    /// Reports what becomes of a message, if that comes by itself, now or later.
    fn report(&self, id: &str, course: Course, under_way: UnderWay) {
        let desk = self.desk();
        if !desk.reports_by_itself() || desk.gate.keeps_back(id, course) {
            return;
        }
        let (number, id) = (self.clone(), id.to_owned());
        tokio::spawn(async move {
            let _under_way = under_way;
            number.tell_course(&id, course).await;
        });
    }

    async fn tell_course(&self, id: &str, course: Course) {
        for (status, code) in course.statuses() {
            self.send_status(id, status, code.map(webhook::errors)).await;
        }
    }

    pub(super) fn owner(&self, contact: Contact) -> Person {
        self.sandbox.phones.change(|book| book.introduce(self.id(), &contact));
        Person::new(self, contact)
    }

    fn desk(&self) -> &Desk<MetaAccount> {
        &self.sandbox.meta[self.index]
    }

    pub(super) fn id(&self) -> &str {
        &self.desk().account.phone_number_id
    }

    /// What is set up at Meta for this number, to look at and to change.
    pub fn set_up<T>(&self, change: impl FnOnce(&mut At<'_>) -> T) -> T {
        let mut setup = lock(&self.sandbox.set_up_at_meta);
        let mut at = setup.at(&self.desk().account).expect("each number of the options is set up");
        change(&mut at)
    }

    /// Everything that is set up at Meta, such as numbers that nobody can
    /// write to.
    pub fn set_up_all<T>(&self, change: impl FnOnce(&mut Setup) -> T) -> T {
        change(&mut lock(&self.sandbox.set_up_at_meta))
    }

    /// All is as `olifant connect` leaves it, with the app's own address.
    pub fn connect(&self) {
        let url = self.sandbox.public_url("/webhooks/meta");
        let token = self.desk().account.verify_token.expose_secret();
        self.set_up(|at| at.connect(&url, token));
    }

    /// Where webhooks of this field go, as we reach it; `None` = nowhere.
    fn webhook_url(&self, field: &str) -> Option<String> {
        match self.set_up(|at| at.route(field)) {
            Route::Unset => Some(self.sandbox.app_url("/webhooks/meta")),
            Route::Nowhere => None,
            Route::To(url) => self.sandbox.callable(&url),
        }
    }

    /// Only if somebody has subscribed to what is in it.
    async fn post_wanted(&self, body: &Value, text: String) -> Answer {
        let field = body["entry"][0]["changes"][0]["field"].as_str().unwrap_or(MESSAGES);
        match self.webhook_url(field) {
            Some(_) => self.post_text(self.desk().account.app_secret.expose_secret(), text).await,
            None => Answer::none(),
        }
    }

    async fn post_text(&self, secret: &str, text: String) -> Answer {
        let signature = signing::meta(secret, text.as_bytes());
        self.post_raw(Some(&signature), text).await
    }

    /// Shows the body's messages on the phones of those who wrote them.
    fn note(&self, body: &Value) -> Vec<String> {
        let now = self.sandbox.clock.now();
        let messages = noted::messages(body, self.id());
        self.sandbox.phones.change(|book| {
            messages.iter().for_each(|message| message.enter(book, self.id(), now));
        });
        messages.into_iter().map(|message| message.id).collect()
    }
}
