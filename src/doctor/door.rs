//! A signed request through the public URL: told apart are who answers, and
//! whether what was signed is what arrives.

use reqwest::RequestBuilder;

use super::Look;
use super::knock::{Closed, knock};

/// What became of it.
pub enum Signed {
    /// The right one is taken, the wrong one refused.
    Told,
    /// The right one is refused.
    Refused,
    /// The wrong one is taken as well.
    Careless,
    /// It has no such door, or is in no state to open it.
    Odd(u16),
    /// Nobody answered.
    Closed(Closed),
}

/// Knocks twice.
pub async fn signed(look: &Look, rightly: RequestBuilder, wrongly: RequestBuilder) -> Signed {
    let right = match knock(look, rightly).await {
        Ok(answer) => answer.status,
        Err(closed) => return Signed::Closed(closed),
    };
    match right {
        200 => {}
        401 => return Signed::Refused,
        other => return Signed::Odd(other),
    }
    match knock(look, wrongly).await {
        Ok(answer) if answer.status == 401 => Signed::Told,
        Ok(answer) if answer.status == 200 => Signed::Careless,
        Ok(answer) => Signed::Odd(answer.status),
        Err(closed) => Signed::Closed(closed),
    }
}
