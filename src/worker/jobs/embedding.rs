//! What was said gets vectors, so that it is found by its meaning as well.

use std::collections::HashSet;
use std::time::Duration;

use super::Jobs;
use super::hook::Told;
use crate::domain::change::{Change, Subject};
use crate::domain::conversation::Conversation;
use crate::domain::id::ConversationId;
use crate::domain::memory::{Embedded, Vectors};
use crate::domain::message::Message;
use crate::llm::embeddings::Embeddings;
use crate::recall::{BLOCK, Vector};
use crate::recollect::was_said;
use crate::tokens;

/// How long a server may take for one block.
const WITHIN: Duration = Duration::from_secs(60);

/// What of one message counts for its meaning, in tokens: models take no more
/// than some thousand.
const LONGEST: u32 = 500;

impl Jobs {
    /// For each block of a conversation that is complete and has none.
    pub(super) async fn embed(&self, id: ConversationId) -> Told {
        match self.embed_all(id).await {
            Ok(()) => Told::Yes,
            Err(reason) => Told::later(reason),
        }
    }

    async fn embed_all(&self, id: ConversationId) -> Result<(), String> {
        let conversation = self.store.conversation(id).await.map_err(|e| e.to_string())?;
        let Some(conversation) = conversation else { return Ok(()) };
        let mind = self.assistant.mind(&conversation.number.business);
        let Some(embeddings) = mind.as_ref().and_then(|mind| mind.embeddings.as_ref()) else {
            return Ok(());
        };
        let known = self.store.vectors(id, embeddings.model()).await.map_err(|e| e.to_string())?;
        let known: HashSet<u64> = known.into_iter().map(|vectors| vectors.block).collect();
        let blocks = 0..conversation.next_seq / BLOCK;
        for block in blocks.filter(|block| !known.contains(block)) {
            let vectors = self.vectors(&conversation, block, embeddings).await?;
            let changes = vec![Change::Embed(vectors)];
            let kept = self.store.apply(Subject::Conversation(id), changes).await;
            kept.map_err(|e| e.to_string())?;
        }
        Ok(())
    }

    async fn vectors(
        &self,
        conversation: &Conversation,
        block: u64,
        embeddings: &Embeddings,
    ) -> Result<Vectors, String> {
        let rows = self.rows(conversation, block).await?;
        let text = |row: &Message| tokens::cut(&row.content.as_text(), LONGEST).to_owned();
        let texts: Vec<String> = rows.iter().map(text).collect();
        let vectors = match texts.is_empty() {
            true => Vec::new(),
            false => embeddings.of(&texts, WITHIN).await?,
        };
        let messages = rows.iter().zip(vectors).map(|(row, vector)| Embedded {
            position: row.position,
            vector: Vector::quantise(&vector).encode(),
        });
        let model = embeddings.model().to_owned();
        Ok(Vectors { block, model, messages: messages.collect() })
    }

    /// What was said in a block, and has words.
    async fn rows(&self, whole: &Conversation, block: u64) -> Result<Vec<Message>, String> {
        let from = block * BLOCK;
        let part = Conversation { window_from: from, ..whole.clone() };
        let rows = self.store.window(&part, from + BLOCK, u32::MAX).await;
        let mut rows = rows.map_err(|e| e.to_string())?;
        rows.retain(|row| {
            was_said(row) && row.content.has_words() && !row.content.as_text().trim().is_empty()
        });
        Ok(rows)
    }
}
