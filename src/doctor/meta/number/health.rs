//! Whether Meta lets it send, and if not, Meta's own reason and remedy.

use super::pages;
use crate::doctor::finding::{Finding, State};
use crate::provider::meta::manage::{Entity, Health, HealthError};

/// The account has no payment method, or none that works.
const PAYMENT: u32 = 141_006;

/// What stands in the way; that nothing does.
pub fn examine(health: &Health) -> Vec<Finding> {
    let ailing = health.entities.iter().filter(|entity| entity.can_send_message != "AVAILABLE");
    let found: Vec<Finding> = ailing.flat_map(ailment).collect();
    match (found.is_empty(), health.can_send_message.as_str()) {
        (false, _) => found,
        (true, "AVAILABLE") => {
            let what = "Meta lets it send: number, account, business and app are well";
            vec![Finding::ok("meta.health", what)]
        }
        (true, _) => {
            vec![Finding::unchecked("meta.health", "whether it may send: Meta does not tell")]
        }
    }
}

fn ailment(entity: &Entity) -> Vec<Finding> {
    if entity.errors.is_empty() {
        let why = entity.additional_info.join(" ");
        let why = if why.is_empty() { entity.can_send_message.clone() } else { why };
        return vec![finding(entity, id(entity, 0), &why, "look at WhatsApp Manager")];
    }
    let error = |error: &HealthError| {
        let HealthError { error_code, error_description, possible_solution } = error;
        let why = format!("{error_description} ({error_code})");
        finding(entity, id(entity, *error_code), &why, possible_solution)
    };
    entity.errors.iter().map(error).collect()
}

fn finding(entity: &Entity, id: &'static str, why: &str, remedy: &str) -> Finding {
    let state = match entity.can_send_message.as_str() {
        "LIMITED" => State::Note,
        _ => State::Fault,
    };
    let what = format!("Meta says of the {}: {why}", whose(entity));
    Finding { state, ..Finding::fault(id, what, remedy, pages::META_HEALTH) }
}

fn whose(entity: &Entity) -> &str {
    match entity.entity_type.as_str() {
        "PHONE_NUMBER" => "number",
        "WABA" => "account",
        "BUSINESS" => "business",
        "APP" => "app",
        other => other,
    }
}

fn id(entity: &Entity, code: u32) -> &'static str {
    match (entity.entity_type.as_str(), code) {
        (_, PAYMENT) => "meta.payment",
        ("PHONE_NUMBER", _) => "meta.health_number",
        ("WABA", _) => "meta.health_account",
        ("BUSINESS", _) => "meta.health_business",
        ("APP", _) => "meta.health_app",
        _ => "meta.health_other",
    }
}
