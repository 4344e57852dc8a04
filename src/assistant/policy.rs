//! May we answer?

/// `[policy]`.
#[derive(Clone, Debug, serde::Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Config {
    /// Only these numbers are answered (any variant of them); empty = all.
    pub allow: Vec<String>,
    /// These never.
    pub deny: Vec<String>,
    /// Whether group chats are answered.
    pub groups: bool,
    /// Older messages are stored but not answered, in seconds.
    pub max_age_s: u64,
}
