//! Meta's question whether an address is the app's own.

use std::sync::Arc;

use super::super::super::{Sandbox, lock, post};
use super::super::setup::Callback;
use super::error::GraphError;

/// Asks there; it has to answer with the challenge and nothing else.
pub(super) async fn shake(sandbox: &Arc<Sandbox>, callback: &Callback) -> Result<(), GraphError> {
    let url = sandbox.callable(&callback.url).filter(|_| is_resolved(sandbox));
    let url = url.ok_or_else(|| {
        GraphError::handshake("curl_errno = 6; curl_error = Could not resolve host")
    })?;
    let challenge = rand::random::<u32>().to_string();
    let query = [
        ("hub.mode", "subscribe"),
        ("hub.challenge", &challenge),
        ("hub.verify_token", &callback.verify_token),
    ];
    let answer = post::post(sandbox, sandbox.http.get(url).query(&query)).await;
    match answer.status {
        200 if answer.body == challenge => Ok(()),
        200 => Err(GraphError::handshake("Response does not match challenge")),
        0 => Err(GraphError::handshake("curl_errno = 7; curl_error = Failed to connect")),
        status => Err(GraphError::handshake(&format!("HTTP Status Code = {status}"))),
    }
}

/// A host that is new is not known everywhere at once.
fn is_resolved(sandbox: &Sandbox) -> bool {
    let unresolved = &mut lock(&sandbox.set_up_at_meta).unresolved;
    let is = *unresolved == 0;
    *unresolved = unresolved.saturating_sub(1);
    is
}
