//! From the store to our export: everything that is kept of one person.

use std::collections::HashMap;

use jiff::Timestamp;
use serde::Serialize;

use super::document::{Before, Conversation, Document, FORM, Fact, Message};
use crate::domain::conversation;
use crate::domain::id::{ConversationId, MessageId, PersonId, ProviderId};
use crate::domain::memory::{Entry, INSTRUCTIONS};
use crate::domain::message;
use crate::domain::person::Person;
use crate::recollect::Shelves;
use crate::store::StoreError;

/// All that is kept of them now.
pub async fn document(
    shelves: Shelves<'_>,
    person: &Person,
    now: Timestamp,
) -> Result<Document, StoreError> {
    let (mut profile, mut instructions) = (Vec::new(), None);
    for entry in shelves.entries(person.id).await? {
        match entry.key == INSTRUCTIONS {
            true => instructions = Some(entry.text()),
            false => profile.push(fact(shelves, person.id, entry).await?),
        }
    }
    let mut conversations = Vec::new();
    for one in shelves.conversations(person).await? {
        let is_archive = person.archives.contains(&one.id);
        conversations.push(conversation(shelves, one, is_archive).await?);
    }
    Ok(Document {
        olifant_export: FORM,
        exported_at: now,
        person: person.into(),
        profile,
        instructions,
        conversations,
    })
}

async fn fact(shelves: Shelves<'_>, person: PersonId, entry: Entry) -> Result<Fact, StoreError> {
    let history = shelves.before(person, &entry.key).await?.into_iter().map(|before| Before {
        origin: name(&before.origin),
        at: before.updated_at,
        value: before.value,
    });
    Ok(Fact {
        history: history.collect(),
        origin: name(&entry.origin),
        at: entry.updated_at,
        expires: entry.expires_at,
        cites: entry.cites.iter().map(MessageId::to_string).collect(),
        key: entry.key,
        value: entry.value,
    })
}

/// What a message is called outside: what was brought in keeps the name that it
/// came with.
pub fn called(conversation: ConversationId, is_archive: bool, row: &message::Message) -> String {
    match &row.provider_id {
        Some(own) if is_archive => own.as_str().to_owned(),
        _ => MessageId { conversation, position: row.position }.to_string(),
    }
}

async fn conversation(
    shelves: Shelves<'_>,
    of: conversation::Conversation,
    is_archive: bool,
) -> Result<Conversation, StoreError> {
    let (id, number) = (of.id, of.number.name.to_string());
    let summary = shelves.derived.summary(id).await?.map(|summary| summary.text);
    let mut rows: Vec<message::Message> = Vec::new();
    shelves.messages_of(of, |row| rows.push(row.clone())).await?;
    rows.sort_by_key(|row| row.position);
    let called = |row: &message::Message| called(id, is_archive, row);
    let names: HashMap<&ProviderId, String> =
        rows.iter().filter_map(|row| Some((row.provider_id.as_ref()?, called(row)))).collect();
    let quoted = |row: &message::Message| names.get(row.attached.quotes.as_ref()?).cloned();
    let messages = rows.iter().map(|row| Message::new(called(row), quoted(row), row)).collect();
    Ok(Conversation { number, provider: None, messages, summary })
}

/// As it stands in JSON.
fn name(value: &impl Serialize) -> String {
    let name = serde_json::to_value(value).ok();
    name.as_ref().and_then(|name| name.as_str()).unwrap_or_default().to_owned()
}
