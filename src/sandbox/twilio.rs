//! A WhatsApp sender of Twilio as the other side sees it: people write to it,
//! and Twilio reports what became of the answers.

pub(super) mod api;
mod kinds;
mod person;
pub mod setup;
mod twiml;
pub(super) mod webhook;

use std::sync::Arc;

use secrecy::ExposeSecret;

use super::gate::{Course, Door, Fault, Switches, Window};
use super::phones::{Contact, Report};
use super::post::UnderWay;
use super::{
    Answer, Desk, Receipts, Sandbox, TwilioAccount, identifiers, keep, lock, post, signing,
};

use setup::At;

pub use person::Person;
pub use webhook::field;

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
        let answer = self.post_form(self.token(), form).await;
        self.sandbox.phones.answered(self.id(), id.as_slice(), answer.status);
        self.take_answer(form, &answer);
        answer
    }

    /// The same under another key: a forgery, or a token being rotated.
    pub async fn post_signed_with(&self, token: &str, form: &Form) -> Answer {
        self.post_form(token, form).await
    }

    /// Posts these bytes with this signature header, or none.
    pub async fn post_raw(&self, signature: Option<&str>, body: impl Into<String>) -> Answer {
        self.post_text(signature, &self.webhook_url(), body.into()).await
    }

    /// Posts the n-th webhook of `post` once more, counted from the oldest
    /// that is still logged.
    pub async fn replay(&self, n: usize) -> Answer {
        let text = lock(&self.desk().posted)[n].clone();
        self.post_form(self.token(), &webhook::decode(text.as_bytes())).await
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
            self.note_report(sid, status, 0, code);
            return Answer::none();
        };
        let to = bubble.raw["To"].as_str().unwrap_or_default();
        let form = webhook::status(&self.desk().account, to, sid, status, code);
        let answer = self.post_form_to(self.token(), url, &form).await;
        self.note_report(sid, status, answer.status, code);
        answer
    }

    fn note_report(&self, sid: &str, status: &str, answer: u16, code: Option<u32>) {
        let report = Report { status: status.to_owned(), answer, code };
        self.sandbox.phones.report(self.id(), sid, report);
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
            for (sid, course) in late {
                number.tell_course(&sid, course).await;
            }
        });
    }

    /// What becomes of a free message after the window closed.
    pub fn window(&self, window: Window) {
        self.desk().gate.set_window(window);
    }

    /// Reports what becomes of a message, if that comes by itself, now or later.
    fn report(&self, sid: &str, course: Course, under_way: UnderWay) {
        let desk = self.desk();
        if !desk.reports_by_itself() || desk.gate.keeps_back(sid, course) {
            return;
        }
        let (number, sid) = (self.clone(), sid.to_owned());
        tokio::spawn(async move {
            let _under_way = under_way;
            number.tell_course(&sid, course).await;
        });
    }

    async fn tell_course(&self, sid: &str, course: Course) {
        for (status, code) in course.statuses() {
            self.send_status(sid, status, code).await;
        }
    }

    pub(super) fn owner(&self, contact: Contact) -> Person {
        self.sandbox.phones.change(|book| book.introduce(self.id(), &contact));
        Person::new(self, contact)
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

    /// What is set up at Twilio for this sender, to look at and to change.
    pub fn set_up<T>(&self, change: impl FnOnce(&mut At<'_>) -> T) -> T {
        let mut setup = lock(&self.sandbox.set_up_at_twilio);
        let mut at = setup.at(&self.desk().account).expect("each sender of the options is set up");
        change(&mut at)
    }

    /// All is as `olifant connect` leaves it, with the app's own address.
    pub fn connect(&self) {
        let url = self.sandbox.public_url("/webhooks/twilio");
        self.set_up(|at| at.sender.callback = Some(format!("{url}#rc=3&rp=ct,rt,5xx")));
    }

    /// Where webhooks go: what is set on the sender, or where the app listens.
    fn webhook_url(&self) -> String {
        let set = self.set_up(|at| at.sender.callback.clone());
        set.unwrap_or_else(|| self.sandbox.public_url("/webhooks/twilio"))
    }

    async fn post_form(&self, token: &str, form: &Form) -> Answer {
        self.post_form_to(token, &self.webhook_url(), form).await
    }

    async fn post_form_to(&self, token: &str, url: &str, form: &Form) -> Answer {
        let signature = signing::twilio(token, url, form);
        self.post_text(Some(&signature), url, webhook::encode(form)).await
    }

    /// Signed is the public URL, called is the one where we reach the app.
    async fn post_text(&self, signature: Option<&str>, url: &str, body: String) -> Answer {
        let url = url.split('#').next().unwrap_or_default();
        let reachable = self.sandbox.callable(url).unwrap_or_default();
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
            let known = book.bubble(self.id(), &id).is_some();
            let chat = book.open(self.id(), &contact);
            chat.hear(bubble.at);
            if !known {
                chat.show(bubble);
            }
        });
        Some(id)
    }

    /// Delivers the messages of a TwiML answer.
    fn take_answer(&self, form: &Form, answer: &Answer) {
        let Some((contact, _)) = webhook::noted(form, self.sandbox.clock.now()) else { return };
        // Anything that isn't said to be XML is an error in Twilio's debugger.
        let kind = answer.content_type.as_deref().unwrap_or_default();
        let is_xml = kind.starts_with("text/xml") || kind.starts_with("application/xml");
        if *answer != 200 || !is_xml {
            return;
        }
        for said in twiml::messages(&answer.body) {
            api::deliver(self, &contact, said);
        }
    }
}
