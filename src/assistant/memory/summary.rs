//! What left the window, told in short by the model: after the turn, always
//! from what was really said.

use jiff::Timestamp;

use crate::assistant::{Mind, templates::Noting};
use crate::domain::change::Change;
use crate::domain::conversation::Conversation;
use crate::domain::memory::Summary;
use crate::domain::message::{Message, Role};
use crate::llm::{Completion, Line, Prompt};
use crate::recollect::{self, Shelves, quoted, was_said};
use crate::store::StoreError;
use crate::tokens;

/// The newest of what was said is not told in short: surely it stands in the
/// window. So much of the budget.
const NEWEST: u32 = 3;

/// How much of an older summary is repeated, in characters.
const BEFORE: usize = 8000;

/// Why there is no summary.
#[derive(Debug, thiserror::Error)]
pub enum NoSummary {
    /// It could not be read.
    #[error(transparent)]
    Store(#[from] StoreError),
    /// No model wrote one; for the operator.
    #[error("{0}")]
    Model(String),
}

impl Mind {
    /// Whether the model can: the demonstration can't.
    pub(in crate::assistant) fn summarises(&self) -> bool {
        self.llm.provider != "demo" && self.memory.summary_tokens > 0
    }

    /// More than this must not stand outside of both window and summary.
    pub(in crate::assistant) fn untold_tokens(&self) -> u32 {
        self.memory.budget_tokens / 6
    }

    /// A summary of all but the newest, and what it took; empty = there is
    /// nothing new to tell.
    pub(in crate::assistant) async fn summarise(
        &self,
        conversation: &Conversation,
        shelves: Shelves<'_>,
        now: Timestamp,
    ) -> Result<Vec<Change>, NoSummary> {
        let before = shelves.derived.summary(conversation.id).await?;
        let told = before.as_ref().map_or(0, |before| before.upto);
        let budget = self.memory.budget_tokens;
        let newest =
            shelves.transcript.window(conversation, conversation.next_seq, budget / NEWEST);
        let Some(upto) = newest.await?.first().map(|row| row.position.seq) else {
            return Ok(Vec::new());
        };
        let rows = shelves.transcript.window(conversation, upto, budget / 4 * 3).await?;
        if upto <= told || rows.is_empty() {
            return Ok(Vec::new());
        }
        // What the rows don't reach back to is known from the last one only.
        let whole =
            rows.first().is_none_or(|row| row.position.seq <= conversation.window_from.max(1));
        let before = before.filter(|_| !whole).map(|before| quoted(&before.text, BEFORE));
        let (model, said) = self.told_in_short(&rows, before.unwrap_or_default()).await?;
        let text = tokens::cut(said.text.trim(), self.memory.summary_tokens).to_owned();
        let summary = Summary { text, upto, redacted: conversation.redacted, at: now };
        let took = self.accounted_aside(model, said.usage, now);
        Ok(std::iter::once(Change::Summarise(summary)).chain(took).collect())
    }

    async fn told_in_short(
        &self,
        rows: &[Message],
        before: String,
    ) -> Result<(&str, Completion), NoSummary> {
        let (lines, words) = (self.newest_lines(rows), self.memory.summary_tokens / 2);
        let noting = Noting { lines: lines.join("\n"), before, words };
        let text = self.templates.summary(&noting).map_err(NoSummary::Model)?;
        let prompt = Prompt {
            system: Vec::new(),
            dialog: vec![Line { role: Role::Person, text }],
            steps: Vec::new(),
            tools: Vec::new(),
            max_output_tokens: self.llm.max_output_tokens,
        };
        self.written(&prompt).await.map_err(NoSummary::Model)
    }

    /// As many of the newest as fit: of short ones the dates are longer than
    /// the words.
    fn newest_lines(&self, rows: &[Message]) -> Vec<String> {
        let mut room = self.memory.budget_tokens / 4 * 3;
        let lines = rows.iter().rev().filter(|row| was_said(row));
        let lines = lines.map(|row| recollect::line(row, &self.schedule.zone));
        let mut lines: Vec<String> = lines
            .take_while(|line| {
                let left = room.checked_sub(tokens::count(line) + 1);
                room = left.unwrap_or_default();
                left.is_some()
            })
            .collect();
        lines.reverse();
        lines
    }

    /// By the first model that writes anything.
    async fn written(&self, prompt: &Prompt) -> Result<(&str, Completion), String> {
        let mut why = "no model is configured (llm.model)".to_owned();
        for model in std::iter::once(&self.llm.model).chain(&self.llm.fallback_models) {
            match self.model.complete(model, prompt).await {
                Ok(completion) if !completion.text.trim().is_empty() => {
                    return Ok((model, completion));
                }
                Ok(_) => why = "the model's answer was empty".to_owned(),
                Err(error) => why = error.to_string(),
            }
        }
        Err(why)
    }
}
