//! What left the window of a conversation is told in short.

use super::Jobs;
use super::hook::Told;
use crate::domain::change::{Change, Subject};
use crate::domain::id::ConversationId;
use crate::domain::memory::Summary;

impl Jobs {
    /// Without a summary people are answered all the same.
    pub(super) async fn summarise(&self, id: ConversationId) -> Told {
        match self.assistant.summarise(id).await {
            Ok(Some(summary)) => self.keep_summary(id, summary).await,
            Ok(None) => Told::Yes,
            Err(error) => Told::later(error.to_string()),
        }
    }

    async fn keep_summary(&self, id: ConversationId, summary: Summary) -> Told {
        let changes = vec![Change::Summarise(summary)];
        match self.store.apply(Subject::Conversation(id), changes).await {
            Ok(_) => Told::Yes,
            Err(error) => Told::later(error.to_string()),
        }
    }
}
