//! What is said: the kinds of things people send, and what we send back.

use std::fmt::Write as _;

use serde::{Deserialize, Serialize};

use super::id::ProviderId;

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

impl Content {
    /// Whether it says anything: what was taken back, can't be read or is only
    /// an emoji on something else does not.
    pub fn has_words(&self) -> bool {
        !matches!(self, Self::Revoked | Self::Unsupported(_) | Self::Reaction { .. })
    }

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

impl Contact {
    fn as_text(&self) -> String {
        format!("{} {}", self.name, self.phones.join(", ")).trim().to_owned()
    }
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

impl Choices {
    /// The option that somebody means who writes its title, its number or its
    /// id, and nothing else; ids are not shown, so that they come last.
    pub fn meant(&self, said: &str) -> Option<&Choice> {
        let bare = said.trim().trim_end_matches(['.', ')', '!']).trim();
        let number: Option<usize> = bare.parse().ok();
        let numbered = number.and_then(|number| self.options.get(number.checked_sub(1)?));
        let titled = |option: &&Choice| option.title.trim().to_lowercase() == bare.to_lowercase();
        let called = || self.options.iter().find(|option| option.id == bare);
        self.options.iter().find(titled).or(numbered).or_else(called)
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
    fn a_number_means_the_number_that_is_shown() {
        let option = |id: &str, title: &str| Choice {
            id: id.into(),
            title: title.into(),
            description: None,
        };
        let options = vec![option("2", "Large"), option("1", "Small"), option("x", "3")];
        let choices = Choices { text: "which?".into(), options };
        let meant = |said: &str| choices.meant(said).map(|choice| choice.title.as_str());
        for (said, title) in [
            ("1", Some("Large")),
            ("small", Some("Small")),
            ("3", Some("3")),
            ("x", Some("3")),
            ("4", None),
        ] {
            assert_eq!(meant(said), title, "{said}");
        }
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
}
