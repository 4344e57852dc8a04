//! Someone with a phone, and what they do with it.

use jiff::Timestamp;
use serde_json::{Value, json};

use super::super::phones::{Bubble, Contact, Side, Tick};
use super::super::{Answer, identifiers};
use super::{Number, webhook};

/// Someone with a phone, who writes to one number.
#[derive(Clone)]
pub struct Person {
    pub(super) number: Number,
    pub(super) contact: Contact,
}

impl Person {
    pub(super) fn new(number: &Number, contact: Contact) -> Self {
        Self { number: number.clone(), contact }
    }

    /// Writes a text; the answer is the app's to the webhook.
    pub async fn says(&self, text: &str) -> Answer {
        self.sends(self.message(text)).await
    }

    /// Writes a text as a reply to a message.
    pub async fn replies(&self, to: &str, text: &str) -> Answer {
        self.sends(self.quoting(self.message(text), to)).await
    }

    /// Taps a button or a row of a list, by its id or its title. Status 0 if
    /// the message has no such choice.
    pub async fn taps(&self, wamid: &str, choice: &str) -> Answer {
        match self.tap(wamid, choice) {
            Some(message) => self.sends(message).await,
            None => Answer::none(),
        }
    }

    /// Puts an emoji on a message of either side; an empty one takes it off.
    pub async fn reacts(&self, wamid: &str, emoji: &str) -> Answer {
        self.sends(self.any("reaction", json!({ "message_id": wamid, "emoji": emoji }))).await
    }

    /// Changes the words of a message the person wrote.
    pub async fn edits(&self, wamid: &str, text: &str) -> Answer {
        let message = json!({ "type": "text", "text": { "body": text } });
        let body = json!({ "original_message_id": wamid, "message": message });
        self.sends(self.any("edit", body)).await
    }

    /// Takes back a message the person wrote.
    pub async fn revokes(&self, wamid: &str) -> Answer {
        self.sends(self.any("revoke", json!({ "original_message_id": wamid }))).await
    }

    /// Moves to another phone number (digits): Meta tells, and the chat moves
    /// along. The person under the new number.
    pub async fn changes_number(&self, phone: &str) -> (Answer, Self) {
        let old = self.contact.address();
        let body = format!("User {} changed from {old} to {phone}", self.contact.name);
        let system = json!({ "body": body, "wa_id": phone, "type": "user_changed_number" });
        let answer = self.system(system).await;
        (answer, self.becomes(Contact { phone: Some(phone.into()), ..self.contact.clone() }))
    }

    /// Gets another id (`US.1349…`): Meta tells. The person under the new one.
    pub async fn changes_user_id(&self, user_id: &str) -> (Answer, Self) {
        let old = self.contact.user_id.as_deref().unwrap_or_default();
        let system = json!({
            "body": format!("User {} changed from {old} to {user_id}", self.contact.name),
            "user_id": user_id,
            "previous_user_id": old,
            "type": "user_changed_user_id",
        });
        let answer = self.system(system).await;
        (answer, self.becomes(Contact { user_id: Some(user_id.into()), ..self.contact.clone() }))
    }

    /// The same, told by the field `user_id_update`, as partners forward it.
    pub async fn user_id_updated(&self, user_id: &str) -> (Answer, Self) {
        let value = webhook::user_id_update(
            &self.number.desk().account,
            &self.contact,
            user_id,
            self.number.sandbox.clock.now(),
        );
        let answer = self.number.field("user_id_update", value).await;
        (answer, self.becomes(Contact { user_id: Some(user_id.into()), ..self.contact.clone() }))
    }

    /// Something the network says about the person; there are no `contacts`.
    async fn system(&self, body: Value) -> Answer {
        let mut change = self.change(vec![self.any("system", body)]);
        if let Some(value) = change["value"].as_object_mut() {
            value.remove("contacts");
        }
        self.number.post(&webhook::envelope(vec![change])).await
    }

    fn becomes(&self, contact: Contact) -> Self {
        let account = self.number.id();
        self.number
            .sandbox
            .phones
            .change(|book| book.open(account, &self.contact).contact = contact.clone());
        Self { number: self.number.clone(), contact }
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

    /// A message of either side, by its id.
    pub fn bubble(&self, wamid: &str) -> Option<Bubble> {
        let number = &self.number;
        number.sandbox.phones.read(|book| book.find(number.id(), wamid).cloned())
    }

    /// Whether a message is the person's own.
    pub(super) fn wrote(&self, wamid: &str) -> bool {
        self.bubble(wamid).is_some_and(|bubble| bubble.side == Side::Person)
    }

    /// When the person saw typing dots begin.
    pub fn saw_typing(&self) -> Vec<Timestamp> {
        self.number.sandbox.phones.typed(self.number.id(), &self.contact)
    }
}
