//! Who wrote: the identity book.

use jiff::Timestamp;

use crate::domain::conversation::{Conversation, Mode};
use crate::domain::id::{ConversationId, Number, PersonId};
use crate::domain::person::{Alias, Link, Person, Sender};
use crate::store::StoreError;
use crate::store::sled::keys;
use crate::store::sled::tx::Tx;

impl Tx<'_> {
    /// The conversation with this address, on disk.
    pub(in crate::store::sled) fn conversation_at(
        &mut self,
        number: &Number,
        sender: &Sender,
    ) -> Result<ConversationId, StoreError> {
        let conversation = self.conversation_with(number, sender)?;
        if self.get::<Conversation>(&keys::conversation(conversation.id))?.is_none() {
            self.put_conversation(&conversation)?;
        }
        Ok(conversation.id)
    }

    /// The conversation with whoever this is; both are made at first sight,
    /// and the caller writes it.
    pub(super) fn conversation_with(
        &mut self,
        number: &Number,
        sender: &Sender,
    ) -> Result<Conversation, StoreError> {
        let mut person = self.whoever(number, sender)?;
        let known = person.conversations.iter().find(|(name, _)| *name == number.name);
        if let Some((_, id)) = known {
            let id = *id;
            return self.conversation(id);
        }
        let id = self.new_id().into();
        person.conversations.push((number.name.clone(), id));
        self.put(keys::person(person.id), &person)?;
        Ok(Conversation {
            id,
            person: person.id,
            number: number.clone(),
            address: sender.address.clone(),
            mode: Mode::Assistant,
            handoff: None,
            heard_at: Timestamp::UNIX_EPOCH,
            closed_at: None,
            next_seq: 1,
            answered_to: 1,
            given_up_to: 1,
            window_from: 1,
            turns: Default::default(),
            deliveries: Default::default(),
        })
    }

    /// The person behind a sender, with every alias that is new of them.
    /// Nothing is matched by a name.
    fn whoever(&mut self, number: &Number, sender: &Sender) -> Result<Person, StoreError> {
        let mut aliases = sender.aliases.clone();
        aliases.sort_by_key(Alias::rank);
        let known = self.known_by(number, &aliases)?;
        let mut person = known.clone().unwrap_or_else(|| self.stranger(number));
        for alias in &aliases {
            self.link(&mut person, number, alias)?;
        }
        person.name = sender.name.clone().or(person.name);
        if known.as_ref() != Some(&person) {
            self.put(keys::person(person.id), &person)?;
        }
        Ok(person)
    }

    /// The first alias decides that is known and not contradicted by an id.
    fn known_by(&self, number: &Number, aliases: &[Alias]) -> Result<Option<Person>, StoreError> {
        for alias in aliases {
            let owner = self.owner(number, alias)?;
            if let Some(person) = owner.filter(|owner| !contradicts(owner, number, aliases)) {
                return Ok(Some(person));
            }
        }
        Ok(None)
    }

    pub(super) fn owner(
        &self,
        number: &Number,
        alias: &Alias,
    ) -> Result<Option<Person>, StoreError> {
        let id: Option<PersonId> = self.get(&self.hasher.alias(&number.business, alias))?;
        id.map(|id| self.person(id)).transpose()
    }

    /// Makes an alias the person's, unless it is somebody else's. A number
    /// whose new owner shows another id has changed hands.
    fn link(
        &mut self,
        person: &mut Person,
        number: &Number,
        alias: &Alias,
    ) -> Result<(), StoreError> {
        match self.owner(number, alias)? {
            Some(owner) if owner.id == person.id => return Ok(()),
            Some(owner) if !contradicts(&owner, number, &ids(person)) => return Ok(()),
            Some(mut owner) => {
                owner.aliases.retain(|link| link.alias.canonical() != alias.canonical());
                self.put(keys::person(owner.id), &owner)?;
                tracing::info!(person.id = %person.id, former.id = %owner.id, "An alias has a new owner");
            }
            None => {}
        }
        self.put(self.hasher.alias(&number.business, alias), &person.id)?;
        let (alias, number, since) = (alias.clone(), number.name.clone(), self.now);
        person.aliases.push(Link { alias, number, since });
        Ok(())
    }

    fn stranger(&self, number: &Number) -> Person {
        Person {
            id: self.new_id().into(),
            business: number.business.clone(),
            aliases: Vec::new(),
            name: None,
            opted_out: false,
            introduced: false,
            conversations: Vec::new(),
            since: self.now,
        }
    }

    /// Random, and ordered by time so that neighbours lie together.
    pub(in crate::store::sled) fn new_id(&self) -> uuid::Uuid {
        let ms = u64::try_from(self.now.as_millisecond()).unwrap_or_default();
        uuid::Builder::from_unix_timestamp_millis(ms, &rand::random()).into_uuid()
    }
}

/// Whether a sender shows a user id, and the person another one on this very
/// number: then they are two, and a phone number they share has a new owner.
fn contradicts(person: &Person, number: &Number, aliases: &[Alias]) -> bool {
    let is_id = |alias: &Alias| matches!(alias, Alias::UserId(_));
    let shown = |alias: &Alias| aliases.contains(alias);
    let here = person.aliases.iter().filter(|link| link.number == number.name);
    let mut here = here.map(|link| &link.alias).filter(|alias| is_id(alias)).peekable();
    aliases.iter().any(is_id) && here.peek().is_some() && !here.any(shown)
}

/// The user ids of a person.
fn ids(person: &Person) -> Vec<Alias> {
    let aliases = person.aliases.iter().map(|link| link.alias.clone());
    aliases.filter(|alias| matches!(alias, Alias::UserId(_))).collect()
}
