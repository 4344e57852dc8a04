//! From a delivery to the provider.

/// `[sending]`.
#[derive(Clone, Debug, serde::Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Config {
    /// How long a receipt is waited for when nobody knows whether a message
    /// went out, in seconds.
    pub grace_s: u64,
    /// What then.
    pub uncertain: Uncertain,
}

/// `sending.uncertain`.
#[derive(Clone, Copy, Debug, PartialEq, Eq, serde::Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Uncertain {
    /// Send once more.
    Resend,
    /// Leave it to the operator.
    Hold,
}
