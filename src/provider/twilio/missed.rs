//! What Twilio took while nobody was here to be told: it tries a webhook a few
//! times, then keeps the message in its list. The list holds words, files,
//! sender and time; a tap is the text of its button, and a place, a quote, an
//! advertisement and the person's name are not in it.

use jiff::Timestamp;

use super::letter::from;
use super::{Config, Twilio, call, parse, wire};
use crate::domain::failure::{Class, Failure, Scope, SendError};
use crate::domain::id::{NumberName, ProviderId};
use crate::provider::Parsed;
use crate::provider::exchange::unknown_number;

/// The most that Twilio puts on a page.
const PAGE: u32 = 1000;

/// A list that has no end is no list.
const PAGES: usize = 1000;

/// A message that came in, as it stands in the list.
pub struct Missed {
    message: wire::Message,
    at: Timestamp,
}

impl Missed {
    /// What Twilio calls it.
    pub fn id(&self) -> ProviderId {
        self.message.sid.as_str().into()
    }

    /// When it came in.
    pub fn at(&self) -> Timestamp {
        self.at
    }
}

impl Twilio {
    /// All that came in on a number since, the oldest first.
    pub async fn missed(
        &self,
        number: &NumberName,
        since: Timestamp,
    ) -> Result<Vec<Missed>, Failure> {
        listed(self, number, since).await.map_err(failure)
    }

    /// A message of the list as if a webhook had told it.
    pub async fn told(&self, number: &NumberName, missed: Missed) -> Result<Parsed, Failure> {
        let at = missed.at;
        let webhook = webhook(self, number, missed.message).await.map_err(failure)?;
        let mut parsed = Parsed::default();
        parsed.take(parse::message(&webhook, at).map(|event| (number.clone(), event)));
        Ok(parsed)
    }
}

async fn listed(
    twilio: &Twilio,
    number: &NumberName,
    since: Timestamp,
) -> Result<Vec<Missed>, SendError> {
    let config = twilio.config(number).ok_or_else(unknown_number)?;
    let search = wire::Search { to: from(config), from: None, since, page_size: PAGE };
    let mut url = call::list(config, &search)?;
    let mut all = Vec::new();
    for _ in 0..PAGES {
        let page: wire::Page = call::get(twilio, config, url.clone()).await?;
        all.extend(page.messages.into_iter().filter_map(|message| missed(message, since)));
        // Only what to ask is taken from the answer, never whom.
        let next = page.next_page_uri.unwrap_or_default();
        let Some((_, query)) = next.split_once('?') else {
            // The newest stands first, also among those of one second.
            all.reverse();
            all.sort_by_key(|missed| missed.at);
            return Ok(all);
        };
        url.set_query(Some(query));
    }
    Err(SendError::NotSent(Failure::new(Class::Refused, "the list of messages has no end")))
}

/// Times are whole seconds there. The day that was asked for began earlier.
fn missed(message: wire::Message, since: Timestamp) -> Option<Missed> {
    let at = call::time(message.date_sent.as_deref());
    let at = at.or_else(|| call::time(message.date_created.as_deref())).unwrap_or(since);
    let wanted = message.is("inbound") && at.as_second() >= since.as_second();
    wanted.then_some(Missed { message, at })
}

async fn webhook(
    twilio: &Twilio,
    number: &NumberName,
    message: wire::Message,
) -> Result<wire::Webhook, SendError> {
    let config = twilio.config(number).ok_or_else(unknown_number)?;
    let files = match message.has_files() {
        true => files(twilio, config, &message.sid).await?,
        false => Vec::new(),
    };
    Ok(wire::Webhook {
        message_sid: message.sid,
        from: message.from.unwrap_or_default(),
        body: message.body.unwrap_or_default(),
        files,
        ..wire::Webhook::default()
    })
}

/// Files that are gone (Twilio refuses to tell of them) hold nothing up.
async fn files(twilio: &Twilio, config: &Config, sid: &str) -> Result<Vec<wire::File>, SendError> {
    let url = call::messages(config, &["Messages", sid, "Media.json"])?;
    let page: wire::MediaPage = match call::get(twilio, config, url).await {
        Err(SendError::NotSent(Failure { class: Class::Refused, .. })) => return Ok(Vec::new()),
        page => page?,
    };
    let file = |medium: wire::Medium| {
        let url = call::messages(config, &["Messages", sid, "Media", &medium.sid])?;
        Ok(wire::File { url: url.into(), mime: medium.content_type })
    };
    page.media_list.into_iter().map(file).collect()
}

fn failure(error: SendError) -> Failure {
    let again = Class::Transient { after: None, scope: Scope::Number };
    match error {
        SendError::NotSent(failure) => failure,
        SendError::Uncertain => Failure::new(again, "no answer came that can be read"),
    }
}
