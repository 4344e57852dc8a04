//! From a signed body to events. A body is one message or one status; both
//! webhooks come here, so that a URL in the wrong place loses nothing.

use jiff::Timestamp;
use url::form_urlencoded;

use super::content::{attached, content};
use super::sender::{CHANNEL, author, bare};
use super::{Config, codes, wire};
use crate::domain::event::{Event, Inbound, Receipt};
use crate::domain::failure::{Class, Failure};
use crate::domain::id::{MessageId, NumberName, ProviderId};
use crate::domain::message::Status;
use crate::provider::Parsed;
use crate::provider::identity::given;
use crate::provider::lenient::Skipped::{self, Foreign, Ignored, Unreadable};
use crate::provider::webhook::Verified;

type Elements = Result<Vec<(NumberName, Event)>, Skipped>;

/// Reads a whole body. Twilio does not say when a message was written, so it
/// was `now`.
pub(super) fn parse(
    numbers: &[(NumberName, Config)],
    verified: &Verified,
    now: Timestamp,
) -> Parsed {
    let mut parsed = Parsed::default();
    match (Reader { numbers, verified }).body(now) {
        Ok(events) => parsed.events = events,
        Err(skipped) => parsed.take(Err(skipped)),
    }
    parsed
}

/// What one message says. The `join TWO-WORDS` of Twilio's sandbox is a text
/// like any other: whether it comes here at all is not documented, a person
/// can mean such words, and a greeting is a fair answer to them.
pub(super) fn message(webhook: &wire::Webhook, at: Timestamp) -> Result<Event, Skipped> {
    let provider_id = provider_id(webhook).ok_or(Unreadable)?;
    if !webhook.from.starts_with(CHANNEL) {
        // The number may have both; an answer would go out by the wrong one.
        tracing::warn!("An SMS came to the webhook; it is acknowledged and not kept");
        return Err(Ignored);
    }
    let sender = author(webhook).ok_or(Unreadable)?;
    let (content, attached) = (content(webhook), attached(webhook));
    Ok(Event::Message(Inbound { provider_id, sender, at, content, attached }))
}

struct Reader<'a> {
    numbers: &'a [(NumberName, Config)],
    verified: &'a Verified,
}

impl Reader<'_> {
    fn body(&self, now: Timestamp) -> Elements {
        // Signed JSON is news of the account; messages are always forms.
        if self.verified.body().starts_with(b"{") {
            return Err(Ignored);
        }
        let webhook = wire::read(self.verified.body()).ok_or(Unreadable)?;
        // `READ` as the type of an event says it as well.
        let status = given(&webhook.message_status).or(given(&webhook.sms_status));
        let status = status.or(given(&webhook.event_type)).map(str::to_ascii_lowercase);
        match status.as_deref() {
            None | Some("received" | "receiving") => self.message(&webhook, now),
            Some(status) => self.status(&webhook, status),
        }
    }

    fn message(&self, webhook: &wire::Webhook, now: Timestamp) -> Elements {
        let event = message(webhook, now)?;
        let to = given(&webhook.to).ok_or(Foreign)?;
        let number = self.numbers(webhook, to).next().ok_or(Foreign)?;
        Ok(vec![(number, event)])
    }

    /// One that does not say whose it is goes to each number of the token: the
    /// message is known to one of them only.
    fn status(&self, webhook: &wire::Webhook, status: &str) -> Elements {
        let provider_id = provider_id(webhook).ok_or(Unreadable)?;
        let code = webhook.error_code.parse().ok();
        let delivery = delivery(self.verified.query());
        let receipt = receipt(delivery, provider_id, status, code).ok_or(Ignored)?;
        let numbers = self.numbers(webhook, &webhook.from);
        match numbers.map(|number| (number, Event::Receipt(receipt.clone()))).collect() {
            none if Vec::is_empty(&none) => Err(Foreign),
            events => Ok(events),
        }
    }

    /// By our side of the message and the account, and only if the token
    /// speaks for it. A status may leave out both: then the token decides.
    fn numbers(&self, webhook: &wire::Webhook, ours: &str) -> impl Iterator<Item = NumberName> {
        let is_it = move |(name, config): &&(NumberName, Config)| {
            self.verified.numbers().contains(name)
                && given(ours).is_none_or(|ours| bare(ours) == bare(&config.from))
                && given(&webhook.account_sid).is_none_or(|account| account == config.account_sid)
        };
        self.numbers.iter().filter(is_it).map(|(name, _)| name.clone())
    }
}

/// What a status says of a message of ours. `None` for those that say nothing
/// new. One that Twilio has queued is as good as sent: it won't get lost.
/// Delivered to a part of the people can't be said of one person.
pub(super) fn receipt(
    delivery: Option<MessageId>,
    provider_id: ProviderId,
    status: &str,
    code: Option<u32>,
) -> Option<Receipt> {
    let status = match status {
        "accepted" | "scheduled" | "queued" | "sending" | "sent" | "partially_delivered" => {
            Status::Sent
        }
        "delivered" => Status::Delivered,
        "read" => Status::Read,
        "failed" | "undelivered" | "canceled" => Status::Failed,
        _ => return None,
    };
    let failure = (status == Status::Failed).then(|| failure(code));
    Some(Receipt { delivery, provider_id, status, failure, pricing: None })
}

fn failure(code: Option<u32>) -> Failure {
    match code {
        Some(code) => codes::failure(code, None),
        None => Failure::new(Class::Refused, "it failed, and Twilio does not say why"),
    }
}

fn provider_id(webhook: &wire::Webhook) -> Option<ProviderId> {
    let ids = [&webhook.message_sid, &webhook.sms_message_sid, &webhook.sms_sid];
    ids.into_iter().find_map(|id| given(id)).map(Into::into)
}

/// The callback's address carries our own id.
fn delivery(query: &str) -> Option<MessageId> {
    let mut fields = form_urlencoded::parse(query.as_bytes());
    fields.find(|(name, _)| name == "delivery").and_then(|(_, id)| id.parse().ok())
}
