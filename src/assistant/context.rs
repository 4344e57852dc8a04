//! From rows of the transcript to what the model reads as the conversation.

use std::collections::HashMap;

use crate::domain::content::{Choices, Content};
use crate::domain::id::{MessageId, ProviderId};
use crate::domain::message::{Message, Role, Status};
use crate::domain::person::Person;
use crate::domain::turn::Turn;
use crate::llm::Line;
use crate::store::{StoreError, Transcript};

/// How much of a quoted message is repeated, in characters.
const QUOTE: usize = 160;
/// How much of a name is believed, in characters.
const NAME: usize = 60;

/// How much of a reaction is believed, in characters.
const EMOJI: usize = 16;

/// Everything of the conversation that the model is told.
#[derive(Debug, Default)]
pub(super) struct Context {
    /// What was said before the turn, oldest first.
    pub history: Vec<Message>,
    /// The words of the messages that are quoted.
    pub quoted: HashMap<ProviderId, String>,
}

impl Context {
    /// Reads what fits into `tokens` beside the turn itself.
    pub async fn read(
        transcript: &dyn Transcript,
        turn: &Turn,
        tokens: u32,
    ) -> Result<Self, StoreError> {
        let first = turn.inbound.iter().map(|message| message.position.seq).min();
        let below = first.unwrap_or(turn.conversation.answered_to);
        let rest = tokens.saturating_sub(size(&turn.inbound));
        let mut history = transcript.window(&turn.conversation, below, rest).await?;
        let elsewhere = elsewhere(transcript, turn, rest.saturating_sub(size(&history))).await?;
        if !elsewhere.is_empty() {
            history.extend(elsewhere);
            history.sort_by_key(|row| row.at);
        }
        let mut context = Self { history, quoted: HashMap::new() };
        context.read_quoted(transcript, turn).await?;
        Ok(context)
    }

    /// A quoted message counts only if it is of this very conversation: one
    /// can quote from a group into a private chat.
    async fn read_quoted(
        &mut self,
        transcript: &dyn Transcript,
        turn: &Turn,
    ) -> Result<(), StoreError> {
        let rows = self.history.iter().chain(&turn.inbound);
        let quotes: Vec<ProviderId> = rows.filter_map(|row| row.attached.quotes.clone()).collect();
        for id in quotes {
            let number = &turn.conversation.number.name;
            let Some(found) = transcript.by_provider_id(number, &id).await? else { continue };
            let here = MessageId { conversation: turn.conversation.id, position: found.position };
            let same =
                transcript.message(here).await?.filter(|row| row.provider_id.as_ref() == Some(&id));
            if let Some(row) = same {
                self.quoted.insert(id, row.content.as_text());
            }
        }
        Ok(())
    }

    /// The conversation as the model reads it; the turn's messages are always
    /// there, shortened if they alone are larger than `tokens`.
    pub fn dialog(&self, inbound: &[Message], tokens: u32) -> Vec<Line> {
        let count = u32::try_from(inbound.len()).unwrap_or(u32::MAX).max(1);
        let share = if size(inbound) > tokens { tokens / count } else { u32::MAX };
        let history = self.history.iter().filter(|row| has_been_said(row));
        let history = history.map(|row| (row, u32::MAX));
        let mut offered = None;
        let rows = history.chain(inbound.iter().map(|row| (row, share)));
        let line = |(row, tokens)| {
            offered = offered_after(offered, row);
            self.line(row, tokens, offered)
        };
        rows.map(line).collect()
    }

    /// `offered` = what the person could choose from when they wrote it.
    fn line(&self, row: &Message, tokens: u32, offered: Option<&Choices>) -> Line {
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
        text.push_str(&chosen(row, offered).unwrap_or_else(|| shortened(row, tokens)));
        if let Some(emoji) = &row.reaction {
            text.push_str(&format!("\n[reacted {}]", one_line(emoji, EMOJI)));
        }
        Line { role: row.role, text }
    }
}

/// The name of the person as far as it is one line of words.
pub(super) fn name_of(person: &Person) -> String {
    one_line(person.name.as_deref().unwrap_or_default(), NAME)
}

/// What the person wrote themselves, for telling their language; placeholders
/// and forwarded words are not theirs.
pub(super) fn own_words<'a>(rows: impl IntoIterator<Item = &'a Message>) -> String {
    let own = rows.into_iter().filter(|row| row.role == Role::Person && !row.attached.forwarded);
    let words: Vec<&str> = own.filter_map(|row| words(&row.content)).collect();
    words.join("\n")
}

/// What the same person and this business's other numbers said, if there is
/// room: whoever changes from one number to another is still known.
async fn elsewhere(
    transcript: &dyn Transcript,
    turn: &Turn,
    tokens: u32,
) -> Result<Vec<Message>, StoreError> {
    let mut rows = Vec::new();
    for (_, id) in turn.person.conversations.iter().filter(|(_, id)| *id != turn.conversation.id) {
        let Some(other) = transcript.conversation(*id).await? else { continue };
        let rest = tokens.saturating_sub(size(&rows));
        rows.extend(transcript.window(&other, other.next_seq, rest).await?);
    }
    Ok(rows)
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

fn words(content: &Content) -> Option<&str> {
    match content {
        Content::Text(text) | Content::Order { text, .. } => Some(text),
        Content::Media(media) => media.caption.as_deref(),
        Content::Location { .. }
        | Content::Contacts(_)
        | Content::Choice { .. }
        | Content::Form { .. }
        | Content::Choices(_)
        | Content::Link { .. }
        | Content::LocationRequest(_)
        | Content::Reaction { .. }
        | Content::Template(_)
        | Content::Unsupported(_)
        | Content::Revoked => None,
    }
}

/// What never reached the person was not said.
fn has_been_said(row: &Message) -> bool {
    match row.status {
        Status::Received
        | Status::Queued
        | Status::Sent
        | Status::Delivered
        | Status::Read
        | Status::Played => true,
        Status::Failed | Status::Dropped => false,
    }
}

fn size(rows: &[Message]) -> u32 {
    rows.iter().fold(0, |sum, row| sum.saturating_add(row.tokens))
}

/// Cut in proportion: exact enough for a text that is absurdly long.
fn shortened(row: &Message, tokens: u32) -> String {
    let text = row.content.as_text();
    if row.tokens <= tokens {
        return text;
    }
    let chars = text.chars().count() as u64 * u64::from(tokens) / u64::from(row.tokens);
    let kept: String = text.chars().take(usize::try_from(chars).unwrap_or(usize::MAX)).collect();
    format!("{kept} [… the rest of this message is too long to be read]")
}

/// The words without line breaks, so much of them.
pub(super) fn one_line(text: &str, limit: usize) -> String {
    let line = text.split(|c: char| c.is_whitespace() || c.is_control());
    let line = line.filter(|word| !word.is_empty()).collect::<Vec<_>>().join(" ").replace('"', "'");
    match line.char_indices().nth(limit) {
        Some((end, _)) => format!("{}…", &line[..end]),
        None => line,
    }
}

#[cfg(test)]
mod tests;
