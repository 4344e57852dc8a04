//! From rows of the transcript to what the model reads as the conversation.

use super::{Context, NAME, QUOTE, one_line};
use crate::domain::content::{Choices, Content};
use crate::domain::id::{ConversationId, MessageId};
use crate::domain::message::{Message, Role};
use crate::domain::turn::Turn;
use crate::llm::Line;
use crate::llm::size::of_words;
use crate::recollect::was_said;
use crate::tokens;

/// How much of a reaction is believed, in characters.
const EMOJI: usize = 16;

/// No message is shortened to less than this, in tokens.
const LEAST: u32 = 32;
/// Stands behind a message that is shortened.
const SHORTENED: &str = " [… the rest of this message is too long to be read]";

/// A message as the model reads it.
#[derive(Debug)]
pub(in crate::assistant) struct Said<'a> {
    /// Which.
    pub id: MessageId,
    /// The message itself.
    pub row: &'a Message,
    /// What the model reads.
    pub line: Line,
    /// The size of that, with all that is around it.
    pub tokens: u32,
}

impl Context {
    /// The conversation as the model reads it, oldest first: before the turn,
    /// and the turn itself.
    pub fn dialog<'a>(&'a self, turn: &'a Turn) -> (Vec<Said<'a>>, Vec<Said<'a>>) {
        let here = turn.conversation.id;
        let mut past: Vec<(ConversationId, &Message)> =
            self.history.iter().map(|row| (here, row)).collect();
        if !self.elsewhere.is_empty() {
            past.extend(self.elsewhere.iter().map(|(id, row)| (*id, row)));
            past.sort_by_key(|(_, row)| row.at);
        }
        past.retain(|(_, row)| was_said(row));
        let mut offered = None;
        let mut said = |(conversation, row): (ConversationId, &'a Message)| {
            offered = offered_after(offered, row);
            self.said(MessageId { conversation, position: row.position }, row, offered)
        };
        let past = past.into_iter().map(&mut said).collect();
        (past, turn.inbound.iter().map(|row| said((here, row))).collect())
    }

    /// `offered` = what the person could choose from when they wrote it.
    fn said<'a>(&self, id: MessageId, row: &'a Message, offered: Option<&Choices>) -> Said<'a> {
        let words = chosen(row, offered).unwrap_or_else(|| row.content.as_text());
        let text = self.line(row, &words);
        // A row knows the size of its words as they are.
        let size = match text == row.content.as_text() {
            true => row.tokens,
            false => tokens::count(&text),
        };
        Said { id, row, tokens: of_words(row.role, size), line: Line { role: row.role, text } }
    }

    fn line(&self, row: &Message, words: &str) -> String {
        let attached = &row.attached;
        let mut text = String::new();
        if let Some(quoted) = attached.quotes.as_ref().and_then(|id| self.quoted.get(id)) {
            text.push_str(&format!("[in reply to: \"{}\"]\n", one_line(quoted, QUOTE)));
        }
        if attached.forwarded {
            text.push_str("[forwarded] ");
        }
        if let Some(headline) = attached.referral.as_ref().and_then(|from| from.headline.as_ref()) {
            text.push_str(&format!(
                "[came from the advertisement \"{}\"] ",
                one_line(headline, QUOTE)
            ));
        }
        if let Some(product) = &attached.product {
            text.push_str(&format!("[asks about the product {}] ", one_line(product, NAME)));
        }
        if let Some(speaker) = &attached.speaker {
            text.push_str(&format!("{}: ", one_line(speaker, NAME)));
        }
        text.push_str(words);
        if let Some(emoji) = &row.reaction {
            text.push_str(&format!("\n[reacted {}]", one_line(emoji, EMOJI)));
        }
        text
    }
}

/// Messages that are always told: shortened if together they are larger than
/// `most`; of a burst without end the newest.
pub(in crate::assistant) fn shortened(mut own: Vec<Said<'_>>, most: u32) -> Vec<Said<'_>> {
    if size(&own) <= most {
        return own;
    }
    let count = u32::try_from(own.len()).unwrap_or(u32::MAX).max(1);
    let share = (most / count).max(LEAST).min(most);
    own.iter_mut().for_each(|one| one.shorten(share));
    while size(&own) > most && !own.is_empty() {
        own.remove(0);
    }
    own
}

pub(in crate::assistant) fn size(said: &[Said<'_>]) -> u32 {
    said.iter().fold(0, |sum, one| sum.saturating_add(one.tokens))
}

impl Said<'_> {
    /// To at most so many tokens, with all that is around it.
    fn shorten(&mut self, most: u32) {
        if self.tokens <= most {
            return;
        }
        let role = self.line.role;
        let room = most.saturating_sub(of_words(role, tokens::count(SHORTENED)));
        let kept = tokens::cut(&self.line.text, room);
        let text = format!("{kept}{SHORTENED}");
        let fits = of_words(role, tokens::count(&text)) <= most;
        self.line.text = if fits { text } else { kept.to_owned() };
        self.tokens = of_words(role, tokens::count(&self.line.text));
    }
}

/// Only the last thing that was said to the person can be chosen from.
fn offered_after<'a>(offered: Option<&'a Choices>, row: &'a Message) -> Option<&'a Choices> {
    match (row.role, &row.content) {
        (Role::Person, _) => offered,
        (Role::Assistant | Role::Business, Content::Choices(choices)) => Some(choices),
        (Role::Assistant | Role::Business, _) => None,
    }
}

/// The same line for a tap, and for a number or title that is typed instead.
fn chosen(row: &Message, offered: Option<&Choices>) -> Option<String> {
    let (title, id) = match &row.content {
        Content::Choice { id, title } => (title, id),
        Content::Text(text) if row.role == Role::Person => {
            let option = offered?.meant(text)?;
            (&option.title, &option.id)
        }
        _ => return None,
    };
    let (title, id) = (one_line(title, QUOTE), one_line(id, QUOTE));
    match title == id {
        true => Some(format!("[chose: {title}]")),
        false => Some(format!("[chose: {title} ({id})]")),
    }
}
