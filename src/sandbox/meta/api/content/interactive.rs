//! Buttons, lists, links to tap, and requests for a place or a number.

use serde::Deserialize;
use serde_json::Value;

use super::super::error::GraphError;
use super::{Checked, File, check_url, length, read, unique};

/// The longest text beside buttons, in UTF-16 units.
const LONGEST_BODY: usize = 1024;
/// The longest text above a list.
const LONGEST_LIST_BODY: usize = 4096;
/// The longest header and the longest footer.
const LONGEST_EDGE: usize = 60;
/// The longest title of a button.
const LONGEST_BUTTON: usize = 20;
/// The longest id of a button.
const LONGEST_BUTTON_ID: usize = 256;
/// So many buttons fit under a message.
const MOST_BUTTONS: usize = 3;
/// So many rows fit in a list, all sections together; and so many sections.
const MOST_ROWS: usize = 10;
/// The longest title of a row and of a section.
const LONGEST_ROW: usize = 24;
/// The longest id of a row.
const LONGEST_ROW_ID: usize = 200;
/// The longest description of a row.
const LONGEST_DESCRIPTION: usize = 72;

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Interactive {
    #[serde(rename = "type")]
    kind: Kind,
    header: Option<Header>,
    body: Words,
    footer: Option<Words>,
    action: Value,
}

#[derive(Clone, Copy, Deserialize, PartialEq, Eq)]
#[serde(rename_all = "snake_case")]
enum Kind {
    Button,
    List,
    CtaUrl,
    LocationRequestMessage,
    RequestContactInfo,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Words {
    text: String,
}

#[derive(Deserialize)]
#[serde(tag = "type", rename_all = "snake_case", deny_unknown_fields)]
enum Header {
    Text { text: String },
    Image { image: File },
    Video { video: File },
    Document { document: File },
}

pub(super) fn check(content: &Value) -> Checked {
    let message: Interactive = read("interactive", content)?;
    let most = if message.kind == Kind::List { LONGEST_LIST_BODY } else { LONGEST_BODY };
    length("interactive['body']['text']", &message.body.text, most)?;
    if let Some(footer) = &message.footer {
        length("interactive['footer']['text']", &footer.text, LONGEST_EDGE)?;
    }
    let asks = [Kind::LocationRequestMessage, Kind::RequestContactInfo].contains(&message.kind);
    if asks && (message.header.is_some() || message.footer.is_some()) {
        return Err(GraphError::parameter("A request has neither header nor footer"));
    }
    check_action(message.kind, &message.action)?;
    message.header.map_or(Ok(Vec::new()), |header| check_header(message.kind, header))
}

fn check_header(kind: Kind, header: Header) -> Checked {
    match header {
        Header::Text { text } => {
            length("interactive['header']['text']", &text, LONGEST_EDGE).map(|()| Vec::new())
        }
        _ if kind == Kind::List => {
            Err(GraphError::parameter("The header of a list must be of type text"))
        }
        Header::Image { image } => image.check_bare("image"),
        Header::Video { video } => video.check_bare("video"),
        Header::Document { document } => document.check_bare("document"),
    }
}

fn check_action(kind: Kind, action: &Value) -> Result<(), GraphError> {
    match kind {
        Kind::Button => check_buttons(&read("interactive.action", action)?),
        Kind::List => check_list(&read("interactive.action", action)?),
        Kind::CtaUrl => check_link(&read("interactive.action", action)?),
        Kind::LocationRequestMessage => check_name(action, "send_location"),
        Kind::RequestContactInfo => check_name(action, "request_contact_info"),
    }
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Buttons {
    buttons: Vec<Button>,
}

#[derive(Deserialize)]
#[serde(tag = "type", rename_all = "snake_case", deny_unknown_fields)]
enum Button {
    Reply { reply: Reply },
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Reply {
    id: String,
    title: String,
}

fn check_buttons(action: &Buttons) -> Result<(), GraphError> {
    let replies: Vec<_> = action.buttons.iter().map(|Button::Reply { reply }| reply).collect();
    if !(1..=MOST_BUTTONS).contains(&replies.len()) {
        return Err(GraphError::parameter("Invalid buttons count. Min allowed: 1, Max allowed: 3"));
    }
    for reply in &replies {
        length("a button's title", &reply.title, LONGEST_BUTTON)?;
        length("a button's id", &reply.id, LONGEST_BUTTON_ID)?;
    }
    unique("a button's id", replies.iter().map(|reply| reply.id.as_str()))?;
    unique("a button's title", replies.iter().map(|reply| reply.title.as_str()))
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct List {
    button: String,
    sections: Vec<Section>,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Section {
    title: Option<String>,
    rows: Vec<Row>,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Row {
    id: String,
    title: String,
    description: Option<String>,
}

fn check_list(action: &List) -> Result<(), GraphError> {
    length("interactive['action']['button']", &action.button, LONGEST_BUTTON)?;
    for section in &action.sections {
        match &section.title {
            Some(title) => length("a section's title", title, LONGEST_ROW)?,
            None if action.sections.len() == 1 => {}
            None => return Err(GraphError::parameter("Of several sections each needs a title")),
        }
        if section.rows.is_empty() {
            return Err(GraphError::parameter("A section needs at least one row"));
        }
    }
    check_rows(&action.sections.iter().flat_map(|section| &section.rows).collect::<Vec<_>>())
}

fn check_rows(rows: &[&Row]) -> Result<(), GraphError> {
    if !(1..=MOST_ROWS).contains(&rows.len()) {
        return Err(GraphError::parameter("Total row count exceed max allowed count: 10"));
    }
    for row in rows {
        length("a row's title", &row.title, LONGEST_ROW)?;
        length("a row's id", &row.id, LONGEST_ROW_ID)?;
        let description = row.description.iter();
        description
            .clone()
            .try_for_each(|text| length("a row's description", text, LONGEST_DESCRIPTION))?;
    }
    unique("a row's id", rows.iter().map(|row| row.id.as_str()))
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Link {
    name: String,
    parameters: LinkParameters,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct LinkParameters {
    display_text: String,
    url: String,
}

fn check_link(action: &Link) -> Result<(), GraphError> {
    if action.name != "cta_url" {
        return Err(GraphError::parameter("interactive['action']['name'] must be cta_url"));
    }
    length("display_text", &action.parameters.display_text, LONGEST_BUTTON)?;
    check_url("url", &action.parameters.url)
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Named {
    name: String,
}

fn check_name(action: &Value, expected: &str) -> Result<(), GraphError> {
    let action: Named = read("interactive.action", action)?;
    let wrong = || GraphError::parameter(&format!("The action's name must be {expected}"));
    (action.name == expected).then_some(()).ok_or_else(wrong)
}
