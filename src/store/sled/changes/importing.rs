//! What was said elsewhere is brought in, into a conversation of its own that
//! nobody writes in any more.

use jiff::Timestamp;

use super::forgetting::conversations;
use crate::domain::conversation::{Conversation, Mode};
use crate::domain::id::{MessageId, Number, NumberName, PersonId, Position};
use crate::domain::memory::Imported;
use crate::domain::message::{Attached, Message, Role, Status};
use crate::domain::person::{Address, Person};
use crate::store::StoreError;
use crate::store::sled::tx::Tx;

impl Tx<'_> {
    /// Turns in order; how many are new.
    pub(super) fn import(
        &mut self,
        id: PersonId,
        archive: &str,
        turns: &[Imported],
    ) -> Result<u64, StoreError> {
        let mut person = self.person(id)?;
        let mut conversation = self.archive(&mut person, archive)?;
        let mut count = 0;
        for turn in turns {
            count += u64::from(self.bring_in(&person, &mut conversation, turn)?);
        }
        conversation.answered_to = conversation.next_seq;
        self.put_conversation(&conversation)?;
        Ok(count)
    }

    /// The archive of this name, made if it is not there.
    fn archive(&mut self, person: &mut Person, name: &str) -> Result<Conversation, StoreError> {
        let name = NumberName::from(name);
        for id in &person.archives {
            let known = self.conversation(*id)?;
            if known.number.name == name {
                return Ok(known);
            }
        }
        let number = Number { name, business: person.business.clone() };
        let address = person.aliases.iter().find_map(|link| link.alias.address());
        let archive = Conversation {
            id: self.new_id().into(),
            person: person.id,
            key: self.new_key()?,
            shared: Vec::new(),
            number,
            address: address.unwrap_or(Address::Group("nowhere".to_owned())),
            mode: Mode::Assistant,
            handoff: None,
            heard_at: Timestamp::UNIX_EPOCH,
            closed_at: None,
            gone: true,
            asked: None,
            farewell: false,
            next_seq: 1,
            answered_to: 1,
            given_up_to: 1,
            window_from: 1,
            redacted: 0,
            turns: Default::default(),
            deliveries: Default::default(),
        };
        person.archives.push(archive.id);
        self.put_person(person)?;
        Ok(archive)
    }

    /// `false` = it is there already.
    fn bring_in(
        &mut self,
        person: &Person,
        conversation: &mut Conversation,
        turn: &Imported,
    ) -> Result<bool, StoreError> {
        // Under a number that no configuration can name.
        let seen = self.hasher.seen(&person.id.to_string().as_str().into(), &turn.id);
        let known = self.seen(&seen)?.map(|known| known.conversation);
        if known.is_some_and(|known| conversations(person).contains(&known)) {
            return Ok(false);
        }
        let position = Position { seq: self.next_seq(conversation), part: 0 };
        self.see(seen, Some(MessageId { conversation: conversation.id, position }))?;
        let row = Message {
            position,
            role: turn.role,
            content: turn.content.clone(),
            at: turn.at,
            stored_at: self.now,
            provider_id: Some(turn.id.clone()),
            attached: Attached { speaker: turn.speaker.clone(), ..Attached::default() },
            status: if turn.role == Role::Person { Status::Received } else { Status::Sent },
            failure: None,
            resent: None,
            otherwise: None,
            pricing: None,
            reaction: None,
            tokens: turn.tokens,
            terms: turn.terms.clone(),
            turn: None,
        };
        self.put_words(conversation, &row)?;
        Ok(true)
    }
}
