//! What a hand does on the phone, and what becomes of it on the wire.

mod file;
mod meta;
mod twilio;

use std::sync::Arc;

use axum::Json;
use axum::extract::State;
use axum::http::StatusCode;
use axum::response::{IntoResponse, Response};
use serde::Deserialize;

use super::super::Answer;
use super::super::identifiers;
use super::{Phone, Provider, Sandbox, Selected, unknown};
use file::Upload;

/// So many characters fit in a message on a real phone.
pub(super) const LONGEST: usize = 4096;

/// So many messages make the longest burst.
const BURST: usize = 20;

/// What Twilio never tells the app.
const META_ONLY: &str = "Twilio tells the app nothing of reactions, edits and deletions";

/// Something is done on the phone of a person.
#[derive(Deserialize)]
pub(super) struct Sending {
    #[serde(flatten)]
    to: Selected,
    #[serde(flatten)]
    manner: Manner,
    #[serde(flatten)]
    what: What,
}

/// How it is sent, whatever it is.
#[derive(Default, Deserialize)]
struct Manner {
    /// The message it is a reply to.
    quotes: Option<String>,
    /// It was written elsewhere.
    #[serde(default)]
    forwarded: bool,
}

#[derive(Deserialize)]
#[serde(tag = "kind", rename_all = "snake_case")]
enum What {
    Text {
        text: String,
    },
    /// Several messages, as fast as they go.
    Burst {
        texts: Vec<String>,
    },
    Media(Medium),
    Location(Place),
    Contact {
        name: String,
        phone: String,
    },
    /// A button, or a row of a list, of the message that `quotes` names.
    Tap {
        id: String,
        title: String,
    },
    /// A button of the template that `quotes` names.
    QuickReply {
        payload: String,
        title: String,
    },
    /// An empty emoji takes it back.
    Reaction {
        message: String,
        emoji: String,
    },
    Edit {
        message: String,
        text: String,
    },
    Delete {
        message: String,
    },
}

/// A file; without one of their own the person sends a made-up one.
#[derive(Deserialize)]
struct Medium {
    media: Media,
    caption: Option<String>,
    file: Option<Upload>,
}

#[derive(Clone, Copy, Deserialize)]
#[serde(rename_all = "snake_case")]
enum Media {
    Image,
    Video,
    Voice,
    Document,
    Sticker,
}

#[derive(Deserialize)]
struct Place {
    latitude: f64,
    longitude: f64,
    name: Option<String>,
    address: Option<String>,
}

/// Sends it. The page sees by the ticks what becomes of a message; an act has
/// none, so its answer is waited for.
pub(super) async fn send(
    State(sandbox): State<Arc<Sandbox>>,
    Json(sending): Json<Sending>,
) -> Response {
    accept(&sandbox, sending).await
}

#[derive(Deserialize)]
pub(super) struct Say {
    #[serde(flatten)]
    to: Selected,
    text: String,
}

/// A text, and nothing about it.
pub(super) async fn say(State(sandbox): State<Arc<Sandbox>>, Json(say): Json<Say>) -> Response {
    let (manner, what) = (Manner::default(), What::Text { text: say.text });
    accept(&sandbox, Sending { to: say.to, manner, what }).await
}

async fn accept(sandbox: &Arc<Sandbox>, sending: Sending) -> Response {
    if let Some(refusal) = sending.refusal() {
        return refusal.into_response();
    }
    let Some(phone) = super::phone(sandbox, &sending.to) else { return unknown() };
    let Some(mail) = Mail::of(phone, &sending) else {
        return (StatusCode::CONFLICT, "that message has no such choice").into_response();
    };
    if sending.what.is_an_act() {
        return told(&mail.go().await);
    }
    tokio::spawn(mail.go());
    StatusCode::ACCEPTED.into_response()
}

/// Whether the app took it.
fn told(answer: &Answer) -> Response {
    let refused = |words: String| (StatusCode::BAD_GATEWAY, words).into_response();
    match answer.status {
        200..=299 => StatusCode::ACCEPTED.into_response(),
        0 => refused("the app can't be reached".to_owned()),
        status => refused(format!("the app refused the webhook with HTTP {status}")),
    }
}

impl Sending {
    /// Why a real phone would not send it.
    fn refusal(&self) -> Option<(StatusCode, &'static str)> {
        let bad = |words| Some((StatusCode::BAD_REQUEST, words));
        let texts = self.what.texts();
        match &self.what {
            _ if texts.iter().any(|text| text.trim().is_empty()) => bad("nothing was written"),
            _ if texts.iter().any(|text| text.chars().count() > LONGEST) => {
                Some((StatusCode::PAYLOAD_TOO_LARGE, "the message is too long"))
            }
            What::Burst { texts } if texts.is_empty() || texts.len() > BURST => {
                bad("a burst is 1 to 20 messages")
            }
            What::Contact { phone, .. } if identifiers::phone(phone).is_none() => {
                bad("that is no phone number")
            }
            what if what.is_an_act() && matches!(self.to.provider, Provider::Twilio) => {
                Some((StatusCode::CONFLICT, META_ONLY))
            }
            _ => None,
        }
    }
}

impl What {
    /// The words that must be there and must not be too many.
    fn texts(&self) -> Vec<&str> {
        match self {
            Self::Text { text } | Self::Edit { text, .. } => vec![text],
            Self::Burst { texts } => texts.iter().map(String::as_str).collect(),
            Self::Contact { name, phone } => vec![name, phone],
            Self::Tap { title, .. } | Self::QuickReply { title, .. } => vec![title],
            Self::Media(_) | Self::Location(_) => Vec::new(),
            Self::Reaction { .. } | Self::Delete { .. } => Vec::new(),
        }
    }

    /// Whether it is done to an earlier message and says nothing itself.
    fn is_an_act(&self) -> bool {
        matches!(self, Self::Reaction { .. } | Self::Edit { .. } | Self::Delete { .. })
    }
}

/// Messages as they go over the wire, in order.
enum Mail {
    Meta(super::meta::Person, Vec<serde_json::Value>),
    Twilio(super::twilio::Person, Vec<super::twilio::Form>),
}

impl Mail {
    /// `None` if it answers a choice that isn't there.
    fn of(phone: Phone, sending: &Sending) -> Option<Self> {
        let Sending { manner, what, .. } = sending;
        Some(match phone {
            Phone::Meta(person) => {
                let messages = meta::messages(&person, manner, what)?;
                Self::Meta(person, messages)
            }
            Phone::Twilio(person) => {
                let forms = twilio::forms(&person, manner, what)?;
                Self::Twilio(person, forms)
            }
        })
    }

    /// The last answer of the app.
    async fn go(self) -> Answer {
        let mut answer = Answer::none();
        match self {
            Self::Meta(person, messages) => {
                for message in messages {
                    answer = person.sends(message).await;
                }
            }
            Self::Twilio(person, forms) => {
                for form in forms {
                    answer = person.sends(form).await;
                }
            }
        }
        answer
    }
}
