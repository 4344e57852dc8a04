//! Whether a person wants messages.

use crate::domain::conversation::Conversation;
use crate::domain::job::NewsKind;
use crate::domain::message::{Message, Role};
use crate::domain::person::Person;
use crate::store::StoreError;
use crate::store::sled::tx::Tx;

impl Tx<'_> {
    /// Nothing more is sent to this person, on any number of the business.
    pub(super) fn opt_out(&mut self, conversation: &mut Conversation) -> Result<(), StoreError> {
        self.unsubscribe(conversation)?;
        self.drop_waiting(conversation, &[Role::Assistant, Role::Business])?;
        self.silence_elsewhere(conversation)
    }

    /// Notes that the person wants no more messages.
    pub fn unsubscribe(&mut self, conversation: &Conversation) -> Result<(), StoreError> {
        if self.person(conversation.person)?.opted_out {
            return Ok(());
        }
        self.change_person(conversation, |person| person.opted_out = true)?;
        self.tell(NewsKind::PersonOptedOut, conversation, None, None)
    }

    pub(super) fn change_person(
        &mut self,
        conversation: &Conversation,
        change: impl FnOnce(&mut Person),
    ) -> Result<(), StoreError> {
        let mut person = self.person(conversation.person)?;
        change(&mut person);
        self.put_person(&person)
    }

    /// Who was to be told that an assistant writes here has to be told yet.
    pub fn never_arrived(
        &mut self,
        conversation: &Conversation,
        message: &Message,
    ) -> Result<(), StoreError> {
        match message.attached.introduces {
            true => self.change_person(conversation, |person| person.introduced = false),
            false => Ok(()),
        }
    }

    /// The person's other conversations stop with this one.
    fn silence_elsewhere(&mut self, here: &Conversation) -> Result<(), StoreError> {
        for (_, id) in self.person(here.person)?.conversations {
            if id != here.id {
                let mut other = self.conversation(id)?;
                self.drop_waiting(&mut other, &[Role::Assistant, Role::Business])?;
                self.ask_again(&mut other, None)?;
                self.put_conversation(&other)?;
            }
        }
        Ok(())
    }
}
