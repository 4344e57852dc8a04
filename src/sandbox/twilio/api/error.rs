//! Twilio's way to say no.

use axum::Json;
use axum::http::StatusCode;
use axum::response::{IntoResponse, Response};
use serde_json::json;

/// An error body.
#[derive(Debug)]
pub(super) struct ApiError {
    status: u16,
    code: u32,
    message: &'static str,
}

impl ApiError {
    /// Something in the request is wrong.
    pub(super) fn new(code: u32, message: &'static str) -> Self {
        Self { status: 400, code, message }
    }

    /// Name and password are nobody's, or another account's.
    pub(super) fn authenticate() -> Self {
        Self { status: 401, code: 20003, message: "Authenticate" }
    }

    /// The message isn't there.
    pub(super) fn not_found() -> Self {
        Self { status: 404, code: 20404, message: "The requested resource was not found" }
    }

    /// The account may not use this part of the API.
    pub(super) fn forbidden() -> Self {
        Self { status: 403, code: 20403, message: "Forbidden" }
    }

    /// Nothing works at the provider.
    pub(super) fn down() -> Self {
        Self { status: 500, code: 20500, message: "Internal Server Error" }
    }

    /// What a test asked for.
    pub(super) fn of_fault(status: u16, code: u32) -> Response {
        Self { status, code, message: "As the test wanted" }.into_response()
    }
}

impl IntoResponse for ApiError {
    fn into_response(self) -> Response {
        let status = StatusCode::from_u16(self.status).unwrap_or(StatusCode::BAD_REQUEST);
        let body = json!({
            "code": self.code,
            "message": self.message,
            "more_info": format!("https://www.twilio.com/docs/errors/{}", self.code),
            "status": self.status,
        });
        (status, Json(body)).into_response()
    }
}
