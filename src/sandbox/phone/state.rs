//! What a phone shows, as the page reads it.

use serde_json::{Value, json};

use super::super::phones::book::Chat;
use super::super::phones::{Bubble, Side};
use super::people::Resident;

/// So many messages of a chat are on the page.
const SHOWN: usize = 300;

/// A person in the row above a phone.
pub(super) fn card(resident: &Resident, chat: Option<&Chat>) -> Value {
    let last = chat.and_then(|chat| chat.bubbles.iter().rfind(|bubble| !bubble.hidden));
    json!({
        "key": resident.key,
        "name": resident.name,
        "number": resident.shown_number(),
        "id": resident.user_id,
        "operator": resident.operator,
        "last": last.map(|bubble| json!({ "id": bubble.id, "side": bubble.side })),
    })
}

/// The newest messages of a chat, as they look by now.
pub(super) fn bubbles(chat: &Chat) -> Vec<Value> {
    let shown = |bubble: &&Bubble| !bubble.hidden || is_lost(bubble);
    chat.newest(SHOWN).iter().filter(shown).map(bubble).collect()
}

/// Accepted and never delivered. A real phone doesn't show it; whoever tries
/// the program out wants to see it.
fn is_lost(bubble: &Bubble) -> bool {
    let failed = |status: &str| ["failed", "undelivered"].contains(&status);
    bubble.hidden && bubble.reports.iter().any(|report| failed(&report.status))
}

/// What was deleted is gone from the page, too.
fn bubble(bubble: &Bubble) -> Value {
    let kept = !bubble.revoked;
    json!({
        "id": bubble.id,
        "side": bubble.side,
        "at": bubble.at.as_millisecond(),
        "text": if kept { bubble.text.as_str() } else { "" },
        "quotes": bubble.quotes,
        "tick": bubble.tick,
        "reports": bubble.reports,
        "raw": kept.then_some(&bubble.raw),
        "edited": bubble.edited,
        "deleted": bubble.revoked,
        "lost": is_lost(bubble),
        "reactions": { "person": emoji(bubble, Side::Person), "business": emoji(bubble, Side::Business) },
    })
}

fn emoji(bubble: &Bubble, side: Side) -> Option<&str> {
    let own = bubble.reactions.iter().find(|reaction| reaction.side == side);
    own.map(|reaction| reaction.emoji.as_str())
}
