//! News as JSON. Words are read when they are told: what was forgotten
//! meanwhile is told to nobody.

use serde::Serialize;

use super::Jobs;
use super::hook::Told;
use crate::domain::content::Content;
use crate::domain::id::{ConversationId, MessageId, PersonId};
use crate::domain::job::{Job, News};
use crate::domain::message::{Message, Role};
use crate::domain::person::Address;
use crate::store::StoreError;

/// What is posted.
#[derive(Debug, Serialize)]
struct Posted<'a> {
    r#type: &'static str,
    timestamp: jiff::Timestamp,
    data: Data<'a>,
}

#[derive(Debug, Serialize)]
struct Data<'a> {
    business: &'a str,
    number: &'a str,
    #[serde(skip_serializing_if = "Option::is_none")]
    conversation: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    person: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    message: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    reason: Option<&'a str>,
    #[serde(skip_serializing_if = "Option::is_none")]
    content: Option<Words>,
}

/// With `events.content`: who, and what was said.
#[derive(Debug, Default, Serialize)]
struct Words {
    #[serde(skip_serializing_if = "Option::is_none")]
    address: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    name: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    role: Option<Role>,
    #[serde(skip_serializing_if = "Option::is_none")]
    text: Option<String>,
    /// The id of the option that was chosen.
    #[serde(skip_serializing_if = "Option::is_none")]
    choice: Option<String>,
    /// Why a human was asked for.
    #[serde(skip_serializing_if = "Option::is_none")]
    handoff: Option<String>,
}

impl Jobs {
    /// Tells the business's other programs.
    pub(super) async fn tell(&self, job: &Job, news: &News) -> Told {
        let Some(hook) = &self.events else { return Told::Never("events.url is not set") };
        let content = match self.content {
            true => match self.words(news).await {
                Ok(words) => Some(words),
                Err(error) => return Told::later(error.to_string()),
            },
            false => None,
        };
        let data = Data {
            business: news.business.as_str(),
            number: news.number.as_str(),
            conversation: news.conversation.as_ref().map(ConversationId::to_string),
            person: news.person.as_ref().map(PersonId::to_string),
            message: news.message.as_ref().map(MessageId::to_string),
            reason: news.reason.as_deref(),
            content,
        };
        let posted = Posted { r#type: news.kind.as_str(), timestamp: news.at, data };
        hook.post(&self.http, &self.clock, job.id, &posted).await
    }

    async fn words(&self, news: &News) -> Result<Words, StoreError> {
        let mut words = Words::default();
        if let Some(id) = news.conversation
            && let Some(conversation) = self.store.conversation(id).await?
        {
            words.address = Some(spelt(&conversation.address));
            words.handoff = conversation.handoff.map(|handoff| handoff.reason);
        }
        if let Some(id) = news.person {
            words.name = self.store.person(id).await?.and_then(|person| person.name);
        }
        if let Some(id) = news.message
            && let Some(message) = self.store.message(id).await?
        {
            words.said(&message);
        }
        Ok(words)
    }
}

impl Words {
    fn said(&mut self, message: &Message) {
        self.role = Some(message.role);
        self.text = Some(message.content.as_text());
        if let Content::Choice { id, .. } = &message.content {
            self.choice = Some(id.clone());
        }
    }
}

fn spelt(address: &Address) -> String {
    match address {
        Address::Phone(phone) => format!("+{}", phone.digits()),
        Address::UserId(id) => id.as_str().to_owned(),
        Address::Group(id) => id.clone(),
    }
}
