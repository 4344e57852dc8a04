//! What was said: one row of a transcript.

use std::fmt::Write as _;

use jiff::Timestamp;
use serde::{Deserialize, Serialize};

use super::failure::Failure;
use super::id::{ConversationId, Position, ProviderId};
use super::record::TurnRecord;

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
    /// Why it failed.
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
    /// How the turn that made it (or that ended on it in silence) went.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub turn: Option<TurnRecord>,
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
    /// Another program of the business answers it.
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    pub answered_elsewhere: bool,
    /// The conversation that an operator is told of: whoever quotes this
    /// message and answers, answers there.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub about: Option<ConversationId>,
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

/// The kinds of things people send, and what we send back.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Content {
    /// Words.
    Text(String),
    /// A picture, a recording, a film, a file.
    Media(Media),
    /// A place.
    Location {
        /// Degrees north.
        latitude: f64,
        /// Degrees east.
        longitude: f64,
        /// What it is called, and its address.
        name: Option<String>,
    },
    /// Contact cards.
    Contacts(Vec<Contact>),
    /// A tap on a button or a list row.
    Choice {
        /// The id we gave it.
        id: String,
        /// What the person saw.
        title: String,
    },
    /// A filled-in form.
    Form {
        /// Its name.
        name: String,
        /// The answers, as the provider's JSON text.
        answers: String,
    },
    /// An order from a catalogue.
    Order {
        /// The person's words with it.
        text: String,
        /// `quantity × product` each.
        items: Vec<String>,
    },
    /// Something to choose from.
    Choices(Choices),
    /// Words with one link, shown as a button.
    Link {
        /// The words.
        text: String,
        /// What stands on the button.
        title: String,
        /// Where it leads.
        url: String,
    },
    /// These words ask for a place; the answer is a [`Content::Location`].
    LocationRequest(String),
    /// An emoji on a message of the person; empty takes it back.
    Reaction {
        /// Which message.
        to: ProviderId,
        /// The emoji.
        emoji: String,
    },
    /// A text that the provider has approved beforehand: the only kind that
    /// reaches a person whose window is closed.
    Template(Template),
    /// Something that we can't read, by the provider's name for it.
    Unsupported(String),
    /// The person took it back; its words are gone.
    Revoked,
}

/// Words and what can be chosen. Where a provider has no buttons, the options
/// are numbered in the text.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Choices {
    /// The words above the options.
    pub text: String,
    /// At least one, all ids and titles different.
    pub options: Vec<Choice>,
}

/// One option.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Choice {
    /// What comes back.
    pub id: String,
    /// What the person sees.
    pub title: String,
    /// More about it.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub description: Option<String>,
}

impl Choices {
    /// The option that somebody means who writes its number, its title or its
    /// id, and nothing else.
    pub fn meant(&self, said: &str) -> Option<&Choice> {
        let bare = said.trim().trim_end_matches(['.', ')', '!']).trim();
        let number: Option<usize> = bare.parse().ok();
        let numbered = number.and_then(|number| self.options.get(number.checked_sub(1)?));
        let named = |option: &&Choice| {
            option.title.trim().to_lowercase() == bare.to_lowercase() || option.id == bare
        };
        self.options.iter().find(named).or(numbered)
    }

    fn as_text(&self) -> String {
        let lines =
            (1..).zip(&self.options).map(
                |(n, Choice { title, description, .. })| match description {
                    Some(more) => format!("{n}. {title} ({more})"),
                    None => format!("{n}. {title}"),
                },
            );
        let lines: Vec<String> = lines.collect();
        format!("{}\n\n{}", self.text, lines.join("\n")).trim().to_owned()
    }
}

/// A template and what fills it.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct Template {
    /// How the provider calls it.
    pub name: String,
    /// Its language (`pt_BR`), where the provider asks for one.
    pub language: String,
    /// What stands for `{{1}}`, `{{2}}` … in its text.
    pub variables: Vec<String>,
    /// The provider's own form of all parameters, for what `variables` can't
    /// say; used instead of them.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub components: Option<serde_json::Value>,
}

/// The longest variable of a template, in characters.
const VARIABLE: usize = 900;

impl Template {
    /// With these words for `{name}` in its variables, each in one line and
    /// not longer than providers take.
    pub fn filled(&self, words: &[(&str, &str)]) -> Self {
        let fill = |variable: &String| {
            let put = |text: String, (name, word): &(&str, &str)| {
                text.replace(&format!("{{{name}}}"), word)
            };
            shortened(&words.iter().fold(variable.clone(), put))
        };
        Self { variables: self.variables.iter().map(fill).collect(), ..self.clone() }
    }

    fn as_text(&self) -> String {
        format!("[template {}] {}", self.name, self.variables.join(" | ")).trim().to_owned()
    }
}

fn shortened(text: &str) -> String {
    let line = text.split_whitespace().collect::<Vec<_>>().join(" ");
    match line.char_indices().nth(VARIABLE) {
        Some((end, _)) => format!("{}…", &line[..end]),
        None => line,
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

/// A file that stays with the provider; only the reference is kept.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Media {
    /// What it is.
    pub kind: MediaKind,
    /// The provider's id or URL for fetching it.
    pub reference: String,
    /// Its type, as the provider says.
    pub mime: String,
    /// The words with it.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub caption: Option<String>,
    /// The sender's name for it: untrusted.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub filename: Option<String>,
    /// SHA-256 in the provider's spelling.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub sha256: Option<String>,
}

/// The kinds of media.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum MediaKind {
    /// A picture.
    Picture,
    /// A film.
    Video,
    /// A sound file.
    Audio,
    /// Spoken into the phone.
    VoiceNote,
    /// A document.
    Document,
    /// A sticker.
    Sticker,
}

/// A contact card.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
pub struct Contact {
    /// The name on it.
    pub name: String,
    /// The numbers on it.
    pub phones: Vec<String>,
}

impl Content {
    /// What the model reads: the words themselves, or a placeholder with the
    /// caption (`[picture] caption`, `[voice note]`, `[location 12.97, 77.59
    /// Bengaluru]`).
    pub fn as_text(&self) -> String {
        match self {
            Self::Text(text) => text.clone(),
            Self::Media(media) => media.as_text(),
            Self::Location { latitude, longitude, name } => {
                let name = name.as_deref().unwrap_or_default();
                format!("[location {latitude}, {longitude} {name}").trim_end().to_owned() + "]"
            }
            Self::Contacts(cards) => {
                let cards: Vec<String> = cards.iter().map(Contact::as_text).collect();
                format!("[contact {}]", cards.join("; "))
            }
            Self::Choice { title, .. } => title.clone(),
            Self::Form { name, answers } => format!("[form {name}: {answers}]"),
            Self::Order { text, items } => {
                format!("[order {}] {text}", items.join(", ")).trim_end().to_owned()
            }
            Self::Choices(choices) => choices.as_text(),
            Self::Link { text, title, url } => format!("{text}\n\n{title}: {url}"),
            Self::LocationRequest(text) => text.clone(),
            Self::Reaction { emoji, .. } => format!("[reaction {emoji}]"),
            Self::Template(template) => template.as_text(),
            Self::Unsupported(kind) => format!("[{kind}: this kind of message can't be read]"),
            Self::Revoked => "[message deleted by its sender]".to_owned(),
        }
    }
}

impl Media {
    fn as_text(&self) -> String {
        let mut text = match self.kind {
            MediaKind::Picture => "[picture".to_owned(),
            MediaKind::Video => "[video".to_owned(),
            MediaKind::Audio => "[audio".to_owned(),
            MediaKind::VoiceNote => "[voice note".to_owned(),
            MediaKind::Document => "[document".to_owned(),
            MediaKind::Sticker => "[sticker".to_owned(),
        };
        if let Some(name) = &self.filename {
            let _ = write!(text, " {name}");
        }
        text.push(']');
        if let Some(caption) = self.caption.as_deref().filter(|c| !c.is_empty()) {
            let _ = write!(text, " {caption}");
        }
        text
    }
}

impl Contact {
    fn as_text(&self) -> String {
        format!("{} {}", self.name, self.phones.join(", ")).trim().to_owned()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn media(kind: MediaKind, caption: Option<&str>, filename: Option<&str>) -> Content {
        Content::Media(Media {
            kind,
            reference: "1".into(),
            mime: "x/y".into(),
            caption: caption.map(Into::into),
            filename: filename.map(Into::into),
            sha256: None,
        })
    }

    #[test]
    fn each_kind_reads_as_words_for_the_model() {
        let place = |name: Option<&str>| Content::Location {
            latitude: 12.97,
            longitude: 77.59,
            name: name.map(Into::into),
        };
        let card = Contact { name: "Ana".into(), phones: vec!["+1 555 0100".into()] };
        let order = Content::Order { text: "soon".into(), items: vec!["2 × SKU1".into()] };
        for (content, text) in [
            (Content::Text("hello".into()), "hello"),
            (media(MediaKind::Picture, Some("my dog"), None), "[picture] my dog"),
            (media(MediaKind::VoiceNote, None, None), "[voice note]"),
            (media(MediaKind::Document, None, Some("a.pdf")), "[document a.pdf]"),
            (place(Some("Bengaluru")), "[location 12.97, 77.59 Bengaluru]"),
            (place(None), "[location 12.97, 77.59]"),
            (Content::Contacts(vec![card]), "[contact Ana +1 555 0100]"),
            (Content::Choice { id: "b1".into(), title: "Yes".into() }, "Yes"),
            (order, "[order 2 × SKU1] soon"),
        ] {
            assert_eq!(content.as_text(), text);
        }
    }

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
