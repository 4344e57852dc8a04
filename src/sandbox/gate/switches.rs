//! Switches that stay on until somebody switches them off.

use serde::{Deserialize, Serialize};

/// What is wrong with an account for as long as it is on.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct Switches {
    /// Each call is answered with status 500 and the provider's own error.
    pub provider_down: bool,
    /// Messages are sent, then the connection closes with no answer.
    pub lose_answers: bool,
    /// Automatic receipts queue up; they come when it is switched off.
    pub late_receipts: bool,
    /// The token is nobody's (Meta 190, Twilio 20003).
    pub token_revoked: bool,
    /// Only templates arrive, whoever wrote when (Meta 131047, Twilio 63016).
    pub window_closed: bool,
    /// The bill isn't paid (Meta 131042; Twilio suspends the account: 20003).
    pub unpaid: bool,
}

/// What becomes of a free message more than a day after the person's last one.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Window {
    /// It is accepted, and reported as failed later: as both providers do.
    #[default]
    FailsLater,
    /// It is refused at once.
    Refuses,
}
