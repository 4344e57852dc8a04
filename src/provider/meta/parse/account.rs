//! What becomes of an account, as far as an operator has to know at once.

use crate::provider::meta::wire::account::{Several, Update};

/// Meta takes something away, or gives it back. Other events are about prices,
/// terms and partners.
const TOLD: [&str; 7] = [
    "ACCOUNT_DELETED",
    "ACCOUNT_OFFBOARDED",
    "ACCOUNT_RESTRICTION",
    "ACCOUNT_VIOLATION",
    "DISABLED_UPDATE",
    "PARTNER_APP_UNINSTALLED",
    "PARTNER_REMOVED",
];

/// A sentence for the operator; `None` if nothing has to be done.
pub(super) fn notice(update: Update) -> Option<String> {
    let Update { event, ban_info, violation_info, restriction_info } = update;
    let details: Vec<String> = ban_info
        .map(|ban| list(ban.waba_ban_state))
        .into_iter()
        .flatten()
        .chain(violation_info.map(|violation| violation.violation_type))
        .chain(restriction_info.into_iter().map(|restriction| restriction.restriction_type))
        .filter(|word| is_constant(word))
        .collect();
    let told = TOLD.contains(&event.as_str()) || !details.is_empty();
    let event = if is_constant(&event) { event.as_str() } else { "a change of the account" };
    let details =
        if details.is_empty() { String::new() } else { format!(" ({})", details.join(", ")) };
    told.then(|| format!("Meta reports {event}{details}: see Business Support Home"))
}

fn list(several: Several) -> Vec<String> {
    match several {
        Several::One(state) => vec![state],
        Several::Many(states) => states,
    }
}

/// Meta's own word, not somebody's.
fn is_constant(word: &str) -> bool {
    let fits = |byte: u8| byte.is_ascii_uppercase() || byte.is_ascii_digit() || byte == b'_';
    (1..=80).contains(&word.len()) && word.bytes().all(fits)
}
