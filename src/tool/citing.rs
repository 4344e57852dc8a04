//! Where a fact comes from. Only what a person says themselves makes one: not
//! what the assistant wrote, what is quoted or forwarded, or was found again.

use super::Situation;
use crate::domain::content::Content;
use crate::domain::id::MessageId;
use crate::domain::message::{Message, Role};
use crate::recollect::share;

/// So much of a value has to be in the person's own words if others said more
/// of it.
const ENOUGH: f32 = 0.5;

const OTHERS: &str = "not saved: the person did not say this themselves (it was forwarded, quoted, \
    found again, or you said it). Ask them, and save it when they have said it in their own words";
const NOBODY: &str = "not saved: the person has said nothing themselves in this turn. Ask them, and \
    save it when they have said it in their own words";

/// The message of the person that a value comes from: the one with the quote,
/// or with most of the value's words, else (it says in short what they mean)
/// the newest of the turn. An error is told to the model.
pub(super) fn source(
    at: &Situation<'_>,
    value: &str,
    quote: Option<&str>,
) -> Result<MessageId, String> {
    let own: Vec<(MessageId, f32)> = shares(at, value, is_own).collect();
    let best = own.iter().copied().reduce(|best, one| if one.1 >= best.1 { one } else { best });
    let (own_share, others_share) = (best.map_or(0.0, |(_, share)| share), others(at, value));
    match best {
        _ if own_share < ENOUGH && others_share > own_share => Err(OTHERS.to_owned()),
        Some((id, share)) if share > 0.0 => Ok(quoting(at, quote).unwrap_or(id)),
        _ => quoting(at, quote).or_else(|| newest(at)).ok_or_else(|| NOBODY.to_owned()),
    }
}

/// The newest message of the turn that the person wrote themselves.
pub(super) fn newest(at: &Situation<'_>) -> Option<MessageId> {
    let first = at.shown.len().saturating_sub(at.turn.inbound.len());
    at.shown[first..].iter().rfind(|(_, row)| is_own(row)).map(|(id, _)| *id)
}

/// How much of a value each of some messages says.
fn shares<'a>(
    at: &'a Situation<'_>,
    value: &'a str,
    which: fn(&Message) -> bool,
) -> impl Iterator<Item = (MessageId, f32)> + 'a {
    let rows = at.shown.iter().filter(move |(_, row)| which(row));
    rows.map(move |(id, row)| (*id, share(value, &row.content.as_text())))
}

/// How much of it anybody else says.
fn others(at: &Situation<'_>, value: &str) -> f32 {
    let said = shares(at, value, |row| !is_own(row)).map(|(_, share)| share);
    let quoted = at.quoted.iter().map(|text| share(value, text));
    said.chain(quoted).fold(0.0, f32::max)
}

/// The newest of the person's messages that has these very words.
fn quoting(at: &Situation<'_>, quote: Option<&str>) -> Option<MessageId> {
    let quote = plain(quote?);
    let has = |row: &Message| is_own(row) && plain(&row.content.as_text()).contains(&quote);
    at.shown.iter().rfind(|(_, row)| !quote.is_empty() && has(row)).map(|(id, _)| *id)
}

/// Said by the person, here, in their own words.
fn is_own(row: &Message) -> bool {
    let readable = !matches!(row.content, Content::Revoked | Content::Unsupported(_));
    row.role == Role::Person && !row.attached.forwarded && readable
}

fn plain(text: &str) -> String {
    let words = text.split(|c: char| !c.is_alphanumeric()).filter(|word| !word.is_empty());
    words.collect::<Vec<_>>().join(" ").to_lowercase()
}
