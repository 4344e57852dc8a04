//! The management half: tokens, accounts, numbers, and where webhooks go.

use std::collections::HashMap;
use std::sync::Arc;

use axum::body::Bytes;
use axum::extract::{Path, Query, State};
use axum::http::{HeaderMap, StatusCode, Uri};
use axum::response::{IntoResponse, Response};
use jiff::Timestamp;
use serde_json::{Value, json};
use url::form_urlencoded;

use super::super::super::{Sandbox, lock};
use super::super::setup::{Account, App, Callback, PhoneNumber, Setup, Token};
use super::error::GraphError;
use super::handshake::shake;
use super::{answer, bearer, is_version, node};

/// The object of all webhooks about WhatsApp.
const OBJECT: &str = "whatsapp_business_account";

/// What an app can subscribe to, as far as it concerns us.
const FIELDS: [&str; 12] = [
    "account_alerts",
    "account_review_update",
    "account_update",
    "business_capability_update",
    "calls",
    "history",
    "messages",
    "messaging_handovers",
    "phone_number_quality_update",
    "smb_message_echoes",
    "standby",
    "user_preferences",
];

const MANAGE: &str = "whatsapp_business_management";

type Called = (State<Arc<Sandbox>>, Path<(String, String)>, Uri, HeaderMap, Bytes);

/// What a token is and may do.
pub(super) async fn token(
    State(sandbox): State<Arc<Sandbox>>,
    Path(version): Path<String>,
    Query(query): Query<HashMap<String, String>>,
    uri: Uri,
    headers: HeaderMap,
) -> Response {
    sandbox.record("GET", format!("/graph{}", uri.path()), Value::Null);
    let now = sandbox.clock.now();
    let setup = lock(&sandbox.set_up_at_meta);
    let wanted = query.get("input_token").map(String::as_str).unwrap_or_default();
    answer(asking(&setup, &version, &headers, now).map(|_| {
        let found = setup.tokens.iter().find(|token| token.token == wanted);
        json!({ "data": found.map_or_else(nobodys, |token| described(&setup, token, now)) })
    }))
}

fn nobodys() -> Value {
    json!({
        "is_valid": false,
        "scopes": [],
        "error": { "code": 190, "message": "Invalid OAuth access token." },
    })
}

fn described(setup: &Setup, token: &Token, now: Timestamp) -> Value {
    let app = setup.apps.iter().find(|app| app.id == token.app);
    let granted = |scope: &String| json!({ "scope": scope, "target_ids": token.accounts });
    json!({
        "app_id": token.app,
        "type": token.kind,
        "application": app.map(|app| app.name.as_str()),
        "data_access_expires_at": token.expires_at,
        "expires_at": token.expires_at,
        "is_valid": counts(token, now),
        "issued_at": 1_700_000_000,
        "scopes": token.scopes,
        "granular_scopes": token.scopes.iter().map(granted).collect::<Vec<_>>(),
        "user_id": "122100000000000001",
    })
}

/// The token's own app.
pub(super) async fn app(
    State(sandbox): State<Arc<Sandbox>>,
    Path(version): Path<String>,
    uri: Uri,
    headers: HeaderMap,
) -> Response {
    sandbox.record("GET", format!("/graph{}", uri.path()), Value::Null);
    let setup = lock(&sandbox.set_up_at_meta);
    answer(asking(&setup, &version, &headers, sandbox.clock.now()).and_then(|token| {
        let app = setup.apps.iter().find(|app| app.id == token.app);
        let app = app.ok_or_else(|| GraphError::no_such_object("app"))?;
        Ok(json!({ "id": app.id, "name": app.name }))
    }))
}

/// The numbers of an account, on one page.
pub(super) async fn numbers(
    State(sandbox): State<Arc<Sandbox>>,
    Path((version, id)): Path<(String, String)>,
    Query(query): Query<HashMap<String, String>>,
    uri: Uri,
    headers: HeaderMap,
) -> Response {
    sandbox.record("GET", format!("/graph{}", uri.path()), json!(query));
    let setup = lock(&sandbox.set_up_at_meta);
    let token = managing(&setup, &version, &headers, sandbox.clock.now());
    answer(token.and_then(|token| {
        let account = account(&setup, token, &id)?;
        let own = setup.numbers.iter().filter(|number| number.account == account.id);
        let node = |number| node::number(&sandbox, (&setup, token), number, query.get("fields"));
        let nodes: Vec<Value> = own.map(node).collect::<Result<_, _>>()?;
        Ok(json!({ "data": nodes, "paging": { "cursors": { "before": "MA", "after": "MQ" } } }))
    }))
}

/// A number becomes one of the Cloud API.
pub(super) async fn register(
    State(sandbox): State<Arc<Sandbox>>,
    Path((version, id)): Path<(String, String)>,
    uri: Uri,
    headers: HeaderMap,
    body: Bytes,
) -> Response {
    let body: Value = serde_json::from_slice(&body).unwrap_or_default();
    sandbox.record("POST", format!("/graph{}", uri.path()), body.clone());
    let mut setup = lock(&sandbox.set_up_at_meta);
    let may = managing(&setup, &version, &headers, sandbox.clock.now())
        .and_then(|token| number(&setup, token, &id).map(drop));
    let taken = may.and_then(|()| take_pin(&mut setup, &id, &body));
    match setup.numbers.iter().any(|number| number.id == id && number.answers_lost) {
        true => StatusCode::BAD_GATEWAY.into_response(),
        false => answer(taken),
    }
}

fn take_pin(setup: &mut Setup, id: &str, body: &Value) -> Result<Value, GraphError> {
    let pin = body["pin"].as_str().unwrap_or_default();
    if body["messaging_product"] != "whatsapp" {
        return Err(GraphError::parameter("messaging_product must be whatsapp"));
    }
    if pin.len() != 6 || !pin.bytes().all(|b| b.is_ascii_digit()) {
        return Err(GraphError::parameter("Invalid PIN format. PIN must be exactly 6 digits"));
    }
    let number = setup.numbers.iter_mut().find(|number| number.id == id);
    let number = number.ok_or_else(|| GraphError::no_such_object(id))?;
    if number.code_verification == "NOT_VERIFIED" {
        return Err(GraphError::unverified());
    }
    if number.pin.as_deref().is_some_and(|own| own != pin) {
        return Err(GraphError::pin());
    }
    number.pin = Some(pin.to_owned());
    number.registered = true;
    Ok(json!({ "success": true }))
}

/// The webhooks of one number go elsewhere.
pub(super) async fn update(
    (State(sandbox), Path((version, id)), uri, headers, body): Called,
) -> Response {
    let body: Value = serde_json::from_slice(&body).unwrap_or_default();
    sandbox.record("POST", format!("/graph{}", uri.path()), body.clone());
    let may = {
        let setup = lock(&sandbox.set_up_at_meta);
        managing(&setup, &version, &headers, sandbox.clock.now())
            .and_then(|token| overriding(&setup, token, &id))
            .and_then(|()| callback(&body["webhook_configuration"]))
    };
    let callback = match may {
        Ok(callback) => callback,
        Err(error) => return error.into_response(),
    };
    if let Err(error) = shake(&sandbox, &callback).await {
        return error.into_response();
    }
    let mut setup = lock(&sandbox.set_up_at_meta);
    if let Some(number) = setup.numbers.iter_mut().find(|number| number.id == id) {
        number.callback = Some(callback);
    }
    answer(Ok(json!({ "success": true })))
}

fn overriding(setup: &Setup, token: &Token, id: &str) -> Result<(), GraphError> {
    let number = number(setup, token, id)?;
    let account = account(setup, token, &number.account)?;
    match account.subscribed.contains(&token.app) {
        true => Ok(()),
        false => Err(GraphError::parameter(
            "Before override the current callback uri, your app must be subscribed to receive \
             messages for WhatsApp Business Account",
        )),
    }
}

fn callback(wanted: &Value) -> Result<Callback, GraphError> {
    let text = |key: &str| wanted[key].as_str().filter(|text| !text.is_empty()).map(str::to_owned);
    let missing = || GraphError::parameter("override_callback_uri and verify_token are required");
    let url = text("override_callback_uri").ok_or_else(missing)?;
    Ok(Callback { url, verify_token: text("verify_token").ok_or_else(missing)? })
}

/// The apps that get the webhooks of an account.
pub(super) async fn subscribed(
    State(sandbox): State<Arc<Sandbox>>,
    Path((version, id)): Path<(String, String)>,
    uri: Uri,
    headers: HeaderMap,
) -> Response {
    sandbox.record("GET", format!("/graph{}", uri.path()), Value::Null);
    let setup = lock(&sandbox.set_up_at_meta);
    let token = managing(&setup, &version, &headers, sandbox.clock.now());
    answer(token.and_then(|token| account(&setup, token, &id)).map(|account| {
        let apps = setup.apps.iter().filter(|app| account.subscribed.contains(&app.id));
        let shown = |app: &App| json!({ "whatsapp_business_api_data": { "id": app.id, "name": app.name, "link": "" } });
        json!({ "data": apps.map(shown).collect::<Vec<_>>() })
    }))
}

/// The token's app gets them, too.
pub(super) async fn subscribe_app(
    (State(sandbox), Path((version, id)), uri, headers, _): Called,
) -> Response {
    sandbox.record("POST", format!("/graph{}", uri.path()), Value::Null);
    let mut setup = lock(&sandbox.set_up_at_meta);
    let app = managing(&setup, &version, &headers, sandbox.clock.now())
        .and_then(|token| account(&setup, token, &id).map(|_| token.app.clone()));
    answer(app.map(|app| {
        let account = setup.accounts.iter_mut().find(|account| account.id == id);
        if let Some(account) = account.filter(|account| !account.subscribed.contains(&app)) {
            account.subscribed.push(app);
        }
        json!({ "success": true })
    }))
}

/// Where an app's webhooks go, and which.
pub(super) async fn subscriptions(
    State(sandbox): State<Arc<Sandbox>>,
    Path((_, id)): Path<(String, String)>,
    uri: Uri,
    headers: HeaderMap,
) -> Response {
    sandbox.record("GET", format!("/graph{}", uri.path()), Value::Null);
    let setup = lock(&sandbox.set_up_at_meta);
    answer(own_app(&setup, &id, &headers).map(|app| {
        let fields = |app: &App| -> Vec<Value> {
            app.fields.iter().map(|name| json!({ "name": name, "version": "v25.0" })).collect()
        };
        let shown = app.callback.iter().map(|callback| {
            json!({
                "object": OBJECT,
                "callback_url": callback.url,
                "active": app.active,
                "fields": fields(app),
            })
        });
        json!({ "data": shown.collect::<Vec<_>>() })
    }))
}

/// An app's webhooks go there, and these: the stricter reading of what Meta
/// documents is that fields not named are off from then on.
pub(super) async fn subscribe(
    (State(sandbox), Path((_, id)), uri, headers, body): Called,
) -> Response {
    let form: HashMap<String, String> = form_urlencoded::parse(&body).into_owned().collect();
    sandbox.record("POST", format!("/graph{}", uri.path()), json!(form));
    let may = {
        let setup = lock(&sandbox.set_up_at_meta);
        own_app(&setup, &id, &headers).and_then(|app| subscription(app, &form))
    };
    let (callback, fields) = match may {
        Ok(wanted) => wanted,
        Err(error) => return error.into_response(),
    };
    if let Err(error) = shake(&sandbox, &callback).await {
        return error.into_response();
    }
    let mut setup = lock(&sandbox.set_up_at_meta);
    if let Some(app) = setup.apps.iter_mut().find(|app| app.id == id) {
        app.callback = Some(callback);
        app.active = true;
        app.fields = fields;
    }
    answer(Ok(json!({ "success": true })))
}

fn subscription(
    app: &App,
    form: &HashMap<String, String>,
) -> Result<(Callback, Vec<String>), GraphError> {
    let get = |name: &str| {
        let missing = || GraphError::parameter(&format!("The parameter {name} is required"));
        form.get(name).filter(|text| !text.is_empty()).cloned().ok_or_else(missing)
    };
    if get("object")? != OBJECT {
        return Err(GraphError::parameter("object must be whatsapp_business_account"));
    }
    let fields: Vec<String> = get("fields")?.split(',').map(str::to_owned).collect();
    let wrong =
        |field: &String| !FIELDS.contains(&field.as_str()) || app.refused_fields.contains(field);
    match fields.iter().position(wrong) {
        Some(at) => Err(GraphError::parameter(&format!(
            "Param fields[{at}] must be one of {{{}}}",
            FIELDS.join(", ")
        ))),
        None => {
            let (url, verify_token) = (get("callback_url")?, get("verify_token")?);
            Ok((Callback { url, verify_token }, fields))
        }
    }
}

/// What stands under an id that is no file's: an account or a number.
pub(super) fn look(
    sandbox: &Sandbox,
    version: &str,
    headers: &HeaderMap,
    id: &str,
    fields: Option<&String>,
) -> Option<Result<Value, GraphError>> {
    let setup = lock(&sandbox.set_up_at_meta);
    let token = || managing(&setup, version, headers, sandbox.clock.now());
    if setup.numbers.iter().any(|number| number.id == id) {
        return Some(token().and_then(|token| {
            let number = number(&setup, token, id)?;
            node::number(sandbox, (&setup, token), number, fields)
        }));
    }
    setup.accounts.iter().any(|account| account.id == id).then(|| {
        let found = token().and_then(|token| account(&setup, token, id));
        found.map(node::account)
    })
}

/// Whether the token of a send counts, by what is set up.
pub(super) fn may_send(sandbox: &Sandbox, token: &str) -> Result<(), GraphError> {
    let setup = lock(&sandbox.set_up_at_meta);
    let known = setup.tokens.iter().find(|own| own.token == token);
    match known {
        Some(token) if !counts(token, sandbox.clock.now()) => Err(GraphError::token()),
        Some(token) if !may(token, "whatsapp_business_messaging") => Err(GraphError::permission()),
        _ => Ok(()),
    }
}

fn counts(token: &Token, now: Timestamp) -> bool {
    token.valid && (token.expires_at == 0 || now.as_second() < token.expires_at)
}

fn may(token: &Token, scope: &str) -> bool {
    token.scopes.iter().any(|own| own == scope)
}

/// The token that asks.
fn asking<'a>(
    setup: &'a Setup,
    version: &str,
    headers: &HeaderMap,
    now: Timestamp,
) -> Result<&'a Token, GraphError> {
    let given = bearer(headers);
    let token = setup.tokens.iter().find(|token| token.token == given && token.valid);
    let token = token.ok_or_else(GraphError::no_token)?;
    match is_version(version) {
        _ if !counts(token, now) => Err(GraphError::token()),
        true => Ok(token),
        false => Err(GraphError::parameter("Unknown version of the Graph API")),
    }
}

/// The same if it may manage.
fn managing<'a>(
    setup: &'a Setup,
    version: &str,
    headers: &HeaderMap,
    now: Timestamp,
) -> Result<&'a Token, GraphError> {
    let token = asking(setup, version, headers, now)?;
    if may(token, MANAGE) { Ok(token) } else { Err(GraphError::permission()) }
}

/// The app, if it is the app itself that asks.
fn own_app<'a>(setup: &'a Setup, id: &str, headers: &HeaderMap) -> Result<&'a App, GraphError> {
    let given = bearer(headers);
    let own = |app: &&App| given == format!("{}|{}", app.id, app.secret);
    let app = setup.apps.iter().find(own).ok_or_else(GraphError::signature)?;
    if app.id == id { Ok(app) } else { Err(GraphError::no_such_object(id)) }
}

fn account<'a>(setup: &'a Setup, token: &Token, id: &str) -> Result<&'a Account, GraphError> {
    let own = |account: &&Account| account.id == id && token.accounts.contains(&account.id);
    setup.accounts.iter().find(own).ok_or_else(|| GraphError::no_such_object(id))
}

fn number<'a>(setup: &'a Setup, token: &Token, id: &str) -> Result<&'a PhoneNumber, GraphError> {
    let own = |number: &&PhoneNumber| number.id == id && token.accounts.contains(&number.account);
    setup.numbers.iter().find(own).ok_or_else(|| GraphError::no_such_object(id))
}
