//! An answer of a server, as far as it came.

/// At most so many bytes of it.
pub(super) async fn body(mut answer: reqwest::Response, most: usize) -> Result<Vec<u8>, String> {
    let mut body = Vec::new();
    while let Some(chunk) = answer.chunk().await.map_err(|e| broken(&e))? {
        if body.len() + chunk.len() > most {
            return Err("the answer is too long".to_owned());
        }
        body.extend_from_slice(&chunk);
    }
    Ok(body)
}

/// What broke, without the URL (it could hold a key).
pub(super) fn broken(error: &reqwest::Error) -> String {
    let what = match error {
        e if e.is_connect() => "no connection",
        e if e.is_timeout() => "no answer in time",
        _ => "the connection broke",
    };
    what.to_owned()
}
