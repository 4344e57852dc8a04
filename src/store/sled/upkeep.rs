//! What has had its time goes, in small batches through the writer.

use async_trait::async_trait;
use jiff::{SignedDuration, Timestamp};

use super::SledStore;
use super::keys;
use super::tx::{Seen, Tx, block, block_of_next};
use crate::domain::conversation::Conversation;
use crate::domain::id::{ConversationId, MessageId, PersonId};
use crate::domain::job::Erasure;
use crate::domain::memory::Access;
use crate::domain::message::Message;
use crate::store::{Kept, StoreError, Swept, Upkeep};

/// Providers repeat a webhook for up to a week: so long an id is known at
/// least, even if its message is gone.
const REPEATED: SignedDuration = SignedDuration::from_hours(8 * 24);

/// So long it can be told who looked into a person's memory.
const AUDIT: SignedDuration = SignedDuration::from_hours(400 * 24);

/// What is looked through, in this order.
const TABLES: [Table; 4] = [
    Table {
        prefix: keys::all_expiring,
        sweep: |tx, key, kept, max| tx.sweep_expired(key, kept, max),
    },
    Table {
        prefix: keys::conversations,
        sweep: |tx, key, kept, max| tx.sweep_conversation(key, kept, max),
    },
    Table { prefix: keys::all_seen, sweep: |tx, key, kept, max| tx.sweep_seen(key, kept, max) },
    Table { prefix: keys::looks, sweep: |tx, key, kept, max| tx.sweep_look(key, kept, max) },
];

/// A table whose records have their time.
struct Table {
    prefix: fn() -> Vec<u8>,
    /// Looks at one key; how much it deleted.
    sweep: Sweep,
}

type Sweep = fn(&mut Tx<'_>, &[u8], &Kept, usize) -> Result<usize, StoreError>;

#[async_trait]
impl Upkeep for SledStore {
    async fn sweep(
        &self,
        kept: &Kept,
        from: Option<Swept>,
        max: usize,
    ) -> Result<Swept, StoreError> {
        let (kept, from) = (kept.clone(), from.and_then(|from| from.next));
        self.writer()?.write(move |tx| tx.sweep(&kept, from, max)).await
    }

    async fn erase(&self, left: &Erasure, max: usize) -> Result<bool, StoreError> {
        let left = left.clone();
        self.writer()?.write(move |tx| tx.erase(&left, max)).await
    }

    async fn accesses(&self, max: usize) -> Result<Vec<Access>, StoreError> {
        let mut found = Vec::new();
        for key in self.reading.tree.scan_prefix(keys::looks()).keys().rev() {
            let key = key.map_err(super::tx::unavailable)?;
            if key.len() == keys::LOOK_KEY {
                found.extend(self.read::<Access>(&key)?);
            }
            if found.len() >= max {
                break;
            }
        }
        Ok(found)
    }
}

impl Tx<'_> {
    /// Looks at up to `max` keys, from where the last sweep ended.
    fn sweep(
        &mut self,
        kept: &Kept,
        from: Option<Vec<u8>>,
        max: usize,
    ) -> Result<Swept, StoreError> {
        let from = from.unwrap_or_else(TABLES[0].prefix);
        let begins = |table: &&Table| from.starts_with(&(table.prefix)());
        let at = TABLES.iter().position(|table| begins(&table)).unwrap_or_default();
        let Table { prefix, sweep } = &TABLES[at];
        let found = self.keys_up_to(&prefix(), &from, max)?;
        let mut deleted = 0;
        for key in &found {
            deleted += sweep(self, key, kept, max - deleted)?;
            if deleted >= max {
                // Of a long conversation more may have to go.
                return Ok(Swept { next: Some(key.clone()), deleted });
            }
        }
        let on = found.last().filter(|_| found.len() >= max).map(|last| [last, &[0][..]].concat());
        let next = on.or_else(|| TABLES.get(at + 1).map(|table| (table.prefix)()));
        Ok(Swept { next, deleted })
    }

    /// An entry whose time is over.
    fn sweep_expired(&mut self, key: &[u8], _: &Kept, _: usize) -> Result<usize, StoreError> {
        // What ends now has ended.
        if key >= keys::expire_by(self.now + SignedDuration::from_micros(1)).as_slice() {
            return Ok(0);
        }
        if let Some((space, entry)) = keys::expiring(key) {
            self.expire(space, entry)?;
        }
        self.delete(key.to_vec())?;
        Ok(1)
    }

    /// The oldest messages and traces of a conversation.
    fn sweep_conversation(
        &mut self,
        key: &[u8],
        kept: &Kept,
        max: usize,
    ) -> Result<usize, StoreError> {
        let Some(id) = keys::conversation_of(key) else { return Ok(0) };
        let Some(conversation) = self.if_there(id)? else { return Ok(0) };
        let business = &conversation.number.business;
        let mut deleted = 0;
        if let Some(keep) = kept.traces.get(business) {
            deleted += self.sweep_traces(id, self.before(*keep), max)?;
        }
        if let Some(keep) = kept.messages.get(business) {
            deleted += self.sweep_messages(&conversation, self.before(*keep), max - deleted)?;
        }
        Ok(deleted)
    }

    fn before(&self, keep: std::time::Duration) -> Timestamp {
        self.now.checked_sub(keep).unwrap_or(Timestamp::MIN)
    }

    fn sweep_traces(
        &mut self,
        id: ConversationId,
        before: Timestamp,
        max: usize,
    ) -> Result<usize, StoreError> {
        let prefix = keys::traces(id);
        let mut deleted = 0;
        for key in self.keys_up_to(&prefix, &prefix, max)? {
            let Some(position) = keys::position_of(&key) else { continue };
            let row = self.message(MessageId { conversation: id, position })?;
            if row.is_some_and(|row| row.stored_at >= before) {
                break;
            }
            self.delete(key)?;
            deleted += 1;
        }
        Ok(deleted)
    }

    /// What nobody works on and nobody waits for.
    fn sweep_messages(
        &mut self,
        conversation: &Conversation,
        before: Timestamp,
        max: usize,
    ) -> Result<usize, StoreError> {
        let prefix = keys::messages(conversation.id);
        let mut deleted = 0;
        for key in self.keys_up_to(&prefix, &prefix, max)? {
            let Some(position) = keys::position_of(&key) else { continue };
            let row = self.get::<Message>(&key)?.filter(|row| row.stored_at >= before);
            let id = MessageId { conversation: conversation.id, position };
            let open = self.raw_is_there(&keys::delivery(id))?;
            if row.is_some() || open || position.seq >= conversation.answered_to {
                break;
            }
            self.delete_message(conversation, id)?;
            deleted += 1;
        }
        if deleted > 0 {
            self.delete(keys::summary(conversation.id))?;
        }
        Ok(deleted)
    }

    fn delete_message(
        &mut self,
        conversation: &Conversation,
        id: MessageId,
    ) -> Result<(), StoreError> {
        let block = block(id.position.seq);
        if block < block_of_next(conversation) {
            self.touch_block(conversation.id, block);
        }
        self.delete(keys::vectors(conversation.id, block))?;
        self.delete(keys::trace(id))?;
        self.delete(keys::message(id))
    }

    /// An id whose message is gone.
    fn sweep_seen(&mut self, key: &[u8], _: &Kept, _: usize) -> Result<usize, StoreError> {
        let Some(seen) = self.get::<Seen>(key)? else { return Ok(0) };
        let old = self.now.duration_since(seen.at) > REPEATED;
        let there = match seen.id {
            Some(id) if old => self.raw_is_there(&keys::message(id))?,
            _ => false,
        };
        if !old || there {
            return Ok(0);
        }
        self.delete(key.to_vec())?;
        Ok(1)
    }

    fn sweep_look(&mut self, key: &[u8], _: &Kept, _: usize) -> Result<usize, StoreError> {
        let Some(look) = self.get::<Access>(key)? else { return Ok(0) };
        if self.now.duration_since(look.minute) <= AUDIT {
            return Ok(0);
        }
        self.delete(key.to_vec())?;
        Ok(1)
    }

    /// Deletes up to `max` records; `true` = none is left.
    fn erase(&mut self, left: &Erasure, max: usize) -> Result<bool, StoreError> {
        let mut room = max;
        for prefix in records(left) {
            room -= self.delete_all(&prefix, room)?;
            if room == 0 {
                return Ok(false);
            }
        }
        Ok(true)
    }
}

/// All that belongs to somebody.
fn records(left: &Erasure) -> Vec<Vec<u8>> {
    let conversation = |id: &ConversationId| {
        [
            keys::messages(*id),
            keys::blocks(*id),
            keys::all_brought(*id),
            keys::all_vectors(*id),
            keys::traces(*id),
            keys::summary(*id),
            keys::deliveries(*id),
            keys::conversation(*id),
        ]
    };
    let profile = |id: PersonId| {
        let space = id.as_bytes();
        [keys::entries(space), keys::written_in(space), keys::all_before(space), keys::space(space)]
    };
    let conversations = left.conversations.iter().flat_map(conversation);
    conversations.chain(profile(left.person)).chain([keys::person(left.person)]).collect()
}
