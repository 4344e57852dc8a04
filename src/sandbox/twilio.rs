//! A WhatsApp sender of Twilio as the other side sees it: people write to it,
//! and Twilio reports what became of the answers.

pub(super) mod api;
mod twiml;
pub(super) mod webhook;

use std::sync::Arc;

use secrecy::ExposeSecret;

use super::gate::{Door, Fault};
use super::phones::{Bubble, Contact, Tick};
use super::{
    Answer, Desk, Receipts, Sandbox, TwilioAccount, identifiers, keep, lock, post, signing,
};

/// The parameters of a webhook, in order.
pub type Form = Vec<(String, String)>;

/// A handle on one sender.
#[derive(Clone)]
pub struct Number {
    sandbox: Arc<Sandbox>,
    index: usize,
}

impl Number {
    pub(super) fn new(sandbox: &Arc<Sandbox>, index: usize) -> Self {
        Self { sandbox: sandbox.clone(), index }
    }

    /// Someone whose phone number shows (digits only).
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

    /// Signs the form and posts it to the app's webhook. A message of somebody
    /// who is known stands on their phone, too, and so does what the app says
    /// in its answer.
    pub async fn post(&self, form: &Form) -> Answer {
        keep(&mut lock(&self.desk().posted), webhook::encode(form));
        let id = self.note(form);
        let answer = self.post_form(self.token(), "/webhooks/twilio", form).await;
        self.sandbox.phones.answered(self.id(), id.as_slice(), answer.status);
        self.take_answer(form, &answer);
        answer
    }

    /// The same under another key: a forgery, or a token being rotated.
    pub async fn post_signed_with(&self, token: &str, form: &Form) -> Answer {
        self.post_form(token, "/webhooks/twilio", form).await
    }

    /// Posts these bytes with this signature header, or none.
    pub async fn post_raw(&self, signature: Option<&str>, body: impl Into<String>) -> Answer {
        let url = self.sandbox.public_url("/webhooks/twilio");
        self.post_text(signature, &url, body.into()).await
    }

    /// Posts the n-th webhook of `post` once more, counted from the oldest
    /// that is still logged.
    pub async fn replay(&self, n: usize) -> Answer {
        let text = lock(&self.desk().posted)[n].clone();
        self.post_form(self.token(), "/webhooks/twilio", &webhook::decode(text.as_bytes())).await
    }

    /// Posts the last webhook of `post` once more.
    pub async fn replay_last(&self) -> Answer {
        let count = lock(&self.desk().posted).len();
        self.replay(count - 1).await
    }

    /// Tells the app what became of a message, if it wanted to know: `sent`,
    /// `delivered`, `read`, `undelivered`, `failed`, with Twilio's code.
    pub async fn send_status(&self, sid: &str, status: &str, code: Option<u32>) -> Answer {
        let known = self.sandbox.phones.change(|book| book.bubble(self.id(), sid).cloned());
        let callback = known.as_ref().and_then(|bubble| bubble.raw["StatusCallback"].as_str());
        let Some((bubble, url)) = known.as_ref().zip(callback) else {
            self.sandbox.phones.report(self.id(), sid, status, 0);
            return Answer { status: 0, body: String::new() };
        };
        let to = bubble.raw["To"].as_str().unwrap_or_default();
        let form = webhook::status(&self.desk().account, to, sid, status, code);
        let answer = self.post_form_to(self.token(), url, &form).await;
        self.sandbox.phones.report(self.id(), sid, status, answer.status);
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

    fn desk(&self) -> &Desk<TwilioAccount> {
        &self.sandbox.twilio[self.index]
    }

    pub(super) fn id(&self) -> &str {
        &self.desk().account.from
    }

    fn token(&self) -> &str {
        self.desk().account.auth_token.expose_secret()
    }

    async fn post_form(&self, token: &str, path: &str, form: &Form) -> Answer {
        self.post_form_to(token, &self.sandbox.public_url(path), form).await
    }

    async fn post_form_to(&self, token: &str, url: &str, form: &Form) -> Answer {
        let signature = signing::twilio(token, url, form);
        self.post_text(Some(&signature), url, webhook::encode(form)).await
    }

    /// Signed is the public URL, called is the one where we reach the app.
    async fn post_text(&self, signature: Option<&str>, url: &str, body: String) -> Answer {
        let url = url.split('#').next().unwrap_or_default();
        let reachable = self.sandbox.reach(url).unwrap_or_default();
        let mut request = self
            .sandbox
            .http
            .post(reachable)
            .header("content-type", "application/x-www-form-urlencoded; charset=utf-8")
            .header("i-twilio-idempotency-token", identifiers::token())
            .body(body);
        if let Some(signature) = signature {
            request = request.header("x-twilio-signature", signature);
        }
        post::post(&self.sandbox, request).await
    }

    /// Shows the message on the phone of who wrote it.
    fn note(&self, form: &Form) -> Option<String> {
        let (contact, bubble) = webhook::noted(form, self.sandbox.clock.now())?;
        let id = bubble.id.clone();
        self.sandbox.phones.change(|book| {
            if book.bubble(self.id(), &id).is_none() {
                book.open(self.id(), &contact).show(bubble);
            }
        });
        Some(id)
    }

    /// Delivers the messages of a TwiML answer.
    fn take_answer(&self, form: &Form, answer: &Answer) {
        let Some((contact, _)) = webhook::noted(form, self.sandbox.clock.now()) else { return };
        if *answer != 200 {
            return;
        }
        for said in twiml::messages(&answer.body) {
            api::deliver(self, &contact, said.body, said.status_callback);
        }
    }
}

/// Someone with a phone, who writes to one sender.
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
        let mut form = self.message(text);
        let sender = self.number.desk().account.from.clone();
        form.push(("OriginalRepliedMessageSid".into(), to.to_owned()));
        form.push(("OriginalRepliedMessageSender".into(), sender));
        self.sends(form).await
    }

    /// Sends a message of any kind.
    pub async fn sends(&self, form: Form) -> Answer {
        self.number.post(&form).await
    }

    /// A text message under a new id, to be changed and handed to `sends`.
    pub fn message(&self, text: &str) -> Form {
        webhook::message(&self.number.desk().account, &self.contact, &identifiers::sid(), text)
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
    pub async fn reads(&self, sid: &str) -> Answer {
        self.number.send_status(sid, "read", None).await
    }

    /// How far a message of the person came; `None` if it isn't on the phone.
    pub fn tick(&self, sid: &str) -> Option<Tick> {
        self.number.sandbox.phones.tick(self.number.id(), sid)
    }
}
