//! From a letter to the transcript: whether it may be said, once.

use axum::Json;
use axum::http::StatusCode;

use super::letter::Letter;
use super::recipient::{self, Recipient};
use super::{Sent, no_message};
use crate::domain::change::{Change, Changed, Saying};
use crate::domain::content::{Content, Media};
use crate::domain::id::{Business, ConversationId, MessageId, Number, ProviderId};
use crate::domain::message::{Outgoing, Role};
use crate::http::Shared;
use crate::http::error::Problem;
use crate::http::media_api::no_uploads;

type Answer = (StatusCode, Json<Sent>);

/// Says it in the name of the business (`None` = of any), once for each key.
pub async fn say(
    shared: &Shared,
    business: Option<&Business>,
    letter: &Letter,
    key: Option<&str>,
) -> Result<Answer, Problem> {
    say_after(shared, business, letter, key, Vec::new()).await
}

/// The same, with changes of the conversation that come in the same commit
/// before it.
pub async fn say_after(
    shared: &Shared,
    business: Option<&Business>,
    letter: &Letter,
    key: Option<&str>,
    before: Vec<Change>,
) -> Result<Answer, Problem> {
    let content = letter.content()?;
    let numbers = recipient::numbers(shared, business, letter.number.as_deref())?;
    let key = key.map(|key| format!("api {key}"));
    let known = known(shared, business, &numbers, key.as_deref()).await?;
    let numbers = match &known {
        Some((number, _)) if !numbers.contains(number) => return Err(reused()),
        Some((number, _)) => vec![number.clone()],
        None => numbers,
    };
    let recipient = recipient::find(shared, &numbers, letter).await?;
    let quotes = quoted(shared, &recipient, letter.reply_to.as_deref()).await?;
    let message = Outgoing { quotes, ..Outgoing::new(content) };
    if let Some((_, id)) = known {
        return again(shared, id, &recipient, &message).await;
    }
    permit(shared, &recipient, &message.content)?;
    write(shared, &recipient, letter, message, (key, before)).await
}

async fn write(
    shared: &Shared,
    recipient: &Recipient,
    letter: &Letter,
    message: Outgoing,
    (key, before): (Option<String>, Vec<Change>),
) -> Result<Answer, Problem> {
    // Takes nothing, and says whether anything can be kept.
    shared.store.accept(Vec::new()).await?;
    let saying = Saying { role: Role::Business, message: message.clone(), key };
    let changes = before.into_iter().chain([Change::Say(Box::new(saying))]).collect();
    let changed = shared.store.apply(recipient.subject()?, changes).await?;
    match changed.last() {
        Some(Changed::Said(id)) => Ok((StatusCode::ACCEPTED, Json(sent(shared, *id).await?))),
        // Somebody else with the same key was quicker, and may have been the
        // first to write to this person.
        Some(Changed::Known(id)) => {
            let numbers = [recipient.number.clone()];
            let recipient = recipient::find(shared, &numbers, letter).await?;
            again(shared, *id, &recipient, &message).await
        }
        Some(_) | None => Err(no_message("to")),
    }
}

/// The message that was said under this key, on any number of the business: it
/// would be found again whatever the person has done since.
async fn known(
    shared: &Shared,
    business: Option<&Business>,
    numbers: &[Number],
    key: Option<&str>,
) -> Result<Option<(Number, MessageId)>, Problem> {
    let Some(key) = key else { return Ok(None) };
    let only = numbers.first().filter(|_| numbers.len() == 1).map(|number| &number.business);
    for number in recipient::numbers(shared, business.or(only), None)? {
        if let Some(id) = shared.store.said(&number.name, key).await? {
            return Ok(Some((number, id)));
        }
    }
    Ok(None)
}

/// The same call once more is answered once more; another one is a mistake.
async fn again(
    shared: &Shared,
    id: MessageId,
    recipient: &Recipient,
    message: &Outgoing,
) -> Result<Answer, Problem> {
    let row = shared.store.message(id).await?;
    let same = row.filter(|row| {
        recipient.conversation.as_ref().is_some_and(|known| known.id == id.conversation)
            && row.content == message.content
            && row.attached.quotes == message.quotes
    });
    match same.and_then(|row| Sent::of(id, &row)) {
        Some(sent) => Ok((StatusCode::OK, Json(sent))),
        None => Err(reused()),
    }
}

fn reused() -> Problem {
    let message = "another message was written under this key; use a new key for a new one";
    Problem::conflict("key_reused", message).at("Idempotency-Key")
}

async fn sent(shared: &Shared, id: MessageId) -> Result<Sent, Problem> {
    let row = shared.store.message(id).await?;
    row.and_then(|row| Sent::of(id, &row)).ok_or_else(|| no_message("id"))
}

/// What the provider calls the message that is quoted.
async fn quoted(
    shared: &Shared,
    recipient: &Recipient,
    reply_to: Option<&str>,
) -> Result<Option<ProviderId>, Problem> {
    let Some(text) = reply_to else { return Ok(None) };
    let id: MessageId =
        text.parse().map_err(|_| Problem::invalid("reply_to", "it is no message's id"))?;
    let here = |id: &ConversationId| {
        recipient.conversation.as_ref().is_some_and(|conversation| conversation.id == *id)
    };
    let row = match here(&id.conversation) {
        true => shared.store.message(id).await?,
        false => None,
    };
    let row = row.ok_or_else(|| no_message("reply_to"))?;
    row.provider_id.map(Some).ok_or_else(|| {
        let message = "the message to quote has not gone out yet; try again once it is sent";
        Problem::conflict("not_sent_yet", message).at("reply_to")
    })
}

/// Whether this reaches the person now.
fn permit(shared: &Shared, recipient: &Recipient, content: &Content) -> Result<(), Problem> {
    if recipient.person.as_ref().is_some_and(|person| person.opted_out) {
        let message = "the person wants no more messages; only their own START changes that";
        return Err(Problem::conflict("opted_out", message).at("to"));
    }
    if recipient.conversation.as_ref().is_some_and(|conversation| conversation.gone) {
        let message = "their number is somebody else's by now; they have to write first";
        return Err(Problem::conflict("gone", message).at("to"));
    }
    carries(shared, recipient, content)?;
    let now = shared.clock.now();
    let open = recipient.conversation.as_ref().is_some_and(|c| c.window_is_open(now));
    let terms = shared.providers.terms(&recipient.number.name);
    let instead = terms.is_some_and(|terms| terms.window_template.is_some());
    if open || instead || matches!(content, Content::Template(_)) {
        return Ok(());
    }
    let message = "the person has not written in the last 24 hours, so that only a template \
                   reaches them: send a template, or set numbers.NAME.window_template";
    Err(Problem::conflict("window_closed", message).at("to"))
}

/// Whether the number can carry it.
fn carries(shared: &Shared, recipient: &Recipient, content: &Content) -> Result<(), Problem> {
    let name = &recipient.number.name;
    let Some(provider) = shared.providers.of(name) else { return Ok(()) };
    let limits = provider.limits(name);
    if let Content::Media(Media { reference, .. }) = content
        && !limits.uploads
        && !reference.starts_with("https://")
    {
        return Err(no_uploads().at("media.id"));
    }
    if let Content::Template(template) = content
        && limits.languages
        && template.language.trim().is_empty()
    {
        let message = "this number's provider knows a template by its name and language: add it";
        return Err(Problem::invalid("template.language", message));
    }
    let (length, most) = (content.as_text().encode_utf16().count(), limits.text);
    if length > most && !matches!(content, Content::Template(_)) {
        let message =
            format!("{length} characters are more than this number carries; write {most} at most");
        return Err(Problem::invalid("text", message));
    }
    Ok(())
}
