//! Who wrote.

use super::wire;
use crate::domain::person::Sender;
use crate::provider::identity::{Identity, given};

/// What stands before every address on WhatsApp; an SMS has none.
pub(super) const CHANNEL: &str = "whatsapp:";

/// Who wrote a message. `None` if nothing names them.
pub(super) fn author(webhook: &wire::Webhook) -> Option<Sender> {
    let phone = first([bare(&webhook.from), &webhook.wa_id]);
    let user = first([&webhook.external_user_id, &webhook.external_user_identifier]);
    let parent =
        first([&webhook.parent_external_user_id, &webhook.parent_external_user_identifier]);
    let from = Identity::read(phone, user.map(bare), parent.map(bare));
    // Beside a user id in `From` the number may still be told: it names the
    // person, and the answer goes where the message came from.
    let address = from.address()?;
    let ids = from.or(Identity::read(given(&webhook.wa_id), None, None));
    Some(ids.sender(address, name(webhook)))
}

/// An address without the channel before it.
pub(super) fn bare(address: &str) -> &str {
    address.strip_prefix(CHANNEL).unwrap_or(address)
}

/// The name people gave themselves, or their user name, with or without `@`.
fn name(webhook: &wire::Webhook) -> Option<String> {
    let username = first([&webhook.profile_username, &webhook.username]);
    let username = username.map(|name| name.trim_start_matches('@')).and_then(given);
    given(&webhook.profile_name).or(username).map(str::to_owned)
}

fn first<const N: usize>(texts: [&str; N]) -> Option<&str> {
    texts.into_iter().find_map(given)
}
