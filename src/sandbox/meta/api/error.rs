//! The Graph API's way to say no.

use axum::Json;
use axum::http::StatusCode;
use axum::response::{IntoResponse, Response};
use serde_json::{Map, Value, json};

use super::super::super::identifiers;

/// An error envelope.
#[derive(Debug)]
pub(super) struct GraphError {
    status: u16,
    code: u32,
    subcode: Option<u32>,
    kind: &'static str,
    message: String,
    details: Option<String>,
}

impl GraphError {
    /// The token's time is over, or it is nobody's.
    pub(super) fn token() -> Self {
        let message = "Error validating access token: Session has expired".to_owned();
        let (code, subcode) = (190, Some(463));
        Self { status: 401, code, subcode, kind: "OAuthException", message, details: None }
    }

    /// The token was taken back, or never was one.
    pub(super) fn no_token() -> Self {
        let message = "Invalid OAuth access token - Cannot parse access token".to_owned();
        Self { subcode: None, message, ..Self::token() }
    }

    /// The number isn't there, or isn't the token's.
    pub(super) fn no_such_object(id: &str) -> Self {
        let message = format!(
            "Unsupported post request. Object with ID '{id}' does not exist, cannot be loaded due \
             to missing permissions, or does not support this operation"
        );
        let (code, subcode) = (100, Some(33));
        Self { status: 400, code, subcode, kind: "GraphMethodException", message, details: None }
    }

    /// The body has a part missing, too much, or of another shape.
    pub(super) fn parameter(details: &str) -> Self {
        Self::oauth(400, 100, "Invalid parameter", details)
    }

    /// A value is outside of what is allowed.
    pub(super) fn value(details: &str) -> Self {
        Self::oauth(400, 131009, "Parameter value is not valid", details)
    }

    /// The window is closed, and the message is no template.
    pub(super) fn window() -> Self {
        let details = "More than 24 hours have passed since the customer last replied";
        Self::oauth(400, 131047, "Re-engagement message", details)
    }

    /// The bill isn't paid.
    pub(super) fn unpaid() -> Self {
        let details = "Message failed because of the payment method of the account";
        Self::oauth(400, 131042, "Business eligibility payment issue", details)
    }

    /// The file doesn't go.
    pub(super) fn upload(details: &str) -> Self {
        Self::oauth(400, 131053, "Media upload error", details)
    }

    /// The number would write to itself.
    pub(super) fn same() -> Self {
        Self::oauth(400, 131021, "Recipient cannot be sender", "They must not be the same")
    }

    /// The token may not do this.
    pub(super) fn permission() -> Self {
        let details = "Requires whatsapp_business_messaging or whatsapp_business_management";
        Self::oauth(403, 200, "Permissions error", details)
    }

    /// Whoever says to be the app does not know its secret.
    pub(super) fn signature() -> Self {
        let message = "Invalid OAuth access token signature.".to_owned();
        let (code, kind) = (190, "OAuthException");
        Self { status: 400, code, subcode: None, kind, message, details: None }
    }

    /// A field of an object is not there.
    pub(super) fn field(name: &str) -> Self {
        let message = format!("(#100) Tried accessing nonexisting field ({name})");
        let kind = "OAuthException";
        Self { status: 400, code: 100, subcode: None, kind, message, details: None }
    }

    /// An address does not prove that it is the app's own.
    pub(super) fn handshake(why: &str) -> Self {
        let message =
            format!("(#2200) Callback verification failed with the following errors: {why}");
        let kind = "OAuthException";
        Self { status: 400, code: 2200, subcode: None, kind, message, details: None }
    }

    /// The number has another PIN.
    pub(super) fn pin() -> Self {
        Self::oauth(400, 133_005, "Two step verification PIN Mismatch", "The PIN is not correct")
    }

    /// The number was never confirmed by SMS or call.
    pub(super) fn unverified() -> Self {
        let details = "Phone number needs to be verified before registering";
        Self::oauth(400, 133_006, "Phone number re-verification needed", details)
    }

    /// The number is not one of the Cloud API's.
    pub(super) fn unregistered() -> Self {
        Self::oauth(400, 133_010, "Phone number not registered", "The account is not registered")
    }

    /// Nothing works at the provider.
    pub(super) fn down() -> Self {
        Self::oauth(500, 131000, "Something went wrong", "Unknown error")
    }

    /// What a test asked for.
    pub(super) fn of_fault(status: u16, code: u32) -> Response {
        Self::oauth(status, code, "Refused", "As the test wanted").into_response()
    }

    fn oauth(status: u16, code: u32, title: &str, details: &str) -> Self {
        let (message, details) = (format!("(#{code}) {title}"), Some(details.to_owned()));
        Self { status, code, subcode: None, kind: "OAuthException", message, details }
    }

    fn envelope(&self) -> Value {
        let mut error = Map::new();
        error.insert("message".into(), self.message.as_str().into());
        error.insert("type".into(), self.kind.into());
        error.insert("code".into(), self.code.into());
        error.extend(self.subcode.map(|subcode| ("error_subcode".to_owned(), subcode.into())));
        if let Some(details) = &self.details {
            let data = json!({ "messaging_product": "whatsapp", "details": details });
            error.insert("error_data".into(), data);
        }
        error.insert("fbtrace_id".into(), identifiers::token().into());
        json!({ "error": error })
    }
}

impl IntoResponse for GraphError {
    fn into_response(self) -> Response {
        let status = StatusCode::from_u16(self.status).unwrap_or(StatusCode::BAD_REQUEST);
        (status, Json(self.envelope())).into_response()
    }
}
