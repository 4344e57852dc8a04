//! What is queued for the business's other programs, in the commit in which it
//! happens.

use super::tx::Tx;
use crate::domain::conversation::Conversation;
use crate::domain::id::MessageId;
use crate::domain::job::{News, NewsKind, Task};
use crate::store::StoreError;

impl Tx<'_> {
    /// Whether anybody wants to hear of it.
    pub fn wants(&self, kind: NewsKind) -> bool {
        self.wanted.contains(&kind)
    }

    /// Queues the job of telling it, if anybody wants to hear.
    pub fn tell(
        &mut self,
        kind: NewsKind,
        conversation: &Conversation,
        message: Option<MessageId>,
        reason: Option<&str>,
    ) -> Result<(), StoreError> {
        // What is tried at a terminal is no news.
        if !self.wants(kind) || conversation.number.name.is_in_chat() {
            return Ok(());
        }
        self.queue_job(Task::Tell(News {
            kind,
            at: self.now,
            business: conversation.number.business.clone(),
            number: conversation.number.name.clone(),
            conversation: Some(conversation.id),
            person: Some(conversation.person),
            message,
            reason: reason.map(str::to_owned),
        }))
    }
}
