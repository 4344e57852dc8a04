//! Accounts and numbers as the Graph API shows them.

use serde_json::{Map, Value, json};

use super::super::super::Sandbox;
use super::super::setup::{Account, Callback, Entity, HealthError, PhoneNumber, Setup, Token};
use super::error::GraphError;

/// What is shown of a number of which no field is asked for by name.
const USUAL: &str = "id,display_phone_number,verified_name,quality_rating,code_verification_status";

/// Always all of it: nobody asks for less.
pub(super) fn account(account: &Account) -> Value {
    json!({
        "id": account.id,
        "name": account.name,
        "account_review_status": account.review,
        "business_verification_status": account.verification,
    })
}

/// The fields that are asked for; one that is not there fails the question.
pub(super) fn number(
    sandbox: &Sandbox,
    (setup, token): (&Setup, &Token),
    number: &PhoneNumber,
    fields: Option<&String>,
) -> Result<Value, GraphError> {
    let whole = whole(sandbox, routes(setup, token, number), number);
    let mut shown = Map::new();
    shown.insert("id".into(), whole["id"].clone());
    for field in fields.map_or(USUAL, String::as_str).split(',').map(str::trim) {
        let value = whole.get(field).ok_or_else(|| GraphError::field(field))?;
        shown.insert(field.to_owned(), value.clone());
    }
    Ok(Value::Object(shown))
}

fn whole(sandbox: &Sandbox, routes: Value, number: &PhoneNumber) -> Value {
    let unpaid = sandbox
        .meta
        .iter()
        .any(|desk| desk.account.phone_number_id == number.id && desk.gate.switches().unpaid);
    let mut number = number.clone();
    if unpaid {
        number.ails("WABA", "BLOCKED", HealthError::PAYMENT);
    }
    let (status, platform) = match number.registered {
        true => (number.sanction.unwrap_or("CONNECTED"), "CLOUD_API"),
        false => ("PENDING", "NOT_APPLICABLE"),
    };
    json!({
        "id": number.id,
        "display_phone_number": format!("+{}", number.display),
        "verified_name": number.verified_name,
        "status": status,
        "platform_type": platform,
        "quality_rating": number.quality,
        "code_verification_status": number.code_verification,
        "name_status": number.name_status,
        "account_mode": number.mode,
        "messaging_limit_tier": number.tier,
        "throughput": { "level": "STANDARD" },
        "webhook_configuration": routes,
        "health_status": {
            "can_send_message": number.can_send(),
            "entities": number.health.iter().map(entity).collect::<Vec<_>>(),
        },
    })
}

/// As the token's app sees them.
fn routes(setup: &Setup, token: &Token, number: &PhoneNumber) -> Value {
    let mut routes = Map::new();
    let mut put = |name: &str, callback: Option<&Callback>| {
        routes.extend(callback.map(|at| (name.to_owned(), Value::from(at.url.as_str()))));
    };
    let account = setup.accounts.iter().find(|account| account.id == number.account);
    let app = setup.apps.iter().find(|app| app.id == token.app);
    put("phone_number", number.callback.as_ref());
    put("whatsapp_business_account", account.and_then(|account| account.callback.as_ref()));
    put("application", app.and_then(|app| app.callback.as_ref()));
    Value::Object(routes)
}

fn entity(entity: &Entity) -> Value {
    let error = |error: &HealthError| {
        json!({
            "error_code": error.code,
            "error_description": error.description,
            "possible_solution": error.solution,
        })
    };
    let mut shown = json!({
        "entity_type": entity.kind,
        "id": entity.id,
        "can_send_message": entity.can_send,
    });
    if !entity.errors.is_empty() {
        shown["errors"] = entity.errors.iter().map(error).collect();
    }
    shown
}
