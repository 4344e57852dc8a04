//! The fields of Meta's webhooks. All are answered alike; few ask for anything.

/// What is done about a field.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Field {
    /// People write, and what we sent is reported on.
    Messages,
    /// People write, and another program answers them.
    Standby,
    /// A human of the business writes.
    Echoes,
    /// People get other ids.
    Moves,
    /// The account is restricted, or free again.
    Account,
    /// Nothing, for this reason.
    Acknowledged(&'static str),
}

/// What is done about the field of this name.
pub(super) fn field(name: &str) -> Field {
    match name {
        "messages" => Field::Messages,
        "standby" => Field::Standby,
        "smb_message_echoes" => Field::Echoes,
        "user_id_update" => Field::Moves,
        "account_update" => Field::Account,
        other => Field::Acknowledged(reason(other)),
    }
}

fn reason(name: &str) -> &'static str {
    let group = ACKNOWLEDGED.iter().find(|(_, fields)| fields.contains(&name));
    group.map_or("not known to us yet", |(reason, _)| reason)
}

/// Why nothing is done.
const ACKNOWLEDGED: &[(&str, &[&str])] = &[
    ("what programs of the business sent, we among them", &["message_echoes"]),
    (
        "what was said before we came: old messages are never answered",
        &["history", "smb_app_state_sync"],
    ),
    ("who answers is told by the field a message comes in", &["messaging_handovers"]),
    (
        "about marketing, which is not ours; a template that can't go for it is refused",
        &["user_preferences"],
    ),
    (
        "a template that can't be sent is refused when it is sent",
        &[
            "message_template_components_update",
            "message_template_quality_update",
            "message_template_status_update",
            "template_category_update",
        ],
    ),
    (
        "a group's own affairs; what is said there comes as messages",
        &[
            "group_lifecycle_update",
            "group_participants_update",
            "group_settings_update",
            "group_status_update",
        ],
    ),
    (
        "nothing that a chat makes use of",
        &[
            "automatic_events",
            "calls",
            "flows",
            "partner_solutions",
            "payment_configuration_update",
        ],
    ),
    (
        "settings and ratings, which WhatsApp Manager shows; what they forbid is refused when it is sent",
        &[
            "account_alerts",
            "account_review_update",
            "business_capability_update",
            "business_username_update",
            "phone_number_name_update",
            "phone_number_quality_update",
            "security",
        ],
    ),
];

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn no_field_is_named_twice_and_each_that_is_acted_on_is_not_passed_over() {
        let mut all: Vec<&str> =
            ACKNOWLEDGED.iter().flat_map(|(_, fields)| *fields).copied().collect();
        all.sort_unstable();
        let count = all.len();
        all.dedup();
        assert_eq!(all.len(), count);
        assert!(all.iter().all(|name| matches!(field(name), Field::Acknowledged(_))));
        assert_eq!(field("of_tomorrow"), Field::Acknowledged("not known to us yet"));
    }
}
