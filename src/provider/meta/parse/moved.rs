//! A person gets another phone number or another id.

use serde_json::value::RawValue;

use super::Element;
use crate::domain::event::{Event, Moved};
use crate::provider::identity::Identity;
use crate::provider::lenient::Loose;
use crate::provider::lenient::Skipped::{Ignored, Unreadable};
use crate::provider::meta::content::Body;
use crate::provider::meta::sender::author_ids;
use crate::provider::meta::wire::{self, content::System};

/// As Meta tells it, among the messages.
pub(super) fn by_system(message: &wire::Message, body: &Body) -> Element {
    let system: System = body.object("system").ok_or(Unreadable)?;
    match system.kind.as_str() {
        "user_changed_number" | "customer_changed_number" | "user_changed_user_id" => {
            let previous = Identity::read(
                text(&system.customer),
                system.previous_user_id.as_deref(),
                system.previous_parent_user_id.as_deref(),
            );
            let phone = text(&system.new_wa_id).or(text(&system.wa_id));
            let now =
                Identity::read(phone, system.user_id.as_deref(), system.parent_user_id.as_deref());
            moved(previous, author_ids(message), now)
        }
        // `user_identity_changed`, `customer_identity_changed`: a new phone
        // with the same number, so the same person. And what comes next.
        _ => Err(Ignored),
    }
}

/// As partners forward it, in a field of its own. The phone number there is
/// the person's own, before and after.
pub(super) fn by_update(raw: &RawValue) -> Element {
    let update: wire::UserIdUpdate = wire::read(raw).ok_or(Unreadable)?;
    let (user, parent) = (update.user_id, update.parent_user_id);
    let previous = Identity::read(None, user.previous.as_deref(), parent.previous.as_deref());
    let now =
        Identity::read(text(&update.wa_id), user.current.as_deref(), parent.current.as_deref());
    moved(previous, Identity::default(), now)
}

/// The first name that is known decides who it is: the ids that Meta calls
/// previous come first, the author's own last, since they can be the new ones.
fn moved(previous: Identity, author: Identity, now: Identity) -> Element {
    let before: Vec<_> = previous.aliases().into_iter().chain(author.aliases()).collect();
    let address = now.address();
    let after = now.aliases();
    if before.is_empty() {
        return Err(Unreadable);
    }
    match after.is_empty() {
        true => Err(Ignored),
        false => Ok(Event::Moved(Moved { before, after, address })),
    }
}

fn text(id: &Option<Loose>) -> Option<&str> {
    id.as_ref().map(|id| id.0.as_str())
}
