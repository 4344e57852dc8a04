//! `/forget`: what these words name goes, or everything.

use super::{Command, NO, Order, YES, read};
use crate::assistant::policy;
use crate::assistant::think::Thought;
use crate::domain::change::Change;
use crate::domain::content::{Choice, Choices};
use crate::domain::id::MessageId;
use crate::domain::memory::{Asked, Origin};
use crate::recollect::{Wish, forget, forget_said};
use crate::store::StoreError;

impl Order<'_> {
    /// Everything goes only if the person says so twice.
    pub(super) fn ask(&self) -> Thought {
        let option = |id: &str, line| Choice {
            id: id.to_owned(),
            title: self.line(line, &[]),
            description: None,
        };
        let text = self.line("forget_question", &[]);
        let options = vec![option(YES, "forget_yes"), option(NO, "forget_no")];
        let asked = Change::Ask(Some(Asked::ForgetAll { at: self.now }));
        let choices = Some(Choices { text: String::new(), options });
        Thought { text, changes: vec![asked], choices }
    }

    /// Notes that match go, with all that says the same; if there are none,
    /// messages that match. The order itself holds the words, too.
    pub(super) async fn forget(&self, what: &str) -> Result<Thought, StoreError> {
        if !what.chars().any(char::is_alphanumeric) {
            return Ok(self.says(self.line("forget_what", &[])));
        }
        let called = |key: &str| self.mind.replies.called(key);
        let wish = Wish {
            person: &self.turn.person,
            what,
            called: &called,
            order: &self.orders(),
            origin: Origin::Person,
            now: self.now,
        };
        let mut gone = forget(self.shelves, &wish).await?;
        if gone.is_empty() {
            gone = forget_said(self.shelves, &wish).await?;
        }
        let (count, messages) = (gone.keys.len().to_string(), gone.messages.to_string());
        let text = match gone.is_empty() {
            true => self.line("nothing_to_forget", &[]),
            false => self.line("forget_done", &[("count", &count), ("messages", &messages)]),
        };
        Ok(Thought { changes: gone.changes, ..self.says(text) })
    }

    fn orders(&self) -> Vec<MessageId> {
        let orders = self.turn.inbound.iter().filter(|row| {
            let command = policy::said(row).and_then(|said| read(&self.mind.replies, said));
            matches!(command, Some(Command::Forget(_)))
        });
        let conversation = self.turn.conversation.id;
        orders.map(|row| MessageId { conversation, position: row.position }).collect()
    }
}
