//! A file of all that is kept of a person: it is made, and left with the
//! provider, only when it goes out, and is nowhere else.

use std::borrow::Cow;

use super::Deliveries;
use crate::assistant::command::EXPORT_FILE;
use crate::domain::content::{Content, Media};
use crate::domain::delivery::Delivery;
use crate::domain::failure::{Class, Failure, Scope, SendError};
use crate::domain::message::{Message, Role};
use crate::provider::{Provider, Upload};
use crate::recollect::Shelves;
use crate::transfer::export;

impl Deliveries {
    /// The message with the file that it stands for, if it stands for one.
    pub(super) async fn with_file<'a>(
        &self,
        provider: &dyn Provider,
        delivery: &Delivery,
        message: Cow<'a, Message>,
    ) -> Result<Cow<'a, Message>, Failure> {
        let Some(media) = export_of(&message) else { return Ok(message) };
        let number = &delivery.conversation.number.name;
        let file = Upload {
            name: media.filename.clone().unwrap_or_default(),
            mime: media.mime.clone(),
            bytes: self.export(delivery).await?,
        };
        let reference = provider.upload(number, file).await.map_err(|error| match error {
            // Nobody has seen it: once more does no harm.
            SendError::Uncertain => {
                later("the provider did not answer when a file was left with it")
            }
            SendError::NotSent(failure) => failure,
        })?;
        let content = Content::Media(Media { reference, ..media.clone() });
        Ok(Cow::Owned(Message { content, ..message.into_owned() }))
    }

    async fn export(&self, delivery: &Delivery) -> Result<Vec<u8>, Failure> {
        let unread = |error| later(format!("the export could not be read: {error}"));
        let person = self.store.person(delivery.conversation.person).await.map_err(unread)?;
        let person = person.ok_or_else(|| {
            Failure::new(Class::Refused, "the person whose export it is has been forgotten")
        })?;
        let document = export::document(Shelves::of(&*self.store), &person, self.clock.now()).await;
        Ok(document.map_err(unread)?.to_json().into_bytes())
    }
}

/// Only the assistant's own words stand for one.
fn export_of(message: &Message) -> Option<&Media> {
    match &message.content {
        Content::Media(media) if media.reference == EXPORT_FILE => Some(media),
        _ => None,
    }
    .filter(|_| message.role == Role::Assistant)
}

fn later(reason: impl Into<String>) -> Failure {
    Failure::new(Class::Transient { after: None, scope: Scope::Pair }, reason)
}
