//! What left the window of a conversation is told in short.

use super::Jobs;
use super::hook::Told;
use crate::domain::change::{Change, Subject};
use crate::domain::id::ConversationId;

impl Jobs {
    /// Without a summary people are answered all the same.
    pub(super) async fn summarise(&self, id: ConversationId) -> Told {
        match self.assistant.summarise(id).await {
            Ok(changes) if changes.is_empty() => Told::Yes,
            Ok(changes) => self.keep_summary(id, changes).await,
            Err(error) => Told::later(error.to_string()),
        }
    }

    async fn keep_summary(&self, id: ConversationId, changes: Vec<Change>) -> Told {
        match self.store.apply(Subject::Conversation(id), changes).await {
            Ok(_) => Told::Yes,
            Err(error) => Told::later(error.to_string()),
        }
    }
}
