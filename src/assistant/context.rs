//! What is known before the model is asked: what was said, to the person and
//! by them, and what is remembered of them.

mod dialog;

use std::collections::HashMap;

use crate::domain::content::Content;
use crate::domain::id::{ConversationId, MessageId, ProviderId};
use crate::domain::memory::{Entry, Page, Space, Summary};
use crate::domain::message::{Message, Role};
use crate::domain::person::Person;
use crate::domain::turn::Turn;
use crate::recollect::{Found, Shelves};
use crate::store::StoreError;
pub(super) use dialog::{Said, shortened, size};

/// How much of a quoted message is repeated, in characters.
const QUOTE: usize = 160;
/// How much of a name is believed, in characters.
const NAME: usize = 60;

/// A question of fewer words goes on with the one before.
const FEW: usize = 4;

/// So many entries of a profile are looked at.
const PROFILE: usize = 200;

/// Everything that may be told to the model.
#[derive(Debug, Default)]
pub(super) struct Context {
    /// What was said in the conversation before the turn, oldest first.
    pub history: Vec<Message>,
    /// What the same person and other numbers of the business said.
    pub elsewhere: Vec<(ConversationId, Message)>,
    /// The words of the messages that are quoted.
    pub quoted: HashMap<ProviderId, String>,
    /// What is known of the person, the last written first.
    pub profile: Vec<Entry>,
    /// What was said before the window, in short.
    pub summary: Option<Summary>,
}

impl Context {
    /// Reads what was said, up to `tokens` of it; from elsewhere only what
    /// fits beside it. What can't be read besides the conversation itself
    /// keeps nobody from being answered.
    pub async fn read(shelves: Shelves<'_>, turn: &Turn, tokens: u32) -> Result<Self, StoreError> {
        let conversation = &turn.conversation;
        let first = turn.inbound.iter().map(|message| message.position.seq).min();
        let below = first.unwrap_or(conversation.answered_to);
        let history = shelves.transcript.window(conversation, below, tokens).await?;
        let rest = tokens.saturating_sub(rows_size(&history));
        let page = Page { limit: PROFILE, ..Page::default() };
        let profile = shelves.memory.entries(&Space::Person(turn.person.id), &page).await;
        let mut context = Self {
            history,
            elsewhere: if_readable(elsewhere(shelves, turn, rest).await),
            quoted: HashMap::new(),
            profile: if_readable(profile).0,
            summary: if_readable(shelves.derived.summary(conversation.id).await),
        };
        context.summary.take_if(|summary| summary.upto <= conversation.window_from);
        if_readable(context.read_quoted(shelves, turn).await);
        Ok(context)
    }

    /// All that was said before the turn.
    pub fn rows(&self) -> impl Iterator<Item = &Message> {
        self.elsewhere.iter().map(|(_, row)| row).chain(&self.history)
    }

    /// All that the model may be shown as the conversation, the turn last.
    pub fn shown<'a>(&'a self, turn: &'a Turn) -> Vec<(MessageId, &'a Message)> {
        let (past, own) = self.dialog(turn);
        past.into_iter().chain(own).map(|said| (said.id, said.row)).collect()
    }

    /// The words of others that stand beside it.
    pub fn quoted_words(&self, recalled: &[Found]) -> Vec<String> {
        let recalled = recalled.iter().map(|one| one.message.content.as_text());
        self.quoted.values().cloned().chain(recalled).collect()
    }

    /// What the turn asks: its own words; with few of them also what the
    /// person wrote before that ("and the other one?").
    pub fn question(&self, turn: &Turn) -> String {
        let words = |row: &Message| row.content.as_text();
        let asked: Vec<String> = turn.inbound.iter().map(words).collect();
        let asked = asked.join("\n");
        let before = self.history.iter().rfind(|row| row.role == Role::Person).map(words);
        match before.filter(|_| asked.split_whitespace().count() < FEW) {
            Some(before) => format!("{before}\n{asked}"),
            None => asked,
        }
    }

    /// What is remembered under a key, as a text.
    pub fn known(&self, key: &str) -> Option<String> {
        self.profile.iter().find(|entry| entry.key == key).map(Entry::text)
    }

    /// A quoted message counts only if it is of this very conversation: one
    /// can quote from a group into a private chat.
    async fn read_quoted(&mut self, shelves: Shelves<'_>, turn: &Turn) -> Result<(), StoreError> {
        let rows = self.history.iter().chain(&turn.inbound);
        let quotes: Vec<ProviderId> = rows.filter_map(|row| row.attached.quotes.clone()).collect();
        for id in quotes {
            let (transcript, number) = (shelves.transcript, &turn.conversation.number.name);
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
}

/// Nothing of what can't be read.
pub(super) fn if_readable<T: Default>(read: Result<T, StoreError>) -> T {
    read.unwrap_or_else(|error| {
        tracing::error!(%error, "A part of what is remembered can't be read; it is left out");
        T::default()
    })
}

/// The name the person gave the provider, as far as it is one line of words.
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
    shelves: Shelves<'_>,
    turn: &Turn,
    tokens: u32,
) -> Result<Vec<(ConversationId, Message)>, StoreError> {
    let mut rows = Vec::new();
    let mut rest = tokens;
    for (_, id) in turn.person.conversations.iter().filter(|(_, id)| *id != turn.conversation.id) {
        let Some(other) = shelves.transcript.conversation(*id).await? else { continue };
        let said = shelves.transcript.window(&other, other.next_seq, rest).await?;
        rest = rest.saturating_sub(rows_size(&said));
        rows.extend(said.into_iter().map(|row| (*id, row)));
    }
    Ok(rows)
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

fn rows_size(rows: &[Message]) -> u32 {
    rows.iter().fold(0, |sum, row| sum.saturating_add(row.tokens))
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
