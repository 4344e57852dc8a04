//! Which conversations are meant.

use std::cmp::Reverse;

use jiff::Timestamp;

use super::standing::may_wait;
use super::{Line, Standing, Which};
use crate::domain::conversation::Conversation;
use crate::domain::id::ConversationId;
use crate::domain::message::Message;
use crate::http::Shared;
use crate::http::admin::people;
use crate::http::error::Problem;
use crate::recall::Needle;
use crate::recollect::{Shelves, newest_with};

/// So many conversations are read between two breaths.
const PAGE: usize = 200;

/// A look over all conversations.
pub(super) struct Look<'a> {
    shared: &'a Shared,
    which: &'a Which,
    /// In lower case.
    name: Option<String>,
    words: Option<Needle>,
    now: Timestamp,
}

impl<'a> Look<'a> {
    pub fn for_those(shared: &'a Shared, which: &'a Which) -> Self {
        let search = which.search.as_deref();
        let (name, words) = (search.map(str::to_lowercase), search.and_then(Needle::of_name));
        Self { shared, which, name, words, now: shared.clock.now() }
    }

    /// Those that can be meant, by their newest message.
    pub async fn newest_first(&self) -> Result<Vec<ConversationId>, Problem> {
        let (store, mut found, mut after) = (&self.shared.store, Vec::new(), None);
        loop {
            let page = store.conversations(after, PAGE).await?;
            let Some(last) = page.last() else { break };
            after = Some(last.id);
            for conversation in page.iter().filter(|one| self.is_here(one)) {
                let newest = store.newest(conversation.id, 1).await?.pop();
                let newest = newest.filter(|newest| self.can_be(conversation, newest));
                found.extend(newest.map(|newest| (Reverse(newest.at), conversation.id)));
            }
            tokio::task::yield_now().await;
        }
        found.sort_unstable();
        Ok(found.into_iter().map(|(_, id)| id).collect())
    }

    fn is_here(&self, conversation: &Conversation) -> bool {
        let number = self.which.number.as_ref();
        let ours = !conversation.farewell && !conversation.number.name.is_in_chat();
        ours && number.is_none_or(|number| conversation.number.name == *number)
    }

    fn can_be(&self, conversation: &Conversation, newest: &Message) -> bool {
        let since = self.which.since.is_none_or(|since| newest.at >= since);
        since && (!self.which.waiting || may_wait(conversation, newest, self.now))
    }

    /// How it stands, if it is meant. What was brought in is no conversation.
    pub async fn at(&self, id: ConversationId) -> Result<Option<Standing>, Problem> {
        let store = &self.shared.store;
        let Some(conversation) = store.conversation(id).await? else { return Ok(None) };
        let Some(person) = store.person(conversation.person).await? else { return Ok(None) };
        if person.archives.contains(&id) {
            return Ok(None);
        }
        let called = people::is_wanted(self.shared, &person, self.name.as_deref()).await?;
        let found = if called { None } else { self.said_in(id).await? };
        if !called && found.is_none() {
            return Ok(None);
        }
        let found = found.map(|row| Line::of(id, &row, None));
        let standing = super::of(self.shared, &conversation, &person).await?;
        let meant = !self.which.waiting || standing.waits;
        Ok(meant.then_some(Standing { found, ..standing }))
    }

    async fn said_in(&self, id: ConversationId) -> Result<Option<Message>, Problem> {
        match &self.words {
            Some(words) => Ok(newest_with(Shelves::of(&*self.shared.store), id, words).await?),
            None => Ok(None),
        }
    }
}
