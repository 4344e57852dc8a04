//! Places, contact cards, reactions and templates.

use serde::Deserialize;
use serde_json::Value;

use super::super::error::GraphError;
use super::{Checked, File, Uploaded, length, read};

/// The longest name of a template.
const LONGEST_TEMPLATE: usize = 512;
/// An emoji takes no more UTF-16 units than this.
const LONGEST_EMOJI: usize = 32;
/// The longest words that fill a gap of a template.
const LONGEST_GAP: usize = 1024;

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Location {
    latitude: f64,
    longitude: f64,
    #[serde(rename = "name")]
    _name: Option<String>,
    #[serde(rename = "address")]
    _address: Option<String>,
}

pub(super) fn check_location(content: &Value) -> Checked {
    let location: Location = read("location", content)?;
    if location.latitude.abs() > 90.0 || location.longitude.abs() > 180.0 {
        return Err(GraphError::parameter("location is nowhere on earth"));
    }
    Ok(Vec::new())
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Card {
    name: CardName,
    #[serde(default, rename = "phones")]
    _phones: Vec<CardPhone>,
    #[serde(rename = "addresses")]
    _addresses: Option<Value>,
    #[serde(rename = "birthday")]
    _birthday: Option<String>,
    #[serde(rename = "emails")]
    _emails: Option<Value>,
    #[serde(rename = "org")]
    _org: Option<Value>,
    #[serde(rename = "urls")]
    _urls: Option<Value>,
}

#[derive(Deserialize)]
struct CardName {
    formatted_name: String,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct CardPhone {
    #[serde(rename = "phone")]
    _phone: Option<String>,
    #[serde(rename = "type")]
    _kind: Option<String>,
    #[serde(rename = "wa_id")]
    _wa_id: Option<String>,
}

pub(super) fn check_contacts(content: &Value) -> Checked {
    let cards: Vec<Card> = read("contacts", content)?;
    if cards.is_empty() {
        return Err(GraphError::parameter("contacts must not be empty"));
    }
    for card in cards {
        length("contacts['name']['formatted_name']", &card.name.formatted_name, LONGEST_GAP)?;
    }
    Ok(Vec::new())
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Reaction {
    message_id: String,
    emoji: String,
}

/// Whether the message is there, the caller looks up.
pub(super) fn check_reaction(content: &Value) -> Checked {
    let reaction: Reaction = read("reaction", content)?;
    length("reaction['message_id']", &reaction.message_id, LONGEST_TEMPLATE)?;
    let emoji = &reaction.emoji;
    let long = emoji.encode_utf16().count() > LONGEST_EMOJI;
    if long || emoji.chars().any(is_letter) {
        return Err(GraphError::value("reaction['emoji'] is not an emoji"));
    }
    Ok(Vec::new())
}

/// Among the emojis stand letters in boxes.
fn is_letter(c: char) -> bool {
    c.is_whitespace() || (c.is_alphabetic() && c < '\u{1f000}')
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Template {
    name: String,
    language: Language,
    #[serde(default)]
    components: Vec<Component>,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Language {
    code: String,
    #[serde(rename = "policy")]
    _policy: Option<String>,
}

#[derive(Deserialize)]
#[serde(tag = "type", rename_all = "snake_case", deny_unknown_fields)]
enum Component {
    Header {
        parameters: Vec<Parameter>,
    },
    Body {
        parameters: Vec<Parameter>,
    },
    Button {
        #[serde(rename = "sub_type")]
        _sub_type: ButtonKind,
        #[serde(rename = "index")]
        _index: Index,
        #[serde(default)]
        parameters: Vec<Parameter>,
    },
}

#[derive(Deserialize)]
#[serde(rename_all = "snake_case")]
enum ButtonKind {
    QuickReply,
    Url,
    CopyCode,
    Flow,
}

#[derive(Deserialize)]
#[serde(untagged)]
enum Index {
    Number(#[expect(dead_code, reason = "only its type counts")] u8),
    Text(#[expect(dead_code, reason = "only its type counts")] String),
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Parameter {
    #[serde(rename = "type")]
    kind: ParameterKind,
    #[serde(rename = "parameter_name")]
    _name: Option<String>,
    text: Option<String>,
    payload: Option<String>,
    coupon_code: Option<String>,
    currency: Option<Value>,
    date_time: Option<Value>,
    location: Option<Value>,
    action: Option<Value>,
    image: Option<File>,
    video: Option<File>,
    document: Option<File>,
}

#[derive(Clone, Copy, Deserialize)]
#[serde(rename_all = "snake_case")]
enum ParameterKind {
    Text,
    Payload,
    CouponCode,
    Currency,
    DateTime,
    Location,
    Action,
    Image,
    Video,
    Document,
}

pub(super) fn check_template(content: &Value) -> Checked {
    let template: Template = read("template", content)?;
    length("template['name']", &template.name, LONGEST_TEMPLATE)?;
    length("template['language']['code']", &template.language.code, 20)?;
    let parameters = template.components.into_iter().flat_map(|component| match component {
        Component::Header { parameters }
        | Component::Body { parameters }
        | Component::Button { parameters, .. } => parameters,
    });
    let mut uploaded = Vec::new();
    for parameter in parameters {
        uploaded.extend(parameter.check()?);
    }
    Ok(uploaded)
}

impl Parameter {
    fn check(self) -> Checked {
        let missing =
            || GraphError::parameter("A template's parameter lacks the value of its type");
        let words = |text: Option<String>| {
            length("a template's parameter", &text.ok_or_else(missing)?, LONGEST_GAP)
                .map(|()| Vec::<Uploaded>::new())
        };
        let given = |value: Option<Value>| value.map(|_| Vec::new()).ok_or_else(missing);
        match self.kind {
            ParameterKind::Text => words(self.text),
            ParameterKind::Payload => words(self.payload),
            ParameterKind::CouponCode => words(self.coupon_code),
            ParameterKind::Currency => given(self.currency),
            ParameterKind::DateTime => given(self.date_time),
            ParameterKind::Location => given(self.location),
            ParameterKind::Action => given(self.action),
            ParameterKind::Image => self.image.ok_or_else(missing)?.check("image"),
            ParameterKind::Video => self.video.ok_or_else(missing)?.check("video"),
            ParameterKind::Document => self.document.ok_or_else(missing)?.check("document"),
        }
    }
}
