//! Handing over: a person waits for a human, operators are told, and what they
//! answer goes to the person. Operators need nothing but their own WhatsApp.

mod cases;
mod command;
mod notice;
pub(super) mod operator;
#[cfg(test)]
mod tests;

use std::time::Duration;

use jiff::Timestamp;
use jiff::tz::TimeZone;

use super::context::Context;
use super::replies::{self, Replies, Wish};
use super::think::Thought;
use super::{Mind, policy};
use crate::domain::change::{Change, Saying, Subject};
use crate::domain::content::Template;
use crate::domain::conversation::{Conversation, Handoff, Mode};
use crate::domain::id::Number;
use crate::domain::message::{Message, Outgoing, Role};
use crate::domain::person::{Address, Phone, UserId};
use crate::domain::turn::{Finished, Turn};
use crate::provider::Limits;
use crate::tool::handoff::Request;
pub(super) use cases::Reads;

/// An operator's phone that is nobody's: what is made up names it until somebody
/// says whose it is.
pub const NOBODY: &str = "+15550190";

/// `[handoff]`.
#[derive(Clone, Debug, Default, serde::Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Config {
    /// The humans who answer: phone numbers (any variant of them) or user ids.
    pub operators: Vec<String>,
    /// When they do, as the person is told.
    pub hours: String,
    /// What the person can use meanwhile, as they are told.
    pub contact: String,
    /// What reaches an operator who has not written for 24 hours.
    pub template: Option<Template>,
}

/// Whether an entry of [`Config::operators`] can be written to.
pub fn can_be_told(entry: &str) -> bool {
    address(entry).is_some()
}

/// Whether one of these operators wrote this. In a group an operator is a
/// member like any other.
pub(super) fn is_operators(config: &Config, turn: &Turn) -> bool {
    policy::is_listed(&config.operators, turn)
}

/// Whether a human was promised in this conversation and still answers.
pub(super) fn is_with_a_human(conversation: &Conversation, now: Timestamp) -> bool {
    conversation.handoff.is_some() && !conversation.mode.assistant_answers(now)
}

impl Mind {
    /// Whether a message of the turn asks for a human, and for nothing else.
    pub(super) fn asks_for_a_human(&self, turn: &Turn) -> bool {
        turn.inbound.iter().any(|row| self.wants_a_human(row))
    }

    /// The person's own words: they are the reason, and what was said around
    /// them is what it is about.
    pub(super) fn own_request(&self, turn: &Turn, context: &Context) -> Request {
        let asked = turn.inbound.iter().rfind(|row| self.wants_a_human(row));
        let around = turn.inbound.iter().filter(|row| !self.wants_a_human(row));
        Request {
            reason: asked.map(|row| row.content.as_text()).unwrap_or_default(),
            summary: notice::last_words(context.history.iter().chain(around)),
        }
    }

    /// Operators are told, and the person who answers and when.
    pub(super) fn hand_over(
        &self,
        turn: &Turn,
        context: &Context,
        limits: Limits,
        now: Timestamp,
        request: &Request,
    ) -> Thought {
        let desk = self.desk(limits, now);
        let text = desk.promise(self.language(turn, context));
        Thought { text, changes: desk.hand_over(turn, request), choices: None }
    }

    /// Another program seems to answer: for a while the conversation is a
    /// human's, and whoever is there reads so.
    pub(super) fn leave_alone(
        &self,
        turn: &Turn,
        context: &Context,
        limits: Limits,
        now: Timestamp,
    ) -> Thought {
        let pause = Duration::from_secs(self.limits.loop_pause_s.into());
        let desk = Desk { pause, ..self.desk(limits, now) };
        let summary = notice::last_words(context.history.iter().chain(&turn.inbound));
        let request = Request { reason: self.loop_reason().to_owned(), summary };
        let text = desk.promise(self.language(turn, context));
        Thought { text, changes: desk.hand_over(turn, &request), choices: None }
    }

    /// Whether this is what [`Self::leave_alone`] does.
    pub(super) fn leaves_alone(&self, change: &Change) -> bool {
        matches!(change, Change::Handoff { reason, .. } if reason == self.loop_reason())
    }

    fn loop_reason(&self) -> &str {
        self.replies.line(&self.config.language, "operator_looping")
    }

    /// What the person can use until somebody answers, if there is anything.
    pub(super) fn contact(&self, language: &str) -> Option<String> {
        contact(&self.handoff, &self.replies, language)
    }

    /// What a human's own words bring with them, from wherever they are said:
    /// the assistant is silent for a while.
    pub fn taken_over_by_words(
        &self,
        conversation: &Conversation,
        limits: Limits,
        now: Timestamp,
    ) -> Vec<Change> {
        let desk = self.desk(limits, now);
        let until = desk.until_after_words(conversation);
        desk.take_over(&mut conversation.clone(), until)
    }

    /// A human takes over without a word, until then (`None` = until resumed).
    pub fn taken_over_until(
        &self,
        conversation: &Conversation,
        limits: Limits,
        now: Timestamp,
        until: Option<Timestamp>,
    ) -> Vec<Change> {
        self.desk(limits, now).take_over(&mut conversation.clone(), until)
    }

    /// Where it hands over.
    pub(super) fn desk(&self, limits: Limits, now: Timestamp) -> Desk<'_> {
        Desk {
            config: &self.handoff,
            replies: &self.replies,
            language: &self.config.language,
            zone: self.schedule.zone.clone(),
            pause: self.pause_after_human(),
            limits,
            now,
        }
    }

    fn wants_a_human(&self, row: &Message) -> bool {
        policy::wish(&self.replies, row) == Some(Wish::Person)
    }
}

/// What a business's operators are told, and what they say.
pub(super) struct Desk<'a> {
    pub config: &'a Config,
    pub replies: &'a Replies,
    /// The business's: operators are told in it.
    pub language: &'a str,
    /// The business's.
    pub zone: TimeZone,
    /// How long the assistant is silent.
    pub pause: Duration,
    pub limits: Limits,
    pub now: Timestamp,
}

impl Desk<'_> {
    /// What the person gets to know, in one line: who answers, and when.
    pub fn promise(&self, language: &str) -> String {
        let hours = self.config.hours.trim();
        let line = |name, words: &[_]| replies::filled(self.replies.line(language, name), words);
        let mut said = vec![line("handoff_promise", &[])];
        if !hours.is_empty() {
            said.push(line("handoff_hours", &[("hours", hours)]));
        }
        said.extend(contact(self.config, self.replies, language));
        said.join(" ")
    }

    /// The conversation is a human's now, and the operators know.
    pub fn hand_over(&self, turn: &Turn, request: &Request) -> Vec<Change> {
        let handoff = Change::Handoff { reason: request.reason.clone(), until: self.until() };
        let told = self.tell(turn, &notice::request(self, turn, request));
        std::iter::once(handoff).chain(told).collect()
    }

    /// What the person writes while a human answers goes to the operators, if
    /// they know of it.
    pub fn overhear(&self, turn: &Turn) -> Finished {
        if !is_with_a_human(&turn.conversation, self.now) || self.config.operators.is_empty() {
            return Finished::silent(policy::WITH_A_HUMAN);
        }
        let changes = self.tell(turn, &notice::words(self, turn));
        Finished { changes, ..Finished::silent("a human answers, and was told") }
    }

    /// A human answers, and hears what the person says: a hand-over that was
    /// over begins anew.
    fn take_over(&self, conversation: &mut Conversation, until: Option<Timestamp>) -> Vec<Change> {
        let reason = self.line("operator_reason", &[]);
        conversation.mode = Mode::Human { until };
        let mut changes = Vec::new();
        if conversation.handoff.is_none() {
            conversation.handoff = Some(Handoff { at: self.now, reason: reason.clone() });
            changes.push(Change::Handoff { reason, until: self.until() });
        }
        changes.push(Change::Pause { until });
        changes
    }

    /// How long the assistant is silent after a human's words: no shorter than
    /// it is already.
    fn until_after_words(&self, conversation: &Conversation) -> Option<Timestamp> {
        match conversation.mode {
            Mode::Human { until: None } => None,
            Mode::Human { until: Some(known) } => Some(self.until().max(known)),
            Mode::Assistant => Some(self.until()),
        }
    }

    /// To each operator, from the number that the person writes to.
    fn tell(&self, turn: &Turn, messages: &[Outgoing]) -> Vec<Change> {
        let number = &turn.conversation.number;
        let operators = self.config.operators.iter().filter_map(|entry| address(entry));
        operators.map(|operator| say_to(number, operator, messages)).collect()
    }

    fn until(&self) -> Timestamp {
        self.now.checked_add(self.pause).unwrap_or(Timestamp::MAX)
    }

    /// A line for operators.
    fn line(&self, name: &str, words: &[(&str, &str)]) -> String {
        replies::filled(self.replies.line(self.language, name), words)
    }
}

fn contact(config: &Config, replies: &Replies, language: &str) -> Option<String> {
    let contact = config.contact.trim();
    let line = replies.line(language, "handoff_contact");
    (!contact.is_empty()).then(|| replies::filled(line, &[("contact", contact)]))
}

fn address(entry: &str) -> Option<Address> {
    let entry = entry.trim();
    let phone = Phone::parse(entry.strip_prefix("whatsapp:").unwrap_or(entry));
    phone.map(Address::Phone).or_else(|| UserId::parse(entry).map(Address::UserId))
}

fn say_to(number: &Number, operator: Address, messages: &[Outgoing]) -> Change {
    let say = |message: &Outgoing| {
        let (role, message) = (Role::Assistant, message.clone());
        Change::Say(Box::new(Saying { role, message, key: None }))
    };
    let subject = Subject::Address(number.clone(), operator.into());
    Change::Also(Box::new(subject), messages.iter().map(say).collect())
}
