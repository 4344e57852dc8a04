//! How operators name conversations and deliveries: by the beginning of an id,
//! as long as only one begins so.

use crate::domain::conversation::Conversation;
use crate::domain::id::{Business, ConversationId, MessageId};
use crate::http::Shared;
use crate::http::error::Problem;
use crate::store::StoreError;

use super::whom::Whom;

/// The digits of a whole id.
const WHOLE: usize = 32;

/// Fewer digits than this are a slip, not an id.
pub const LEAST: usize = 4;

/// The lengths that are tried for the beginning of an id: ids begin with the
/// time, so that those of one minute are alike up to here or there.
const LENGTHS: [usize; 8] = [8, 10, 12, 14, 16, 20, 24, 28];

/// Whether this can be the beginning of an id.
pub fn is_beginning(text: &str) -> bool {
    (LEAST..=WHOLE).contains(&text.len()) && text.bytes().all(|b| b.is_ascii_hexdigit())
}

/// The conversation whose id begins so; or else the one that this person, by
/// any of their names, wrote in last.
pub(super) async fn conversation(
    shared: &Shared,
    text: &str,
    business: Option<Business>,
) -> Result<Conversation, Problem> {
    if is_beginning(text)
        && let Some(conversation) = beginning(shared, text).await?
    {
        return Ok(conversation);
    }
    match Whom::named(text, business) {
        Some(whom) => last_of(shared, whom).await,
        None => Err(no_conversation()),
    }
}

/// The id of a message, the conversation's part of which may be cut.
pub(super) async fn message(shared: &Shared, text: &str) -> Result<MessageId, Problem> {
    let (start, rest) = text.split_once('.').ok_or_else(no_message)?;
    if !is_beginning(start) {
        return Err(no_message());
    }
    let conversation = beginning(shared, start).await?.ok_or_else(no_message)?;
    format!("{}.{rest}", conversation.id).parse().map_err(|_| no_message())
}

/// As much of an id as no other begins with.
pub(super) async fn short(shared: &Shared, id: ConversationId) -> Result<String, StoreError> {
    let whole = id.to_string();
    for length in LENGTHS {
        let start = &whole[..length];
        if starting(shared, start).await?.len() < 2 {
            return Ok(start.to_owned());
        }
    }
    Ok(whole)
}

/// The same of a message.
pub(super) async fn short_message(shared: &Shared, id: MessageId) -> Result<String, StoreError> {
    let start = short(shared, id.conversation).await?;
    Ok(format!("{start}.{}.{}", id.position.seq, id.position.part))
}

async fn beginning(shared: &Shared, start: &str) -> Result<Option<Conversation>, Problem> {
    let mut found = starting(shared, start).await?;
    match found.len() {
        0 | 1 => Ok(found.pop()),
        _ => {
            let message = format!("several conversations begin with {start}; write more of the id");
            Err(Problem::conflict("ambiguous", message).at("id"))
        }
    }
}

/// Up to two conversations whose ids begin so.
async fn starting(shared: &Shared, start: &str) -> Result<Vec<Conversation>, StoreError> {
    let start = start.to_lowercase();
    let first = u128::from_str_radix(&format!("{start:0<WHOLE$}"), 16).unwrap_or_default();
    let before = first.checked_sub(1).map(|id| ConversationId::from_bytes(id.to_be_bytes()));
    let mut found = shared.store.conversations(before, 2).await?;
    found.retain(|conversation| conversation.id.to_string().starts_with(&start));
    Ok(found)
}

async fn last_of(shared: &Shared, whom: Whom) -> Result<Conversation, Problem> {
    let person = whom.known(shared).await?;
    let mut last: Option<Conversation> = None;
    for (_, id) in person.conversations {
        let found = shared.store.conversation(id).await?;
        last = last.into_iter().chain(found).max_by_key(|one| one.heard_at);
    }
    last.ok_or_else(no_conversation)
}

/// Nothing is called so.
pub(super) fn no_conversation() -> Problem {
    let message = "there is no such conversation; olifant conversations list shows them";
    Problem::not_found("unknown_conversation", message).at("id")
}

fn no_message() -> Problem {
    let message = "there is no message with that id; olifant deliveries list and olifant \
                   conversations show ID show them";
    Problem::not_found("unknown_message", message).at("id")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_id_begins_with_at_least_four_hex_digits() {
        for start in ["01a3", "01A3185c53e8", &"0a".repeat(16)] {
            assert!(is_beginning(start), "{start}");
        }
        for other in ["", "01a", "01a3.1.2", "+15550100", &"0a".repeat(17), "Anabel"] {
            assert!(!is_beginning(other), "{other}");
        }
    }
}
