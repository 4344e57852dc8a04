//! A number of the Cloud API as the other side sees it: people write to it,
//! and Meta reports what became of the answers.

pub(super) mod api;
mod webhook;

use std::sync::Arc;

use secrecy::ExposeSecret;
use serde_json::{Value, json};

use super::gate::{Door, Fault};
use super::phones::{Bubble, Contact, Tick};
use super::{Answer, Desk, MetaAccount, Receipts, Sandbox, identifiers, keep, lock, post, signing};

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
        let answer = self.post_text(self.desk().account.app_secret.expose_secret(), text).await;
        self.sandbox.phones.answered(self.id(), &ids, answer.status);
        answer
    }

    /// The same under another key: a forgery, or a secret being rotated.
    pub async fn post_signed_with(&self, secret: &str, body: &Value) -> Answer {
        self.post_text(secret, signing::meta_json(body)).await
    }

    /// Posts these bytes with this signature header, or none.
    pub async fn post_raw(&self, signature: Option<&str>, body: impl Into<String>) -> Answer {
        let request = self.sandbox.http.post(self.webhook_url());
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
        post::post(&self.sandbox, self.sandbox.http.get(self.webhook_url()).query(&query)).await
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
    /// `failed`, with Meta's `errors` array if it failed.
    pub async fn send_status(&self, wamid: &str, status: &str, errors: Option<Value>) -> Answer {
        let known = self.sandbox.phones.change(|book| {
            let chat = book.with(self.id(), wamid)?;
            let bubble = chat.bubbles.iter().find(|bubble| bubble.id == wamid)?.clone();
            Some((chat.contact.clone(), bubble))
        });
        let at = self.sandbox.clock.now();
        let change = webhook::status(&self.desk().account, known, wamid, status, at, errors);
        let text = signing::meta_json(&webhook::envelope(vec![change]));
        let answer = self.post_text(self.desk().account.app_secret.expose_secret(), text).await;
        self.sandbox.phones.report(self.id(), wamid, status, answer.status);
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

    /// A door before the next send that has none.
    pub fn door(&self) -> Door {
        self.desk().gate.door()
    }

    /// Ends the waiting of the sends that hang.
    pub fn release(&self) {
        self.desk().gate.release();
    }

    pub(super) fn owner(&self, contact: Contact) -> Person {
        self.sandbox.phones.change(|book| book.introduce(self.id(), &contact));
        Person { number: self.clone(), contact }
    }

    fn desk(&self) -> &Desk<MetaAccount> {
        &self.sandbox.meta[self.index]
    }

    pub(super) fn id(&self) -> &str {
        &self.desk().account.phone_number_id
    }

    fn webhook_url(&self) -> String {
        self.sandbox.app_url("/webhooks/meta")
    }

    async fn post_text(&self, secret: &str, text: String) -> Answer {
        let signature = signing::meta(secret, text.as_bytes());
        self.post_raw(Some(&signature), text).await
    }

    /// Shows the body's messages on the phones of those who wrote them.
    fn note(&self, body: &Value) -> Vec<String> {
        let now = self.sandbox.clock.now();
        let messages = webhook::messages(body, self.id());
        self.sandbox.phones.change(|book| {
            for message in &messages {
                let bubble = message.bubble(now);
                if book.bubble(self.id(), &bubble.id).is_none() {
                    book.open(self.id(), &message.contact).show(bubble);
                }
            }
        });
        messages.into_iter().map(|message| message.id).collect()
    }
}

/// Someone with a phone, who writes to one number.
#[derive(Clone)]
pub struct Person {
    number: Number,
    contact: Contact,
}

impl Person {
    /// Writes a text; the answer is the app's to the webhook.
    pub async fn says(&self, text: &str) -> Answer {
        self.sends(self.message(text)).await
    }

    /// Writes a text as a reply to a message.
    pub async fn replies(&self, to: &str, text: &str) -> Answer {
        let mut message = self.message(text);
        message["context"] = json!({ "from": self.number.desk().account.display_number, "id": to });
        self.sends(message).await
    }

    /// Sends a message of any kind (an element of `messages`).
    pub async fn sends(&self, message: Value) -> Answer {
        self.number.post(&webhook::envelope(vec![self.change(vec![message])])).await
    }

    /// A text message, new id, the clock's time: an element of `messages`, to
    /// be changed and handed to `sends` or `change`.
    pub fn message(&self, text: &str) -> Value {
        self.any("text", json!({ "body": text }))
    }

    /// A message of any kind: `any("image", json!({ "id": "…", … }))`.
    pub fn any(&self, kind: &str, body: Value) -> Value {
        let id = identifiers::wamid(self.contact.address());
        webhook::message(&self.contact, id, self.number.sandbox.clock.now(), kind, body)
    }

    /// An element of `changes` with these messages of the person.
    pub fn change(&self, messages: Vec<Value>) -> Value {
        webhook::change(&self.number.desk().account, &self.contact, messages)
    }

    /// What the person has from the app, in order.
    pub fn inbox(&self) -> Vec<Bubble> {
        self.number.sandbox.phones.inbox(self.number.id(), &self.contact)
    }

    /// The words of the inbox.
    pub fn texts(&self) -> Vec<String> {
        self.inbox().into_iter().map(|bubble| bubble.text).collect()
    }

    /// The inbox, as soon as it holds this many messages.
    pub async fn receives(&self, count: usize) -> Vec<Bubble> {
        self.number.sandbox.phones.receives(self.number.id(), &self.contact, count).await
    }

    /// Reads a message of the app.
    pub async fn reads(&self, wamid: &str) -> Answer {
        self.number.send_status(wamid, "read", None).await
    }

    /// How far a message of the person came; `None` if it isn't on the phone.
    pub fn tick(&self, wamid: &str) -> Option<Tick> {
        self.number.sandbox.phones.tick(self.number.id(), wamid)
    }
}
