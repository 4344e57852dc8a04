//! What was said: one row of a transcript.

use jiff::Timestamp;
use serde::{Deserialize, Serialize};

use super::content::{Content, Template};
use super::failure::Failure;
use super::id::{ConversationId, KeyId, Position, ProviderId};
use super::record::TurnRecord;
use super::terms::Packed;

/// Who said it.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Role {
    /// The person.
    Person,
    /// The assistant.
    Assistant,
    /// A human of the business.
    Business,
}

/// A message as it stands in the transcript.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Message {
    /// Its place in the conversation.
    pub position: Position,
    /// Who said it.
    pub role: Role,
    /// What was said.
    pub content: Content,
    /// When it was said, by the provider's clock for what came in.
    pub at: Timestamp,
    /// When it was stored.
    pub stored_at: Timestamp,
    /// The provider's id; for what goes out, known once it is sent.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub provider_id: Option<ProviderId>,
    /// What it quotes, forwards or answers to.
    #[serde(default, skip_serializing_if = "Attached::is_empty")]
    pub attached: Attached,
    /// What became of it.
    pub status: Status,
    /// Why it failed, or why it waits to be tried again.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub failure: Option<Failure>,
    /// The provider's id of a first send that failed after all, so that it
    /// went through the lane a second time.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub resent: Option<ProviderId>,
    /// What goes out instead if the window is closed by then.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub otherwise: Option<Template>,
    /// What the provider says that it costs.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub pricing: Option<Pricing>,
    /// How the person reacted to it: an emoji.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub reaction: Option<String>,
    /// Its size for the model, by the tokenizer.
    pub tokens: u32,
    /// What it can be found by.
    #[serde(default, skip_serializing_if = "Packed::is_empty")]
    pub terms: Packed,
    /// How the turn that made it (or that ended on it in silence) went.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub turn: Option<TurnRecord>,
}

/// A message to send.
#[derive(Clone, Debug, PartialEq)]
pub struct Outgoing {
    /// What it says.
    pub content: Content,
    /// The message it quotes.
    pub quotes: Option<ProviderId>,
    /// It says, for the first time, that an assistant writes here.
    pub introduces: bool,
    /// The conversation that an operator is told of.
    pub about: Option<ConversationId>,
    /// The same where there are several: the words go with the first of them
    /// who is forgotten.
    pub about_all: Vec<ConversationId>,
    /// What goes out instead if the window is closed.
    pub otherwise: Option<Template>,
}

impl Outgoing {
    /// Nothing but this.
    pub fn new(content: Content) -> Self {
        let about_all = Vec::new();
        Self { content, quotes: None, introduces: false, about: None, about_all, otherwise: None }
    }

    /// Nothing but words.
    pub fn text(text: impl Into<String>) -> Self {
        Self::new(Content::Text(text.into()))
    }
}

/// What surrounds a message.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
pub struct Attached {
    /// The message it quotes.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub quotes: Option<ProviderId>,
    /// The person forwarded it: the words are somebody else's.
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    pub forwarded: bool,
    /// Who spoke in a group chat.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub speaker: Option<String>,
    /// The advertisement it came from.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub referral: Option<Referral>,
    /// The product of a catalogue that the person asks about, by its id.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub product: Option<String>,
    /// It says, for the first time, that an assistant writes here.
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    pub introduces: bool,
    /// Another program of the business answers it.
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    pub answered_elsewhere: bool,
    /// The conversation that an operator is told of: whoever quotes this
    /// message and answers, answers there.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub about: Option<ConversationId>,
    /// It is about several people: a key that goes with each of them.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub sealed: Option<KeyId>,
}

impl Attached {
    /// Nothing surrounds it.
    pub fn is_empty(&self) -> bool {
        *self == Self::default()
    }
}

/// The advertisement or post a conversation began from.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
pub struct Referral {
    /// Where it points.
    pub url: Option<String>,
    /// Its headline.
    pub headline: Option<String>,
    /// Its text.
    pub body: Option<String>,
    /// The id of the click.
    pub click_id: Option<String>,
}

/// What became of a message.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Status {
    /// Came in.
    Received,
    /// Waits to go out.
    Queued,
    /// The provider has it.
    Sent,
    /// The person's phone has it.
    Delivered,
    /// The person has seen it.
    Read,
    /// The person has played it.
    Played,
    /// It will not arrive.
    Failed,
    /// Dropped before it was sent (a human answered, STOP, forget).
    Dropped,
}

impl Status {
    /// Whether news of `next` moves it there. Only forward, and what has
    /// reached the person can't have failed, whoever says so later.
    pub fn moves_to(self, next: Self) -> bool {
        match (self, next) {
            (Self::Failed | Self::Dropped, Self::Delivered | Self::Read | Self::Played) => true,
            (Self::Delivered | Self::Read | Self::Played, Self::Failed) => false,
            _ => next > self,
        }
    }
}

/// What a provider says that a message costs.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Pricing {
    /// Whether it is billed.
    pub billable: bool,
    /// The way of billing.
    pub model: String,
    /// Why it is free, if it is.
    pub kind: String,
    /// What kind of message it counts as.
    pub category: String,
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_status_moves_forward_and_what_arrived_has_not_failed() {
        use Status::{Delivered, Failed, Queued, Read, Sent};
        for (from, to) in [(Queued, Sent), (Sent, Read), (Sent, Failed), (Failed, Delivered)] {
            assert!(from.moves_to(to), "{from:?} to {to:?}");
            assert!(!to.moves_to(from) || from == Failed, "{to:?} to {from:?}");
        }
        for (from, to) in [(Read, Delivered), (Read, Failed), (Failed, Sent), (Sent, Sent)] {
            assert!(!from.moves_to(to), "{from:?} to {to:?}");
        }
    }
}
