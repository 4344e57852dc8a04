//! A conversation, page by page, the newest first.

use crate::domain::conversation::Conversation;
use crate::domain::id::Position;
use crate::domain::message::Message;
use crate::store::{StoreError, Transcript};

/// The tokens of a page: so much is read at one go.
const PAGE: u32 = 20_000;

/// Reads a conversation back to its beginning, also what `/new` has put
/// behind.
pub struct Pages<'a> {
    transcript: &'a dyn Transcript,
    conversation: Conversation,
    /// What was read begins here.
    before: Option<Position>,
}

impl<'a> Pages<'a> {
    /// All of this conversation.
    pub fn of(transcript: &'a dyn Transcript, conversation: Conversation) -> Self {
        let conversation = Conversation { window_from: 0, ..conversation };
        Self { transcript, conversation, before: None }
    }

    /// The page before the last one, in order; `None` = that was all. Others
    /// have their turn between two pages.
    pub async fn next(&mut self) -> Result<Option<Vec<Message>>, StoreError> {
        tokio::task::yield_now().await;
        let mut tokens = PAGE;
        loop {
            let page = self.page(tokens).await?;
            if let Some(first) = page.first() {
                self.before = Some(first.position);
                return Ok(Some(page));
            }
            if tokens == u32::MAX {
                return Ok(None);
            }
            // Nothing is left, or one message is longer than a page.
            tokens = tokens.saturating_mul(256);
        }
    }

    /// A page can begin inside a reply: its other parts are read again.
    async fn page(&self, tokens: u32) -> Result<Vec<Message>, StoreError> {
        let below = match self.before {
            None => self.conversation.next_seq,
            Some(Position { seq, part: 0 }) => seq,
            Some(Position { seq, .. }) => seq + 1,
        };
        let mut page = self.transcript.window(&self.conversation, below, tokens).await?;
        page.retain(|row| self.before.is_none_or(|before| row.position < before));
        Ok(page)
    }
}
