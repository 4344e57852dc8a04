//! What a phone shows: the messages of a chat, each with what was done to it
//! since. A reaction, an edit and a deletion are messages on the wire and no
//! bubbles on the screen.

use std::collections::HashMap;

use serde::{Deserialize, Serialize};
use serde_json::{Value, json};

use super::super::phones::book::Chat;
use super::super::phones::{Bubble, Side, Tick};
use super::people::Resident;

/// So many messages of a chat are on the page.
const SHOWN: usize = 300;

/// A person in the row above a phone.
pub(super) fn card(resident: &Resident, chat: Option<&Chat>) -> Value {
    let last = chat.and_then(|chat| chat.bubbles.last());
    json!({
        "key": resident.key,
        "name": resident.name,
        "number": resident.shown_number(),
        "id": resident.user_id,
        "operator": resident.operator,
        "last": last.map(|bubble| json!({ "id": bubble.id, "side": bubble.side })),
    })
}

/// The newest messages of a chat, as they look by now.
pub(super) fn bubbles(chat: &Chat) -> Vec<Value> {
    let mut shown = Shown::default();
    chat.newest(SHOWN).iter().for_each(|bubble| shown.take(bubble));
    shown.bubbles
}

/// What was done to an earlier message, by either side.
#[derive(Deserialize)]
#[serde(tag = "type", rename_all = "snake_case")]
enum Act {
    Reaction { reaction: Reaction },
    Edit { edit: Edit },
    Revoke { revoke: Revoke },
}

#[derive(Deserialize)]
struct Reaction {
    message_id: String,
    emoji: Option<String>,
}

#[derive(Deserialize)]
struct Edit {
    original_message_id: String,
    message: Edited,
}

#[derive(Deserialize)]
struct Edited {
    text: Option<Text>,
}

#[derive(Deserialize)]
struct Text {
    body: String,
}

#[derive(Deserialize)]
struct Revoke {
    original_message_id: String,
}

/// An act that the app doesn't have yet; it can be tried again.
#[derive(Serialize)]
struct Pending<'a> {
    id: &'a str,
    what: &'static str,
    tick: Tick,
}

impl Act {
    fn target(&self) -> &str {
        match self {
            Self::Reaction { reaction } => &reaction.message_id,
            Self::Edit { edit } => &edit.original_message_id,
            Self::Revoke { revoke } => &revoke.original_message_id,
        }
    }

    fn name(&self) -> &'static str {
        match self {
            Self::Reaction { .. } => "reaction",
            Self::Edit { .. } => "edit",
            Self::Revoke { .. } => "deletion",
        }
    }
}

#[derive(Default)]
struct Shown {
    bubbles: Vec<Value>,
    places: HashMap<String, usize>,
}

impl Shown {
    fn take(&mut self, bubble: &Bubble) {
        match Act::deserialize(&bubble.raw) {
            Ok(act) => self.act(bubble, &act),
            Err(_) => self.add(bubble),
        }
    }

    fn add(&mut self, bubble: &Bubble) {
        self.places.insert(bubble.id.clone(), self.bubbles.len());
        self.bubbles.push(json!({
            "id": bubble.id,
            "side": bubble.side,
            "at": bubble.at.as_millisecond(),
            "text": bubble.text,
            "quotes": bubble.quotes,
            "tick": bubble.tick,
            "reports": bubble.reports,
            "raw": bubble.raw,
            "edited": false,
            "deleted": false,
            "reactions": {},
            "pending": [],
        }));
    }

    /// What was done to a message that is no longer on the page is not shown.
    fn act(&mut self, bubble: &Bubble, act: &Act) {
        let place = self.places.get(act.target()).copied();
        let Some(target) = place.and_then(|place| self.bubbles.get_mut(place)) else { return };
        match act {
            Act::Reaction { reaction } => react(target, bubble.side, reaction),
            Act::Edit { edit } => reword(target, edit),
            Act::Revoke { .. } => empty(target),
        }
        if let (Side::Person, Some(list)) = (bubble.side, target["pending"].as_array_mut())
            && !matches!(bubble.tick, Tick::Accepted | Tick::Read)
        {
            list.push(json!(Pending { id: &bubble.id, what: act.name(), tick: bubble.tick }));
        }
    }
}

/// Each side has one reaction to a message; an empty one takes it back.
fn react(target: &mut Value, side: Side, reaction: &Reaction) {
    let Some(reactions) = target["reactions"].as_object_mut() else { return };
    let whose = match side {
        Side::Person => "person",
        Side::Business => "business",
    };
    match reaction.emoji.as_deref() {
        None | Some("") => reactions.remove(whose),
        Some(emoji) => reactions.insert(whose.to_owned(), emoji.into()),
    };
}

fn reword(target: &mut Value, edit: &Edit) {
    let Some(text) = &edit.message.text else { return };
    target["text"] = text.body.as_str().into();
    target["edited"] = true.into();
}

/// The words are gone from the page, too.
fn empty(target: &mut Value) {
    target["text"] = "".into();
    target["raw"] = Value::Null;
    target["reactions"] = json!({});
    target["deleted"] = true.into();
}
