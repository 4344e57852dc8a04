//! `/forget`: what these words name goes, or everything.

use std::collections::{BTreeMap, HashSet};

use super::needle::Needle;
use super::{Command, NO, Order, YES, memory, read};
use crate::assistant::policy;
use crate::assistant::think::Thought;
use crate::domain::change::{Change, Subject};
use crate::domain::content::{Choice, Choices, Content};
use crate::domain::id::{ConversationId, MessageId};
use crate::domain::memory::{Asked, Entry, Expect, INSTRUCTIONS, Op, Origin, Write};
use crate::domain::message::{Message, Role};
use crate::store::StoreError;

/// What is to go.
#[derive(Default)]
struct Found {
    writes: Vec<Write>,
    /// So many notes.
    notes: usize,
    /// The messages that say what the notes do.
    cited: HashSet<MessageId>,
    /// And what else says it.
    said: Vec<Needle>,
}

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
    /// messages that match.
    pub(super) async fn forget(&self, what: &str) -> Result<Thought, StoreError> {
        let Some(needle) = Needle::of(what) else {
            return Ok(self.says(self.line("forget_what", &[])));
        };
        let mut found = self.notes(&needle).await?;
        if found.writes.is_empty() {
            found.said.push(needle);
        }
        let messages = self.matching(&found).await?;
        let (count, sum) = (found.notes.to_string(), messages.len().to_string());
        let text = match found.notes + messages.len() {
            0 => self.line("nothing_to_forget", &[]),
            _ => self.line("forget_done", &[("count", &count), ("messages", &sum)]),
        };
        let writes = found.writes.into_iter().map(|write| Change::Remember(Box::new(write)));
        let redacted = self.redacted(messages.into_iter().chain(self.orders()));
        Ok(Thought { changes: writes.chain(redacted).collect(), ..self.says(text) })
    }

    async fn notes(&self, needle: &Needle) -> Result<Found, StoreError> {
        let mut found = Found::default();
        for entry in self.reads.entries(self.turn.person.id).await? {
            let mut gone = self.reads.before(self.turn.person.id, &entry.key).await?;
            let goes = self.names(needle, &entry);
            gone.retain(|before| goes || self.names(needle, before));
            if goes || !gone.is_empty() {
                found.notes += 1;
                found.writes.push(Write::delete(entry.key.clone(), Origin::Person));
                gone.iter().for_each(|before| found.look_for(before));
            }
            match goes {
                true => found.look_for(&entry),
                // What it was goes, what it is now stays.
                false if !gone.is_empty() => found.writes.push(self.again(entry)),
                false => {}
            }
        }
        Ok(found)
    }

    /// By key, by what the key is called, or by value.
    fn names(&self, needle: &Needle, entry: &Entry) -> bool {
        let labels: Vec<&str> = self.mind.replies.labels(&entry.key).collect();
        let text = [&*entry.key, &labels.join(" "), &memory::told(&entry.value)].join(" ");
        needle.is_in(&text)
    }

    /// The same entry, without what it was before.
    fn again(&self, entry: Entry) -> Write {
        let left = entry.expires_at.map(|at| at.duration_since(self.now));
        let ttl = left.map(|left| left.try_into().unwrap_or_default());
        let op = Op::Set { value: entry.value, ttl };
        Write { key: entry.key, expect: Expect::Any, op, origin: entry.origin, cites: entry.cites }
    }

    /// The messages that go, those of this turn excepted.
    async fn matching(&self, found: &Found) -> Result<Vec<MessageId>, StoreError> {
        let mut ids = Vec::new();
        let look = |conversation, row: &Message| {
            let id = MessageId { conversation, position: row.position };
            if found.is_said(id, row) && !self.orders().any(|order| order == id) {
                ids.push(id);
            }
        };
        self.reads.messages(&self.turn.person, look).await?;
        Ok(ids)
    }

    /// The order itself holds the words that are to be forgotten.
    fn orders(&self) -> impl Iterator<Item = MessageId> {
        let orders = self.turn.inbound.iter().filter(|row| {
            let command = policy::said(row).and_then(|said| read(&self.mind.replies, said));
            matches!(command, Some(Command::Forget(_)))
        });
        let conversation = self.turn.conversation.id;
        orders.map(move |row| MessageId { conversation, position: row.position })
    }

    /// In each conversation its own.
    fn redacted(&self, ids: impl Iterator<Item = MessageId>) -> Vec<Change> {
        let mut by_conversation: BTreeMap<ConversationId, Vec<MessageId>> = BTreeMap::new();
        for id in ids {
            by_conversation.entry(id.conversation).or_default().push(id);
        }
        let change = |(id, ids)| match id == self.turn.conversation.id {
            true => Change::Redact(ids),
            false => Change::Also(Box::new(Subject::Conversation(id)), vec![Change::Redact(ids)]),
        };
        by_conversation.into_iter().map(change).collect()
    }
}

impl Found {
    fn look_for(&mut self, entry: &Entry) {
        self.cited.extend(&entry.cites);
        // Wishes are sentences whose words stand in many messages.
        if entry.key != INSTRUCTIONS {
            self.said.extend(Needle::of_value(&memory::told(&entry.value)));
        }
    }

    /// What a human of the business said is the business's.
    fn is_said(&self, id: MessageId, row: &Message) -> bool {
        if row.content == Content::Revoked {
            return false;
        }
        let said = || {
            let text = row.content.as_text();
            self.said.iter().any(|needle| needle.is_in(&text))
        };
        match row.role {
            Role::Person | Role::Assistant => self.cited.contains(&id) || said(),
            Role::Business => false,
        }
    }
}
