//! Who wrote: the identity book.

use jiff::{SignedDuration, Timestamp};

use crate::domain::conversation::Conversation;
use crate::domain::id::{Business, ConversationId, Number, PersonId};
use crate::domain::message::Role;
use crate::domain::person::{Alias, Link, Person, Sender};
use crate::domain::spending::Spending;
use crate::store::StoreError;
use crate::store::sled::keys;
use crate::store::sled::tx::Tx;

/// Networks leave a number unused for so long before somebody else gets it.
const RECYCLED: SignedDuration = SignedDuration::from_hours(45 * 24);

/// The "number" on which an alias was seen that only a program told of.
const NOWHERE: &str = "api";

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
        self.put_person(&person)?;
        let (number, address) = (number.clone(), sender.address.clone());
        Ok(Conversation::new(id, person.id, self.new_key()?, number, address))
    }

    /// The customer of a business with this alias, on disk, whoever told of
    /// them.
    pub(in crate::store::sled) fn known_or_made(
        &mut self,
        business: &Business,
        alias: &Alias,
    ) -> Result<PersonId, StoreError> {
        let number = Number { name: NOWHERE.into(), business: business.clone() };
        if let Some(known) = self.owner(&number, alias)? {
            return Ok(known.id);
        }
        let mut person = self.stranger(&number)?;
        person.opted_out = self.had_opted_out(business, alias)?;
        self.link(&mut person, &number, alias)?;
        self.put_person(&person)?;
        Ok(person.id)
    }

    /// The person behind a sender, with every alias that is new of them.
    /// Nothing is matched by a name.
    fn whoever(&mut self, number: &Number, sender: &Sender) -> Result<Person, StoreError> {
        let mut aliases = sender.aliases.clone();
        aliases.sort_by_key(Alias::rank);
        let known = self.known_by(number, &aliases)?;
        let mut person = match &known {
            Some(known) => known.clone(),
            None => self.stranger(number)?,
        };
        for alias in &aliases {
            self.link(&mut person, number, alias)?;
            if known.is_none() {
                person.opted_out |= self.had_opted_out(&number.business, alias)?;
            }
        }
        person.name = sender.name.clone().or(person.name);
        if known.as_ref() != Some(&person) {
            self.put_person(&person)?;
        }
        Ok(person)
    }

    /// Whether somebody with this alias, who is forgotten, wanted no messages.
    fn had_opted_out(&self, business: &Business, alias: &Alias) -> Result<bool, StoreError> {
        Ok(self.get::<()>(&self.hasher.opted_out(business, alias))?.is_some())
    }

    /// The first alias decides that is known and not contradicted by an id.
    fn known_by(&self, number: &Number, aliases: &[Alias]) -> Result<Option<Person>, StoreError> {
        for alias in aliases {
            let owner = self.owner(number, alias)?;
            if let Some(person) = owner
                && !self.is_another(&person, number, aliases)?
            {
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
            Some(owner) if owner.id == person.id => {
                see_here(person, number, alias, self.now);
                return Ok(());
            }
            Some(owner) if !self.is_another(&owner, number, &ids(person))? => return Ok(()),
            Some(owner) => self.take_from(owner, alias, person)?,
            None => {}
        }
        self.put(self.hasher.alias(&number.business, alias), &person.id)?;
        person.aliases.push(new_link(alias, number, self.now));
        Ok(())
    }

    /// An alias has a new owner: nothing for the former one goes there any
    /// more.
    pub(super) fn take_from(
        &mut self,
        mut former: Person,
        alias: &Alias,
        owner: &Person,
    ) -> Result<(), StoreError> {
        former.aliases.retain(|link| link.alias.canonical() != alias.canonical());
        for (name, id) in &former.conversations {
            let mut conversation = self.conversation(*id)?;
            let address = Sender::from(conversation.address.clone()).aliases;
            if address.iter().any(|address| address.canonical() == alias.canonical()) {
                let mut left = former.aliases.iter().filter(|link| link.number == *name);
                let left = left.find_map(|link| link.alias.address());
                conversation.gone = left.is_none();
                conversation.address = left.unwrap_or(conversation.address);
                if conversation.gone {
                    self.drop_waiting(&mut conversation, &[Role::Assistant, Role::Business])?;
                }
                self.put_conversation(&conversation)?;
            }
        }
        self.put_person(&former)?;
        tracing::info!(person.id = %owner.id, former.id = %former.id, "An alias has a new owner");
        Ok(())
    }

    /// Whether a sender who shows a user id is somebody else than the person:
    /// who showed another one on this very number, or showed one elsewhere and
    /// has not been heard for so long that their phone number may be another's.
    fn is_another(
        &self,
        person: &Person,
        number: &Number,
        aliases: &[Alias],
    ) -> Result<bool, StoreError> {
        let is_id = |alias: &Alias| matches!(alias, Alias::UserId(_));
        let known = person.aliases.iter().filter(|link| is_id(&link.alias));
        let (here, elsewhere): (Vec<_>, Vec<_>) = known.partition(|l| l.number == number.name);
        let shown = |links: &[&Link]| links.iter().any(|link| aliases.contains(&link.alias));
        if !aliases.iter().any(is_id) || shown(&here) || shown(&elsewhere) {
            return Ok(false);
        }
        Ok(!here.is_empty() || (!elsewhere.is_empty() && self.is_long_silent(person)?))
    }

    fn is_long_silent(&self, person: &Person) -> Result<bool, StoreError> {
        let heard = person.conversations.iter().map(|(_, id)| Ok(self.conversation(*id)?.heard_at));
        let heard: Vec<Timestamp> = heard.collect::<Result<_, StoreError>>()?;
        let last = heard.into_iter().max().unwrap_or(Timestamp::UNIX_EPOCH);
        Ok(self.now.duration_since(last) > RECYCLED)
    }

    pub(in crate::store::sled) fn stranger(
        &mut self,
        number: &Number,
    ) -> Result<Person, StoreError> {
        Ok(Person {
            id: self.new_id().into(),
            business: number.business.clone(),
            aliases: Vec::new(),
            name: None,
            opted_out: false,
            introduced: false,
            spent: Spending::default(),
            conversations: Vec::new(),
            archives: Vec::new(),
            key: self.new_key()?,
            since: self.now,
        })
    }

    /// Random, and ordered by time so that neighbours lie together.
    pub(in crate::store::sled) fn new_id(&self) -> uuid::Uuid {
        let ms = u64::try_from(self.now.as_millisecond()).unwrap_or_default();
        uuid::Builder::from_unix_timestamp_millis(ms, &rand::random()).into_uuid()
    }
}

/// An id counts on each number that it was seen on.
fn see_here(person: &mut Person, number: &Number, alias: &Alias, now: Timestamp) {
    let same = |link: &&Link| link.alias.canonical() == alias.canonical();
    let seen = person.aliases.iter().filter(same).any(|link| link.number == number.name);
    if matches!(alias, Alias::UserId(_)) && !seen {
        person.aliases.push(new_link(alias, number, now));
    }
}

fn new_link(alias: &Alias, number: &Number, since: Timestamp) -> Link {
    Link { alias: alias.clone(), number: number.name.clone(), since }
}

/// The user ids of a person.
fn ids(person: &Person) -> Vec<Alias> {
    let aliases = person.aliases.iter().map(|link| link.alias.clone());
    aliases.filter(|alias| matches!(alias, Alias::UserId(_))).collect()
}
